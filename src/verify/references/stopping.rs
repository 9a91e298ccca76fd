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
    for Pod { at, object, view: pod, .. } in cluster.pods() {
        let at = *at;
        let grace = grace(pod.template.spec.termination_grace_period_seconds);
        for container in &pod.containers {
            let hook = container.lifecycle.and_then(|lifecycle| lifecycle.pre_stop.as_ref());
            let Some((field, slept)) = hook.and_then(slept) else { continue };
            let (takes, help) = match slept {
                Slept::Seconds(seconds) if seconds < grace => continue,
                Slept::Seconds(seconds) => (
                    format!("takes {seconds}s"),
                    format!(
                        "state `terminationGracePeriodSeconds: {}`, {seconds} for the hook and {DEFAULT_GRACE} for open requests, or shorten the hook",
                        seconds.saturating_add(DEFAULT_GRACE)
                    ),
                ),
                Slept::Forever => (
                    "never ends, so that it takes all".to_owned(),
                    "let the hook end: state how long it sleeps".to_owned(),
                ),
            };
            let title = cluster.title(object);
            let message = format!(
                "{title}: the preStop hook of the container `{}` {takes} of the grace period of {grace}s",
                container.name
            );
            let path = container.path.at("lifecycle.preStop").at(field);
            found.push(
                Finding::new(&BVL1140, Place::new(at, path), message)
                    .here(takes)
                    .other(
                        Place::new(at, pod.spec_path.at("terminationGracePeriodSeconds")),
                        format!("{grace}s from the hook to the kill"),
                    )
                    .note("it is told to stop only then; the kubelet leaves it 2s at the least and kills it: open requests are cut off")
                    .help(help),
            );
        }
    }
    found
}

/// The grace period: of what is below nothing 1s is left ("negative values are invalid and will be treated as 1", `warningsForPodSpecAndMeta`
/// in kubernetes `pkg/api/pod/warnings.go`, v1.36).
fn grace(stated: Option<i64>) -> i64 {
    stated.map_or(DEFAULT_GRACE, |stated| if stated < 0 { 1 } else { stated })
}

/// How long something takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slept {
    Seconds(i64),
    Forever,
}

impl Slept {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Seconds(one), Self::Seconds(other)) => Self::Seconds(one.saturating_add(other)),
            (Self::Forever, _) | (_, Self::Forever) => Self::Forever,
        }
    }

    /// What is written behind `sleep`: numbers with a unit or without, which are added up (GNU coreutils 9, `sleep`).
    fn read<'t>(mut operands: impl Iterator<Item = &'t str>) -> Option<Self> {
        let first = Self::operand(operands.next()?)?;
        operands.try_fold(first, |sum, text| Some(sum.and(Self::operand(text)?)))
    }

    fn operand(text: &str) -> Option<Self> {
        if matches!(text, "infinity" | "inf") {
            return Some(Self::Forever);
        }
        let units = [('s', 1), ('m', 60), ('h', 3600), ('d', 86400)];
        let unit = units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
        let (number, seconds) = unit.unwrap_or((text, 1));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = fraction.bytes().all(|digit| digit.is_ascii_digit());
        let whole = whole.parse::<i64>().ok().filter(|whole| *whole >= 0 && is_number)?;
        Some(Self::Seconds(whole.saturating_mul(seconds)))
    }
}

/// How long a hook sleeps, where that can be told: the action `sleep`, or the command of that name, alone or in a shell.
fn slept(hook: &LifecycleHandler) -> Option<(&'static str, Slept)> {
    if let Some(sleep) = &hook.sleep {
        return Some(("sleep", Slept::Seconds(sleep.seconds)));
    }
    let command = hook.exec.as_ref()?.command.as_deref()?;
    let slept = match command {
        [shell, option, script] if option == "-c" && (is_named(shell, "sh") || is_named(shell, "bash")) => {
            of_script(script)?
        }
        [program, operands @ ..] if is_named(program, "sleep") => Slept::read(operands.iter().map(String::as_str))?,
        _ => return None,
    };
    Some(("exec", slept))
}

