//! Waves and circles.

use super::fixture::{id, name};
use super::{ENVS, graph};

#[test]
fn after_makes_waves_and_circles() {
    let (model, graph) = graph(&format!(
        "{ENVS}
        managed prod/db: port sql 1
        service system/base:
        service prod/a: after prod/db; after system/base
        service prod/b: after prod/a
        service prod/c: after prod/a; after prod/b
        service prod/d: after prod/e
        service prod/e: after prod/f; after prod/a
        service prod/f: after prod/d; after prod/e
        service prod/g: after prod/g
        service prod/h: after prod/f; after prod/c
        service dev/a: after prod/c
        "
    ));
    let waves: Vec<String> =
        graph.implied.waves.iter().map(|(service, wave)| format!("{} {wave}", name(&model, *service))).collect();
    assert_eq!(
        waves,
        [
            "prod/a 0",
            "prod/b 1",
            "prod/c 2",
            "prod/d 1",
            "prod/e 1",
            "prod/f 1",
            "prod/g 0",
            "prod/h 3",
            "dev/a 0",
            "system/base 0"
        ]
    );
    let circles: Vec<String> = graph
        .implied
        .circles
        .iter()
        .map(|circle| circle.iter().map(|service| name(&model, *service)).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(circles, ["prod/d prod/e prod/f", "prod/g"]);
}

#[test]
fn a_long_chain_is_ordered() {
    let links = (1..5000).map(|n| format!("service prod/s{n}: after prod/s{}\n", n - 1));
    let (model, graph) = graph(&format!("env prod\nservice prod/s0:\n{}", links.collect::<String>()));
    assert_eq!(graph.implied.waves[&id(&model, "prod/s4999")], 4999);
    assert!(graph.implied.circles.is_empty());
}
