[
  (block)
  (bracketed)
  (call)
] @rainbow.scope

["{" "}" "[" "]" "(" ")"] @rainbow.bracket
