#!/usr/bin/env python3
"""Holds the platform of the page "Kubernetes" of BitVault against what is built from examples/bitvault.

usage: seed.py STREAM.yaml [EXAMPLE]     assert every row; for another example than bitvault there is nothing to hold
       seed.py STREAM.yaml --only NAME   assert one row
       seed.py --table                   the table of docs/seed-platform.md

One assertion a statement of the page, with the page's values typed in by hand. Each names the .bvl statement that it
comes from: without it the platform is refused or the assertion fails, which seed_removal.py tries. Where a statement
forbids something (`never`), `adds` is what it refuses. What Argo CD is told with is read from STREAM.argocd.yaml, which
stands beside the stream. Shares nothing with the compiler.
"""
import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "seed-platform.md"
EXAMPLE = "bitvault"
APPLICATION = ["bitvault-prod", "bitvault-staging", "bitvault-dev", "bitvault-preview-pr-42"]
SERVICES = ["bitvaultd", "bitvault-web", "bitvault-worker"]
SYSTEM = "bitvault-system"
ROWS = []


def row(page, obj, file, statement, adds=None):
    """An assertion: what the page says, where it is found in the output, and the statement that it comes from."""

    def register(check):
        ROWS.append({"name": check.__name__, "page": page, "object": obj, "file": file, "statement": statement,
                     "adds": adds, "check": check})
        return check

    return register


def read(path):
    """A stream, and behind it what Argo CD is told with."""
    path = pathlib.Path(path)
    return joined(*(part.read_text(encoding="utf-8") for part in (path, path.with_suffix(".argocd.yaml"))))


def joined(*streams):
    """Streams as one."""
    return "\n---\n".join(streams)


class Stream:
    """Everything that was built."""

    def __init__(self, text):
        self.objects = [doc for doc in yaml.load_all(text, Loader=yaml.CSafeLoader) if doc]

    def all(self, kind, namespace=None):
        return [o for o in self.objects
                if o["kind"] == kind and namespace in (None, o["metadata"].get("namespace"))]

    def one(self, kind, name, namespace=None):
        found = [o for o in self.all(kind, namespace) if o["metadata"]["name"] == name]
        assert len(found) == 1, f"{len(found)} of {kind} {name} in {namespace}, 1 expected"
        return found[0]

    def names(self, kind, namespace):
        return sorted(o["metadata"]["name"] for o in self.all(kind, namespace))

    def pod(self, name, namespace):
        return self.one("Deployment", name, namespace)["spec"]["template"]["spec"]

    def container(self, name, namespace):
        containers = self.pod(name, namespace)["containers"]
        assert len(containers) == 1, f"{name} has {len(containers)} containers"
        return containers[0]

    def policy(self, name, namespace):
        return self.one("NetworkPolicy", name, namespace)["spec"]

    def rules(self, name, namespace, direction):
        """Pairs of peer and port of one direction."""
        peers, pairs = {"ingress": "from", "egress": "to"}[direction], []
        for rule in self.policy(name, namespace).get(direction) or []:
            assert rule.get(peers) and rule.get("ports"), f"{name} has a rule for all"
            pairs += [(peer, port["port"]) for peer in rule[peers] for port in rule["ports"]]
        return pairs

    def ports_to(self, name, namespace, peer):
        return sorted({port for found, port in self.rules(name, namespace, "egress") if found == peer})

    def ports_from(self, name, namespace, peer):
        return sorted({port for found, port in self.rules(name, namespace, "ingress") if found == peer})


def equal(found, expected, what):
    assert found == expected, f"{what}: {found!r}, {expected!r} expected"


def service(name):
    return {"podSelector": {"matchLabels": {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": "bitvault"}}}


def block(cidr):
    return {"ipBlock": {"cidr": cidr}}


def elsewhere(namespace, labels):
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "podSelector": {"matchLabels": labels}}


POSTGRES = {"podSelector": {"matchLabels": {"cnpg.io/cluster": "bitvault-db"}}}
NATS = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "nats", "app.kubernetes.io/instance": "nats",
                                        "app.kubernetes.io/component": "nats"}}}
REDIS = {"podSelector": {"matchLabels": {"app": "redis", "redis_setup_type": "replication"}}}
DNS = elsewhere("kube-system", {"k8s-app": "kube-dns"})
EDGE = elsewhere(SYSTEM, {"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/instance": "edge",
                          "app.kubernetes.io/component": "controller"})
PROMETHEUS = elsewhere(SYSTEM, {"app.kubernetes.io/name": "prometheus", "app.kubernetes.io/instance": "prometheus",
                                "app.kubernetes.io/component": "server"})
KEDA = elsewhere(SYSTEM, {"app.kubernetes.io/part-of": "keda-operator", "app.kubernetes.io/instance": "keda"})
OBJECTS, VAULT, KMS, CLOUD = (block(c) for c in ("10.30.0.0/24", "10.20.0.10/32", "10.20.1.0/28", "10.20.2.0/24"))


def labels_of(stream, namespace):
    return stream.one("Namespace", namespace)["metadata"]["labels"]


# ---- Namespace Layout


@row("bitvault-system: operators and shared controllers, privileged", "Namespace bitvault-system `pod-security.kubernetes.io/enforce`",
     "environments.bvl", 'profile privileged because "operators need host access"')
def system_is_privileged(stream):
    equal(labels_of(stream, SYSTEM)["pod-security.kubernetes.io/enforce"], "privileged", "enforce")
    reasons = stream.one("Namespace", SYSTEM)["metadata"]["annotations"]["bvl.dev/because"].splitlines()
    assert "profile privileged: operators need host access" in reasons, f"no reason of the profile: {reasons!r}"


@row("KEDA runs in bitvault-system", "NetworkPolicy nats `ingress`: the only peer at 8222",
     "operators.bvl", "managed keda is keda.operator { in system }")
def keda_is_in_system(stream):
    for namespace in APPLICATION:
        found = [peer for peer, port in stream.rules("nats", namespace, "ingress") if port == 8222]
        equal(found, [KEDA], f"who may ask {namespace}'s NATS at 8222")


