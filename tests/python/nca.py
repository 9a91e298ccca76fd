#!/usr/bin/env python3
"""Asserts that another analyzer says the same of who may reach whom.

usage: nca.py CLUSTERS.json

CLUSTERS.json is what `cargo test --test proof` leaves: clusters as manifests, with what passes at some ports between all
pods and some addresses. Each is given to network-config-analyzer (`nca --connectivity`), which shares nothing with the
compiler. Where the two differ, the words of Kubernetes' documentation decide; such differences are listed in EXPLAINED
with those words, and any other is a failure.
"""
import concurrent.futures
import ipaddress
import json
import pathlib
import subprocess
import sys
import tempfile

NCA = pathlib.Path(sys.executable).parent / "nca"


def ask(cluster):
    """The rules that the analyzer finds."""
    with tempfile.TemporaryDirectory() as folder:
        manifests = pathlib.Path(folder) / "manifests.yaml"
        manifests.write_text("\n---\n".join(json.dumps(one) for one in cluster["manifests"]), encoding="utf-8")
        answer = pathlib.Path(folder) / "answer.json"
        command = [NCA, "--connectivity", "-r", manifests, "-o", "json", "-f", answer, "--print_ipv6"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode != 0 or not answer.is_file():
            raise RuntimeError(f"nca ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
        explanation = json.loads(answer.read_text(encoding="utf-8"))[0]["explanation"]
        return [Rule(rule) for entry in explanation for rule in entry.get("rules", [])]


class Rule:
    """One line of the analyzer's answer."""

    def __init__(self, rule):
        self.source = End(rule, "src")
        self.destination = End(rule, "dst")
        self.connections = rule["connection"]

    def allows(self, source, destination, protocol, port):
        return (self.source.holds(source) and self.destination.holds(destination)
                and any(opens(one, protocol, port) for one in self.connections))


class End:
    """Pods or addresses."""

    def __init__(self, rule, side):
        self.namespaces = set(rule.get(f"{side}_ns", []))
        self.pods = set(rule.get(f"{side}_pods", []))
        self.blocks = [ipaddress.ip_network(block) for block in rule.get(f"{side}_ip_block", [])]

    def holds(self, name):
        if "/" not in name:
            address = ipaddress.ip_address(name)
            return any(address.version == block.version and address in block for block in self.blocks)
        namespace, pod = name.split("/")
        return namespace in self.namespaces and ("*" in self.pods or pod in self.pods)


def opens(connection, protocol, port):
    if isinstance(connection, str):
        if connection == "All connections":
            return True
        raise ValueError(f"nca says {connection!r}, which this script does not read")
    unknown = set(connection) - {"protocols", "dst_ports"}
    if unknown:
        raise ValueError(f"nca speaks of {sorted(unknown)}, which this script does not read")
    protocols = connection.get("protocols")
    if protocols is not None and protocol not in str(protocols).split(","):
        return False
    ports = connection.get("dst_ports")
    return ports is None or any(within(one, port) for one in ports)


def within(written, port):
    first, _, last = str(written).partition("-")
    return int(first) <= port <= int(last or first)


def judge(cluster):
    rules = ask(cluster)
    compared, differences = 0, []
    for pair in cluster["passing"]:
        for protocol, port, passes in pair["at"]:
            compared += 1
            theirs = any(rule.allows(pair["from"], pair["to"], protocol, port) for rule in rules)
            if theirs != passes:
                differences.append(f"{cluster['name']}: {pair['from']} -> {pair['to']} at {port}/{protocol}: "
                                   f"{'passes' if passes else 'is denied'} here, {'passes' if theirs else 'is denied'} there")
    return compared, differences


def main(arguments):
    clusters = json.loads(pathlib.Path(arguments[0]).read_text(encoding="utf-8"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        judged = list(pool.map(judge, clusters))
    differences = [difference for _, found in judged for difference in found]
    for difference in differences[:50]:
        print(difference)
    print(f"{len(clusters)} clusters, {sum(compared for compared, _ in judged)} answers compared, "
          f"{len(differences)} differences")
    return 1 if differences or not clusters else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
