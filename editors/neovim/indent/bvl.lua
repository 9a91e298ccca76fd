-- Indentation by braces, as `bvlc fmt` writes it.
if vim.b.did_indent then
  return
end
vim.b.did_indent = 1
vim.bo.indentexpr = "v:lua.require'bvl.indent'.of(v:lnum)"
vim.bo.indentkeys = '0{,0},0),0],!^F,o,O,e,0=because,0=->,0=~>'
vim.bo.autoindent = true
vim.b.undo_indent = 'setlocal indentexpr< indentkeys< autoindent<'
