-- The inputs that all highlighters share: the class of each character, by the syntax and by the tree.
local t = require('support')

local SYNTAX = { bvlWord = 'keyword', bvlTextBlock = 'string', bvlBlockComment = 'comment', bvlName = 'none', [''] = 'none' }

local CAPTURES = {
  ['keyword'] = 'keyword',
  ['keyword.modifier'] = 'clause',
  ['constant'] = 'choice',
  ['constant.builtin'] = 'choice',
  ['type'] = 'type',
  ['number'] = 'number',
  ['string'] = 'string',
  ['string.escape'] = 'escape',
  ['punctuation.special'] = 'interpolation',
  ['operator'] = 'operator',
  ['comment'] = 'comment',
  ['comment.documentation'] = 'documentation',
}

local function of_syntax(line, column)
  local name = vim.fn.synIDattr(vim.fn.synID(line, column, 1), 'name')
  return SYNTAX[name] or name:gsub('^bvl', ''):lower()
end

--- Of the captures at a place the last one that colors.
local function of_tree(line, column)
  local class = 'none'
  for _, capture in ipairs(vim.treesitter.get_captures_at_pos(0, line - 1, column - 1)) do
    if capture.lang == 'bvl' then
      local name = capture.capture
      if name == 'variable' then
        -- what is put into a string, or `$name`
        class = class == 'string' and 'interpolation' or 'variable'
      else
        class = CAPTURES[name] or (name:find('^punctuation') and class) or class
      end
    end
  end
  return class
end

local function compared(fixture, class_at, ...)
  local shown = {}
  for number, text in ipairs(t.lines()) do
    for index = 0, vim.fn.strchars(text) - 1 do
      local at = vim.fn.byteidx(text, index)
      if not text:sub(at + 1, at + 1):match('%s') then
        table.insert(shown, ('%d %d %s'):format(number, index + 1, class_at(number, at + 1)))
      end
    end
  end
  local command = { 'python3', t.root .. '/editors/fixtures/compare.py', fixture, ... }
  local said = vim.fn.system(command, table.concat(shown, '\n') .. '\n')
  t.holds(vim.v.shell_error == 0, said)
end

local function each_fixture(run)
  for _, path in ipairs(vim.fn.globpath(t.root .. '/editors/fixtures', '*.bvl', false, true)) do
    vim.cmd('edit! ' .. vim.fn.fnameescape(path))
    run(vim.fn.fnamemodify(path, ':t:r'))
  end
end

t.test('the syntax has the classes of the fixtures', function()
  vim.cmd('syntax on')
  each_fixture(function(fixture)
    if vim.treesitter and vim.treesitter.stop then
      pcall(vim.treesitter.stop)
    end
    vim.bo.syntax = 'bvl'
    compared(fixture, of_syntax, t.root .. '/editors/vim/exceptions.txt')
  end)
end)

t.test('the tree has the classes of the fixtures (where there is a parser)', function()
  if not (vim.treesitter.language and vim.treesitter.language.add and vim.treesitter.language.add('bvl')) then
    io.stdout:write('      no parser for bvl\n')
    return
  end
  each_fixture(function(fixture)
    t.holds(vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()], 'the tree colors the buffer by itself')
    vim.treesitter.get_parser(0, 'bvl'):parse(true)
    compared(fixture, of_tree)
  end)
end)
