-- `:checkhealth bvl`: whether the server can be run, what it can do, and what this release of Neovim makes of it.
local M = {}

-- The reports of `vim.health` since 0.10, and of older releases.
local older = not vim.health or not vim.health.start
local from = older and (vim.health or require('health')) or vim.health
local function report(kind)
  return older and from['report_' .. kind] or from[kind]
end
local start, ok, info, warn, fail = report('start'), report('ok'), report('info'), report('warn'), report('error')

--- What a command prints, and whether it ended well.
local function run(command)
  local printed = vim.fn.system(command)
  return vim.trim(printed), vim.v.shell_error == 0
end

-- What a capability is called for people.
local FEATURES = {
  { 'diagnosticProvider', 'findings on request' },
  { 'hoverProvider', 'hover' },
  { 'completionProvider', 'completion' },
  { 'definitionProvider', 'definition' },
  { 'implementationProvider', 'overlays' },
  { 'referencesProvider', 'references' },
  { 'codeActionProvider', 'code actions' },
  { 'documentFormattingProvider', 'formatting' },
  { 'documentSymbolProvider', 'outline' },
  { 'foldingRangeProvider', 'folding' },
  { 'renameProvider', 'rename' },
  { 'semanticTokensProvider', 'semantic tokens' },
  { 'inlayHintProvider', 'hints' },
  { 'codeLensProvider', 'lenses' },
  { 'signatureHelpProvider', 'signature help' },
  { 'callHierarchyProvider', 'hierarchy of flows' },
}

local function binary(command)
  start('bvl: the server')
  if vim.fn.executable(command) ~= 1 then
    fail(('`%s` cannot be run'):format(command), {
      'Put `bvlc` on your PATH (`cargo install --path .` in its repository does),',
      "or name it before the plugin is loaded: `vim.g.bvlc = { cmd = { '/path/to/bvlc', 'lsp' } }`.",
    })
    return
  end
  local version, is_well = run({ command, '--version' })
  if not is_well then
    fail(('`%s --version` fails: %s'):format(command, version))
    return
  end
  ok(('%s: `%s`'):format(version, vim.fn.exepath(command)))
  local printed, has_told = run({ command, 'lsp', '--capabilities=json' })
  local is_json, can = pcall(vim.fn.json_decode, printed)
  if not has_told or not is_json or type(can) ~= 'table' then
    fail(('`%s lsp --capabilities=json` does not say what the server can do'):format(command))
    return
  end
  local has, lacks = {}, {}
  for _, feature in ipairs(FEATURES) do
    local value = can[feature[1]]
    table.insert((value and value ~= vim.NIL) and has or lacks, feature[2])
  end
  ok('it has: ' .. table.concat(has, ', '))
  if #lacks > 0 then
    info('it has not: ' .. table.concat(lacks, ', '))
  end
  local commands = (can.executeCommandProvider or {}).commands or {}
  info(#commands > 0 and 'commands: ' .. table.concat(commands, ', ') or 'it has no commands')
end

local function clients()
  start('bvl: running')
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  local n = 0
  for _, client in pairs(get()) do
    if client.name == 'bvlc' then
      n = n + 1
      ok(('client %d serves %s and counts in %s'):format(
        client.id,
        client.config.root_dir or 'files without a platform',
        client.offset_encoding
      ))
    end
  end
  if n == 0 then
    info('no .bvl file is open, so no server runs')
  end
end

local function editor()
  start('bvl: this Neovim')
  if vim.lsp.enable then
    ok('it starts the server by `vim.lsp.enable`')
  else
    info('it is older than 0.11: the plugin starts the server, and maps the keys that later releases have')
  end
  if #vim.api.nvim_get_runtime_file('parser/bvl.so', false) > 0 then
    ok('a tree-sitter parser for bvl is installed')
  else
    info('no tree-sitter parser for bvl is installed: `syntax/bvl.vim` has the colors')
  end
  if vim.fn.has('nvim-0.8') == 0 then
    warn('it is older than 0.8: no hints, lenses as virtual text only, no semantic tokens', {
      'Findings, hover, completion, definition, references, fixes, formatting and the outline work.',
    })
  end
end

function M.check()
  binary(require('bvl.server').config().cmd[1])
  clients()
  editor()
end

return M
