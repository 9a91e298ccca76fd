//! Words of monitoring: who is told what to scrape, and when somebody is told.

use super::{Block, Entries, Keyed, Type, Word, arg, clause};

const LABEL: Word = Word {
    name: "label",
    args: &[arg("KEY", Type::Key), arg("VALUE", Type::Text).or_empty()],
    keyed: Keyed::ByArgument,
    doc: "A label by which it finds what it is told; with several, all of them.",
    example: "label \"release\" \"monitoring\"",
    ..Word::NEW
};

/// `monitors { .. }` of a managed workload.
pub(super) const MONITORS: Word = Word {
    name: "monitors",
    block: Some(&Block { name: "monitors", entries: Entries::Words, words: &[LABEL] }),
    doc: "The Prometheus Operator tells it what to scrape and when to alert: each service that it reads the metrics of has a PodMonitor, and each workload with `alerts` a PrometheusRule, with these labels. One with `monitors` provides `scrape`.",
    example: "monitors { label \"release\" \"monitoring\" }",
    ..Word::NEW
};

/// Of services and jobs.
pub(super) const ALERTS: Word = Word {
    name: "alerts",
    args: &[arg("DURATION", Type::Seconds).about(900).something("everything would alert at once")],
    clauses: &[clause(
        "severity",
        &[arg("SEVERITY", Type::Choice(&["critical", "warning", "info"]))],
        "The label by which an Alertmanager knows whom to tell. Default `warning`.",
    )],
    doc: "Somebody is told when what is stated does not hold for so long: replicas are not ready, a drain of a node has to wait, the autoscaler is at its maximum, containers restart three times within it, or at once when a run of a job has failed. A Prometheus with `monitors` evaluates it, by what kube-state-metrics says.",
    example: "alerts 15m severity critical",
    ..Word::NEW
};
