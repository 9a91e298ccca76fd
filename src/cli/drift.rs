//! `bvlc verify PATH... --against PLATFORM`

use std::path::Path;

use super::connection::Form;
use super::report::{Selection, counted};
use super::ui::Stream;
use super::{Exit, Fault, Session, manifests, spec};
use crate::analyze::analyze;
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::text::one_line;
use crate::query::manifests::drift::{Drift, Entry, EntryKind, drift};
use crate::query::manifests::{Objects, Terms, forms};
use crate::query::trial::Trial;
use crate::resolve::Mode;
use crate::verify::connectivity::Untold;

/// How many ends one rule is shown with.
const SHOWN: usize = 3;

/// What manifests are held against.
pub(super) struct Against<'a> {
    pub(super) platform: &'a Path,
    pub(super) params: &'a spec::ParamArguments,
    /// The environments; all of them where it is empty.
    pub(super) environments: &'a [String],
    pub(super) form: Form,
}

pub(super) fn compare(
    against: &Against<'_>,
    objects: &Objects,
    terms: &Terms,
    shown: Shown<'_>,
    session: &mut Session,
) -> Result<Exit, Fault> {
    let place = spec::locate(Some(against.platform), session)?;
    let inputs = against.params.inputs(&session.here, against.environments, Mode::Check)?;
    let analysis = analyze(&place.files, &place.root, &inputs);
    let is_read = manifests::tell_broken(&objects.broken, shown, session);
    let Some(checked) = analysis.checked() else {
        let selection =
            Selection::for_people(&analysis.findings).tried(&Trial::new(&place.files, &place.root, &analysis));
        selection.write(Shown { sources: analysis.sources(), prefix: &place.prefix }, session.ui.err());
        selection.count_line(session.ui.err());
        session.ui.err().line("a spec with errors is compared with nothing");
        return Ok(Exit::Findings);
    };
    let mut drift = drift(objects, terms, &checked);
    if against.environments.is_empty() {
        // what these manifests are not about is said, and is no difference
        for (title, namespace) in std::mem::take(&mut drift.without_objects) {
            session.ui.err().line(&format!("{title} is not compared: no object is in its namespace {namespace}"));
        }
    }
    match against.form {
        Form::Text => write(&drift, shown, session.ui.out()),
        Form::Json => {
            for line in forms::drift(&drift, shown) {
                session.ui.out().line(&line);
            }
        }
    }
    said(&drift, shown, session.ui.err());
    // a comparison of nothing is none, and one of a part is none of the whole: whoever waits for it hears so
    let is_clean = drift.is_whole() && drift.entries.is_empty() && drift.without_objects.is_empty();
    Ok(if is_clean && is_read { Exit::Clean } else { Exit::Findings })
}

fn write(drift: &Drift, shown: Shown<'_>, out: &mut Stream) {
    for (title, namespace) in &drift.without_objects {
        out.line(&format!("other: {title} has no object in its namespace {namespace}"));
    }
    for Entry { kind, what, why, by } in &drift.entries {
        let role = match kind {
            EntryKind::More => Role::Error,
            EntryKind::Less => Role::Warning,
            EntryKind::Other => Role::Strong,
        };
        let word = out.paint(role, kind.name());
        let more = match what.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(", and {more} more like it"),
        };
        let what = what.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
        out.line(&format!("{word}: {}", one_line(&format!("{what}{more}: {why}"))));
        for policy in by {
            let line = shown.sources.position(policy.place).line;
            out.line(&one_line(&format!("  {}:{line}: {}", shown.path(policy.place), policy.name)));
        }
    }
}

fn said(drift: &Drift, shown: Shown<'_>, err: &mut Stream) {
    if !drift.elsewhere.is_empty() {
        let namespaces = drift.elsewhere.iter().map(|(name, count)| {
            if name.is_empty() { counted(*count, "object") + " of the cluster" } else { format!("{count} in {name}") }
        });
        let namespaces = namespaces.collect::<Vec<_>>().join(", ");
        err.line(&one_line(&format!("left alone, since no environment compared has their namespace: {namespaces}")));
    }
    let compared = drift.compared.join(", ");
    let verdict = match (drift.compared.is_empty(), drift.entries.len()) {
        (true, _) => {
            "nothing was compared: no object is in a namespace of an environment; is this the right folder, and the right platform?"
                .to_owned()
        }
        (false, 0) => {
            format!(
                "{compared}: the manifests do what the spec says, for {}",
                counted(drift.pairs, "pair") + " of pods"
            )
        }
        (false, count) => format!("{compared}: {} from what the spec says", counted(count, "difference")),
    };
    if let Some(line) = Untold::line(&drift.untold) {
        err.line(&one_line(&line));
    }
    let aside = [forms::unread_line(&drift.unread, shown), forms::unjudged_line(&drift.unjudged, shown)];
    let mut aside = aside.into_iter().flatten().peekable();
    if aside.peek().is_some() {
        for line in aside {
            err.line(&one_line(&line));
        }
        err.line(&format!("{verdict}, those policies aside; give it the manifests without them where that is enough"));
        return;
    }
    err.line(&verdict);
}
