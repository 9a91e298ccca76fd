//! A dump of a cluster beside the files it was made of: what controllers make by themselves is no difference.

use bvlc::query::diff::Class;

use super::said::manifests;

const STATED: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: s }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: \"web:1\" }] } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: s }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template: { metadata: { labels: { app: db } }, spec: { containers: [{ name: db, image: \"db:1\" }] } }
  volumeClaimTemplates: [{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce] } }]
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: s }
spec: { clusterIP: None, selector: { app: db }, ports: [{ port: 5432 }] }
---
apiVersion: v1
kind: Service
metadata: { name: legacy, namespace: s }
spec: { ports: [{ port: 80 }] }
";

/// What of each kind a cluster makes, and the same as people write it.
const MADE: [(&str, &str); 9] = [
    (
        "{ apiVersion: apps/v1, kind: ReplicaSet, metadata: { name: web-1, OWNER }, spec: { replicas: 2, \
         selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { containers: [] } } } }",
        "apps/v1, kind: Deployment, name: web",
    ),
    (
        "{ apiVersion: v1, kind: Pod, metadata: { name: db-0, labels: { app: db }, OWNER }, \
         spec: { containers: [{ name: db, image: \"db:1\" }] } }",
        "apps/v1, kind: StatefulSet, name: db",
    ),
    (
        "{ apiVersion: apps/v1, kind: ControllerRevision, metadata: { name: db-1, OWNER }, revision: 1 }",
        "apps/v1, kind: StatefulSet, name: db",
    ),
    (
        "{ apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: { name: db-x, OWNER }, endpoints: [] }",
        "v1, kind: Service, name: db",
    ),
    ("{ apiVersion: v1, kind: Endpoints, metadata: { name: db, OWNER }, subsets: [] }", ""),
    ("{ apiVersion: v1, kind: ConfigMap, metadata: { name: kube-root-ca.crt, OWNER }, data: { ca.crt: x } }", ""),
    ("{ apiVersion: v1, kind: ServiceAccount, metadata: { name: default, OWNER } }", ""),
    ("{ apiVersion: v1, kind: ServiceAccount, metadata: { name: default, OWNER }, secrets: [{ name: t }] }", ""),
    (
        "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data-db-12, OWNER }, \
         spec: { accessModes: [ReadWriteOnce] } }",
        "",
    ),
];

fn with(object: &str, owner: &str, uid: &str) -> String {
    let owner = if owner.is_empty() {
        String::new()
    } else {
        format!(", ownerReferences: [{{ apiVersion: {owner}, uid: \"1\", controller: true }}]")
    };
    format!("{STATED}---\n{}\n", object.replace("OWNER", &format!("namespace: s{uid}{owner}")))
}

#[test]
fn what_controllers_make_is_no_difference() {
    for (object, owner) in MADE {
        let dump = with(object, owner, ", uid: \"7\"");
        assert_eq!(manifests(STATED, &dump), [], "{object}");
        assert_eq!(manifests(&dump, STATED), [], "{object}");
    }
}

#[test]
fn what_people_may_have_written_is_compared() {
    for (object, owner, uid) in [
        // without its owner, or with one of another identity
        (MADE[0].0, "", ""),
        (MADE[0].0, "apps/v1, kind: Deployment, name: api", ""),
        // of a Service without a selector, and of none
        ("{ apiVersion: v1, kind: Endpoints, metadata: { name: legacy, OWNER }, subsets: [] }", "", ", uid: \"7\""),
        ("{ apiVersion: v1, kind: Endpoints, metadata: { name: other, OWNER }, subsets: [] }", "", ", uid: \"7\""),
        ("{ apiVersion: v1, kind: ConfigMap, metadata: { name: root-ca.crt, OWNER }, data: { ca.crt: x } }", "", ""),
        (
            "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: default, OWNER }, automountServiceAccountToken: false }",
            "",
            ", uid: \"7\"",
        ),
        // made beforehand, for the set to take, and of a set of another name
        (MADE[8].0, "", ""),
        (
            "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data-web-0, OWNER }, spec: {} }",
            "",
            ", uid: \"7\"",
        ),
    ] {
        let more = with(object, owner, uid);
        assert!(!manifests(STATED, &more).is_empty() && !manifests(&more, STATED).is_empty(), "{more}");
    }
    let owned = with(MADE[0].0, MADE[0].1, "").replacen("namespace: s }", "namespace: s, uid: \"2\" }", 1);
    assert!(!manifests(&STATED.replacen("namespace: s }", "namespace: s, uid: \"2\" }", 1), &owned).is_empty());
}

#[test]
fn what_an_operator_makes_is_compared_where_both_have_it() {
    let resource = "---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: main, namespace: s }
spec: {}
";
    let made = |image: &str| {
        format!(
            "{STATED}{resource}---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: prometheus-main
  namespace: s
  ownerReferences: [{{ apiVersion: monitoring.coreos.com/v1, kind: Prometheus, name: main, uid: \"1\", controller: true }}]
spec:
  serviceName: db
  selector: {{ matchLabels: {{ app: prometheus }} }}
  template:
    metadata: {{ labels: {{ app: prometheus }} }}
    spec: {{ containers: [{{ name: a, image: \"{image}\" }}] }}
"
        )
    };
    let file = format!("{STATED}{resource}");
    // its pods are there all the same
    let pods_alone = |old: &str, new: &str| {
        let found = manifests(old, new);
        found.iter().all(|(class, _)| matches!(class, Class::Allowed | Class::Denied | Class::Capacity))
    };
    assert!(pods_alone(&file, &made("prometheus:2")) && pods_alone(&made("prometheus:2"), &file));
    assert_eq!(manifests(&made("prometheus:2"), &made("prometheus:3")).len(), 1);
    // without what it is made of it is somebody's
    let alone = made("prometheus:2").replace(resource, "");
    assert!(!pods_alone(STATED, &alone));
}
