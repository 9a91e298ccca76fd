//! Laws of expectations: each kind of them can be met and can fail, and of two that say the opposite one fails where the other is met.

use super::{Objects, inputs, judge};
use crate::analyze::{Inputs, analyze};
use crate::diagnostic::render::Shown;
use crate::source::files::MemoryFiles;

const PLATFORM: &str = r#"
param replicas: int = 2
param grace: duration = 60s
platform shop {
  kubernetes "1.33"
  registry "registry.example"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { pre-stop 5s; drain 20s; grace $grace }
    cpu 100m..500m
    memory 128Mi..256Mi
    spread node
  }
}
environment prod { namespace "shop-prod" }
environment staging { namespace "shop-staging"; without bank }
environment open { namespace "shop-open"; without vault; without bank; default-deny off because "of old" }
environment preview(pr: int example 7) { namespace "shop-pr-${pr}"; without bank }
external vault { cidr 10.20.0.10/32; port api 8200 }
service web { image "registry.example/web:1.0"; port http 8080; scale $replicas; in prod, staging, preview }
service api { image "registry.example/api:1.0"; port http 8080; scale 2; label "team" "shop"; in prod, staging, preview }
service lab { image "registry.example/lab:1.0"; port http 8080; scale 2; in open }
service bench { image "registry.example/bench:1.0"; port http 8080; scale 2; in open }
external bank { cidr 10.30.0.10/32; port api 443 }
allow web -> api.http
allow api -> vault.api
allow api -> bank.api in prod
allow lab -> bench.http
"#;

/// Whether a test with these statements holds, and what is said where it does not.
fn told(statements: &str) -> Result<(), String> {
    told_of(PLATFORM, statements)
}

fn told_of(platform: &str, statements: &str) -> Result<(), String> {
    let text = format!("{platform}\ntest \"it\" {{ {statements} }}\n");
    let files = MemoryFiles::new([("platform.bvl", text.as_str())]);
    let base = Inputs::default();
    let analysis = analyze(&files, "platform.bvl", &base);
    let found = |analysis: &crate::analyze::Analysis| -> Vec<String> {
        analysis.findings.iter().map(|finding| format!("{} {}", finding.code.id, finding.message)).collect()
    };
    let model = analysis.model.as_ref().unwrap();
    let [test] = model.tests.as_slice() else { panic!("{statements}: {:?}", found(&analysis)) };
    let shown = Shown { sources: analysis.sources(), prefix: "" };
    let analysis = analyze(&files, "platform.bvl", &inputs(&base, test, shown));
    let shown = Shown { sources: analysis.sources(), prefix: "" };
    let objects = Objects::of(&analysis).unwrap();
    let outcome = judge(&analysis, test, objects.as_ref(), shown);
    let said = outcome.unmet.iter().chain(outcome.errors.iter().copied());
    let said: Vec<String> = said.map(|finding| format!("{}: {:?}", finding.message, finding.notes)).collect();
    assert_eq!(said.is_empty(), outcome.is_passed());
    assert!(!outcome.is_passed() || outcome.met.len() == test.expectations.len(), "{statements}: not all are met");
    if said.is_empty() { Ok(()) } else { Err(said.join("\n")) }
}

#[test]
fn each_kind_can_be_met() {
    for statements in [
        "expect flow web -> api.http",
        "expect flow web -> api in prod, staging",
        "expect flow lab -> bench.http",
        "expect flow bench -> lab",
        "expect flow web -> dns",
        "expect deny api -> web.http",
        "expect deny web -> vault",
        "expect deny web -> kubernetes-api",
        "expect flow api -> 10.20.0.10 in prod",
        "expect path web ~> vault",
        "expect path web ~> bank in prod",
        "expect no path vault ~> web",
        "expect no path api ~> web",
        "given grace 20s; expect error BVL0701 on web; expect error shutdown-exceeds-grace on api; expect error BVL0701 on lab; expect error BVL0701 on bench",
        "given grace 20s; expect error BVL0701",
        "expect object Deployment/web",
        "expect object Deployment/web where spec.replicas == 2 and metadata.name == \"web\"",
        "given replicas 3; expect object Deployment/web where spec.replicas == 3 in prod",
        "given prod.replicas 3; expect object Deployment/web where spec.replicas == 3 in prod; expect object Deployment/web where spec.replicas == 2 in staging",
        "expect object Deployment/api where metadata.labels.team == \"shop\" in prod",
        "expect object Deployment/api where metadata.labels(\"team\") != none and metadata.labels(\"nobody\") == none",
        "expect object Deployment/web where spec.template.spec.containers.web.image starts-with \"registry.example/\"",
        "expect object Deployment/web where spec.template.spec.containers.web.resources.limits.memory == 256Mi",
        "expect object Deployment/web where spec.template.spec.containers.web.resources.requests.cpu <= 0.1",
        "expect object Deployment/web where spec.replicas in 1..3 and spec.replicas not in [3, 4]",
        "expect object Deployment/web where any c in spec.template.spec.containers: c.name == \"web\"",
        "expect object NetworkPolicy/default-deny where spec.policyTypes contains \"Egress\"",
        "expect object Namespace/shop-prod",
        "expect no object Ingress/web",
        "expect no object HorizontalPodAutoscaler/web in prod",
        "expect no object Deployment/web where spec.replicas == 5",
        "expect no object Deployment/vault",
        "given preview.pr 12; expect object Namespace/shop-pr-12; expect no path vault ~> web in preview",
    ] {
        assert_eq!(told(statements), Ok(()), "{statements}");
    }
}

