//! `PrometheusRule`: when somebody is told that what is stated does not hold.
//!
//! What is asked is what kube-state-metrics says of a workload's objects; all of these metrics are `STABLE`
//! (kubernetes/kube-state-metrics `docs/metrics`, 112ec60). Names of workloads and namespaces are the only texts within a
//! query, and have no character that means anything there.

use super::pod_disruption_budget::has_budget;
use super::{Context, scaling, watchers};
use crate::model::{Alerts, Workload};
use crate::object::{AlertingRule, Kind, Labels, Object, PrometheusRule, PrometheusRuleSpec, RuleGroup};

/// One for each Prometheus that is told by the operator when to alert.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let watchers = cx.graph.implied.watchers.get(&workload.id);
    let (Some(watchers), Some(alerts)) = (watchers, &workload.alerts) else { return };
    let watched = Watched { namespace: cx.environment.namespace_name(), name: &workload.name.value, workload, alerts };
    let rules = if workload.job().is_some() { vec![watched.failed()] } else { watched.of_service() };
    let spec = PrometheusRuleSpec { groups: vec![RuleGroup { name: workload.name.value.clone(), rules }] };
    for metadata in watchers::told(cx, workload, Kind::PrometheusRule, &watchers.alerting) {
        objects.push(PrometheusRule { metadata, spec: spec.clone() }.into());
    }
}

/// The first alert of every service.
pub const NOT_READY: &str = "ReplicasNotReady";
/// The first alert of every job.
pub const RUN_FAILED: &str = "RunFailed";

/// So many restarts are no accident.
const RESTARTS: u32 = 3;

/// How long the beginning of a pod's name may be, which the API server puts five characters behind
/// (`maxGeneratedNameLength` in kubernetes `staging/src/k8s.io/apiserver/pkg/storage/names/generate.go`, 1.33).
const MOST_GENERATED: usize = 58;

/// The longest hash of a template behind the name of a Deployment: a number of 32 bits, each digit as one character
/// (`ComputeHash` in kubernetes `pkg/controller/controller_utils.go`, 1.33).
const MOST_HASH: usize = 10;

/// What is watched, and what is said of all of its alerts.
struct Watched<'a> {
    namespace: &'a str,
    name: &'a str,
    workload: &'a Workload,
    alerts: &'a Alerts,
}

impl Watched<'_> {
    /// What can be wrong with a service.
    fn of_service(&self) -> Vec<AlertingRule> {
        let Self { namespace, name, .. } = *self;
        let [ready, wanted, label] = match self.workload.stateful() {
            None => ["kube_deployment_status_replicas_ready", "kube_deployment_spec_replicas", "deployment"],
            Some(_) => ["kube_statefulset_status_replicas_ready", "kube_statefulset_replicas", "statefulset"],
        };
        let own = format!("{{namespace=\"{namespace}\",{label}=\"{name}\"}}");
        let mut rules = vec![self.rule(
            NOT_READY,
            format!("{ready}{own} < {wanted}{own}"),
            format!("only {{{{ $value }}}} of the replicas of {name} are ready"),
        )];
        rules.push(self.restarts());
        if has_budget(self.workload) {
            rules.push(self.rule(
                "DrainsWait",
                format!("kube_poddisruptionbudget_status_pod_disruptions_allowed{{namespace=\"{namespace}\",poddisruptionbudget=\"{name}\"}} == 0"),
                format!("the budget of {name} lets no pod go, so that drains of nodes wait"),
            ));
        }
        rules.extend(self.autoscaler().map(|autoscaler| {
            let labels = format!("{{namespace=\"{namespace}\",horizontalpodautoscaler=\"{autoscaler}\"}}");
            self.rule(
                "ReplicasAtMaximum",
                format!("kube_horizontalpodautoscaler_status_current_replicas{labels} >= kube_horizontalpodautoscaler_spec_max_replicas{labels}"),
                format!("{name} has all of its {{{{ $value }}}} replicas, and what comes beyond finds no more"),
            )
        }));
        rules
    }

    /// Counted over the time that is stated, so that it is told at once.
    fn restarts(&self) -> AlertingRule {
        let Self { namespace, name, .. } = *self;
        // of a StatefulSet each has its number
        let pods = if self.workload.stateful().is_some() { format!("{name}-[0-9]+") } else { pods_of(name) };
        let after = self.alerts.after.value;
        let more = RESTARTS.saturating_sub(1);
        let count =
            |metric: &str| format!("increase({metric}{{namespace=\"{namespace}\",pod=~\"{pods}\"}}[{after}]) > {more}");
        let mut expr = count("kube_pod_container_status_restarts_total");
        // a native sidecar is an init container
        if self.workload.program().is_some_and(|program| program.sidecars().next().is_some()) {
            expr = format!("{expr} or {}", count("kube_pod_init_container_status_restarts_total"));
        }
        let told = format!(
            "{{{{ $labels.container }}}} of {{{{ $labels.pod }}}} has restarted at least {RESTARTS} times within {after}"
        );
        AlertingRule { pending: None, ..self.rule("ContainersRestart", expr, told) }
    }

    /// A run that has failed stays failed.
    fn failed(&self) -> AlertingRule {
        let Self { namespace, name, .. } = *self;
        let expr = format!(
            "kube_job_failed{{namespace=\"{namespace}\",job_name=~\"{name}-[0-9a-z]+\",condition=\"true\"}} == 1"
        );
        let told = format!("a run of {name} has failed: {{{{ $labels.job_name }}}}");
        AlertingRule { pending: None, ..self.rule(RUN_FAILED, expr, told) }
    }

    /// The name of what scales it: KEDA makes one of its own (`getHPAName` in kedacore/keda
    /// `controllers/keda/hpa.go`, v2.20).
    fn autoscaler(&self) -> Option<String> {
        let scaling = scaling::of_workload(self.workload)?;
        Some(if scaling.needs_keda() { format!("keda-hpa-{}", self.name) } else { self.name.to_owned() })
    }

    fn rule(&self, alert: &str, expr: String, told: String) -> AlertingRule {
        let labels = [("severity", self.alerts.severity.word()), ("workload", self.name)];
        AlertingRule {
            alert: alert.to_owned(),
            expr,
            pending: Some(self.alerts.after.value.to_string()),
            labels: labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            annotations: Labels::from([("summary".to_owned(), told)]),
        }
    }
}

/// The names of the pods of a Deployment, as a regular expression of the whole name. Where a long name leaves no room for the
/// hash, it is cut.
fn pods_of(name: &str) -> String {
    if name.len() + "-".len() + MOST_HASH + "-".len() <= MOST_GENERATED {
        return format!("{name}-[0-9a-z]+-[0-9a-z]{{5}}");
    }
    let kept: String = format!("{name}-").chars().take(MOST_GENERATED).collect();
    format!("{kept}[0-9a-z]*-?[0-9a-z]{{5}}")
}

#[cfg(test)]
mod tests {
    use super::pods_of;

    #[test]
    fn names_of_pods_are_cut_where_they_are_long() {
        assert_eq!(pods_of("web"), "web-[0-9a-z]+-[0-9a-z]{5}");
        let longest = "a".repeat(46);
        assert_eq!(pods_of(&longest), format!("{longest}-[0-9a-z]+-[0-9a-z]{{5}}"));
        let longer = "a".repeat(47);
        assert_eq!(pods_of(&longer), format!("{longer}-[0-9a-z]*-?[0-9a-z]{{5}}"));
        let cut = "a".repeat(63);
        assert_eq!(pods_of(&cut), format!("{}[0-9a-z]*-?[0-9a-z]{{5}}", "a".repeat(58)));
    }
}
