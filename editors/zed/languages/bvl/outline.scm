; Declarations with their word, and the ports and overlays within them.
(doc_comment) @annotation

(statement
  word: (word) @context
  .
  [
    (name) @name
    (wildcard) @name
    (call name: (name) @name)
  ]
  block: (block)) @item

(let_statement . (word) @context . (name) @name) @item
(param_statement . (word) @context . (name) @name) @item

(block
  (statement
    word: (word) @context
    .
    (name) @name
    (#eq? @context "port")) @item)
