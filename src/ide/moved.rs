//! What `use` has to say once files are moved, so that the platform stays what it is.
//!
//! Invariants: paths are relative to the platform's folder; only `use` changes; what a pattern no longer takes in is named
//! beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::View;
use super::change::Change;
use super::meaning;
use crate::analyze::analyze;
use crate::resolve::normalize;
use crate::source::edit::apply_to;
use crate::source::files::{Overlay, matches_pattern};
use crate::source::{FileError, Files, Provenance, TextEdit};
use crate::syntax::Statement;
use crate::value::Term;

/// A file or folder, and the path that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its path.
    pub from: String,
    /// Its path afterwards; `None` for one that leaves the platform's folder.
    pub to: Option<String>,
}

/// The edits of `use`, as they have to be before the files are moved; `None` where no `use` has to change.
pub fn moved(view: &View, files: &dyn Files, root: &str, moves: &[Move]) -> Option<Change> {
    let moves = Moves(moves);
    let mut change = Change { title: "mend `use` for moved files".to_owned(), ..Change::default() };
    let statements = uses(view);
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut lost: BTreeMap<String, &Statement> = BTreeMap::new();
    let mut gone: BTreeSet<String> = BTreeSet::new();
    for (statement, term, path) in &statements {
        if !path.contains('*') {
            match moves.to(path) {
                Goes::To(to) => {
                    if to != *path {
                        change.edits.push(TextEdit::replace(term.span, format!("\"{to}\"")));
                    }
                    taken.insert(to);
                }
                Goes::Out => {
                    gone.insert(path.clone());
                    taken.insert(path.clone());
                }
                Goes::Nowhere => drop(taken.insert(path.clone())),
            }
            continue;
        }
        let known = files.list(path).unwrap_or_default();
        let pattern = moves.pattern(path, &known).unwrap_or_else(|| path.clone());
        if pattern != *path {
            change.edits.push(TextEdit::replace(term.span, format!("\"{pattern}\"")));
        }
        for file in known {
            match moves.to(&file) {
                Goes::Out => drop(gone.insert(file)),
                Goes::To(to) if !matches_pattern(&pattern, &to) => drop(lost.insert(to, statement)),
                Goes::To(_) | Goes::Nowhere => {}
            }
        }
        taken.insert(pattern);
    }
    let is_taken = |path: &str| taken.iter().any(|pattern| matches_pattern(pattern, path));
    for (path, statement) in lost.iter().filter(|(path, _)| !is_taken(path)) {
        change.edits.push(TextEdit::insert_after(statement.head(), format!("\nuse \"{path}\"")));
        change.warnings.push(format!("no pattern takes in {path} any more, so that `use` names it"));
    }
    change.warnings.extend(gone.iter().map(|path| format!("{path} leaves the folder of the platform, which needs it")));
    if change.edits.is_empty() {
        return None;
    }
    if let Err(why) = judged(view, files, root, &moves, &change) {
        change.warnings.push(format!("the platform would change: {why}"));
    }
    Some(change)
}

/// Whether the platform is the same with the files moved and `use` changed.
fn judged(view: &View, files: &dyn Files, root: &str, moves: &Moves<'_>, change: &Change) -> Result<(), String> {
    let texts = edited(view, &change.edits).ok_or("the edits overlap")?;
    let below = Overlay { below: files, texts: &texts };
    let after = analyze(&Moved { below: &below, moves }, root, &view.analysis.inputs);
    meaning::compare(&view.analysis, &after, None).map(drop)
}

/// The texts of the files that edits change; `None` where they overlap.
pub(super) fn edited(view: &View, edits: &[TextEdit]) -> Option<BTreeMap<String, String>> {
    let mut sorted: Vec<TextEdit> = edits.to_vec();
    sorted.sort();
    let text = |edits: &[TextEdit]| {
        let file = view.sources().get(edits.first()?.span.file)?;
        Some((file.path().to_owned(), apply_to(file, edits)?))
    };
    sorted.chunk_by(|a, b| a.span.file == b.span.file).map(text).collect()
}

/// Every path and pattern that the user's files take in, with its statement.
fn uses(view: &View) -> Vec<(&Statement, &Term, String)> {
    let is_user = |file| view.sources().get(file).is_some_and(|file| file.provenance() == Provenance::User);
    let trees = view.analysis.trees().iter().filter(|tree| is_user(tree.file));
    let statements = trees.flat_map(|tree| tree.statements()).filter(|statement| statement.word() == "use");
    let terms = statements
        .flat_map(|statement| statement.terms.iter().flat_map(Term::members).map(move |term| (statement, term)));
    terms.filter_map(|(statement, term)| Some((statement, term, normalize(term.text()?)?))).collect()
}

/// Where a file goes.
enum Goes {
    /// It stays.
    Nowhere,
    /// Out of the platform's folder.
    Out,
    /// To another path.
    To(String),
}

/// All that is moved at once.
struct Moves<'m>(&'m [Move]);

impl Moves<'_> {
    /// Where a file goes.
    fn to(&self, path: &str) -> Goes {
        let goes = self.0.iter().find_map(|one| {
            let below = path.strip_prefix(one.from.as_str())?;
            let is_it = below.is_empty() || below.starts_with('/');
            is_it.then(|| one.to.as_ref().map_or(Goes::Out, |to| Goes::To(format!("{to}{below}"))))
        });
        goes.unwrap_or(Goes::Nowhere)
    }

    /// Which file comes to be at a path.
    fn from(&self, path: &str) -> Option<String> {
        self.0.iter().find_map(|one| {
            let below = path.strip_prefix(one.to.as_deref()?)?;
            (below.is_empty() || below.starts_with('/')).then(|| format!("{}{below}", one.from))
        })
    }

    /// The pattern that takes in what an earlier one did, where a folder that it names has another name.
    fn pattern(&self, pattern: &str, known: &[String]) -> Option<String> {
        let moved = self.0.iter().find_map(|one| {
            let below = pattern.strip_prefix(one.from.as_str())?;
            below.starts_with('/').then(|| one.to.as_ref().map(|to| format!("{to}{below}")))?
        })?;
        let follows = |path: &String| matches!(self.to(path), Goes::To(to) if matches_pattern(&moved, &to));
        known.iter().all(follows).then_some(moved)
    }
}

/// Files as they are once they are moved.
struct Moved<'a> {
    below: &'a dyn Files,
    moves: &'a Moves<'a>,
}

impl Files for Moved<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.moves.from(path) {
            Some(from) => self.below.read(&from),
            None if !matches!(self.moves.to(path), Goes::Nowhere) => Err(FileError::NotFound),
            None => self.below.read(path),
        }
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        let all = self.below.list("**/*.bvl")?;
        let now = all.into_iter().filter_map(|path| match self.moves.to(&path) {
            Goes::Nowhere => Some(path),
            Goes::Out => None,
            Goes::To(to) => Some(to),
        });
        let mut found: Vec<String> = now.filter(|path| matches_pattern(pattern, path)).collect();
        found.sort();
        Ok(found)
    }
}
