" Syntax of .bvl. The lists of words come from bvl_words.vim, which is generated from the compiler's own table.
if exists('b:current_syntax')
  finish
endif

let s:save_cpo = &cpo
set cpo&vim

runtime syntax/bvl_words.vim
syntax case match
syntax sync fromstart

" Of two that begin at the same place Vim takes the one that is defined later.

let s:border = '\ze\%([^A-Za-z0-9_./:%-]\|[.][.]\|->\|//\|/\*\|:\%([^/]\|$\)\|$\)'
let s:before = '\%(\%(^\|[^A-Za-z0-9_./-]\)'

function! s:any(words) abort
  " the longest first: Vim takes the first that fits
  return '\%(' . join(reverse(sort(copy(a:words))), '\|') . '\)'
endfunction

function! s:match(group, pattern) abort
  execute 'syntax match' a:group '/' . escape(a:pattern, '/') . '/'
endfunction

" ---- names: one piece with their path, so that no word is found within them
call s:match('bvlName', '[A-Za-z][A-Za-z0-9_]*\%(-\+[A-Za-z0-9_]\+\|[./][A-Za-z][A-Za-z0-9_]*\)*')
call s:match('bvlClause', s:any(g:bvl_words_clauses) . '\%(\s*:\)\@!' . s:border)
call s:match('bvlChoice', s:any(['true', 'false']) . s:border)
for [s:word, s:between, s:known] in g:bvl_words_choices
  call s:match('bvlChoice', s:before . s:word . repeat('\s\+\S\+', s:between) . '\s\+\)\@80<=' . s:any(s:known) . s:border)
endfor
call s:match('bvlType', '\%(:\s*\)\@40<=' . s:any(g:bvl_words_types) . s:border)
call s:match('bvlWord', '\%(\%(^\|[{};]\)\s*\)\@80<=' . s:any(g:bvl_words_words) . s:border)
call s:match('bvlWord', s:before . 'without\s\+\)\@40<=' . s:any(g:bvl_words_words) . s:border)

" ---- values
call s:match('bvlNumber', '\d\+\%(\.\d\+\)\?\%(%\|[A-Za-z][A-Za-z0-9]*\)\?' . s:border)
call s:match('bvlNumber', '\d\+\%(\.\d\+\)\{3}\%(/\d\+\)\?')
call s:match('bvlNumber', '\x\{0,4}\%(:\x\{0,4}\)\{2,8}\%(\.\d\+\)\{0,3}\%(/\d\+\)\?')
call s:match('bvlVariable', '\$[A-Za-z][A-Za-z0-9_]*\%(-\+[A-Za-z0-9_]\+\)*')
call s:match('bvlOperator', '\%([=!<>]=\|[<>+-]\)\ze\%([ \t(]\|$\)')
call s:match('bvlOperator', '->\|\~>\|[.][.]\|[=*]\|:\ze\%([^:]\|$\)')

" ---- strings
syntax match bvlEscape /\\\%(["\\nt$]\|u{\x\{1,6}}\)/ contained
syntax match bvlInterpolation /\${[A-Za-z][A-Za-z0-9_.\/-]*}/ contained
syntax region bvlString start=/"/ skip=/\\./ end=/"/ oneline contains=bvlEscape,bvlInterpolation,@NoSpell
syntax region bvlTextBlock start=/"""/ skip=/\\./ end=/"""/ contains=bvlEscape,bvlInterpolation,@NoSpell

" ---- what other languages write
syntax match bvlError /#.*/
syntax match bvlError /=>/
syntax match bvlError /'[^']*'/

" ---- comments
syntax match bvlComment /\/\/.*/ contains=@Spell
syntax match bvlDocumentation /\/\/\/\%([^\/].*\)\?$/ contains=@Spell
syntax region bvlBlockComment start=/\/\*/ end=/\*\// contains=@Spell

highlight default link bvlWord Keyword
highlight default link bvlClause Statement
highlight default link bvlChoice Constant
highlight default link bvlType Type
highlight default link bvlNumber Number
highlight default link bvlVariable Identifier
highlight default link bvlOperator Operator
highlight default link bvlString String
highlight default link bvlTextBlock String
highlight default link bvlEscape SpecialChar
highlight default link bvlInterpolation Special
highlight default link bvlComment Comment
highlight default link bvlBlockComment Comment
highlight default link bvlDocumentation SpecialComment
highlight default link bvlError Error

let b:current_syntax = 'bvl'
let &cpo = s:save_cpo
unlet s:save_cpo s:border s:before
