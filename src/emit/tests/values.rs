//! Values of charts.

use serde_json::{Value, json};

use super::support::{build, values};

fn shown(text: &str, workload: &str) -> Option<Value> {
    let manifests = build(&format!("environment system {{ shared; namespace \"s\" }} {text}"), &["system", "prod"]);
    values(&manifests, "system", workload).map(|values| serde_json::to_value(values).unwrap())
}

#[test]
fn values_are_as_stated() {
    let text = "managed nats { in system; match \"a\" \"b\"; port client 4222; replicas 3
        values { config { cluster { enabled true; replicas 3; name \"a\" } }; url \"nats:4222\" } }
      managed bare { in system; match \"a\" \"c\" }";
    let cluster = json!({"enabled": true, "replicas": 3, "name": "a"});
    let expected = json!({"config": {"cluster": cluster}, "url": "nats:4222"});
    assert_eq!(shown(text, "nats"), Some(expected));
    assert_eq!(shown(text, "bare"), None);
}

#[test]
fn an_adapter_has_a_rule_for_each_metric_asked_of_it() {
    let text = |stated: &str, scale: &str| {
        format!(
            "managed adapter {{ in system; match \"a\" \"b\"; port api 6443; provides custom-metrics; {stated} }}
             service w {{ image \"a/w:1\"; cpu 1; memory 1Gi; scale 1..9 {{ {scale} }} }}
             service v {{ image \"a/v:1\"; cpu 1; memory 1Gi; scale 1..9 {{ {scale} }} }}"
        )
    };
    let rule = |series: &str, name: &str, query: &str| {
        json!({
            "seriesQuery": format!("{series}{{namespace!=\"\",pod!=\"\"}}"),
            "resources": {"overrides": {"namespace": {"resource": "namespace"}, "pod": {"resource": "pod"}}},
            "name": {"matches": format!("^{series}$"), "as": name},
            "metricsQuery": query,
        })
    };
    let as_is = "sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)";
    let rate = "sum(rate(<<.Series>>{<<.LabelMatchers>>}[2m])) by (<<.GroupBy>>)";
    let queue = rule("queue", "queue", as_is);
    let rates = [rule("rps_per_second", "rps_per_second", as_is), rule("rps_total", "rps_per_second", rate)];
    let (of_queue, of_rate) = ("on metric queue 5 from adapter", "on metric rps_per_second 5 from adapter");
    for (stated, scale, expected) in [
        ("", "on cpu 70%", None),
        ("", of_queue, Some(json!({"rules": {"custom": [queue]}}))),
        ("", of_rate, Some(json!({"rules": {"custom": rates}}))),
        (
            "values { rules { default false }; replicas 2 }",
            of_queue,
            Some(json!({"replicas": 2, "rules": {"default": false, "custom": [queue]}})),
        ),
    ] {
        assert_eq!(shown(&text(stated, scale), "adapter"), expected, "{stated} {scale}");
    }
}
