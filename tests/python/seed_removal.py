#!/usr/bin/env python3
"""Tries every row of seed.py: without the .bvl statement that it names, the platform is refused or the row fails.

usage: seed_removal.py STREAM.yaml [EXAMPLE] [BVLC]     for another example than bitvault there is nothing to try

Where the platform is refused without the statement, that shows nothing of the row: then a field that its row names is
broken in the stream, and the row must find another value than the page's. That a row stumbles is not enough: what it
reads and does not compare could be anything.

A statement that forbids something is tried with what it forbids: with both the platform is refused, and with the
forbidden alone the row fails. A statement that opens a block is taken out with the block. Builds run beside each other.
"""
import concurrent.futures
import copy
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
        given = arguments(copy)
        done = run(bvlc, copy, *given)
        if done.returncode not in (0, 1):
            raise SystemExit(f"bvlc ended with {done.returncode}:\n{done.stderr}")
        return None if done.returncode else seed.joined(done.stdout, told(bvlc, copy, given))


def run(bvlc, folder, *options):
    command = [bvlc, "build", str(folder), *options, "-o", "-"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def told(bvlc, folder, given):
    """What Argo CD is told with, of all environments; nothing where the platform states no delivery."""
    values = [word for pair in zip(given[::2], given[1::2], strict=True) if pair[0] != "--env" for word in pair]
    done = run(bvlc, folder, *values, "--format", "argocd")
    if done.returncode and "states no `delivery`" not in done.stderr:
        raise SystemExit(f"bvlc ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def nodes(value, path=()):
    """Every node of an object, outer ones first, as the keys that lead to it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield (*path, key)
        yield from nodes(child, (*path, key))


def edited(value, path, change):
    """A copy in which what stands at a path is changed; `change` takes what holds it, and its key there."""
    copy_of = copy.copy(value)
    if len(path) == 1:
        change(copy_of, path[0])
    else:
        copy_of[path[0]] = edited(value[path[0]], path[1:], change)
    return copy_of


def others(value):
    """Other values of the same type as a plain one, on both sides of a number."""
    if isinstance(value, bool):
        return [not value]
    return [value + 1, 0] if isinstance(value, int) else [f"{value}x"]


def changes(holder, key):
    """The edits of what stands at a key: another value where it is a plain one, or nothing."""
    def put(value):
        return lambda holder, key: holder.__setitem__(key, value)

    if not isinstance(holder[key], (dict, list)):
        yield from ((f"is {value}", put(value)) for value in others(holder[key]))
    yield "is taken out", lambda holder, key: holder.__delitem__(key)


def contradicts(stream, row):
    """Whether a row compares what stands in the stream with what the page says, and finds another value."""
    try:
        row["check"](stream)
    except AssertionError:
        return True
    except (KeyError, IndexError, TypeError):
        return False
    return False


def broken(stream, row):
    """The edit of the emitted field under which a row fails; `None` where it holds whatever that field says."""
    kind = row["object"].split()[0].rstrip(":,;")
    fields = {part for field in re.findall(r"`([^`]+)`", row["object"]) for part in field.split(".")}
    for at, found in enumerate(stream.objects):
        if kind not in (found["kind"], found["kind"] + "s", found["kind"][:-1] + "ies"):
            continue
        named = [path for path in nodes(found) if any(key in fields or str(key).split("/")[-1] in fields for key in path)]
        for path in sorted(named, key=len, reverse=True):  # the inner ones first: a value says more than a block
            holder = found
            for key in path[:-1]:
                holder = holder[key]
            for what, change in changes(holder, path[-1]):
                changed = seed.Stream("")
                changed.objects = [edited(o, path, change) if i == at else o for i, o in enumerate(stream.objects)]
                if contradicts(changed, row):
                    where = ".".join(map(str, path))
                    return f"{found['kind']} {found['metadata']['name']} where `{where}` {what}"
    return added(stream, row, fields)


def added(stream, row, fields):
    """The object or field that a row says is not there, under which it fails."""
    words = row["object"].split()
    if words[0] == "no":
        # what belongs to the thing that has no such object
        changed = seed.Stream("")
        changed.objects = [o for o in stream.objects if o["metadata"]["name"] != words[-1]]
        if contradicts(changed, row):
            return f"a stream without all that is named {words[-1]}"
    for at, found in enumerate(stream.objects):
        changed = seed.Stream("")
        if words[0] == "no" and found["kind"] == words[1]:
            extra = {**found, "metadata": {**found["metadata"], "name": words[2]}}
            changed.objects = [*stream.objects, extra]
            if contradicts(changed, row):
                return f"another {words[1]} {words[2]}"
        elif found["kind"] + "s" == words[0]:
            place = ("spec", "template", "spec") if "template" in found["spec"] else ("spec",)
            for field in sorted(fields):
                change = lambda holder, key, field=field: holder.__setitem__(key, {**holder[key], field: True})
                changed.objects = [edited(o, place, change) if i == at else o for i, o in enumerate(stream.objects)]
                if contradicts(changed, row):
                    return f"{found['kind']} {found['metadata']['name']} where `{'.'.join(place)}.{field}` is added"
    return None


def attempt(bvlc, stream_of_all, row):
    """What is wrong with a row; `None` where it holds what it says."""
    remove = (row["file"], lambda text: without(text, row["statement"]))
    if row["adds"] is None:
        stream = build(bvlc, [remove])
        if stream is None:
            row["edit"] = broken(stream_of_all, row)
            return None if row["edit"] else "is refused without its statement, and holds whatever its field says"
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
    stream = seed.Stream(seed.read(arguments[0]))
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = list(pool.map(lambda row: (row["name"], attempt(bvlc, stream, row)), seed.ROWS))
    for row in seed.ROWS:
        if row.get("edit"):
            print(f"{row['name']}: refused without its statement; fails with {row['edit']}")
    wrong = [(name, why) for name, why in found if why]
    for name, why in wrong:
        print(f"{name}: {why}")
    print(f"{len(found) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
