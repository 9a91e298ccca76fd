[
  (block)
  (bracketed)
  (text_block)
  (block_comment)
] @fold
