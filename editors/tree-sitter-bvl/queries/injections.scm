; Documentation is Markdown, as hovers show it.
((doc_comment) @injection.content
  (#set! injection.language "markdown_inline")
  (#offset! @injection.content 0 3 0 0))

; Texts in blocks of `config` and the like, by the name of the file that they are.
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

((comment) @injection.content
  (#set! injection.language "comment"))
