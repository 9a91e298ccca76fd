//! What pods name is there: `ConfigMap`s and `Secret`s with their keys, `ServiceAccount`s, claims.

use std::collections::{BTreeMap, BTreeSet};

use super::backends::{backends, services_of};
use crate::diagnostic::Code;
use crate::object::api::core::v1::{KeyToPath, LocalObjectReference, Volume};
use crate::object::api::networking::v1::Ingress;
use crate::object::{CLUSTER_ISSUER, ExternalSecret, FieldPath, Given, ISSUER};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};
use crate::verify::pod::PodView;

crate::code! {
    /// ## What it means
    /// A pod names a ConfigMap, a Secret, a ServiceAccount or a claim that is not in these files, and the reference is
    /// not optional; or an Ingress names a Service or a Secret, a StatefulSet its Service, a ServiceAccount the Secret with which its
    /// pods pull images, a binding a role or a ServiceAccount. Secrets, ServiceAccounts, Services
    /// and claims are looked for only where the files hold any of their kind, roles and the accounts of bindings only where they
    /// hold any of the same namespace: elsewhere they are most likely made by other means. An ExternalSecret stands for the Secret that it makes. `default` and `kube-root-ca.crt` are made by the cluster.
    ///
    /// ## Why it matters in the cluster
    /// A pod whose ConfigMap or Secret is missing stays in `CreateContainerConfigError` or `ContainerCreating`; without
    /// its ServiceAccount none is made at all. What an Ingress leads to is answered with 503. Without a Secret of
    /// `imagePullSecrets` the kubelet pulls all the same, and reports an event of the type Warning: an image that is public
    /// or on the node already starts, one that asks for credentials stays in `ImagePullBackOff`. A binding without its role gives
    /// nothing, nor does one to an account that is not there.
    ///
    /// ## How to mend it
    /// Correct the name or the namespace, add the object, or say `optional: true`. Where it is made elsewhere, leave the
    /// finding aside.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       envFrom:
    ///         - configMapRef:
    ///             name: settings #~ BVL1141 "ConfigMap `settings`"
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       envFrom:
    ///         - configMapRef:
    ///             name: settings
    ///             optional: true
    /// ```
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: { name: registry }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   imagePullSecrets: [{ name: regsitry }] #~ BVL1141 "Secret `regsitry`"
    ///   containers: [{ name: web, image: "web:1" }]
    /// ```
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata: { name: web, namespace: shop }
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata: { name: web, namespace: shop }
    /// roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: wbe #~ BVL1141 "ServiceAccount `wbe`"
    ///     namespace: shop
    /// ```
    ///
    /// ## Source
    /// [ConfigMaps](https://kubernetes.io/docs/concepts/configuration/configmap/), [Secrets](https://kubernetes.io/docs/concepts/configuration/secret/) and
    /// [Service Accounts](https://kubernetes.io/docs/concepts/security/service-accounts/), Kubernetes 1.36; of pull secrets
    /// [`getPullSecretsForPod`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/kubelet_pods.go), "attempting to
    /// pull the image may not succeed"; of bindings [RBAC](https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
    BVL1141, "not-in-these-files", Warning, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A pod takes a key out of a ConfigMap or Secret of these files that has no such key, or out of a Secret that an
    /// ExternalSecret makes, which asks for no such key.
    ///
    /// ## Why it matters in the cluster
    /// The pod stays in `CreateContainerConfigError`, or its volume cannot be mounted.
    ///
    /// ## How to mend it
    /// Correct the key, or say `optional: true`.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: settings }
    /// data: { level: info }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       env:
    ///         - name: LEVEL
    ///           valueFrom:
    ///             configMapKeyRef:
    ///               name: settings
    ///               key: lvl #~ BVL1142 "`lvl`" :4
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: settings }
    /// data: { level: info }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       env:
    ///         - name: LEVEL
    ///           valueFrom:
    ///             configMapKeyRef:
    ///               name: settings
    ///               key: level
    /// ```
    ///
    /// ```yaml bad
    /// apiVersion: external-secrets.io/v1
    /// kind: ExternalSecret
    /// metadata: { name: web }
    /// spec:
    ///   secretStoreRef: { name: vault, kind: ClusterSecretStore }
    ///   data: [{ secretKey: password, remoteRef: { key: shop/web } }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       env:
    ///         - name: PASSWORD
    ///           valueFrom:
    ///             secretKeyRef:
    ///               name: web
    ///               key: pass #~ BVL1142 "does not ask for" :6
    /// ```
    /// ```yaml good
    /// apiVersion: external-secrets.io/v1
    /// kind: ExternalSecret
    /// metadata: { name: web }
    /// spec:
    ///   secretStoreRef: { name: vault, kind: ClusterSecretStore }
    ///   dataFrom: [{ extract: { key: shop/web } }]
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       env:
    ///         - name: PASSWORD
    ///           valueFrom:
    ///             secretKeyRef:
    ///               name: web
    ///               key: pass
    /// ```
    ///
    /// ## Source
    /// `makeEnvironmentVariables` in [`kubelet_pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/kubelet_pods.go), Kubernetes 1.36;
    /// [ExternalSecret](https://external-secrets.io/latest/api/externalsecret/), External Secrets Operator 2.0.
    BVL1142, "key-not-there", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1141, &BVL1142];

