//! What passes, in forms for programs: JSON as `docs/connectivity.schema.json` describes it, CSV, Markdown, and a graph.
//!
//! Invariant: every form holds the same rows in the same order. JSON holds all there is to say; within one version of its
//! schema members are only added.

use serde_json::{Value as Json, json};

use super::drift::{Drift, Entry};
use super::flow::Unjudged;
use super::passing::{
    DroppedRow, Origin, PassageRow, Passing, Placed, PodsRow, PolicyName, ServiceRow, Side, SparedRow,
};
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::text::one_line;
use crate::manifest::Note;
use crate::query::graph::quoted;
use crate::source::Span;
use crate::verify::connectivity::{PortRange, Ports, Untold};

/// The schema and its version, the value of the member `schema`.
pub const SCHEMA: &str = "bvlc.connectivity/1";

/// The columns of tables.
const COLUMNS: [&str; 5] = ["source", "destination", "ports", "egress", "ingress"];

/// One JSON object a line: the pods, then what passes, then the Services.
pub fn json(passing: &Passing, shown: Shown<'_>) -> Vec<String> {
    let pods = passing.pods.iter().map(|row| pods(row, shown));
    let passages = passing.passages.iter().map(|row| passage(row, shown));
    let services = passing.services.iter().map(|row| service(row, shown));
    let unread = passing.unread.iter().map(|note| {
        let mut row = json!({ "schema": SCHEMA, "kind": "unread-policy" });
        if let (Some(row), Json::Object(fields)) = (row.as_object_mut(), unread(note, shown)) {
            row.extend(fields);
        }
        row
    });
    pods.chain(passages).chain(services).chain(unread).map(|row| row.to_string()).collect()
}

/// A policy of a kind that is not read.
fn unread(note: &Note, shown: Shown<'_>) -> Json {
    json!({ "name": note.title(), "api-version": note.api_version, "place": place(note.span, shown) })
}

/// A policy that speaks of more than is looked at.
fn untold(one: &Untold) -> Json {
    json!({ "namespace": one.namespace, "name": one.name, "combinations": one.n })
}

/// What is said of policies of kinds that are not read, where any is: a line that names each.
pub fn unread_line(unread: &[Note], shown: Shown<'_>) -> Option<String> {
    let named = unread.iter().map(|note| {
        let line = shown.sources.position(note.span).line;
        format!("{} ({}:{line})", note.title(), shown.path(note.span))
    });
    let named: Vec<String> = named.collect();
    let what = "policies of kinds that bvlc does not read may let more pass than is said here, or less";
    (!named.is_empty()).then(|| format!("{what}: {}", named.join(", ")))
}

/// What is said of peers that manifests do not tell, where any is: a line that names each.
pub fn unjudged_line(unjudged: &[Unjudged], shown: Shown<'_>) -> Option<String> {
    let named = unjudged.iter().map(|Unjudged { policy, what }| {
        let line = shown.sources.position(policy.place).line;
        format!("{} ({}:{line}), {what}", policy.name, shown.path(policy.place))
    });
    let named: Vec<String> = named.collect();
    let what = "peers of which manifests do not say who they are may let more pass than is said here, or less";
    (!named.is_empty()).then(|| format!("{what}: {}", named.join("; ")))
}

/// The schema of what differs from a platform, and its version.
pub const DRIFT_SCHEMA: &str = "bvlc.drift/1";

