#!/usr/bin/env python3
"""Asserts over everything that was built what schemas do not hold.

usage: stream.py STREAM.yaml [EXAMPLE]

Names within limits, every reference, selectors, ports, the shape of network policies and that each half of a flow has
its other half, budgets and scalers, the order of the stream, and the CEL rules of the custom resources that occur
(`x-kubernetes-validations` of ../shared/conformance/crds, each implemented here by hand: a rule that is not is a
failure). Shares nothing with the compiler.
"""
import collections
import ipaddress
import pathlib
import re
import sys

import yaml

CRDS = pathlib.Path(__file__).resolve().parents[3] / "shared" / "conformance" / "crds"
DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
PORT_NAME = re.compile(r"(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?")
PROBES = ["livenessProbe", "readinessProbe", "startupProbe"]
SECURITY = [f"pod-security.kubernetes.io/{mode}{suffix}" for mode in ("enforce", "warn", "audit") for suffix in ("", "-version")]
CHECKS = []
# Lists whose elements an API server tells apart by one field, as its structural merge does.
KEYED = {"containers": "name", "initContainers": "name", "env": "name", "volumes": "name", "volumeMounts": "mountPath",
         "imagePullSecrets": "name", "secretTargetRef": "parameter"}

# The CEL rules of custom resources, by their text with its white space folded.
CEL = {
    "!has(self.minReplicaCount) || self.minReplicaCount <= (has(self.maxReplicaCount) ? self.maxReplicaCount : 100)":
        lambda spec: "minReplicaCount" not in spec or spec["minReplicaCount"] <= spec.get("maxReplicaCount", 100),
}


def check(function):
    CHECKS.append(function)
    return function


class Loader(yaml.SafeLoader):
    """Refuses a mapping with one key twice, of which a reader keeps the last."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key twice{node.start_mark}"
        return super().construct_mapping(node, deep)


class Stream:
    """Everything that was built, by kind and place."""

    def __init__(self, text):
        self.objects = [doc for doc in yaml.load_all(text, Loader) if doc]
        self.by_kind = collections.defaultdict(list)
        self.index = {}
        for item in self.objects:
            self.by_kind[item["kind"]].append(item)
            self.index[item["kind"], place(item), item["metadata"]["name"]] = item

    def has(self, kind, namespace, name):
        return (kind, namespace, name) in self.index

    def templates(self, namespace):
        return [item for item in self.by_kind["Deployment"] if place(item) == namespace]

    def selected(self, selector, namespace):
        return [item for item in self.templates(namespace) if selects(selector, labels(item))]


def place(item):
    return item["metadata"].get("namespace")


def title(item):
    return f"{item['kind']} {place(item) or ''}/{item['metadata']['name']}"


def pod(deployment):
    return deployment["spec"]["template"]["spec"]


def labels(deployment):
    return deployment["spec"]["template"]["metadata"]["labels"]


def selects(selector, carried):
    return bool(selector) and selector.items() <= carried.items()


def containers(deployment):
    return (pod(deployment).get("initContainers") or []) + pod(deployment)["containers"]


def declared(item):
    return item["metadata"].get("annotations", {}).get("bvl.dev/declaration", "")


@check
def names(stream):
    """Names, labels and port names are what the API server takes."""
    limits = {"ScaledObject": 54, "CronJob": 52}
    for item in stream.objects:
        kind, name = item["kind"], item["metadata"]["name"]
        pattern = {"Namespace": DNS_LABEL, "Service": SERVICE_NAME}.get(kind, SUBDOMAIN)
        if not pattern.fullmatch(name) or len(name) > limits.get(kind, 253):
            yield f"{title(item)}: the name"
        if place(item) and not DNS_LABEL.fullmatch(place(item)):
            yield f"{title(item)}: the namespace"
        for key, value in item["metadata"].get("labels", {}).items():
            if not LABEL_VALUE.fullmatch(value) or len(key.split("/")[-1]) > 63:
                yield f"{title(item)}: label {key}"
    for item in stream.by_kind["Deployment"]:
        for container in containers(item):
            ports = container.get("ports") or []
            pairs = [(port["containerPort"], port["protocol"]) for port in ports]
            # a port need not have a name
            names = [port["name"] for port in ports if "name" in port]
            if len(pairs) != len(set(pairs)) or len(names) != len(set(names)):
                yield f"{title(item)}: a port is there twice"
            for name in names:
                if not PORT_NAME.fullmatch(name):
                    yield f"{title(item)}: port name {name}"
            if not DNS_LABEL.fullmatch(container["name"]):
                yield f"{title(item)}: container name {container['name']}"
    for item in stream.by_kind["Service"]:
        ports = [port["name"] for port in item["spec"]["ports"]]
        if len(ports) != len(set(ports)) or not all(DNS_LABEL.fullmatch(port) for port in ports):
            yield f"{title(item)}: port names {ports}"


def keyed(value, where=""):
    """Every list of KEYED in a value, with the keys of its elements."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key in KEYED and isinstance(below, list):
                yield f"{where}.{key}", [element.get(KEYED[key]) for element in below]
            yield from keyed(below, f"{where}.{key}")
    if isinstance(value, list):
        for at, below in enumerate(value):
            yield from keyed(below, f"{where}[{at}]")


