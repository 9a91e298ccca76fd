//! A page for each module of the standard library: its classes with their documentation, ports and flows.

use super::{Draft, Page, cell};
use crate::resolve::STANDARD;
use crate::source::{Provenance, SourceMap};
use crate::syntax::{self, Statement, Tree};

/// The pages, by module.
pub fn pages() -> Vec<Page> {
    let mut sources = SourceMap::default();
    let mut pages: Vec<Page> = Vec::new();
    for file in STANDARD.files() {
        let path = file.path();
        let (Some(stem), Some(text)) = (path.file_stem().and_then(|stem| stem.to_str()), file.contents_utf8()) else {
            continue;
        };
        if path.extension().is_none_or(|extension| extension != "bvl") {
            continue;
        }
        let id = sources.add(stem, text, Provenance::Standard);
        let tree = syntax::parse(id, &text.into());
        pages.push(page(stem, &tree));
    }
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    pages
}

fn page(stem: &str, tree: &Tree) -> Page {
    let mut text = Draft::new(&format!("Module `std.{stem}`"));
    for line in tree.text.lines().take_while(|line| line.starts_with("//") && !line.starts_with("///")) {
        text.add(line.trim_start_matches('/').trim());
        text.add("\n");
    }
    text.add("\n");
    for class in tree.statements().filter(|statement| statement.word() == "class") {
        write_class(stem, class, tree, &mut text);
    }
    text.page(format!("docs/reference/std-{stem}.md"))
}

fn write_class(stem: &str, class: &Statement, tree: &Tree, text: &mut Draft) {
    let slice = |span: crate::source::Span| tree.text.get(span.range()).unwrap_or_default();
    let head = class.terms.iter().map(|term| slice(term.span)).collect::<Vec<_>>().join(" ");
    text.add(&format!("## `{stem}.{head}`\n\n"));
    for doc in &class.docs {
        let line = slice(doc.span).trim_start_matches('/');
        text.add(line.strip_prefix(' ').unwrap_or(line).trim_end());
        text.add("\n");
    }
    let of = |words: &'static [&'static str]| class.statements().filter(move |inner| words.contains(&inner.word()));
    let ports: Vec<&Statement> = of(&["port", "metrics"]).collect();
    if !ports.is_empty() {
        text.add("\n| port | number | more |\n|---|---|---|\n");
        for port in ports {
            let mut terms = port.terms.iter().map(|term| slice(term.span));
            let name = if port.word() == "metrics" { Some("metrics") } else { terms.next() };
            let number = terms.next().unwrap_or_default();
            let more = terms.map(|term| format!("`{term}`")).collect::<Vec<_>>().join(" ");
            text.add(&format!("| `{}` | {number} | {} |\n", name.unwrap_or_default(), cell(&more)));
        }
    }
    let flows: Vec<&Statement> = of(&["allow"]).collect();
    if !flows.is_empty() {
        text.add("\nFlows that follow from it:\n\n");
        for flow in flows {
            let line = slice(flow.head()).split_whitespace().collect::<Vec<_>>().join(" ");
            text.add(&format!("- `{line}`\n"));
        }
    }
    text.add("\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_shows_ports_and_flows() {
        let page = pages().into_iter().find(|page| page.path.ends_with("std-nats.md")).unwrap().text;
        for part in
            ["## `nats.cluster is nats.chart`", "| `client` | 4222 |", "| `metrics` | 7777 |", "- `allow self ->"]
        {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert_eq!(pages().len(), crate::registry::modules().count());
    }
}
