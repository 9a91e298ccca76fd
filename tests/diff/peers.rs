//! Whom a policy speaks of, and who is open: what is said of pods that no name tells.

use bvlc::analyze::Analysis;
use bvlc::query::diff::{Class, Side, diff};

use super::said::{DEPLOYMENT, POLICY, TEXT, analysis, manifests, of, said};

/// What is said of a policy of `s` that selects pods labeled `app: db`, when a peer of its rules changes.
fn peer(field: (&str, &str), old: &str, new: &str) -> Vec<String> {
    let (direction, peers) = field;
    let text = |peer: &str| {
        let pod = |name: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: s, labels: {{app: {name}}}}}\n\
                 spec: {{containers: [{{name: c, image: 'x:1'}}]}}\n---\n"
            )
        };
        let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: s, labels: {env: prod}}\n---\n";
        let policy = format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: db, namespace: s}}\nspec:\n  \
             podSelector: {{matchLabels: {{app: db}}}}\n  policyTypes: [Ingress, Egress]\n  \
             {direction}: [{{{peers}: [{peer}], ports: [{{port: 53}}]}}]\n"
        );
        namespace.to_owned() + &pod("web") + &pod("db") + &policy
    };
    of(&manifests(&text(old), &text(new)), &[Class::Allowed, Class::Denied])
}

/// A selector that a pod of the files matches means whoever else matches it, too.
#[test]
fn a_peer_is_more_than_the_pods_that_are_there() {
    let web = "podSelector: {matchLabels: {app: web}}";
    let here = format!("{{{web}}}");
    for anywhere in [
        "namespaceSelector: {}",
        "namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [x]}]}",
        "namespaceSelector: {matchExpressions: [{key: x, operator: DoesNotExist}]}",
    ] {
        let wide = format!("{{{anywhere}, {web}}}");
        let ingress = peer(("ingress", "from"), &here, &wide);
        assert_eq!(ingress, ["pods with app=web of any namespace -> db: 53/TCP [s]"], "{anywhere}");
        assert_eq!(peer(("egress", "to"), &here, &wide), ["db -> pods with app=web of any namespace: 53/TCP [s]"]);
    }
    // a namespace that bears the label may be made by anyone
    let labeled = |pods: &str| format!("{{namespaceSelector: {{matchLabels: {{env: prod}}}}{pods}}}");
    let wide = peer(("ingress", "from"), &here, &labeled(&format!(", {web}")));
    assert_eq!(wide, ["pods with app=web of namespaces with env=prod -> db: 53/TCP [s]"]);
    let all = peer(("egress", "to"), "{podSelector: {}}", &labeled(""));
    assert_eq!(all, ["db -> any pod of namespaces with env=prod: 53/TCP [s]"]);
    for pinned in [
        "{matchLabels: {kubernetes.io/metadata.name: s}}",
        "{matchLabels: {kubernetes.io/metadata.name: s, env: prod}}",
        "{matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [s]}]}",
    ] {
        let pinned = format!("{{namespaceSelector: {pinned}, {web}}}");
        assert!(peer(("ingress", "from"), &here, &pinned).is_empty(), "{pinned}");
    }
}

/// Whoever the lists of a peer's selectors mean is told of: each combination of their values, of which one is left out.
#[test]
fn each_combination_of_listed_values_is_somebody() {
    let one = |namespace: &str, app: &str, tier: &str| {
        format!(
            "{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}, \
             podSelector: {{matchLabels: {{app: {app}, tier: {tier}}}}}}}"
        )
    };
    let all = "{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [mon, obs]}]}, \
               podSelector: {matchExpressions: [{key: app, operator: In, values: [prom, thanos]}, \
               {key: tier, operator: In, values: [p, q]}]}}";
    let mut combinations = Vec::new();
    for namespace in ["mon", "obs"] {
        for app in ["prom", "thanos"] {
            combinations.extend(["p", "q"].map(|tier| (namespace, app, tier)));
        }
    }
    for left_out in &combinations {
        let others = combinations.iter().filter(|combination| *combination != left_out);
        let others: Vec<String> = others.map(|(namespace, app, tier)| one(namespace, app, tier)).collect();
        let (namespace, app, tier) = left_out;
        let said = [format!("pods with app={app},tier={tier} of {namespace} -> db: 53/TCP [s]")];
        assert_eq!(peer(("ingress", "from"), &others.join(", "), all), said);
        assert_eq!(peer(("ingress", "from"), all, &others.join(", ")), said);
    }
    // of namespaces that no name tells, and beside one that is there
    let env = |values: &str| {
        format!(
            "{{namespaceSelector: {{matchExpressions: [{{key: env, operator: In, values: {values}}}, \
             {{key: team, operator: In, values: [a, b]}}]}}, podSelector: {{matchLabels: {{app: web}}}}}}"
        )
    };
    let found = peer(("egress", "to"), &env("[prod]"), &env("[prod, lab]"));
    let said =
        ["a", "b"].map(|team| format!("db -> pods with app=web of namespaces with env=lab,team={team}: 53/TCP [s]"));
    assert_eq!(found, said);
    // where there are too many, each value is somebody once
    let values: Vec<String> = (10..30).map(|number| format!("v{number}")).collect();
    let many = format!(
        "{{podSelector: {{matchExpressions: [{{key: a, operator: In, values: [{0}]}}, {{key: b, operator: In, values: [{0}]}}]}}}}",
        values.join(", ")
    );
    assert_eq!(peer(("ingress", "from"), "{podSelector: {matchLabels: {app: web}}}", &many).len(), 20 + 19 + 1);
}

