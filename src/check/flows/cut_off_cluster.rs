//! A database that shuts itself down when it is cut off is not cut off.

use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::graph::Target;
use crate::model::Workload;

/// The label of the pods of a cluster that `cloudnative-pg` runs.
const CLUSTER: &str = "cnpg.io/cluster";
/// The port at which its instances ask each other for their state.
const STATUS: u16 = 8000;

crate::check! {
    /// ## What it means
    /// A managed workload selects the pods of a CloudNativePG cluster, in an environment that is denied by default, and no
    /// flow lets its instances reach the Kubernetes API, or each other's port 8000.
    ///
    /// ## Why it matters in the cluster
    /// The instances watch their cluster through the API, and a primary that reaches neither the API nor any other instance
    /// takes itself for isolated and shuts down: the deny would stop the database that it was to protect.
    ///
    /// ## How to mend it
    /// Take over the class of the standard library, which brings these flows: `managed postgres is
    /// postgres.cloudnative-pg`. Or state them.
    ///
    /// ```bvl bad in=file
    /// managed db { //~ BVL0322 "the Kubernetes API and each other"
    ///   match "cnpg.io/cluster" "shop-db"
    ///   port sql 5432
    ///   service "shop-db-rw" sql
    ///   replicas 3
    ///   disruption by-operator
    /// }
    /// allow app -> db.sql
    /// ```
    /// ```bvl good in=file
    /// managed db {
    ///   match "cnpg.io/cluster" "shop-db"
    ///   port sql 5432
    ///   port status 8000
    ///   service "shop-db-rw" sql
    ///   replicas 3
    ///   disruption by-operator
    ///   allow self -> self.status because "a primary that sees none of its peers shuts itself down"
    ///   allow self -> kubernetes-api because "instances watch their cluster"
    /// }
    /// allow app -> db.sql
    /// ```
    ///
    /// ## Source
    /// CloudNativePG 1.30, ["Primary isolation"](https://github.com/cloudnative-pg/cloudnative-pg/blob/v1.30.0/docs/src/instance_manager.md), on by default from 1.27, and
    /// ["Networking"](https://github.com/cloudnative-pg/cloudnative-pg/blob/v1.30.0/docs/src/networking.md).
    BVL0322, "cut-off-cluster", Error(Judgment), since "0.1.0" => run, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads().filter(|(_, environment)| environment.is_denied()) {
        let Some(label) = workload.managed().and_then(|managed| managed.selector.get(CLUSTER)) else { continue };
        let mut missing = Vec::new();
        if !cx.graph.outgoing(workload.id).any(|flow| flow.target == Target::KubernetesApi) {
            missing.push("the Kubernetes API");
        }
        if workload.floor() > 1 && !reaches_itself(cx, workload) {
            missing.push("each other");
        }
        if missing.is_empty() {
            continue;
        }
        let name = &workload.name;
        let title = format!("the instances of {} cannot reach {}", name.value, listed(&missing));
        sink.report(
            finding(&BVL0322, workload, environment, name.span, title)
                .here("cut off by the deny")
                .also(label.span, format!("a CloudNativePG cluster{}", cx.from_layer(label.layer)))
                .note("a primary that reaches neither the API nor another instance's port 8000 shuts itself down")
                .help(format!(
                    "write `use std.postgres` outside of all blocks, and `managed {} is postgres.cloudnative-pg(cluster = \"{}\") {{ replicas 3 }}`: the class brings these flows, ports, labels and the Service, and what is stated here may stay; the operator is `managed cnpg is postgres.operator`",
                    name.value, label.value
                )),
        );
    }
}

fn reaches_itself(cx: &Context<'_>, workload: &Workload) -> bool {
    cx.graph.outgoing(workload.id).any(|flow| {
        let is_own = flow.target_endpoint() == Some(workload.id);
        is_own && flow.port(cx.model).is_some_and(|port| port.number.value.get() == STATUS)
    })
}
