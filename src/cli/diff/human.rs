//! A diff in a terminal: a heading for each class, a line for each difference.

use super::super::ui::Stream;
use super::place;
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::text::printable;
use crate::query::diff::json::Named;
use crate::query::diff::{Class, Diff, words};

/// Writes it.
pub(super) fn write(diff: &Diff, sides: [Named<'_>; 2], all: &[String], out: &mut Stream) {
    for class in Class::ALL {
        let lines = words::lines(class, &diff.entries);
        if lines.is_empty() {
            continue;
        }
        let heading = out.paint(role(class), class.title());
        out.line(&heading);
        for line in lines {
            let subject = out.paint(Role::Strong, &printable(&line.subject));
            let what = if line.what.is_empty() { String::new() } else { format!(": {}", printable(&line.what)) };
            let environments = words::environments(&line.environments, all);
            let environments = if environments.is_empty() { String::new() } else { format!(" [{environments}]") };
            let from = line.place.map(|own| format!(" ({})", place(own, sides))).unwrap_or_default();
            let behind = out.paint(Role::Faint, &printable(&format!("{environments}{from}")));
            out.line(&format!("  {subject}{what}{behind}"));
            for change in &line.changes {
                out.line(&format!("    {}", printable(change)));
            }
            for reason in &line.reasons {
                let text = format!("    {} ({})", reason.text, place(reason.place, sides));
                let text = out.paint(Role::Faint, &printable(&text));
                out.line(&text);
            }
        }
    }
}

/// How grave a class is.
fn role(class: Class) -> Role {
    match class {
        Class::Allowed | Class::Denied | Class::GuaranteeLost | Class::Recreate | Class::Removed => Role::Error,
        Class::Addresses | Class::Unknown | Class::Capacity | Class::Replicas | Class::Restart => Role::Warning,
        Class::Added | Class::Configuration | Class::Policies | Class::GuaranteeWon => Role::Good,
        Class::NoEffect => Role::Faint,
    }
}