@row("Shared infra controllers run in bitvault-system", "NetworkPolicy bitvault-web `ingress`",
     "operators.bvl", "managed edge is ingress.nginx { in system; replicas 2 }")
def the_edge_is_in_system(stream):
    for namespace in APPLICATION:
        equal(stream.rules("bitvault-web", namespace, "ingress"), [(EDGE, 3000)], f"{namespace}: who may reach web")


@row("Argo CD runs in bitvault-system", "Applications, ApplicationSet, AppProject `namespace`",
     "platform.bvl", "in system")
def argo_cd_is_in_system(stream):
    told = [o for kind in ("Application", "ApplicationSet", "AppProject") for o in stream.all(kind)]
    equal(sorted(o["metadata"]["name"] for o in told),
          ["bitvault", "bitvault-dev", "bitvault-preview", "bitvault-prod", "bitvault-staging", "bitvault-system"],
          "what Argo CD is told with")
    equal({o["metadata"]["namespace"] for o in told}, {SYSTEM}, "where Argo CD is told")


@row("Operators are tightly scoped: Argo CD delivers into the platform's namespaces alone",
     "AppProject bitvault `destinations`, `clusterResourceWhitelist`", "platform.bvl", "delivery argocd {")
def argo_cd_is_scoped(stream):
    project = stream.one("AppProject", "bitvault", SYSTEM)["spec"]
    own = ["bitvault-dev", "bitvault-preview-pr-*", "bitvault-prod", "bitvault-staging", "bitvault-system"]
    here = "https://kubernetes.default.svc"
    equal(project["destinations"], [{"namespace": name, "server": here} for name in own], "where it may deliver")
    equal(project["clusterResourceWhitelist"], [{"group": "", "kind": "Namespace", "name": name} for name in own],
          "what of the cluster's own it may make")


@row("bitvault-preview-pr-N: a namespace for each pull request", "ApplicationSet bitvault-preview `destination.namespace`",
     "platform.bvl", "pull-requests preview {")
def each_pull_request_has_a_preview(stream):
    template = stream.one("ApplicationSet", "bitvault-preview", SYSTEM)["spec"]["template"]
    equal(template["spec"]["destination"]["namespace"], "bitvault-preview-pr-{{.number}}", "where a preview goes")


def application(stream, namespace):
    equal(labels_of(stream, namespace)["pod-security.kubernetes.io/enforce"], "restricted", f"{namespace} enforces")
    equal(stream.names("Deployment", namespace), sorted(SERVICES), f"what runs in {namespace}")


@row("Workloads are separated by environment: none talks to another's", "NetworkPolicies: no peer is of another application namespace",
     "environments.bvl", "environment prod {")
def environments_are_separated(stream):
    for namespace in APPLICATION:
        own = stream.names("NetworkPolicy", namespace)
        assert set(SERVICES) < set(own), f"{namespace}: policies {own}"
        for name in own:
            for direction in ("ingress", "egress"):
                for peer, _ in stream.rules(name, namespace, direction):
                    named = str(peer.get("namespaceSelector", ""))
                    assert not any(other in named for other in APPLICATION), f"{namespace}/{name}: {peer}"


@row("bitvault-prod: bitvaultd, bitvault-worker, bitvault-web, restricted", "Namespace bitvault-prod `enforce`, its Deployments",
     "environments.bvl", "environment prod {")
def prod_is_restricted(stream):
    application(stream, "bitvault-prod")


@row("bitvault-staging: staging app workloads, restricted", "Namespace bitvault-staging `enforce`, its Deployments",
     "environments.bvl", "environment staging {")
def staging_is_restricted(stream):
    application(stream, "bitvault-staging")


@row("bitvault-dev: dev app workloads, restricted", "Namespace bitvault-dev `enforce`, its Deployments",
     "environments.bvl", "environment dev {")
def dev_is_restricted(stream):
    application(stream, "bitvault-dev")


@row("bitvault-preview-pr-N: per-PR review workloads, restricted", "Namespace bitvault-preview-pr-42 `enforce`, its Deployments",
     "environments.bvl", 'namespace "bitvault-preview-pr-${pr}"')
def preview_is_restricted(stream):
    application(stream, "bitvault-preview-pr-42")


@row("Preview workloads are ephemeral", "ApplicationSet bitvault-preview `generators`: it ends with its pull request; Namespace bitvault-preview-pr-42: no annotation keeps it from pruning",
     "platform.bvl", "pull-requests preview {")
def preview_is_ephemeral(stream):
    generators = stream.one("ApplicationSet", "bitvault-preview", SYSTEM)["spec"]["generators"]
    equal([sorted(generator) for generator in generators], [["pullRequest"]], "what there is a preview of")
    keep = {"helm.sh/resource-policy", "argocd.argoproj.io/sync-options"}
    found = keep & set(stream.one("Namespace", "bitvault-preview-pr-42")["metadata"].get("annotations") or {})
    equal(found, set(), "what keeps the preview")
    for namespace in ["bitvault-prod", "bitvault-staging", "bitvault-dev", SYSTEM]:
        found = keep & set(stream.one("Namespace", namespace)["metadata"]["annotations"])
        equal(found, keep, f"what keeps {namespace}")


@row("Operators with elevated permissions are isolated in bitvault-system", "Namespaces `enforce`: only bitvault-system is not restricted; it holds none of the services",
     "environments.bvl", "environment system {")
