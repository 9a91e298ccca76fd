//! An answer about a flow, in words.
//!
//! Invariant: the command line and editors say the same.

use super::advice::{Advice, OwnRange};
use super::flow::{Answer, Beside, Half, Reason, Side, Verdict};
use crate::diagnostic::render::text::one_line;
use crate::source::{SourceMap, Span};

/// An answer in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What was asked: `web -> api in prod, staging`.
    pub question: String,
    /// `yes` or `no`, or what lies between them.
    pub verdict: &'static str,
    /// Why, a line each.
    pub reasons: Vec<String>,
    /// What decides about each half, a line each.
    pub halves: [String; 2],
}

/// Says an answer; `at` names a place as whoever asks would open it.
pub fn said(answer: &Answer, sources: &SourceMap, at: &dyn Fn(Span) -> String) -> Said {
    let Answer { source, target, .. } = answer;
    let environments = answer.environments.join(", ");
    let verdict = match answer.verdict {
        Verdict::Allowed(_) => "yes",
        Verdict::Open => "yes, but only because nothing is denied there",
        Verdict::Denied { .. } => "no",
    };
    let mut reasons = Vec::new();
    match &answer.verdict {
        Verdict::Allowed(ports) => {
            for port in ports {
                let shown = if port.port.is_empty() { target.clone() } else { port.port.clone() };
                reasons.extend(port.reasons.iter().map(|reason| format!("{shown}: {}", because(reason, sources, at))));
            }
        }
        Verdict::Open => {
            reasons.push("no statement allows it, and no policy denies it".to_owned());
            for half in [&answer.egress, &answer.ingress] {
                if let Half::Observed(environment) = half {
                    reasons.push(format!("it is cut as soon as {environment} no longer only observes"));
                    break;
                }
            }
        }
        Verdict::Denied { missing, advice, forbidden, path, beside } => {
            reasons.push(match missing {
                Side::Egress => format!("the network policy of {source} does not let it out"),
                Side::Ingress => format!("the network policy of {target} does not let it in"),
            });
            for Beside { with, addresses, port, place } in beside {
                let text = one_line(sources.text(*place));
                reasons.push(format!(
                    "but `{text}` ({}) lets it out to {addresses}, which {with} has as well, at {port}",
                    at(*place)
                ));
            }
            for place in forbidden {
                reasons.push(format!("`{}` forbids it ({})", one_line(sources.text(*place)), at(*place)));
            }
            match advice {
                Advice::State(_) | Advice::Keep(_) if !forbidden.is_empty() => {}
                Advice::State(statement) => reasons.push(format!("to allow it: {statement}")),
                Advice::Uncalled(why) => reasons.push(why.clone()),
                Advice::Keep(taken) => {
                    for place in taken {
                        reasons.push(format!("`{}` takes it away ({})", one_line(sources.text(*place)), at(*place)));
                    }
                    reasons.push("to allow it: leave that out".to_owned());
                }
                Advice::Ask(own) => reasons.push(ask(*own, answer)),
                Advice::Derived => {
                    reasons.push(format!("such a flow is derived from what {source} does; nothing it does needs it"));
                }
            }
            if path.len() > 2 {
                reasons.push(format!("it is reached through others: {}", path.join(" -> ")));
            }
        }
    }
    let halves = [("egress", &answer.egress), ("ingress", &answer.ingress)];
    Said {
        question: match environments.as_str() {
            "" => format!("{source} -> {target}"),
            environments => format!("{source} -> {target} in {environments}"),
        },
        verdict,
        reasons,
        halves: halves.map(|(side, half)| format!("{side:<8} {}", self::half(half))),
    }
}

/// Who is at an address of the cluster's own, and how to ask for it.
fn ask(own: OwnRange, answer: &Answer) -> String {
    let address = [&answer.egress, &answer.ingress].into_iter().find_map(|half| match half {
        Half::Outside(name) => Some(name.as_str()),
        Half::Policy { .. } | Half::Off { .. } | Half::Observed(_) | Half::HostNetwork(_) => None,
    });
    let who = match own {
        OwnRange::Pods => "a pod's, whom policies know by its labels: ask for the workload by its name",
        OwnRange::Services => "a Service's, behind which are pods: ask for their workload by its name",
        OwnRange::Nodes => "a node's: ask for the managed workload on its network, which states `host-network`",
        OwnRange::ApiServer => "the API server's: ask for `kubernetes-api`",
    };
    format!("{} is within `{}`, so it is {who}", address.unwrap_or_default(), own.word())
}

/// Why a flow is there, and where that is said.
pub fn because(reason: &Reason, sources: &SourceMap, at: &dyn Fn(Span) -> String) -> String {
    match reason {
        Reason::Stated { place, because } => {
            let text = one_line(sources.text(*place));
            let reason = match because {
                // the statement shows its reason itself where both stand on one line
                Some(because) if !text.contains(because.as_str()) => format!(", because {}", one_line(because)),
                _ => String::new(),
            };
            format!("`{text}`{reason} ({})", at(*place))
        }
        Reason::Shared { with, addresses, place } => {
            let text = one_line(sources.text(*place));
            format!("`{text}` ({}), and {with} has {addresses} as well", at(*place))
        }
        Reason::Derived(derived) => {
            let place = at(derived.cause);
            format!("derived ({}), because {} ({place})", derived.derivation, one_line(&derived.reason))
        }
    }
}

fn half(half: &Half) -> String {
    match half {
        Half::Policy { workload, label: None } => format!("the network policy of {workload} decides"),
        Half::Policy { workload, label: Some(label) } => {
            format!("the network policy of {workload} decides, by a label that others put on the namespace: {label}")
        }
        Half::Off { environment, because } => {
            let because =
                because.as_ref().map(|because| format!(", because {}", one_line(because))).unwrap_or_default();
            format!("open: the deny is off in {environment}{because}")
        }
        Half::Observed(environment) => format!("open: {environment} only observes, no policies are built there"),
        Half::HostNetwork(workload) => format!("open: {workload} runs on its nodes' network, which no policy selects"),
        Half::Outside(name) => format!("open: {name} is no pod of the platform"),
    }
}
