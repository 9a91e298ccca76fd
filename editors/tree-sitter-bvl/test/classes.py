#!/usr/bin/env python3
"""Prints the class that `queries/highlights.scm` gives each character of a file, as editors/fixtures/compare.py reads it.

    classes.py TREE_SITTER FILE [--tokens]

With --tokens it prints tokens instead, as a `.tokens` file has them: for whoever adds a fixture and reads each line of it.
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CLASSES = {
    "keyword": "keyword",
    "keyword.modifier": "clause",
    "constant": "choice",
    "constant.builtin": "choice",
    "type": "type",
    "number": "number",
    "string": "string",
    "string.escape": "escape",
    "punctuation.special": "interpolation",
    "operator": "operator",
    "comment": "comment",
    "comment.documentation": "documentation",
}
ROW = re.compile(r"capture: \d+ - (\S+), start: \((\d+), (\d+)\), end: \((\d+), (\d+)\)")


def main(tree_sitter, path, *options):
    query = [tree_sitter, "query", "--captures", "queries/highlights.scm", str(pathlib.Path(path).resolve())]
    run = subprocess.run(query, capture_output=True, text=True, cwd=HERE.parent, check=True)
    # columns are counted in bytes there
    lines = [line.encode("utf-8") for line in pathlib.Path(path).read_text(encoding="utf-8").split("\n")]
    shown, owners = {}, {}
    for capture, *place in ROW.findall(run.stdout):
        if capture.startswith(("_", "punctuation.bracket", "punctuation.delimiter")):
            continue
        row, column, last, end = (int(number) for number in place)
        if capture == "variable":
            kind = "variable" if lines[row][column:column + 1] == b"$" else "interpolation"
        else:
            kind = CLASSES[capture]
        size = (last - row, end - column)
        for line in range(row, last + 1):
            begin = column if line == row else 0
            stop = end if line == last else len(lines[line])
            for at in range(begin, stop):
                known = owners.get((line, at))
                if known and known[0] == size and known[1] != kind:
                    raise SystemExit(f"{path}:{line + 1}:{at + 1} has two captures: {known[1]} and {kind}")
                # what lies within another is told last
                if not known or size <= known[0]:
                    owners[line, at] = (size, kind)
                    shown[line, at] = (kind, (row, column, kind))
    tokens = []
    for line, content in enumerate(lines):
        text = content.decode("utf-8")
        at, run_of = 0, None
        for number, character in enumerate(text, 1):
            kind, owner = shown.get((line, at), ("none", None))
            at += len(character.encode("utf-8"))
            if "--tokens" not in options:
                if not character.isspace():
                    print(line + 1, number, kind)
                continue
            if owner is None:
                run_of = None
            elif run_of == owner:
                tokens[-1][2] += character
            elif not character.isspace():
                tokens.append([f"{line + 1}:{number}", kind, character])
                run_of = owner
    for place, kind, text in tokens:
        print(place, kind, text.rstrip())


if __name__ == "__main__":
    main(*sys.argv[1:])
