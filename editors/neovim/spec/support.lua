-- What the specs are written with: tests by name, and waiting for what must come true.
local M = { tests = {} }

M.root = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h:h')
M.is_old = vim.fn.has('nvim-0.8') == 0

function M.test(name, run)
  table.insert(M.tests, { name = name, run = run })
end

--- Waits until `holds` gives something, and gives it; fails after twenty seconds.
function M.eventually(what, holds)
  local value
  local is_met = vim.wait(20000, function()
    value = holds()
    return value
  end, 10)
  if not is_met then
    error('waited in vain: ' .. what, 2)
  end
  return value
end

function M.equal(found, expected, what)
  if not vim.deep_equal(found, expected) then
    error(('%s\n  expected: %s\n  found:    %s'):format(what or 'not equal', vim.inspect(expected), vim.inspect(found)), 2)
  end
end

function M.holds(condition, what)
  if not condition then
    error(what, 2)
  end
end

--- A copy of an example, which a test may change.
function M.example(name)
  local folder = vim.fn.tempname() .. '/' .. name
  for _, file in ipairs(vim.fn.globpath(M.root .. '/examples/' .. name, '**/*.bvl', false, true)) do
    local to = folder .. file:sub(#(M.root .. '/examples/' .. name) + 1)
    vim.fn.mkdir(vim.fn.fnamemodify(to, ':h'), 'p')
    vim.fn.writefile(vim.fn.readfile(file, 'b'), to, 'b')
  end
  return vim.loop.fs_realpath(folder)
end

function M.client()
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  for _, client in pairs(get()) do
    if client.name == 'bvlc' and vim.lsp.buf_is_attached(0, client.id) then
      return client
    end
  end
end

--- Opens a file and waits for the server.
function M.open(path)
  vim.cmd('edit! ' .. vim.fn.fnameescape(path))
  return M.eventually('a client in ' .. path, function()
    local client = M.client()
    return client and client.initialized and client
  end)
end

--- Puts the cursor on a text, `offset` bytes behind its beginning.
function M.at(text, offset)
  vim.fn.cursor(1, 1)
  local line = vim.fn.search('\\V' .. vim.fn.escape(text, '\\'), 'cW')
  M.holds(line > 0, 'not in the buffer: ' .. text)
  if offset then
    vim.fn.cursor(line, vim.fn.col('.') + offset)
  end
end

function M.lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

--- Replaces the first occurrence of a text in the buffer.
function M.replace(text, by)
  M.at(text)
  local line = vim.fn.getline('.')
  local first = vim.fn.col('.')
  vim.fn.setline('.', line:sub(1, first - 1) .. by .. line:sub(first + #text))
end

--- The codes of the findings in the buffer, in order.
function M.codes()
  local found = vim.tbl_map(function(finding)
    return tostring(finding.code or (finding.user_data and finding.user_data.lsp and finding.user_data.lsp.code))
  end, vim.diagnostic.get(0))
  table.sort(found)
  return found
end

function M.has_codes(expected)
  M.eventually(vim.inspect(expected), function()
    return vim.deep_equal(M.codes(), expected)
  end)
end

--- Runs the tests whose names match and ends Neovim, with what failed on standard error.
function M.run(pattern)
  local failed = 0
  local chosen = vim.tbl_filter(function(test)
    return test.name:find(pattern)
  end, M.tests)
  for _, test in ipairs(chosen) do
    vim.cmd('silent! %bwipeout!')
    local is_well, why = xpcall(test.run, debug.traceback)
    io.stdout:write(('%s  %s\n'):format(is_well and 'ok  ' or 'FAIL', test.name))
    if not is_well then
      failed = failed + 1
      io.stdout:write(why .. '\n')
    end
  end
  io.stdout:write(('neovim %s: %d tests, %d failed\n'):format(M.version(), #chosen, failed))
  vim.cmd(failed == 0 and #chosen > 0 and 'qall!' or 'cquit 1')
end

function M.version()
  local version = vim.version()
  return ('%d.%d.%d'):format(version.major, version.minor, version.patch)
end

return M