@check
def once(stream):
    """No object is there twice, for the second would replace the first, and no element of a list that is a map."""
    times = collections.Counter((item["kind"], place(item), item["metadata"]["name"]) for item in stream.objects)
    for (kind, namespace, name), count in times.items():
        if count > 1:
            yield f"{kind} {namespace or ''}/{name} is there {count} times"
    for item in stream.objects:
        for where, keys in keyed(item):
            if len(keys) != len(set(keys)):
                yield f"{title(item)}: {where[1:]} has one of {keys} twice"


@check
def provenance(stream):
    """Every object names its declaration, none on a pod template."""
    for item in stream.objects:
        if not declared(item):
            yield f"{title(item)}: no declaration"
    for item in stream.by_kind["Deployment"]:
        stray = [key for key in item["spec"]["template"]["metadata"].get("annotations") or {} if key in
                 ("bvl.dev/declaration", "bvl.dev/file")]
        if stray:
            yield f"{title(item)}: {stray} on its pods would restart them when a file moves"


@check
def selectors(stream):
    """A Deployment selects its own pods and nobody else's."""
    for item in stream.by_kind["Deployment"]:
        wanted = item["spec"]["selector"]["matchLabels"]
        found = [title(other) for other in stream.selected(wanted, place(item))]
        if found != [title(item)]:
            yield f"{title(item)} selects {found}"


@check
def exposed(stream):
    """What is exposed leads to a port of a Service beside it, by TLS or for a reason, and each path of a host is there once."""
    seen = {}
    for item in stream.by_kind["Ingress"]:
        namespace, spec = place(item), item["spec"]
        hosts = {host for tls in spec.get("tls") or [] for host in tls["hosts"]}
        for rule in spec["rules"]:
            if rule["host"] not in hosts and "tls none" not in item["metadata"]["annotations"].get("bvl.dev/because", ""):
                yield f"{title(item)}: {rule['host']} comes as plain text, for no reason"
            for path in rule["http"]["paths"]:
                key = (spec["ingressClassName"], rule["host"], path["path"], path["pathType"])
                if key in seen:
                    yield f"{title(item)} and {seen[key]}: {key}"
                seen[key] = title(item)
                backend = path["backend"]["service"]
                services = [other for other in stream.by_kind["Service"]
                            if place(other) == namespace and other["metadata"]["name"] == backend["name"]]
                ports = {port["name"] for service in services for port in service["spec"]["ports"]}
                if backend["port"]["name"] not in ports:
                    yield f"{title(item)}: no port {backend['port']['name']} of {backend['name']}"


