//! Names that stand for nothing because nothing uses the file that declares them: a `use` that was deleted or forgotten.
//!
//! Invariant: files beside the platform are read only where a name stands for nothing, and whatever is missed of one file is
//! told as one mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Absent, Diagnostic, Findings};
use crate::source::files::ROOT;
use crate::source::{FileId, Files, TextEdit};
use crate::syntax::{self, Statement};
use crate::value::{Term, TermKind, quoted};
use crate::vocabulary::declares_endpoint;

use super::modules::Project;

/// How many files are looked through.
const MOST_FILES: usize = 500;
/// How many places are shown that miss something of one file.
const MOST_PLACES: usize = 7;
/// How long a file may be to be looked through, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// What is missed of unused files.
#[derive(Debug, Default)]
pub struct Elsewhere {
    /// Declarations, each with its file and the name that it has there.
    declared: BTreeMap<Absent, Declared>,
    /// Flows, by the names of whom they are between, each with its file.
    flows: BTreeMap<(String, String), String>,
    /// Whether a flow is missed that is one of these.
    lacks_flow: bool,
    /// The folders of which more files than one are missed and none is used: one line uses all of them.
    folders: BTreeSet<String>,
}

/// Where something is declared.
#[derive(Debug, Clone)]
struct Declared {
    path: String,
    name: String,
}

