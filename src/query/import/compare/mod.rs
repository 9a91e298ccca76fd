//! Manifests and what is built of their spec, side by side: what differs could not be said.
//!
//! Invariants: an object of the manifests is compared or listed; fields are compared by what they mean: a port by its
//! number, an amount by what it comes to, what is left out by the API's default. Policies are compared by what passes.

mod ingress;
mod policy;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::ingress::is_ingress;
use crate::model::kept::{RESOURCE_POLICY, SYNC_OPTIONS, SYNC_WAVE};
use crate::object::FieldPath;
use crate::query::defaults::{Filled, fill_below};
use crate::query::diff::objects::{bears_digest, text as shown, title};
use crate::query::diff::side::{CHART, Key, Side};
use crate::query::diff::tree::{self, Difference, Path, Step};
use crate::query::diff::{Class, Version, diff, table};
use crate::query::import::given::{Home, POLICY, items, no_name, text, texts};
use crate::query::import::job::{is_job, unsaid};
use crate::query::import::left::{Left, Loss};
use crate::query::import::pod::is_controllers;
use crate::query::import::{security, stateful, watched};
use crate::source::{FileId, Provenance, SourceMap, Span};

/// Lists everything: nothing of it can be said.
pub(super) fn whole(side: &Side<'_>) -> Vec<Left> {
    let objects = side.objects.keys().filter(|key| is_object(key)).map(|key| object(side, key, Loss::Object));
    objects.chain(replaced(side)).collect()
}

/// Lists what is stated once more behind it.
fn replaced<'s>(side: &'s Side<'_>) -> impl Iterator<Item = Left> + use<'s> {
    side.replaced.iter().map(|(key, place)| Left {
        place: Some(*place),
        object: called(key),
        path: String::new(),
        loss: Loss::Object,
        given: None,
        built: None,
        remark: Some("stated once more behind it, and a cluster keeps the last one".to_owned()),
    })
}

/// Compares. `pods` are those of others that policies speak of and nothing makes, each as a manifest.
pub(super) fn compare<'s>(
    given: &'s Side<'s>,
    built: &'s Side<'s>,
    homes: &'s [Home],
    pods: &[String],
    namespace: &'s str,
) -> Vec<Left> {
    let pairs = pairs(built, homes);
    let mut comparison = Comparison { given, built, namespace, behind: behind(homes), left: Vec::new() };
    let (mut met, mut kept): (BTreeSet<&Key>, BTreeSet<&Key>) = (BTreeSet::new(), BTreeSet::new());
    let is_alone = |key: &Key| key.kind != POLICY && !is_ingress(key);
    let is_stated =
        |key: &&Key| is_alone(key) && is_object(key) && !given.by_operators.contains(*key) && !is_automatic(key);
    for key in given.objects.keys().filter(is_stated) {
        let partner = pairs.get(key).unwrap_or(key);
        if built.objects.contains_key(partner) && !met.contains(partner) {
            comparison.objects(key, partner);
            met.insert(partner);
            kept.insert(key);
        } else {
            comparison.left.push(object(given, key, Loss::Object));
        }
    }
    for key in built.objects.keys().filter(|key| is_alone(key) && !met.contains(key)) {
        comparison.left.push(object(built, key, Loss::AddedObject));
    }
    comparison.left.extend(replaced(given));
    comparison.ingresses();
    comparison.policies();
    comparison.traffic(pods, &kept);
    let mut left = comparison.left;
    left.sort_by(|a, b| (a.loss, &a.object, &a.path).cmp(&(b.loss, &b.object, &b.path)));
    left
}

/// Whether a document is an object: values of a chart have no kind, and are said beside the list.
fn is_object(key: &Key) -> bool {
    !matches!(key.kind.as_str(), "" | CHART)
}

/// What every namespace has, since the control plane puts it there.
fn is_automatic(key: &Key) -> bool {
    matches!((key.kind.as_str(), key.name.as_str()), ("ConfigMap", "kube-root-ca.crt") | ("ServiceAccount", "default"))
}

/// `Deployment shop/web`.
fn called(key: &Key) -> String {
    match (key.kind.as_str(), key.namespace.as_str()) {
        (_, "") => title(key),
        (kind, namespace) => format!("{kind} {namespace}/{}", key.name),
    }
}

