; Two spaces a level of braces and brackets.
[
  (block)
  (bracketed)
  (call)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

; What a text says begins where its author has set it.
[
  (text_block)
  (block_comment)
  (ERROR)
] @indent.auto