/// The namespaces of a parametrised environment are alike, and each is bvlc's: the one that is there tells of all.
#[test]
fn a_preview_is_told_of_once() {
    let text = TEXT.to_owned()
        + "environment system { shared; namespace \"shop-system\" }
           environment preview(pr: int example 42) { namespace \"shop-pr-${pr}\" }
           managed queue { in system; match \"app\" \"queue\"; port amqp 5672; disruption by-operator }
           allow web -> queue.amqp";
    let (old, new) = (analysis(&text), analysis(&text.replace("allow web -> queue", "allow web, api -> queue")));
    let side = |one| Side::of_platform_with_examples(Analysis::checked(one).unwrap()).unwrap();
    let found = of(&said(&diff(&side(&old), &side(&new))), &[Class::Allowed]);
    let subjects: Vec<&str> = found.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(subjects, ["api -> dns", "api -> queue.amqp"], "{found:#?}");
}

/// The cluster's DNS is one of the pods of its namespace.
#[test]
fn all_of_the_namespace_of_dns_is_more_than_dns() {
    let system = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}";
    let dns = format!("{{{system}, podSelector: {{matchLabels: {{k8s-app: kube-dns}}}}}}");
    let all = format!("{{{system}}}");
    assert_eq!(peer(("egress", "to"), &dns, &all), ["db -> any pod of kube-system: 53/TCP [s]"]);
    assert_eq!(peer(("ingress", "from"), &all, &dns), ["any pod of kube-system -> db: 53/TCP [s]"]);
}

/// What is open in it is the one thing that its name does not say.
#[test]
fn an_environment_that_comes_and_denies_nothing_says_who_is_open() {
    let next = "environment next { namespace \"shop-next\"; default-deny off because \"a trial\" }\nenvironment lab";
    let text = TEXT.replace("never web -> ledger", "");
    let (old, new) = (analysis(&text), analysis(&text.replace("environment lab", next)));
    let side = |one| Side::of_platform_with_examples(Analysis::checked(one).unwrap()).unwrap();
    let found = said(&diff(&side(&old), &side(&new)));
    let open = "no policy isolates it: everything passes in and out that the other end lets pass";
    assert_eq!(of(&found, &[Class::Allowed]), [format!("api, web, any other pod: {open} [next]")]);
    assert_eq!(of(&found, &[Class::Added]).len(), 1, "{found:#?}");
    assert_eq!(of(&found, &[Class::GuaranteeLost]), Vec::<String>::new());
    // what goes takes it along
    let gone = manifests(&format!("{DEPLOYMENT}{POLICY}"), "");
    assert_eq!(of(&gone, &[Class::Allowed, Class::Denied]), Vec::<String>::new(), "{gone:#?}");
    let come = manifests("", DEPLOYMENT);
    assert_eq!(of(&come, &[Class::Allowed]), [format!("web, any other pod: {open} [shop]")]);
    let half = manifests("", &format!("{DEPLOYMENT}{POLICY}"));
    assert_eq!(of(&half, &[Class::Allowed]).len(), 2, "{half:#?}");
}

/// What is said of a policy of `s` for a database that an operator runs, when its one rule changes. The pod `own` bears that
/// label.
fn operated(label: &str, old: &str, new: &str) -> Vec<String> {
    let text = |rule: &str| {
        let pod = |name: &str, label: &str| {
            format!(
                "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: s, labels: {{{label}}}}}\n\
                 spec: {{containers: [{{name: c, image: 'x:1'}}]}}\n"
            )
        };
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: pg, namespace: s}}\nspec:\n  \
             podSelector: {{matchLabels: {{cnpg.io/cluster: db}}}}\n  policyTypes: [Ingress]\n  ingress: [{{{rule}}}]\n{}{}",
            pod("a", "app: a"),
            pod("own", label)
        )
    };
    of(&manifests(&text(old), &text(new)), &[Class::Allowed, Class::Denied])
}

