//! Who talks to whom as a graph, for reading and for drawing.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::list::FlowRow;
use crate::diagnostic::render::text::one_line;

/// Lines of text, sources in order: `web -> api.http`, derived flows with their reason.
pub fn text(rows: &[FlowRow]) -> String {
    let mut text = String::new();
    let mut environment = "";
    for row in sorted(rows) {
        if row.environment != environment {
            let gap = if environment.is_empty() { "" } else { "\n" };
            environment = &row.environment;
            let _ = writeln!(text, "{gap}{environment}");
        }
        let why = if row.why == "declared" { String::new() } else { format!(" ({}: {})", row.why, row.reason) };
        let _ = writeln!(text, "  {} -> {}{why}", row.source, row.target);
    }
    text
}

/// The same in the language of Graphviz: a cluster for each environment, derived flows dashed.
pub fn dot(rows: &[FlowRow]) -> String {
    let mut text = "digraph flows {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
    let rows = sorted(rows);
    let environments: BTreeSet<&str> = rows.iter().map(|row| row.environment.as_str()).collect();
    for (at, environment) in environments.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{at} {{\n    label={};", quoted(environment));
        let own = rows.iter().filter(|row| row.environment == **environment);
        let nodes: BTreeSet<&str> = own.clone().flat_map(|row| [row.source.as_str(), node(row)]).collect();
        for name in nodes {
            let _ = writeln!(text, "    {} [label={}];", id(environment, name), quoted(name));
        }
        let edges: BTreeSet<String> = own
            .map(|row| {
                let port = row.target.strip_prefix(node(row)).and_then(|rest| rest.strip_prefix('.')).unwrap_or("");
                let style = if row.why == "declared" { "" } else { ", style=dashed" };
                let (from, to) = (id(environment, &row.source), id(environment, node(row)));
                format!("    {from} -> {to} [label={}{style}];", quoted(port))
            })
            .collect();
        for edge in edges {
            text.push_str(&edge);
            text.push('\n');
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

fn sorted(rows: &[FlowRow]) -> Vec<&FlowRow> {
    let mut rows: Vec<&FlowRow> = rows.iter().collect();
    rows.sort_by(|a, b| (&a.environment, &a.source, &a.target).cmp(&(&b.environment, &b.source, &b.target)));
    rows
}

/// The end of a flow without its port.
fn node(row: &FlowRow) -> &str {
    row.target.rsplit_once('.').map_or(&row.target, |(name, _)| name)
}

fn id(environment: &str, name: &str) -> String {
    quoted(&format!("{environment}/{name}"))
}

/// A text in quotes of the language of Graphviz; what a terminal obeys is shown.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(environment: &str, source: &str, target: &str, why: &str) -> FlowRow {
        FlowRow {
            environment: environment.to_owned(),
            source: source.to_owned(),
            target: target.to_owned(),
            why: why.to_owned(),
            reason: "it asks".to_owned(),
            place: String::new(),
        }
    }

    #[test]
    fn flows_are_lines_and_edges() {
        let rows = [
            row("prod", "web", "dns", "dns"),
            row("prod", "web", "api.http", "declared"),
            row("dev \"x\"", "web", "api.http", "declared"),
        ];
        let said = "dev \"x\"\n  web -> api.http\n\nprod\n  web -> api.http\n  web -> dns (dns: it asks)\n";
        assert_eq!(text(&rows), said);
        let drawn = dot(&rows);
        for part in [
            "\"prod/web\" -> \"prod/api\" [label=\"http\"];",
            "\"prod/web\" -> \"prod/dns\" [label=\"\", style=dashed];",
            "label=\"dev \\\"x\\\"\";",
        ] {
            assert!(drawn.contains(part), "{part} is not in\n{drawn}");
        }
    }
}
