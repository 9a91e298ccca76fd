#!/usr/bin/env python3
"""Asserts over everything that was built that what a Prometheus is told is about what is there.

usage: alerts.py STREAM.yaml [EXAMPLE]

Each query parses, by Prometheus' own grammar in another's hands (promql-parser), and every metric, label and name in it is one
that kube-state-metrics has of an object of the stream; what selects pods by their names selects those of one Deployment or job
and of no other, however their names are cut; each monitor selects the pods of one Deployment, which have its port. Shares
nothing with the compiler.
"""
import re
import sys

import promql_parser
import yaml

# What kube-state-metrics says of which kind of object, and by which label (`docs/metrics/workload`, `docs/metrics/policy`).
METRICS = {
    "kube_deployment_status_replicas_ready": ("Deployment", "deployment"),
    "kube_deployment_spec_replicas": ("Deployment", "deployment"),
    "kube_statefulset_status_replicas_ready": ("StatefulSet", "statefulset"),
    "kube_statefulset_replicas": ("StatefulSet", "statefulset"),
    "kube_poddisruptionbudget_status_pod_disruptions_allowed": ("PodDisruptionBudget", "poddisruptionbudget"),
    "kube_horizontalpodautoscaler_status_current_replicas": ("HorizontalPodAutoscaler", "horizontalpodautoscaler"),
    "kube_horizontalpodautoscaler_spec_max_replicas": ("HorizontalPodAutoscaler", "horizontalpodautoscaler"),
    "kube_pod_container_status_restarts_total": ("Pod", "pod"),
    "kube_pod_init_container_status_restarts_total": ("Pod", "pod"),
    "kube_job_failed": ("Job", "job_name"),
}


def selectors(expr):
    """The selectors of series within a query."""
    if isinstance(expr, promql_parser.VectorSelector):
        yield expr
    elif isinstance(expr, promql_parser.MatrixSelector):
        yield expr.vector_selector
    elif isinstance(expr, promql_parser.BinaryExpr):
        yield from selectors(expr.lhs)
        yield from selectors(expr.rhs)
    elif isinstance(expr, promql_parser.Call):
        for arg in expr.args:
            yield from selectors(arg)
    elif not isinstance(expr, promql_parser.NumberLiteral):
        raise AssertionError(f"{type(expr).__name__} is in no alert")


def generated(prefix):
    """A name as the API server generates it: cut behind 58 characters, and five more."""
    return prefix[:58] + "x7k2p"


def names(obj):
    """What the objects of this kind are called that a controller makes of an object: pods, Jobs, autoscalers."""
    kind, name = obj["kind"], obj["metadata"]["name"]
    own = {(kind, name)}
    if kind == "Deployment":
        own |= {("Pod", generated(f"{name}-{digest}-")) for digest in ("5d4f8c7b9", "6c9f7d5b84", "ffff")}
    elif kind == "StatefulSet":
        own |= {("Pod", f"{name}-{number}") for number in (0, 1, 10)}
    elif kind == "CronJob":
        own.add(("Job", f"{name}-29384750"))
    elif kind == "ScaledObject":
        own.add(("HorizontalPodAutoscaler", f"keda-hpa-{name}"))
    return own


def workload(obj):
    return obj["metadata"]["annotations"]["bvl.dev/declaration"].split(" ")[1]


def judge_rule(rule, objects, about):
    namespace = rule["metadata"]["namespace"]
    of = {}
    for obj in objects:
        if obj["metadata"].get("namespace") == namespace:
            for made in names(obj):
                of.setdefault(made, set()).add(workload(obj) if "bvl.dev/declaration" in obj["metadata"].get("annotations", {}) else None)
    n_selectors = 0
    for group in rule["spec"]["groups"]:
        for alert in group["rules"]:
            for selector in selectors(promql_parser.parse(alert["expr"])):
                n_selectors += 1
                kind, label = METRICS[selector.name]
                labels = {matcher.name: matcher for matcher in selector.matchers.matchers}
                where = f"{about}: {alert['alert']}: {selector}"
                assert labels["namespace"].value == namespace, where
                assert set(labels) <= {"namespace", label, "condition"}, where
                value = labels[label].value
                is_pattern = labels[label].op == promql_parser.MatchOp.Re
                fits = (lambda name: re.fullmatch(value, name)) if is_pattern else (lambda name: name == value)
                meant = [of_name for (of_kind, name), of_name in of.items() if of_kind == kind and fits(name)]
                assert meant, f"{where} selects nothing"
                assert all(owner == {workload(rule)} for owner in meant), f"{where} selects what is of others: {meant}"
    return n_selectors


def judge_monitor(monitor, objects, about):
    namespace, wanted = monitor["metadata"]["namespace"], monitor["spec"]["selector"]["matchLabels"]
    assert wanted, f"{about} selects every pod"
    pods = [obj["spec"]["template"] for obj in objects
            if obj["kind"] in ("Deployment", "StatefulSet") and obj["metadata"]["namespace"] == namespace
            and wanted.items() <= obj["spec"]["template"]["metadata"]["labels"].items()]
    assert len(pods) == 1, f"{about} selects the pods of {len(pods)} workloads"
    spec = pods[0]["spec"]
    ports = [port for container in spec["containers"] + spec.get("initContainers", []) for port in container.get("ports", [])]
    for endpoint in monitor["spec"]["podMetricsEndpoints"]:
        field, value = ("name", endpoint["port"]) if "port" in endpoint else ("containerPort", endpoint["portNumber"])
        found = [port for port in ports if port.get(field) == value]
        assert len(found) == 1, f"{about}: no port {value}"
        # whoever finds pods by their annotations is led to the same place
        annotations = pods[0]["metadata"]["annotations"]
        assert annotations["prometheus.io/port"] == str(found[0]["containerPort"]), about
        assert annotations["prometheus.io/path"] == endpoint["path"], about


def main(stream):
    with open(stream, encoding="utf-8") as file:
        objects = [obj for obj in yaml.safe_load_all(file) if obj]
    n_selectors = n_monitors = 0
    for obj in objects:
        about = f"{obj['kind']} {obj['metadata'].get('namespace')}/{obj['metadata']['name']}"
        if obj["kind"] == "PrometheusRule":
            n_selectors += judge_rule(obj, objects, about)
        elif obj["kind"] == "PodMonitor":
            judge_monitor(obj, objects, about)
            n_monitors += 1
    print(f"{n_selectors} selectors of alerts and {n_monitors} monitors are about what is there")


if __name__ == "__main__":
    main(sys.argv[1])