/// What differs from a platform: one JSON object a line, as `docs/drift.schema.json` describes it.
pub fn drift(drift: &Drift, shown: Shown<'_>) -> Vec<String> {
    let difference = |entry: &Entry| {
        json!({
            "schema": DRIFT_SCHEMA,
            "kind": "difference",
            "way": entry.kind.name(),
            "what": entry.what,
            "why": entry.why,
            "policies": policies_of(&entry.by, shown),
        })
    };
    let without = |(environment, namespace): &(String, String)| json!({ "schema": DRIFT_SCHEMA, "kind": "without-objects", "environment": environment, "namespace": namespace });
    let summary = json!({
        "schema": DRIFT_SCHEMA,
        "kind": "summary",
        "compared": drift.compared,
        "differences": drift.entries.len(),
        "pairs": if drift.entries.is_empty() { json!(drift.pairs) } else { Json::Null },
        "left-alone": drift.elsewhere.iter().map(|(namespace, count)| json!({ "namespace": namespace, "objects": count }))
            .collect::<Vec<_>>(),
        "unread-policies": drift.unread.iter().map(|note| unread(note, shown)).collect::<Vec<_>>(),
        "untold": drift.untold.iter().map(untold).collect::<Vec<_>>(),
        "unjudged": drift.unjudged.iter().map(|one| json!({
            "policy": policies_of(std::slice::from_ref(&one.policy), shown).first(),
            "what": one.what,
        })).collect::<Vec<_>>(),
    });
    let lines = drift.without_objects.iter().map(without).chain(drift.entries.iter().map(difference));
    lines.chain([summary]).map(|line| line.to_string()).collect()
}

fn pods(row: &PodsRow, shown: Shown<'_>) -> Json {
    let isolated = |policies: &Option<Vec<PolicyName>>| policies.as_ref().map(|all| policies_of(all, shown));
    json!({
        "schema": SCHEMA,
        "kind": "pods",
        "names": row.names,
        "from": match row.origin {
            Origin::Objects => "objects",
            Origin::Subjects | Origin::Policies => "policies",
            Origin::Other => "other",
        },
        "host-network": row.network == Placed::Host,
        "egress": isolated(&row.egress),
        "ingress": isolated(&row.ingress),
        "dropped": row.dropped.iter().map(|row| dropped(row, shown)).collect::<Vec<_>>(),
    })
}

fn dropped(row: &DroppedRow, shown: Shown<'_>) -> Json {
    json!({
        "direction": row.direction.name().to_lowercase(),
        "peers": row.peers,
        "ports": row.ports.ranges().iter().copied().map(range).collect::<Vec<_>>(),
        "port-names": row.port_names,
        "spared": row.spared.iter().map(|row| spared(row, shown)).collect::<Vec<_>>(),
        "policy": { "name": row.policy.name, "place": place(row.policy.place, shown) },
    })
}

fn spared(row: &SparedRow, shown: Shown<'_>) -> Json {
    json!({
        "peers": row.peers,
        "ports": row.ports.ranges().iter().copied().map(range).collect::<Vec<_>>(),
        "policy": { "name": row.policy.name, "place": place(row.policy.place, shown) },
    })
}

fn passage(row: &PassageRow, shown: Shown<'_>) -> Json {
    json!({
        "schema": SCHEMA,
        "kind": "passage",
        "sources": row.sources,
        "destinations": row.destinations,
        "ports": row.ports.ranges().iter().copied().map(range).collect::<Vec<_>>(),
        "egress": side(&row.egress, shown),
        "ingress": side(&row.ingress, shown),
    })
}

fn service(row: &ServiceRow, shown: Shown<'_>) -> Json {
    json!({
        "schema": SCHEMA,
        "kind": "service",
        "name": row.name,
        "place": place(row.place, shown),
        "port": row.port,
        "protocol": row.transport.name(),
        "targets": row.targets.iter().map(|(pods, port)| json!({ "pods": pods, "port": port })).collect::<Vec<_>>(),
    })
}

fn range(range: PortRange) -> Json {
    json!({ "protocol": range.transport.name(), "first": range.first, "last": range.last })
}

fn side(side: &Side, shown: Shown<'_>) -> Json {
    let (by, policies) = match side {
        Side::Outside => ("outside", Vec::new()),
        Side::Open => ("open", Vec::new()),
        Side::Policies(policies) => ("policies", policies_of(policies, shown)),
    };
    json!({ "decided-by": by, "policies": policies })
}

fn policies_of(policies: &[PolicyName], shown: Shown<'_>) -> Vec<Json> {
    policies.iter().map(|policy| json!({ "name": policy.name, "place": place(policy.place, shown) })).collect()
}

fn place(span: Span, shown: Shown<'_>) -> Json {
    let position = shown.sources.position(span);
    json!({ "path": shown.path(span), "line": position.line, "column": position.column })
}

