; A declaration is seen in the whole file, a parameter within its own declaration.
(source_file) @local.scope

(source_file
  (statement
    (call)
    (block)) @local.scope)

(let_statement . (word) . (name) @local.definition.variable)
(param_statement . (word) . (name) @local.definition.variable)

; the parameters of a class or an environment; what is handed on has a `=` there
(call (argument . (name) @local.definition.variable . (colon)))

(variable) @local.reference
(path) @local.reference
