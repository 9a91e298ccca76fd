//! Declarations that are misspelled: where every other place agrees on a name that nothing declares, the declaration that is
//! the nearest to it may be the one to mend.
//!
//! Invariant: the declaration is offered only if its own name stands nowhere else, not even in a comment; whoever misses the
//! name keeps what is offered there.

use std::collections::{BTreeMap, BTreeSet};

use super::elsewhere::declares;
use super::modules::Project;
use crate::diagnostic::{Absent, Diagnostic};
use crate::source::{Provenance, Span, TextEdit};
use crate::value::similar;

/// A declaration that may be misspelled.
struct Declared<'p> {
    kind: Absent,
    name: &'p str,
    place: Span,
}

/// Offers to mend the declaration where a name is missed in more than one place, beside the fix of these places.
pub(super) fn offer(project: &Project, findings: &mut [Diagnostic]) {
    let missed = |finding: &Diagnostic| {
        let absent = finding.absent.clone().filter(is_declared)?;
        (finding.fixes.len() == 1).then_some((absent, finding.span()?))
    };
    let mut places: BTreeMap<Absent, BTreeSet<Span>> = BTreeMap::new();
    for (absent, place) in findings.iter().filter_map(missed) {
        places.entry(absent).or_default().insert(place);
    }
    places.retain(|_, places| places.len() > 1);
    if places.is_empty() {
        return;
    }
    let declared = declared(project);
    // the names by which one declaration is meant
    let mut meant: BTreeMap<Span, (&Declared<'_>, Vec<Absent>)> = BTreeMap::new();
    for absent in places.into_keys() {
        let alike = || declared.iter().filter(|declared| is_alike(&declared.kind, &absent));
        if let [only] = *similar::nearest(absent.name(), alike().map(|declared| declared.name))
            && let Some(declared) = alike().find(|declared| declared.name == only)
            && n_words(project, only) == 1
        {
            meant.entry(declared.place).or_insert_with(|| (declared, Vec::new())).1.push(absent);
        }
    }
    // of several names nobody knows which one is right
    let meant: BTreeMap<Absent, &Declared<'_>> = meant
        .into_values()
        .filter_map(|(declared, names)| if let [only] = &*names { Some((only.clone(), declared)) } else { None })
        .collect();
    for finding in findings {
        let Some(declared) = missed(finding).and_then(|(absent, _)| meant.get(&absent)) else { continue };
        let wanted = finding.absent.as_ref().map(|absent| absent.name().to_owned()).unwrap_or_default();
        let told = finding.clone().label(declared.place, format!("nothing else says `{}`", declared.name));
        let edits = vec![TextEdit::replace(declared.place, wanted.as_str())];
        *finding = told.unsafe_fix(format!("declare it as `{wanted}`"), edits);
    }
}

/// Whether what is missed is something that a file declares by one name.
fn is_declared(absent: &Absent) -> bool {
    match absent {
        Absent::Endpoint(_) | Absent::Environment(_) | Absent::Class(_) | Absent::Constant(_) => true,
        Absent::AnyEnvironment
        | Absent::Module(_)
        | Absent::File(_)
        | Absent::Port { .. }
        | Absent::Store(_)
        | Absent::Shared(_) => false,
    }
}

fn is_alike(one: &Absent, other: &Absent) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// What the user's files declare.
fn declared(project: &Project) -> Vec<Declared<'_>> {
    let users = project.sources.iter().zip(&project.trees).filter(|((_, file), _)| is_users(file));
    let statements = users.flat_map(|(_, tree)| tree.statements());
    statements
        .filter_map(|statement| {
            let (name, place, ..) = statement.terms.first()?.named()?;
            Some(Declared { kind: declares(statement)?, name, place })
        })
        .collect()
}

fn is_users(file: &crate::source::SourceFile) -> bool {
    file.provenance() == Provenance::User
}

/// How often a word stands in the user's files.
fn n_words(project: &Project, word: &str) -> usize {
    let is_other = |c: char| !c.is_alphanumeric() && c != '-' && c != '_';
    let files = project.sources.iter().map(|(_, file)| file).filter(|file| is_users(file));
    files.map(|file| file.text().split(is_other).filter(|piece| *piece == word).count()).sum()
}
