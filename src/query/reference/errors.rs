//! The index of codes and a page for each: what `bvlc explain` says, and the message as a terminal shows it.

use super::{Draft, Page, cell, first_sentence};
use crate::diagnostic::Code;
use crate::query::explain::code::{Part, markdown, parts, standing};
use crate::registry;

/// The families of codes, by the hundred.
const FAMILIES: [(&str, &str); 11] = [
    ("BVL01", "Syntax"),
    ("BVL02", "Names, types, units and layers"),
    ("BVL03", "Flows and isolation"),
    ("BVL04", "Pod security"),
    ("BVL05", "Resources and scaling"),
    ("BVL06", "Disruption and availability"),
    ("BVL07", "Health, shutdown and deadlines"),
    ("BVL08", "Order and rollout"),
    ("BVL09", "Environment, names and output"),
    ("BVL10", "Rules"),
    ("BVL11", "Manifests of others (`bvlc verify`)"),
];

/// The pages. `shown` gives the messages of a code's `bad` examples, one an example.
pub fn pages(shown: &dyn Fn(&Code) -> Vec<String>) -> Vec<Page> {
    let mut pages = vec![index()];
    pages.extend(registry::codes().map(|code| page(code, &shown(code))));
    pages
}

fn index() -> Page {
    let mut text = Draft::new("What bvlc reports");
    text.add(
        "A code has one meaning for ever. `bvlc explain CODE` shows its page; `waive CODE on NAME because \"REASON\"` accepts a \
         finding, `severity` in the platform block says how grave one is.\n",
    );
    for (hundred, title) in FAMILIES {
        if !registry::codes().any(|code| code.id.starts_with(hundred)) {
            continue;
        }
        text.add(&format!("\n## {title}\n\n| code | name | severity | what it means |\n|---|---|---|---|\n"));
        for code in registry::codes().filter(|code| code.id.starts_with(hundred)) {
            text.add(&format!(
                "| [{id}]({id}.md) | `{}` | {} | {} |\n",
                code.slug,
                code.severity.name(),
                cell(&summary(code)),
                id = code.id,
            ));
        }
    }
    text.page("docs/errors/README.md")
}

/// What a code means, in a sentence.
pub fn summary(code: &Code) -> String {
    let paragraph = parts(code).into_iter().find_map(|part| match part {
        Part::Paragraph(text) => Some(text),
        Part::Heading(_) | Part::Item(_) | Part::Lines(_) | Part::Example(..) => None,
    });
    first_sentence(&paragraph.unwrap_or_default()).to_owned()
}

fn page(code: &Code, shown: &[String]) -> Page {
    let mut text = Draft::new(&format!("{}: {}", code.id, code.slug));
    text.add(&format!("Severity: {}. Since {}.\n\n", code.severity.name(), code.since));
    if let Some(standing) = standing(code) {
        text.add(&format!("{standing}\n\n"));
    }
    text.add(&format!("{}\n", markdown(code).trim_end()));
    if !shown.is_empty() {
        text.add("\n## As a terminal shows it\n");
    }
    for message in shown {
        text.add(&format!("\n```text\n{}\n```\n", message.trim_end()));
    }
    text.page(format!("docs/errors/{}.md", code.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_line_and_a_page() {
        let pages = pages(&|code| vec![format!("message of {}", code.id)]);
        let index = &pages.first().unwrap().text;
        for code in registry::codes() {
            assert!(index.contains(&format!("[{id}]({id}.md)", id = code.id)), "{}", code.id);
            assert!(!summary(code).is_empty(), "{}", code.id);
            let page = pages.iter().find(|page| page.path.ends_with(&format!("{}.md", code.id))).unwrap();
            assert!(page.text.contains(&format!("message of {}", code.id)), "{}", code.id);
        }
    }
}
