//! Ingresses, path by path: what was one object for several hosts and services is one for each host of a service in the build.
//!
//! Invariant: each path of the manifests is compared or listed, and each field beside the paths.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Comparison, object};
use crate::query::diff::side::{Key, Side};
use crate::query::diff::table;
use crate::query::diff::tree::{self, Difference, Path, Step};
use crate::query::import::exposed::{CLASS_ANNOTATION, GROUP, INGRESS, class, number_in, tls_of};
use crate::query::import::given::{at, items, text, texts};
use crate::query::import::left::{Left, Loss};
use crate::value::Exposed;

/// Why an Ingress is left as it is.
const LEFT: &str = "no `expose` is made where an Ingress names no class, where its paths lead to no service of the spec, or where \
                    policies do not tell who lets its requests in: the one workload of others, or range of addresses, that reaches all its class leads to";
/// What is to be done where an Ingress has other names.
const TWICE: &str =
    "delete it before the others are applied: ingress-nginx refuses a second Ingress of one host and path";
/// What comes of the certificate.
const ANEW: &str = "cert-manager asks for a certificate anew, and keeps it in the Secret of that name";

/// Whether an object is an Ingress.
pub(super) fn is_ingress(key: &Key) -> bool {
    key.kind == INGRESS && key.group == GROUP
}

/// What is asked: namespace, class, host and path.
type Asked = (String, String, String, String);

/// What the build makes of a path.
struct Made<'s> {
    key: &'s Key,
    kind: String,
    service: String,
    number: Option<i64>,
    port: Value,
    secret: Option<String>,
}

fn asked(namespace: &str, ingress: &Value, host: &str, path: &Value) -> Asked {
    let written = text(path, "path").unwrap_or("/");
    let asked = Exposed::parse(&format!("{host}{written}")).map_or_else(|_| written.to_owned(), |address| address.path);
    (namespace.to_owned(), class(ingress).unwrap_or_default().to_owned(), host.to_owned(), asked)
}

/// The paths of an Ingress, each with its host and where it stands.
fn paths(ingress: &Value) -> impl Iterator<Item = (&str, &Value, Path)> {
    items(ingress, "spec.rules").iter().enumerate().flat_map(|(rule_at, rule)| {
        let host = text(rule, "host").unwrap_or_default();
        items(rule, "http.paths").iter().enumerate().map(move |(path_at, path)| {
            let rule = Path::of("spec.rules").then(Step::Element(rule_at.to_string()));
            let list = rule.then(Step::Key("http".to_owned())).then(Step::Key("paths".to_owned()));
            (host, path, list.then(Step::Element(path_at.to_string())))
        })
    })
}

/// The Service that a path leads to, and the number of its port there.
fn backend(side: &Side<'_>, key: &Key, path: &Value) -> (String, Option<i64>) {
    let service = text(path, "backend.service.name").unwrap_or_default().to_owned();
    let of = Key { kind: "Service".to_owned(), group: String::new(), name: service.clone(), ..key.clone() };
    let port = at(path, "backend.service.port");
    let number = port.and_then(|port| number_in(&side.tree(&of), port));
    (service, number)
}

impl<'s> Comparison<'s> {
    /// Compares them.
    pub(super) fn ingresses(&mut self) {
        let (given, built) = (self.given, self.built);
        let mut made: BTreeMap<Asked, Made<'s>> = BTreeMap::new();
        for key in built.objects.keys().filter(|key| is_ingress(key)) {
            let tree = built.tree(key);
            for (host, path, _) in paths(&tree) {
                let (service, number) = backend(built, key, path);
                let kind = text(path, "pathType").unwrap_or_default().to_owned();
                let port = at(path, "backend.service.port").cloned().unwrap_or_default();
                let secret = tls_of(&tree, host).find_map(|tls| text(tls, "secretName")).map(str::to_owned);
                let asked = asked(&key.namespace, &tree, host, path);
                made.insert(asked, Made { key, kind, service, number, port, secret });
            }
        }
        let mut met = BTreeSet::new();
        for key in given.objects.keys().filter(|key| is_ingress(key)) {
            met.extend(self.ingress(key, &made));
        }
        for key in built.objects.keys().filter(|key| is_ingress(key) && !met.contains(key)) {
            self.left.push(object(built, key, Loss::AddedObject));
        }
    }

