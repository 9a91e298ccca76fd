[
  (comment)
  (doc_comment)
  (block_comment)
] @comment.inclusive

[
  (string)
  (text_block)
] @string
