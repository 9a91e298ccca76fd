(source_file
  (statement
    block: (block "{" (_)* @function.inside "}")) @function.around)

(block
  (statement
    block: (block "{" (_)* @class.inside "}")) @class.around)

(comment)+ @comment.around
(doc_comment)+ @comment.around
