[
  (block)
  (bracketed)
  (call)
] @indent

["}" "]" ")"] @outdent
