#!/usr/bin/env python3
"""Asserts that another analyzer says the same of who may reach whom.

usage: analyzer.py CLUSTERS.json

CLUSTERS.json is what `cargo test --test proof` leaves: clusters as manifests, with what passes at some ports between all
pods and some addresses. Each is given to network-config-analyzer (`nca --connectivity`), which shares nothing with the
compiler. It is called within this process, as its own tests do: to begin anew takes it longer than most clusters take.
Where the two differ, the words of Kubernetes' documentation decide. Such a difference is a function of EXPLAINED
with those words: it says the same in a way that both read alike. Any other difference is a failure.
"""
import collections
import concurrent.futures
import contextlib
import ipaddress
import json
import os
import pathlib
import re
import sys
import tempfile

from nca.nca_cli import nca_main


def empty_egress(policy, _values):
    """nca takes `egress: []` without policyTypes for a policy of both directions. "If no policyTypes are specified on a
    NetworkPolicy then by default Ingress will always be set and Egress will be set if the NetworkPolicy has any egress
    rules" (kubernetes/website docs/concepts/services-networking/network-policies.md, 1.33): here it has none.
    """
    spec = policy["spec"]
    if not spec.get("policyTypes") and spec.get("egress") == []:
        spec["policyTypes"] = ["Ingress"]
        del spec["egress"]
        return True
    return False


def keys_elsewhere(policy, values):
    """nca looks for `Exists` and `DoesNotExist` of a podSelector in the policy's own namespace alone, whatever the
    namespaceSelector beside it says (its K8sPolicyYamlParser.parse_label_selector_requirement). "If namespaceSelector is also
    set, then the NetworkPolicyPeer as a whole selects the pods matching podSelector in the Namespaces selected by
    namespaceSelector" (kubernetes/api networking/v1/types.go, 0.33, NetworkPolicyPeer). All values there are mean the same.
    """
    changed = False
    spec = policy["spec"]
    rules = [(rule, "from") for rule in spec.get("ingress") or []] + [(rule, "to") for rule in spec.get("egress") or []]
    for peer in (peer for rule, field in rules for peer in rule.get(field) or []):
        for one in (peer.get("podSelector") or {}).get("matchExpressions") or [] if "namespaceSelector" in peer else []:
            instead = {"Exists": "In", "DoesNotExist": "NotIn"}.get(one["operator"])
            if instead:
                one["operator"], one["values"] = instead, sorted(values[one["key"]]) or ["no-such-value"]
                changed = True
    return changed


EXPLAINED = [empty_egress, keys_elsewhere]


@contextlib.contextmanager
def captured():
    """The file that takes what is written to both streams. The analyzer keeps the streams that it began with, so that their
    descriptors are led away.
    """
    with tempfile.NamedTemporaryFile() as said:
        kept = [os.dup(1), os.dup(2)]
        for descriptor in (1, 2):
            os.dup2(said.fileno(), descriptor)
        try:
            yield pathlib.Path(said.name)
        finally:
            sys.stdout.flush()
            for descriptor, own in zip((1, 2), kept):
                os.dup2(own, descriptor)
                os.close(own)


def ask(cluster):
    """The lines that the analyzer answers."""
    with tempfile.TemporaryDirectory() as folder:
        manifests = pathlib.Path(folder) / "manifests.yaml"
        manifests.write_text("\n---\n".join(json.dumps(one) for one in cluster["manifests"]), encoding="utf-8")
        answer = pathlib.Path(folder) / "answer.txt"
        with captured() as said:
            status = nca_main(["--connectivity", "-r", str(manifests), "-o", "txt_no_fw_rules", "-f", str(answer), "--print_ipv6"])
            sys.stdout.flush()
            if status != 0 or not answer.is_file():
                raise RuntimeError(f"nca ended with {status}: {said.read_text(encoding='utf-8')}")
        return Answer(answer.read_text(encoding="utf-8").splitlines())


