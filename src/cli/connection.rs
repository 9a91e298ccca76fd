//! `bvlc explain flow A B --manifests PATH...`

use std::path::PathBuf;

use super::passing::shown as shown_ports;
use super::ui::Stream;
use super::{Exit, Fault, Session, manifests};
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::text::one_line;
use crate::query::explain::json;
use crate::query::manifests::Terms;
use crate::query::manifests::flow::{Answer, Answers, Decided, Half, flow};
use crate::query::manifests::passing::PolicyName;
use crate::verify::connectivity::Ports;

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

pub(super) fn explain(
    (paths, namespace): (&[PathBuf], &str),
    (source, target): (&str, &str),
    form: Form,
    session: &mut Session,
) -> Result<Exit, Fault> {
    let (sources, objects) = manifests::load(paths, session)?;
    let shown = Shown { sources: &sources, prefix: "" };
    // the answer is about what could be read
    manifests::tell_broken(&objects.broken, shown, session);
    let terms = Terms { namespace: namespace.to_owned(), ..Terms::default() };
    let Answers { answers, left_out, mut unjudged, assumed } =
        flow(&objects, &terms, source, target).map_err(|unknown| {
            let fault = Fault::new(format!("{} `{}`", unknown.what, one_line(&unknown.name)));
            match unknown.near {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint("`bvlc verify --only connectivity` lists what there is"),
            }
        })?;
    for (policy, what) in left_out {
        let place = place(&policy, shown);
        session.ui.err().line(&one_line(&format!("{place} is left out, since the API server refuses it: {what}")));
    }
    for one in &unjudged {
        let (place, what) = (place(&one.policy, shown), &one.what);
        session.ui.err().line(&one_line(&format!("{place} may decide about it too, and is left out: {what}")));
    }
    for one in &assumed {
        let line = format!("{}: {}", shown.sources.place(one.policy.place), one.what);
        session.ui.err().line(&one_line(&line));
    }
    unjudged.extend(assumed);
    for answer in &answers {
        let out = session.ui.out();
        match form {
            Form::Json => out.line(&json::of_connection(answer, &unjudged, shown).to_string()),
            Form::Text => write(answer, shown, out),
        }
    }
    Ok(if answers.iter().all(Answer::is_allowed) { Exit::Clean } else { Exit::Findings })
}

fn write(answer: &Answer, shown: Shown<'_>, out: &mut Stream) {
    let at = if answer.asked == Ports::all() { String::new() } else { format!(" at {}", shown_ports(&answer.asked)) };
    let is_open = |half: &Half| match &half.decided {
        Decided::Outside | Decided::HostNetwork | Decided::Open => true,
        Decided::Itself => false,
        Decided::Policies { allowing, open, .. } => allowing.is_empty() && !open.is_empty(),
    };
    let (word, role) = if !answer.is_allowed() {
        ("no".to_owned(), Role::Error)
    } else if is_open(&answer.egress) && is_open(&answer.ingress) {
        ("yes, but only because nothing is denied there".to_owned(), Role::Warning)
    } else if answer.passing == answer.asked {
        ("yes".to_owned(), Role::Good)
    } else {
        (format!("yes, at {}", shown_ports(&answer.passing)), Role::Good)
    };
    let title = out.paint(Role::Strong, &format!("{} -> {}{at}:", answer.source, answer.target));
    let word = out.paint(role, &word);
    out.line(&format!("{title} {word}"));
    for (side, half) in [("egress", &answer.egress), ("ingress", &answer.ingress)] {
        for line in lines(half, &answer.asked, shown) {
            out.line(&one_line(&format!("  {side:<8} {line}")));
        }
        let Some(missing) = &half.missing else { continue };
        out.line(&match &missing.policy {
            Some(policy) => format!("    to allow it, add below {} of {}:", missing.field, place(policy, shown)),
            None => format!("    to allow it, add a NetworkPolicy beside {} with this {}:", half.name, missing.field),
        });
        for line in &missing.rule {
            out.line(&one_line(&format!("      {line}")));
        }
        if let Some(remark) = missing.remark {
            out.line(&format!("    {remark}"));
        }
    }
    if !answer.is_allowed() && !answer.egress.ports.is_empty() && !answer.ingress.ports.is_empty() {
        out.line("  each side allows something, at ports that the other one does not");
    }
}

fn place(policy: &PolicyName, shown: Shown<'_>) -> String {
    let line = shown.sources.position(policy.place).line;
    format!("{} ({}:{line})", policy.name, shown.path(policy.place))
}

fn lines(half: &Half, asked: &Ports, shown: Shown<'_>) -> Vec<String> {
    match &half.decided {
        Decided::Outside => vec![format!("open: {} is no pod", half.name)],
        Decided::HostNetwork => vec![format!("open: {} is on the host network, which no policy selects", half.name)],
        Decided::Open => vec![format!("open: no policy isolates {}", half.name)],
        Decided::Itself => vec![format!("open: {} is one pod, which no policy can keep from itself", half.name)],
        Decided::Policies { isolating, governing, allowing, denying, open } => {
            let line = |word: &str, (policy, ports): &(PolicyName, Ports)| {
                let at = if ports == asked { String::new() } else { format!(" at {}", shown_ports(ports)) };
                format!("{word}{at} by {}", place(policy, shown))
            };
            let mut lines: Vec<String> = denying.iter().map(|rule| line("denied", rule)).collect();
            lines.extend(allowing.iter().map(|rule| line("allowed", rule)));
            let named =
                |all: &[PolicyName]| all.iter().map(|policy| place(policy, shown)).collect::<Vec<_>>().join(", ");
            let mut said = open.clone();
            for (_, ports) in denying.iter().chain(allowing) {
                said.add(ports);
            }
            if !open.is_empty() {
                let at = if open == asked { String::new() } else { format!(" at {}", shown_ports(open)) };
                let others = named(governing);
                lines.push(format!(
                    "open{at}: no NetworkPolicy isolates {}, and no rule of {others} denies it",
                    half.name
                ));
            } else if lines.is_empty() {
                lines.push(format!("denied: {} isolates {}, and no rule allows this", named(isolating), half.name));
            } else if allowing.is_empty() && !asked.without(&said).is_empty() {
                let rest = shown_ports(&asked.without(&said));
                lines.push(format!(
                    "denied at {rest}: {} isolates {}, and no rule allows it",
                    named(isolating),
                    half.name
                ));
            }
            lines
        }
    }
}
