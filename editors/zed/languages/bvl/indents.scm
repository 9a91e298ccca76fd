(block "}" @end) @indent
(bracketed "]" @end) @indent
(call ")" @end) @indent
