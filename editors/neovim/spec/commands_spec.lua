-- The commands: what the server has not is not offered, what it has is, and its answer is shown.
local t = require('support')
local test, eventually = t.test, t.eventually

local function has(name)
  return vim.fn.exists(':' .. name) == 2
end

local function shown(title)
  local buffer = vim.fn.bufnr('^bvl://' .. title .. '$')
  local is_open = buffer ~= -1 and vim.fn.bufwinid(buffer) ~= -1
  local text = is_open and table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') or ''
  return text ~= '' and text, buffer
end

test('commands are those that the server has', function()
  local client = t.open(t.example('hello') .. '/platform.bvl')
  eventually('BvlExplain', function()
    return has('BvlExplain')
  end)
  local provider = client.server_capabilities.executeCommandProvider
  local offered = vim.tbl_contains(provider and provider.commands or {}, 'bvlc.preview')
  t.equal(has('BvlPreview'), offered, 'BvlPreview is there where the server has it')
  if offered then
    t.at('service web', 8)
    vim.cmd('BvlPreview')
    t.holds(eventually('the manifests of web', function()
      for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
        local title = vim.api.nvim_buf_get_name(buffer):match('bvl://(.*)$')
        if title and vim.bo[buffer].filetype == 'yaml' then
          return (shown(vim.fn.escape(title, '.*[]')))
        end
      end
    end):find('kind: Deployment', 1, true), 'its Deployment')
  end
  t.equal(has('BvlExplain') and vim.bo.filetype, 'bvl')
  vim.cmd('new')
  t.holds(not has('BvlExplain'), 'a buffer without a server has no commands')
end)

test('an action that runs a command shows its answer', function()
  t.open(t.example('hello') .. '/platform.bvl')
  eventually('BvlPreview', function()
    return has('BvlPreview')
  end)
  t.at('service web', 8)
  local select = vim.ui.select
  vim.ui.select = function(items, options, choose)
    for i, item in ipairs(items) do
      if (options.format_item or tostring)(item):find('what checks find', 1, true) then
        return choose(item, i)
      end
    end
  end
  vim.lsp.buf.code_action()
  local is_shown, text = pcall(eventually, 'what checks find', function()
    return (shown('what checks find of web'))
  end)
  vim.ui.select = select
  t.holds(is_shown, text)
  t.holds(text:find('web: ', 1, true), text)
end)

test('a finding is explained, and a flow', function()
  t.open(t.example('hello') .. '/platform.bvl')
  t.replace('memory 128Mi..256Mi', 'memory 128Mi..256')
  t.has_codes({ 'BVL0203' })
  vim.cmd('BvlExplain')
  t.holds(eventually('the explanation', function()
    return (shown('explain'))
  end):find('BVL0203', 1, true), 'it is that of the finding')
  vim.cmd('BvlExplain flow web greeter')
  eventually('the flow', function()
    local text = shown('explain')
    return text and text:find('web -> greeter', 1, true)
  end)
  t.equal(vim.bo.filetype, 'bvl', 'the cursor stays where it was')
end)

test('a command of the server has a name here, is asked with a place, and its answer is shown', function()
  vim.cmd('silent! %bwipeout!')
  vim.g.bvlc = { cmd = { 'python3', t.root .. '/editors/neovim/spec/offering.py' } }
  -- a configuration is read once, and here it changes
  if vim.lsp.enable then
    vim.lsp.config('bvlc', { cmd = vim.g.bvlc.cmd })
  end
  local folder = t.example('hello')
  t.open(folder .. '/platform.bvl')
  eventually('BvlPreview', function()
    return has('BvlPreview') and has('BvlShowGraph')
  end)
  t.holds(not has('BvlCommand') and not has('BvlOtherCommand'), 'what is not of bvlc is not offered')
  t.at('service web', 8)
  vim.cmd('BvlPreview now')
  local text = eventually('the answer', function()
    return (shown('preview'))
  end)
  local asked = vim.fn.json_decode(text:match('asked: (.*)'))[1]
  t.equal(asked.textDocument.uri, vim.uri_from_fname(folder .. '/platform.bvl'))
  t.equal(asked.position, { line = vim.fn.line('.') - 1, character = 8 })
  t.equal(asked.words, { 'now' })
  t.equal(vim.bo[select(2, shown('preview'))].filetype, 'yaml')
  local told
  local notify = vim.notify
  vim.notify = function(message)
    told = message
  end
  vim.cmd('BvlShowGraph')
  local is_told, why = pcall(eventually, 'the refusal', function()
    return told
  end)
  vim.notify = notify
  vim.g.bvlc = nil
  t.holds(is_told, why)
  t.holds(told:find('there is nothing to draw', 1, true), told)
  if vim.lsp.enable then
    vim.lsp.config('bvlc', { cmd = { 'bvlc', 'lsp' } })
  end
end)