/// A policy for all pods of a namespace that has none here.
#[test]
fn a_policy_for_all_pods_of_nobody_here_is_compared() {
    let text = |peers: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: all, namespace: s}}\n\
             spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: [{{from: [{peers}], ports: [{{port: 80}}]}}]}}\n"
        )
    };
    let z = "{podSelector: {matchLabels: {app: z}}}";
    let own = "other pods of s (none in these files)";
    for (peer, who) in [
        ("{namespaceSelector: {}}", "any pod"),
        ("{ipBlock: {cidr: 192.0.2.0/24}}", "192.0.2.0/24"),
        ("{podSelector: {matchLabels: {app: x}}}", "pods with app=x beside it"),
    ] {
        let found = manifests(&text(z), &text(&format!("{z}, {peer}")));
        assert_eq!(of(&found, &[Class::Allowed]), [format!("{who} -> {own}: 80/TCP [s]")], "{peer}");
    }
}

/// Pods of an operator are in no file, and what may reach them is compared all the same.
#[test]
fn a_policy_that_selects_nobody_here_is_compared() {
    let from = |peers: &str, port: u16| format!("from: [{peers}], ports: [{{port: {port}}}]");
    let a = "{podSelector: {matchLabels: {app: a}}}";
    let old = from(a, 5432);
    let db = "pods with cnpg.io/cluster=db (none in these files)";
    for (new, expected) in [
        (from(&format!("{a}, {{ipBlock: {{cidr: 0.0.0.0/0}}}}"), 5432), format!("0.0.0.0/0 -> {db}: 5432/TCP [s]")),
        (from(&format!("{a}, {{namespaceSelector: {{}}}}"), 5432), format!("any pod -> {db}: 5432/TCP [s]")),
        (from("{podSelector: {}}", 5432), format!("any pod beside it -> {db}: 5432/TCP [s]")),
    ] {
        assert!(operated("app: own", &old, &new).contains(&expected), "{:?}", operated("app: own", &old, &new));
        assert!(operated("app: own", &new, &old).contains(&expected), "{:?}", operated("app: own", &new, &old));
    }
    let moved = operated("app: own", &old, &from(a, 5433));
    assert_eq!(moved, [format!("a -> {db}: 5433/TCP [s]"), format!("a -> {db}: 5432/TCP [s]")]);
    assert!(operated("app: own", &old, &old).is_empty());
    // one that is there stands for itself
    let there = operated("cnpg.io/cluster: db", &old, &from(a, 5433));
    assert_eq!(there, ["a -> own: 5433/TCP [s]", "a -> own: 5432/TCP [s]"]);
}

/// Members of a `StatefulSet` that a policy tells from the others are compared by themselves, where the set is on both sides.
#[test]
fn members_of_a_workload_are_told_apart() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: s}\nspec:\n  replicas: 2\n  \
               serviceName: db\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n    \
               spec: {containers: [{name: c, image: 'x:1', ports: [{name: sql, containerPort: 5432}]}]}\n---\n";
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: s}\n---\n";
    let policy = |port: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: first, namespace: s}}\nspec:\n  \
             podSelector: {{matchLabels: {{statefulset.kubernetes.io/pod-name: db-0}}}}\n  policyTypes: [Ingress]\n  \
             ingress: [{{from: [{{podSelector: {{matchLabels: {{app: db}}}}}}], ports: [{{port: {port}}}]}}]\n"
        )
    };
    let traffic = |old: &str, new: &str| of(&manifests(old, new), &[Class::Allowed, Class::Denied]);
    let first = "db (pods with apps.kubernetes.io/pod-index=0,statefulset.kubernetes.io/pod-name=db-0)";
    let with = |port: &str| format!("{other}{set}{}", policy(port));
    let without = format!("{other}{set}");
    let isolated = format!("{first}: isolated now: only what policies allow passes in [s]");
    assert_eq!(traffic(&without, &with("sql")), [isolated]);
    assert_eq!(traffic(&with("sql"), &with("5432")), [""; 0]);
    let numbered = traffic(&with("sql"), &with("99"));
    assert!(numbered.contains(&format!("db -> {first}: 99/TCP [s]")), "{numbered:?}");
    assert!(numbered.contains(&format!("db -> {first}: 5432/TCP [s]")), "{numbered:?}");
    // one that is new was not open before, nor is one that goes open then
    let told = traffic(other, &with("sql"));
    assert!(!told.iter().any(|said| said.contains("isolated now")), "{told:?}");
    let gone = traffic(&with("sql"), other);
    assert!(!gone.iter().any(|said| said.contains("no policy isolates")), "{gone:?}");
}
