//! Platforms and manifests, changed in one way each, and what is said of it.

use bvlc::analyze::{Analysis, Inputs, analyze};
use bvlc::query::diff::words::lines;
use bvlc::query::diff::{Class, Diff, Side, diff};
use bvlc::source::files::MemoryFiles;
use bvlc::source::{Provenance, SourceMap};

pub(super) const TEXT: &str = r#"
platform shop {
  kubernetes "1.33"
  defaults { health 8081 { live "/healthz"; ready "/readyz" }; shutdown { pre-stop 5s; drain 20s } }
}
environment prod { namespace "shop-prod"; budget { cpu 20; memory 20Gi; pods 20; requests { cpu 10; memory 10Gi } } }
environment lab { namespace "shop-lab" }
class base { cpu 100m..500m; memory 128Mi..256Mi }
service web is base { image "registry.example/web:1.0"; port http 8080; scale 2; env LOG "info" }
service api is base { image "registry.example/api:1.0"; port http 8080; scale 2 }
external ledger { cidr 10.20.0.0/28; port https 443 }
allow web -> api.http
never web -> ledger
"#;

pub(super) fn analysis(text: &str) -> Analysis {
    let analysis = analyze(&MemoryFiles::new([("platform.bvl", text)]), "platform.bvl", &Inputs::default());
    assert!(analysis.checked().is_some(), "{:#?}", analysis.findings);
    analysis
}

/// What a change of the text does: the class, and the line.
pub(super) fn changed(edits: &[(&str, &str)]) -> Vec<(Class, String)> {
    let mut text = TEXT.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let (old, new) = (analysis(TEXT), analysis(&text));
    let old = Side::of_platform_with_examples(old.checked().unwrap()).unwrap();
    let new = Side::of_platform_with_examples(new.checked().unwrap()).unwrap();
    said(&diff(&old, &new))
}

pub(super) fn said(diff: &Diff) -> Vec<(Class, String)> {
    let of_class = |class: Class| {
        let lines = lines(class, &diff.entries).into_iter();
        lines.map(move |line| {
            let mut parts = vec![line.what];
            parts.extend(line.changes);
            parts.extend(line.reasons.into_iter().map(|reason| reason.text));
            (class, format!("{}: {} [{}]", line.subject, parts.join("; "), line.environments.join(", ")))
        })
    };
    Class::ALL.into_iter().flat_map(of_class).collect()
}

/// Those of some classes, as texts.
pub(super) fn of(found: &[(Class, String)], classes: &[Class]) -> Vec<String> {
    let own = found.iter().filter(|(class, _)| classes.contains(class));
    own.map(|(_, text)| text.clone()).collect()
}

pub(super) fn manifests(old: &str, new: &str) -> Vec<(Class, String)> {
    manifests_in("default", old, new)
}

fn manifests_in(namespace: &str, old: &str, new: &str) -> Vec<(Class, String)> {
    let read = |text: &str| {
        let mut sources = SourceMap::default();
        let file = sources.add("all.yaml", text, Provenance::User);
        (sources, file)
    };
    let ((before, was), (after, is)) = (read(old), read(new));
    let (old, faults) = Side::of_manifests(&before, &[was], namespace);
    assert!(faults.is_empty(), "{faults:#?}");
    let (new, faults) = Side::of_manifests(&after, &[is], namespace);
    assert!(faults.is_empty(), "{faults:#?}");
    said(&diff(&old, &new))
}

const ISOLATED: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, uid: \"1\" }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: \"web:1\" }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress]
  ingress: []
";

#[test]
fn a_policy_without_namespace_is_in_that_of_its_pods() {
    let open = ISOLATED.split("---").next().unwrap();
    let found = manifests_in("shop", open, ISOLATED);
    let isolated = of(&found, &[Class::Denied]);
    assert!(!isolated.is_empty() && isolated.iter().all(|text| text.contains("web")), "{found:#?}");
    assert_eq!(found.len(), manifests(open, ISOLATED).len());
}

