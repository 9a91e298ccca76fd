//! Explanations as JSON, one object each; `docs/explanation.schema.json` describes them.
//!
//! Invariants: an object says which schema it follows and which kind it is; within one version members are only added.

use serde_json::{Value as Json, json};

use super::advice::Advice;
use super::endpoint::{Layered, Value};
use super::flow::{Allowed, Answer, Half, Reason, Side, Verdict};
use super::{code, endpoint, environment};
use crate::diagnostic::Code;
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::text::one_line;
use crate::query::manifests::flow::{self as connection, Unjudged};
use crate::query::manifests::passing::PolicyName;
use crate::query::observe::Isolated;
use crate::query::reference::errors::summary;
use crate::source::Span;
use crate::verify::connectivity::{PortRange, Ports};

/// The schema and its version, the value of the member `schema`.
pub const SCHEMA: &str = "bvlc.explanation/1";

/// What a code means.
pub fn of_code(code: &Code) -> Json {
    json!({
        "schema": SCHEMA,
        "kind": "code",
        "code": code.id,
        "slug": code.slug,
        "severity": code.severity.name(),
        "standing": code::standing(code),
        "since": code.since,
        "summary": summary(code),
        "explanation": code::markdown(code),
    })
}

/// The values of a workload or external in one environment.
pub fn of_endpoint(found: &endpoint::Explained, shown: Shown<'_>) -> Json {
    json!({
        "schema": SCHEMA,
        "kind": "declaration",
        "word": found.word,
        "name": found.name,
        "environment": found.environment,
        "place": place(found.place, shown),
        "classes": found.classes,
        "values": values(&found.values, shown),
    })
}

/// The values of an environment, what runs there, and what its policies would do where it only observes.
pub fn of_environment(found: &environment::Explained, observed: &[Isolated], shown: Shown<'_>) -> Json {
    let contents = found.contents.iter().map(|(word, name)| json!({ "word": word, "name": name }));
    let observed = observed.iter().map(|isolated| {
        json!({
            "workload": isolated.workload,
            "ingress": isolated.ingress,
            "egress": isolated.egress,
            "cut": isolated.cut,
        })
    });
    json!({
        "schema": SCHEMA,
        "kind": "environment",
        "name": found.title,
        "place": place(found.place, shown),
        "values": values(&found.values, shown),
        "contents": contents.collect::<Vec<_>>(),
        "observed": observed.collect::<Vec<_>>(),
    })
}

/// Whether a flow is, and why.
pub fn of_flow(answer: &Answer, shown: Shown<'_>) -> Json {
    let (verdict, denied) = match &answer.verdict {
        Verdict::Allowed(_) => ("allowed", None),
        Verdict::Open => ("open", None),
        Verdict::Denied { missing, advice, forbidden, path, .. } => {
            ("denied", Some((missing, advice, forbidden, path)))
        }
    };
    let ports: &[Allowed] = if let Verdict::Allowed(ports) = &answer.verdict { ports } else { &[] };
    let missing = denied.map(|(missing, ..)| match missing {
        Side::Egress => "egress",
        Side::Ingress => "ingress",
    });
    let forbidden = denied.into_iter().flat_map(|(_, _, forbidden, _)| forbidden);
    let (statement, taken, own): (_, &[Span], _) = match denied.map(|(_, advice, ..)| advice) {
        Some(Advice::State(statement)) => (Some(statement), &[], None),
        Some(Advice::Keep(taken)) => (None, taken, None),
        Some(Advice::Ask(own)) => (None, &[], Some(own.word())),
        Some(Advice::Uncalled(_) | Advice::Derived) | None => (None, &[], None),
    };
    let beside = match &answer.verdict {
        Verdict::Denied { beside, .. } => beside.as_slice(),
        Verdict::Allowed(_) | Verdict::Open => &[],
    };
    let beside = beside.iter().map(|one| {
        json!({
            "with": one.with,
            "addresses": one.addresses,
            "port": one.port,
            "statement": stated(one.place, shown),
        })
    });
    json!({
        "schema": SCHEMA,
        "kind": "flow",
        "source": answer.source,
        "target": answer.target,
        "environments": answer.environments,
        "verdict": verdict,
        "egress": half(&answer.egress),
        "ingress": half(&answer.ingress),
        "ports": ports.iter().map(|port| allowed(port, shown)).collect::<Vec<_>>(),
        "missing": missing,
        "statement": statement,
        "taken-away-by": taken.iter().map(|span| stated(*span, shown)).collect::<Vec<_>>(),
        "range": own,
        "forbidden": forbidden.map(|span| stated(*span, shown)).collect::<Vec<_>>(),
        "path": denied.map(|(.., path)| path.as_slice()).unwrap_or_default(),
        "beside": beside.collect::<Vec<_>>(),
    })
}