/// The cells of a passage, its lists with this between their items.
fn cells(row: &PassageRow, between: &str) -> [String; 5] {
    let ports = row.ports.ranges().iter().map(ToString::to_string).collect::<Vec<_>>();
    let ports = if row.ports == Ports::all() { "any port".to_owned() } else { ports.join(between) };
    let side = |side: &Side| match side {
        Side::Outside => String::new(),
        Side::Open => "open".to_owned(),
        Side::Policies(policies) => {
            policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(between)
        }
    };
    [row.sources.join(between), row.destinations.join(between), ports, side(&row.egress), side(&row.ingress)]
}

/// A table as RFC 4180 has it, its header first; lists have semicolons between their items.
pub fn csv(passing: &Passing) -> Vec<String> {
    let rows = passing.passages.iter().map(|row| cells(row, "; ").map(|cell| csv_cell(&cell)).join(","));
    std::iter::once(COLUMNS.join(",")).chain(rows).collect()
}

/// A text as a cell of CSV: nothing in it ends the cell, and what a terminal obeys is shown.
fn csv_cell(text: &str) -> String {
    let text = one_line(text);
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A table in Markdown; what may decide otherwise stands below it.
pub fn markdown(passing: &Passing, shown: Shown<'_>) -> Vec<String> {
    let line = |cells: [String; 5]| format!("| {} |", cells.join(" | "));
    let head = [line(COLUMNS.map(str::to_owned)), line(COLUMNS.map(|_| "---".to_owned()))];
    let rows = passing.passages.iter().map(|row| line(cells(row, ", ").map(|cell| markdown_cell(&cell))));
    let below = unread_line(&passing.unread, shown).map(|line| [String::new(), markdown_cell(&line)]);
    head.into_iter().chain(rows).chain(below.into_iter().flatten()).collect()
}

/// A text as a cell of Markdown: no letter of it means anything, neither to Markdown nor to HTML nor to a terminal.
fn markdown_cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for letter in one_line(text).chars() {
        match letter {
            '<' => cell.push_str("&lt;"),
            '&' => cell.push_str("&amp;"),
            '\\' | '`' | '|' => cell.extend(['\\', letter]),
            other => cell.push(other),
        }
    }
    cell
}

/// A graph in the language of Graphviz. Where several may reach several, a point stands between them, so that there are
/// never as many edges as pairs. What may decide otherwise is the graph's label.
pub fn dot(passing: &Passing, shown: Shown<'_>) -> Vec<String> {
    let mut lines = vec!["digraph connectivity {".to_owned(), "  rankdir=LR;".to_owned()];
    lines.extend(unread_line(&passing.unread, shown).map(|line| format!("  label={};", quoted(&line))));
    for (number, row) in passing.passages.iter().enumerate() {
        let label = quoted(&row.ports.to_string());
        match (row.sources.as_slice(), row.destinations.as_slice()) {
            ([source], destinations) => {
                lines.extend(
                    destinations.iter().map(|to| format!("  {} -> {} [label={label}];", quoted(source), quoted(to))),
                );
            }
            (sources, [destination]) => {
                lines.extend(
                    sources
                        .iter()
                        .map(|from| format!("  {} -> {} [label={label}];", quoted(from), quoted(destination))),
                );
            }
            (sources, destinations) => {
                let point = format!("point{number}");
                lines.push(format!("  {point} [shape=point, xlabel={label}];"));
                lines.extend(sources.iter().map(|from| format!("  {} -> {point} [arrowhead=none];", quoted(from))));
                lines.extend(destinations.iter().map(|to| format!("  {point} -> {};", quoted(to))));
            }
        }
    }
    lines.push("}".to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::passing::passing;
    use super::super::{Terms, flow, read};
    use super::*;
    use crate::diagnostic::render::schema::fault;
    use crate::query::explain::json::of_connection;
    use crate::source::{Provenance, SourceMap};

    const SHOP: &str = r"
{kind: Pod, apiVersion: v1, metadata: {name: web, labels: {app: web}}, spec: {containers: []}}
---
{kind: Pod, apiVersion: v1, metadata: {name: api, labels: {app: api}}, spec: {containers: [{name: a, ports: [{containerPort: 8080}]}]}}
---
{kind: Pod, apiVersion: v1, metadata: {name: node, labels: {app: node}}, spec: {hostNetwork: true, containers: []}}
---
{kind: Service, apiVersion: v1, metadata: {name: api}, spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}}
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: api}
spec:
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]
  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}, {ports: [{port: 53, protocol: UDP}]}]