#[test]
fn what_a_controller_made_is_its_controllers() {
    let dumped = "
---
apiVersion: v1
kind: Pod
metadata:
  name: web-1
  labels: { app: web }
  ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: web, uid: \"1\", controller: true }]
spec: { containers: [{ name: web, image: \"web:1\" }] }
";
    let open = ISOLATED.split("---").next().unwrap();
    let found = manifests(&format!("{open}{dumped}"), &format!("{ISOLATED}{dumped}"));
    assert!(!of(&found, &[Class::Denied]).is_empty(), "{found:#?}");
    assert!(found.iter().all(|(_, text)| !text.contains("web-1")), "{found:#?}");
}

/// Whom nobody runs, and a policy lets in.
#[test]
fn who_is_let_in_is_named_though_no_object_is_it() {
    let with = |peer: &str| {
        ISOLATED.replace("ingress: []", &format!("ingress: [{{ from: [{peer}], ports: [{{ port: 8080 }}] }}]"))
    };
    for (peer, who) in [
        ("{ namespaceSelector: { matchLabels: { team: evil } } }", "any pod of namespaces with team=evil"),
        (
            "{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ingress-nginx } } }",
            "any pod of ingress-nginx",
        ),
        ("{ podSelector: { matchLabels: { app: bd } } }", "pods with app=bd beside it"),
        ("{ namespaceSelector: {}, podSelector: { matchLabels: { app: bd } } }", "pods with app=bd of any namespace"),
        (
            "{ namespaceSelector: { matchLabels: { team: evil } }, podSelector: { matchLabels: { app: bd } } }",
            "pods with app=bd of namespaces with team=evil",
        ),
    ] {
        let line = format!("{who} -> web: 8080/TCP [default]");
        let found = manifests(ISOLATED, &with(peer));
        assert_eq!(of(&found, &[Class::Allowed, Class::Denied]), std::slice::from_ref(&line), "{found:#?}");
        assert_eq!(of(&manifests(&with(peer), ISOLATED), &[Class::Allowed, Class::Denied]), [line]);
        assert_eq!(manifests(&with(peer), &with(peer)), []);
        // where all are let in before, it is those others who no longer are
        let found = manifests(&with("{ namespaceSelector: {} }"), &with(peer));
        assert_eq!(of(&found, &[Class::Allowed]), Vec::<String>::new(), "{found:#?}");
        assert!(!of(&found, &[Class::Denied]).is_empty(), "{found:#?}");
    }
}

#[test]
fn the_same_text_written_otherwise_is_no_difference() {
    assert_eq!(changed(&[]), []);
    assert_eq!(changed(&[("\nservice web", "\n// people see it\nservice web")]), []);
}

#[test]
fn an_image_restarts_pods_everywhere_and_is_said_once() {
    let found = changed(&[("web:1.0", "web:1.1")]);
    assert_eq!(of(&found, &[Class::Restart]), ["web: image registry.example/web 1.0 -> 1.1 [lab, prod]"]);
    assert_eq!(of(&found, &[Class::NoEffect]), ["web: metadata.labels[app.kubernetes.io/version] [lab, prod]"]);
    assert_eq!(found.len(), 2);
}

#[test]
fn a_flow_is_said_by_its_name_with_its_reasons() {
    let found = changed(&[("allow web -> api.http", "allow api -> ledger.https because \"it books\"")]);
    assert_eq!(
        of(&found, &[Class::Allowed]),
        ["api -> ledger.https: 443/TCP of 10.20.0.0/28; `allow api -> ledger.https because \"it books\"` [lab, prod]"]
    );
    let denied = of(&found, &[Class::Denied]);
    assert!(
        denied.contains(&"web -> api.http: 8080/TCP; `allow web -> api.http` [lab, prod]".to_owned()),
        "{denied:?}"
    );
    assert!(denied.iter().any(|text| text.starts_with("web -> dns: ") && text.contains("derived (dns)")), "{denied:?}");
}

#[test]
fn a_deny_that_goes_is_said_of_all_it_covered() {
    let off = "namespace \"shop-lab\"; default-deny off because \"a trial\"";
    let found = changed(&[("namespace \"shop-lab\"", off), ("never web -> ledger", "")]);
    let opened = of(&found, &[Class::Allowed]);
    assert!(opened.iter().any(|text| text.starts_with("api, web, any other pod: no policy isolates it")), "{opened:?}");
    let lost = of(&found, &[Class::GuaranteeLost]);
    assert!(lost.iter().any(|text| text.starts_with("default deny: of what goes in and out [lab]")), "{lost:?}");
}

#[test]
fn replicas_handed_to_an_autoscaler() {
    let found = changed(&[("port http 8080; scale 2; env", "port http 8080; scale 2..4 { on cpu 70% }; env")]);
    let replicas = of(&found, &[Class::Replicas]);
    assert_eq!(replicas.len(), 1, "{found:#?}");
    assert!(replicas[0].contains("handed to an autoscaler") && replicas[0].contains("HorizontalPodAutoscaler 2..4"));
    let capacity = of(&found, &[Class::Capacity]);
    assert!(capacity.iter().any(|text| text.contains("cpu requests 400m of 10 -> 400m..600m of 10")), "{capacity:?}");
}

#[test]
fn a_renamed_service_is_one_recreation() {
    let found =
        changed(&[("service web", "service front"), ("allow web", "allow front"), ("never web", "never front")]);
    assert_eq!(
        of(&found, &[Class::Recreate]),
        ["front: was `web`: new pods under the new name, the old ones are deleted [lab, prod]"]
    );
    assert_eq!(of(&found, &[Class::Addresses]), ["front: `web` is no name any more [lab, prod]"]);
    assert_eq!(of(&found, &[Class::Added, Class::Removed, Class::Denied]), Vec::<String>::new());
    assert_eq!(of(&found, &[Class::Allowed]), Vec::<String>::new());
}

#[test]
fn a_further_service_comes_and_goes() {
    const STATED: &str = "port http 8080; service \"old-web\" http; scale 2; env";
    let come = changed(&[("port http 8080; scale 2; env", STATED)]);
    assert_eq!(of(&come, &[Class::Added]), ["web: new: Service old-web [lab, prod]"]);
    assert_eq!(come.len(), 1, "{come:?}");
    let text = TEXT.replace("port http 8080; scale 2; env", STATED);
    let gone = between(&[], &text, TEXT);
    assert_eq!(of(&gone, &[Class::Addresses]), ["web: gone: Service old-web [lab, prod]"]);
    assert_eq!(gone.len(), 1, "{gone:?}");
    let headless = between(&[], &text, &text.replace("\"old-web\" http", "\"old-web\" http headless"));
    let headless = of(&headless, &[Class::Recreate]);
    assert!(headless.iter().any(|line| line.contains("Service old-web clusterIP")), "{headless:?}");
}

#[test]
fn a_service_that_keeps_its_old_name_beside_the_new_one_loses_no_address() {
    let renamed = [("service web", "service front"), ("allow web", "allow front"), ("never web", "never front")];
    let gone = of(&changed(&renamed), &[Class::Addresses]);
    assert!(gone.iter().any(|line| line.contains("`web` is no name any more")), "{gone:?}");
    let kept = [("port http 8080; scale 2; env", "port http 8080; service \"web\" http; scale 2; env")];
    let kept = changed(&[&renamed[..], &kept[..]].concat());
    assert!(kept.iter().all(|(_, line)| !line.contains("no name any more")), "{kept:?}");
    assert_eq!(of(&kept, &[Class::Added]), ["front: new: Service [lab, prod]"], "{kept:?}");
}

#[test]
fn what_belongs_to_a_service_that_is_gone_is_gone_with_it() {
    // another name, another image, and not the same beside: nothing says that the one is the other
    let renamed = [("service web", "service front"), ("allow web", "allow front"), ("never web", "never front")];
    let image = [
        ("registry.example/web", "registry.example/front"),
        ("port http 8080; scale 2; env", "port http 8080; scale 3; env"),
    ];
    let found = changed(&[&renamed[..], &image[..]].concat());
    assert_eq!(of(&found, &[Class::Recreate]), Vec::<String>::new());
    let gone = of(&found, &[Class::Removed]);
    assert!(gone.iter().any(|text| text.starts_with("web: gone: Deployment")), "{gone:?}");
}

#[test]
fn a_renamed_namespace_is_one_recreation() {
    let found = changed(&[("\"shop-lab\"", "\"shop-test\"")]);
    let recreated = of(&found, &[Class::Recreate]);
    assert_eq!(recreated.len(), 1, "{found:#?}");
    assert!(recreated[0].starts_with("namespace: shop-test was shop-lab"), "{recreated:?}");
    assert_eq!(of(&found, &[Class::Added, Class::Removed, Class::Allowed, Class::Denied]), Vec::<String>::new());
}

#[test]
fn an_environment_that_comes_is_one_entry() {
    let found = changed(&[("environment lab", "environment next { namespace \"shop-next\" }\nenvironment lab")]);
    let added = of(&found, &[Class::Added]);
    assert_eq!(added.len(), 1, "{found:#?}");
    assert!(added[0].starts_with("namespace: shop-next with "), "{added:?}");
    assert_eq!(of(&found, &[Class::Allowed, Class::GuaranteeLost]), Vec::<String>::new());
}

/// A namespace of a cluster's dump has what the API server writes there; that it is being deleted is said.
#[test]
fn what_the_api_server_writes_is_no_difference() {
    let namespace = |more: &str| format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: s{more}\n");
    let dump = namespace(", uid: a, creationTimestamp: 2026-01-01T00:00:00Z}\nspec: {finalizers: [kubernetes]}");
    assert_eq!(manifests(&namespace("}"), &dump), []);
    let going = namespace(", deletionTimestamp: 2026-01-01T00:00:00Z, deletionGracePeriodSeconds: 0}");
    let found = manifests(&namespace("}"), &going);
    assert_eq!(of(&found, &[Class::Unknown]), Vec::<String>::new(), "{found:#?}");
    assert_eq!(of(&found, &[Class::Configuration]).len(), 1, "{found:#?}");
}

#[test]
fn guarantees_that_no_object_shows() {
    let severity = "kubernetes \"1.33\"; severity mutable-tag warn because \"the registry refuses to move tags\"";
    let found = changed(&[("never web -> ledger", ""), ("kubernetes \"1.33\"", severity)]);
    let lost = of(&found, &[Class::GuaranteeLost]);
    assert_eq!(lost.len(), 2, "{found:#?}");
    assert!(lost.iter().any(|text| text.starts_with("never: gone: never web -> ledger")), "{lost:?}");
    assert!(lost.iter().any(|text| text.starts_with("severity: new: severity mutable-tag")), "{lost:?}");
}

pub(super) const DEPLOYMENT: &str = r"
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 60
      containers:
        - name: web
          image: registry.example/web:1
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /ready, port: 8080 } }
          resources: { requests: { cpu: 1000m } }
";

pub(super) const POLICY: &str = r"
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress]
  ingress:
    - from: [{ podSelector: { matchLabels: { app: api } } }]
      ports: [{ port: 8080 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: shop }
spec:
  selector: { matchLabels: { app: api } }
  template: { metadata: { labels: { app: api } }, spec: { containers: [{ name: api, image: a }] } }
";

#[test]
fn manifests_alone_say_what_passes() {
    let closed = format!("{DEPLOYMENT}{POLICY}");
    let open =
        closed.replace("    - from: [{ podSelector: { matchLabels: { app: api } } }]\n      ports:", "    - ports:");
    let found = manifests(&closed, &open);
    assert_eq!(of(&found, &[Class::Allowed]).first().map(String::as_str), Some("0.0.0.0/0 -> web: 8080/TCP [shop]"));
    assert!(of(&found, &[Class::Allowed]).contains(&"any pod -> web: 8080/TCP [shop]".to_owned()), "{found:#?}");
    let other = closed
        .replace("{ podSelector: { matchLabels: { app: api } } }", "{ podSelector: { matchLabels: { app: x } } }");
    assert_eq!(of(&manifests(&closed, &other), &[Class::Denied]), ["api -> web: 8080/TCP [shop]"]);
    let beside = closed.replace("{ podSelector: { matchLabels: { app: api } } }", "{ podSelector: {} }");
    assert_eq!(of(&manifests(&closed, &beside), &[Class::Allowed]), ["any pod beside it -> web: 8080/TCP [shop]"]);
    let gone = manifests(&closed, DEPLOYMENT);
    assert!(
        of(&gone, &[Class::Allowed]).iter().any(|text| text.starts_with("web: no policy isolates it")),
        "{gone:#?}"
    );
}

#[test]
fn what_is_written_otherwise_and_means_the_same_is_no_difference() {
    let same = DEPLOYMENT
        .replace("cpu: 1000m", "cpu: \"1\"")
        .replace("[{ containerPort: 8080 }]", "[{ protocol: TCP, containerPort: 8080 }]")
        .replace("port: 8080 }", "port: 8080, scheme: HTTP }");
    assert_eq!(manifests(DEPLOYMENT, &same), []);
}

#[test]
fn guarantees_of_pods() {
    let weaker = DEPLOYMENT
        .replace("Seconds: 60", "Seconds: 30")
        .replace("          readinessProbe: { httpGet: { path: /ready, port: 8080 } }\n", "");
    let lost = of(&manifests(DEPLOYMENT, &weaker), &[Class::GuaranteeLost]);
    assert_eq!(lost, ["Deployment web: time to stop 60s -> 30s; readinessProbe yes -> no [shop]"]);
    assert_eq!(of(&manifests(&weaker, DEPLOYMENT), &[Class::GuaranteeWon]).len(), 1);
}

#[test]
fn budgets_are_compared_by_what_they_keep() {
    let budget = |amount: &str| {
        format!("apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{ name: web }}\nspec: {{ {amount} }}\n")
    };
    for (old, new, class) in [
        ("minAvailable: 1", "minAvailable: 2", Class::GuaranteeWon),
        ("minAvailable: 2", "minAvailable: 1", Class::GuaranteeLost),
        ("maxUnavailable: 1", "maxUnavailable: 2", Class::GuaranteeLost),
        ("maxUnavailable: 2", "maxUnavailable: 1%", Class::GuaranteeWon),
        ("minAvailable: 50%", "minAvailable: 51%", Class::GuaranteeWon),
    ] {
        let found = manifests(&budget(old), &budget(new));
        assert!(found.iter().all(|(own, _)| *own == class) && !found.is_empty(), "{old} {new} {found:?}");
    }
}

#[test]
fn a_workload_that_can_no_longer_be_drained_has_lost_that() {
    let with = |kept: u32| {
        let workload = DEPLOYMENT.replace("replicas: 2", "replicas: 3");
        let budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: web, namespace: shop }";
        format!(
            "{workload}\n---\n{budget}\nspec: {{ minAvailable: {kept}, selector: {{ matchLabels: {{ app: web }} }} }}\n"
        )
    };
    assert!(with(2).contains("replicas: 3"));
    let lost = of(&manifests(&with(2), &with(3)), &[Class::GuaranteeLost]);
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(lost[0].contains("as few as 3 pods may run, and 3 must stay, so a drain never ends"), "{lost:?}");
    assert!(lost[0].contains("can no longer be drained"), "{lost:?}");
    let won = of(&manifests(&with(3), &with(2)), &[Class::GuaranteeWon]);
    assert!(won.iter().any(|text| text.contains("can be drained again")), "{won:?}");
    assert_eq!(of(&manifests(&with(3), &with(3)), &Class::ALL), Vec::<String>::new());
}