    /// Compares one with what its paths became, which it returns.
    fn ingress(&mut self, key: &'s Key, made: &BTreeMap<Asked, Made<'s>>) -> BTreeSet<&'s Key> {
        let tree = self.given.tree(key);
        let (mut partners, mut differences) = (BTreeSet::new(), Vec::new());
        let mut secrets: BTreeMap<&str, &str> = BTreeMap::new();
        for (host, path, place) in paths(&tree) {
            let Some(found) = made.get(&asked(&key.namespace, &tree, host, path)) else {
                differences.push(Difference { path: place, old: Some(path.clone()), new: None });
                continue;
            };
            partners.insert(found.key);
            secrets.extend(found.secret.as_deref().map(|secret| (host, secret)));
            differences.extend(of_path(path, &place, found, backend(self.given, key, path)));
        }
        if partners.is_empty() {
            self.left.push(Left { remark: Some(LEFT.to_owned()), ..object(self.given, key, Loss::Object) });
            return partners;
        }
        let names: Vec<&str> = partners.iter().map(|partner| partner.name.as_str()).collect();
        if names != [key.name.as_str()] {
            self.renamed(key, &Path::of("metadata.name"), (&key.name, &names.join(", ")));
            if let Some(left) = self.left.last_mut() {
                left.remark = Some(TWICE.to_owned());
            }
        }
        differences.extend(of_certificates(&tree, &secrets));
        let objects: Vec<Value> = partners.iter().map(|partner| self.built.tree(partner)).collect();
        let (before, after) = beside(&tree, &objects);
        differences.extend(tree::compare(&before, &after, &|path| table::is_whole(INGRESS, path)));
        for difference in differences {
            if self.is_said_otherwise(key, &difference) {
                continue;
            }
            let is_secret = difference.path.to_string().ends_with(".secretName");
            self.field(key, &tree, &difference);
            if let Some(left) = self.left.last_mut().filter(|_| is_secret) {
                left.remark = Some(ANEW.to_owned());
            }
        }
        partners
    }
}

/// How a path differs from what is made of it.
fn of_path(path: &Value, place: &Path, made: &Made<'_>, (service, number): (String, Option<i64>)) -> Vec<Difference> {
    let below = |keys: &str| keys.split('.').fold(place.clone(), |path, key| path.then(Step::Key(key.to_owned())));
    let mut found = Vec::new();
    let mut other = |keys: &str, new: Value| {
        found.push(Difference { path: below(keys), old: at(path, keys).cloned(), new: Some(new) });
    };
    if text(path, "pathType") != Some(made.kind.as_str()) {
        other("pathType", made.kind.as_str().into());
    }
    if service != made.service {
        other("backend.service.name", made.service.as_str().into());
    }
    if number != made.number {
        other("backend.service.port", made.port.clone());
    }
    found
}

/// How certificates differ, by the Secrets that the hosts have in the build.
fn of_certificates(ingress: &Value, secrets: &BTreeMap<&str, &str>) -> Vec<Difference> {
    let mut found = Vec::new();
    for (number, tls) in items(ingress, "spec.tls").iter().enumerate() {
        let place = Path::of("spec.tls").then(Step::Element(number.to_string()));
        let named = items(tls, "hosts").iter().filter_map(Value::as_str);
        // one without hosts is about all of them
        let all = secrets.keys().copied().filter(|_| items(tls, "hosts").is_empty());
        let made: Option<Vec<&str>> = named.chain(all).map(|host| secrets.get(host).copied()).collect();
        let secret = text(tls, "secretName");
        match made.as_deref() {
            Some([]) | None => found.push(Difference { path: place, old: Some(tls.clone()), new: None }),
            Some(made) if made.iter().all(|made| Some(*made) == secret) => {}
            Some(made) => found.push(Difference {
                path: place.then(Step::Key("secretName".to_owned())),
                old: secret.map(Value::from),
                new: Some(made.join(", ").into()),
            }),
        }
    }
    found
}

/// What stands beside the paths and the certificates, before and after.
fn beside(ingress: &Value, made: &[Value]) -> (Value, Value) {
    let mut before = ingress.clone();
    if let Some(metadata) = before.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("name");
    }
    if let Some(spec) = before.get_mut("spec").and_then(Value::as_object_mut) {
        spec.remove("rules");
        spec.remove("tls");
    }
    let mut after = before.clone();
    for kind in ["labels", "annotations"] {
        let stated: Vec<BTreeMap<String, String>> =
            made.iter().map(|object| texts(object, &format!("metadata.{kind}"))).collect();
        let metadata = after.get_mut("metadata").and_then(|metadata| metadata.get_mut(kind));
        let Some(map) = metadata.and_then(Value::as_object_mut) else { continue };
        map.retain(|key, value| match stated.iter().find_map(|stated| stated.get(key)) {
            Some(stated) => {
                *value = stated.as_str().into();
                true
            }
            // said as the field that came for it
            None => key == CLASS_ANNOTATION,
        });
    }
    if let Some(spec) = after.get_mut("spec").and_then(Value::as_object_mut) {
        spec.retain(|key, _| key == "ingressClassName");
    }
    (before, after)
}
