#!/usr/bin/env python3
"""Holds the tree-sitter grammar against the compiler: a text has an ERROR or MISSING node where, and only where, the
compiler's parser has something to say.

    agree.py TREE_SITTER BVLC FOLDER [--mutants N] [--seed N]

The texts: every .bvl file of the repository, every `bvl` fence of its documentation and tests, and N mutants of the
examples, made the same way for the same seed. They are written to FOLDER, so that one that differs can be looked at.
The compiler is asked with `bvlc fmt --check`, which says what its parser finds and nothing else: `bvlc check` leaves out
what a finding about words explains better. `exceptions.txt` names the codes that no tree can show, `CODE@FILE` for those of one
file alone.
"""

import argparse
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUILT = {"target", "node_modules", ".git", "out"}

# What a hand or a habit of another language puts into a line.
PIECES = [
    "{", "}", "(", ")", "[", "]", ";", ",", ":", "=", "->", "~>", "=>", "-->", "..", "...", ".", "-", "--", "/", "//", "/*",
    "*/", "///", "#", '"', '""', '"""', "'", "`", "\\", "$", "${", "${x}", "$x", "*", "&", "|", "<", "%", "@", "!", "~", "_",
    "\n", "\n\n", "\n  ", "\r\n", " ", "  ", "\t", "a", "a-", "-a", "a.b", "a/b", "a/b/c", "a.b/c", "a..b", "a.1", "a:b",
    "a: b", "a :b", "a = b", "f(x)", "f (x)", "f(x, y = 1)", "[a, b]", "[a b]", "[a,]", "(a)", "1", "1.5", "1.2.3", "1_000",
    "30s", "70%", "5m30s", "1..2", "1..2..3", "10.0.0.0/8", "10.0.0/8", "::1", "fd00::/8", "a::b", "a:b:c", "10.0.0.1:80",
    "\n-> a", "\nbecause", " because \"x\"", "\n// c\n-> a", "\n// c\n", "/* c */", "/* c\n c */", "\\u{41}", "\\u{D800}",
    "\\n", "\\d", "\nservice x {", "\nlet", "\nallow a -> b\n", "let ", "param ", "allow ", "service ", "é", "\u00a0", "\u200b", "// \u200b\n", "\"\u200b\"", "😀",
]


def written():
    """The texts of the repository, as (name, text)."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if BUILT & set(parts) or path.suffix not in (".bvl", ".md", ".rs") or not path.is_file():
            continue
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        name = "/".join(parts)
        if path.suffix == ".bvl":
            yield name, text
            continue
        lines = text.split("\n")
        if path.suffix == ".rs":
            lines = [line.strip()[3:].removeprefix(" ") for line in lines if line.strip().startswith(("///", "//!"))]
        for number, fence in enumerate(re.findall(r"^`{3,}bvl\b[^\n]*\n(.*?)^`{3,}", "\n".join(lines), re.M | re.S)):
            yield f"{name}-{number}", fence


def mutants(texts, count, seed):
    """Texts with one to three mistakes each."""
    source = random.Random(seed)
    for number in range(count):
        name, text = source.choice(texts)
        begin = source.randrange(len(text)) if len(text) > 1500 else 0
        begin = text.rfind("\n", 0, begin) + 1
        text = text[begin:begin + 1500]
        for _ in range(source.choice([1, 1, 1, 2, 3])):
            at = source.randrange(len(text) + 1)
            length = source.choice([0, 0, 1, 1, 2, 5, 20])
            tokens = [found.span() for found in re.finditer(r"[\w.-]+|\s+|.", text)]
            kind = source.randrange(6)
            if kind == 0:
                text = text[:at] + text[at + max(length, 1):]
            elif kind in (1, 2):
                text = text[:at] + source.choice(PIECES) + text[at + length:]
            elif tokens and kind == 3:
                start, end = source.choice(tokens)
                text = text[:start] + source.choice(PIECES) + text[end:]
            elif tokens and kind == 4:
                start, end = source.choice(tokens)
                text = text[:end] + source.choice(PIECES) + text[end:]
            else:
                lines = text.split("\n")
                here, there = source.randrange(len(lines)), source.randrange(len(lines))
                lines[here], lines[there] = lines[there], lines[here]
                text = "\n".join(lines)
        yield f"mutant-{number} of {name}", text


def codes_of(bvlc, folder):
    """For each file the codes of syntax that the compiler's parser finds."""
    command = [bvlc, "fmt", "--check", "--message-format", "json", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True)
    found = {}
    for line in (run.stdout + run.stderr).splitlines():
        if line.startswith("{"):
            finding = json.loads(line)
            found.setdefault(pathlib.Path(finding["path"]).name, set()).add(finding["code"])
    return found


def broken_of(tree_sitter, folder, files):
    """The files in whose tree something is an ERROR or MISSING, with where."""
    (folder / "paths.txt").write_text("".join(f"{file}\n" for file in files))
    command = [tree_sitter, "parse", "--quiet", "--paths", str(folder / "paths.txt")]
    run = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent)
    found = {}
    for line in run.stdout.splitlines():
        match = re.search(r"(\d{5}\.bvl).*\((ERROR|MISSING)[^\[]*(\[\d+, \d+\])", line)
        if match:
            found[match[1]] = f"{match[2]} {match[3]}"
    if run.returncode not in (0, 1) or "panic" in run.stderr:
        raise SystemExit(f"tree-sitter fails: {run.stderr[-2000:]}")
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("tree_sitter")
    arguments.add_argument("bvlc")
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--mutants", type=int, default=4000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()

    excepted = dict(line.split(" ", 1) for line in (HERE / "exceptions.txt").read_text().splitlines() if not line.startswith("#"))
    texts = list(written())
    whole = [text for text in texts if text[0].startswith("examples/")]
    if len(texts) < 300 or not whole:
        raise SystemExit(f"only {len(texts)} texts: are the folders of the repository there?")
    texts += mutants(whole, given.mutants, given.seed)

    folder = given.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = {}
    for number, (name, text) in enumerate(texts):
        file = folder / f"{number:05}.bvl"
        file.write_bytes(text.encode("utf-8"))
        names[file.name] = name

    codes = codes_of(given.bvlc, folder)
    broken = broken_of(given.tree_sitter, folder, [folder / name for name in names])
    if not broken or not codes:
        raise SystemExit("nothing is broken: were the programs called as they want to be?")
    wrong, needed = [], set()
    for file, name in names.items():
        told = codes.get(file, set())
        if file in broken and not told:
            wrong.append(f"{folder / file} ({name}): {broken[file]}, and the compiler reads it")
        elif told and file not in broken:
            # a code, or a code in the texts of one file
            keys = {code: {code, f"{code}@{name.rsplit('-', 1)[0]}"} & set(excepted) for code in told}
            rest = {code for code, found in keys.items() if not found}
            needed = needed.union(*keys.values())
            if rest:
                wrong.append(f"{folder / file} ({name}): {' '.join(sorted(rest))}, and the tree shows nothing")
    wrong += [f"exceptions.txt: {code} is never needed" for code in sorted(set(excepted) - needed)]
    for text in wrong[:40]:
        print(text)
    print(f"{len(names)} texts, {len(codes)} with mistakes of syntax: {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
