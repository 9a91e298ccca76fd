//! The codes of eviction.

use crate::diagnostic::Code;

crate::code! {
    /// ## What it means
    /// At the fewest pods that its workloads have, a budget lets none of them go. The fewest is `minReplicas` of an
    /// autoscaler (1 if unset), `minReplicaCount` of a `ScaledObject` (at least 1 while it runs), else `replicas`.
    ///
    /// ## Why it matters in the cluster
    /// `kubectl drain`, node upgrades and the cluster autoscaler ask for evictions. Each is refused with 429 and asked
    /// for again: the upgrade stands still until someone deletes the pod or the budget.
    ///
    /// | budget | one may go from |
    /// |---|---|
    /// | `minAvailable: N` | N + 1 pods |
    /// | `minAvailable: 50%`, `67%`, `80%`, `90%` | 2, 4, 5, 10 pods (rounded up) |
    /// | `maxUnavailable: 1`, `1%` | 1 pod |
    /// | `maxUnavailable: 0`, neither field | never |
    ///
    /// A share or `maxUnavailable` needs a controller with a scale: of a `DaemonSet`, a `Job` or a bare pod none may go.
    ///
    /// ## How to mend it
    /// Say `maxUnavailable: 1`, or raise the fewest.
    ///
    /// ```yaml bad
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: { name: web }
    /// spec:
    ///   minAvailable: 1 #~ BVL1120 "as few as 1 pod" :12
    ///   selector: { matchLabels: { app: web } }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   replicas: 1
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: { name: web }
    /// spec:
    ///   minAvailable: 1
    ///   selector: { matchLabels: { app: web } }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   replicas: 2
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    ///
    /// ## Source
    /// [`disruption.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/disruption/disruption.go) and
    /// [`eviction.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/registry/core/pod/storage/eviction.go), Kubernetes 1.36.
    BVL1120, "drain-never-ends", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// Two budgets select the same pods.
    ///
    /// ## Why it matters in the cluster
    /// The API server evicts no pod that has two budgets: status 500, not 429, so that `kubectl drain` does not even try
    /// again. It happens where a chart brings a budget and someone adds another.
    ///
    /// ## How to mend it
    /// Keep one of them.
    ///
    /// ```yaml bad
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: { name: web }
    /// spec:
    ///   maxUnavailable: 1
    ///   selector: { matchLabels: { app: web } }
    /// ---
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: { name: all }
    /// spec:
    ///   maxUnavailable: 1
    ///   selector: {} #~ BVL1121 :6
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: { name: web }
    /// spec:
    ///   maxUnavailable: 1
    ///   selector: { matchLabels: { app: web } }
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: web }
    /// spec:
    ///   selector: { matchLabels: { app: web } }
    ///   template:
    ///     metadata: { labels: { app: web } }
    ///     spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    ///
    /// ## Source
    /// [`eviction.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/registry/core/pod/storage/eviction.go), Kubernetes 1.36.
    BVL1121, "budgets-overlap", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// No pod template of these files, in the namespace of the budget, has the labels that it selects.
    ///
    /// ## Why it matters in the cluster
    /// The budget protects nothing: a drain takes all replicas at once. Where the pods come from somewhere else, add
    /// their files to what is verified.
    ///
    /// ## How to mend it
    /// Write the labels of the pods. A missing `selector` selects nothing; an empty one, everything.
    ///
    /// ```yaml bad
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: { name: web }
    /// spec:
    ///   maxUnavailable: 1
    ///   selector: { matchLabels: { app: wbe } } #~ BVL1122
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: { name: web }
    /// spec:
    ///   minAvailable: 0
    ///   selector: { matchLabels: { app: web } }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web, labels: { app: web } }
    /// spec: { containers: [{ name: web, image: "web:1" }] }
    /// ```
    ///
    /// ## Source
    /// [`types.go`](https://github.com/kubernetes/api/blob/v0.36.2/policy/v1/types.go) of `k8s.io/api/policy/v1`, Kubernetes 1.36.
    BVL1122, "budget-selects-nothing", Warning, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A budget for a `StatefulSet` of three members or more lets so many go that fewer stay than a quorum.
    ///
    /// ## Why it matters in the cluster
    /// NATS, etcd, ZooKeeper, Kafka and most databases with members elect by majority. While fewer than N / 2 + 1 are
    /// there, nothing can be written. Where the members do not elect, the finding does not matter.
    ///
    /// ## How to mend it
    /// `maxUnavailable: 1`: of two evictions the second waits until the first member is back.
    ///
    /// ```yaml bad
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: { name: nats }
    /// spec:
    ///   maxUnavailable: 2 #~ BVL1123 "2 are a quorum"
    ///   selector: { matchLabels: { app: nats } }
    /// ---
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata: { name: nats }
    /// spec:
    ///   replicas: 3
    ///   serviceName: nats
    ///   selector: { matchLabels: { app: nats } }
    ///   template:
    ///     metadata: { labels: { app: nats } }
    ///     spec: { containers: [{ name: nats, image: "nats:2" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// metadata: { name: nats }
    /// spec:
    ///   maxUnavailable: 1
    ///   selector: { matchLabels: { app: nats } }
    /// ---
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata: { name: nats }
    /// spec:
    ///   replicas: 3
    ///   serviceName: nats
    ///   selector: { matchLabels: { app: nats } }
    ///   template:
    ///     metadata: { labels: { app: nats } }
    ///     spec: { containers: [{ name: nats, image: "nats:2" }] }
    /// ```
    ///
    /// ## Source
    /// NATS, [JetStream clustering](https://docs.nats.io/running-a-nats-service/configuration/clustering/jetstream_clustering): a quorum is half of
    /// the cluster and one; etcd, ["What is failure tolerance?"](https://etcd.io/docs/v3.6/faq/#what-is-failure-tolerance).
    BVL1123, "budget-below-quorum", Warning, since "0.1.0"
}

/// Every code of this part.
pub const CODES: &[&Code] = &[&BVL1120, &BVL1121, &BVL1122, &BVL1123];