#[test]
fn each_kind_can_fail() {
    for (statements, said) in [
        ("expect flow api -> web.http", "api does not reach web.http"),
        ("expect flow web -> bank", "web does not reach bank"),
        ("expect flow web -> bank in staging", "bank"),
        ("expect flow web -> lab", "no environment sees both"),
        ("expect deny web -> api.http", "web reaches api.http"),
        ("expect deny bench -> lab", "nothing denies bench -> lab"),
        ("expect deny lab -> web", "no environment sees both"),
        ("expect path api ~> web", "no path leads from api to web"),
        ("expect path web ~> bank in staging", "staging has not both web and bank"),
        ("expect no path web ~> vault", "web reaches vault: web -> api -> vault"),
        ("expect no path bench ~> lab", "nothing denies bench -> lab"),
        ("expect no path web ~> lab", "no environment has both web and lab"),
        ("expect error BVL0701 on web", "there is no error BVL0701 (shutdown-exceeds-grace) on web"),
        ("given grace 20s; expect error BVL0701 on api in prod; expect error BVL0602", "there is no error BVL0602"),
        ("given grace 20s; expect warning BVL0701", "there is no warning BVL0701"),
        ("given grace 20s; expect flow web -> api.http", "20s"),
        ("given grace 20s; expect object Deployment/web", "nothing is built"),
        ("given replicas 1; expect flow web -> api", "BVL0"),
        ("expect object Deployment/web where spec.replicas == 3", "`spec.replicas` is 2"),
        ("expect object Deployment/web where spec.replica == 2", "did you mean `replicas`"),
        ("expect object Deployment/web where metadata.name == \"web\" and spec.replicas > 2", "`spec.replicas` is 2"),
        ("expect object Deployment/wbe", "no environment has a Deployment/wbe"),
        ("expect object Ingress/web", "there is no Ingress/web"),
        ("expect object Deployment/web in open", "there is no Deployment/web"),
        ("expect no object Deployment/web", "there is a Deployment/web"),
        ("expect no object Deployment/web where spec.replicas == 2", "`spec.replicas` is 2"),
        ("expect no object Ingress/wbe", "nothing is named wbe"),
    ] {
        let found = told(statements);
        assert!(matches!(&found, Err(found) if found.contains(said) || said == "BVL0"), "{statements}: {found:?}");
    }
}

#[test]
fn of_two_that_are_opposite_one_fails_where_the_other_is_met() {
    let ends = ["web", "api", "vault", "bank", "lab", "bench"];
    let within = ["", " in prod", " in staging", " in prod, staging"];
    let mut n_met = [0_usize; 4];
    let mut opposite = |[one, other]: [String; 2], at: usize| {
        let (one_is, other_is) = (told(&one).is_ok(), told(&other).is_ok());
        assert!(!(one_is && other_is), "both are met: {one} and {other}");
        for (is, count) in [one_is, other_is].into_iter().zip(n_met.iter_mut().skip(at)) {
            *count += usize::from(is);
        }
    };
    for from in ends {
        for to in ends.into_iter().filter(|to| *to != from) {
            let within = within[(from.len() * 3 + to.len()) % within.len()];
            opposite([format!("expect flow {from} -> {to}{within}"), format!("expect deny {from} -> {to}{within}")], 0);
            opposite(
                [format!("expect path {from} ~> {to}{within}"), format!("expect no path {from} ~> {to}{within}")],
                2,
            );
        }
    }
    assert!(n_met.iter().all(|n| *n > 2), "{n_met:?}");
    for object in [
        "Deployment/web",
        "Deployment/web where spec.replicas == 2",
        "Deployment/web where spec.replicas == 3",
        "Deployment/web where not spec.replicas == 3",
        "Deployment/lab in prod",
        "Ingress/web",
        "Deployment/nobody",
        "Namespace/shop-prod",
        "Namespace/shop-prod in staging",
        "NetworkPolicy/default-deny where spec.policyTypes contains \"Ingress\"",
    ] {
        let (there, not) = (told(&format!("expect object {object}")), told(&format!("expect no object {object}")));
        assert!(there.is_err() || not.is_err(), "{object}");
        // and one of them is met, but of what nothing is called
        assert!(object.contains("nobody") || there.is_ok() || not.is_ok(), "{object}: {there:?} {not:?}");
    }
}

#[test]
fn paths_go_on_by_addresses() {
    let open = |range: &str| {
        let platform = PLATFORM.replacen("kubernetes", "pod-cidr 10.244.0.0/16\n  kubernetes", 1);
        format!(
            "{platform}
            environment tools {{ shared; namespace \"shop-tools\"; default-deny off because \"it is new\" }}
            service tool {{ image \"registry.example/tool:1.0\"; port http 8080; scale 2; in tools }}
            external office {{ cidr {range} because \"by a tunnel\" }}
            allow office -> web.http in prod"
        )
    };
    let statement = "expect no path tool ~> api in prod";
    let fault = told_of(&open("10.0.0.0/8"), statement).unwrap_err();
    assert!(fault.contains("office holds the addresses of pods, 10.244.0.0/16"), "{fault}");
    assert_eq!(told_of(&open("10.0.0.0/16"), statement), Ok(()));
}
