-- How a .bvl file is edited.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

-- `///` documents a declaration: pressing Enter in it goes on with it, and so does `//`.
vim.bo.comments = 's1:/*,mb:*,ex:*/,:///,://'
vim.bo.commentstring = '// %s'
vim.opt_local.formatoptions:remove('t')
vim.opt_local.formatoptions:append('croql')

-- The style of `bvlc fmt`.
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.tabstop = 2

-- A name is one word: `bitvault-web`, `max-unavailable`.
vim.opt_local.iskeyword:append('-')
vim.bo.suffixesadd = '.bvl'

local undo = 'setlocal comments< commentstring< formatoptions< expandtab< shiftwidth< softtabstop< tabstop< iskeyword< suffixesadd<'

-- Colors by tree-sitter where a parser for bvl is installed; `syntax/bvl.vim` where none is.
if vim.fn.has('nvim-0.9') == 1 and pcall(vim.treesitter.start) then
  undo = undo .. ' | lua pcall(vim.treesitter.stop)'
end
vim.b.undo_ftplugin = undo
