-- What the plugin does by itself: the file type, indentation, comments, colors.
local t = require('support')
local test = t.test

local function sources()
  local found = vim.fn.globpath(t.root .. '/examples', '**/*.bvl', false, true)
  vim.list_extend(found, vim.fn.globpath(t.root .. '/stdlib', '*.bvl', false, true))
  t.holds(#found > 10, 'examples and standard library')
  return found
end

local function open(path)
  vim.cmd('edit! ' .. vim.fn.fnameescape(path))
end

test('a .bvl file has the file type', function()
  open(t.root .. '/examples/hello/platform.bvl')
  t.equal(vim.bo.filetype, 'bvl')
  t.equal(vim.bo.commentstring, '// %s')
  t.equal(vim.bo.shiftwidth, 2)
end)

test('indenting leaves files in style as they are', function()
  for _, path in ipairs(sources()) do
    open(path)
    local styled = t.lines()
    vim.cmd('silent normal! gg=G')
    t.equal(t.lines(), styled, path)
  end
end)

test('indenting brings files without indentation into style', function()
  for _, path in ipairs(sources()) do
    open(path)
    local styled = t.lines()
    local inside = false
    for number, line in ipairs(styled) do
      -- what stands in a text is the author's
      if not inside then
        vim.fn.setline(number, (line:gsub('^%s+', '')))
      end
      if select(2, line:gsub('"""', '')) % 2 == 1 then
        inside = not inside
      end
    end
    vim.cmd('silent normal! gg=G')
    t.equal(t.lines(), styled, path)
  end
end)

--- Types keys as a person does, with what the plugin maps and does at them.
local function typed(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), 'xt', false)
end

test('typing a declaration indents it', function()
  open(vim.fn.tempname() .. '/new.bvl')
  typed(
    'iservice web {<CR>port http 8080<CR>scale 2..6 {<CR>on cpu 70%<CR>}<CR>}<CR>allow web, api<CR>-> db.sql<CR>because "it does"<CR>never web -><CR>db<Esc>'
  )
  t.equal(t.lines(), {
    'service web {',
    '  port http 8080',
    '  scale 2..6 {',
    '    on cpu 70%',
    '  }',
    '}',
    'allow web, api',
    '    -> db.sql',
    '    because "it does"',
    'never web ->',
    '    db',
  })
end)

test('a brace in a text or a comment opens nothing', function()
  open(vim.fn.tempname() .. '/new.bvl')
  vim.fn.setline(1, {
    'service web {',
    'label "a{" "b\\"{" // {',
    '/* {',
    ' { */',
    'config c at "/c" {',
    '"f" """',
    '  { \\""" {',
    '  """',
    'args [',
    '"a",',
    '"b"',
    ']',
    '}',
    '}',
  })
  vim.cmd('silent normal! gg=G')
  t.equal(t.lines(), {
    'service web {',
    '  label "a{" "b\\"{" // {',
    '  /* {',
    ' { */',
    '  config c at "/c" {',
    '    "f" """',
    '  { \\""" {',
    '  """',
    '    args [',
    '        "a",',
    '        "b"',
    '    ]',
    '  }',
    '}',
  })
end)

test('a change above is seen by the lines below', function()
  open(vim.fn.tempname() .. '/new.bvl')
  vim.fn.setline(1, { 'service web {', 'port http 8080', '}' })
  vim.cmd('silent normal! gg=G')
  t.equal(t.lines()[2], '  port http 8080')
  vim.fn.setline(1, '// service web {')
  vim.cmd('silent normal! gg=G')
  t.equal(t.lines()[2], 'port http 8080')
end)

test('a documenting comment goes on at Enter', function()
  open(vim.fn.tempname() .. '/new.bvl')
  typed('i/// What people see,<CR>all of it.<Esc>')
  t.equal(t.lines(), { '/// What people see,', '/// all of it.' })
end)

test('hyphens are part of a name', function()
  open(t.root .. '/examples/bitvault/flows.bvl')
  t.at('bitvault-web')
  t.equal(vim.fn.expand('<cword>'), 'bitvault-web')
end)

test('health tells what runs and what it can do', function()
  t.open(t.example('hello') .. '/platform.bvl')
  vim.cmd('checkhealth bvl')
  local report = table.concat(t.lines(), '\n')
  t.holds(report:find('OK:? bvlc %d+%.%d+%.%d+'), report)
  t.holds(report:find('it has: findings on request, hover', 1, true), report)
  t.holds(report:find('client %d+ serves '), report)
  t.holds(not report:find('ERROR'), report)
end)

test('health says how to mend a server that is not there', function()
  vim.g.bvlc = { cmd = { '/nowhere/bvlc', 'lsp' } }
  vim.cmd('checkhealth bvl')
  vim.g.bvlc = nil
  local report = table.concat(t.lines(), '\n')
  t.holds(report:find('`/nowhere/bvlc` cannot be run', 1, true), report)
  t.holds(report:find('cargo install --path .', 1, true), report)
end)