";

    /// Policies that decide too, and something else that is not read.
    const UNREAD: &str = r"
---
{kind: AdminNetworkPolicy, apiVersion: policy.networking.k8s.io/v1alpha1, metadata: {name: open}, spec: {priority: 5}}
---
{kind: CiliumNetworkPolicy, apiVersion: cilium.io/v2, metadata: {name: way, namespace: shop}, spec: {}}
---
{kind: ServiceMonitor, apiVersion: monitoring.coreos.com/v1, metadata: {name: web}, spec: {}}
";

    fn objects(text: &str) -> (SourceMap, super::super::Objects) {
        let mut sources = SourceMap::default();
        let file = sources.add("shop.yaml", text, Provenance::User);
        let objects = read(&sources, &[file]);
        assert_eq!((objects.broken.len(), objects.objects.len()), (0, 5));
        (sources, objects)
    }

    fn shop() -> (SourceMap, super::super::Objects) {
        objects(SHOP)
    }

    fn with_unread() -> (SourceMap, super::super::Objects) {
        objects(&format!("{SHOP}{UNREAD}"))
    }

    #[test]
    fn policies_that_are_not_read_are_named_in_every_form() {
        let (sources, objects) = with_unread();
        let shown = Shown { sources: &sources, prefix: "" };
        let table = passing(&objects, &Terms::default());
        let both = "AdminNetworkPolicy open (shop.yaml:20), CiliumNetworkPolicy shop/way (shop.yaml:22)";
        assert!(unread_line(&table.unread, shown).unwrap().ends_with(both), "{:?}", table.unread);
        for form in [markdown(&table, shown), dot(&table, shown)] {
            assert_eq!(form.iter().filter(|line| line.contains(both)).count(), 1, "{form:#?}");
        }
        let (sources, objects) = shop();
        let shown = Shown { sources: &sources, prefix: "" };
        let table = passing(&objects, &Terms::default());
        assert_eq!(unread_line(&table.unread, shown), None);
        assert!(json(&table, shown).iter().all(|line| !line.contains("unread")));
    }

    #[test]
    fn the_schema_in_docs_describes_them() {
        let schema: Json = serde_json::from_str(include_str!("../../../docs/connectivity.schema.json")).unwrap();
        let (sources, objects) = with_unread();
        let lines = json(&passing(&objects, &Terms::default()), Shown { sources: &sources, prefix: "" });
        let mut kinds = std::collections::BTreeSet::new();
        for line in &lines {
            let mut object: Json = serde_json::from_str(line).unwrap();
            assert_eq!(fault(&schema, &schema, &object), None);
            kinds.insert(object["kind"].as_str().unwrap().to_owned());
            object["kind"] = json!("none");
            assert!(fault(&schema, &schema, &object).is_some());
        }
        assert_eq!(kinds.len(), 4, "{lines:#?}");
    }

    #[test]
    fn differences_are_as_their_schema_says() {
        use crate::query::manifests::drift::EntryKind;
        let schema: Json = serde_json::from_str(include_str!("../../../docs/drift.schema.json")).unwrap();
        let (sources, objects) = shop();
        let place = objects.whole(0).unwrap();
        let by = vec![PolicyName { name: "NetworkPolicy default/api".to_owned(), place }];
        let entry = Entry { kind: EntryKind::More, what: vec!["a -> b".to_owned()], why: "passes".to_owned(), by };
        let without_objects = vec![("prod".to_owned(), "shop".to_owned())];
        let elsewhere = vec![(String::new(), 2)];
        let some = Drift { entries: vec![entry], without_objects, elsewhere, ..Drift::default() };
        let unread = with_unread().1.unread().cloned().collect();
        let none = Drift { compared: vec!["prod".to_owned()], pairs: 12, unread, ..Drift::default() };
        let shown = Shown { sources: &sources, prefix: "" };
        let lines: Vec<String> = [some, none].iter().flat_map(|one| drift(one, shown)).collect();
        assert_eq!(lines.len(), 4);
        for line in lines {
            let mut object: Json = serde_json::from_str(&line).unwrap();
            assert_eq!(fault(&schema, &schema, &object), None, "{line}");
            object["kind"] = json!("none");
            assert!(fault(&schema, &schema, &object).is_some());
        }
    }

    /// Pods and Services as a dump has them.
    const DUMP: &str = r"
{kind: Pod, apiVersion: v1, metadata: {name: db, namespace: s, labels: {app: db}}, spec: {containers: [{name: c, ports: [{containerPort: 5432}]}]}, status: {hostIP: 10.9.0.1, podIP: 10.1.2.3, podIPs: [{ip: 10.1.2.3}, {ip: 'fd00::3'}]}}
---
{kind: Pod, apiVersion: v1, metadata: {name: web, namespace: s, labels: {app: web}}, spec: {containers: []}, status: {podIP: 10.1.2.4}}
---
{kind: Pod, apiVersion: v1, metadata: {name: done, namespace: s}, spec: {containers: []}, status: {podIP: 10.1.2.5, phase: Succeeded}}
---
{kind: Deployment, apiVersion: apps/v1, metadata: {name: api, namespace: s}, spec: {selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: []}}}}
---
kind: Pod
apiVersion: v1
metadata: {name: api-1, namespace: s, labels: {app: api}, ownerReferences: [{kind: Deployment, apiVersion: apps/v1, name: api, uid: '', controller: true}]}
spec: {containers: []}
status: {podIP: 10.1.2.6}
---
kind: Service
apiVersion: v1
metadata: {name: db, namespace: s}
spec: {clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7], externalIPs: [192.0.2.7], selector: {app: db}, ports: [{port: 80, targetPort: 5432}]}
status: {loadBalancer: {ingress: [{ip: 198.51.100.7}, {hostname: x.example}]}}
---
{kind: Service, apiVersion: v1, metadata: {name: lost, namespace: s}, spec: {clusterIP: 10.96.0.8, selector: {app: lost}, ports: [{port: 80}]}}
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: db, namespace: s}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 5432}]}]}
";

    #[test]
    fn addresses_of_a_dump_are_those_of_its_pods_and_services() {
        let mut sources = SourceMap::default();
        let file = sources.add("dump.yaml", DUMP, Provenance::User);
        let objects = read(&sources, &[file]);
        assert_eq!((objects.broken.len(), objects.objects.len()), (0, 8));
        let ask = |source: &str, target: &str| {
            let answers = flow::flow(&objects, &Terms::default(), source, target);
            answers.map(|found| {
                let mut all = found.answers.into_iter();
                let (first, others) = (all.next().unwrap(), all.count());
                assert_eq!(others, 0, "{source} {target}");
                (first.target.clone(), first.is_allowed())
            })
        };
        for (source, target, who, is_allowed) in [
            ("s/web", "10.1.2.3:5432", "s/db (10.1.2.3)", false),
            ("s/web", "[fd00::3]:5432", "s/db (fd00::3)", false),
            ("10.1.2.4", "s/db.5432", "s/db", false),
            ("10.1.2.6", "s/db:5432", "s/db", true),
            ("s/api", "10.96.0.7:80", "s/db (Service s/db)", true),
            ("s/api", "10.96.0.7", "s/db (Service s/db)", true),
            ("s/web", "10.96.0.7:80", "s/db (Service s/db)", false),
            ("s/web", "192.0.2.7:80", "s/db (Service s/db)", false),
            ("s/web", "198.51.100.7:80/TCP", "s/db (Service s/db)", false),
            ("s/web", "10.9.0.1:443", "10.9.0.1 (a node)", true),
            ("s/web", "10.1.2.5:443", "10.1.2.5", true),
            ("s/web", "10.1.2.7:443", "10.1.2.7", true),
            // a pod that is asked for by its address is itself
            ("s/db", "10.1.2.3:5432", "s/db (10.1.2.3)", true),
            ("10.1.2.3", "s/db.5432/UDP", "s/db", true),
            ("s/api", "s/db.5432/UDP", "s/db", false),
            ("s/api", "s/db:5432/TCP", "s/db", true),
        ] {
            assert_eq!(ask(source, target), Ok((who.to_owned(), is_allowed)), "{source} {target}");
        }
        for (source, target, what) in [
            ("s/web", "10.96.0.7:81", "10.96.0.7 is the Service s/db, which has no port"),
            ("s/web", "10.96.0.8:80", "there are no pods in these files behind the Service"),
            ("10.96.0.7", "s/db", "nothing begins from the address of a Service:"),
            ("s/api", "10.96.0.7:80/UDP", "no port of UDP is meant by"),
        ] {
            assert_eq!(ask(source, target).map_err(|unknown| unknown.what), Err(what.to_owned()), "{source} {target}");
        }
    }

    /// A Service without a selector leads to what somebody has written as its endpoints: pods of these files, or addresses.
    #[test]
    fn services_without_a_selector_lead_to_their_endpoints() {
        let mut sources = SourceMap::default();
        let file = sources.add(
            "dump.yaml",
            "apiVersion: v1
kind: Pod
metadata: { name: c, namespace: s, labels: { app: c } }
spec: { containers: [{ name: c, image: x }] }
---
apiVersion: v1
kind: Pod
metadata: { name: db, namespace: s, labels: { app: db } }
spec: { containers: [{ name: db, image: x }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: s }
spec: { ports: [{ name: sql, port: 80 }, { name: web, port: 81 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: db-1, namespace: s, labels: { kubernetes.io/service-name: db } }
addressType: IPv4
endpoints: [{ addresses: [10.1.1.7], targetRef: { kind: Pod, name: db } }]
ports: [{ name: sql, port: 5432, protocol: TCP }]
---
apiVersion: v1
kind: Service
metadata: { name: out, namespace: s }
spec: { ports: [{ port: 443 }] }
---
apiVersion: v1
kind: Endpoints
metadata: { name: out, namespace: s }
subsets: [{ addresses: [{ ip: 192.0.2.7 }], ports: [{ port: 8443 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: none, namespace: s }
spec: { ports: [{ port: 443 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: c, namespace: s }
spec: { podSelector: { matchLabels: { app: c } }, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 192.0.2.0/24 } }], ports: [{ port: 8443 }] }] }
",
            Provenance::User,
        );
        let objects = read(&sources, &[file]);
        assert_eq!((objects.broken.len(), objects.objects.len()), (0, 8));
        let ask = |target: &str| {
            let found = flow::flow(&objects, &Terms::default(), "s/c", target).map_err(|unknown| unknown.what)?;
            let [answer] = found.answers.as_slice() else { return Err(format!("{} answers", found.answers.len())) };
            Ok((answer.target.clone(), answer.is_allowed()))
        };
        assert_eq!(ask("s/out.443"), Ok(("192.0.2.7 (Service s/out)".to_owned(), true)));
        assert_eq!(ask("s/out"), Ok(("192.0.2.7 (Service s/out)".to_owned(), true)));
        // no pod of that name declares the port, so that it is the Service's
        assert_eq!(ask("s/db.sql"), Ok(("s/db (Service s/db)".to_owned(), false)));
        for target in ["s/none.443", "s/out.444"] {
            assert!(ask(target).is_err(), "{target}");
        }
    }

    /// What policies of the cluster drop no statement of a namespace lets pass, and is offered for neither half.
    #[test]
    fn what_the_cluster_drops_is_not_offered() {
        let mut sources = SourceMap::default();
        let file = sources.add(
            "dump.yaml",
            "{kind: Pod, apiVersion: v1, metadata: {name: a, namespace: s, labels: {app: a}}, spec: {containers: []}}
---
{kind: Pod, apiVersion: v1, metadata: {name: b, namespace: s, labels: {app: b}}, spec: {containers: []}}
---
{kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: {name: deny, namespace: s}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: top}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {number: 80}}}]}]
",
            Provenance::User,
        );
        let objects = read(&sources, &[file]);
        assert_eq!((objects.broken.len(), objects.objects.len()), (0, 4));
        let offered = |target: &str| {
            let found = flow::flow(&objects, &Terms::default(), "s/a", target).unwrap();
            let answer = &found.answers[0];
            [&answer.egress, &answer.ingress].map(|half| {
                let rule = half.missing.as_ref().map(|missing| missing.rule.join(" "));
                rule.map(|rule| rule.split("ports: ").last().unwrap().to_owned())
            })
        };
        let at = |ports: &str| Some(format!("[{{port: {ports}}}]"));
        assert_eq!(offered("s/b.81"), [at("81, protocol: TCP"), at("81, protocol: TCP")]);
        // by TCP nothing lets it pass, and by the other protocols something may
        assert_eq!(offered("s/b.80/TCP"), [None, None]);
        assert_eq!(offered("s/b.80/UDP"), [at("80, protocol: UDP"), at("80, protocol: UDP")]);
    }

    #[test]
    fn connections_are_as_the_schema_of_explanations_says() {
        let schema: Json = serde_json::from_str(include_str!("../../../docs/explanation.schema.json")).unwrap();
        let (sources, objects) = shop();
        let shown = Shown { sources: &sources, prefix: "" };
        for (source, target, verdict) in [
            ("web", "api", "allowed"),
            // no pod declares 80, the Service of that name leads from it to 8080
            ("web", "api.80", "allowed"),
            ("web", "api.81", "denied"),
            ("web", "default/api.8080", "allowed"),
            ("api", "10.1.2.3:443", "allowed"),
            ("api", "11.1.2.3:443", "denied"),
            ("api", "[fd00::1]:53", "allowed"),
            ("api", "web", "allowed"),
            ("node", "web", "allowed"),
            ("node", "api", "denied"),
        ] {
            let answers = flow::flow(&objects, &Terms::default(), source, target).unwrap();
            let object = of_connection(&answers.answers[0], &answers.unjudged, shown);
            assert_eq!(fault(&schema, &schema, &object), None);
            assert_eq!(object["verdict"], verdict, "{source} {target}: {object}");
        }
        for (source, target) in [("none", "api"), ("web", "none"), ("web", "api.none")] {
            assert!(flow::flow(&objects, &Terms::default(), source, target).is_err());
        }
    }

    #[test]
    fn names_of_others_are_text_in_every_form() {
        let name = "a|`<b>\",\\\u{1b}[31m\n\u{202e}x";
        for (form, shown) in [
            (csv_cell(name), "\"a|`<b>\"\",\\␛[31m␊\u{fffd}x\""),
            (markdown_cell(name), "a\\|\\`&lt;b>\",\\\\␛[31m␊\u{fffd}x"),
            (quoted(name), "\"a|`<b>\\\",\\\\␛[31m␊\u{fffd}x\""),
        ] {
            assert_eq!(form, shown);
        }
        assert_eq!([csv_cell("a-1"), markdown_cell("a-1"), quoted("a")], ["a-1", "a-1", "\"a\""]);
    }

    #[test]
    fn every_form_holds_every_row() {
        let (sources, objects) = shop();
        let shown = Shown { sources: &sources, prefix: "" };
        let passing = passing(&objects, &Terms::default());
        assert_eq!(csv(&passing).len(), passing.passages.len() + 1);
        assert_eq!(markdown(&passing, shown).len(), passing.passages.len() + 2);
        let edges = dot(&passing, shown).iter().filter(|line| line.contains(" -> ")).count();
        let wanted = passing.passages.iter().map(|row| {
            let (from, to) = (row.sources.len(), row.destinations.len());
            if from > 1 && to > 1 { from + to } else { from * to }
        });
        assert_eq!(edges, wanted.sum::<usize>());
        let web =
            passing.passages.iter().find(|row| row.sources == ["default/web"] && row.destinations == ["default/api"]);
        assert_eq!(web.map(|row| row.ports.to_string()).as_deref(), Some("8080/TCP"));
    }
}
