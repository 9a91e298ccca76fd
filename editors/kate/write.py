"""`bvl.xml`: the syntax for Kate, KWrite, KDevelop and whatever else uses KSyntaxHighlighting."""

from xml.sax.saxutils import quoteattr

import table

NAME = r"[A-Za-z][A-Za-z0-9_]*(?:-+[A-Za-z0-9_]+|[./][A-Za-z][A-Za-z0-9_]*)*"
BORDER = r"(?=[^A-Za-z0-9_./:%-]|\.\.|->|//|/\*|:(?!/)|$)"

# Attributes: the default styles of Kate's themes.
STYLES = {
    "Normal": "dsNormal",
    "Keyword": "dsKeyword",
    "Clause": "dsControlFlow",
    "Choice": "dsConstant",
    "Type": "dsDataType",
    "Number": "dsDecVal",
    "Variable": "dsVariable",
    "Operator": "dsOperator",
    "String": "dsString",
    "Escape": "dsSpecialChar",
    "Interpolation": "dsSpecialString",
    "Comment": "dsComment",
    "Documentation": "dsDocumentation",
    "Error": "dsError",
}


def rule(kind, **given):
    given = {"attribute": "Normal", "context": "#stay", **given}
    return f"        <{kind} " + " ".join(f"{name}={quoteattr(value)}" for name, value in given.items()) + "/>"


def context(name, rules, attribute="Normal", end="#stay", fallthrough=None):
    through = f' fallthrough="true" fallthroughContext="{fallthrough}"' if fallthrough else ""
    head = f'      <context name="{name}" attribute="{attribute}" lineEndContext="{end}"{through}>'
    return "\n".join([head, *rules, "      </context>"])


