"""The TextMate grammar, with the words of the language in it.

TextMate reads line by line, without a tree: what it cannot know (whether a name is declared, which block a word stands in)
the server's semantic tokens add.
"""

import json

# A name ends in no hyphen; nothing that goes on with a letter, a digit or a hyphen is another word's end.
NAME = r"[A-Za-z][A-Za-z0-9_]*(?:-+[A-Za-z0-9_]+)*"
ENDS = r"(?![A-Za-z0-9_]|-+[A-Za-z0-9_])"
# Where a statement may begin: a line, behind a brace or a `;`.
BEGINS = r"(?:^|(?<=[{};]))(\s*)"
# Where no name goes on.
ALONE = r"(?<![A-Za-z0-9_.$/-])"


def files(words):
    return {"syntaxes/bvl.tmLanguage.json": json.dumps(grammar(words), indent=2, ensure_ascii=False) + "\n"}


def one_of(names):
    """An expression for any of the names, the longer ones first."""
    unique = sorted(set(names), key=lambda name: (-len(name), name))
    return "(?:" + "|".join(name.replace(".", r"\.") for name in unique) + ")"


def rule(match, name=None, **captures):
    """A rule for one match, its captures by `c1`, `c2`, .."""
    made = {"match": match}
    if name:
        made["name"] = name
    if captures:
        made["captures"] = {number[1:]: {"name": scope} for number, scope in captures.items()}
    return made


def include(*names):
    return [{"include": f"#{name}"} for name in names]


def chosen(words):
    """Rules for words behind which one of a few may stand: `scale 2 { on cpu .. }`, `spread zone`, `severity CODE warn`."""
    places = {}
    for block in words["blocks"].values():
        for name, word in block["words"].items():
            for at, argument in enumerate(word.get("args", [])):
                named = [choice for choice in argument.get("choices", []) if isinstance(choice, str)]
                places.setdefault((name, at), set()).update(named)
            places.setdefault((name, 0), set()).update(word.get("variants", {}))
    return [
        rule(
            rf"{BEGINS}({name})\s+{before(at)}({one_of(choices)}){ENDS}(?![./])",
            c2="support.type.property-name.bvl",
            **({"c3": "variable.other.name.bvl"} if at else {}),
            **{f"c{at + 3}": "constant.language.bvl"},
        )
        for (name, at), choices in sorted(places.items())
        if choices and at < 2
    ]


def sentence(words):
    """The sentence of a rule, from `for NAME in THINGS` to where no line goes on with it: what stands in it are names, even
    `none` and `services`, but for what it begins with."""
    things = words["blocks"]["rule"]["words"]["for"]["clauses"]["in"]["args"][0]["choices"]
    going_on = one_of(words["continuations"] + words["joining"])
    return {
        "begin": rf"{BEGINS}(for)\s+({NAME})\s+(in)\s+({one_of(things)}){ENDS}(?![./])",
        "beginCaptures": {
            "2": {"name": "support.type.property-name.bvl"},
            "3": {"name": "variable.other.name.bvl"},
            "4": {"name": "keyword.control.clause.bvl"},
            "5": {"name": "constant.language.bvl"},
        },
        "end": rf"(?=[;{{}}])|^(?!\s*(?:{going_on}{ENDS}|//|/\*|$))",
        "patterns": [
            *include("comments", "continuing-line", "joint-at-end", "text", "strings", "variables", "addresses", "numbers", "operators"),
            rule(r":", "keyword.operator.quantifier.bvl"),
            *include("continuing", "clauses", "booleans", "names"),
        ],
    }


def before(at):
    """The arguments before the one of that number."""
    return rf"({NAME})\s+" * at