def operators_are_isolated(stream):
    weak = [o["metadata"]["name"] for o in stream.all("Namespace")
            if o["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] != "restricted"]
    equal(weak, [SYSTEM], "namespaces that are not restricted")
    equal(stream.names("Deployment", SYSTEM), [], "services in bitvault-system")


@row("RBAC is tight: no service has rights in the cluster", "ServiceAccount `automountServiceAccountToken`; no Role, no binding",
     "services/bitvaultd.bvl", "service bitvaultd {")
def no_service_has_rights(stream):
    for kind in ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]:
        equal(stream.all(kind), [], kind)
    for namespace in APPLICATION:
        for name in SERVICES:
            account = stream.one("ServiceAccount", name, namespace)
            equal(account["automountServiceAccountToken"], False, f"token of {name}'s account")
            equal(stream.pod(name, namespace)["serviceAccountName"], name, f"account of {name}")
            equal(stream.pod(name, namespace)["automountServiceAccountToken"], False, f"token of {name}'s pods")


# ---- PodSecurity


def pod_security_label(stream, key, value):
    for namespace in APPLICATION:
        equal(labels_of(stream, namespace).get(f"pod-security.kubernetes.io/{key}"), value, f"{namespace}: {key}")


@row("pod-security.kubernetes.io/enforce: restricted", "Namespaces, label `enforce`", "environments.bvl", "environment dev {")
def enforce_restricted(stream):
    pod_security_label(stream, "enforce", "restricted")


@row("pod-security.kubernetes.io/enforce-version: latest", "Namespaces, label `enforce-version`", "environments.bvl",
     "environment staging {")
def enforce_version_latest(stream):
    pod_security_label(stream, "enforce-version", "latest")


@row("pod-security.kubernetes.io/warn: restricted", "Namespaces, label `warn`", "environments.bvl", "environment prod {")
def warn_restricted(stream):
    pod_security_label(stream, "warn", "restricted")


@row("pod-security.kubernetes.io/audit: restricted", "Namespaces, label `audit`", "environments.bvl", "environment prod {")
def audit_restricted(stream):
    pod_security_label(stream, "audit", "restricted")


def every_container(stream):
    for namespace in APPLICATION:
        for name in SERVICES:
            yield f"{namespace}/{name}", stream.pod(name, namespace), stream.container(name, namespace)


@row("Containers do not run as root", "Deployments `securityContext.runAsNonRoot`, `runAsUser`",
     "services/bitvaultd.bvl", "service bitvaultd {")
def not_root(stream):
    for where, pod, container in every_container(stream):
        equal(pod["securityContext"]["runAsNonRoot"], True, f"{where}: runAsNonRoot")
        assert pod["securityContext"]["runAsUser"] > 0, f"{where}: runAsUser"
        own = container["securityContext"]
        assert own.get("runAsNonRoot", True) and own.get("runAsUser", 1) > 0, f"{where}: the container says otherwise"


@row("The root filesystem is read-only", "Deployments `readOnlyRootFilesystem`", "services/bitvault-web.bvl",
     "service bitvault-web {")
def read_only_root(stream):
    for where, _, container in every_container(stream):
        equal(container["securityContext"]["readOnlyRootFilesystem"], True, f"{where}: readOnlyRootFilesystem")


@row("No privilege escalation", "Deployments `allowPrivilegeEscalation`", "services/bitvault-worker.bvl",
     "service bitvault-worker {")
def no_escalation(stream):
    for where, _, container in every_container(stream):
        equal(container["securityContext"]["allowPrivilegeEscalation"], False, f"{where}: allowPrivilegeEscalation")


@row("Seccomp profile is RuntimeDefault or Localhost", "Deployments `seccompProfile.type`", "services/bitvaultd.bvl",
     "service bitvaultd {")
def seccomp(stream):
    for where, pod, container in every_container(stream):
        profile = container["securityContext"].get("seccompProfile") or pod["securityContext"]["seccompProfile"]
        equal(profile["type"], "RuntimeDefault", f"{where}: seccompProfile")


@row("All capabilities are dropped, none is added", "Deployments `capabilities`", "services/bitvault-web.bvl",
     "service bitvault-web {")
def capabilities(stream):
    for where, _, container in every_container(stream):
        equal(container["securityContext"]["capabilities"], {"drop": ["ALL"]}, f"{where}: capabilities")


@row("Services bind on ports above 1024", "Deployments `containerPort`", "services/bitvault-web.bvl", "port http 3000")
def high_ports(stream):
    for where, _, container in every_container(stream):
        low = [port["containerPort"] for port in container["ports"] if port["containerPort"] <= 1024]
        equal(low, [], f"{where}: ports of 1024 and below")
    equal([p["containerPort"] for p in stream.container("bitvault-web", "bitvault-prod")["ports"] if p["name"] == "http"],
          [3000], "bitvault-web serves at")


@row("hostNetwork, hostPID, hostIPC are forbidden", "Deployments `hostNetwork`, `hostPID`, `hostIPC`: none is there", "services/bitvault-worker.bvl",
     "service bitvault-worker {")
def no_host_namespaces(stream):
    for where, pod, _ in every_container(stream):
        for field in ["hostNetwork", "hostPID", "hostIPC"]:
            assert not pod.get(field), f"{where}: {field}"


@row("external-secrets runs in bitvault-system, and keeps the secrets of the application namespaces",
     "ExternalSecret bitvaultd-sessions `secretStoreRef`, `data`, `target`; Deployment bitvaultd `envFrom`", "services/bitvaultd.bvl",
     'secret sessions from vault "bitvault/${environment}/sessions" { key SESSION_KEY "signing-key" }')
def external_secrets_keeps_secrets(stream):
    for namespace, path in zip(APPLICATION, ["prod", "staging", "dev", "preview"]):
        secret = stream.one("ExternalSecret", "bitvaultd-sessions", namespace)
        equal(secret["spec"], {
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
            "refreshInterval": "1h0m0s",
            "target": {"name": "bitvaultd-sessions", "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [{"secretKey": "SESSION_KEY", "remoteRef": {
                "key": f"bitvault/{path}/sessions", "property": "signing-key",
                "conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}}],
        }, f"{namespace}: sessions")
        equal(stream.container("bitvaultd", namespace)["envFrom"], [{"secretRef": {"name": "bitvaultd-sessions"}}],
              f"{namespace}: envFrom of bitvaultd")
        assert wave(secret) < wave(stream.one("Deployment", "bitvaultd", namespace)), f"{namespace}: the secret comes late"


# ---- NetworkPolicies


@row("A default-deny policy in every application namespace, all ingress and egress", "NetworkPolicy default-deny `podSelector`, `policyTypes`",
     "environments.bvl", "environment staging {")
def default_deny(stream):
    for namespace in APPLICATION:
        equal(stream.policy("default-deny", namespace),
              {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}, f"{namespace}: default-deny")


def wave(found):
    return int(found["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", "0"))


@row("The default-deny policy is applied on creation of the namespace, before any workload",
     "NetworkPolicy default-deny, Deployments: order of the stream, `argocd.argoproj.io/sync-wave`",
     "environments.bvl", "environment dev {")
def denied_from_the_beginning(stream):
    for namespace in APPLICATION:
        deny = stream.one("NetworkPolicy", "default-deny", namespace)
        home = stream.one("Namespace", namespace)
        workloads = stream.all("Deployment", namespace)
        equal(len(workloads), 3, f"{namespace}: Deployments")
        for workload in workloads:
            assert wave(home) < wave(deny) < wave(workload), f"{namespace}: waves"
            order = [stream.objects.index(found) for found in (home, deny, workload)]
            assert order == sorted(order), f"{namespace}: order of the stream"


@row("Policies are created alongside the workloads that they govern", "NetworkPolicy of each service, its Deployment: `namespace`, `part-of`",
     "services/bitvault-web.bvl", "service bitvault-web {")
def policies_stand_beside_workloads(stream):
    for namespace in APPLICATION:
        for name in SERVICES:
            policy, workload = (stream.one(kind, name, namespace) for kind in ("NetworkPolicy", "Deployment"))
            assert wave(policy) < wave(workload), f"{namespace}/{name}: the policy comes late"
            for found in (policy, workload):
                equal(found["metadata"]["labels"]["app.kubernetes.io/part-of"], "bitvault", f"{namespace}/{name}: part-of")


@row("Each service has its own NetworkPolicy", "NetworkPolicy of each service: `podSelector`, `policyTypes`",
     "services/bitvault-worker.bvl", "service bitvault-worker {")
def a_policy_each(stream):
    for namespace in APPLICATION:
        for name in SERVICES:
            policy = stream.policy(name, namespace)
            template = stream.one("Deployment", name, namespace)["spec"]["template"]["metadata"]["labels"]
            selector = policy["podSelector"]["matchLabels"]
            assert selector and selector.items() <= template.items(), f"{namespace}/{name} selects others"
            equal(sorted(policy["policyTypes"]), ["Egress", "Ingress"], f"{namespace}/{name}: policyTypes")


@row("bitvault-web is granted only what it needs", "NetworkPolicy bitvault-web `egress`, bitvaultd `ingress`",
     "flows.bvl", "allow bitvault-web -> bitvaultd.http { timeout 10s; retries 1 }")
def web_reaches_only_bitvaultd(stream):
    for namespace in APPLICATION:
        equal(sorted(stream.rules("bitvault-web", namespace, "egress"), key=repr),
              sorted([(DNS, 53), (DNS, 53), (service("bitvaultd"), 8080)], key=repr), f"{namespace}: egress of web")
        equal(stream.ports_from("bitvaultd", namespace, service("bitvault-web")), [8080], f"{namespace}: web to bitvaultd")


@row("bitvault-web is reached from the edge alone", "NetworkPolicy bitvault-web `ingress`",
     "flows.bvl", "allow edge -> bitvault-web.http")
def only_the_edge_reaches_web(stream):
    for namespace in APPLICATION:
        equal(stream.rules("bitvault-web", namespace, "ingress"), [(EDGE, 3000)], f"{namespace}: ingress of web")


@row("bitvaultd is granted only what it needs", "NetworkPolicy bitvaultd `ingress`, `egress`: all rules",
     "flows.bvl", "allow bitvaultd -> postgres.sql, redis.client, nats.client")
def bitvaultd_reaches_its_stores(stream):
    for namespace in APPLICATION:
        equal(sorted(stream.rules("bitvaultd", namespace, "egress"), key=repr),
              sorted([(DNS, 53), (DNS, 53), (POSTGRES, 5432), (REDIS, 6379), (NATS, 4222), (OBJECTS, 443),
                      (VAULT, 8200), (KMS, 443), (CLOUD, 443)], key=repr), f"{namespace}: egress of bitvaultd")
        equal(sorted(stream.rules("bitvaultd", namespace, "ingress"), key=repr),
              sorted([(service("bitvault-web"), 8080), (PROMETHEUS, 8081)], key=repr), f"{namespace}: ingress of bitvaultd")


@row("bitvault-worker is granted only what it needs", "NetworkPolicy bitvault-worker `ingress`, `egress`: all rules",
     "flows.bvl", "allow bitvault-worker -> postgres.sql, nats.client")
def worker_reaches_its_stores(stream):
    for namespace in APPLICATION:
        equal(sorted(stream.rules("bitvault-worker", namespace, "egress"), key=repr),
              sorted([(DNS, 53), (DNS, 53), (POSTGRES, 5432), (NATS, 4222), (OBJECTS, 443)], key=repr),
              f"{namespace}: egress of the worker")
        equal(stream.rules("bitvault-worker", namespace, "ingress"), [], f"{namespace}: ingress of the worker")


@row("bitvaultd may reach Postgres on port 5432", "NetworkPolicy bitvaultd `egress`, postgres `ingress`",
     "flows.bvl", "allow bitvaultd -> postgres.sql, redis.client, nats.client")
def bitvaultd_reaches_postgres(stream):
    for namespace in APPLICATION:
        equal(stream.ports_to("bitvaultd", namespace, POSTGRES), [5432], f"{namespace}: bitvaultd to Postgres")
        equal(stream.ports_from("postgres", namespace, service("bitvaultd")), [5432], f"{namespace}: Postgres from bitvaultd")
        equal(stream.policy("postgres", namespace)["podSelector"], POSTGRES["podSelector"], f"{namespace}: whom it selects")


@row("bitvaultd may not reach the NATS management port", "NetworkPolicy bitvaultd `egress`, nats `ingress`: no 8222",
     "flows.bvl", "never bitvaultd -> nats.monitoring", adds="allow bitvaultd -> nats.monitoring")
def bitvaultd_never_manages_nats(stream):
    for namespace in APPLICATION:
        equal(stream.ports_to("bitvaultd", namespace, NATS), [4222], f"{namespace}: bitvaultd to NATS")
        equal(stream.ports_from("nats", namespace, service("bitvaultd")), [4222], f"{namespace}: NATS from bitvaultd")


@row("Object storage is reached from bitvaultd and bitvault-worker", "NetworkPolicy bitvaultd, bitvault-worker `egress.to.ipBlock`",
     "flows.bvl", "allow bitvaultd, bitvault-worker -> objects.s3")
def two_reach_object_storage(stream):
    for namespace in APPLICATION:
        found = [name for name in SERVICES if stream.ports_to(name, namespace, OBJECTS) == [443]]
        equal(found, ["bitvaultd", "bitvault-worker"], f"{namespace}: who reaches object storage")


@row("Object storage is denied from bitvault-web", "NetworkPolicy bitvault-web `egress`: no ipBlock",
     "flows.bvl", "never bitvault-web -> objects", adds="allow bitvault-web -> objects.s3")
def web_never_reaches_object_storage(stream):
    for namespace in APPLICATION:
        found = [peer for peer, _ in stream.rules("bitvault-web", namespace, "egress") if "ipBlock" in peer]
        equal(found, [], f"{namespace}: addresses that web may reach")


def designated(stream, peer, port, what):
    for namespace in APPLICATION:
        reaching = [(name, stream.ports_to(name, namespace, peer)) for name in stream.names("NetworkPolicy", namespace)]
        equal([found for found in reaching if found[1]], [("bitvaultd", [port])], f"{namespace}: who reaches {what}")


@row("Vault is reached only from designated pods, by CIDR", "NetworkPolicies `egress.to.ipBlock` 10.20.0.10/32",
     "flows.bvl", 'allow bitvaultd -> vault.api, kms.api because "unseals tenant keys"')
def only_bitvaultd_reaches_vault(stream):
    designated(stream, VAULT, 8200, "Vault")


@row("External KMS is reached only from designated pods, by CIDR", "NetworkPolicies `egress.to.ipBlock` 10.20.1.0/28",
     "outside.bvl", "external kms {")
def only_bitvaultd_reaches_kms(stream):
    designated(stream, KMS, 443, "the KMS")


@row("Cloud APIs are reached only from designated pods, by CIDR", "NetworkPolicies `egress.to.ipBlock` 10.20.2.0/24",
     "flows.bvl", 'allow bitvaultd -> cloud.api because "bills by the cloud\'s own meters"')
def only_bitvaultd_reaches_the_cloud(stream):
    designated(stream, CLOUD, 443, "the cloud's APIs")


@row("No other pod reaches anything outside", "NetworkPolicies `egress.to.ipBlock`: these and the API server's alone",
     "flows.bvl", "never bitvault-worker -> vault", adds="allow bitvault-worker -> vault.api")
def nothing_else_leaves(stream):
    expected = {"bitvaultd": [CLOUD, KMS, OBJECTS, VAULT], "bitvault-worker": [OBJECTS],
                "postgres": [block("10.40.0.0/28")]}
    for namespace in APPLICATION:
        for name in stream.names("NetworkPolicy", namespace):
            found = {peer["ipBlock"]["cidr"] for peer, _ in stream.rules(name, namespace, "egress") if "ipBlock" in peer}
            equal(found, {peer["ipBlock"]["cidr"] for peer in expected.get(name, [])}, f"{namespace}/{name}: addresses")


# ---- Resource Management


def resources(stream, name, expected):
    for namespace in APPLICATION:
        equal(stream.container(name, namespace)["resources"], expected, f"{namespace}/{name}: resources")


@row("Every container has requests and limits: bitvaultd's cpu", "Deployment bitvaultd `resources`",
     "services/bitvaultd.bvl", "cpu 500m..2")
def bitvaultd_cpu(stream):
    resources(stream, "bitvaultd", {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"cpu": "2", "memory": "1Gi"}})


@row("Every container has requests and limits: bitvaultd's memory", "Deployment bitvaultd `resources`",
     "services/bitvaultd.bvl", "memory 512Mi..1Gi")
def bitvaultd_memory(stream):
    bitvaultd_cpu(stream)


@row("Every container has requests and limits: bitvault-web's", "Deployment bitvault-web `resources`",
     "services/bitvault-web.bvl", "cpu 100m..500m")
def web_resources(stream):
    resources(stream, "bitvault-web",
              {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}})


