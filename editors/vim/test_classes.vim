" Prints the class of each character of a buffer, as editors/fixtures/compare.py reads it.
let s:classes = {'bvlWord': 'keyword', 'bvlTextBlock': 'string', 'bvlBlockComment': 'comment', 'bvlName': 'none'}
let s:shown = []
for s:line in range(1, line('$'))
  let s:text = getline(s:line)
  for s:column in range(1, strchars(s:text))
    let s:at = byteidx(s:text, s:column - 1)
    if strpart(s:text, s:at)[0] !~# '\s'
      let s:name = synIDattr(synID(s:line, s:at + 1, 1), 'name')
      let s:class = get(s:classes, s:name, s:name ==# '' ? 'none' : tolower(substitute(s:name, '^bvl', '', '')))
      call add(s:shown, s:line . ' ' . s:column . ' ' . s:class)
    endif
  endfor
endfor
call writefile(s:shown, $SHOWN)
