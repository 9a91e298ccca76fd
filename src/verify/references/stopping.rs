//! A pod has time left to stop in when its hooks have run.

use crate::diagnostic::Code;
use crate::object::api::core::v1::LifecycleHandler;
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::finding::{Finding, Place};

crate::code! {
    /// ## What it means
    /// What runs before the container is told to stop (`preStop`) takes the whole grace period, or more.
    ///
    /// ## Why it matters in the cluster
    /// The grace period runs while the hook runs. When it is used up the container gets 2 s, then it is killed: open
    /// requests are cut off at every rollout. A `sleep` above the grace period is refused by the API server.
    ///
    /// ## How to mend it
    /// Raise `terminationGracePeriodSeconds` (30 if unset) above the hook and the time that open requests may take.
    ///
    /// ```yaml bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   terminationGracePeriodSeconds: 10
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       lifecycle:
    ///         preStop:
    ///           sleep: #~ BVL1140 "10s of the grace period of 10s" :5
    ///             seconds: 10
    /// ```
    /// ```yaml good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: web }
    /// spec:
    ///   terminationGracePeriodSeconds: 11
    ///   containers:
    ///     - name: web
    ///       image: web:1
    ///       lifecycle:
    ///         preStop:
    ///           sleep:
    ///             seconds: 10
    /// ```
    ///
    /// ## Source
    /// `killContainer` in [`kuberuntime_container.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/kuberuntime/kuberuntime_container.go),
    /// Kubernetes 1.36; [Kubernetes enhancement 3960](https://github.com/kubernetes/enhancements/issues/3960).
    BVL1140, "hook-takes-whole-grace", Error, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1140];

/// `SetDefaults_PodSpec` in kubernetes `pkg/apis/core/v1/defaults.go`, v1.36.
const DEFAULT_GRACE: i64 = 30;

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for Pod { at, object, view: pod } in cluster.pods() {
        let at = *at;
        let grace = pod.template.spec.termination_grace_period_seconds.unwrap_or(DEFAULT_GRACE);
        for container in &pod.containers {
            let hook = container.lifecycle.and_then(|lifecycle| lifecycle.pre_stop.as_ref());
            let Some((field, seconds)) = hook.and_then(slept) else { continue };
            if seconds < grace {
                continue;
            }
            let title = cluster.title(object);
            let message = format!(
                "{title}: the preStop hook of the container `{}` takes {seconds}s of the grace period of {grace}s",
                container.name
            );
            let path = container.path.at("lifecycle.preStop").at(field);
            found.push(
                Finding::new(&BVL1140, Place::new(at, path), message)
                    .here(format!("takes {seconds}s"))
                    .other(
                        Place::new(at, pod.spec_path.at("terminationGracePeriodSeconds")),
                        format!("{grace}s from the hook to the kill"),
                    )
                    .note("it is told to stop only then; the kubelet leaves it 2s at the least and kills it: open requests are cut off")
                    .help(format!("state `terminationGracePeriodSeconds: {}`, {seconds} for the hook and {DEFAULT_GRACE} for open requests, or shorten the hook",
                        seconds.saturating_add(DEFAULT_GRACE))),
            );
        }
    }
    found
}

/// How long a hook sleeps, where that can be told: the action `sleep`, or the command of that name, alone or in a shell.
fn slept(hook: &LifecycleHandler) -> Option<(&'static str, i64)> {
    if let Some(sleep) = &hook.sleep {
        return Some(("sleep", sleep.seconds));
    }
    let command = hook.exec.as_ref()?.command.as_deref()?;
    let seconds = |text: &str| text.strip_suffix('s').unwrap_or(text).parse::<i64>().ok();
    let seconds = match command {
        [program, text] if is_named(program, "sleep") => seconds(text)?,
        [shell, option, script] if option == "-c" && (is_named(shell, "sh") || is_named(shell, "bash")) => {
            let first = script.split(['&', ';', '|']).next()?;
            let mut words = first.split_whitespace();
            if !is_named(words.next()?, "sleep") {
                return None;
            }
            seconds(words.next()?)?
        }
        _ => return None,
    };
    Some(("exec", seconds))
}

fn is_named(program: &str, name: &str) -> bool {
    program.rsplit('/').next() == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::api::core::v1::{ExecAction, SleepAction};

    #[test]
    fn sleeps_are_known() {
        let command = |words: &[&str]| LifecycleHandler {
            exec: Some(ExecAction { command: Some(words.iter().map(|word| (*word).to_owned()).collect()) }),
            ..LifecycleHandler::default()
        };
        for (hook, expected) in [
            (LifecycleHandler { sleep: Some(SleepAction { seconds: 5 }), ..LifecycleHandler::default() }, Some(5)),
            (command(&["sleep", "5"]), Some(5)),
            (command(&["/bin/sleep", "5s"]), Some(5)),
            (command(&["/bin/sh", "-c", "sleep 5 && kill 1"]), Some(5)),
            (command(&["sh", "-c", "kill 1; sleep 5"]), None),
            (command(&["sleep", "5m"]), None),
            (command(&["drain"]), None),
            (LifecycleHandler::default(), None),
        ] {
            assert_eq!(slept(&hook).map(|(_, seconds)| seconds), expected, "{hook:?}");
        }
    }
}
