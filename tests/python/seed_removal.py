#!/usr/bin/env python3
"""Tries every row of seed.py: without the .bvl statement that it names, the platform is refused or the row fails.

usage: seed_removal.py STREAM.yaml [EXAMPLE] [BVLC]     for another example than bitvault there is nothing to try

A statement that forbids something is tried with what it forbids: with both the platform is refused, and with the
forbidden alone the row fails. A statement that opens a block is taken out with the block. Builds run beside each other.
"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # the repository stays as it is

import seed  # noqa: E402

FOLDER = seed.ROOT / "examples" / seed.EXAMPLE


def arguments(copy):
    """The example's own arguments, quoted as in a shell; an environment that is gone is not asked for, or the build
    would be refused for that alone."""
    lines = (FOLDER / "args").read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in shlex.split(line)]
    declared = re.findall(r"^environment ([a-z-]+)", (copy / "environments.bvl").read_text(encoding="utf-8"), re.M)
    kept = []
    for option, value in zip(words[::2], words[1::2], strict=True):
        if option != "--env" or value.split("(")[0] in declared:
            kept += [option, value]
    return kept


def without(text, statement):
    """The text without the statement, its block included. It must be there once."""
    lines = text.splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines) if line.strip() == statement]
    if len(starts) == 1:
        first = starts[0]
        if not statement.endswith("{"):
            return "".join(lines[:first] + lines[first + 1:])
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        last = next(i for i in range(first + 1, len(lines)) if lines[i].rstrip() == indent + "}")
        return "".join(lines[:first] + lines[last + 1:])
    if not starts and text.count(statement) == 1:
        return text.replace(statement, "")
    raise SystemExit(f"`{statement}` is there {len(starts) or text.count(statement)} times, not once")


def build(bvlc, changes):
    """The stream of the changed example, or `None` where it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / seed.EXAMPLE
        shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("expected"))
        for file, change in changes:
            path = copy / file
            path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        command = [bvlc, "build", str(copy), *arguments(copy), "-o", "-"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(f"bvlc ended with {done.returncode}:\n{done.stderr}")
        return None if done.returncode else done.stdout


def attempt(bvlc, row):
    """What is wrong with a row; `None` where it holds what it says."""
    remove = (row["file"], lambda text: without(text, row["statement"]))
    if row["adds"] is None:
        stream = build(bvlc, [remove])
        if stream is None:
            return None
        return None if seed.failures(seed.Stream(stream), [row]) else "still holds without its statement"
    add = (row["file"], lambda text: text + row["adds"] + "\n")
    if build(bvlc, [add]) is not None:
        return f"`{row['adds']}` is not refused"
    stream = build(bvlc, [remove, add])
    if stream is None:
        return f"`{row['adds']}` is refused without the statement, too"
    return None if seed.failures(seed.Stream(stream), [row]) else f"still holds with `{row['adds']}`"


def main(arguments):
    if len(arguments) > 1 and arguments[1] != seed.EXAMPLE:
        print(f"nothing to try for {arguments[1]}")
        return 0
    bvlc = os.path.abspath(arguments[2] if len(arguments) > 2 else seed.ROOT / "target" / "release" / "bvlc")
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = list(pool.map(lambda row: (row["name"], attempt(bvlc, row)), seed.ROWS))
    wrong = [(name, why) for name, why in found if why]
    for name, why in wrong:
        print(f"{name}: {why}")
    print(f"{len(found) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
