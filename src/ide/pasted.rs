//! Manifests that stand in a file as they were pasted, and what `bvlc import` makes of them.
//!
//! Invariants: only lines that stand alone as documents are taken, never some of a declaration or a text; what cannot be said
//! is listed above what is.

use std::collections::BTreeSet;
use std::ops::Range;

use super::View;
use super::change::Change;
use crate::diagnostic::render::text::one_line;
use crate::manifest;
use crate::query::import::{self, Imported, Left, Loss};
use crate::source::{FileId, Provenance, SourceMap, Span, TextEdit};

/// The most lines of what cannot be said.
const MOST: usize = 20;
/// The longest of them.
const LONGEST: usize = 160;

/// Puts what the manifests at a place say in their place; `None` where none stand, or no single spec can be made of them.
pub fn pasted(view: &View, place: Span) -> Option<Change> {
    let file = view.sources().get(place.file).filter(|file| file.provenance() == Provenance::User)?;
    let selected = file.range(place);
    let lines = documents(file.text(), selected.start).filter(|lines| selected.start <= lines.end)?;
    if let Some((_, tree)) = view.file(place.file) {
        let starts_within = |span: Range<usize>| span.start < lines.start && lines.start < span.end;
        if tree.statements().any(|statement| starts_within(file.range(statement.span))) {
            return None;
        }
    }
    let text = file.text().get(lines.clone())?;
    let imported = imported(text)?;
    let mut said = comments(&imported.left);
    said.push_str(imported.declarations.trim_end());
    let title = match imported.left.iter().filter(|left| is_told(left)).count() {
        0 => "say this YAML in bvl".to_owned(),
        1 => "say this YAML in bvl, but for one thing".to_owned(),
        n => format!("say this YAML in bvl, but for {n} things"),
    };
    let edits = vec![TextEdit::replace(file.span(place.file, lines), said)];
    Some(Change { title, edits, ..Change::default() })
}

/// What is made of manifests of one place of the cluster.
fn imported(text: &str) -> Option<Imported> {
    let stream = manifest::read(FileId::default(), text);
    let first = stream.manifests.first()?;
    let namespace = stream.manifests.iter().find_map(|known| known.object.metadata().namespace.clone());
    let namespace = namespace.unwrap_or_else(|| "default".to_owned());
    let name = first.object.metadata().name.clone().unwrap_or_default();
    let mut sources = SourceMap::default();
    let file = sources.add("pasted.yaml", text, Provenance::User);
    let imported = import::import(&sources, &[file], &namespace, &name);
    let (_, n_environments) = imported.counts;
    let is_whole = imported.broken.is_empty() && imported.faults.is_empty() && imported.strange.is_empty();
    (is_whole && n_environments <= 1 && !imported.declarations.trim().is_empty()).then_some(imported)
}

/// What is lost, as comments.
fn comments(left: &[Left]) -> String {
    let line = |left: &Left| {
        let parts =
            [left.path.as_str(), left.given.as_deref().unwrap_or_default(), left.remark.as_deref().unwrap_or_default()];
        let said = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .fold(left.object.clone(), |all, part| format!("{all}: {part}"));
        one_line(&said).chars().take(LONGEST).collect::<String>()
    };
    let mut text = String::new();
    for loss in Loss::ALL {
        let lines: BTreeSet<String> =
            left.iter().filter(|known| known.loss == loss && is_told(known)).map(line).collect();
        if lines.is_empty() {
            continue;
        }
        let mut told: Vec<String> = vec![format!("{}:", loss.title())];
        told.extend(lines.iter().take(MOST).map(|line| format!("  {line}")));
        if lines.len() > MOST {
            told.push(format!("  and {} more", lines.len() - MOST));
        }
        text.extend(told.into_iter().map(|line| format!("// {line}\n")));
    }
    text
}

/// Whether something is lost; what bvlc adds is the platform's way.
fn is_told(left: &Left) -> bool {
    match left.loss {
        Loss::Statement | Loss::Allowed | Loss::Denied | Loss::Object | Loss::Field | Loss::Otherwise => true,
        Loss::Added | Loss::AddedObject => false,
    }
}

/// How a line may take part in documents.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// It begins a field of an object, or a document.
    Begins,
    /// It goes on with what stands before it.
    GoesOn,
    /// It holds nothing.
    Nothing,
    /// It is no YAML of a manifest.
    Other,
}

/// The lines of the documents that an offset lies in, without blank ones around them.
fn documents(text: &str, offset: usize) -> Option<Range<usize>> {
    let mut lines: Vec<(Range<usize>, Line)> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\r', '\n']).len();
        lines.push((start..end, kind(line)));
        start += line.len();
    }
    let own = lines.iter().rposition(|(range, _)| range.start <= offset)?;
    let is_other = |(_, kind): &&(Range<usize>, Line)| *kind == Line::Other;
    let first = lines.get(..=own)?.iter().rposition(|line| is_other(&line)).map_or(0, |at| at + 1);
    let end = lines.get(own..)?.iter().position(|line| is_other(&line)).map_or(lines.len(), |at| own + at);
    let run = lines.get(first..end)?;
    let begin = run.iter().find(|(_, kind)| *kind == Line::Begins)?.0.start;
    let last = run.iter().rfind(|(_, kind)| *kind != Line::Nothing)?.0.end;
    (begin <= offset && begin < last).then_some(begin..last)
}

fn kind(line: &str) -> Line {
    let line = line.trim_end();
    if line.is_empty() || line.starts_with('#') {
        return Line::Nothing;
    }
    if line == "---" || line.starts_with("--- ") {
        return Line::Begins;
    }
    if line.starts_with(' ') || line == "-" || line.starts_with("- ") {
        return Line::GoesOn;
    }
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|char| char.is_ascii_alphanumeric());
    match line.split_once(':') {
        Some((key, rest)) if is_key(key) && (rest.is_empty() || rest.starts_with(' ')) => Line::Begins,
        Some(_) | None => Line::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_whole_lines_between_others() {
        let text = "service a {\n  x\n}\n\n---\nkind: A\nspec:\n- b\n# so\n\nlet x = 1\nclass b,\n  c { }\n\nkind: C\n";
        let at = |part: &str| documents(text, text.find(part).unwrap()).and_then(|range| text.get(range));
        for part in ["---", "kind: A", "- b", "A\n"] {
            assert_eq!(at(part), Some("---\nkind: A\nspec:\n- b"), "{part}");
        }
        // a line that goes on with a declaration begins nothing
        assert_eq!(at("kind: C"), Some("kind: C"));
        for part in ["service", "  x", "}", "let", "class b", "  c {"] {
            assert_eq!(at(part), None, "{part}");
        }
        assert_eq!(documents("", 0), None);
    }
}
