; A declaration is what functions are elsewhere, a statement with a block in it what a class is.
(source_file
  (statement
    block: (block) @function.inside) @function.around)

(block
  (statement
    block: (block) @class.inside) @class.around)

(argument) @parameter.inside
(bracketed (_) @entry.inside)
(comment) @comment.inside
(comment)+ @comment.around
(doc_comment)+ @comment.around
