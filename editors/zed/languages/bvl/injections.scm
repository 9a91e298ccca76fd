((doc_comment) @injection.content
  (#set! injection.language "markdown"))


((statement
  word: [(word) (string)] @_name
  .
  (text_block (string_content) @injection.content))
  (#match? @_name "[.]ya?ml\"?$")
  (#set! injection.language "yaml"))

((statement
  word: [(word) (string)] @_name
  .
  (text_block (string_content) @injection.content))
  (#match? @_name "[.]json\"?$")
  (#set! injection.language "json"))