/// A name in a pod, of an object beside it.
struct Mention<'a> {
    kind: &'static str,
    name: &'a str,
    /// The field that holds the name.
    path: FieldPath,
    /// The keys that are taken out, each with its field.
    keys: Vec<(&'a str, FieldPath)>,
}

/// Kinds of which a name is judged even where no object is of them.
const ALWAYS: [&str; 1] = ["ConfigMap"];
/// So many keys are named.
const SHOWN: usize = 8;

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut known: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut kinds: BTreeSet<&str> = BTreeSet::from(ALWAYS);
    for (at, object) in cluster.iter() {
        known.insert((object.kind(), cluster.namespace_of(object), object.name()), at);
        kinds.insert(object.kind());
    }
    let written = Written::of(cluster);
    let mut found = Vec::new();
    for (at, object, mentions) in all(cluster) {
        for mention in mentions.iter().filter(|mention| !is_of_cluster(mention)) {
            let namespace = cluster.namespace_of(object);
            let stands = known.get(&(mention.kind, namespace, mention.name));
            let is_written = !mention.keys.is_empty() && written.unasked(namespace, mention).next().is_none();
            match (stands, written.made(namespace, mention)) {
                _ if is_written => {}
                (Some(other), _) => {
                    let keys = written.unasked(namespace, mention);
                    found.extend(keys.filter_map(|key| without_key(cluster, at, object, (*other, mention), key)));
                }
                (None, Some(other)) => {
                    let keys = written.unasked(namespace, mention);
                    found.extend(keys.map(|key| not_asked_for(cluster, at, object, (other, mention), key)));
                }
                (None, None) if cluster.has_left_out(namespace, mention.kind, mention.name) => {}
                (None, None) if kinds.contains(mention.kind) => found.push(absent(cluster, at, object, mention)),
                (None, None) => {}
            }
        }
    }
    found
}

/// What `ExternalSecret`s write, by namespace and name of the Secret.
struct Written<'a>(BTreeMap<&'a str, BTreeMap<&'a str, Vec<Writer<'a>>>>);

/// An `ExternalSecret`.
#[derive(Clone, Copy)]
struct Writer<'a> {
    at: usize,
    object: &'a ExternalSecret,
    /// Whether it makes the Secret where there is none.
    makes: bool,
}

impl<'a> Written<'a> {
    fn of(cluster: &Cluster<'a>) -> Self {
        let mut written: BTreeMap<&str, BTreeMap<&str, Vec<Writer<'_>>>> = BTreeMap::new();
        for (at, given) in cluster.iter() {
            let Given::ExternalSecret(object) = given else { continue };
            if let Some((name, makes)) = object.writes() {
                let writer = Writer { at, object, makes };
                written.entry(cluster.namespace_of(given)).or_default().entry(name).or_default().push(writer);
            }
        }
        Self(written)
    }