@check
def references(stream):
    """What a pod refers to is there."""
    for item in stream.by_kind["Deployment"]:
        namespace, spec = place(item), pod(item)
        if not stream.has("ServiceAccount", namespace, spec["serviceAccountName"]):
            yield f"{title(item)}: no ServiceAccount {spec['serviceAccountName']}"
        volumes = {volume["name"]: volume for volume in spec.get("volumes") or []}
        maps = [volume["configMap"]["name"] for volume in volumes.values() if "configMap" in volume]
        secrets = [(volume["secret"]["secretName"], None) for volume in volumes.values() if "secret" in volume]
        mounted = set()
        for container in containers(item):
            paths = [mount["mountPath"] for mount in container.get("volumeMounts") or []]
            if len(paths) != len(set(paths)):
                yield f"{title(item)}: two mounts at one path"
            for mount in container.get("volumeMounts") or []:
                mounted.add(mount["name"])
                if mount["name"] not in volumes:
                    yield f"{title(item)}: no volume {mount['name']}"
            for source in container.get("envFrom") or []:
                if "configMapRef" in source:
                    maps.append(source["configMapRef"]["name"])
                if "secretRef" in source:
                    secrets.append((source["secretRef"]["name"], None))
            variables = container.get("env") or []
            if len(variables) != len({variable["name"] for variable in variables}):
                yield f"{title(item)}: a variable is there twice"
            for variable in variables:
                reference = (variable.get("valueFrom") or {}).get("configMapKeyRef")
                if reference:
                    maps.append(reference["name"])
                    held = stream.index.get(("ConfigMap", namespace, reference["name"]), {}).get("data", {})
                    if reference["key"] not in held:
                        yield f"{title(item)}: {reference['name']} holds no {reference['key']}"
                reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
                if reference:
                    secrets.append((reference["name"], reference["key"]))
        for unused in set(volumes) - mounted:
            yield f"{title(item)}: volume {unused} is mounted nowhere"
        for name in maps:
            if not stream.has("ConfigMap", namespace, name):
                yield f"{title(item)}: no ConfigMap {name}"
        made = {other["spec"]["target"]["name"]: {data["secretKey"] for data in other["spec"]["data"]}
                for other in stream.by_kind["ExternalSecret"] if place(other) == namespace}
        for name, key in secrets:
            if key is None and name not in made:
                yield f"{title(item)}: nothing makes the Secret {name}"
            if key is not None and key not in made.get(name, {key}):
                yield f"{title(item)}: {name} is given no {key}"


@check
def external_secrets(stream):
    """An ExternalSecret makes one Secret, of its own name, of keys that a container can have, and nobody else makes it."""
    owners = collections.Counter()
    for item in stream.by_kind["ExternalSecret"]:
        spec = item["spec"]
        owners[place(item), spec["target"]["name"]] += 1
        if spec["target"] != {"creationPolicy": "Owner", "deletionPolicy": "Retain", "name": item["metadata"]["name"]}:
            yield f"{title(item)}: {spec['target']}"
        if spec["secretStoreRef"]["kind"] not in ("ClusterSecretStore", "SecretStore") or not spec["secretStoreRef"]["name"]:
            yield f"{title(item)}: {spec['secretStoreRef']}"
        if not re.fullmatch(r"(\d+h\d+m\d+s|\d+m\d+s|\d+s)", spec["refreshInterval"]) or not re.search("[1-9]", spec["refreshInterval"]):
            yield f"{title(item)}: refreshed every {spec['refreshInterval']}"
        keys = [data["secretKey"] for data in spec["data"]]
        if not keys or len(keys) != len(set(keys)):
            yield f"{title(item)}: keys {keys}"
        for data in spec["data"]:
            if not re.fullmatch("[-._a-zA-Z0-9]{1,253}", data["secretKey"]) or not data["remoteRef"]["key"]:
                yield f"{title(item)}: {data}"
    for (namespace, name), count in owners.items():
        if count > 1:
            yield f"{namespace}: {count} ExternalSecrets make {name}"


@check
def probed_ports(stream):
    """Probes ask ports that their container has."""
    for item in stream.by_kind["Deployment"]:
        for container in containers(item):
            known = {port.get("name"): port["containerPort"] for port in container.get("ports") or []}
            for probe in PROBES:
                asked = ((container.get(probe) or {}).get("httpGet") or {}).get("port")
                if asked is not None and asked not in known and asked not in known.values():
                    yield f"{title(item)}: {probe} asks {asked}"


@check
def services(stream):
    """A Service selects pods that have its ports."""
    for item in stream.by_kind["Service"]:
        found = stream.selected(item["spec"]["selector"], place(item))
        if len(found) != 1:
            yield f"{title(item)} selects {[title(other) for other in found]}"
        for port in item["spec"]["ports"]:
            for other in found:
                held = [held for container in containers(other) for held in container.get("ports") or []]
                names = {(held.get("name"), held["protocol"]) for held in held}
                numbers = {(held["containerPort"], held["protocol"]) for held in held}
                if (port["targetPort"], port["protocol"]) not in names | numbers:
                    yield f"{title(item)}: no port {port['targetPort']} of {title(other)}"


