//! `observe`: what the network policies of an environment would isolate and cut if they were built.
//!
//! Invariant: it reads the flows that policies are made of, so what it says is what they will do.

use std::collections::BTreeSet;

use super::list;
use crate::analyze::Analysis;
use crate::graph::{Flow, Source, Target};
use crate::model::environment::DefaultDeny;
use crate::model::{Environment, EnvironmentId, Model, Workload};

/// What would be isolated in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// As the user names it.
    pub environment: String,
    /// Its workloads, by name.
    pub isolated: Vec<Isolated>,
}

/// What the policies would do to the pods of one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Isolated {
    /// Its name.
    pub workload: String,
    /// Who could still reach it: `edge at http`.
    pub ingress: Vec<String>,
    /// Whom it could still reach: `api.http`, `dns`.
    pub egress: Vec<String>,
    /// What would be cut for certain: `port admin, which no flow reaches`.
    pub cut: Vec<String>,
}

/// Those of the environments that only observe.
pub fn observed(analysis: &Analysis, is_asked: impl Fn(EnvironmentId) -> bool) -> Vec<Observed> {
    let Some(model) = &analysis.model else { return Vec::new() };
    let only_observes =
        |environment: &&Environment| environment.observe.is_some() && environment.default_deny == DefaultDeny::On;
    let found = model.environments.iter().filter(|environment| is_asked(environment.id)).filter(only_observes);
    found
        .map(|environment| {
            let selected = model.workloads_in(environment.id).filter(|workload| !workload.is_on_host());
            Observed {
                environment: environment.title.clone(),
                isolated: selected.map(|workload| isolated(model, analysis, workload)).collect(),
            }
        })
        .collect()
}

fn isolated(model: &Model, analysis: &Analysis, workload: &Workload) -> Isolated {
    let incoming: Vec<&Flow> = analysis.graph.incoming(workload.id).collect();
    let reached: BTreeSet<&str> =
        incoming.iter().filter_map(|flow| flow.port(model)).map(|port| port.name.value.as_str()).collect();
    let ingress = incoming.iter().map(|flow| {
        let source = match flow.source {
            Source::Endpoint(endpoint) => list::name(model, endpoint, workload.environment),
            Source::KubernetesApi => "kubernetes-api".to_owned(),
        };
        let port = flow.port(model).map_or("", |port| &port.name.value);
        format!("{source} at {port}")
    });
    let egress = analysis.graph.outgoing(workload.id).map(|flow| match flow.target {
        Target::Port { endpoint, .. } => {
            let port = flow.port(model).map_or("", |port| &port.name.value);
            format!("{}.{port}", list::name(model, endpoint, workload.environment))
        }
        Target::Dns => "dns".to_owned(),
        Target::KubernetesApi => "kubernetes-api".to_owned(),
    });
    let (ingress, egress) = (once(ingress), once(egress));
    let mut cut = Vec::new();
    for port in workload.ports.iter().filter(|port| !reached.contains(port.name.value.as_str())) {
        // the kubelet asks from the node, which no policy keeps out
        if port.name.value != "health" {
            cut.push(format!("port {}, which no flow reaches", port.name.value));
        }
    }
    if egress.is_empty() {
        cut.push("all that it sends, names it looks up included".to_owned());
    }
    Isolated { workload: workload.name.value.clone(), ingress, egress, cut }
}

fn once(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::{Inputs, analyze};
    use crate::source::files::MemoryFiles;

    const TEXT: &str = r#"
platform shop { kubernetes "1.33" }
environment prod { namespace "shop-prod" }
environment lab { namespace "shop-lab"; observe }
environment open { namespace "shop-open"; observe; default-deny off because "being moved" }
service web { image "a/w:1"; port http 8080; port admin 9000; cpu 1; memory 1Gi }
service api { image "a/a:1"; port http 8080; cpu 1; memory 1Gi }
managed node { host-network; port http 9100; match "app" "node" }
allow web -> api.http
"#;

    #[test]
    fn it_says_what_would_stay_and_what_would_be_cut() {
        let analysis = analyze(&MemoryFiles::new([("platform.bvl", TEXT)]), "platform.bvl", &Inputs::default());
        let found = observed(&analysis, |_| true);
        // where the deny is off nothing would be built anyway
        let [lab] = found.as_slice() else { panic!("{found:?}") };
        let [api, web] = lab.isolated.as_slice() else { panic!("{lab:?}") };
        assert_eq!((lab.environment.as_str(), web.workload.as_str()), ("lab", "web"));
        assert!(web.ingress.is_empty());
        assert_eq!(web.egress, ["api.http", "dns"]);
        assert_eq!(web.cut, ["port http, which no flow reaches", "port admin, which no flow reaches"]);
        assert_eq!(api.ingress, ["web at http"]);
        assert_eq!(api.cut, ["all that it sends, names it looks up included"]);
        let environments = &analysis.model.as_ref().unwrap().environments;
        let prod = environments.iter().find(|environment| environment.title == "prod").map(|prod| prod.id);
        assert!(prod.is_some());
        assert!(observed(&analysis, |id| Some(id) == prod).is_empty());
    }
}
