" Syntax of .bvl. The lists of words come from bvl_words.vim, which is generated from the compiler's own table.
if exists('b:current_syntax')
  finish
endif

let s:save_cpo = &cpo
set cpo&vim

runtime syntax/bvl_words.vim
syntax case match

" A name is one piece with its path, so that no word of a list is found within it.
syntax iskeyword @,48-57,_,-

let s:border = '\ze\%([^A-Za-z0-9_./:-]\|[.][.]\|->\|//\|/\*\|:\%([^/]\|$\)\|$\)'
let s:name = '[A-Za-z][A-Za-z0-9_]*\%(-\+[A-Za-z0-9_]\+\|[./][A-Za-z][A-Za-z0-9_]*\)*'
function! s:any(words) abort
  " the longest first: Vim takes the first that fits
  return '\%(' . join(reverse(sort(copy(a:words))), '\|') . '\)'
endfunction

" ---- what stands behind the first word of a statement; what is defined later comes first
execute 'syntax match bvlName /' . escape(s:name, '/') . '/ contains=NONE transparent'
execute 'syntax match bvlClause /' . escape(s:any(g:bvl_words_clauses) . s:border, '/') . '/'
execute 'syntax match bvlConstant /' . escape('\%(true\|false\)' . s:border, '/') . '/'

" ---- values
syntax match bvlNumber /\d\+\%(\.\d\+\)\?\%(%\|[A-Za-z][A-Za-z0-9]*\)\?\ze\%([^A-Za-z0-9_./:%-]\|\.\.\|->\|\/\/\|\/\*\|:\|$\)/
syntax match bvlAddress /\d\+\%(\.\d\+\)\{3}\%(\/\d\+\)\?/
syntax match bvlAddress /\<\x\{0,4}\%(:\x\{0,4}\)\{2,8}\%(\.\d\+\)\{0,3}\%(\/\d\+\)\?/
syntax match bvlAddress /::\x\{0,4}\%(:\x\{0,4}\)\{0,7}\%(\/\d\+\)\?/
syntax match bvlVariable /\$[A-Za-z][A-Za-z0-9_]*\%(-\+[A-Za-z0-9_]\+\)*/
syntax match bvlOperator /->\|\~>\|\.\.\|[=:*]/

" `: TYPE` of a param or parameter
execute 'syntax match bvlType /:\s*\zs' . escape(s:any(g:bvl_words_types) . s:border, '/') . '/'