def grammar(words):
    declaring = [word for word in words["declarations"] if word in words["words"] and word not in ("allow", "never", "use", "waive", "param", "let")]
    of_files = [word for word in words["blocks"]["file"]["words"] if word not in declaring]
    of_blocks = [word for word in words["words"] + list(words["anywhere"]) if word not in declaring + of_files]
    units = [unit for of_type in words["units"].values() for unit in of_type if unit.isalnum()]
    values = include(
        "comments", "joint-at-end", "text", "strings", "variables", "addresses", "numbers", "operators", "continuing", "clauses",
        "constants", "ends", "names",
    )
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/3b5522afdb85150603e3ee853d60f655445fdd4a/tmlanguage.json",
        "information_for_contributors": ["Made of editors/words.json by editors/generate.py from editors/vscode/write.py."],
        "name": "bvl",
        "scopeName": "source.bvl",
        "patterns": include("statements"),
        "repository": {
            "statements": {
                "patterns": [
                    *include("comments", "continuing-line", "param", "let", "overlay-of-all", "declaration", "sentence", "chosen", "statement", "own-key"),
                    *values,
                    *include("braces", "separators"),
                ]
            },
            "comments": {
                "patterns": [
                    {
                        "name": "comment.line.documentation.bvl",
                        "match": r"(///)(?!/)(.*)$",
                        "captures": {
                            "1": {"name": "punctuation.definition.comment.bvl"},
                            "2": {"patterns": [rule(r"`[^`]*`", "markup.inline.raw.bvl")]},
                        },
                    },
                    rule(r"(//).*$", "comment.line.double-slash.bvl", c1="punctuation.definition.comment.bvl"),
                    {
                        "name": "comment.block.bvl",
                        "begin": r"/\*",
                        "end": r"\*/",
                        "captures": {"0": {"name": "punctuation.definition.comment.bvl"}},
                    },
                ]
            },
            # A newline does not end the statement behind one of these, so that the next line begins none.
            "joint-at-end": {
                "begin": r"(?:(->|~>)|(=)|(,))(?=\s*(?://.*)?$)",
                "beginCaptures": {
                    "1": {"name": "keyword.operator.arrow.bvl"},
                    "2": {"name": "keyword.operator.assignment.bvl"},
                    "3": {"name": "punctuation.separator.list.bvl"},
                },
                "end": r"(?=\S)(?!//|/\*)",
                "patterns": include("comments"),
            },
            # Nor does it before one of these.
            "continuing-line": rule(
                rf"^(\s*)({one_of(words['continuations'] + words['joining'])}){ENDS}", c2="keyword.control.clause.bvl"
            ),
            "param": {
                "begin": rf"{BEGINS}(param)\s+({NAME})",
                "beginCaptures": {
                    "2": {"name": "storage.type.declaration.bvl"},
                    "3": {"name": "variable.parameter.bvl"},
                },
                "end": r"(?=$|[;{}])",
                "patterns": [*include("parameter-type", "example", "comments", "strings", "variables", "addresses", "numbers", "operators", "clauses", "booleans", "names")],
            },
            "let": rule(
                rf"{BEGINS}(let)\s+({NAME})", c2="storage.type.declaration.bvl", c3="variable.other.constant.bvl"
            ),
            "overlay-of-all": rule(
                rf"{BEGINS}({one_of(declaring)})\s+(\*)", c2="storage.type.declaration.bvl", c3="keyword.operator.all.bvl"
            ),
            "declaration": {
                "begin": rf"{BEGINS}({one_of(declaring)})\s+({NAME})",
                "beginCaptures": {
                    "2": {"name": "storage.type.declaration.bvl"},
                    "3": {"name": "entity.name.type.bvl"},
                },
                "end": r"(?=$|[;{}])",
                "patterns": [*include("parameters"), *values],
            },
            "parameters": {
                "begin": r"\(",
                "end": r"\)",
                "captures": {"0": {"name": "punctuation.section.parens.bvl"}},
                "patterns": [
                    *include("parameter-type"),
                    rule(rf"({NAME})(?=\s*[:=])", c1="variable.parameter.bvl"),
                    *include("example", "comments", "strings", "text", "variables", "addresses", "numbers", "operators", "clauses", "booleans", "names"),
                ],
            },
            "parameter-type": rule(
                rf"(:)\s*({one_of(words['param-types'])}){ENDS}",
                c1="punctuation.separator.type.bvl",
                c2="support.type.bvl",
            ),
            "sentence": sentence(words),
            "chosen": {"patterns": chosen(words)},
            "statement": {
                "patterns": [
                    rule(
                        rf"{BEGINS}(without)\s+({one_of(words['words'])}){ENDS}",
                        c2="support.type.property-name.bvl",
                        c3="support.type.property-name.bvl",
                    ),
                    rule(rf"{BEGINS}({one_of(declaring)}){ENDS}(?![./:])", c2="storage.type.declaration.bvl"),
                    rule(rf"{BEGINS}({one_of(of_files)}){ENDS}(?![./:])", c2="keyword.other.statement.bvl"),
                    rule(rf"{BEGINS}({one_of(of_blocks)}){ENDS}(?![./:])", c2="support.type.property-name.bvl"),
                ]
            },
            "example": rule(rf"{ALONE}(example){ENDS}", c1="keyword.control.clause.bvl"),
            # A key of the user's own, as in `config settings { LOG_LEVEL "info" }`, or a word that is none.
            "own-key": rule(rf"{BEGINS}({NAME})(?=\s)", c2="variable.other.property.bvl"),
            "braces": rule(r"[{}]", "punctuation.section.block.bvl"),
            "separators": rule(r";", "punctuation.terminator.statement.bvl"),
            "text": {
                "name": "string.quoted.triple.bvl",
                "begin": r'"""',
                "end": r'"""',
                "beginCaptures": {"0": {"name": "punctuation.definition.string.begin.bvl"}},
                "endCaptures": {"0": {"name": "punctuation.definition.string.end.bvl"}},
                "patterns": include("escapes", "interpolation"),
            },
            "strings": {
                "patterns": [
                    {
                        "name": "string.quoted.double.bvl",
                        "begin": r'"(?!"")(?=(?:[^"\\]|\\.)*")',
                        "end": '"',
                        "beginCaptures": {"0": {"name": "punctuation.definition.string.begin.bvl"}},
                        "endCaptures": {"0": {"name": "punctuation.definition.string.end.bvl"}},
                        "patterns": include("escapes", "interpolation"),
                    },
                    # Up to the end of the line, but for what closes a block.
                    rule(r'"(?!"")(?:\$\{[^}$"]*\}|[^{};])*', "invalid.illegal.unclosed-string.bvl"),
                ]
            },
            "escapes": {
                "patterns": [
                    rule(
                        r"\\(?:[\"\\nt$]|u\{(?!0*[Dd][89A-Fa-f][0-9A-Fa-f]{2}\})0*(?:10|[0-9A-Fa-f])?[0-9A-Fa-f]{1,4}\})",
                        "constant.character.escape.bvl",
                    ),
                    rule(r"\\.", "invalid.illegal.escape.bvl"),
                ]
            },
            "interpolation": {
                "match": rf"(\$\{{)\s*({NAME}(?:[./]{NAME})*)\s*(\}})",
                "captures": {
                    "0": {"name": "meta.interpolation.bvl"},
                    "1": {"name": "punctuation.section.interpolation.begin.bvl"},
                    "2": {"name": "variable.other.bvl"},
                    "3": {"name": "punctuation.section.interpolation.end.bvl"},
                },
            },
            "variables": {
                "patterns": [
                    rule(rf"(\$)({NAME})", "variable.other.bvl", c1="punctuation.definition.variable.bvl"),
                    rule(r"\$\{[^}]*\}", "invalid.illegal.interpolation.bvl"),
                ]
            },
            "addresses": rule(
                r"(?<![A-Za-z0-9_.:-])(?:\d+(?:\.\d+){3}|(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]+(?:\.\d+){0,3})(?:/\d+)?(?![A-Za-z0-9_:.-](?<!\.))",
                "constant.numeric.address.bvl",
            ),
            "numbers": {
                "patterns": [
                    rule(
                        rf"(?<![A-Za-z0-9_-])(\d+(?:\.\d+)?)({one_of(units)}|%)?(?![A-Za-z0-9_])",
                        c1="constant.numeric.bvl",
                        c2="keyword.other.unit.bvl",
                    ),
                    rule(r"(?<![A-Za-z0-9_-])\d+(?:\.\d+)?[A-Za-z][A-Za-z0-9]*", "invalid.illegal.unit.bvl"),
                ]
            },
            "operators": {
                "patterns": [
                    rule(r"(?<!-)->|~>", "keyword.operator.arrow.bvl"),
                    rule(r"\.\.", "keyword.operator.range.bvl"),
                    # The signs of a rule stand between spaces.
                    rule(r"(?<=[\s)])(?:[=!<>]=|[<>+-])(?=[\s(]|$)", "keyword.operator.comparison.bvl"),
                    rule(r"=[>=]|--+>|[\u2192\u21D2]", "invalid.illegal.operator.bvl"),
                    rule(r"=", "keyword.operator.assignment.bvl"),
                    rule(r"\*", "keyword.operator.all.bvl"),
                    rule(r",", "punctuation.separator.list.bvl"),
                    rule(r"[()\[\]]", "punctuation.section.parens.bvl"),
                ]
            },
            "continuing": rule(
                rf"{ALONE}({one_of(words['continuations'])}){ENDS}", c1="keyword.control.clause.bvl"
            ),
            "clauses": rule(rf"{ALONE}({one_of(words['clauses'])}){ENDS}(?![./])", c1="keyword.control.clause.bvl"),
            "booleans": rule(rf"{ALONE}(?:true|false){ENDS}(?![./])", "constant.language.bvl"),
            "constants": rule(
                rf"{ALONE}{one_of(words['constants'])}{ENDS}(?![./])",
                "constant.language.bvl",
            ),
            "ends": rule(rf"{ALONE}{one_of(words['ends'])}{ENDS}", "variable.language.bvl"),
            # What is declared somewhere, and what of it: `postgres.sql`, `prod/web.http`.
            "names": rule(rf"{ALONE}{NAME}(?:[./]{NAME})*", "variable.other.name.bvl"),
        },
    }