def files(words):
    lists, contexts = {}, []
    behind = {}
    for (name, between), known in table.choices_behind(words).items():
        behind[name] = (between, known)

    statements = sorted(set(words["words"]) | set(words["anywhere"]))
    clauses = sorted(set(words["clauses"]) | set(words["continuations"]) | {"example"})
    lists["words"] = [word for word in statements if word not in behind and word != "without"]
    lists["all words"] = statements
    lists["clauses"] = [clause for clause in clauses if clause not in behind]
    lists["types"] = words["param-types"]
    lists["constants"] = ["true", "false"]

    comments = [
        rule("RegExpr", attribute="Documentation", String=r"///(?!/).*$"),
        rule("RegExpr", attribute="Comment", String=r"//.*$"),
        rule("Detect2Chars", attribute="Comment", context="Block comment", char="/", char1="*", beginRegion="comment"),
    ]
    braces = [
        rule("DetectChar", context="{}", char="{", beginRegion="block"),
        rule("DetectChar", context="{}", char="}", endRegion="block"),
        rule("DetectChar", context="{}", char=";"),
    ]

    def ends(context):
        return [row.replace('"{}"', f'"{context}"') for row in braces]

    # a word of a statement, then its values
    first = ["        <DetectSpaces/>", *comments, *ends("#stay")]
    first.append(rule("keyword", attribute="Keyword", context="Values", String="words"))
    first.append(rule("WordDetect", attribute="Keyword", context="Without", String="without"))
    values = ["        <DetectSpaces/>", *comments, *ends("#pop")]
    values += [
        rule("StringDetect", attribute="String", context="Text block", String='"""', beginRegion="text"),
        rule("RegExpr", attribute="String", context="String", String=r'"(?=(?:[^"\\]|\\.)*")'),
        rule("RegExpr", attribute="Number", String=r"\d+(?:\.\d+){3}(?:/\d+)?"),
        rule("RegExpr", attribute="Number", String=r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?:\.\d+){0,3}(?:/\d+)?"),
        rule("RegExpr", attribute="Number", String=r"\d+(?:\.\d+)?(?:%|[A-Za-z][A-Za-z0-9]*)?" + BORDER),
        rule("RegExpr", attribute="Variable", String=r"\$[A-Za-z][A-Za-z0-9_]*(?:-+[A-Za-z0-9_]+)*"),
        rule("RegExpr", String=NAME + r"(?=\s*:)"),
        rule("keyword", attribute="Clause", String="clauses"),
        rule("keyword", attribute="Choice", String="constants"),
    ]
    for name, (between, known) in sorted(behind.items()):
        own = f"choices of {name}"
        lists[own] = known
        into = f"{own}, {between} values before" if between else own
        if name in statements:
            first.append(rule("WordDetect", attribute="Keyword", context=into, String=name))
            out = "#pop!Values"
            if between:
                passes = ["        <DetectSpaces/>", rule("RegExpr", context=f"#pop!{own}", String=r"[^\s;{}]+")]
                contexts.append(context(into, passes, end="#pop", fallthrough=out))
            row = rule("keyword", attribute="Choice", context=out, String=own)
            contexts.append(context(own, ["        <DetectSpaces/>", row], end="#pop", fallthrough=out))
        if name in clauses:
            within = own if name not in statements else f"{own} behind a clause"
            values.append(rule("WordDetect", attribute="Clause", context=within, String=name))
            row = rule("keyword", attribute="Choice", context="#pop", String=own)
            contexts.append(context(within, ["        <DetectSpaces/>", row], end="#pop", fallthrough="#pop"))
    values += [
        rule("RegExpr", String=NAME),
        rule("RegExpr", attribute="Error", String=r"=>|#.*$|'[^']*'"),
        rule("RegExpr", attribute="Operator", String=r"[=!<>]=(?=[\s(]|$)|[<>+-](?=[\s(]|$)|->|~>|\.\.|[=*]"),
        rule("DetectChar", attribute="Operator", context="Type", char=":"),
    ]
    strings = [
        rule("RegExpr", attribute="Escape", String=r"\\(?:[\"\\nt$]|u\{[0-9A-Fa-f]{1,6}\})"),
        rule("RegExpr", attribute="Interpolation", String=r"\$\{[A-Za-z][A-Za-z0-9_./-]*\}"),
        rule("RegExpr", attribute="String", String=r"\\."),
    ]
    spaces = "        <DetectSpaces/>"
    all_contexts = [
        context("Statement", first, fallthrough="Values"),
        context("Values", values, end="#pop"),
        *contexts,
        context("Without", [spaces, rule("keyword", attribute="Keyword", context="#pop!Values", String="all words")], end="#pop", fallthrough="#pop!Values"),
        context("Type", [spaces, rule("keyword", attribute="Type", context="#pop", String="types")], end="#pop", fallthrough="#pop"),
        context("String", [*strings, rule("DetectChar", attribute="String", context="#pop", char='"')], "String", "#pop"),
        context("Text block", [*strings, rule("StringDetect", attribute="String", context="#pop", String='"""', endRegion="text")], "String"),
        context("Block comment", [rule("Detect2Chars", attribute="Comment", context="#pop", char="*", char1="/", endRegion="comment")], "Comment"),
    ]
    named = []
    for name, members in lists.items():
        named += [f'    <list name="{name}">', *(f"      <item>{member}</item>" for member in members), "    </list>"]
    spelled = ("Comment", "Documentation")
    data = [
        f'      <itemData name="{name}" defStyleNum="{style}" spellChecking="{"true" if name in spelled else "false"}"/>'
        for name, style in STYLES.items()
    ]
    return {
        "bvl.xml": "\n".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>',
                "<!DOCTYPE language>",
                "<!-- Generated by editors/generate.py from editors/words.json; editors/kate/write.py has the rules. -->",
                '<language name="bvl" version="1" kateversion="5.79" section="Configuration" extensions="*.bvl"'
                ' author="The bvlc authors" license="MIT">',
                "  <highlighting>",
                *named,
                "    <contexts>",
                *all_contexts,
                "    </contexts>",
                "    <itemDatas>",
                *data,
                "    </itemDatas>",
                "  </highlighting>",
                "  <general>",
                '    <keywords casesensitive="1" weakDeliminator="-./"/>',
                "    <comments>",
                '      <comment name="singleLine" start="//" position="afterwhitespace"/>',
                '      <comment name="multiLine" start="/*" end="*/" region="comment"/>',
                "    </comments>",
                '    <folding indentationsensitive="0"/>',
                "  </general>",
                "</language>",
                "",
            ]
        )
    }
