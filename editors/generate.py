#!/usr/bin/env python3
"""Writes what editors take from the table of words, so that no list of words is kept by hand.

`editors/words.json` is made of the compiler's own table. Each editor that wants something of it has a file
`editors/NAME/write.py` with one function, `files(words)`, which gives texts by their paths below `editors/NAME/`.

    editors/generate.py            writes all of them
    editors/generate.py --check    writes nothing; says which are not as they would be written, and fails

Needs Python 3.9 and its standard library.
"""

import importlib.util
import json
import pathlib
import sys

EDITORS = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(EDITORS))


def writer(path):
    """The module of one editor's `write.py`."""
    spec = importlib.util.spec_from_file_location(f"write_{path.parent.name.replace('-', '_')}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def generated():
    """All generated files, as (path, text)."""
    words = json.loads((EDITORS / "words.json").read_text(encoding="utf-8"))
    for path in sorted(EDITORS.glob("*/write.py")):
        for name, text in writer(path).files(words).items():
            yield path.parent / name, text


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale, count = [], 0
    for path, text in generated():
        count += 1
        known = path.read_text(encoding="utf-8") if path.is_file() else None
        if known == text:
            continue
        if arguments:
            stale.append(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(EDITORS.parent)} is not what editors/generate.py writes: run it", file=sys.stderr)
    if not count:
        print("no editors/*/write.py makes a file", file=sys.stderr)
    return 1 if stale or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
