#!/usr/bin/env python3
"""The arithmetic of disruption budgets and rollouts, as a table, made without any code of the compiler.

Each function here says what one function of Kubernetes v1.36.2 (the tag of kubernetes/kubernetes, patch release 1.36.2)
computes:

    scaled       staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go, GetScaledValueFromIntOrPercent
    healthy      pkg/controller/disruption/disruption.go, getExpectedPodCount
    fenceposts   pkg/controller/deployment/util/deployment_util.go, ResolveFenceposts

`tests/python/disruption_table.py` prints the table; `--check FILE` compares it with the one that is committed, which a test
of the compiler reads. A line holds the values for every share from 0% to 100%, or for every number from 0 on:

    min-available% N | max-unavailable% N     so many of N pods must stay healthy
    min-available N  | max-unavailable N      the same, for the numbers 0 to N + 1
    rollout N surge% A..B unavailable% = S    unavailable for 0% to 100%, as VALUExTIMES, with any surge of A% to B%
    rollout N surge A..B unavailable% = S     the same, with any surge of A to B pods, up to N + 1
    rollout N surge% A..B unavailable = S     unavailable for 0 to N + 1 pods, with any surge of A% to B%
    rollout N surge A..B unavailable = S      both as numbers of pods
"""

import math
import sys

PODS = range(1, 21)
SHARES = [f"{share}%" for share in range(101)]


def scaled(value, total, round_up):
    """A number is itself; a share is taken of the total in floating point, and rounded."""
    if isinstance(value, int):
        return value
    share = float(int(value.removesuffix("%"))) * float(total) / 100
    return math.ceil(share) if round_up else math.floor(share)


def healthy(pods, min_available=None, max_unavailable=None):
    """How many pods a budget wants to be healthy. Both fields round up."""
    if max_unavailable is not None:
        return max(0, pods - scaled(max_unavailable, pods, True))
    return scaled(min_available, pods, True)


def fenceposts(surge, unavailable, desired):
    """The surge rounds up, unavailable rounds down; where both come to nothing, one may be unavailable."""
    surge = scaled(surge, desired, True)
    unavailable = scaled(unavailable, desired, False)
    return surge, 1 if surge == 0 and unavailable == 0 else unavailable


def runs(values):
    """Equal neighbors as VALUExTIMES."""
    found = []
    for value in values:
        if found and found[-1][0] == value:
            found[-1][1] += 1
        else:
            found.append([value, 1])
    return " ".join(f"{value}x{times}" for value, times in found)


def rollouts(pods, what, surges, unavailables):
    """A line for all surges in a row that come to the same, with the same values of unavailable."""
    groups = []
    for index, surge in enumerate(surges):
        resolved = [fenceposts(surge, unavailable, pods) for unavailable in unavailables]
        line = (resolved[0][0], runs(unavailable for _, unavailable in resolved))
        if groups and groups[-1][2] == line:
            groups[-1][1] = index
        else:
            groups.append([index, index, line])
    for first, last, (surge, unavailable) in groups:
        yield f"rollout {pods} {what[0]} {first}..{last} {what[1]} = {surge}: {unavailable}"


def table():
    for pods in PODS:
        numbers = range(pods + 2)
        yield f"min-available% {pods}: {runs(healthy(pods, min_available=share) for share in SHARES)}"
        yield f"max-unavailable% {pods}: {runs(healthy(pods, max_unavailable=share) for share in SHARES)}"
        yield f"min-available {pods}: {runs(healthy(pods, min_available=number) for number in numbers)}"
        yield f"max-unavailable {pods}: {runs(healthy(pods, max_unavailable=number) for number in numbers)}"
        yield from rollouts(pods, ("surge%", "unavailable%"), SHARES, SHARES)
        yield from rollouts(pods, ("surge", "unavailable%"), numbers, SHARES)
        yield from rollouts(pods, ("surge%", "unavailable"), SHARES, numbers)
        yield from rollouts(pods, ("surge", "unavailable"), numbers, numbers)


def main():
    made = "".join(f"{line}\n" for line in table())
    if sys.argv[1:2] != ["--check"]:
        sys.stdout.write(made)
        return
    with open(sys.argv[2], encoding="utf-8") as committed:
        if committed.read() != made:
            sys.exit(f"{sys.argv[2]} is not what Kubernetes computes: write it anew with tests/python/disruption_table.py")
    print(f"{sys.argv[2]}: what Kubernetes computes")


if __name__ == "__main__":
    main()
