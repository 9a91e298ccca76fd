//! What is written among the annotations of an object beside what a spec states, but for reasons, which take what room is left.
//!
//! Invariant: `emit` writes what stands here, and the check of how much an object may have counts it.

use std::collections::BTreeSet;

use super::FlowGraph;
use crate::model::environment::Instance;
use crate::model::kept::{RESOURCE_POLICY, SCRAPE, SYNC_OPTIONS, SYNC_WAVE};
use crate::model::settings::Medium;
use crate::model::{Admission, Environment, MeshKind, Model, Workload};
use crate::object::Kind;

/// The declaration that an object comes from, `service bitvaultd`.
pub const DECLARATION: &str = "bvl.dev/declaration";
/// The file of that declaration.
pub const FILE: &str = "bvl.dev/file";
/// The environment as the user names it, `preview(pr=42)`. As a label of namespaces: the name of the
/// parametrised environment that it is an instance of.
pub const ENVIRONMENT: &str = "bvl.dev/environment";
/// Of pods: changes when the service's configuration does, and so rolls them.
pub const CONFIG_HASH: &str = "bvl.dev/config-hash";
/// How many digits the value of [`CONFIG_HASH`] has, two a byte: so many that no two configurations ever meet.
pub const CONFIG_HASH_DIGITS: usize = 32;

/// What [`DECLARATION`] begins with on what an environment has by itself.
pub const ENVIRONMENT_WORD: &str = "environment";

/// Of pods: the volumes that cluster-autoscaler may lose when it removes a node (`LocalVolumes` in
/// kubernetes/autoscaler `cluster-autoscaler/utils/drain/drain.go`, 1.33).
pub const SAFE_TO_EVICT: &str = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
/// Argo CD keeps what carries this, from pruning and from the deletion of its application (`docs/user-guide/
/// sync-options.md`, v3.5, "No Prune Resources" and "No Resource Deletion").
const ARGO_KEEP: (&str, &str) = (SYNC_OPTIONS, "Prune=false,Delete=false");
/// Helm keeps what carries this.
const HELM_KEEP: (&str, &str) = (RESOURCE_POLICY, "keep");

