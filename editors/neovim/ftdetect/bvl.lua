-- `filetype.lua` is how releases since 0.8 look at names; in 0.7 it is off unless it is asked for, and the event does it.
if vim.filetype and vim.fn.has('nvim-0.8') == 1 then
  vim.filetype.add({ extension = { bvl = 'bvl' } })
else
  vim.cmd('autocmd BufRead,BufNewFile *.bvl setfiletype bvl')
end
