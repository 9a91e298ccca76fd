//! What network policies would do in an environment that only observes, in lines for people.

use super::table;
use super::ui::Stream;
use crate::query::observe::Isolated;

/// Writes a line for each workload: who could still reach it, whom it could still reach, what would be cut.
pub(super) fn write(isolated: &[Isolated], indent: &str, out: &mut Stream) {
    let rows = isolated.iter().map(|isolated| {
        let cut = if isolated.cut.is_empty() { String::new() } else { format!("cut: {}", isolated.cut.join("; ")) };
        [
            format!("{indent}{}", isolated.workload),
            format!("is reached by {}", names(&isolated.ingress)),
            format!("reaches {}", names(&isolated.egress)),
            cut,
        ]
    });
    for line in table::lines(&rows.collect::<Vec<_>>()) {
        out.line(&line);
    }
}

fn names(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}