#[test]
fn what_cannot_be_changed_says_so() {
    let selector = DEPLOYMENT.replace("matchLabels: { app: web }", "matchLabels: { app: web, v: \"2\" }");
    let found = manifests(DEPLOYMENT, &selector);
    assert!(of(&found, &[Class::Recreate])[0].contains("the selector is immutable: delete it first"), "{found:#?}");
    let config = |value: &str, rest: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: c }}\ndata: {{ a: \"{value}\" }}\n{rest}")
    };
    let free = manifests(&config("1", ""), &config("2", ""));
    assert_eq!(free.iter().map(|(class, _)| *class).collect::<Vec<_>>(), [Class::Configuration]);
    let frozen = manifests(&config("1", "immutable: true"), &config("2", "immutable: true"));
    assert_eq!(frozen.iter().map(|(class, _)| *class).collect::<Vec<_>>(), [Class::Recreate]);
}

#[test]
fn nothing_of_a_secret_is_shown() {
    let secret = |value: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{ name: s }}\nstringData: {{ password: {value} }}\n")
    };
    let found = manifests(&secret("hunter2"), &secret("swordfish"));
    assert_eq!(found.len(), 1);
    assert!(!found[0].1.contains("hunter2") && !found[0].1.contains("swordfish"), "{found:?}");
}

