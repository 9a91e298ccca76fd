" `:make` with bvlc: one finding a line, `path:line:column: severity[CODE]: message`.
if exists('current_compiler')
  finish
endif
let current_compiler = 'bvlc'

let s:save_cpo = &cpo
set cpo&vim

CompilerSet makeprg=bvlc\ check\ --message-format\ concise
CompilerSet errorformat=%f:%l:%c:\ %trror[%m,%f:%l:%c:\ %tarning[%m,%f:%l:%c:\ %tint[%m,%-G%.%#

let &cpo = s:save_cpo
unlet s:save_cpo