/// How long a script sleeps before it does anything else. What ends in `&` is not waited for (POSIX, Shell Command Language,
/// 2.9.3, "Asynchronous Lists").
fn of_script(script: &str) -> Option<Slept> {
    let mut sum: Option<Slept> = None;
    let mut rest = script;
    loop {
        let end = rest.find(['&', ';', '|', '\n']).unwrap_or(rest.len());
        let (command, behind) = rest.split_at_checked(end)?;
        let mut words = command.split_whitespace();
        let program = words.next();
        let is_and = behind.starts_with("&&");
        if program.is_some_and(|program| is_named(program, "sleep")) {
            let Some(own) = Slept::read(words) else { return sum };
            // whatever is behind it begins at once
            if is_and || !behind.starts_with('&') {
                sum = Some(sum.map_or(own, |sum| sum.and(own)));
            }
        } else if program.is_some() {
            return sum;
        }
        let next = if is_and { behind.strip_prefix("&&") } else { behind.strip_prefix(['&', ';', '\n']) };
        let Some(next) = next else { return sum };
        rest = next;
    }
}

fn is_named(program: &str, name: &str) -> bool {
    program.rsplit('/').next() == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::api::core::v1::{ExecAction, SleepAction};

    #[test]
    fn less_than_nothing_is_one_second() {
        for (stated, expected) in [(None, 30), (Some(-5), 1), (Some(0), 0), (Some(7), 7)] {
            assert_eq!(grace(stated), expected, "{stated:?}");
        }
    }

    #[test]
    fn sleeps_are_known() {
        let command = |words: &[&str]| LifecycleHandler {
            exec: Some(ExecAction { command: Some(words.iter().map(|word| (*word).to_owned()).collect()) }),
            ..LifecycleHandler::default()
        };
        let sleep = LifecycleHandler { sleep: Some(SleepAction { seconds: 5 }), ..LifecycleHandler::default() };
        let seconds = |seconds| Some(Slept::Seconds(seconds));
        for (hook, expected) in [
            (sleep, seconds(5)),
            (command(&["sleep", "5"]), seconds(5)),
            (command(&["/bin/sleep", "5s"]), seconds(5)),
            (command(&["sleep", "5m"]), seconds(300)),
            (command(&["sleep", "1m", "1.5s"]), seconds(61)),
            (command(&["sleep", "1h"]), seconds(3600)),
            (command(&["sleep", "infinity"]), Some(Slept::Forever)),
            (command(&["sleep", "$N"]), None),
            (command(&["sleep", "-5"]), None),
            (command(&["sleep"]), None),
            (command(&["/bin/sh", "-c", "sleep 5 && kill 1"]), seconds(5)),
            (command(&["/bin/sh", "-c", "sleep 20; sleep 20"]), seconds(40)),
            (command(&["/bin/sh", "-c", "sleep 20\nsleep 1m\n"]), seconds(80)),
            (command(&["/bin/sh", "-c", "sleep 20 && sleep infinity"]), Some(Slept::Forever)),
            (command(&["/bin/sh", "-c", "sleep 40 &"]), None),
            (command(&["/bin/sh", "-c", "sleep 40 & sleep 5"]), seconds(5)),
            (command(&["/bin/sh", "-c", "sleep 5 || sleep 6"]), seconds(5)),
            (command(&["/bin/sh", "-c", "sleep 5 | cat"]), seconds(5)),
            (command(&["/bin/sh", "-c", "sleep 5; drain; sleep 6"]), seconds(5)),
            (command(&["sh", "-c", "kill 1; sleep 5"]), None),
            (command(&["drain"]), None),
            (LifecycleHandler::default(), None),
        ] {
            assert_eq!(slept(&hook).map(|(_, slept)| slept), expected, "{hook:?}");
        }
    }
}