@row("Every container has requests and limits: bitvault-worker's", "Deployment bitvault-worker `resources`",
     "services/bitvault-worker.bvl", "memory 256Mi..512Mi")
def worker_resources(stream):
    resources(stream, "bitvault-worker",
              {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}})


def scaler(stream, name, namespace, smallest, largest):
    spec = stream.one("HorizontalPodAutoscaler", name, namespace)["spec"]
    equal(spec["scaleTargetRef"], {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}, "scaleTargetRef")
    equal((spec["minReplicas"], spec["maxReplicas"]), (smallest, largest), f"{namespace}/{name}: replicas")
    assert "replicas" not in stream.one("Deployment", name, namespace)["spec"], f"{namespace}/{name} fights its scaler"
    return spec["metrics"]


def utilization(name, percent):
    return {"type": "Resource", "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": percent}}}


@row("Unbounded containers are not permitted", "Deployments: every container's `requests` and `limits`",
     "services/bitvault-web.bvl", "memory 128Mi..256Mi")
def no_container_is_unbounded(stream):
    for namespace in APPLICATION:
        for workload in stream.all("Deployment", namespace):
            pod = workload["spec"]["template"]["spec"]
            for container in pod["containers"] + pod.get("initContainers", []):
                for side in ("requests", "limits"):
                    given = container["resources"][side]
                    assert given.get("cpu") and given.get("memory"), f"{namespace}: {container['name']} {side}: {given}"


