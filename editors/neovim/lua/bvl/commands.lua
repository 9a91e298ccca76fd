-- Commands in buffers that the server serves: `:BvlExplain`, and one for each command that the server says it has, whose
-- answers are shown when an action or a lens runs it as well.
local M = {}

-- A command of the server begins so; what follows is its name here: `bvlc.preview` is `:BvlPreview`.
local PREFIX = 'bvlc.'

--- Shows a text in a window of its own, which `q` closes; the same title goes into the same window.
local function show(title, text, language)
  local name = 'bvl://' .. title
  local buffer = vim.fn.bufnr('^' .. name .. '$')
  if buffer == -1 then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
    vim.api.nvim_buf_set_keymap(buffer, 'n', 'q', '<Cmd>close<CR>', { noremap = true })
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text:gsub('\n$', ''), '\n'))
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = language
  if vim.fn.bufwinid(buffer) == -1 then
    local window = vim.api.nvim_get_current_win()
    vim.cmd('botright sbuffer ' .. buffer)
    vim.api.nvim_set_current_win(window)
  end
end

--- What the answer of a command shows: a text, or `{ text, language, title }`; nothing else is shown.
local function shown(name, answer)
  local of = type(answer) == 'table' and answer or { text = answer }
  if type(of.text) ~= 'string' then
    return
  end
  local language = type(of.language) == 'string' and of.language or (name == 'preview' and 'yaml' or 'text')
  show(type(of.title) == 'string' and of.title or name, of.text, language)
end

--- The code of what is found in the cursor's line.
local function code_here()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  for _, finding in ipairs(vim.diagnostic.get(0, { lnum = line })) do
    local code = finding.code or (finding.user_data and finding.user_data.lsp and finding.user_data.lsp.code)
    if code then
      return tostring(code)
    end
  end
end

--- `bvlc explain`, of what is saved: a code, `service/NAME`, `flow A B`; without words what is found in this line.
local function explain(client, words)
  if #words == 0 then
    local code = code_here()
    if not code then
      vim.notify('bvl: nothing is found in this line; say what to explain', vim.log.levels.INFO)
      return
    end
    words = { code }
  end
  local command = { require('bvl.server').config().cmd[1], '--color', 'never', 'explain' }
  vim.list_extend(command, words)
  -- its errors are an answer as well, such as a name that nobody has
  local said = {}
  local function take(_, lines)
    vim.list_extend(said, lines)
  end
  vim.fn.jobstart(command, {
    cwd = client.config.root_dir or vim.fn.expand('%:p:h'),
    stdout_buffered = true,
    stderr_buffered = true,
    on_stdout = take,
    on_stderr = take,
    on_exit = function()
      vim.schedule(function()
        show('explain', vim.trim(table.concat(said, '\n')), 'text')
      end)
    end,
  })
end

--- Has the server run a command, and shows what it answers.
local function ask(client, name, arguments)
  local params = { command = PREFIX .. name, arguments = arguments }
  local function answered(fault, answer)
    if fault then
      vim.notify(('bvl: %s: %s'):format(name, fault.message), vim.log.levels.ERROR)
    else
      shown(name, answer)
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('workspace/executeCommand', params, answered, 0)
  else
    client.request('workspace/executeCommand', params, answered, 0)
  end
end

--- Runs a command of the server for the place of the cursor.
local function run(client, name, words)
  local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
  place.words = #words > 0 and words or nil
  ask(client, name, { place })
end

local function define(buffer, name, act)
  vim.api.nvim_buf_create_user_command(buffer, name, function(given)
    act(given.fargs)
  end, { nargs = '*' })
end

--- Defines the commands for a buffer.
function M.offer(client, buffer)
  define(buffer, 'BvlExplain', function(words)
    explain(client, words)
  end)
  local provider = client.server_capabilities.executeCommandProvider
  for _, command in ipairs(provider and provider.commands or {}) do
    if vim.startswith(command, PREFIX) then
      local name = command:sub(#PREFIX + 1)
      -- actions and lenses run it, too: what it answers is all that it does
      vim.lsp.commands[command] = function(given, context)
        ask(vim.lsp.get_client_by_id(context.client_id) or client, name, given.arguments)
      end
      -- `show-graph` and `showGraph` are both `ShowGraph`
      local words = (name:gsub('^%l', string.upper):gsub('[^%w]+(%w)', string.upper):gsub('[^%w]', ''))
      -- `:BvlExplain` is the plugin's own: it takes a flow or a service as well
      if words ~= '' and words ~= 'Explain' then
        define(buffer, 'Bvl' .. words, function(more)
          run(client, name, more)
        end)
      end
    end
  end
end

return M
