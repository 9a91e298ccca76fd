"""`languages/bvl/highlights.scm` in the captures of Zed's themes."""

import highlights

CAPTURES = {
    "clause": "keyword",
    "boolean": "boolean",
    "variable": "variable.special",
    "path": "variable.special",
    "documentation": "comment.doc",
}


def files(words):
    return {"languages/bvl/highlights.scm": highlights.query(words, CAPTURES)}