fn object(side: &Side<'_>, key: &Key, loss: Loss) -> Left {
    let is_given = loss == Loss::Object;
    let place = if is_given { side.place(key, &side.tree(key)) } else { None };
    let is_service = is_given && (is_answering(&key.kind) || is_job(&key.kind));
    let unsaid = || match key.kind.as_str() {
        stateful::KIND => stateful::unsaid(&key.name, &side.tree(key)),
        kind if is_job(kind) => unsaid(&key.name, &side.tree(key)),
        _ => None,
    };
    let unnamed =
        key.name.contains('*').then_some("the API server names it anew each time, and the language names all itself");
    let remark =
        is_service.then(|| unnamed.or_else(|| no_name(&key.name)).or_else(unsaid)).flatten().map(str::to_owned);
    Left { place, object: called(key), path: String::new(), loss, given: None, built: None, remark }
}

/// Whether a kind is what a `service` makes.
fn is_answering(kind: &str) -> bool {
    matches!(kind, "Deployment" | stateful::KIND)
}

/// What may make the pods of a service of that name, where an object of it is.
fn makers(key: &Key, name: &str) -> [Key; 2] {
    ["Deployment", stateful::KIND].map(|kind| Key {
        kind: kind.to_owned(),
        group: "apps".to_owned(),
        name: name.to_owned(),
        ..key.clone()
    })
}

/// What each object of the manifests is called in the build, where that is another name.
fn pairs(built: &Side<'_>, homes: &[Home]) -> BTreeMap<Key, Key> {
    let mut pairs = BTreeMap::new();
    let mut budgets: BTreeMap<(String, BTreeMap<String, String>), &Key> = BTreeMap::new();
    for key in built.objects.keys().filter(|key| key.kind == "PodDisruptionBudget") {
        budgets.insert((key.namespace.clone(), texts(&built.tree(key), "spec.selector.matchLabels")), key);
    }
    let renamed = |key: &Key, name: &str| Key { name: name.to_owned(), ..key.clone() };
    for home in homes {
        for (name, parts) in &home.services {
            let own = [&parts.budget, &parts.scaler, &parts.account, &parts.monitor, &parts.rule].into_iter().flatten();
            for (key, _) in own {
                pairs.insert(key.clone(), renamed(key, name));
            }
            if let Some((key, scaler)) = &parts.scaler {
                let new = built.tree(&renamed(key, name));
                for (old, new) in items(scaler, "spec.triggers").iter().zip(items(&new, "spec.triggers")) {
                    let shown = |trigger| text(trigger, "authenticationRef.name");
                    if let (Some(old), Some(new)) = (shown(old), shown(new)) {
                        let of = |name: &str| Key { kind: "TriggerAuthentication".to_owned(), ..renamed(key, name) };
                        pairs.insert(of(old), of(new));
                    }
                }
            }
            for (short, key, _) in &parts.configs {
                pairs.insert(key.clone(), renamed(key, &format!("{name}-{short}")));
            }
        }
        let of_others = home.others.values().filter_map(|parts| parts.budget.as_ref());
        for (key, budget) in of_others.chain(&home.budgets) {
            let selector = texts(budget, "spec.selector.matchLabels");
            if let Some(partner) = budgets.get(&(home.namespace.clone(), selector)) {
                pairs.insert(key.clone(), (*partner).clone());
            }
        }
        if let Some((key, _)) = &home.quota {
            pairs.insert(key.clone(), renamed(key, "budget"));
        }
    }
    pairs
}

/// The workload behind each Service.
fn behind(homes: &[Home]) -> BTreeMap<&Key, &str> {
    let parts = homes.iter().flat_map(|home| &home.services);
    parts.flat_map(|(name, parts)| parts.services.iter().map(|(key, _)| (key, name.as_str()))).collect()
}

struct Comparison<'s> {
    given: &'s Side<'s>,
    built: &'s Side<'s>,
    /// The workload behind each Service.
    behind: BTreeMap<&'s Key, &'s str>,
    /// The namespace of what states none.
    namespace: &'s str,
    left: Vec<Left>,
}

/// Annotations that the control plane and `kubectl` write, and nobody states.
const OF_OTHERS: [&str; 3] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "kubernetes.io/metadata.name",
];

/// What the labels begin with that bvlc writes on all objects (`docs/concepts/overview/working-with-objects/common-labels.md` of
/// kubernetes/website, 1.33).
const RECOMMENDED: &str = "app.kubernetes.io/";