/// Whether something passes by the policies of manifests, and why.
pub fn of_connection(answer: &connection::Answer, unjudged: &[Unjudged], shown: Shown<'_>) -> Json {
    let unjudged = unjudged
        .iter()
        .map(|one| json!({ "name": one.policy.name, "place": place(one.policy.place, shown), "what": one.what }));
    json!({
        "schema": SCHEMA,
        "kind": "connection",
        "source": answer.source,
        "target": answer.target,
        "verdict": if answer.is_allowed() { "allowed" } else { "denied" },
        "asked": ranges(&answer.asked),
        "ports": ranges(&answer.passing),
        "egress": connection_half(&answer.egress, shown),
        "ingress": connection_half(&answer.ingress, shown),
        "unjudged": unjudged.collect::<Vec<_>>(),
    })
}

fn connection_half(half: &connection::Half, shown: Shown<'_>) -> Json {
    let policy = |policy: &PolicyName| json!({ "name": policy.name, "place": place(policy.place, shown) });
    let none = Ports::NONE;
    let outside = ([].as_slice(), [].as_slice(), [].as_slice(), [].as_slice(), &none);
    let (by, (isolating, governing, allowing, denying, open)) = match &half.decided {
        connection::Decided::Outside => ("outside", outside),
        connection::Decided::HostNetwork => ("host-network", outside),
        connection::Decided::Open => ("open", outside),
        connection::Decided::Itself => ("itself", outside),
        connection::Decided::Policies { isolating, governing, allowing, denying, open } => {
            ("policies", (isolating.as_slice(), governing.as_slice(), allowing.as_slice(), denying.as_slice(), open))
        }
    };
    let rule = |(rule, ports): &(PolicyName, Ports)| json!({ "policy": policy(rule), "ports": ranges(ports) });
    let missing = half.missing.as_ref().map(
        |missing| json!({ "policy": missing.policy.as_ref().map(policy), "field": missing.field, "rule": missing.rule.join("\n"), "remark": missing.remark }),
    );
    json!({
        "name": half.name,
        "decided-by": by,
        "ports": ranges(&half.ports),
        "isolating": isolating.iter().map(policy).collect::<Vec<_>>(),
        "governing": governing.iter().map(policy).collect::<Vec<_>>(),
        "allowing": allowing.iter().map(rule).collect::<Vec<_>>(),
        "denying": denying.iter().map(rule).collect::<Vec<_>>(),
        "undecided": ranges(open),
        "missing": missing,
    })
}

fn ranges(ports: &Ports) -> Vec<Json> {
    let range =
        |range: &PortRange| json!({ "protocol": range.transport.name(), "first": range.first, "last": range.last });
    ports.ranges().iter().map(range).collect()
}

fn allowed(allowed: &Allowed, shown: Shown<'_>) -> Json {
    let reasons = allowed.reasons.iter().map(|reason| {
        let (span, derivation, because) = match reason {
            Reason::Stated { place, because } => (*place, None, because.as_deref()),
            Reason::Shared { place, .. } => (*place, None, None),
            Reason::Derived(derived) => (derived.cause, Some(derived.derivation), Some(derived.reason.as_str())),
        };
        let common = match reason {
            Reason::Shared { with, addresses, .. } => json!({ "with": with, "addresses": addresses }),
            Reason::Stated { .. } | Reason::Derived(_) => Json::Null,
        };
        json!({
            "statement": one_line(shown.sources.text(span)),
            "place": place(span, shown),
            "derivation": derivation,
            "because": because,
            "common": common,
        })
    });
    json!({ "port": allowed.port, "reasons": reasons.collect::<Vec<_>>() })
}

fn stated(span: Span, shown: Shown<'_>) -> Json {
    json!({ "statement": one_line(shown.sources.text(span)), "place": place(span, shown) })
}

fn half(half: &Half) -> Json {
    let (by, name, because) = match half {
        Half::Policy { workload, .. } => ("policy", workload, None),
        Half::Off { environment, because } => ("deny-off", environment, because.clone()),
        Half::Observed(environment) => ("observe", environment, None),
        Half::HostNetwork(name) => ("host-network", name, None),
        Half::Outside(name) => ("outside", name, None),
    };
    let label = match half {
        Half::Policy { label, .. } => label.as_deref(),
        Half::Off { .. } | Half::Observed(_) | Half::HostNetwork(_) | Half::Outside(_) => None,
    };
    json!({ "decided-by": by, "name": name, "because": because, "label": label })
}

fn values(values: &[Value], shown: Shown<'_>) -> Json {
    let layered = |layered: &Layered| {
        json!({
            "value": layered.value,
            "layer": layered.layer,
            "place": layered.place.map(|span| place(span, shown)),
        })
    };
    let value = |value: &Value| {
        json!({
            "path": value.path,
            "value": value.value,
            "layer": value.stated.first().map_or("", |first| first.layer.as_str()),
            "place": value.stated.first().and_then(|first| first.place).map(|span| place(span, shown)),
            "overrides": value.stated.iter().skip(1).map(layered).collect::<Vec<_>>(),
        })
    };
    values.iter().map(value).collect()
}