@row("bitvaultd is stateless and scaled by an HPA on cpu", "HorizontalPodAutoscaler bitvaultd `metrics`",
     "services/bitvaultd.bvl", "on cpu 70%")
def bitvaultd_scales_on_cpu(stream):
    assert utilization("cpu", 70) in scaler(stream, "bitvaultd", "bitvault-prod", 3, 20), "no metric for cpu"


@row("bitvaultd is scaled on the custom metric requests_per_second", "HorizontalPodAutoscaler bitvaultd `metrics.pods`",
     "services/bitvaultd.bvl", "on metric requests_per_second 200 from metrics")
def bitvaultd_scales_on_requests(stream):
    custom = {"type": "Pods", "pods": {"metric": {"name": "requests_per_second"},
                                       "target": {"type": "AverageValue", "averageValue": "200"}}}
    found = scaler(stream, "bitvaultd", "bitvault-prod", 3, 20)
    assert custom in found and len(found) == 2, f"metrics: {found}"


@row("requests_per_second can be collected", "NetworkPolicy bitvaultd `ingress`: Prometheus at 8081",
     "services/bitvaultd.bvl", 'metrics 8081 "/metrics"')
def requests_are_collected(stream):
    for namespace in APPLICATION:
        equal(stream.ports_from("bitvaultd", namespace, PROMETHEUS), [8081], f"{namespace}: Prometheus to bitvaultd")


