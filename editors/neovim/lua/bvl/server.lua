-- The server in a buffer: how releases before 0.11 start it, and what is set up once it is there.
local M = {}

--- The configuration, wherever the plugin is installed.
function M.config()
  return dofile(vim.api.nvim_get_runtime_file('lsp/bvlc.lua', false)[1])
end

--- The folder of the nearest root marker above a file; the first marker that is found anywhere counts.
function M.root(path, markers)
  for _, marker in ipairs(markers) do
    local folder = vim.fn.fnamemodify(path, ':p:h')
    while true do
      local at = folder:gsub('/$', '') .. '/' .. marker
      if vim.fn.filereadable(at) == 1 or vim.fn.isdirectory(at) == 1 then
        return folder
      end
      local above = vim.fn.fnamemodify(folder, ':h')
      if above == folder then
        break
      end
      folder = above
    end
  end
end

local has_told = false

-- By root the client, in releases that do not look for a running one themselves.
local running = {}

--- Starts the server for a buffer, or attaches one that serves the same platform. For releases before 0.11.
function M.start(buffer)
  local config = M.config()
  config.name = 'bvlc'
  config.root_dir = M.root(vim.api.nvim_buf_get_name(buffer), config.root_markers)
  if vim.fn.has('nvim-0.10') == 0 then
    -- these are not asked for settings: they say them at once
    config.init_options = vim.tbl_deep_extend('force', config.settings or {}, config.init_options or {})
  end
  if vim.fn.executable(config.cmd[1]) ~= 1 then
    if not has_told then
      has_told = true
      vim.notify(('bvl: `%s` cannot be run; `:checkhealth bvl` says more'):format(config.cmd[1]), vim.log.levels.WARN)
    end
    return
  end
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  -- 0.7: the same by hand
  local root = config.root_dir or ''
  local id = running[root]
  if not id or not vim.lsp.get_client_by_id(id) then
    if config.root_dir then
      config.workspace_folders = { { uri = vim.uri_from_fname(config.root_dir), name = config.root_dir } }
    end
    local theirs = config.on_attach
    config.on_attach = function(client, attached)
      M.attached(client, attached)
      if theirs then
        theirs(client, attached)
      end
    end
    id = vim.lsp.start_client(config)
    running[root] = id
  end
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

local function jump(what)
  return function()
    vim.diagnostic[what]()
  end
end

local function ask(what)
  return function()
    vim.lsp.buf[what]()
  end
end

-- The keys of Neovim 0.11, for releases that have none; a key that somebody has mapped stays theirs.
local KEYS = {
  { 'K', ask('hover') },
  { 'grn', ask('rename') },
  { 'gra', ask('code_action') },
  { 'grr', ask('references') },
  { 'gri', ask('implementation') },
  { 'gO', ask('document_symbol') },
  { ']d', jump('goto_next') },
  { '[d', jump('goto_prev') },
  { '<C-W>d', jump('open_float') },
}

--- What is set up in a buffer that the server serves.
function M.attached(client, buffer)
  if vim.fn.has('nvim-0.11') == 0 then
    for _, key in ipairs(KEYS) do
      if vim.fn.maparg(key[1], 'n') == '' then
        vim.api.nvim_buf_set_keymap(buffer, 'n', key[1], '', { noremap = true, callback = key[2] })
      end
    end
    vim.bo[buffer].omnifunc = 'v:lua.vim.lsp.omnifunc'
    vim.bo[buffer].tagfunc = 'v:lua.vim.lsp.tagfunc'
  end
  require('bvl.commands').offer(client, buffer)
end

return M