impl Comparison<'_> {
    fn objects(&mut self, key: &Key, partner: &Key) {
        let (mut before, mut after) = (self.given.tree(key), self.built.tree(partner));
        if key.name != partner.name {
            self.renamed(key, &Path::of("metadata.name"), (&key.name, &partner.name));
            let remark = match key.kind.as_str() {
                "HorizontalPodAutoscaler" | "ScaledObject" => {
                    Some(format!("delete `{}` when the other is applied: the two would scale one workload", key.name))
                }
                "PodDisruptionBudget" => Some(format!(
                    "delete `{}` when the other is applied: a pod of two budgets is not evicted",
                    key.name
                )),
                _ => None,
            };
            if let Some(left) = self.left.last_mut() {
                left.remark = remark;
            }
        }
        if key.kind == "Job" && !bears_digest(&before) && bears_digest(&after) {
            let name = format!("{}-DIGEST", partner.name);
            self.renamed(key, &Path::of("metadata.name"), (&key.name, &name));
            if let Some(left) = self.left.last_mut() {
                left.remark =
                    Some("another Job, with a digest of what it runs behind its name: it runs again".to_owned());
            }
        }
        for tree in [&mut before, &mut after] {
            if let Some(metadata) = tree.get_mut("metadata").and_then(Value::as_object_mut) {
                metadata.remove("name");
            }
        }
        if key.kind == "CronJob" {
            for tree in [&mut before, &mut after] {
                lift(tree);
            }
        }
        if is_answering(&key.kind) || is_job(&key.kind) {
            self.align(key, &mut before, &after);
            for tree in [&mut before, &mut after] {
                numbered(tree);
                requested(tree);
                match key.kind.as_str() {
                    "Deployment" => fill_below(tree, "spec.strategy"),
                    stateful::KIND => stateful::fill(tree),
                    _ => {}
                }
                completed(tree);
            }
        }
        if key.kind == "ScaledObject"
            && let Some(target) = before.pointer_mut("/spec/scaleTargetRef").and_then(Value::as_object_mut)
        {
            // what KEDA takes where neither is stated (kedacore/keda `apis/keda/v1alpha1/scaledobject_types.go`, v2.17)
            target.entry("apiVersion").or_insert_with(|| "apps/v1".into());
            target.entry("kind").or_insert_with(|| "Deployment".into());
        }
        if key.kind == watched::MONITOR {
            watched::complete(&mut before);
        }
        if key.kind == "Service" {
            self.lead(key, &mut before, &mut after);
        }
        let is_whole = |path: &Path| table::is_whole(&key.kind, path);
        let filled = filled(key, &before, &after);
        let authors = (self.given.author(key), self.built.author(partner));
        for difference in tree::compare(&before, &after, &is_whole) {
            let is_servers = filled.is_same(&difference.path) || filled.is_given_out(&difference.path, authors);
            if !is_servers && !self.is_said_otherwise(key, &difference) {
                self.field(key, &before, &difference);
            }
        }
    }

    /// Whether a difference is none: bvlc's own marks, and what is said at another place.
    fn is_said_otherwise(&self, key: &Key, difference: &Difference) -> bool {
        let steps: Vec<&str> = difference.path.0.iter().map(Step::name).collect();
        match steps.as_slice() {
            // what bvlc writes on every object, whoever states what
            ["metadata", "labels", name] if difference.old.is_none() && name.starts_with(RECOMMENDED) => true,
            ["metadata", "annotations", SYNC_WAVE | SYNC_OPTIONS | RESOURCE_POLICY] if difference.old.is_none() => true,
            // what the controller of Jobs writes into them, and into those of a CronJob beside the server
            ["spec", "template", "metadata", "labels", name] | ["metadata", "labels", name]
                if is_job(&key.kind) && is_controllers(name) =>
            {
                difference.new.is_none()
            }
            ["metadata", "labels" | "annotations", name] => name.starts_with("bvl.dev/") || OF_OTHERS.contains(name),
            ["imagePullSecrets", secret, ..] if key.kind == "ServiceAccount" && difference.old.is_none() => {
                // the pods had it before their account did
                let secrets = makers(key, &key.name).map(|pods| self.given.tree(&pods));
                let had = |tree: &Value| {
                    let mut secrets = items(tree, "spec.template.spec.imagePullSecrets").iter();
                    secrets.any(|own| text(own, "name") == Some(secret))
                };
                secrets.iter().any(had)
            }
            ["spec", "template", "spec", "imagePullSecrets", secret, ..] => {
                let account = Key { kind: "ServiceAccount".to_owned(), group: String::new(), ..key.clone() };
                let secrets = self.built.tree(&account);
                items(&secrets, "imagePullSecrets").iter().any(|own| text(own, "name") == Some(secret))
            }
            _ => false,
        }
    }

    /// A policy that isolates one direction alone, or else any.
    fn one_way(&self) -> Option<Span> {
        let policies = || self.given.objects.keys().filter(|key| key.kind == POLICY);
        let one_way = policies().find_map(|key| {
            let tree = self.given.tree(key);
            let types = items(&tree, "spec.policyTypes");
            let is_one = types.len() == 1 || (types.is_empty() && items(&tree, "spec.egress").is_empty());
            let field = if types.is_empty() { "spec.podSelector" } else { "spec.policyTypes" };
            is_one.then(|| self.given.field(key, &FieldPath::of(field)))?
        });
        // else whichever policy closes the namespace
        one_way.or_else(|| policies().find_map(|key| self.given.field(key, &FieldPath::of("spec.podSelector"))))
    }

    fn field(&mut self, key: &Key, before: &Value, difference: &Difference) {
        let loss = match (&difference.old, &difference.new) {
            (Some(_), None) => Loss::Field,
            (Some(_), Some(_)) => Loss::Otherwise,
            (None, _) => Loss::Added,
        };
        let path = lowered(key, &difference.path);
        let whole = self.given.tree(key);
        let within = if path == difference.path { before } else { &whole };
        let place = self.given.field(key, &tree::locate(within, &path));
        let path = path.to_string();
        let added = difference.new.as_ref().filter(|_| loss == Loss::Added);
        let remark = added.and_then(|built| security::otherwise(&path, built));
        self.left.push(Left {
            place,
            object: called(key),
            path,
            loss,
            given: difference.old.as_ref().map(shown),
            built: difference.new.as_ref().map(shown),
            remark,
        });
    }

    fn renamed(&mut self, key: &Key, path: &Path, (old, new): (&str, &str)) {
        let path = &lowered(key, path);
        let place = self.given.field(key, &tree::locate(&self.given.tree(key), path));
        self.left.push(Left {
            place,
            object: called(key),
            path: path.to_string(),
            loss: Loss::Otherwise,
            given: Some(old.to_owned()),
            built: Some(new.to_owned()),
            remark: None,
        });
    }

    /// Gives the first container and the volumes of the manifests the names of the build, so that they are compared with
    /// what they became, and lists the names.
    fn align(&mut self, key: &Key, before: &mut Value, after: &Value) {
        let containers = "spec.template.spec.containers";
        let name = items(before, containers).first().and_then(|one| text(one, "name")).unwrap_or_default().to_owned();
        let new = items(after, containers).first().and_then(|one| text(one, "name")).unwrap_or_default().to_owned();
        if name != new {
            let path = Path::of(containers).then(Step::Element(name.clone())).then(Step::Key("name".to_owned()));
            self.renamed(key, &path, (&name, &new));
        }
        let of = |tree: &Value| -> BTreeMap<String, String> {
            let mounts = items(tree, containers).first().map(|one| items(one, "volumeMounts")).unwrap_or_default();
            let pairs = mounts
                .iter()
                .filter_map(|mount| Some((text(mount, "mountPath")?.to_owned(), text(mount, "name")?.to_owned())));
            pairs.collect()
        };
        let (old_mounts, new_mounts) = (of(before), of(after));
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for (path, old) in &old_mounts {
            if let Some(new) = new_mounts.get(path).filter(|new| *new != old) {
                names.insert(old.clone(), new.clone());
            }
        }
        for (old, new) in &names {
            let path = Path::of("spec.template.spec.volumes").then(Step::Element(old.clone()));
            self.renamed(key, &path.then(Step::Key("name".to_owned())), (old, new));
        }
        let Some(pod) = before.pointer_mut("/spec/template/spec") else { return };
        if let Some(first) = pod.pointer_mut("/containers/0") {
            rename(first, &BTreeMap::from([(name, new)]));
            for mount in first.get_mut("volumeMounts").and_then(Value::as_array_mut).into_iter().flatten() {
                rename(mount, &names);
            }
        }
        let beside = pod.get_mut("initContainers").and_then(Value::as_array_mut);
        for container in beside.into_iter().flatten() {
            for mount in container.get_mut("volumeMounts").and_then(Value::as_array_mut).into_iter().flatten() {
                rename(mount, &names);
            }
        }
        for volume in pod.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten() {
            rename(volume, &names);
        }
    }

    /// Makes numbers of the ports to which a Service leads by name.
    fn lead(&self, key: &Key, before: &mut Value, after: &mut Value) {
        let name = self.behind.get(key).map_or_else(|| key.name.clone(), |name| (*name).to_owned());
        let makers = makers(key, &name);
        for (side, tree) in [(self.given, before), (self.built, after)] {
            let workloads = makers.each_ref().map(|maker| side.tree(maker));
            let named: BTreeMap<_, _> = workloads.iter().flat_map(named_ports).collect();
            for port in tree.pointer_mut("/spec/ports").and_then(Value::as_array_mut).into_iter().flatten() {
                let own = port.get("targetPort").or_else(|| port.get("port")).cloned().unwrap_or_default();
                let number = own.as_str().and_then(|name| named.get(name)).cloned().unwrap_or(own);
                if let Some(port) = port.as_object_mut() {
                    port.insert("targetPort".to_owned(), number);
                }
            }
        }
    }

    /// What passes on each side, both as manifests alone, with the pods of others beside them: those that policies speak
    /// of, and on the side of the build whatever is not built and stays.
    fn traffic(&mut self, pods: &[String], met: &BTreeSet<&Key>) {
        let namespaced = |side: &Side<'_>, key: &Key| {
            let mut tree = side.tree(key);
            let metadata = tree.get_mut("metadata").and_then(Value::as_object_mut);
            if let Some(metadata) = metadata.filter(|_| !key.namespace.is_empty()) {
                metadata.insert("namespace".to_owned(), Value::String(key.namespace.clone()));
            }
            tree.to_string()
        };
        let is_kept = |key: &&Key| key.kind != POLICY && !met.contains(*key);
        let built = self.built.objects.keys().map(|key| namespaced(self.built, key));
        let kept = self.given.objects.keys().filter(is_kept).map(|key| namespaced(self.given, key));
        let joined = |texts: Vec<String>| texts.join("\n---\n");
        // the files in their order, so that a place among them is the same in both maps
        let mut before = SourceMap::default();
        let mut files: Vec<FileId> =
            self.given.sources.iter().map(|(_, file)| before.add(file.path(), file.text(), Provenance::User)).collect();
        files.push(before.add("", joined(pods.to_vec()), Provenance::User));
        let mut after = SourceMap::default();
        let text = joined(built.chain(kept).chain(pods.iter().cloned()).collect());
        let file = after.add("", text, Provenance::User);
        let (given, _) = Side::of_manifests(&before, &files, self.namespace);
        let (built, _) = Side::of_manifests(&after, &[file], self.namespace);
        let found = diff(&given, &built);
        for entry in found.entries {
            let loss = match entry.class {
                Class::Allowed => Loss::Allowed,
                Class::Denied => Loss::Denied,
                Class::GuaranteeLost
                | Class::Recreate
                | Class::Removed
                | Class::Addresses
                | Class::Unknown
                | Class::Capacity
                | Class::Replicas
                | Class::Restart
                | Class::Added
                | Class::Configuration
                | Class::Policies
                | Class::GuaranteeWon
                | Class::NoEffect => continue,
            };
            let place = entry.places.iter().find(|place| place.version == Version::Old).map(|place| place.span);
            // pods that policies leave open, or isolate in one direction alone, are closed for want of a word
            let halves = if place.is_none() && loss == Loss::Denied { self.one_way() } else { None };
            let remark = halves.as_ref().map(|_| ONE_WAY.to_owned());
            let what = if entry.what.is_empty() { None } else { Some(entry.what) };
            let place = place.or(halves);
            let (object, path) = (entry.subject, String::new());
            self.left.push(Left { place, object, path, loss, given: what, built: None, remark });
        }
    }
}

