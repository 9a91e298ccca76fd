//! Chains of flows.

use super::fixture::{id, lines};
use super::{ENVS, graph};
use crate::graph::{Question, Step, Target};
use crate::model::{Endpoint, EndpointId};

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
        let path = graph.shortest_path(&Question { from: ids(from), to: ids(to), at: Vec::new() });
        let hop = |step| match step {
            Step::Flow(flow) => all[flow as usize].as_str(),
            Step::Address(..) => panic!("nobody has addresses of pods"),
        };
        let path = path.map(|path| path.into_iter().map(hop).collect::<Vec<_>>());
        assert_eq!(path.as_deref(), *expected, "{from:?} to {to:?}");
    }
    // One walk backward says the same as a path from each.
    for to in model.endpoints() {
        let reaching = graph.reaching(&[to.id()]);
        for from in model.endpoints() {
            let path = graph.shortest_path(&Question { from: vec![from.id()], to: vec![to.id()], at: Vec::new() });
            assert_eq!(reaching.contains(&from.id()), path.is_some(), "{} to {}", from.name().value, to.name().value);
        }
    }
}

#[test]
fn many_questions_are_answered_like_one() {
    // a chain, every tenth of which leads back: more questions than one walk answers
    let names: Vec<String> = (0..80).map(|at| format!("s{at}")).collect();
    let services: Vec<String> = names.iter().map(|name| format!("service prod/{name}: port http 80")).collect();
    let along = names.windows(2).map(|pair| format!("flow prod/{} -> prod/{}.http", pair[0], pair[1]));
    let back = names.chunks(20).map(|part| format!("flow prod/{} -> prod/{}.http", part[9], part[4]));
    let through = ["external prod/out: port api 1", "flow prod/s70 -> prod/out.api", "flow prod/out -> prod/s3.http"];
    let through = through.into_iter().map(str::to_owned);
    let lines: Vec<String> = services.into_iter().chain(through).chain(along).chain(back).collect();
    let (model, graph) = graph(&format!("{ENVS}\n{}", lines.join("\n")));
    let from: Vec<EndpointId> = model.endpoints().map(Endpoint::id).collect();
    let question = |to: &EndpointId| Question { from: from.clone(), to: vec![*to], at: Vec::new() };
    let questions: Vec<Question> = from.iter().map(question).collect();
    let answers = graph.reachable(&questions);
    assert_eq!(answers.len(), questions.len());
    for (question, answer) in questions.iter().zip(answers) {
        let reaching = graph.reaching(&question.to);
        let expected: Vec<EndpointId> = from.iter().filter(|from| reaching.contains(from)).copied().collect();
        assert_eq!(answer, expected, "to {:?}", question.to);
    }
    // each has one port: asked for by that, it is reached as it is by itself
    let at_port = |question: &Question| Question {
        to: Vec::new(),
        at: vec![Target::Port { endpoint: question.to[0], port: 0 }],
        ..question.clone()
    };
    let by_port: Vec<Question> = questions.iter().map(at_port).collect();
    assert_eq!(graph.reachable(&by_port), graph.reachable(&questions));
    for (whole, port) in questions.iter().zip(&by_port) {
        assert_eq!(graph.shortest_path(port), graph.shortest_path(whole));
    }
    let elsewhere = |question: &Question| Question {
        to: Vec::new(),
        at: vec![Target::Port { endpoint: question.to[0], port: 1 }],
        ..question.clone()
    };
    let elsewhere: Vec<Question> = questions.iter().map(elsewhere).collect();
    assert!(graph.reachable(&elsewhere).iter().all(Vec::is_empty));
    assert!(elsewhere.iter().all(|question| graph.shortest_path(question).is_none()));
    assert_eq!(graph.reachable(&[]), Vec::<Vec<EndpointId>>::new());
}