fn place(span: Span, shown: Shown<'_>) -> Json {
    let position = shown.sources.position(span);
    json!({ "path": shown.path(span), "line": position.line, "column": position.column })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::{Analysis, Inputs, analyze};
    use crate::diagnostic::render::schema::fault;
    use crate::query::explain::flow::{self, Question};
    use crate::query::observe;
    use crate::registry;
    use crate::source::files::MemoryFiles;

    const TEXT: &str = r#"
platform shop { kubernetes "1.33"; defaults { shutdown { pre-stop 5s } } }
environment prod { namespace "shop-prod"; service web { shutdown { pre-stop 7s } } }
environment lab { namespace "shop-lab"; observe }
environment open { namespace "shop-open"; default-deny off because "being moved" }
class base { image "a/w:1"; port http 8080; cpu 1; memory 1Gi }
service web is base { env API "${api.http.host}"; shutdown { pre-stop 6s } }
service api is base {}
allow web -> api.http because "it asks"
never api -> web.http
"#;

    fn analysis() -> Analysis {
        analyze(&MemoryFiles::new([("platform.bvl", TEXT)]), "platform.bvl", &Inputs::default())
    }

    fn flow_object(source: &str, target: &str, environment: &str) -> Json {
        let analysis = analysis();
        let model = analysis.model.as_ref().unwrap();
        let question = Question { source, target, environments: &[environment.to_owned()] };
        let answers = flow::flow(model, &analysis.graph, question).unwrap();
        of_flow(answers.first().unwrap(), Shown { sources: analysis.sources(), prefix: "p/" })
    }

    fn environment_object(name: &str) -> Json {
        let analysis = analysis();
        let found = environment::explain(&analysis, name).unwrap();
        let observed = observe::observed(&analysis, |_| true);
        let isolated = observed.iter().find(|observed| observed.environment == name);
        let isolated = isolated.map(|observed| observed.isolated.as_slice()).unwrap_or_default();
        of_environment(found.first().unwrap(), isolated, Shown { sources: analysis.sources(), prefix: "" })
    }

    fn service_object(name: &str) -> Json {
        let analysis = analysis();
        let found = endpoint::explain(&analysis, "service", name, &["prod".to_owned()]).unwrap();
        of_endpoint(found.first().unwrap(), Shown { sources: analysis.sources(), prefix: "p/" })
    }

    #[test]
    fn a_value_says_what_it_overrides() {
        let web = service_object("web");
        let values = web["values"].as_array().unwrap();
        let pre_stop = values.iter().find(|value| value["path"] == "shutdown pre-stop").unwrap();
        assert_eq!((&pre_stop["value"], &pre_stop["place"]["line"]), (&json!("7s"), &json!(3)));
        let overridden: Vec<&Json> =
            pre_stop["overrides"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
        assert_eq!(overridden, [&json!("6s"), &json!("5s")]);
        let finish = values.iter().find(|value| value["path"] == "shutdown finish").unwrap();
        assert_eq!(finish["place"], Json::Null);
        assert_eq!(web["place"], json!({ "path": "p/platform.bvl", "line": 7, "column": 9 }));
    }

    #[test]
    fn a_flow_says_why_it_is_or_is_not() {
        let there = flow_object("web", "api", "prod");
        assert_eq!(
            (&there["verdict"], &there["ports"][0]["reasons"][0]["because"]),
            (&json!("allowed"), &json!("it asks"))
        );
        let back = flow_object("api", "web", "prod");
        assert_eq!((&back["verdict"], &back["forbidden"][0]["place"]["line"]), (&json!("denied"), &json!(10)));
        assert_eq!(flow_object("api", "web", "lab")["verdict"], "open");
        assert_eq!(flow_object("api", "web", "open")["egress"]["because"], "being moved");
        assert_eq!(flow_object("web", "dns", "prod")["ports"][0]["reasons"][0]["derivation"], "dns");
    }

    #[test]
    fn the_schema_in_docs_describes_them() {
        let schema: Json = serde_json::from_str(include_str!("../../../docs/explanation.schema.json")).unwrap();
        let mut objects: Vec<Json> = registry::codes().map(of_code).collect();
        objects.extend([service_object("web"), service_object("api")]);
        objects.extend(["prod", "lab", "open"].map(environment_object));
        for environment in ["prod", "lab", "open"] {
            let asked =
                [("web", "api"), ("api", "web"), ("web", "dns"), ("web", "kubernetes-api"), ("web", "10.1.2.3:443")];
            for (source, target) in asked {
                objects.push(flow_object(source, target, environment));
            }
        }
        for object in objects {
            assert_eq!(fault(&schema, &schema, &object), None);
        }
        let mut object = service_object("web");
        for (pointer, wrong) in [
            ("/kind", json!("flow")),
            ("/place/line", json!("7")),
            ("/values/0/overrides", json!({})),
            ("/schema", json!("bvlc.explanation/2")),
        ] {
            let right = std::mem::replace(object.pointer_mut(pointer).unwrap(), wrong);
            assert!(fault(&schema, &schema, &object).is_some(), "{pointer}");
            *object.pointer_mut(pointer).unwrap() = right;
        }
    }
}
