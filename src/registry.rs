//! Chains the tables of the rooms: codes, words, modules. Holds none itself.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostic::Code;
use crate::resolve::{STANDARD, stranger};
use crate::source::{Provenance, SourceMap};
use crate::value::{TermKind, closest};
use crate::vocabulary::{self, Block, Word};
use crate::{check, manifest, model, syntax, verify};

/// Every code, by number.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let checks = check::all().map(|check| check.code);
    let mut codes: Vec<&'static Code> = [
        syntax::CODES,
        model::codes::CODES,
        check::waivers::CODES,
        check::severity::CODES,
        check::rules::CODES,
        manifest::codes::CODES,
    ]
    .into_iter()
    .flatten()
    .copied()
    .chain(checks)
    .chain(verify::codes())
    .collect();
    codes.sort_by_key(|code| code.id);
    codes.into_iter()
}

/// The code of a number (`BVL0701`, `bvl0701`, `0701`) or slug.
pub fn code(name: &str) -> Option<&'static Code> {
    let number = name.to_ascii_uppercase();
    let number = number.strip_prefix("BVL").unwrap_or(&number);
    codes().find(|code| code.slug == name || code.id.strip_prefix("BVL") == Some(number))
}

/// The number or slug that `name` most likely was meant to be.
pub fn nearest_code(name: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    let number = upper.trim_start_matches("BVL");
    if number.bytes().all(|byte| byte.is_ascii_digit()) {
        // a number says nothing about its neighbors, but zeros are left out
        return code(&format!("{number:0>4}")).map(|code| code.id);
    }
    let by_slug = closest(name, codes().map(|code| code.slug));
    by_slug.or_else(|| closest(&upper, codes().map(|code| code.id)))
}

/// The first and the last code of the hundred in which `name` would be, where it is a number.
pub fn hundred(name: &str) -> Option<(&'static str, &'static str)> {
    let upper = name.to_ascii_uppercase();
    let number: u32 = upper.trim_start_matches("BVL").parse().ok()?;
    let prefix = format!("BVL{:02}", number / 100);
    let mut codes = codes().map(|code| code.id).filter(|id| id.starts_with(&prefix));
    let first = codes.next()?;
    Some((first, codes.last().unwrap_or(first)))
}

/// A word of the language where it may stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WordRow {
    /// The words of the blocks that lead there: `service shutdown`; empty at the top level of a file.
    pub block: String,
    /// The word.
    pub word: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// A statement that uses it.
    pub example: &'static str,
}

/// Every word, in the order of the table, what stands in its braces after it.
pub fn words() -> impl Iterator<Item = WordRow> {
    let mut rows = Vec::new();
    below(&vocabulary::FILE, "", &mut rows);
    below(&vocabulary::FLOW, "allow", &mut rows);
    rows.into_iter()
}

fn below(block: &'static Block, path: &str, rows: &mut Vec<WordRow>) {
    for word in block.words {
        add(word, path, rows);
    }
}

fn add(word: &'static Word, path: &str, rows: &mut Vec<WordRow>) {
    rows.push(WordRow { block: path.to_owned(), word: word.name, doc: word.doc, example: word.example });
    let inner = format!("{path} {}", word.name);
    let inner = inner.trim_start();
    for variant in word.variants {
        add(variant, inner, rows);
    }
    if let Some(block) = word.block {
        below(block, inner, rows);
    }
}

/// A module of the standard library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModuleRow {
    /// As `use` names it: `std.nats`.
    pub name: String,
    /// Its classes.
    pub classes: Vec<String>,
    /// What each of them says of itself.
    #[serde(skip)]
    pub docs: BTreeMap<String, String>,
    /// The blocks of the declarations that can take each of them over.
    #[serde(skip)]
    blocks: BTreeMap<String, Vec<&'static str>>,
}

impl ModuleRow {
    /// What a class says of itself.
    pub fn doc(&self, class: &str) -> String {
        self.docs.get(class).cloned().unwrap_or_default()
    }

    /// Whether a declaration with this block can take a class over.
    pub fn is_for(&self, class: &str, block: &Block) -> bool {
        self.blocks.get(class).is_some_and(|blocks| blocks.contains(&block.name))
    }
}

/// The modules of the standard library, by name.
pub fn modules() -> impl Iterator<Item = ModuleRow> {
    let mut sources = SourceMap::default();
    let mut rows: Vec<ModuleRow> = Vec::new();
    let files = STANDARD.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "bvl"));
    for file in files {
        let (Some(stem), Some(text)) = (file.path().file_stem().and_then(|stem| stem.to_str()), file.contents_utf8())
        else {
            continue;
        };
        let id = sources.add(stem, text, Provenance::Standard);
        let tree = syntax::parse(id, &text.into());
        let classes = tree.statements().filter(|statement| statement.word() == "class");
        let (mut names, mut docs, mut blocks) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        for class in classes {
            let Some(head) = class.terms.first() else { continue };
            let name = if let TermKind::Call(call) = &head.kind { Some(&*call.name) } else { head.name() };
            let Some(name) = name else { continue };
            names.push(name.to_owned());
            docs.insert(name.to_owned(), class.documentation(|span| sources.text(span)));
            let fitting = vocabulary::endpoint_blocks().filter(|block| stranger(class, block).is_none());
            blocks.insert(name.to_owned(), fitting.map(|block| block.name).collect());
        }
        rows.push(ModuleRow { name: format!("std.{stem}"), classes: names, docs, blocks });
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_number_and_slug() {
        for name in ["BVL0203", "bvl0203", "0203", "wrong-type"] {
            assert_eq!(code(name).map(|code| code.id), Some("BVL0203"), "{name}");
        }
        assert!(code("203").is_none());
        assert_eq!(nearest_code("wrongtype"), Some("wrong-type"));
        assert_eq!(nearest_code("xxxxxxxxxxxxxxxxxxxxxxx"), None);
    }

    #[test]
    fn numbers_and_slugs_are_unique() {
        let codes: Vec<&Code> = codes().collect();
        assert!(codes.is_sorted_by(|a, b| a.id < b.id));
        let mut slugs: Vec<&str> = codes.iter().map(|code| code.slug).collect();
        slugs.sort_unstable();
        assert!(slugs.is_sorted_by(|a, b| a < b), "{slugs:?}");
    }

    /// What stands under a heading of an explanation.
    fn section<'c>(code: &'c Code, heading: &str) -> Option<&'c str> {
        let (_, behind) = code.explanation.split_once(heading)?;
        Some(behind.split(" ## ").next().unwrap_or(behind))
    }

    #[test]
    fn rules_of_others_are_linked() {
        let own = ["bvlc's own", "The language's own"];
        for code in codes() {
            let source = section(code, "## Source");
            let is_checked = check::all().any(|check| check.code == code) || code.id.starts_with("BVL11");
            assert!(source.is_some() || !is_checked, "{} names no source", code.id);
            let is_linked = |text: &str| text.contains("](https://") || own.iter().any(|own| text.contains(own));
            assert!(source.is_none_or(is_linked), "{}: the source has no link", code.id);
        }
    }

    #[test]
    fn what_a_check_leaves_alone_is_shown() {
        for code in check::all().map(|check| check.code) {
            assert!(code.explanation.contains("```bvl bad"), "{} shows no `bvl bad`", code.id);
            assert!(code.explanation.contains("```bvl good"), "{} shows no `bvl good`", code.id);
        }
    }
}