impl Elsewhere {
    /// Looks for what is missed in those files of the platform's folder that nothing uses. A folder with a root file of its own
    /// is another platform's.
    pub fn of<'f>(files: &dyn Files, project: &Project, findings: impl Iterator<Item = &'f Diagnostic>) -> Self {
        // a port stands within what is declared
        let declared = |absent: &&Absent| !matches!(absent, Absent::Port { .. });
        let (mut missed, mut without_flow) = (BTreeSet::new(), Vec::new());
        for finding in findings {
            missed.extend(finding.absent.as_ref().filter(declared));
            without_flow.extend(Some(finding).filter(|finding| finding.lacks_flow()));
        }
        let mut found = Self::default();
        if missed.is_empty() && without_flow.is_empty() || project.unfound.file {
            return found;
        }
        let Ok(known) = files.list("**/*.bvl") else { return found };
        let used: BTreeSet<&str> = project.sources.iter().map(|(_, file)| file.path()).collect();
        let others: Vec<&str> = known.iter().filter_map(|path| path.strip_suffix(ROOT)).collect();
        let is_others = |path: &str| others.iter().any(|folder| folder.ends_with('/') && path.starts_with(folder));
        let unused = known.iter().filter(|path| !used.contains(path.as_str()) && *path != ROOT && !is_others(path));
        for path in unused.take(MOST_FILES) {
            let Ok(bytes) = files.read(path) else { continue };
            let Some(text) = String::from_utf8(bytes).ok().filter(|text| text.len() <= MOST_BYTES) else { continue };
            let tree = syntax::parse(FileId::default(), &Arc::from(text));
            // what has a platform of its own is no part of this one
            if tree.statements().any(|statement| statement.word() == "platform") {
                continue;
            }
            for (from, to) in tree.statements().flat_map(allows) {
                found.flows.entry((from.to_owned(), to.to_owned())).or_insert_with(|| path.clone());
            }
            for declared in tree.statements().filter_map(declares) {
                let any = matches!(declared, Absent::Environment(_)).then_some(Absent::AnyEnvironment);
                let name = declared.name().to_owned();
                for absent in any.into_iter().chain([declared]).filter(|absent| missed.contains(absent)) {
                    found.declared.entry(absent).or_insert_with(|| Declared { path: path.clone(), name: name.clone() });
                }
            }
        }
        let allowed: Vec<String> = without_flow
            .into_iter()
            .filter_map(|finding| found.allowed(finding))
            .map(|(_, path)| path.clone())
            .collect();
        found.lacks_flow = !allowed.is_empty();
        let missed = found.declared.values().map(|declared| &declared.path).chain(&allowed);
        let mut by_folder: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
        for path in missed {
            if let Some(folder) = folder_of(path) {
                by_folder.entry(folder).or_default().insert(path);
            }
        }
        let is_used = |folder: &str| used.iter().any(|path| folder_of(path) == Some(folder));
        let whole = by_folder.into_iter().filter(|(folder, paths)| paths.len() > 1 && !is_used(folder));
        found.folders = whole.map(|(folder, _)| folder.to_owned()).collect();
        found
    }

    /// What a file is used by: its path, or all of its folder where more of that is missed.
    fn used_by(&self, path: &str) -> String {
        match folder_of(path).filter(|folder| self.folders.contains(*folder)) {
            Some(folder) => format!("{folder}/*.bvl"),
            None => path.to_owned(),
        }
    }

    /// Whether nothing was found of what is missed.
    pub fn is_empty(&self) -> bool {
        self.declared.is_empty() && !self.lacks_flow
    }

    /// A flow of an unused file of which a finding says that there is none: one between two, or any of one.
    fn allowed(&self, finding: &Diagnostic) -> Option<(&(String, String), &String)> {
        if !finding.lacks_flow() {
            return None;
        }
        finding.subjects.iter().find_map(|subject| match subject.split_once(" -> ") {
            Some((from, to)) => self.flows.get_key_value(&(from.to_owned(), to.to_owned())),
            None => self.flows.iter().find(|((from, to), _)| from == subject || to == subject),
        })
    }

    /// Says the same of what was told already, where findings of one file become one.
    pub fn retell(&self, project: &Project, findings: &Findings) -> Findings {
        let mut told: Vec<Arc<Diagnostic>> = Vec::with_capacity(findings.len());
        let mut of_file: BTreeMap<String, usize> = BTreeMap::new();
        for finding in findings.shared() {
            let declared = finding.absent.as_ref().and_then(|absent| self.declared.get(absent));
            let path = declared.map(|declared| &declared.path);
            let Some(path) = path.or_else(|| Some(self.allowed(finding)?.1)).map(|path| self.used_by(path)) else {
                told.push(Arc::clone(finding));
                continue;
            };
            if let Some(first) = of_file.get(path.as_str()).and_then(|at| told.get_mut(*at)) {
                let first = Arc::make_mut(first);
                first.severity = first.severity.max(finding.severity);
                first.environments.extend(finding.environments.iter().cloned());
                first.environments.sort_unstable();
                first.environments.dedup();
                first.subjects.extend(finding.subjects.iter().cloned());
                if first.labels.len() < MOST_PLACES {
                    let place = finding.labels.first().map(|label| label.span);
                    *first = place.into_iter().fold(first.clone(), |first, place| first.label(place, "and here"));
                }
            } else {
                of_file.insert(path, told.len());
                let mut of_name = Arc::clone(finding);
                let first = Arc::make_mut(&mut of_name);
                self.tell(project, std::slice::from_mut(first));
                // a name that is missed in several places has been told as one already
                for place in finding.labels.iter().skip(1).filter(|_| declared.is_some()) {
                    *first = first.clone().label(place.span, "and here");
                }
                told.push(of_name);
            }
        }
        Findings::from(told)
    }

    /// Says of each finding whose name an unused file declares that this is the mistake.
    pub fn tell(&self, project: &Project, findings: &mut [Diagnostic]) {
        for finding in findings {
            let declared = finding.absent.as_ref().and_then(|absent| self.declared.get_key_value(absent));
            let (path, says, here) = match (declared, self.allowed(finding)) {
                (Some((Absent::AnyEnvironment, Declared { path, name })), _) => {
                    (path, format!("declares environment `{name}`"), "has no environment without that file")
                }
                (Some((_, Declared { path, name })), _) => {
                    (path, format!("declares `{name}`"), "declared in that file alone")
                }
                (None, Some(((from, to), path))) => {
                    (path, format!("allows `{from} -> {to}`"), "the flow is allowed in that file alone")
                }
                (None, None) => continue,
            };
            let Some(span) = finding.span() else { continue };
            let used_by = self.used_by(path);
            let title = if used_by == *path {
                format!("nothing uses `{path}`, which {says}")
            } else {
                format!("nothing uses `{used_by}`, of which `{path}` {says}")
            };
            let line = format!("use {}", quoted(&used_by));
            let root = project.root.and_then(|root| Some((root, project.sources.get(root)?)));
            let first = root.map_or(ROOT, |(_, file)| file.path());
            let mut told = Diagnostic::new(finding.code, span, title)
                .lacking(Absent::File(used_by))
                .here(here)
                .help(format!("write `{line}` outside of all blocks, such as in the first line of {first}"));
            if let Some((root, file)) = root {
                let edits = vec![TextEdit::replace(file.span(root, 0..0), format!("{line}\n"))];
                told = told.unsafe_fix(format!("write `{line}`"), edits);
            }
            told.severity = finding.severity;
            told.environments = std::mem::take(&mut finding.environments);
            told.subjects = std::mem::take(&mut finding.subjects);
            *finding = told;
        }
    }
}

/// The folder of a file that is not beside the platform's own.
fn folder_of(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

/// Between whom a statement allows flows, as it names them.
fn allows(statement: &Statement) -> Vec<(&str, &str)> {
    let [from, arrow, to] = statement.terms.get(..3).unwrap_or_default() else { return Vec::new() };
    if statement.word() != "allow" || arrow.kind != TermKind::Arrow {
        return Vec::new();
    }
    let (from, to) = (ends(from), ends(to));
    from.iter().flat_map(|from| to.iter().map(|to| (*from, *to))).collect()
}

/// What the names of one end are, without environments and ports.
fn ends(term: &Term) -> Vec<&str> {
    term.members().iter().filter_map(|end| end.name()?.rsplit('/').next()?.split('.').next()).collect()
}

/// What a statement declares.
pub(super) fn declares(statement: &Statement) -> Option<Absent> {
    let (name, ..) = statement.terms.first().and_then(Term::named)?;
    let name = name.to_owned();
    Some(match statement.word() {
        word if declares_endpoint(word) || word == "group" => Absent::Endpoint(name),
        "environment" => Absent::Environment(name),
        "class" => Absent::Class(name),
        "let" | "param" => Absent::Constant(name),
        _ => return None,
    })
}
