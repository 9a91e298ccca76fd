" Files of the platform.
autocmd BufRead,BufNewFile *.bvl setfiletype bvl