@check
def budgets(stream):
    """A budget selects the pods of one workload, states one bound, and can allow an eviction."""
    owners = collections.Counter()
    for item in stream.by_kind["PodDisruptionBudget"]:
        spec = item["spec"]
        wanted = spec["selector"]["matchLabels"]
        found = stream.selected(wanted, place(item))
        owners.update((place(item), title(other)) for other in found)
        if not wanted or len(found) != (0 if declared(item).startswith("managed ") else 1):
            yield f"{title(item)} selects {[title(other) for other in found]}"
        if ("minAvailable" in spec) == ("maxUnavailable" in spec):
            yield f"{title(item)}: one bound is wanted"
        for other in found:
            smallest = floor(stream, other)
            kept, gone = spec.get("minAvailable"), spec.get("maxUnavailable")
            if isinstance(kept, int) and kept >= smallest:
                yield f"{title(item)}: keeps {kept} of {smallest}"
            if isinstance(kept, str) and smallest * (100 - int(kept.rstrip("%"))) < 100:
                yield f"{title(item)}: keeps {kept} of {smallest}"
            if gone in (0, "0%"):
                yield f"{title(item)}: lets none go"
    for (namespace, name), count in owners.items():
        if count > 1:
            yield f"{namespace}: {count} budgets select {name}"


