"""What several editors ask of the table of words."""


def each_word(words):
    """Every (name, entry) of every block, and of what stands in any."""
    for block in words["blocks"].values():
        yield from block["words"].items()
    yield from words["anywhere"].items()


def clauses(words):
    """For each word the clauses that may stand behind it in some block, those of its variants included."""
    found = {}
    for name, entry in each_word(words):
        own = found.setdefault(name, set())
        own.update(entry.get("clauses", {}))
        for variant in entry.get("variants", {}).values():
            own.update(variant.get("clauses", {}))
    found["param"].add("example")
    return {name: sorted(own) for name, own in sorted(found.items()) if own}


def choices(words):
    """For each word its choices, those of its clauses and variants included: what else than a name may stand there."""
    found = {}

    def note(own, args):
        for argument in args:
            own.update(choice for choice in argument.get("choices", []) if isinstance(choice, str))
            if argument["type"] == "PolicyVersion":
                own.add("latest")

    for name, entry in each_word(words):
        own = found.setdefault(name, set())
        own.update(entry.get("variants", {}))
        for part in [entry, *entry.get("clauses", {}).values(), *entry.get("variants", {}).values()]:
            note(own, part.get("args", []))
            for clause in part.get("clauses", {}).values():
                note(own, clause.get("args", []))
    # what is both is read as a clause by whoever reads clauses first, as the compiler does
    behind = clauses(words)
    return {name: sorted(own - set(behind.get(name, []))) for name, own in sorted(found.items()) if own - set(behind.get(name, []))}


def choices_behind(words):
    """What stands behind which words and clauses as a choice, and how many values stand between."""
    found = {}

    def note(name, args):
        for place, argument in enumerate(args):
            known = [choice for choice in argument.get("choices", []) if isinstance(choice, str)]
            if argument["type"] == "PolicyVersion":
                known.append("latest")
            if known:
                found.setdefault((name, place), set()).update(known)

    for name, entry in each_word(words):
        note(name, entry.get("args", []))
        if entry.get("variants"):
            found.setdefault((name, 0), set()).update(entry["variants"])
        for part in [entry, *entry.get("variants", {}).values()]:
            for clause, own in part.get("clauses", {}).items():
                note(clause, own.get("args", []))
    return {place: sorted(known) for place, known in sorted(found.items())}
