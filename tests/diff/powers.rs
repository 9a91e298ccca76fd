//! What reaches beyond the pods is said, whoever gets it.

use bvlc::query::diff::Class;

use super::said::{changed, manifests, of};

const PODS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: s }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: \"web:1\", volumeMounts: [{ name: logs, mountPath: /logs MODE }] }]
      volumes: [{ name: logs, VOLUME }]
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: s }
spec: { selector: { app: web }, ports: [{ port: 80 }] TYPE }
";

fn pods(volume: &str, mode: &str, kind: &str) -> String {
    PODS.replace("VOLUME", volume).replace("MODE", mode).replace("TYPE", kind)
}

fn binding(kind: &str, role: &str, rules: &str) -> String {
    let home = if kind == "RoleBinding" { ", namespace: s" } else { "" };
    let rules = if rules.is_empty() {
        String::new()
    } else {
        format!(
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: {role}}}\nrules: [{rules}]\n"
        )
    };
    format!(
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: web{home}}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {role}}}\n\
         subjects: [{{kind: ServiceAccount, name: web, namespace: s}}]\n{rules}"
    )
}

#[test]
fn a_role_that_may_do_everything_is_told() {
    let plain = pods("emptyDir: {}", "", "");
    let lost = |more: &str| of(&manifests(&plain, &(plain.clone() + more)), &[Class::GuaranteeLost]);
    let cluster = "ServiceAccount s/web may do everything in the cluster";
    assert_eq!(
        lost(&binding("ClusterRoleBinding", "cluster-admin", "")),
        [format!("ClusterRoleBinding web: {cluster} []")]
    );
    assert_eq!(
        lost(&binding("RoleBinding", "cluster-admin", "")),
        ["RoleBinding web: ServiceAccount s/web may do everything in s [s]"]
    );
    let all = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}";
    assert_eq!(lost(&binding("ClusterRoleBinding", "root", all)), [format!("ClusterRoleBinding web: {cluster} []")]);
    // to read everything is less, and so is what nobody is bound to
    for rules in
        ["{apiGroups: ['*'], resources: ['*'], verbs: [get]}", "{apiGroups: [apps], resources: ['*'], verbs: ['*']}"]
    {
        assert!(lost(&binding("ClusterRoleBinding", "root", rules)).is_empty(), "{rules}");
    }
    assert!(lost(&binding("ClusterRoleBinding", "view", "")).is_empty());
    let with = plain.clone() + &binding("ClusterRoleBinding", "cluster-admin", "");
    assert!(of(&manifests(&with, &with), &[Class::GuaranteeLost]).is_empty());
    let won = of(&manifests(&with, &plain), &[Class::GuaranteeWon]);
    assert_eq!(won, [format!("ClusterRoleBinding web: no longer: {cluster} []")]);
}

#[test]
fn a_folder_of_the_node_is_told() {
    let lost = |old: &str, new: &str| of(&manifests(old, new), &[Class::GuaranteeLost]);
    let plain = pods("emptyDir: {}", "", "");
    let written = pods("hostPath: { path: / }", "", "");
    let read = pods("hostPath: { path: / }", ", readOnly: true", "");
    assert_eq!(lost(&plain, &written), ["Deployment web: now reads and writes `/` of its node [s]"]);
    assert_eq!(lost(&plain, &read), ["Deployment web: now reads `/` of its node [s]"]);
    assert_eq!(lost(&read, &written), ["Deployment web: now reads and writes `/` of its node [s]"]);
    assert!(lost(&written, &written.replace("web:1", "web:2")).is_empty());
    assert!(lost(&written, &plain).is_empty());
    let won = of(&manifests(&written, &plain), &[Class::GuaranteeWon]);
    assert_eq!(won, ["Deployment web: no longer: reads and writes `/` of its node [s]"]);
}

#[test]
fn a_service_that_is_opened_to_the_outside_is_told() {
    let plain = pods("emptyDir: {}", "", "");
    let lost = |new: &str| of(&manifests(&plain, new), &[Class::GuaranteeLost]);
    let outside = "reachable from outside the cluster";
    for (kind, how) in [
        (", type: LoadBalancer", "by a load balancer"),
        (", type: NodePort", "at a port of every node"),
        (", externalIPs: [192.0.2.1]", "at 192.0.2.1"),
    ] {
        let found = lost(&pods("emptyDir: {}", "", kind));
        assert_eq!(found, [format!("Service web: now {outside}, {how} [s]")], "{kind}");
    }
    assert!(lost(&pods("emptyDir: {}", "", ", type: ClusterIP")).is_empty());
    // of what is new nothing is lost
    let new = "---\napiVersion: v1\nkind: Service\nmetadata: {name: open, namespace: s}\n\
               spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}\n";
    let with = plain.clone() + new;
    assert!(lost(&with).is_empty());
    let added = of(&manifests(&plain, &with), &[Class::Added]);
    assert!(added.iter().any(|text| text.contains(&format!("{outside}, by a load balancer"))), "{added:?}");
}

/// Each flow of a pair is shown with its own ports.
#[test]
fn two_flows_of_a_pair_have_each_its_ports() {
    let port = "image \"registry.example/api:1.0\"; port http 8080; scale 2 }";
    let more = "image \"registry.example/api:1.0\"; port http 8080; port admin 9000; port extra 9001; scale 2 }";
    let flows = "allow web -> api.http\nallow web -> api.admin, api.extra";
    let found = of(&changed(&[(port, more), ("allow web -> api.http", flows)]), &[Class::Allowed]);
    let is = |title: &str, own: &str, other: &str| {
        let text = found.iter().find(|text| text.starts_with(title)).unwrap_or_else(|| panic!("{title}: {found:?}"));
        assert!(text.contains(own) && !text.contains(other), "{text}");
    };
    is("web -> api.admin", "9000/TCP", "9001/TCP");
    is("web -> api.extra", "9001/TCP", "9000/TCP");
}

#[test]
fn what_of_a_priority_and_of_a_binding_cannot_be_changed_is_said() {
    let objects = |value: i32, policy: &str, default: bool, subject: &str| {
        format!(
            "apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {{ name: high }}
value: {value}
preemptionPolicy: {policy}
globalDefault: {default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{ name: readers, namespace: shop }}
roleRef: {{ apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }}
subjects: [{{ kind: User, apiGroup: rbac.authorization.k8s.io, name: {subject} }}]
"
        )
    };
    let was = objects(1, "Never", false, "ann");
    let classes = |is: String| manifests(&was, &is).into_iter().map(|(class, _)| class).collect::<Vec<_>>();
    assert_eq!(classes(objects(2, "Never", false, "ann")), [Class::Recreate]);
    assert_eq!(classes(objects(1, "PreemptLowerPriority", false, "ann")), [Class::Recreate]);
    assert_eq!(classes(objects(1, "Never", true, "ann")), [Class::Configuration]);
    assert_eq!(classes(objects(1, "Never", false, "bob")), [Class::Configuration]);
}
