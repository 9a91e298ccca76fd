-- The real server in a real Neovim: what a person asks for, by the functions that keys call.
local t = require('support')
local test, eventually = t.test, t.eventually

--- The text of the floating window that is open.
local function float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
    end
  end
end

local function file()
  return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t')
end

--- Chooses from menus by title, and gives what was offered.
local function choosing(title, run)
  local offered
  local select = vim.ui.select
  vim.ui.select = function(items, options, choose)
    offered = vim.tbl_map(options.format_item or tostring, items)
    for i, item in ipairs(items) do
      if offered[i]:find(title, 1, true) then
        return choose(item, i)
      end
    end
    choose(nil)
  end
  run()
  local is_offered, why = pcall(eventually, 'a menu with ' .. title, function()
    return offered
  end)
  vim.ui.select = select
  t.holds(is_offered, why)
  return offered
end

test('one server serves all files of a platform', function()
  local folder = t.example('bitvault')
  local first = t.open(folder .. '/flows.bvl')
  local second = t.open(folder .. '/services/bitvaultd.bvl')
  t.equal(second.id, first.id)
  t.equal(first.config.root_dir, folder)
  t.equal(t.open(t.example('hello') .. '/platform.bvl').id ~= first.id, true, 'another platform has its own root')
end)

test('findings come, move with edits and go', function()
  t.open(t.example('hello') .. '/platform.bvl')
  t.has_codes({})
  t.replace('greeter.http {', 'greeter.htpp {')
  t.has_codes({ 'BVL0218' })
  local finding = vim.diagnostic.get(0)[1]
  t.holds(vim.fn.getline(finding.lnum + 1):sub(finding.col + 1, finding.end_col):find('htpp', 1, true), 'the place of the finding')
  vim.fn.append(0, { '// one', '// two' })
  eventually('the finding two lines below', function()
    local moved = vim.diagnostic.get(0)
    return #moved == 1 and moved[1].lnum == finding.lnum + 2
  end)
  t.replace('greeter.htpp {', 'greeter.http {')
  t.has_codes({})
end)

test('findings stand at the right characters in a line that is no ASCII', function()
  t.open(t.example('hello') .. '/platform.bvl')
  t.replace('scale 2..6', '/* 🚀 ä */ scael 2..6')
  t.has_codes({ 'BVL0201' })
  local finding = vim.diagnostic.get(0)[1]
  t.equal(vim.fn.getline(finding.lnum + 1):sub(finding.col + 1, finding.end_col), 'scael')
end)

test('what is found in another file is shown there', function()
  local folder = t.example('bitvault')
  t.open(folder .. '/outside.bvl')
  t.replace('external kms', 'external kmss')
  -- flows.bvl is open nowhere, and then in a window that is not the current one
  local function found()
    local bufnr = vim.fn.bufnr(folder .. '/flows.bvl')
    return bufnr > 0 and #vim.diagnostic.get(bufnr) or 0
  end
  eventually('a finding in a file that is not open', function()
    return found() == 1
  end)
  vim.cmd('split ' .. vim.fn.fnameescape(folder .. '/flows.bvl'))
  vim.cmd('wincmd p')
  t.replace('external kmss', 'external kms')
  eventually('no findings in the other window', function()
    return found() == 0
  end)
  vim.cmd('only')
end)

test('hover says what a word means and who may reach what', function()
  t.open(t.example('hello') .. '/platform.bvl')
  for at, expected in pairs({ ['scale 2..6'] = 'scale', ['greeter.http {'] = 'greeter' }) do
    t.at(at)
    vim.lsp.buf.hover()
    local text = eventually('hover', float)
    t.holds(text:find(expected, 1, true), ('%s is not in: %s'):format(expected, text))
    vim.cmd('silent! fclose!')
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        vim.api.nvim_win_close(window, true)
      end
    end
  end
end)

test('definition leads into another file, and the tag stack back', function()
  local folder = t.example('bitvault')
  t.open(folder .. '/flows.bvl')
  t.at('bitvault-web.http', 2)
  vim.lsp.buf.definition()
  eventually('the declaration', function()
    return file() == 'bitvault-web.bvl'
  end)
  t.holds(vim.fn.getline('.'):find('service bitvault-web', 1, true), vim.fn.getline('.'))
  vim.cmd('buffer ' .. vim.fn.fnameescape(folder .. '/flows.bvl'))
  t.at('bitvault-web.http', 2)
  -- CTRL-] gives the server a second, which is little on a machine that is busy
  eventually('the declaration by its tag', function()
    return pcall(vim.cmd, 'normal! \29') and file() == 'bitvault-web.bvl'
  end)
  vim.cmd('pop')
  t.equal(file(), 'flows.bvl')
end)

