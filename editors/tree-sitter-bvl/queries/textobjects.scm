; A declaration is what functions are elsewhere, a block within it what a class body is.
(source_file
  (statement
    block: (block)) @function.outer)

(source_file
  (statement
    block: (block
      "{"
      .
      (_) @_start
      (_)? @_end
      .
      "}"
      (#make-range! "function.inner" @_start @_end))))

(block
  (statement
    block: (block) @class.inner) @class.outer)

(flow_statement) @call.outer
(argument) @parameter.inner
(call) @call.inner

[
  (comment)
  (doc_comment)
  (block_comment)
] @comment.outer

(statement
  word: (word) @assignment.lhs) @statement.outer
(number) @number.inner