@row("bitvault-web is stateless and scaled by an HPA on cpu", "HorizontalPodAutoscaler bitvault-web `metrics`",
     "services/bitvault-web.bvl", "on cpu 70%")
def web_scales_on_cpu(stream):
    assert utilization("cpu", 70) in scaler(stream, "bitvault-web", "bitvault-prod", 2, 10), "no metric for cpu"


@row("bitvault-web is scaled on memory", "HorizontalPodAutoscaler bitvault-web `metrics`",
     "services/bitvault-web.bvl", "on memory 80%")
def web_scales_on_memory(stream):
    found = scaler(stream, "bitvault-web", "bitvault-prod", 2, 10)
    assert utilization("memory", 80) in found and len(found) == 2, f"metrics: {found}"


@row("bitvault-worker is scaled by a KEDA ScaledObject on the consumer's pending messages",
     "ScaledObject bitvault-worker `triggers`", "services/bitvault-worker.bvl",
     'on nats-jetstream from nats { stream "JOBS"; consumer "worker"; lag 100; account "$G" }')
def worker_scales_on_pending_messages(stream):
    for namespace, largest in [("bitvault-prod", 50), ("bitvault-staging", 50), ("bitvault-dev", 5)]:
        spec = stream.one("ScaledObject", "bitvault-worker", namespace)["spec"]
        equal(spec["scaleTargetRef"]["name"], "bitvault-worker", "scaleTargetRef")
        equal((spec["minReplicaCount"], spec["maxReplicaCount"]), (1, largest), f"{namespace}: replicas")
        equal([(t["type"], t["metadata"]) for t in spec["triggers"]],
              [("nats-jetstream", {"natsServerMonitoringEndpoint": f"nats-headless.{namespace}.svc.cluster.local:8222",
                                   "account": "$G", "stream": "JOBS", "consumer": "worker", "lagThreshold": "100"})],
              f"{namespace}: triggers")
        equal(stream.names("HorizontalPodAutoscaler", namespace), ["bitvault-web", "bitvaultd"], "other scalers")


def managed(stream, name, peer):
    for namespace in APPLICATION:
        equal(stream.policy(name, namespace)["podSelector"], peer["podSelector"], f"{namespace}: pods of {name}")
        for kind in ["Deployment", "StatefulSet", "HorizontalPodAutoscaler", "ScaledObject"]:
            assert name not in stream.names(kind, namespace), f"{namespace}: a {kind} for {name}"


@row("PostgreSQL is operator-managed", "NetworkPolicy postgres `podSelector`; no workload, no scaler", "data.bvl",
     'managed postgres is postgres.cloudnative-pg(cluster = "bitvault-db") { replicas 3 }')
def postgres_is_managed(stream):
    managed(stream, "postgres", POSTGRES)


@row("Redis is operator-managed", "NetworkPolicy redis `podSelector`; no workload, no scaler", "data.bvl",
     "managed redis is redis.replication { replicas 3 }")
def redis_is_managed(stream):
    managed(stream, "redis", REDIS)


@row("NATS is operator-managed", "NetworkPolicy nats `podSelector`; no workload, no scaler", "data.bvl",
     "managed nats is nats.cluster { replicas 3 }")
def nats_is_managed(stream):
    managed(stream, "nats", NATS)


def budget(stream, name, namespace):
    spec = stream.one("PodDisruptionBudget", name, namespace)["spec"]
    return {key: spec[key] for key in ("minAvailable", "maxUnavailable") if key in spec}


@row("PodDisruptionBudget of bitvaultd: 50% for larger deployments", "PodDisruptionBudget bitvaultd `minAvailable`",
     "services/bitvaultd.bvl", "disruption min-available 50%")
def bitvaultd_budget(stream):
    for namespace in APPLICATION:
        equal(budget(stream, "bitvaultd", namespace), {"minAvailable": "50%"}, f"{namespace}: budget of bitvaultd")


@row("PodDisruptionBudget of bitvault-web: minAvailable 1", "PodDisruptionBudget bitvault-web `minAvailable`",
     "services/bitvault-web.bvl", "scale 2..10 {")
def web_budget(stream):
    for namespace in APPLICATION:
        equal(budget(stream, "bitvault-web", namespace), {"minAvailable": 1}, f"{namespace}: budget of web")


@row("PodDisruptionBudget of NATS: minAvailable 2 for 3 nodes", "PodDisruptionBudget nats `minAvailable`", "data.bvl",
     "managed nats is nats.cluster { replicas 3 }")
