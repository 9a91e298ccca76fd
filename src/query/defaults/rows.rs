//! The table of what the API server fills in.
//!
//! Invariants: rows of a kind stand in the order in which upstream fills in, since later ones look at earlier ones.

use serde_json::{Map, Value};

use super::computed;

/// A field, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Keys with dots between, `[]` behind one for every element.
    pub(super) path: &'static str,
    /// What is filled in.
    pub(super) fill: Fill,
    /// The function of upstream that does it, and its file in kubernetes/kubernetes 1.33 unless another is named.
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers, and held by a test"))]
    pub(super) source: &'static str,
}

/// What is filled in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fill {
    /// This, as JSON, where the field is missing.
    Value(&'static str),
    /// What this gives of the object as stated and of the map that lacks the field.
    By(fn(&Value, &Map<String, Value>) -> Option<Value>),
    /// Nothing: this value is not stored, since it says what is meant without it.
    Zero(&'static str),
    /// What this does to the map at the path.
    Do(fn(&Value, &mut Map<String, Value>)),
    /// These rows, in whatever stands at the path.
    Each(&'static [Row]),
}

const fn row(path: &'static str, fill: Fill, source: &'static str) -> Row {
    Row { path, fill, source }
}

const fn is(path: &'static str, json: &'static str, source: &'static str) -> Row {
    row(path, Fill::Value(json), source)
}

const fn zero(path: &'static str, json: &'static str) -> Row {
    row(path, Fill::Zero(json), TYPES)
}

const fn each(path: &'static str, rows: &'static [Row], source: &'static str) -> Row {
    row(path, Fill::Each(rows), source)
}

const fn by(
    path: &'static str,
    compute: fn(&Value, &Map<String, Value>) -> Option<Value>,
    source: &'static str,
) -> Row {
    row(path, Fill::By(compute), source)
}

/// A map of quantities.
const fn amounts(path: &'static str) -> Row {
    row(path, Fill::Do(computed::amounts), QUANTITY)
}

/// A map of which these fields are quantities.
const fn sizes(path: &'static str) -> Row {
    row(path, Fill::Do(computed::sizes), QUANTITY)
}

/// Equal amounts are one value, however they are written.
const QUANTITY: &str = "`Quantity` (\"Before serializing, Quantity will be put in `canonical form`\") in \
                        kubernetes/apimachinery `pkg/api/resource/quantity.go`, 0.33";
/// Fields that are no pointers: what is left out is the zero value of its type, and the other way round.
const TYPES: &str = "`omitempty` in kubernetes/api `types.go`, 0.33";
const GENERATED: &str =
    "`SetObjectDefaults_Pod` and those that go like it, `pkg/apis/core/v1/zz_generated.defaults.go`";
const PROBED: &str = "`SetDefaults_Probe`, `pkg/apis/core/v1/defaults.go`";
const HTTP: &str = "`SetDefaults_HTTPGetAction`, `pkg/apis/core/v1/defaults.go`";
const CONTAINED: &str = "`SetDefaults_Container`, `pkg/apis/core/v1/defaults.go`";
const VOLUME: &str = "`SetDefaults_Volume`, `pkg/apis/core/v1/defaults.go`";
const FIELD: &str = "`SetDefaults_ObjectFieldSelector`, `pkg/apis/core/v1/defaults.go`";
const POD_SPEC: &str = "`SetDefaults_PodSpec`, `pkg/apis/core/v1/defaults.go`";
const ACCOUNT: &str = "`Convert_v1_PodSpec_To_core_PodSpec` and back, `pkg/apis/core/v1/conversion.go`";
const POD_ALONE: &str = "`SetDefaults_Pod`, `pkg/apis/core/v1/defaults.go`";
const ADMITTED: &str =
    "`Admit` (\"Set the default service account if needed\"), `plugin/pkg/admission/serviceaccount/admission.go`";
const TOLERATED: &str = "`Admit`, `plugin/pkg/admission/defaulttolerationseconds/admission.go`";
const JUDGED: &str = "`PolicyToEvaluate` (\"falling back to the provided defaults when a label is unspecified\") in \
                      k8s.io/pod-security-admission `api/helpers.go`, 0.33; the default of a version is `latest` \
                      (`admission/api/v1/defaults.go` beside it)";
const CLAIMED: &str = "`SetDefaults_PersistentVolumeClaimSpec`, `pkg/apis/core/v1/defaults.go`";
const DEPLOYED: &str = "`SetDefaults_Deployment`, `pkg/apis/apps/v1/defaults.go`";
const STATEFUL: &str = "`SetDefaults_StatefulSet`, `pkg/apis/apps/v1/defaults.go`";
const DAEMON: &str = "`SetDefaults_DaemonSet`, `pkg/apis/apps/v1/defaults.go`";
const REPLICATED: &str = "`SetDefaults_ReplicaSet`, `pkg/apis/apps/v1/defaults.go`";
const RUN: &str = "`SetDefaults_Job`, `pkg/apis/batch/v1/defaults.go`";
const GIVEN: &str = "`generateSelector`, `pkg/registry/batch/job/strategy.go`";
const TIMED: &str = "`SetDefaults_CronJob`, `pkg/apis/batch/v1/defaults.go`";
/// Equal times are one value, however they are written.
const NAMED_TIMES: &str = "`parseDescriptor` in robfig/cron v3.0.1, `parser.go`";
const CLAIM_ALONE: &str = "`SetDefaults_PersistentVolumeClaim`, `pkg/apis/core/v1/defaults.go`";
const UNHEALTHY: &str = "`UnhealthyPodEvictionPolicy` (\"If no policy is specified, the default behavior will be used, which \
                         corresponds to the IfHealthyBudget policy\") in kubernetes/api `policy/v1/types.go`, 0.33";
const SERVED: &str = "`SetDefaults_Service`, `pkg/apis/core/v1/defaults.go`";
const SCALED: &str = "`SetDefaults_HorizontalPodAutoscaler`, `pkg/apis/autoscaling/v2/defaults.go`";
const BEHAVIOR: &str = "`SetDefaults_HorizontalPodAutoscalerBehavior`, `pkg/apis/autoscaling/v2/defaults.go`";
const POLICY: &str = "`SetDefaults_NetworkPolicy`, `pkg/apis/networking/v1/defaults.go`";
const POLICY_PORT: &str = "`SetDefaults_NetworkPolicyPort`, `pkg/apis/networking/v1/defaults.go`";
const BOUND: &str = "`SetDefaults_ClusterRoleBinding` and `SetDefaults_RoleBinding`, `pkg/apis/rbac/v1/defaults.go`";
const SUBJECT: &str = "`SetDefaults_Subject`, `pkg/apis/rbac/v1/defaults.go`";
const ROUTE: &str = "`+kubebuilder:default` in kubernetes-sigs/gateway-api v1.5, `apis/v1/httproute_types.go` and \
                     `shared_types.go`";

/// The kinds of a group that go by the same rows.
pub(super) const KINDS: &[(&str, &[&str], &[Row])] = &[
    ("apps", &["Deployment"], DEPLOYMENT),
    ("apps", &["StatefulSet"], STATEFUL_SET),
    ("apps", &["DaemonSet"], DAEMON_SET),
    ("apps", &["ReplicaSet"], REPLICA_SET),
    ("batch", &["Job"], JOB),
    ("batch", &["CronJob"], CRON_JOB),
    ("", &["Pod"], POD),
    ("", &["PodTemplate"], &[NAMED, each("template.spec", POD_TEMPLATE, GENERATED)]),
    ("", &["Service"], SERVICE),
    ("", &["PersistentVolumeClaim"], &[NAMED, each("spec", CLAIM, CLAIMED)]),
    ("", &["Secret"], SECRET),
    ("", &["ConfigMap"], &[NAMED, zero("data", "{}"), zero("binaryData", "{}")]),
    ("", &["Namespace"], NAMESPACE),
    ("", &["LimitRange"], LIMIT_RANGE),
    ("", &["ServiceAccount"], &[NAMED]),
    ("", &["ResourceQuota"], &[NAMED, amounts("spec.hard")]),
    ("autoscaling", &["HorizontalPodAutoscaler"], AUTOSCALER),
    ("networking.k8s.io", &["NetworkPolicy"], NETWORK_POLICY),
    ("networking.k8s.io", &["Ingress"], &[NAMED]),
    ("policy", &["PodDisruptionBudget"], BUDGET),
    ("rbac.authorization.k8s.io", &["RoleBinding", "ClusterRoleBinding"], BINDING),
    ("rbac.authorization.k8s.io", &["Role", "ClusterRole"], &[NAMED]),
    ("gateway.networking.k8s.io", &["HTTPRoute"], HTTP_ROUTE),
];

const NAMED: Row = each("metadata", METADATA, TYPES);
const METADATA: &[Row] = &[zero("labels", "{}"), zero("annotations", "{}")];

const DEPLOYMENT: &[Row] = &[
    NAMED,
    is("spec.replicas", "1", DEPLOYED),
    is("spec.strategy", "{}", DEPLOYED),
    is("spec.strategy.type", "\"RollingUpdate\"", DEPLOYED),
    by("spec.strategy.rollingUpdate", computed::rolling, DEPLOYED),
    is("spec.strategy.rollingUpdate.maxUnavailable", "\"25%\"", DEPLOYED),
    is("spec.strategy.rollingUpdate.maxSurge", "\"25%\"", DEPLOYED),
    is("spec.revisionHistoryLimit", "10", DEPLOYED),
    is("spec.progressDeadlineSeconds", "600", DEPLOYED),
    zero("spec.minReadySeconds", "0"),
    zero("spec.paused", "false"),
    TEMPLATE,
    TEMPLATE_NAMED,
];

const STATEFUL_SET: &[Row] = &[
    NAMED,
    is("spec.podManagementPolicy", "\"OrderedReady\"", STATEFUL),
    is("spec.updateStrategy", "{}", STATEFUL),
    by("spec.updateStrategy.rollingUpdate", computed::rolling_if_untyped, STATEFUL),
    is("spec.updateStrategy.type", "\"RollingUpdate\"", STATEFUL),
    is("spec.updateStrategy.rollingUpdate.partition", "0", STATEFUL),
    is("spec.persistentVolumeClaimRetentionPolicy", "{}", STATEFUL),
    is("spec.persistentVolumeClaimRetentionPolicy.whenDeleted", "\"Retain\"", STATEFUL),
    is("spec.persistentVolumeClaimRetentionPolicy.whenScaled", "\"Retain\"", STATEFUL),
    is("spec.replicas", "1", STATEFUL),
    is("spec.revisionHistoryLimit", "10", STATEFUL),
    zero("spec.minReadySeconds", "0"),
    zero("spec.serviceName", "\"\""),
    each("spec.volumeClaimTemplates[].spec", CLAIM, CLAIMED),
    each("spec.volumeClaimTemplates[].metadata", METADATA, TYPES),
    zero("spec.volumeClaimTemplates[].metadata", "{}"),
    is(
        "spec.volumeClaimTemplates[].apiVersion",
        "\"v1\"",
        "`Convert_apps_StatefulSetSpec_To_v1_StatefulSetSpec`, `pkg/apis/apps/v1/conversion.go`",
    ),
    is(
        "spec.volumeClaimTemplates[].kind",
        "\"PersistentVolumeClaim\"",
        "`Convert_apps_StatefulSetSpec_To_v1_StatefulSetSpec`, `pkg/apis/apps/v1/conversion.go`",
    ),
    is("spec.volumeClaimTemplates[].status", "{}", CLAIM_ALONE),
    is("spec.volumeClaimTemplates[].status.phase", "\"Pending\"", CLAIM_ALONE),
    TEMPLATE,
    TEMPLATE_NAMED,
];

const DAEMON_SET: &[Row] = &[
    NAMED,
    is("spec.updateStrategy", "{}", DAEMON),
    is("spec.updateStrategy.type", "\"RollingUpdate\"", DAEMON),
    by("spec.updateStrategy.rollingUpdate", computed::rolling, DAEMON),
    is("spec.updateStrategy.rollingUpdate.maxUnavailable", "1", DAEMON),
    is("spec.updateStrategy.rollingUpdate.maxSurge", "0", DAEMON),
    is("spec.revisionHistoryLimit", "10", DAEMON),
    zero("spec.minReadySeconds", "0"),
    TEMPLATE,
    TEMPLATE_NAMED,
];

const REPLICA_SET: &[Row] =
    &[NAMED, is("spec.replicas", "1", REPLICATED), zero("spec.minReadySeconds", "0"), TEMPLATE, TEMPLATE_NAMED];

const TEMPLATE: Row = each("spec.template.spec", POD_TEMPLATE, GENERATED);
const TEMPLATE_NAMED: Row = each("spec.template.metadata", METADATA, TYPES);

const BUDGET: &[Row] = &[NAMED, is("spec.unhealthyPodEvictionPolicy", "\"IfHealthyBudget\"", UNHEALTHY)];

const JOB: &[Row] = &[
    NAMED,
    by("metadata.labels", computed::template_labels, RUN),
    row("metadata.labels", Fill::Do(computed::without_generated), GIVEN),
    NAMED,
    each("spec", RUNS, RUN),
    row("spec", Fill::Do(computed::without_selector), GIVEN),
    row("spec.template.metadata.labels", Fill::Do(computed::without_generated), GIVEN),
    TEMPLATE,
    TEMPLATE_NAMED,
    zero("spec.template.metadata", "{}"),
];

const RUNS: &[Row] = &[
    by("completions", computed::completions, RUN),
    is("parallelism", "1", RUN),
    by("backoffLimit", computed::backoff_limit, RUN),
    is("completionMode", "\"NonIndexed\"", RUN),
    is("suspend", "false", RUN),
    by("podReplacementPolicy", computed::replacement, RUN),
    is("manualSelector", "false", RUN),
];

const CRON_JOB: &[Row] = &[
    NAMED,
    row("spec", Fill::Do(computed::schedule), NAMED_TIMES),
    is("spec.concurrencyPolicy", "\"Allow\"", TIMED),
    is("spec.suspend", "false", TIMED),
    is("spec.successfulJobsHistoryLimit", "3", TIMED),
    is("spec.failedJobsHistoryLimit", "1", TIMED),
    each("spec.jobTemplate.metadata", METADATA, TYPES),
    zero("spec.jobTemplate.metadata", "{}"),
    // each of its Jobs gets them
    each("spec.jobTemplate.spec", RUNS, RUN),
    each("spec.jobTemplate.spec.template.spec", POD_TEMPLATE, GENERATED),
    each("spec.jobTemplate.spec.template.metadata", METADATA, TYPES),
    zero("spec.jobTemplate.spec.template.metadata", "{}"),
];

const POD: &[Row] = &[
    NAMED,
    each("spec", POD_TEMPLATE, GENERATED),
    row("spec.containers[].resources", Fill::Do(computed::requests), POD_ALONE),
    row("spec.initContainers[].resources", Fill::Do(computed::requests), POD_ALONE),
    is("spec.enableServiceLinks", "true", POD_ALONE),
    by("spec.containers[].ports[].hostPort", computed::host_port, POD_ALONE),
    by("spec.initContainers[].ports[].hostPort", computed::host_port, POD_ALONE),
    is("spec.serviceAccountName", "\"default\"", ADMITTED),
    is("spec.serviceAccount", "\"default\"", ADMITTED),
    row("spec", Fill::Do(computed::tolerations), TOLERATED),
];

/// What stands in a template and in a pod. `enableServiceLinks` is not among it: it is filled in for pods alone, and stating it
/// makes another template.
const POD_TEMPLATE: &[Row] = &[
    is("dnsPolicy", "\"ClusterFirst\"", POD_SPEC),
    is("restartPolicy", "\"Always\"", POD_SPEC),
    is("securityContext", "{}", POD_SPEC),
    is("terminationGracePeriodSeconds", "30", POD_SPEC),
    is("schedulerName", "\"default-scheduler\"", POD_SPEC),
    by("serviceAccountName", computed::account, ACCOUNT),
    by("serviceAccount", computed::old_account, ACCOUNT),
    zero("hostNetwork", "false"),
    zero("hostPID", "false"),
    zero("hostIPC", "false"),
    zero("nodeSelector", "{}"),
    zero("priorityClassName", "\"\""),
    zero("hostname", "\"\""),
    zero("subdomain", "\"\""),
    amounts("resources.requests"),
    amounts("resources.limits"),
    amounts("overhead"),
    each("volumes[]", VOLUMES, GENERATED),
    each("containers[]", CONTAINER, GENERATED),
    each("initContainers[]", CONTAINER, GENERATED),
    each("ephemeralContainers[]", CONTAINER, GENERATED),
];

const VOLUMES: &[Row] = &[
    by("emptyDir", computed::empty_folder, VOLUME),
    by("image.pullPolicy", computed::volume_pull_policy, VOLUME),
    zero("emptyDir.medium", "\"\""),
    is("hostPath.type", "\"\"", "`SetDefaults_HostPathVolumeSource`, `pkg/apis/core/v1/defaults.go`"),
    is("secret.defaultMode", "420", "`SetDefaults_SecretVolumeSource`, `pkg/apis/core/v1/defaults.go`"),
    is("configMap.defaultMode", "420", "`SetDefaults_ConfigMapVolumeSource`, `pkg/apis/core/v1/defaults.go`"),
    is("downwardAPI.defaultMode", "420", "`SetDefaults_DownwardAPIVolumeSource`, `pkg/apis/core/v1/defaults.go`"),
    is("downwardAPI.items[].fieldRef.apiVersion", "\"v1\"", FIELD),
    is("projected.defaultMode", "420", "`SetDefaults_ProjectedVolumeSource`, `pkg/apis/core/v1/defaults.go`"),
    is("projected.sources[].downwardAPI.items[].fieldRef.apiVersion", "\"v1\"", FIELD),
    is(
        "projected.sources[].serviceAccountToken.expirationSeconds",
        "3600",
        "`SetDefaults_ServiceAccountTokenProjection`, `pkg/apis/core/v1/defaults.go`",
    ),
    zero("persistentVolumeClaim.readOnly", "false"),
    sizes("emptyDir"),
    each("ephemeral.volumeClaimTemplate.spec", CLAIM, CLAIMED),
    each("ephemeral.volumeClaimTemplate.metadata", METADATA, TYPES),
    zero("ephemeral.volumeClaimTemplate.metadata", "{}"),
    is("iscsi.iscsiInterface", "\"default\"", GENERATED),
    is("rbd.pool", "\"rbd\"", GENERATED),
    is("rbd.user", "\"admin\"", GENERATED),
    is("rbd.keyring", "\"/etc/ceph/keyring\"", GENERATED),
    is("azureDisk.cachingMode", "\"ReadWrite\"", GENERATED),
    is("azureDisk.kind", "\"Shared\"", GENERATED),
    is("azureDisk.fsType", "\"ext4\"", GENERATED),
    is("azureDisk.readOnly", "false", GENERATED),
    is("scaleIO.storageMode", "\"ThinProvisioned\"", GENERATED),
    is("scaleIO.fsType", "\"xfs\"", GENERATED),
];

const CLAIM: &[Row] = &[
    is("volumeMode", "\"Filesystem\"", CLAIMED),
    zero("volumeName", "\"\""),
    amounts("resources.requests"),
    amounts("resources.limits"),
];

const CONTAINER: &[Row] = &[
    amounts("resources.requests"),
    amounts("resources.limits"),
    by("imagePullPolicy", computed::pull_policy, CONTAINED),
    is("terminationMessagePath", "\"/dev/termination-log\"", CONTAINED),
    is("terminationMessagePolicy", "\"File\"", CONTAINED),
    is("ports[].protocol", "\"TCP\"", GENERATED),
    zero("ports[].name", "\"\""),
    zero("ports[].hostPort", "0"),
    zero("ports[].hostIP", "\"\""),
    is("env[].valueFrom.fieldRef.apiVersion", "\"v1\"", FIELD),
    zero("env[].value", "\"\""),
    zero("envFrom[].prefix", "\"\""),
    zero("volumeMounts[].readOnly", "false"),
    zero("volumeMounts[].subPath", "\"\""),
    zero("volumeMounts[].subPathExpr", "\"\""),
    zero("resources.limits", "{}"),
    zero("resources.requests", "{}"),
    zero("resources", "{}"),
    zero("stdin", "false"),
    zero("stdinOnce", "false"),
    zero("tty", "false"),
    zero("workingDir", "\"\""),
    each("livenessProbe", PROBE, PROBED),
    each("readinessProbe", PROBE, PROBED),
    each("startupProbe", PROBE, PROBED),
    each("lifecycle.postStart.httpGet", HTTP_GET, HTTP),
    each("lifecycle.preStop.httpGet", HTTP_GET, HTTP),
];

const PROBE: &[Row] = &[
    is("timeoutSeconds", "1", PROBED),
    is("periodSeconds", "10", PROBED),
    is("successThreshold", "1", PROBED),
    is("failureThreshold", "3", PROBED),
    zero("initialDelaySeconds", "0"),
    each("httpGet", HTTP_GET, HTTP),
    is("grpc.service", "\"\"", GENERATED),
];

const HTTP_GET: &[Row] = &[is("path", "\"/\"", HTTP), is("scheme", "\"HTTP\"", HTTP), zero("host", "\"\"")];

const SERVICE: &[Row] = &[
    NAMED,
    is("spec.sessionAffinity", "\"None\"", SERVED),
    by("spec.sessionAffinityConfig", computed::affinity, SERVED),
    is("spec.type", "\"ClusterIP\"", SERVED),
    is("spec.ports[].protocol", "\"TCP\"", "`SetObjectDefaults_Service`, `pkg/apis/core/v1/zz_generated.defaults.go`"),
    by("spec.ports[].targetPort", computed::target_port, SERVED),
    by("spec.externalTrafficPolicy", computed::from_outside, SERVED),
    by("spec.internalTrafficPolicy", computed::from_inside, SERVED),
    by("spec.allocateLoadBalancerNodePorts", computed::node_ports, SERVED),
    zero("spec.ports[].name", "\"\""),
    zero("spec.ports[].nodePort", "0"),
    zero("spec.publishNotReadyAddresses", "false"),
    zero("spec.selector", "{}"),
    zero("spec.clusterIP", "\"\""),
    zero("spec.loadBalancerIP", "\"\""),
];

const SECRET: &[Row] = &[
    NAMED,
    row("", Fill::Do(computed::encoded), "`Convert_v1_Secret_To_core_Secret`, `pkg/apis/core/v1/conversion.go`"),
    is("type", "\"Opaque\"", "`SetDefaults_Secret`, `pkg/apis/core/v1/defaults.go`"),
    zero("data", "{}"),
    zero("stringData", "{}"),
];

const NAMESPACE: &[Row] = &[
    row("metadata", Fill::Do(computed::name_label), "`SetDefaults_Namespace`, `pkg/apis/core/v1/defaults.go`"),
    row("metadata.labels", Fill::Do(computed::without_latest), JUDGED),
    NAMED,
];

const LIMIT_RANGE: &[Row] = &[
    NAMED,
    row(
        "spec.limits[]",
        Fill::Do(computed::container_limits),
        "`SetDefaults_LimitRangeItem`, `pkg/apis/core/v1/defaults.go`",
    ),
    amounts("spec.limits[].default"),
    amounts("spec.limits[].defaultRequest"),
    amounts("spec.limits[].max"),
    amounts("spec.limits[].min"),
    amounts("spec.limits[].maxLimitRequestRatio"),
    zero("spec.limits[].default", "{}"),
    zero("spec.limits[].defaultRequest", "{}"),
    zero("spec.limits[].max", "{}"),
    zero("spec.limits[].min", "{}"),
    zero("spec.limits[].maxLimitRequestRatio", "{}"),
];

const AUTOSCALER: &[Row] = &[
    NAMED,
    is("spec.minReplicas", "1", SCALED),
    is(
        "spec.metrics",
        r#"[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]"#,
        SCALED,
    ),
    sizes("spec.metrics[].resource.target"),
    sizes("spec.metrics[].containerResource.target"),
    sizes("spec.metrics[].pods.target"),
    sizes("spec.metrics[].object.target"),
    sizes("spec.metrics[].external.target"),
    is("spec.behavior.scaleUp", "{}", BEHAVIOR),
    is("spec.behavior.scaleUp.stabilizationWindowSeconds", "0", BEHAVIOR),
    is("spec.behavior.scaleUp.selectPolicy", "\"Max\"", BEHAVIOR),
    is(
        "spec.behavior.scaleUp.policies",
        r#"[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]"#,
        BEHAVIOR,
    ),
    is("spec.behavior.scaleDown", "{}", BEHAVIOR),
    is("spec.behavior.scaleDown.selectPolicy", "\"Max\"", BEHAVIOR),
    is("spec.behavior.scaleDown.policies", r#"[{"type":"Percent","value":100,"periodSeconds":15}]"#, BEHAVIOR),
];

const NETWORK_POLICY: &[Row] = &[
    NAMED,
    is("spec.ingress[].ports[].protocol", "\"TCP\"", POLICY_PORT),
    is("spec.egress[].ports[].protocol", "\"TCP\"", POLICY_PORT),
    by("spec.policyTypes", computed::policy_types, POLICY),
    // no pointer: without it every pod is selected
    is("spec.podSelector", "{}", TYPES),
];

const BINDING: &[Row] = &[
    NAMED,
    is("roleRef.apiGroup", "\"rbac.authorization.k8s.io\"", BOUND),
    zero("subjects[].apiGroup", "\"\""),
    by("subjects[].apiGroup", computed::subject_group, SUBJECT),
];

const HTTP_ROUTE: &[Row] = &[
    is("spec.parentRefs[].group", "\"gateway.networking.k8s.io\"", ROUTE),
    is("spec.parentRefs[].kind", "\"Gateway\"", ROUTE),
    is("spec.rules[].matches", r#"[{"path":{"type":"PathPrefix","value":"/"}}]"#, ROUTE),
    is("spec.rules[].matches[].path", r#"{"type":"PathPrefix","value":"/"}"#, ROUTE),
    is("spec.rules[].matches[].path.type", "\"PathPrefix\"", ROUTE),
    is("spec.rules[].matches[].path.value", "\"/\"", ROUTE),
    is("spec.rules[].backendRefs[].group", "\"\"", ROUTE),
    is("spec.rules[].backendRefs[].kind", "\"Service\"", ROUTE),
    is("spec.rules[].backendRefs[].weight", "1", ROUTE),
];