    fn writers(&self, namespace: &str, mention: &Mention<'_>) -> &[Writer<'a>] {
        let is_secret = mention.kind == "Secret";
        let writers = self.0.get(namespace).filter(|_| is_secret).and_then(|names| names.get(mention.name));
        writers.map(Vec::as_slice).unwrap_or_default()
    }

    /// The one that makes what is named.
    fn made(&self, namespace: &str, mention: &Mention<'_>) -> Option<Writer<'a>> {
        self.writers(namespace, mention).iter().find(|writer| writer.makes).copied()
    }

    /// The keys that are taken out of a Secret and that none of them may give it.
    fn unasked<'m>(
        &self,
        namespace: &str,
        mention: &'m Mention<'a>,
    ) -> impl Iterator<Item = &'m (&'a str, FieldPath)> + use<'m, 'a> {
        let writers = self.writers(namespace, mention).to_vec();
        mention.keys.iter().filter(move |(wanted, _)| {
            let asks = |writer: &Writer<'_>| writer.object.keys().is_none_or(|mut keys| keys.any(|key| key == *wanted));
            !writers.iter().any(asks)
        })
    }
}

/// A key that the `ExternalSecret` of a Secret does not ask for.
fn not_asked_for(
    cluster: &Cluster<'_>,
    at: usize,
    object: &Given,
    (writer, mention): (Writer<'_>, &Mention<'_>),
    (key, path): &(&str, FieldPath),
) -> Finding {
    let keys = writer.object.keys().into_iter().flatten();
    let keys: Vec<String> = keys.take(SHOWN).map(|key| format!("`{key}`")).collect();
    let known = if keys.is_empty() { String::new() } else { format!(", {}", keys.join(" or ")) };
    let title = cluster.title(object);
    let message = format!(
        "{title} takes the key `{key}` out of the Secret `{}`, which its ExternalSecret does not ask for",
        mention.name
    );
    Finding::new(&BVL1142, Place::new(at, path.clone()), message)
        .here("no such key")
        .other(Place::new(writer.at, FieldPath::of("spec.data")), "the keys of the Secret")
        .note(starts_not(path))
        .help(format!("write a key that is there{known}, or ask for it: `secretKey: {key}` with its `remoteRef`"))
}

/// The names of objects of which there is none of the kind: where those are kept elsewhere, as secrets are, nothing is known.
pub fn unjudged(cluster: &Cluster<'_>) -> Vec<(Place, String)> {
    let kinds: BTreeSet<&str> = cluster.iter().map(|(_, object)| object.kind()).chain(ALWAYS).collect();
    let written = Written::of(cluster);
    let mut found = Vec::new();
    for (at, object, mentions) in all(cluster) {
        let namespace = cluster.namespace_of(object);
        let is_made = |one: &Mention<'_>| is_of_cluster(one) || written.made(namespace, one).is_some();
        let unknown = mentions.into_iter().filter(|one| !kinds.contains(one.kind) && !is_made(one));
        found.extend(unknown.map(|Mention { kind, name, path, .. }| {
            let title = cluster.title(object);
            let text = format!("{title} names the {kind} `{name}`, and no {kind} is in these files to judge it by");
            (Place::new(at, path), text)
        }));
    }
    found
}