/// Why pods are closed that policies left open, in one direction or in both.
const ONE_WAY: &str = "the language denies all pods of a namespace, in both directions, or none: state what these may do, or `default-deny off`";

fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    let new = text(value, "name").and_then(|name| names.get(name)).cloned();
    if let (Some(new), Some(map)) = (new, value.as_object_mut()) {
        map.insert("name".to_owned(), Value::String(new));
    }
}

/// Every container of a workload's pods, those that start before the others included.
fn containers(workload: &mut Value) -> impl Iterator<Item = &mut Value> {
    let pod = workload.pointer_mut("/spec/template/spec").and_then(Value::as_object_mut);
    let lists = pod.into_iter().flatten().filter(|(list, _)| matches!(list.as_str(), "containers" | "initContainers"));
    lists.filter_map(|(_, list)| list.as_array_mut()).flatten()
}

/// The numbers of the ports of a workload's containers.
fn named_ports(workload: &Value) -> BTreeMap<String, Value> {
    let all = ["spec.template.spec.containers", "spec.template.spec.initContainers"];
    let containers = all.into_iter().flat_map(|list| items(workload, list));
    let ports = containers.flat_map(|container| items(container, "ports"));
    ports.filter_map(|port| Some((text(port, "name")?.to_owned(), port.get("containerPort")?.clone()))).collect()
}