class Answer:
    """Lines such as `one/web[Pod] => 10.0.0.0-10.255.255.255 : {protocols:TCP,dst_ports:80}`."""

    def __init__(self, lines):
        self.by_pods, self.others = {}, []
        for line in filter(str.strip, lines):
            found = re.fullmatch(r"(\S+) => (\S+) : (.+)", line.strip())
            if not found:
                raise ValueError(f"nca says {line!r}, which this script does not read")
            source, destination = End(found[1]), End(found[2])
            connections = Connections(found[3])
            if source.pod and destination.pod:
                self.by_pods.setdefault((source.pod, destination.pod), []).append(connections)
            else:
                self.others.append((source, destination, connections))

    def allowing(self, source, destination):
        if "/" in source and "/" in destination:
            return self.by_pods.get((source, destination), [])
        return [connections for one, other, connections in self.others if one.holds(source) and other.holds(destination)]


class End:
    """A pod, or a range of addresses."""

    def __init__(self, written):
        pod = re.fullmatch(r"([^/\[]+/[^/\[]+)\[\w+\]", written)
        self.pod = pod[1] if pod else None
        if not pod:
            self.ranges = []
            for one in written.split(","):
                first, _, last = one.partition("-")
                block = ipaddress.ip_network(one) if "/" in one else None
                first = block[0] if block else ipaddress.ip_address(first)
                self.ranges.append((first, block[-1] if block else ipaddress.ip_address(last or str(first))))

    def holds(self, name):
        if self.pod or "/" in name:
            return self.pod == name
        address = ipaddress.ip_address(name)
        return any(first.version == address.version and first <= address <= last for first, last in self.ranges)


class Connections:
    """`All connections`, or protocols with ports."""

    def __init__(self, written):
        self.all = written == "All connections"
        self.cubes = []
        rest = written
        for cube in re.findall(r"\{[^{}]*\}", written):
            parts = re.fullmatch(r"\{(?:protocols:([\w, -]+?))?(?:,?dst_ports:([\d, -]+))?\}", cube)
            if not parts:
                raise ValueError(f"nca says {written!r}, which this script does not read")
            self.cubes.append((parts[1], parts[2]))
            rest = rest.replace(cube, "")
        if not self.all and rest.strip(", "):
            raise ValueError(f"nca says {written!r}, which this script does not read")

    def opens(self, protocol, port):
        return self.all or any(
            (protocols is None or protocol in protocols.replace(" ", "").split(",")) and
            (ports is None or any(within(one, port) for one in ports.replace(" ", "").split(",")))
            for protocols, ports in self.cubes)


def within(written, port):
    first, _, last = written.partition("-")
    return int(first) <= port <= int(last or first)


def judge(cluster):
    """How many answers were compared, the differences, and what was read as documented."""
    policies = [one for one in cluster["manifests"] if one["kind"] == "NetworkPolicy"]
    values = collections.defaultdict(set)
    for labels in (one["metadata"].get("labels") or {} for one in cluster["manifests"] if one["kind"] == "Pod"):
        for key, value in labels.items():
            values[key].add(value)
    explained = collections.Counter(one.__name__ for policy in policies for one in EXPLAINED if one(policy, values))
    answer = ask(cluster)
    compared, differences = 0, []
    for pair in cluster["passing"]:
        allowing = answer.allowing(pair["from"], pair["to"])
        for protocol, port, passes in pair["at"]:
            compared += 1
            theirs = any(one.opens(protocol, port) for one in allowing)
            if theirs != passes:
                differences.append(f"{cluster['name']}: {pair['from']} -> {pair['to']} at {port}/{protocol}: "
                                   f"{'passes' if passes else 'is denied'} here, {'passes' if theirs else 'is denied'} there")
    return compared, differences, explained


def main(arguments):
    clusters = json.loads(pathlib.Path(arguments[0]).read_text(encoding="utf-8"))
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        judged = list(pool.map(judge, clusters))
    differences = [difference for _, found, _ in judged for difference in found]
    explained = sum((one for _, _, one in judged), collections.Counter())
    for difference in differences[:50]:
        print(difference)
    print(f"{len(clusters)} clusters, {sum(compared for compared, _, _ in judged)} answers compared, "
          f"{len(differences)} differences; read as documented: {dict(explained)}")
    return 1 if differences or not clusters else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
