" Settings of a .bvl buffer.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:///,://,s1:/*,mb:*,ex:*/
setlocal commentstring=//\ %s
setlocal formatoptions-=t formatoptions+=croql
setlocal iskeyword=@,48-57,_,-
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal suffixesadd=.bvl

" `:make` checks the platform that the file belongs to.
if !exists('current_compiler')
  compiler bvlc
endif

let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< iskeyword< expandtab< shiftwidth< softtabstop< suffixesadd< makeprg< errorformat<'
