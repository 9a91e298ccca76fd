"""`queries/bvl/highlights.scm` in the captures of Helix's themes."""

import highlights

CAPTURES = {
    "clause": "keyword.control",
    "boolean": "constant.builtin.boolean",
    "number": "constant.numeric",
    "address": "constant.numeric",
    "variable": "variable.parameter",
    "escape": "constant.character.escape",
    "comment": "comment.line",
    "block comment": "comment.block",
    "documentation": "comment.line.documentation",
}


def files(words):
    return {"queries/bvl/highlights.scm": highlights.query(words, CAPTURES)}