/// A key and its value.
pub type Entry = (&'static str, String);

/// Where an object of a workload comes from; `file` is empty where that is not known.
pub fn of_workload(workload: &Workload, environment: &Environment, file: &str) -> Vec<Entry> {
    provenance(format!("{} {}", workload.word(), workload.name.value), environment, file)
}

/// Where an object that an environment has by itself comes from.
pub fn of_environment(environment: &Environment, file: &str) -> Vec<Entry> {
    provenance(format!("{ENVIRONMENT_WORD} {}", environment.name.value), environment, file)
}

fn provenance(declaration: String, environment: &Environment, file: &str) -> Vec<Entry> {
    let file = (!file.is_empty()).then(|| (FILE, file.to_owned()));
    [(DECLARATION, declaration), (ENVIRONMENT, environment.title.clone())].into_iter().chain(file).collect()
}

/// When Argo CD applies an object of an environment's own.
pub fn order(kind: Kind) -> Option<Entry> {
    wave(kind, 0)
}

/// What the Namespace of an environment bears: that of a fixed one holds what people depend on, and is kept from pruning.
pub fn of_namespace(environment: &Environment) -> Vec<Entry> {
    match environment.instance {
        Instance::Fixed => [ARGO_KEEP, HELM_KEEP].map(|(key, value)| (key, value.to_owned())).to_vec(),
        Instance::Asked | Instance::Example => Vec::new(),
    }
}

/// What a workload's pods bear that its spec may state otherwise: where Prometheus asks, and which volumes may be lost. Beside
/// these, [`CONFIG_HASH`] where there is a configuration.
pub fn of_pods(workload: &Workload) -> Vec<Entry> {
    let Some(program) = workload.program() else { return Vec::new() };
    let mut entries = Vec::new();
    let metrics_path = workload.service().and_then(|service| service.metrics_path.as_ref());
    if let (Some(port), Some(path)) = (workload.metrics_port(), metrics_path) {
        let values = ["true".to_owned(), port.number.value.get().to_string(), path.value.clone()];
        entries.extend(SCRAPE.into_iter().zip(values));
    }
    let on_disk = program.scratch_volumes().filter(|(_, scratch)| scratch.medium == Medium::Disk);
    let on_disk: Vec<String> = on_disk.map(|(name, _)| name).collect();
    // a run that is evicted has been cut, whatever its folders held
    if workload.job().is_none() && !on_disk.is_empty() {
        entries.push((SAFE_TO_EVICT, on_disk.join(",")));
    }
    entries
}

/// Of pods in Istio's mesh: that the proxy is a sidecar that ends behind the pod's own containers, so that jobs end (`sidecar.istio.io/
/// nativeSidecar`, istio 1.24 and later), and that kubelets' probes come by the agent, which needs no certificate of them (istio.io "Health
/// Checking of Istio Services", 1.31).
const ISTIO_SIDECAR: [&str; 2] = ["sidecar.istio.io/nativeSidecar", "sidecar.istio.io/rewriteAppHTTPProbers"];
/// Ports at which the proxy is passed by: a server outside of the mesh that speaks first would wait for what it is to see (istio.io
/// "Protocol Selection", "Server first protocols", 1.31).
const ISTIO_PASSED: &str = "traffic.sidecar.istio.io/excludeOutboundPorts";

/// By what a pod is in Linkerd's mesh (linkerd.io 2.18 "Automatic Proxy Injection").
const LINKERD_PROXY: (&str, &str) = ("linkerd.io/inject", "enabled");
/// That the proxy is a sidecar that ends behind the pod's own containers, so that jobs end (linkerd.io, release 2.19).
const LINKERD_SIDECAR: (&str, &str) = ("config.beta.linkerd.io/proxy-enable-native-sidecar", "true");
/// What becomes of whom nothing else is said (linkerd.io 2.18 "Authorization Policy", "Default policies").
const LINKERD_DEFAULT: &str = "config.linkerd.io/default-inbound-policy";
/// Ports whose server speaks first, and those at which the proxy is passed by (linkerd.io 2.18 "Protocol Detection").
const LINKERD_OPAQUE: &str = "config.linkerd.io/opaque-ports";
const LINKERD_PASSED: &str = "config.linkerd.io/skip-outbound-ports";

fn of_linkerd(model: &Model, graph: &FlowGraph, workload: &Workload) -> Vec<Entry> {
    let default = match model.admission(workload) {
        Some(Admission::Identities | Admission::Asked | Admission::Flows) => "deny",
        Some(Admission::Everybody) if model.is_strict(workload) => "all-authenticated",
        Some(Admission::Everybody) | None => "all-unauthenticated",
    };
    let own = workload.ports.iter().filter(|port| port.opaque && port.is_meshed());
    let own: BTreeSet<u16> = own.map(|port| port.number.value.get()).collect();
    let passed = graph.opaque_outside(model, workload).into_iter().collect();
    let listed = |ports: BTreeSet<u16>| {
        let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
        (!ports.is_empty()).then(|| ports.join(","))
    };
    let said = [LINKERD_PROXY, LINKERD_SIDECAR, (LINKERD_DEFAULT, default)].map(|(key, value)| (key, value.to_owned()));
    let ports = [(LINKERD_OPAQUE, own), (LINKERD_PASSED, passed)];
    let ports = ports.into_iter().filter_map(|(key, ports)| Some((key, listed(ports)?)));
    said.into_iter().chain(ports).collect()
}

/// What the pods of a workload bear that are in a mesh.
pub fn of_mesh(model: &Model, graph: &FlowGraph, workload: &Workload) -> Vec<Entry> {
    let Some((mesh, _)) = model.mesh_of(workload) else { return Vec::new() };
    match mesh.kind.value {
        MeshKind::Istio => {
            let passed: Vec<String> = graph.opaque_outside(model, workload).iter().map(ToString::to_string).collect();
            let passed = (!passed.is_empty()).then(|| (ISTIO_PASSED, passed.join(",")));
            ISTIO_SIDECAR.into_iter().map(|key| (key, "true".to_owned())).chain(passed).collect()
        }
        MeshKind::IstioAmbient => Vec::new(),
        MeshKind::Linkerd => of_linkerd(model, graph, workload),
    }
}

/// Wave 0 is that of whatever carries no annotation.
fn wave(kind: Kind, later: u32) -> Option<Entry> {
    let wave = kind.wave().saturating_add(i32::try_from(later).unwrap_or(i32::MAX));
    (wave != 0).then(|| (SYNC_WAVE, wave.to_string()))
}

impl FlowGraph {
    /// When Argo CD applies an object of a workload: one that comes after others, and its autoscaler with it, so many waves later.
    pub fn order(&self, workload: &Workload, kind: Kind) -> Option<Entry> {
        let is_later = kind.apply_rank() >= Kind::Deployment.apply_rank();
        let later = self.implied.waves.get(&workload.id).filter(|_| is_later).copied();
        wave(kind, later.unwrap_or_default())
    }
}
