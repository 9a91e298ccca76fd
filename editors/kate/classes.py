#!/usr/bin/env python3
"""Prints the class that Kate's highlighter gives each character of a file, as editors/fixtures/compare.py reads it.

    classes.py SYNTAX FILE FOLDER

The highlighter is given a copy of the syntax, in FOLDER, in which each kind of text has a color of its own, and asked for
HTML: its own traces have no places.
"""

import html
import os
import pathlib
import re
import subprocess
import sys


def main(syntax, path, folder):
    kinds = []

    def colored(match):
        kinds.append(match[1])
        return f'{match[0]} color="#0000{len(kinds):02x}"'

    text = re.sub(r'<itemData name="([^"]*)"', colored, pathlib.Path(syntax).read_text(encoding="utf-8"))
    # no color of a theme, and a name that no installed syntax has
    text = re.sub(r'defStyleNum="\w+"', 'defStyleNum="dsNormal"', text).replace('<language name="bvl"', '<language name="bvl-classes"')
    place = pathlib.Path(folder) / "data/org.kde.syntax-highlighting/syntax"
    place.mkdir(parents=True, exist_ok=True)
    (place / "bvl-classes.xml").write_text(text, encoding="utf-8")
    run = subprocess.run(
        ["kate-syntax-highlighter", "--syntax", "bvl-classes", "--output-format", "html", path],
        env={**os.environ, "XDG_DATA_HOME": str(pathlib.Path(folder).resolve() / "data"), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, check=True,
    )
    if run.stderr.strip():
        raise SystemExit(f"the highlighter says: {run.stderr}")
    shown = re.search(r"<pre>(.*)</pre>", run.stdout, re.S)[1].strip("\n")
    source = pathlib.Path(path).read_text(encoding="utf-8")
    lines, kind = [[]], "none"
    for piece in re.findall(r"<[^>]*>|[^<]+", shown):
        color = re.search(r"color:#0000([0-9a-f]{2})", piece) if piece.startswith("<") else None
        if color:
            kind = kinds[int(color[1], 16) - 1].lower().replace("normal", "none")
        elif piece.startswith("</"):
            kind = "none"
        elif not piece.startswith("<"):
            for character in html.unescape(piece):
                if character == "\n":
                    lines.append([])
                else:
                    lines[-1].append((character, kind))
    if ["".join(character for character, _ in line) for line in lines] != source.rstrip("\n").split("\n"):
        raise SystemExit("the highlighter's HTML does not hold the text that it was given")
    for number, line in enumerate(lines, 1):
        for column, (character, kind) in enumerate(line, 1):
            if not character.isspace():
                print(number, column, kind)


if __name__ == "__main__":
    main(*sys.argv[1:])