def nats_budget(stream):
    for namespace in APPLICATION:
        spec = stream.one("PodDisruptionBudget", "nats", namespace)["spec"]
        equal(budget(stream, "nats", namespace), {"minAvailable": 2}, f"{namespace}: budget of NATS")
        equal(spec["selector"], NATS["podSelector"], f"{namespace}: whom it selects")


@row("PodDisruptionBudget of PostgreSQL is its operator's", "no PodDisruptionBudget postgres", "data.bvl",
     'managed postgres is postgres.cloudnative-pg(cluster = "bitvault-db") { replicas 3 }')
def postgres_budget_is_its_operators(stream):
    for namespace in APPLICATION:
        selected = [o["spec"]["selector"] for o in stream.all("PodDisruptionBudget", namespace)]
        assert POSTGRES["podSelector"] not in selected, f"{namespace}: a second budget on PostgreSQL stops every eviction"
        assert "postgres" in stream.names("NetworkPolicy", namespace), f"{namespace}: no PostgreSQL"


@row("Every stateless service has a budget that a drain can keep", "PodDisruptionBudgets `selector`",
     "services/bitvault-worker.bvl", "disruption max-unavailable 1")
def every_service_has_a_budget(stream):
    for namespace in APPLICATION:
        for name in SERVICES:
            template = stream.one("Deployment", name, namespace)["spec"]["template"]["metadata"]["labels"]
            selector = stream.one("PodDisruptionBudget", name, namespace)["spec"]["selector"]["matchLabels"]
            assert selector and selector.items() <= template.items(), f"{namespace}/{name}: whom the budget selects"
        equal(budget(stream, "bitvault-worker", namespace), {"maxUnavailable": 1}, f"{namespace}: budget of the worker")


@row("PodDisruptionBudget of Redis: one replica stays at least", "PodDisruptionBudget redis `minAvailable`", "data.bvl",
     "managed redis is redis.replication { replicas 3 }")
def redis_budget(stream):
    for namespace in APPLICATION:
        spec = stream.one("PodDisruptionBudget", "redis", namespace)["spec"]
        equal(budget(stream, "redis", namespace), {"minAvailable": 1}, f"{namespace}: budget of Redis")
        equal(spec["selector"], REDIS["podSelector"], f"{namespace}: whom it selects")


# ---- Health Probes