/// Puts the template of a `CronJob` where other workloads have theirs.
fn lift(tree: &mut Value) {
    let template = tree.pointer_mut("/spec/jobTemplate/spec").and_then(Value::as_object_mut);
    let template = template.and_then(|run| run.remove("template"));
    if let (Some(template), Some(spec)) = (template, tree.get_mut("spec").and_then(Value::as_object_mut)) {
        spec.insert("template".to_owned(), template);
    }
}

/// Puts the template of a `CronJob` back.
fn lower(tree: &mut Value) {
    let template = tree.get_mut("spec").and_then(Value::as_object_mut).and_then(|spec| spec.remove("template"));
    let run = tree.pointer_mut("/spec/jobTemplate/spec").and_then(Value::as_object_mut);
    if let (Some(template), Some(run)) = (template, run) {
        run.insert("template".to_owned(), template);
    }
}

/// Both versions as the API server would store them, the template of a `CronJob` where it is compared.
fn filled(key: &Key, before: &Value, after: &Value) -> Filled {
    let (mut before, mut after) = (before.clone(), after.clone());
    if key.kind != "CronJob" {
        return Filled::of(before, after);
    }
    lower(&mut before);
    lower(&mut after);
    Filled::of(before, after).with(lift)
}

/// Where a path of a compared object leads in the manifest: the template of a `CronJob` has been lifted.
fn lowered(key: &Key, path: &Path) -> Path {
    let step = |name: &str| Step::Key(name.to_owned());
    match path.0.as_slice() {
        [spec, template, rest @ ..]
            if key.kind == "CronJob" && *spec == step("spec") && *template == step("template") =>
        {
            let run = [step("spec"), step("jobTemplate"), step("spec"), step("template")];
            Path(run.into_iter().chain(rest.iter().cloned()).collect())
        }
        _ => path.clone(),
    }
}

