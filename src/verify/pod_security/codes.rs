//! The codes of pod security.

use crate::diagnostic::Code;

crate::code! {
    /// ## What it means
    /// A pod, or the template of a workload's pods, does what the level that its namespace enforces does not allow. Each
    /// field that a check refuses is a finding of its own; the note names upstream's check.
    ///
    /// ## Why it matters in the cluster
    /// The admission refuses pods, never what makes them: a Deployment is accepted and reports success, and its pods
    /// never appear. What is left to see is an event of its ReplicaSet.
    ///
    /// | level | check | since | refuses |
    /// |---|---|---|---|
    /// | baseline | hostNamespaces | 1.0 | `hostNetwork`, `hostPID`, `hostIPC` |
    /// | baseline | privileged | 1.0 | `privileged: true` |
    /// | baseline | capabilities_baseline | 1.0 | added capabilities beyond the 13 that a runtime gives |
    /// | baseline | hostPathVolumes | 1.0 | `hostPath` |
    /// | baseline | hostPorts | 1.0 | `hostPort`, stated or by `hostNetwork` |
    /// | baseline | appArmorProfile | 1.0 | profiles other than `RuntimeDefault`, `Localhost` |
    /// | baseline | seLinuxOptions | 1.0, 1.31 | other types, any user or role; `container_engine_t` from 1.31 |
    /// | baseline | procMount | 1.0, 1.35 | `Unmasked`; from 1.35 allowed with `hostUsers: false` |
    /// | baseline | seccompProfile_baseline | 1.0, 1.19 | annotations; from 1.19 `Unconfined` |
    /// | baseline | sysctls | 1.0, 1.27, 1.29, 1.32, 1.37 | all but 5, 6, 10, 12, 14 safe ones |
    /// | baseline | windowsHostProcess | 1.0 | `hostProcess: true` |
    /// | baseline | hostProbesAndHostLifecycle | 1.34 | `host` in probes and hooks |
    /// | restricted | restrictedVolumes | 1.0 | other kinds of volumes than nine |
    /// | restricted | allowPrivilegeEscalation | 1.8, 1.25 | anything but `false`; not on Windows from 1.25 |
    /// | restricted | runAsNonRoot | 1.0, 1.35 | root; from 1.35 allowed with `hostUsers: false` |
    /// | restricted | runAsUser | 1.23, 1.35 | user 0; from 1.35 allowed with `hostUsers: false` |
    /// | restricted | seccompProfile_restricted | 1.19, 1.25 | no profile; not on Windows from 1.25 |
    /// | restricted | capabilities_restricted | 1.22, 1.25 | no `drop: [ALL]`, any but `NET_BIND_SERVICE` added |
    /// | restricted | procMount_restricted | 1.35 | `Unmasked`, whatever `hostUsers` says |
    ///
    /// ## How to mend it
    /// Mend the field. Where the pod needs what it does (a node agent), move it into a namespace of its own whose level
    /// says so.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: baseline
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    ///   namespace: shop
    /// spec:
    ///   hostPID: true #~ BVL1110 "hostPID"
    ///   containers:
    ///     - name: web
    ///       image: web:1
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: baseline
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    ///   namespace: shop
    /// spec:
    ///   hostPID: false
    ///   containers:
    ///     - name: web
    ///       image: web:1
    /// ```
    ///
    /// ## Source
    /// [`policy`](https://github.com/kubernetes/pod-security-admission/tree/v0.36.0/policy) of `k8s.io/pod-security-admission` 0.36;
    /// [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/).
    BVL1110, "pods-refused", Error, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A pod, or the template of a workload's pods, does what the level for `warn` or `audit` of its namespace does not
    /// allow, while the level for `enforce` lets it pass. `bvlc explain pods-refused` lists the checks.
    ///
    /// ## Why it matters in the cluster
    /// The pod runs. The labels say where the namespace is going: once that level is enforced, the pod is refused.
    ///
    /// ## How to mend it
    /// Mend the field before the level is enforced.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/warn: baseline
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    ///   namespace: shop
    /// spec:
    ///   hostIPC: true #~ BVL1111 "hostIPC"
    ///   containers:
    ///     - name: web
    ///       image: web:1
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/warn: baseline
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    ///   namespace: shop
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: web:1
    /// ```
    ///
    /// ## Source
    /// [`helpers.go`](https://github.com/kubernetes/pod-security-admission/blob/v0.36.0/api/helpers.go) of `k8s.io/pod-security-admission` 0.36:
    /// without a label for `warn`, a stricter `enforce` warns too.
    BVL1111, "pods-warned-about", Warning, since "0.1.0"
}

crate::code! {
    /// ## What it means
    /// A label for pod security has a value that the API server does not know.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the namespace (422). If the label is in the store all the same, an unknown level for
    /// `enforce` holds as restricted, one for `warn` or `audit` as privileged, and an unknown version as the latest.
    ///
    /// ## How to mend it
    /// Write `privileged`, `baseline` or `restricted`; for a version `latest` or `v1.33`.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: baseline
    ///     pod-security.kubernetes.io/enforce-version: "1.33" #~ BVL1112
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     pod-security.kubernetes.io/enforce: baseline
    ///     pod-security.kubernetes.io/enforce-version: v1.33
    /// ```
    ///
    /// ## Source
    /// `ParseLevel` and `ParseVersion` in [`helpers.go`](https://github.com/kubernetes/pod-security-admission/blob/v0.36.0/api/helpers.go) of
    /// `k8s.io/pod-security-admission` 0.36.
    BVL1112, "unknown-pod-security-label", Error, since "0.1.0"
}

/// Every code of this part.
pub const CODES: &[&Code] = &[&BVL1110, &BVL1111, &BVL1112];