/// Everything that pods, `StatefulSet`s, Ingresses and routes name.
fn all<'a>(cluster: &'a Cluster<'a>) -> impl Iterator<Item = (usize, &'a Given, Vec<Mention<'a>>)> {
    let of_pods = cluster.pods().iter().map(|Pod { at, object, view, .. }| (*at, *object, mentions(view)));
    let of_objects = cluster.iter().filter_map(|(at, object)| {
        let mentions = if let Given::Ingress(ingress) = object {
            of_ingress(ingress)
        } else if let Given::HTTPRoute(route) = object {
            let services = services_of(route).into_iter();
            services
                .map(|(path, backend)| Mention {
                    kind: "Service",
                    name: &backend.name,
                    path: path.at("name"),
                    keys: Vec::new(),
                })
                .collect()
        } else if let Given::StatefulSet(set) = object {
            let name = set.spec.as_ref()?.service_name.as_deref()?;
            vec![Mention { kind: "Service", name, path: FieldPath::of("spec.serviceName"), keys: Vec::new() }]
        } else if let Given::ServiceAccount(account) = object {
            pull_secrets(account.image_pull_secrets.as_deref(), &FieldPath::of("imagePullSecrets"))
        } else {
            return None;
        };
        Some((at, object, mentions))
    });
    of_pods.chain(of_objects)
}

fn of_ingress(ingress: &Ingress) -> Vec<Mention<'_>> {
    let mut found: Vec<Mention<'_>> = backends(ingress)
        .into_iter()
        .map(|(path, service)| Mention {
            kind: "Service",
            name: &service.name,
            path: path.at("name"),
            keys: Vec::new(),
        })
        .collect();
    let tls = ingress.spec.iter().flat_map(|spec| spec.tls.iter().flatten()).enumerate();
    // cert-manager makes each of these Secrets where an annotation names its issuer
    let annotations = ingress.metadata.annotations.iter().flatten();
    let is_issued = annotations.clone().any(|(key, _)| ISSUERS.contains(&key.as_str()));
    let tls = tls.filter(|_| !is_issued);
    found.extend(tls.filter_map(|(index, tls)| {
        let path = FieldPath::of("spec.tls").index(index).at("secretName");
        Some(Mention { kind: "Secret", name: tls.secret_name.as_deref()?, path, keys: Vec::new() })
    }));
    found
}

/// The annotations by which an Ingress asks cert-manager for its certificates; the last one takes a default issuer.
const ISSUERS: [&str; 3] = [ISSUER, CLUSTER_ISSUER, "kubernetes.io/tls-acme"];

/// What the cluster makes by itself.
fn is_of_cluster(mention: &Mention<'_>) -> bool {
    matches!((mention.kind, mention.name), ("ConfigMap", "kube-root-ca.crt") | ("ServiceAccount", "default") | (_, ""))
}

fn absent(cluster: &Cluster<'_>, at: usize, object: &Given, mention: &Mention<'_>) -> Finding {
    let (title, namespace) = (cluster.title(object), cluster.namespace_of(object));
    let (kind, name) = (mention.kind, mention.name);
    let message = format!("{title} names the {kind} `{name}`, which is not in these files");
    Finding::new(&BVL1141, Place::new(at, mention.path.clone()), message)
        .here(format!("no {kind} of this name in the namespace {namespace}"))
        .note(match kind {
            "ServiceAccount" => "without it no pod is made",
            "PersistentVolumeClaim" => "without it the pod stays Pending",
            "Service" if matches!(object, Given::Ingress(_) | Given::HTTPRoute(_)) => "requests that lead to it are answered with 503",
            "Service" => "without it the pods have no names of their own in DNS",
            "Secret" if matches!(object, Given::Ingress(_)) => "without it hosts are served with another certificate",
            "Secret" if mention.path.to_string().contains("imagePullSecrets[") => "images are pulled without it: one that asks for credentials is refused, and its container does not start",
            _ if mention.path.to_string().contains("ephemeralContainers[") => "without it the ephemeral container does not start",
            _ => "without it the pod does not start",
        })
        .help("correct the name, or verify the file of the object together with this one; where something else makes the object, this warning may stay")
}