def floor(stream, deployment):
    """The smallest number of replicas that is kept while it runs at all."""
    for kind, field, default in [("HorizontalPodAutoscaler", "minReplicas", 1), ("ScaledObject", "minReplicaCount", 0)]:
        for item in stream.by_kind[kind]:
            if place(item) == place(deployment) and item["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]:
                return max(1, item["spec"].get(field, default))
    return max(1, deployment["spec"].get("replicas", 1))


@check
def scalers(stream):
    """A scaler has a target of its own, which leaves the number of replicas to it."""
    targets = collections.Counter()
    for item in stream.by_kind["HorizontalPodAutoscaler"] + stream.by_kind["ScaledObject"]:
        target = item["spec"]["scaleTargetRef"]
        targets[place(item), target["name"]] += 1
        found = stream.index.get(("Deployment", place(item), target["name"]))
        if found is None:
            yield f"{title(item)}: no target {target['name']}"
            continue
        if "replicas" in found["spec"]:
            yield f"{title(item)}: its target states replicas"
        resources = [metric["resource"]["name"] for metric in item["spec"].get("metrics") or [] if metric["type"] == "Resource"]
        resources += [trigger["type"] for trigger in item["spec"].get("triggers") or [] if trigger["type"] in ("cpu", "memory")]
        for resource in resources:
            for container in containers(found):
                if resource not in container["resources"].get("requests", {}):
                    yield f"{title(item)}: {container['name']} requests no {resource}"
        for trigger in item["spec"].get("triggers") or []:
            name = (trigger.get("authenticationRef") or {}).get("name")
            if name and not stream.has("TriggerAuthentication", place(item), name):
                yield f"{title(item)}: no TriggerAuthentication {name}"
        triggers = [trigger["name"] for trigger in item["spec"].get("triggers") or [] if "name" in trigger]
        if len(triggers) != len(set(triggers)):
            yield f"{title(item)}: trigger names {triggers}"
    for target, count in targets.items():
        if count > 1:
            yield f"{target}: {count} scalers"
    for item in stream.by_kind["Deployment"]:
        if (place(item), item["metadata"]["name"]) not in targets and "replicas" not in item["spec"]:
            yield f"{title(item)}: nobody states how many replicas"


@check
def quotas(stream):
    """Under a quota every container states what the quota counts."""
    for item in stream.by_kind["ResourceQuota"]:
        for counted in item["spec"]["hard"]:
            if "." not in counted:
                continue
            side, resource = counted.split(".", 1)
            for deployment in stream.templates(place(item)):
                for container in containers(deployment):
                    if resource not in container["resources"].get(side, {}):
                        yield f"{title(deployment)}: no {counted} under {title(item)}"


@check
def namespaces(stream):
    """A namespace states its profile in all modes, and comes before what is in it."""
    for item in stream.by_kind["Namespace"]:
        missing = [key for key in SECURITY if key not in item["metadata"]["labels"]]
        if missing:
            yield f"{title(item)}: no {missing}"
    kinds = ["Pods" if item["kind"] in ("Deployment", "Job", "CronJob") else item["kind"] for item in stream.objects]
    for earlier, later in [("Namespace", "NetworkPolicy"), ("NetworkPolicy", "Pods"), ("ServiceAccount", "Pods"), ("ConfigMap", "Pods"),
                           ("ExternalSecret", "Pods")]:
        if earlier in kinds and later in kinds and len(kinds) - 1 - kinds[::-1].index(earlier) > kinds.index(later):
            yield f"something of {later} stands before a {earlier}"
    seen = set()
    for item in stream.objects:
        seen.add((item["kind"], place(item), item["metadata"]["name"]))
        if item["kind"] in ("HorizontalPodAutoscaler", "ScaledObject"):
            target = item["spec"]["scaleTargetRef"]
            if (target.get("kind", "Deployment"), place(item), target["name"]) not in seen:
                yield f"{title(item)} stands before what it scales"


def rules(policy):
    for direction, peers in [("ingress", "from"), ("egress", "to")]:
        for rule in policy["spec"].get(direction) or []:
            yield direction, peers, rule


@check
def denied(stream):
    """Where there are policies, one denies everything: both directions, and neither has a field of rules."""
    for namespace in sorted({place(item) for item in stream.by_kind["NetworkPolicy"]}):
        broad = [item for item in stream.by_kind["NetworkPolicy"] if place(item) == namespace and not item["spec"]["podSelector"]]
        if [item["spec"] for item in broad] != [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]:
            yield f"{namespace}: {[title(item) for item in broad]} select everything"


@check
def policy_shape(stream):
    """No rule is for all, peers of other namespaces are named by both labels, ports are numbers."""
    homes = {place(item) for item in stream.by_kind["NetworkPolicy"]}
    for item in stream.by_kind["NetworkPolicy"]:
        spec = item["spec"]
        if sorted(spec.get("policyTypes") or []) != ["Egress", "Ingress"]:
            yield f"{title(item)}: policyTypes {spec.get('policyTypes')}"
        for direction in ("ingress", "egress"):
            if direction in spec and not spec[direction]:
                yield f"{title(item)}: {direction} is an empty list"
        for direction, peers, rule in rules(item):
            if not rule.get(peers) or not rule.get("ports"):
                yield f"{title(item)}: a rule of {direction} is for all"
            for port in rule.get("ports") or []:
                if not isinstance(port.get("port"), int) or port.get("protocol") not in ("TCP", "UDP", "SCTP"):
                    yield f"{title(item)}: port {port}"
            for peer in rule.get(peers) or []:
                yield from (f"{title(item)}: {fault}" for fault in peer_faults(peer, homes))


def peer_faults(peer, homes):
    if not peer:
        yield "a peer without fields"
    elif "ipBlock" in peer:
        block = peer["ipBlock"]
        cidr = ipaddress.ip_network(block["cidr"])
        if set(peer) != {"ipBlock"}:
            yield f"{peer}: addresses beside labels"
        for inner in map(ipaddress.ip_network, block.get("except") or []):
            if inner.version != cidr.version or inner == cidr or not inner.subnet_of(cidr):
                yield f"{inner} is not strictly inside {cidr}"
        metadata = ipaddress.ip_network("169.254.169.254/32")
        excepted = any(metadata.subnet_of(ipaddress.ip_network(inner)) for inner in block.get("except") or []
                       if ipaddress.ip_network(inner).version == 4)
        if cidr.version == 4 and metadata.subnet_of(cidr) and cidr != metadata and not excepted:
            yield f"{cidr} holds the address of the instance's metadata"
    else:
        # of a namespace that is somebody else's every pod may be meant
        named = ((peer.get("namespaceSelector") or {}).get("matchLabels") or {}).get("kubernetes.io/metadata.name")
        is_theirs = named is not None and named not in homes and peer.get("podSelector") == {}
        if not (peer.get("podSelector") or {}).get("matchLabels") and not is_theirs:
            yield f"{peer}: all pods"
        if "namespaceSelector" in peer:
            named = peer["namespaceSelector"].get("matchLabels") or {}
            if set(named) not in ({"kubernetes.io/metadata.name"}, {"bvl.dev/environment"}):
                yield f"{peer}: namespaces by {named}"


@check
def both_halves(stream):
    """What one pod may reach lets it in, and whom one lets in may reach it, where both are denied."""
    policies = {}
    for item in stream.by_kind["NetworkPolicy"]:
        if item["spec"]["podSelector"]:
            policies[place(item), frozen(item["spec"]["podSelector"]["matchLabels"])] = item
    homes = {place(item) for item in stream.by_kind["NetworkPolicy"]}
    halves = {"ingress": set(), "egress": set()}
    for (namespace, own), item in policies.items():
        for direction, peers, rule in rules(item):
            for peer in rule[peers]:
                if "ipBlock" in peer:
                    continue
                for there in where(stream, peer, namespace):
                    if there not in homes:
                        continue
                    other = (there, frozen(peer["podSelector"]["matchLabels"]))
                    ends = ((namespace, own), other) if direction == "egress" else (other, (namespace, own))
                    halves[direction] |= {(ends, port["port"], port["protocol"]) for port in rule["ports"]}
    for (ends, port, protocol) in sorted(halves["ingress"] ^ halves["egress"], key=repr):
        lone = "ingress" if (ends, port, protocol) in halves["ingress"] else "egress"
        shown = [f"{namespace}/{dict(named)}" for namespace, named in ends]
        yield f"{shown[0]} -> {shown[1]} at {port} {protocol}: only its {lone} is there"


def frozen(named):
    return tuple(sorted(named.items()))


def where(stream, peer, own):
    """The namespaces that a peer means, of those that are built."""
    if "namespaceSelector" not in peer:
        return [own]
    named = peer["namespaceSelector"]["matchLabels"]
    if "kubernetes.io/metadata.name" in named:
        return [named["kubernetes.io/metadata.name"]]
    return [item["metadata"]["name"] for item in stream.by_kind["Namespace"]
            if selects(named, item["metadata"]["labels"])]


@check
def custom_resources(stream):
    """The CEL rules of custom resources hold."""
    if not CRDS.is_dir():
        yield f"{CRDS} is not there"
        return
    wanted = {(item["apiVersion"], item["kind"]) for item in stream.objects}
    seen = set()
    for path in sorted(CRDS.glob("*.yaml")):
        for crd in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            if not crd or crd.get("kind") != "CustomResourceDefinition":
                continue
            for version in crd["spec"]["versions"]:
                kind = (f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"])
                if kind not in wanted:
                    continue
                seen.add(kind)
                schema = version["schema"]["openAPIV3Schema"]
                for item in stream.by_kind[kind[1]]:
                    for message in violations(schema, item):
                        yield f"{title(item)}: {message}"
    for api, kind in sorted(wanted - seen):
        if "." in api.split("/")[0] and not api.split("/")[0].endswith(".k8s.io"):
            yield f"no definition of {kind} in {api}"


def violations(schema, value):
    """What a value says against the rules of its schema and of the schemas below."""
    for rule in schema.get("x-kubernetes-validations") or []:
        text = " ".join(rule["rule"].split())
        if text not in CEL:
            yield f"the rule `{text}` is not implemented here"
        elif not CEL[text](value):
            yield rule.get("message", text)
    if isinstance(value, dict):
        for key, below in (schema.get("properties") or {}).items():
            if key in value:
                yield from violations(below, value[key])
        more = schema.get("additionalProperties")
        if isinstance(more, dict):
            for below in value.values():
                yield from violations(more, below)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for below in value:
            yield from violations(schema["items"], below)


def main(arguments):
    stream = Stream(pathlib.Path(arguments[0]).read_text(encoding="utf-8"))
    if not stream.objects:
        print("no object was built")
        return 1
    failed = 0
    for function in CHECKS:
        found = list(function(stream))
        failed += bool(found)
        for fault in found:
            print(f"{function.__name__}: {fault}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed, {len(stream.objects)} objects")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
