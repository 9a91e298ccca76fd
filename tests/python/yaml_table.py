#!/usr/bin/env python3
"""Whether a YAML stream says what its JSON twin says, string for string and type for type.

    cargo test --test yaml_table
    python3 tests/python/yaml_table.py target/tmp/yaml_table.yaml target/tmp/yaml_table.json

PyYAML reads YAML 1.1, as what kubectl reads with nearly does; both of its scanners are asked: its own, and libyaml, of
which Go's yaml is a port.
"""

import json
import sys

import yaml


def differences(path, read, meant):
    """Each place where what was read is not what was meant."""
    if type(read) is not type(meant):
        yield path, read, meant
    elif isinstance(meant, dict):
        for key in sorted(set(read) | set(meant), key=repr):
            if key not in read or key not in meant:
                yield f"{path}[{key!r}]", read.get(key), meant.get(key)
            else:
                yield from differences(f"{path}[{key!r}]", read[key], meant[key])
    elif isinstance(meant, list):
        if len(read) != len(meant):
            yield path, len(read), len(meant)
        for idx, (one, other) in enumerate(zip(read, meant)):
            yield from differences(f"{path}[{idx}]", one, other)
    elif read != meant:
        yield path, read, meant


def main(yaml_path, json_path):
    with open(yaml_path, encoding="utf-8", newline="") as file:
        text = file.read()
    with open(json_path, encoding="utf-8") as file:
        meant = json.load(file)["items"]
    if not meant:
        sys.exit("the table is empty")
    failed = False
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        found = list(differences("", list(yaml.load_all(text, Loader=loader)), meant))
        for path, read, intended in found:
            print(f"{loader.__name__}: {path}: read {read!r}, meant {intended!r}")
        print(f"{loader.__name__}: {len(meant)} objects, {len(found)} differences")
        failed |= bool(found)
    sys.exit(failed)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