def probed(container, probe):
    get = container[probe]["httpGet"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    return get["path"], ports.get(get["port"], get["port"])


@row("Two health endpoints on a port of their own, 8081", "Deployments `livenessProbe`, `readinessProbe`, `ports`",
     "platform.bvl", "health 8081 {")
def health_has_its_own_port(stream):
    for where, _, container in every_container(stream):
        equal((probed(container, "livenessProbe")[1], probed(container, "readinessProbe")[1]), (8081, 8081), f"{where}: ports")
        serving = [p["containerPort"] for p in container["ports"] if p["name"] in ("http", "grpc")]
        assert 8081 not in serving, f"{where} serves at the health port"


@row("Liveness: GET /healthz", "Deployments `livenessProbe.httpGet.path`", "platform.bvl", 'live "/healthz"')
def liveness(stream):
    for where, _, container in every_container(stream):
        equal(probed(container, "livenessProbe"), ("/healthz", 8081), f"{where}: liveness")


@row("Readiness: GET /readyz", "Deployments `readinessProbe.httpGet.path`", "platform.bvl", 'ready "/readyz" every 5s')
def readiness(stream):
    for where, _, container in every_container(stream):
        equal(probed(container, "readinessProbe"), ("/readyz", 8081), f"{where}: readiness")


@row("The liveness probe of bitvaultd begins after 60s", "Deployment bitvaultd `livenessProbe.initialDelaySeconds`",
     "services/bitvaultd.bvl", "health { live after 60s }")
def bitvaultd_liveness_waits(stream):
    for namespace in APPLICATION:
        equal(stream.container("bitvaultd", namespace)["livenessProbe"].get("initialDelaySeconds"), 60,
              f"{namespace}: initialDelaySeconds")


@row("The readiness probe is asked more often", "Deployments `readinessProbe.periodSeconds`",
     "platform.bvl", 'ready "/readyz" every 5s')
def readiness_is_asked_more_often(stream):
    for where, _, container in every_container(stream):
        equal(container["readinessProbe"]["periodSeconds"], 5, f"{where}: readiness")
        equal(container["livenessProbe"]["periodSeconds"], 10, f"{where}: liveness")


@row("Readiness checks DB connectivity and Redis reachability", "NetworkPolicy bitvaultd `egress`, postgres and redis `ingress`",
     "flows.bvl", "allow bitvaultd -> postgres.sql, redis.client, nats.client")
def readiness_can_ask_its_stores(stream):
    for namespace in APPLICATION:
        for name, peer, port in [("postgres", POSTGRES, 5432), ("redis", REDIS, 6379)]:
            equal(stream.ports_to("bitvaultd", namespace, peer), [port], f"{namespace}: bitvaultd to {name}")
            assert port in stream.ports_from(name, namespace, service("bitvaultd")), f"{namespace}: {name} from bitvaultd"


@row("A pod that is not ready leaves the Service's endpoints", "Services `selector`; no `publishNotReadyAddresses`",
     "services/bitvaultd.bvl", "port http 8080")
def not_ready_gets_no_traffic(stream):
    for namespace in APPLICATION:
        equal(stream.names("Service", namespace), ["bitvault-web", "bitvaultd"], f"{namespace}: Services")
        for found in stream.all("Service", namespace):
            assert not found["spec"].get("publishNotReadyAddresses"), f"{namespace}: {found['metadata']['name']}"
        ports = {(p["name"], p["port"]) for p in stream.one("Service", "bitvaultd", namespace)["spec"]["ports"]}
        equal(ports, {("http", 8080), ("grpc", 9090)}, f"{namespace}: ports of bitvaultd")


# ---- Graceful Shutdown


@row("Before shutdown a preStop hook sleeps 5s", "Deployments `lifecycle.preStop.sleep.seconds`",
     "platform.bvl", "pre-stop 5s")
def pre_stop_sleeps(stream):
    for where, _, container in every_container(stream):
        equal(container["lifecycle"]["preStop"], {"sleep": {"seconds": 5}}, f"{where}: preStop")


@row("1. Stop accepting: the pod leaves the endpoints while it still serves", "Deployments `preStop` of pods behind a Service",
     "platform.bvl", "pre-stop 5s")
def serves_while_it_leaves(stream):
    for namespace in APPLICATION:
        for name in stream.names("Service", namespace):
            seconds = stream.container(name, namespace)["lifecycle"]["preStop"]["sleep"]["seconds"]
            assert seconds >= 3, f"{namespace}/{name} stops {seconds} s after it is taken out"


def drain(stream, name):
    return {v["name"]: v.get("value") for v in stream.container(name, "bitvault-prod")["env"]}.get("DRAIN_SECONDS")


@row("2. Requests in flight drain for a configurable time, 30s by default", "Deployments `env` DRAIN_SECONDS",
     "platform.bvl", "drain-env DRAIN_SECONDS")
def drain_is_configured(stream):
    equal([drain(stream, name) for name in SERVICES], ["30", "20", "30"], "DRAIN_SECONDS")


@row("2. The drain timeout is 30s where nothing else is stated", "Deployment bitvaultd `env` DRAIN_SECONDS",
     "platform.bvl", "drain 30s")
def drain_defaults_to_thirty(stream):
    equal(drain(stream, "bitvaultd"), "30", "DRAIN_SECONDS of bitvaultd")


@row("3. bitvault-worker has time to finish or hand back its work", "Deployment bitvault-worker `terminationGracePeriodSeconds`",
     "services/bitvault-worker.bvl", "grace 120s")
def worker_has_time_to_finish(stream):
    for namespace in APPLICATION:
        left = stream.pod("bitvault-worker", namespace)["terminationGracePeriodSeconds"] - 5 - 30
        assert left >= 80, f"{namespace}: {left} s are left after the drain"


@row("4. It exits cleanly: nothing is killed while it drains", "Deployments `terminationGracePeriodSeconds`: above pre-stop and drain",
     "services/bitvault-web.bvl", "drain 20s")
def nothing_is_killed_in_its_drain(stream):
    equal(drain(stream, "bitvault-web"), "20", "DRAIN_SECONDS of bitvault-web")
    for namespace in APPLICATION:
        for name, finish in zip(SERVICES, [0, 0, 80]):
            needed = 5 + int(drain(stream, name)) + finish
            given = stream.pod(name, namespace)["terminationGracePeriodSeconds"]
            assert given > needed, f"{namespace}/{name}: needs {needed} s and gets {given} s"


@row("The servers are HTTP and gRPC", "Deployment bitvaultd `containerPort`, Service bitvaultd `ports`",
     "services/bitvaultd.bvl", "port grpc 9090")
def http_and_grpc_are_served(stream):
    for namespace in APPLICATION:
        ports = {p["name"]: p["containerPort"] for p in stream.container("bitvaultd", namespace)["ports"]}
        assert {"http": 8080, "grpc": 9090}.items() <= ports.items(), f"{namespace}: {ports}"
        served = {p["name"]: p["port"] for p in stream.one("Service", "bitvaultd", namespace)["spec"]["ports"]}
        equal(served, {"http": 8080, "grpc": 9090}, f"{namespace}: Service bitvaultd")


def grace(stream, name, seconds):
    for namespace in APPLICATION:
        equal(stream.pod(name, namespace)["terminationGracePeriodSeconds"], seconds, f"{namespace}/{name}: grace")


@row("terminationGracePeriodSeconds of bitvaultd: 60s", "Deployment bitvaultd `terminationGracePeriodSeconds`",
     "platform.bvl", "grace 60s")
def bitvaultd_grace(stream):
    grace(stream, "bitvaultd", 60)


@row("terminationGracePeriodSeconds of bitvault-web: 30s", "Deployment bitvault-web `terminationGracePeriodSeconds`",
     "services/bitvault-web.bvl", "grace 30s")
def web_grace(stream):
    grace(stream, "bitvault-web", 30)


@row("terminationGracePeriodSeconds of bitvault-worker: 120s", "Deployment bitvault-worker `terminationGracePeriodSeconds`",
     "services/bitvault-worker.bvl", "grace 120s")
def worker_grace(stream):
    grace(stream, "bitvault-worker", 120)


def failures(stream, rows=None):
    """Names of the rows that do not hold, and why."""
    found = []
    for entry in ROWS if rows is None else rows:
        try:
            entry["check"](stream)
        except (AssertionError, KeyError, IndexError, TypeError) as error:
            found.append((entry["name"], f"{type(error).__name__}: {error}"))
    return found


def table():
    """The table of docs/seed-platform.md."""
    lines = ["| the page says | statement | object and field | assertion |", "|---|---|---|---|"]
    for entry in ROWS:
        statement = f"`{entry['statement'].rstrip(' {')}` ({entry['file']})"
        cells = [entry["page"], statement, entry["object"], f"`{entry['name']}`"]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def main(arguments):
    if arguments == ["--table"]:
        print(table())
        return 0
    if len(arguments) == 2 and not arguments[1].startswith("-") and arguments[1] != EXAMPLE:
        print(f"nothing to hold for {arguments[1]}")
        return 0
    stream = Stream(read(arguments[0]))
    rows = [entry for entry in ROWS if entry["name"] == arguments[2]] if "--only" in arguments else ROWS
    assert rows, f"no row is called {arguments[2:]}"
    found = failures(stream, rows)
    if table() not in PAGE.read_text(encoding="utf-8"):
        found.append((PAGE.name, "its table is not what `seed.py --table` prints"))
    for name, why in found:
        print(f"{name}: {why}")
    print(f"{len(rows) - sum(1 for name, _ in found if name != PAGE.name)} passed, {len(found)} failed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