test('implementations are the overlays', function()
  t.open(t.example('bitvault') .. '/services/bitvaultd.bvl')
  t.at('bitvaultd {', 2)
  vim.fn.setqflist({})
  vim.lsp.buf.implementation()
  local overlays = eventually('three overlays', function()
    local list = vim.fn.getqflist()
    return #list == 3 and list
  end)
  for _, overlay in ipairs(overlays) do
    t.equal(vim.fn.fnamemodify(vim.fn.bufname(overlay.bufnr), ':t'), 'environments.bvl')
  end
  vim.cmd('cclose')
end)

test('references are in all files', function()
  t.open(t.example('bitvault') .. '/outside.bvl')
  t.at('external kms', 10)
  vim.fn.setqflist({})
  vim.lsp.buf.references()
  local list = eventually('references', function()
    local list = vim.fn.getqflist()
    return #list > 0 and list
  end)
  local files = {}
  for _, place in ipairs(list) do
    local name = vim.fn.fnamemodify(vim.fn.bufname(place.bufnr), ':t')
    files[name] = (files[name] or 0) + 1
  end
  t.equal(files, { ['outside.bvl'] = 1, ['flows.bvl'] = 3 })
  vim.cmd('cclose')
end)

test('completion knows the place', function()
  t.open(t.example('hello') .. '/platform.bvl')
  t.at('greeter.http {')
  vim.fn.setline('.', 'allow web -> greeter.')
  vim.cmd('normal! $')
  t.holds(vim.bo.omnifunc:find('vim.lsp.omnifunc', 1, true), 'omnifunc is that of the server: ' .. vim.bo.omnifunc)
  local words
  local done = false
  vim.keymap.set('i', '<F2>', function()
    -- wait for the menu within insert mode
    vim.wait(20000, function()
      local info = vim.fn.complete_info({ 'items' })
      words = vim.tbl_map(function(item)
        return item.word
      end, info.items)
      return #words > 0
    end, 10)
    done = true
  end, { buffer = true })
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes('A<C-x><C-o><F2><C-e><Esc>', true, false, true), 'xt', false)
  t.holds(done, 'the menu was asked for')
  t.holds(vim.tbl_contains(words, 'http'), 'the port of greeter: ' .. vim.inspect(words))
  t.holds(not vim.tbl_contains(words, 'service'), 'no words of a file: ' .. vim.inspect(words))
end)

test('a code action mends what is found', function()
  t.open(t.example('hello') .. '/platform.bvl')
  t.replace('memory 128Mi..256Mi', 'memory 128Mi..256')
  t.has_codes({ 'BVL0203' })
  t.at('..256', 2)
  local offered = choosing('write `256Mi`', vim.lsp.buf.code_action)
  t.holds(offered[1]:find('write `256Mi`', 1, true), 'the likeliest is the first: ' .. vim.inspect(offered))
  eventually('the unit', function()
    return vim.fn.search('\\Vmemory 128Mi..256Mi', 'nw') > 0
  end)
  t.has_codes({})
end)

test('a code action may change another file', function()
  local folder = t.example('bitvault')
  t.open(folder .. '/services/bitvault-worker.bvl')
  t.replace('nats://${nats.client.host}:${nats.client.port}', '${redis.client.host}')
  t.has_codes({ 'BVL0315' })
  t.at('redis.client', 2)
  choosing('add `allow bitvault-worker -> redis.client`', vim.lsp.buf.code_action)
  t.has_codes({})
  local flows = vim.fn.bufnr(folder .. '/flows.bvl')
  local text = table.concat(vim.api.nvim_buf_get_lines(flows, 0, -1, false), '\n')
  t.holds(text:find('allow bitvault-worker -> postgres.sql, nats.client, redis.client', 1, true), text)
end)

test('the document is formatted', function()
  t.open(t.example('hello') .. '/platform.bvl')
  local styled = t.lines()
  for number, line in ipairs(styled) do
    vim.fn.setline(number, (line:gsub('^%s+', '       '):gsub(' {$', '   {')))
  end
  t.holds(not vim.deep_equal(t.lines(), styled), 'something is out of style')
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ timeout_ms = 20000 })
  else
    vim.lsp.buf.formatting_sync({}, 20000)
  end
  t.equal(t.lines(), styled)
end)

test('the outline has the declarations', function()
  t.open(t.example('hello') .. '/platform.bvl')
  vim.fn.setloclist(0, {})
  vim.fn.setqflist({})
  vim.lsp.buf.document_symbol()
  local names = eventually('an outline', function()
    local list = vim.fn.getloclist(0)
    list = #list > 0 and list or vim.fn.getqflist()
    return #list > 0 and vim.tbl_map(function(item)
      return item.text
    end, list)
  end)
  local outline = table.concat(names, '\n')
  for _, name in ipairs({ 'hello', 'prod', 'web', 'greeter', 'http' }) do
    t.holds(outline:find('] ' .. name, 1, true), name .. ' is not in:\n' .. outline)
  end
  vim.cmd('silent! lclose | cclose')