fn without_key(
    cluster: &Cluster<'_>,
    at: usize,
    object: &Given,
    (other, mention): (usize, &Mention<'_>),
    (key, path): &(&str, FieldPath),
) -> Option<Finding> {
    let named = cluster.objects.get(other)?;
    let (text, bytes) = if let Given::ConfigMap(map) = named {
        (map.data.as_ref(), map.binary_data.as_ref())
    } else if let Given::Secret(secret) = named {
        (secret.string_data.as_ref(), secret.data.as_ref())
    } else {
        return None;
    };
    let has_key = text.is_some_and(|data| data.contains_key(*key)) || bytes.is_some_and(|data| data.contains_key(*key));
    if has_key {
        return None;
    }
    let names = text.into_iter().flat_map(|data| data.keys()).chain(bytes.into_iter().flat_map(|data| data.keys()));
    let names: Vec<String> = names.take(SHOWN).map(|key| format!("`{key}`")).collect();
    let known = if names.is_empty() { String::new() } else { format!(", {}", names.join(" or ")) };
    let field = match (named, text.is_some(), bytes.is_some()) {
        (Given::ConfigMap(_), false, true) => "binaryData",
        (Given::Secret(_), true, false) => "stringData",
        _ => "data",
    };
    let (title, kind, name) = (cluster.title(object), mention.kind, mention.name);
    let message = format!("{title} takes the key `{key}` out of the {kind} `{name}`, which has none of that name");
    Some(
        Finding::new(&BVL1142, Place::new(at, path.clone()), message)
            .here("no such key")
            .other(Place::new(other, FieldPath::of(field)), format!("the keys of the {kind}"))
            .note(starts_not(path))
            .help(format!("write a key that is there{known}, or `optional: true` where the program can do without")),
    )
}

/// What becomes of whoever takes a key out that is not there: a volume with a key that is none is not mounted (`MakePayload`
/// in kubernetes `pkg/volume/configmap/configmap.go` and `pkg/volume/secret/secret.go`, 1.36).
fn starts_not(path: &FieldPath) -> &'static str {
    if path.to_string().contains(".items[") {
        "the volume cannot be mounted, so that the pod does not start"
    } else {
        "the container does not start"
    }
}

/// Everything that a pod names and cannot do without.
fn mentions<'a>(pod: &PodView<'a>) -> Vec<Mention<'a>> {
    let mut found = Vec::new();
    let spec = pod.template.spec;
    if let Some(name) = &spec.service_account_name {
        found.push(Mention {
            kind: "ServiceAccount",
            name,
            path: pod.spec_path.at("serviceAccountName"),
            keys: Vec::new(),
        });
    }
    found.extend(pull_secrets(spec.image_pull_secrets.as_deref(), &pod.spec_path.at("imagePullSecrets")));
    for container in &pod.containers {
        for (index, source) in container.env_from.iter().enumerate() {
            let path = container.path.at("envFrom").index(index);
            if let Some(map) = source.config_map_ref.as_ref().filter(|map| map.optional != Some(true)) {
                let path = path.at("configMapRef.name");
                found.push(Mention { kind: "ConfigMap", name: &map.name, path, keys: Vec::new() });
            }
            if let Some(secret) = source.secret_ref.as_ref().filter(|secret| secret.optional != Some(true)) {
                let path = path.at("secretRef.name");
                found.push(Mention { kind: "Secret", name: &secret.name, path, keys: Vec::new() });
            }
        }
        for (index, variable) in container.env.iter().enumerate() {
            let Some(source) = &variable.value_from else { continue };
            let path = container.path.at("env").index(index).at("valueFrom");
            if let Some(map) = source.config_map_key_ref.as_ref().filter(|map| map.optional != Some(true)) {
                let path = path.at("configMapKeyRef");
                let keys = vec![(map.key.as_str(), path.at("key"))];
                found.push(Mention { kind: "ConfigMap", name: &map.name, path: path.at("name"), keys });
            }
            if let Some(secret) = source.secret_key_ref.as_ref().filter(|secret| secret.optional != Some(true)) {
                let path = path.at("secretKeyRef");
                let keys = vec![(secret.key.as_str(), path.at("key"))];
                found.push(Mention { kind: "Secret", name: &secret.name, path: path.at("name"), keys });
            }
        }
    }
    of_volumes(pod, &mut found);
    found
}

