" Indentation of .bvl: two spaces a level of braces and brackets, four more where a statement goes on.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal nosmartindent autoindent
setlocal indentexpr=BvlIndent(v:lnum)
setlocal indentkeys=0},0),0],!^F,o,O,e,0=because,0=->,0=~>
let b:undo_indent = 'setlocal smartindent< autoindent< indentexpr< indentkeys<'

if exists('*BvlIndent')
  finish
endif

" The line without its strings and comments, so that only braces of the syntax are counted.
function! s:Code(lnum) abort
  let l:line = substitute(getline(a:lnum), '"\%([^"\\]\|\\.\)*"', '""', 'g')
  return substitute(l:line, '\s*\%(//.*\|/\*.\{-}\*/\)\s*$', '', '')
endfunction

function! s:IsInside(lnum) abort
  let l:name = synIDattr(synID(a:lnum, 1, 1), 'name')
  return l:name =~# '^bvl\%(Text\|BlockComment\)'
endfunction

function! s:Count(text, pattern) abort
  return len(substitute(a:text, a:pattern, '', 'g'))
endfunction

" Whether the line goes on with the statement before; a comment belongs to what follows it.
function! s:GoesOn(lnum) abort
  let l:at = a:lnum
  while l:at < a:lnum + 20 && getline(l:at) =~# '^\s*//'
    let l:at = nextnonblank(l:at + 1)
  endwhile
  return l:at > 0 && s:Code(l:at) =~# '^\s*\%(->\|\~>\|\%(because\|where\|require\|else\|and\|or\)\>\)'
endfunction

" The last line before this one with code on it, and not within a text block.
function! s:Before(lnum) abort
  let l:at = prevnonblank(a:lnum - 1)
  while l:at > 0 && (s:IsInside(l:at) || s:Code(l:at) =~# '^\s*$')
    let l:at = prevnonblank(l:at - 1)
  endwhile
  return l:at
endfunction

function! s:OpenedBy(text) abort
  " what a line closes at its beginning has moved that line itself already
  let l:rest = substitute(a:text, '^\s*[\])}]*', '', '')
  return s:Count(l:rest, '[^{([]') - s:Count(l:rest, '[^})\]]')
endfunction

function! BvlIndent(lnum) abort
  if s:IsInside(a:lnum)
    return -1
  endif
  let l:before = s:Before(a:lnum)
  if l:before == 0
    return 0
  endif
  let l:code = s:Code(l:before)
  let l:goes_on = s:GoesOn(a:lnum)
  let l:width = shiftwidth()
  let l:indent = indent(l:before)
  let l:opened = s:OpenedBy(l:code)
  " a line that goes on with another stands two levels deeper, and what follows it does not
  let l:was_joined = s:GoesOn(l:before) || s:Code(s:Before(l:before)) =~# '\%(,\|->\|\~>\|=\)\s*$'
  let l:joins = l:code =~# '\%(,\|->\|\~>\|=\)\s*$'
  if l:was_joined && l:opened >= 0 && !l:goes_on && !l:joins && s:Bracket(l:before) == 0
    let l:indent -= 2 * l:width
  endif
  let l:indent += l:opened * l:width
  if (l:goes_on || l:joins) && !l:was_joined && l:opened == 0 && s:Bracket(a:lnum) == 0
    let l:indent += 2 * l:width
  endif
  if getline(a:lnum) =~# '^\s*[\])}]'
    let l:indent -= l:width
  endif
  return max([l:indent, 0])
endfunction

" Whether the line begins within brackets or parentheses.
function! s:Bracket(lnum) abort
  let l:depth = 0
  for l:at in range(max([1, a:lnum - 40]), a:lnum - 1)
    let l:code = s:Code(l:at)
    let l:depth = max([0, l:depth + s:Count(l:code, '[^([]') - s:Count(l:code, '[^)\]]')])
  endfor
  return l:depth
endfunction