end)

test('workspace symbols are found by name', function()
  t.open(t.example('bitvault') .. '/flows.bvl')
  vim.fn.setqflist({})
  vim.lsp.buf.workspace_symbol('bitvault-worker')
  local list = eventually('symbols', function()
    local list = vim.fn.getqflist()
    return #list > 0 and list
  end)
  t.holds(list[1].text:find('bitvault-worker', 1, true), list[1].text)
  vim.cmd('cclose')
end)

test('settings reach the server', function()
  local told = {}
  local show = vim.lsp.handlers['window/showMessage']
  vim.lsp.handlers['window/showMessage'] = function(_, message)
    table.insert(told, message.message)
    return message
  end
  vim.cmd('silent! %bwipeout!')
  local settings = { bvl = { hints = { no_such_hint = false } } }
  if vim.lsp.enable then
    vim.lsp.config('bvlc', { settings = settings })
  else
    vim.g.bvlc = { settings = settings }
  end
  t.open(t.example('hello') .. '/platform.bvl')
  local is_told, why = pcall(eventually, 'a word on the setting that there is not', function()
    return table.concat(told, '\n'):find('no_such_hint', 1, true)
  end)
  if vim.lsp.enable then
    vim.lsp.config('bvlc', { settings = { bvl = vim.NIL } })
  end
  vim.g.bvlc = nil
  vim.lsp.handlers['window/showMessage'] = show
  t.holds(is_told, why)
end)

--- Runs `run` with a client where the server has the capability and this Neovim its side of it.
local function where_offered(name, capability, is_known, run)
  test(name .. ' (where the server has it)', function()
    local client = t.open(t.example('hello') .. '/platform.bvl')
    if client.server_capabilities[capability] and is_known then
      run(client)
    else
      io.stdout:write(('      not offered: %s\n'):format(name))
    end
  end)
end

where_offered('rename', 'renameProvider', true, function()
  t.at('service greeter', 8)
  -- whatever is asked before names of Kubernetes change is answered with the first choice
  vim.fn.inputlist = function()
    return 1
  end
  vim.lsp.buf.rename('welcome')
  local is_renamed, why = pcall(eventually, 'the new name in the flow', function()
    return vim.fn.search('\\Vallow web -> welcome.http', 'nw') > 0
  end)
  vim.fn.inputlist = nil
  t.holds(is_renamed, why)
  t.holds(vim.fn.search('\\Vservice welcome', 'nw') > 0, 'the declaration bears the new name')
  t.holds(vim.fn.search('\\Vwelcome.http.host', 'nw') > 0, 'the address bears the new name')
  t.holds(vim.fn.search('\\Vgreeter.http', 'nw') == 0, 'no use bears the old one')
  t.has_codes({})
end)

where_offered('semantic tokens', 'semanticTokensProvider', vim.lsp.semantic_tokens, function()
  t.at('service greeter', 8)
  eventually('a token at the name', function()
    local tokens = vim.lsp.semantic_tokens.get_at_pos(0)
    return tokens and #tokens > 0
  end)
end)

where_offered('hints', 'inlayHintProvider', vim.lsp.inlay_hint, function(client)
  local asked = { textDocument = vim.lsp.util.make_text_document_params(0), range = {
    start = { line = 0, character = 0 },
    ['end'] = { line = vim.fn.line('$'), character = 0 },
  } }
  vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
  eventually('hints, all of them and where they belong', function()
    local ask = client.request_sync
    local answer
    if vim.fn.has('nvim-0.11') == 1 then
      answer = ask(client, 'textDocument/inlayHint', asked, 20000, 0)
    else
      answer = ask('textDocument/inlayHint', asked, 20000, 0)
    end
    local shown = vim.lsp.inlay_hint.get({ bufnr = 0 })
    return answer and answer.result and #answer.result > 0 and #shown == #answer.result
  end)
end)

where_offered('lenses', 'codeLensProvider', vim.lsp.codelens, function()
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = 0 })
  else
    vim.lsp.codelens.refresh()
  end
  eventually('a lens', function()
    return #vim.lsp.codelens.get(vim.lsp.codelens.enable and { bufnr = 0 } or 0) > 0
  end)
end)

where_offered('signature help', 'signatureHelpProvider', true, function()
  t.at('scale 2..6', 6)
  vim.lsp.buf.signature_help()
  t.holds(eventually('the signature', float):find('scale', 1, true), 'it is that of `scale`')
end)

where_offered('folds', 'foldingRangeProvider', vim.lsp.foldexpr, function()
  vim.wo.foldmethod = 'expr'
  vim.wo.foldexpr = 'v:lua.vim.lsp.foldexpr()'
  t.at('service web', 2)
  eventually('a fold over the service', function()
    return vim.fn.foldlevel(vim.fn.line('.') + 1) > 0
  end)
end)
