//! Chains of flows.

use super::fixture::{id, lines};
use super::{ENVS, graph};

/// From, to, and the flows in between.
type Case = (&'static [&'static str], &'static [&'static str], Option<&'static [&'static str]>);

#[test]
fn paths_are_shortest_and_end_outside() {
    let (model, graph) = graph(&format!(
        "{ENVS}
        service prod/a: port http 80
        service prod/b: port http 80
        service prod/c: port http 80
        service prod/d: port http 80
        service prod/e: port http 80
        managed system/keda: provides triggers; port api 1; allow kubernetes-api -> self.api because hooks; allow self -> kubernetes-api because it watches
        managed prod/nats: port monitoring 1; trigger nats-jetstream monitoring
        external prod/out: port api 1
        service prod/worker: on nats-jetstream
        flow prod/a -> prod/b.http
        flow prod/b -> prod/c.http
        flow prod/a -> prod/d.http
        flow prod/d -> prod/c.http
        flow prod/c -> prod/out.api
        flow prod/out -> prod/e.http
        flow prod/e -> prod/e.http
        flow prod/b -> system/keda.api
        "
    ));
    let table: &[Case] = &[
        (&["prod/a"], &["prod/b"], Some(&["prod/a -> prod/b.http"])),
        (&["prod/a"], &["prod/c"], Some(&["prod/a -> prod/b.http", "prod/b -> prod/c.http"])),
        (&["prod/a", "prod/d"], &["prod/c"], Some(&["prod/d -> prod/c.http"])),
        (&["prod/a"], &["prod/out", "prod/d"], Some(&["prod/a -> prod/d.http"])),
        (&["prod/b"], &["prod/out"], Some(&["prod/b -> prod/c.http", "prod/c -> prod/out.api"])),
        // It ends at an external, and may begin there.
        (&["prod/c"], &["prod/e"], None),
        (&["prod/out"], &["prod/e"], Some(&["prod/out -> prod/e.http"])),
        // From a workload to itself only by a flow.
        (&["prod/e"], &["prod/e"], Some(&["prod/e -> prod/e.http"])),
        (&["prod/a"], &["prod/a"], None),
        (&["prod/c"], &["prod/a"], None),
        // Derived flows are flows; the Kubernetes API is an end.
        (
            &["prod/b"],
            &["prod/nats"],
            Some(&[
                "prod/b -> system/keda.api",
                "system/keda -> prod/nats.monitoring trigger: keda asks nats how many messages wait for worker",
            ]),
        ),
        (&["system/keda"], &["system/keda"], None),
        (&[], &["prod/a"], None),
        (&["prod/a"], &[], None),
    ];
    let all = lines(&model, &graph);
    for (from, to, expected) in table {
        let ids = |names: &[&str]| names.iter().map(|name| id(&model, name)).collect::<Vec<_>>();
        let path = graph.shortest_path(&ids(from), &ids(to));
        let path = path.map(|path| path.into_iter().map(|flow| all[flow].as_str()).collect::<Vec<_>>());
        assert_eq!(path.as_deref(), *expected, "{from:?} to {to:?}");
    }
    // One walk backward says the same as a path from each.
    for to in model.endpoints() {
        let reaching = graph.reaching(&[to.id()]);
        for from in model.endpoints() {
            let path = graph.shortest_path(&[from.id()], &[to.id()]);
            assert_eq!(reaching.contains(&from.id()), path.is_some(), "{} to {}", from.name().value, to.name().value);
        }
    }
}