const MORE: &str = r#"
platform shop {
  kubernetes "1.33"
  defaults { health 8081 { live "/healthz"; ready "/readyz" }; shutdown { pre-stop 5s; drain 20s } }
}
environment prod { namespace "shop" }
environment preview(pr: int example 42) { namespace "shop-${pr}" }
class base { port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
service web is base { image "registry.example/web:1.0" }
service api is base { image "registry.example/api:1.0" }
managed store { match "app" "a"; port sql 5432; disruption by-operator }
external ledger { cidr 10.20.0.0/28; port https 443 }
allow web -> api.http
allow api -> store.sql
never web -> ledger
never api -> ledger
"#;

/// What a change of that does, where these environments are asked for.
fn changed_of_more(environments: &[&str], edits: &[(&str, &str)]) -> Vec<(Class, String)> {
    let mut text = MORE.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    between(environments, MORE, &text)
}

pub(super) fn between(environments: &[&str], old: &str, new: &str) -> Vec<(Class, String)> {
    let environments: Vec<String> = environments.iter().map(|&name| name.to_owned()).collect();
    let inputs = Inputs { environments, ..Inputs::default() };
    let read = |text: &str| analyze(&MemoryFiles::new([("platform.bvl", text)]), "platform.bvl", &inputs);
    let (old, new) = (read(old), read(new));
    assert!(new.checked().is_some(), "{:#?}", new.findings);
    let old = Side::of_platform_with_examples(old.checked().unwrap()).unwrap();
    let new = Side::of_platform_with_examples(new.checked().unwrap()).unwrap();
    said(&diff(&old, &new))
}

const TRAFFIC: [Class; 2] = [Class::Allowed, Class::Denied];

#[test]
fn an_environment_with_parameters_is_compared_with_its_examples() {
    let added = [("allow web", "service nw is base { image \"registry.example/nw:1.0\" }\nallow web")];
    let found = changed_of_more(&[], &added);
    assert_eq!(of(&found, &TRAFFIC), Vec::<String>::new());
    let new = of(&found, &[Class::Added]);
    assert!(new.iter().any(|text| text.ends_with("[preview(pr=42), prod]")), "{new:?}");
    let open = [
        ("namespace \"shop-${pr}\"", "namespace \"shop-${pr}\"; default-deny off because \"x\""),
        ("never web -> ledger\nnever api -> ledger\n", ""),
    ];
    let found = changed_of_more(&[], &open);
    let allowed = of(&found, &[Class::Allowed]);
    assert!(allowed.iter().any(|text| text.ends_with("[preview(pr=42)]")), "{found:#?}");
    // what is not asked for has no policies here, and is not open for that
    for environments in [&["prod"][..], &["preview(pr=7)"]] {
        let found = changed_of_more(environments, &added);
        assert_eq!(of(&found, &TRAFFIC), Vec::<String>::new(), "{environments:?}");
        assert!(!of(&found, &[Class::Added]).is_empty(), "{environments:?}");
    }
    assert_eq!(of(&changed_of_more(&["prod"], &open), &TRAFFIC), Vec::<String>::new());
}

#[test]
fn another_example_is_no_other_environment() {
    let found = changed_of_more(&[], &[("example 42", "example 43")]);
    assert_eq!(of(&found, &[Class::Recreate, Class::Removed, Class::Added]), Vec::<String>::new());
    let told = of(&found, &[Class::NoEffect]);
    assert!(
        told.contains(&"environment: the example is preview(pr=43), was preview(pr=42) [preview(pr=43)]".to_owned())
    );
}

#[test]
fn a_managed_workload_is_whoever_its_labels_select() {
    let found = changed_of_more(&["prod"], &[("match \"app\" \"a\"", "match \"app\" \"b\"")]);
    assert_eq!(
        of(&found, &TRAFFIC),
        [
            "api -> store.sql: 5432/TCP of pods with app=b; `allow api -> store.sql` [prod]",
            "api -> store.sql: 5432/TCP of pods with app=a; `allow api -> store.sql` [prod]",
        ]
    );
    let apart = MORE
        .replace("environment prod", "environment data { namespace \"data\"; shared }\nenvironment prod")
        .replace("managed store {", "managed store { in data;");
    let found = between(&["data", "prod"], &apart, &apart.replace("match \"app\" \"a\"", "every-pod"));
    let allowed = of(&found, &[Class::Allowed]);
    assert!(
        allowed.iter().any(|text| text.starts_with("api -> store.sql: 5432/TCP of pods with any labels")),
        "{found:#?}"
    );
    let found = changed_of_more(&["prod"], &[("store", "database")]);
    let grave = [&TRAFFIC[..], &[Class::Recreate, Class::GuaranteeLost, Class::Removed, Class::Added]].concat();
    assert_eq!(of(&found, &grave), Vec::<String>::new());
    let told = of(&found, &[Class::NoEffect]);
    assert!(told.contains(&"database: was `store`: the same pods under another name [prod]".to_owned()), "{found:#?}");
}

#[test]
fn two_that_swap_their_labels_keep_their_pods() {
    let two = "managed store { match \"app\" \"a\"; port sql 5432; disruption by-operator }";
    let cache =
        "\nmanaged cache { match \"app\" \"c\"; port sql 5432; disruption by-operator }\nallow api -> cache.sql";
    let before = format!("{two}{cache}");
    let after = before.replace("\"a\"", "\"x\"").replace("\"c\"", "\"a\"").replace("\"x\"", "\"c\"");
    let both = |text: &str| MORE.replace(two, text);
    assert_eq!(of(&between(&["prod"], &both(&before), &both(&after)), &TRAFFIC), Vec::<String>::new());
}

#[test]
fn a_service_that_is_renamed_with_its_image_is_renamed() {
    let edits = [("service web", "service front"), ("registry.example/web:1.0", "registry.example/front:2.0")];
    let edits = [edits.as_slice(), &[("allow web", "allow front"), ("never web", "never front")]].concat();
    let found = changed_of_more(&["prod"], &edits);
    let grave = [&TRAFFIC[..], &[Class::GuaranteeLost, Class::GuaranteeWon, Class::Removed, Class::Added]].concat();
    assert_eq!(of(&found, &grave), Vec::<String>::new());
    let anew = of(&found, &[Class::Recreate]);
    assert_eq!(anew.len(), 1, "{anew:?}");
    assert_eq!(anew[0].matches("was `web`").count(), 1, "{anew:?}");
    assert_eq!(of(&found, &[Class::Restart]).len(), 1, "{found:#?}");
    // another program with other flows is no rename
    let edits = [edits.as_slice(), &[("allow api -> store.sql", "allow api -> store.sql\nallow front -> store.sql")]];
    let found = changed_of_more(&["prod"], &edits.concat());
    assert!(!of(&found, &[Class::Removed]).is_empty(), "{found:#?}");
}

#[test]
fn statements_follow_what_is_renamed() {
    let found = changed_of_more(&["prod"], &[("ledger", "books")]);
    assert_eq!(of(&found, &[Class::GuaranteeLost, Class::GuaranteeWon]), Vec::<String>::new());
    let moved =
        [("external ledger { cidr 10.20.0.0/28", "external books { cidr 10.30.0.0/28"), ("-> ledger", "-> books")];
    let found = changed_of_more(&["prod"], &moved);
    assert_eq!(of(&found, &[Class::GuaranteeLost, Class::GuaranteeWon]).len(), 2, "{found:#?}");
}

#[test]
fn a_name_alone_is_another_one() {
    let service = "
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
";
    let old = format!("{DEPLOYMENT}{service}");
    let new = old.replace("kind: Deployment\nmetadata: { name: web", "kind: Deployment\nmetadata: { name: front");
    assert_ne!(old, new);
    let found = manifests(&old, &new.replace("port: 80,", "port: 81,"));
    assert_eq!(of(&found, &[Class::Allowed, Class::Denied, Class::Removed, Class::Added]), Vec::<String>::new());
    let anew = of(&found, &[Class::Recreate]);
    assert_eq!(anew, ["Deployment front: was `web`: new pods under the new name, the old ones are deleted [shop]"]);
    // the Service has kept its name
    let addresses = of(&found, &[Class::Addresses]);
    assert!(addresses.iter().all(|text| !text.contains("no name any more")), "{addresses:?}");
}

/// A value that is spelled like a namespace is not renamed with it.
#[test]
fn a_renamed_namespace_renames_no_values() {
    let found = changed(&[("namespace \"shop-lab\"", "namespace \"web\"")]);
    assert!(of(&found, &[Class::GuaranteeLost, Class::Restart, Class::Addresses]).is_empty(), "{found:#?}");
    let text = TEXT.replace("namespace \"shop-prod\"", "namespace \"shop\"");
    let (old, new) = (analysis(&text), analysis(&TEXT.replace("shop-prod", "shop2")));
    let side = |one| Side::of_platform_with_examples(Analysis::checked(one).unwrap()).unwrap();
    let found = said(&diff(&side(&old), &side(&new)));
    let classes: Vec<Class> = found.iter().map(|(class, _)| *class).collect();
    assert_eq!(classes, [Class::Recreate], "{found:#?}");
}

#[test]
fn a_job_that_runs_something_else_is_another_job() {
    let job = |digest: &str, image: &str, tries: u32, declared: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{ name: migrate{digest}, namespace: shop{declared} }}\nspec:\n  \
             backoffLimit: {tries}\n  template:\n    metadata: {{ labels: {{ app: migrate }} }}\n    \
             spec: {{ restartPolicy: Never, containers: [{{ name: migrate, image: \"migrate:{image}\" }}] }}\n"
        )
    };
    let declared = ", annotations: { bvl.dev/declaration: job migrate }";
    let (first, second) = ("-0123456789", "-abcdef0123");
    let found = manifests(&job(first, "1", 6, declared), &job(second, "2", 6, declared));
    let said = of(&found, &[Class::Recreate]);
    assert_eq!((found.len(), said.len()), (1, 1), "{found:#?}");
    assert!(said[0].contains("migrate:1 -> migrate:2; another Job is made for it, and runs"), "{said:?}");
    // what is no part of the template runs nothing again
    let found = manifests(&job(first, "1", 6, declared), &job(first, "1", 2, declared));
    assert_eq!(of(&found, &[Class::Configuration]).len(), found.len(), "{found:#?}");
    // one that somebody wrote is not the one that is made of a spec, though what it runs is the same
    for (old, new, behind) in [(("", ""), (first, declared), "with"), ((first, declared), ("", ""), "without")] {
        let found = manifests(&job(old.0, "1", 6, old.1), &job(new.0, "1", 6, new.1));
        let said = of(&found, &[Class::Recreate]);
        let expected = format!("another Job is made for it, {behind} a digest behind its name, and runs again");
        assert!(said.len() == 1 && said[0].contains(&expected), "{found:#?}");
        let found = manifests(&job(old.0, "1", 6, old.1), &job(new.0, "2", 6, new.1));
        let said = of(&found, &[Class::Recreate]);
        assert!(said.len() == 1 && said[0].contains(&expected) && !said[0].contains("delete it"), "{found:#?}");
    }
    // neither is one of another name
    let renamed =
        job(first, "1", 6, declared).replace("name: migrate-", "name: move-").replace("job migrate", "job move");
    let found = manifests(&job(first, "1", 6, declared), &renamed);
    let said = of(&found, &[Class::Recreate]);
    let expected = "was `migrate`: another Job is made under the new name, and runs; the old one is deleted";
    assert!(said.len() == 1 && said[0].contains(expected) && !said[0].contains("delete it"), "{found:#?}");
    // one that somebody wrote has one name
    let found = manifests(&job("", "1", 6, ""), &job("", "2", 6, ""));
    assert!(of(&found, &[Class::Recreate])[0].contains("immutable: delete it first"), "{found:#?}");
}
