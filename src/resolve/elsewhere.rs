//! Names that stand for nothing because nothing uses the file that declares them: a `use` that was deleted or forgotten.
//!
//! Invariant: files beside the platform are read only where a name stands for nothing, and whatever is missed of one file is
//! told as one mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Absent, Diagnostic};
use crate::source::files::ROOT;
use crate::source::{FileId, Files, TextEdit};
use crate::syntax::{self, Statement};
use crate::value::{Term, quoted};
use crate::vocabulary::declares_endpoint;

use super::modules::Project;

/// How many files are looked through.
const MOST_FILES: usize = 500;
/// How long a file may be to be looked through, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// What is missed of the declarations of unused files, each with its file and the name that it has there.
#[derive(Debug, Default)]
pub struct Elsewhere(BTreeMap<Absent, Declared>);

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
        let missed: BTreeSet<&Absent> =
            findings.filter_map(|finding| finding.absent.as_ref()).filter(declared).collect();
        let mut found = Self::default();
        if missed.is_empty() || project.unfound.file {
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
            for declared in tree.statements().filter_map(declares) {
                let any = matches!(declared, Absent::Environment(_)).then_some(Absent::AnyEnvironment);
                let name = declared.name().to_owned();
                for absent in any.into_iter().chain([declared]).filter(|absent| missed.contains(absent)) {
                    found.0.entry(absent).or_insert_with(|| Declared { path: path.clone(), name: name.clone() });
                }
            }
        }
        found
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says of each finding whose name an unused file declares that this is the mistake.
    pub fn tell(&self, project: &Project, findings: &mut [Diagnostic]) {
        for finding in findings {
            let Some((absent, Declared { path, name })) =
                finding.absent.as_ref().and_then(|absent| self.0.get_key_value(absent))
            else {
                continue;
            };
            let Some(span) = finding.span() else { continue };
            let what = match absent {
                Absent::AnyEnvironment => "environment ",
                Absent::Endpoint(_)
                | Absent::Environment(_)
                | Absent::Class(_)
                | Absent::Constant(_)
                | Absent::Module(_)
                | Absent::File(_)
                | Absent::Port { .. }
                | Absent::Store(_) => "",
            };
            let title = format!("nothing uses `{path}`, which declares {what}`{name}`");
            let line = format!("use {}", quoted(path));
            let mut told = Diagnostic::new(finding.code, span, title)
                .lacking(Absent::File(path.clone()))
                .here(if what.is_empty() {
                    "declared in that file alone"
                } else {
                    "has no environment without that file"
                })
                .help(format!("write `{line}` outside of all blocks, such as in the first line of {ROOT}"));
            if let Some((root, file)) = project.root.and_then(|root| Some((root, project.sources.get(root)?))) {
                let edits = vec![TextEdit::replace(file.span(root, 0..0), format!("{line}\n"))];
                told = told.unsafe_fix(format!("write `{line}`"), edits);
            }
            told.environments = std::mem::take(&mut finding.environments);
            told.subjects = std::mem::take(&mut finding.subjects);
            *finding = told;
        }
    }
}

/// What a statement declares.
fn declares(statement: &Statement) -> Option<Absent> {
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