/// Orders ports, whose order says nothing, and takes out bvlc's own marks.
fn completed(workload: &mut Value) {
    for container in containers(workload) {
        if let Some(ports) = container.get_mut("ports").and_then(Value::as_array_mut) {
            ports.sort_by_key(|port| port.get("containerPort").and_then(Value::as_i64));
        }
    }
    let Some(metadata) = workload.pointer_mut("/spec/template/metadata").and_then(Value::as_object_mut) else { return };
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.retain(|key, _| !key.starts_with("bvl.dev/"));
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
}

/// Makes numbers of the ports at which probes ask by name.
fn numbered(workload: &mut Value) {
    let named = named_ports(workload);
    for container in containers(workload) {
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            let Some(probe) = container.get_mut(probe) else { continue };
            for kind in ["httpGet", "tcpSocket"] {
                let Some(port) = probe.get_mut(kind).and_then(|kind| kind.get_mut("port")) else { continue };
                if let Some(number) = port.as_str().and_then(|name| named.get(name)) {
                    *port = number.clone();
                }
            }
        }
    }
}

/// Writes out the requests that follow from limits (kubernetes `pkg/apis/core/v1/defaults.go`, `SetDefaults_Pod`, 1.33).
fn requested(workload: &mut Value) {
    for container in containers(workload) {
        let Some(resources) = container.get_mut("resources").and_then(Value::as_object_mut) else { continue };
        let Some(Value::Object(limits)) = resources.get("limits").cloned() else { continue };
        let requests = resources.entry("requests").or_insert_with(|| Value::Object(serde_json::Map::new()));
        if let Some(requests) = requests.as_object_mut() {
            for (name, amount) in limits {
                requests.entry(name).or_insert(amount);
            }
        }
    }
}