/// Those of a pod, or of an account, whose pods get them.
fn pull_secrets<'a>(secrets: Option<&'a [LocalObjectReference]>, path: &FieldPath) -> Vec<Mention<'a>> {
    let secrets = secrets.unwrap_or_default().iter().enumerate();
    let mention = |(index, secret): (usize, &'a LocalObjectReference)| {
        let path = path.index(index).at("name");
        Mention { kind: "Secret", name: &secret.name, path, keys: Vec::new() }
    };
    secrets.map(mention).collect()
}

/// The Secret that a driver is given to mount a volume, without which it is not mounted ("fetching `NodePublishSecretRef` ..
/// failed", kubernetes `pkg/volume/csi/csi_mounter.go`, 1.36; `getSecretNameAndNamespace` in `pkg/volume/azure_file`, and its like).
fn of_driver(volume: &Volume) -> Option<(&'static str, &str)> {
    let csi = volume.csi.as_ref().and_then(|driver| driver.node_publish_secret_ref.as_ref());
    let flex = volume.flex_volume.as_ref().and_then(|driver| driver.secret_ref.as_ref());
    let iscsi = volume.iscsi.as_ref().and_then(|driver| driver.secret_ref.as_ref());
    let found =
        [("csi.nodePublishSecretRef.name", csi), ("flexVolume.secretRef.name", flex), ("iscsi.secretRef.name", iscsi)];
    let found = found.into_iter().find_map(|(field, secret)| Some((field, secret?.name.as_str())));
    let azure = || Some(("azureFile.secretName", volume.azure_file.as_ref()?.secret_name.as_str()));
    found.or_else(azure)
}

fn of_volumes<'a>(pod: &PodView<'a>, found: &mut Vec<Mention<'a>>) {
    for (path, volume) in pod.volumes() {
        if let Some(map) = volume.config_map.as_ref().filter(|map| map.optional != Some(true)) {
            let keys = of_items(map.items.as_deref(), &path.at("configMap"));
            found.push(Mention { kind: "ConfigMap", name: &map.name, path: path.at("configMap.name"), keys });
        }
        if let Some(secret) = volume.secret.as_ref().filter(|secret| secret.optional != Some(true)) {
            let name = secret.secret_name.as_deref().unwrap_or_default();
            let keys = of_items(secret.items.as_deref(), &path.at("secret"));
            found.push(Mention { kind: "Secret", name, path: path.at("secret.secretName"), keys });
        }
        if let Some((field, name)) = of_driver(volume) {
            found.push(Mention { kind: "Secret", name, path: path.at(field), keys: Vec::new() });
        }
        if let Some(claim) = &volume.persistent_volume_claim {
            let path = path.at("persistentVolumeClaim.claimName");
            found.push(Mention { kind: "PersistentVolumeClaim", name: &claim.claim_name, path, keys: Vec::new() });
        }
        let sources = volume.projected.iter().flat_map(|projected| projected.sources.iter().flatten()).enumerate();
        for (index, source) in sources {
            let path = path.at("projected.sources").index(index);
            if let Some(map) = source.config_map.as_ref().filter(|map| map.optional != Some(true)) {
                let keys = of_items(map.items.as_deref(), &path.at("configMap"));
                found.push(Mention { kind: "ConfigMap", name: &map.name, path: path.at("configMap.name"), keys });
            }
            if let Some(secret) = source.secret.as_ref().filter(|secret| secret.optional != Some(true)) {
                let keys = of_items(secret.items.as_deref(), &path.at("secret"));
                found.push(Mention { kind: "Secret", name: &secret.name, path: path.at("secret.name"), keys });
            }
        }
    }
}

/// The keys that a volume names.
fn of_items<'a>(items: Option<&'a [KeyToPath]>, source: &FieldPath) -> Vec<(&'a str, FieldPath)> {
    let items = items.into_iter().flatten().enumerate();
    items.map(|(index, item)| (item.key.as_str(), source.at("items").index(index).at("key"))).collect()
}
