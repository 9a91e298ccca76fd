//! Which files belong together: the root file, what it uses, what those use, and the modules of the standard library.
//!
//! Invariants: each file is read once; files are numbered by the order in which they are first used, patterns in order of
//! path, so that the numbers depend on nothing but the files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use rayon::prelude::*;

use crate::diagnostic::{Absent, Diagnostic, Sink};
use crate::model::codes::{BVL0202, BVL0208, BVL0209};
use crate::source::{FileError, FileId, Files, Provenance, SourceFile, SourceMap, Span, TextEdit};
use crate::syntax::codes::{BVL0102, BVL0113};
use crate::syntax::{self, Statement, Tree};
use crate::value::{Term, TermKind, similar};
use crate::vocabulary::FILE;

use super::proposed;

/// The standard library, embedded in the binary.
pub static STANDARD: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/stdlib");

/// The files of a platform, parsed.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// Their texts.
    pub sources: SourceMap,
    /// Their trees, in order of number, each with its errors.
    pub trees: Vec<Arc<Tree>>,
    /// The root file.
    pub root: Option<FileId>,
    /// The modules of the standard library that are used: file by name.
    pub modules: BTreeMap<String, FileId>,
    /// What is used and could not be read, so that names may be missing because of that.
    pub unfound: Unfound,
}

/// What is used and could not be read, which has been reported.
#[derive(Debug, Clone, Default)]
pub struct Unfound {
    /// Whether a file is among it, which could hold anything but the platform block.
    pub file: bool,
    /// Whether any module may be.
    pub module: bool,
    /// The modules of the standard library, as they are written: they could hold classes, named after them.
    pub modules: BTreeSet<String>,
}

impl Unfound {
    /// Whether what a finding misses may stand in it.
    pub(super) fn may_hold(&self, finding: &Diagnostic, used: &BTreeMap<String, FileId>) -> bool {
        let is_near =
            |module: &str| self.modules.iter().any(|lost| lost == module || similar::closest(lost, [module]).is_some());
        match &finding.absent {
            Some(Absent::Endpoint(_) | Absent::Environment(_) | Absent::AnyEnvironment | Absent::Constant(_)) => {
                self.file
            }
            // a file could use the module
            Some(Absent::Module(module)) => self.file || self.module || is_near(module),
            Some(Absent::Class(name)) => match name.split_once('.') {
                Some((module, _)) => !used.contains_key(module) && (self.file || self.module || is_near(module)),
                None => self.file,
            },
            Some(Absent::Port { .. } | Absent::Store(_) | Absent::File(_)) => false,
            Some(Absent::Shared(_)) | None => self.file && finding.may_be_elsewhere,
        }
    }
}

impl Project {
    /// The tree of a file; `None` for one that is not read as .bvl.
    pub fn tree(&self, file: FileId) -> Option<&Arc<Tree>> {
        let at = self.trees.binary_search_by_key(&file, |tree| tree.file).ok()?;
        self.trees.get(at)
    }
}

/// Something to read.
struct Wanted {
    path: String,
    provenance: Provenance,
    used_at: Option<Span>,
}

/// A file that names another one, for finding circles. Patterns name whatever matches, themselves too, and do not count.
struct Edge {
    from: FileId,
    to: String,
    span: Span,
}

/// What is found while files are read.
#[derive(Default)]
struct Found {
    known: BTreeSet<String>,
    edges: Vec<Edge>,
    next: Vec<Wanted>,
}

/// Reads the root file and everything that it uses, directly or not.
pub fn load(files: &dyn Files, root: &str) -> (Project, Sink) {
    read_all(files, root, &Reading::Once)
}

/// [`load`] for a platform that is read again and again: what an edit does not touch keeps its places, and what is in the
/// files of the earlier project word for word is taken over from there.
pub fn load_again(files: &dyn Files, root: &str, earlier: Option<&Project>) -> (Project, Sink) {
    read_all(files, root, &Reading::Again(earlier))
}

/// How often files are read.
enum Reading<'p> {
    /// Places are byte offsets.
    Once,
    /// Places have room, and some are those of the project before.
    Again(Option<&'p Project>),
}

impl<'p> Reading<'p> {
    /// The project before, and its file of that number, path and provenance.
    fn earlier(&self, id: FileId, file: &Wanted) -> Option<(&'p Project, &'p SourceFile)> {
        let Self::Again(Some(project)) = self else { return None };
        let known = project.sources.get(id)?;
        let is_same = known.path() == file.path && known.provenance() == file.provenance;
        is_same.then_some((*project, known))
    }
}

/// A file as it has been read.
enum Text {
    /// To be parsed.
    New(FileId),
    /// Word for word what it was.
    Known(Arc<Tree>),
}

fn read_all(files: &dyn Files, root: &str, reading: &Reading<'_>) -> (Project, Sink) {
    let mut project = Project::default();
    let mut sink = Sink::default();
    let mut found = Found::default();
    found.known.insert(root.to_owned());
    let mut wanted = vec![Wanted { path: root.to_owned(), provenance: Provenance::User, used_at: None }];
    while !wanted.is_empty() {
        let texts: Vec<Result<Vec<u8>, FileError>> = wanted.par_iter().map(|file| read(files, file)).collect();
        let mut batch: Vec<Text> = Vec::new();
        for (file, text) in wanted.iter().zip(texts) {
            match text {
                Ok(bytes) => batch.extend(add(&mut project, file, &bytes, reading, &mut sink)),
                Err(error) => missing(&mut project, file, &error, near_file(files, &file.path), &mut sink),
            }
        }
        let trees: Vec<Arc<Tree>> = batch.into_par_iter().filter_map(|text| parsed(&project.sources, text)).collect();
        for tree in trees {
            let is_use = |word: &str| word == "use" || FILE.word(word).is_none() && FILE.meant(word) == Some("use");
            for statement in tree.statements().filter(|statement| is_use(statement.word())) {
                uses(statement, files, &mut project, &mut found, &mut sink);
            }
            for error in proposed::told(&tree, &project.sources) {
                sink.report(error);
            }
            if tree.is_foreign {
                // nothing of it is a declaration
                project.unfound.file = true;
            } else {
                project.trees.push(tree);
            }
        }
        wanted = std::mem::take(&mut found.next);
    }
    forget_lost(&project.sources, &mut sink);
    project.trees.sort_by_key(|tree| tree.file);
    circles(&project, &found.edges, &mut sink);
    (project, sink)
}

fn parsed(sources: &SourceMap, text: Text) -> Option<Arc<Tree>> {
    match text {
        Text::Known(tree) => Some(tree),
        Text::New(id) => {
            let file = sources.get(id)?;
            let mut tree = syntax::parse(id, file.shared_text());
            tree.relocate(file);
            Some(Arc::new(tree))
        }
    }
}

/// Reports files that use each other, each circle once.
fn circles(project: &Project, edges: &[Edge], sink: &mut Sink) {
    let ids: BTreeMap<&str, FileId> = project.sources.iter().map(|(id, file)| (file.path(), id)).collect();
    let mut outgoing: BTreeMap<FileId, Vec<(FileId, Span)>> = BTreeMap::new();
    for edge in edges {
        if let Some(to) = ids.get(edge.to.as_str()) {
            outgoing.entry(edge.from).or_default().push((*to, edge.span));
        }
    }
    let mut done: BTreeSet<FileId> = BTreeSet::new();
    for start in outgoing.keys() {
        // depth first with a stack of its own: chains of files may be long
        let mut path: Vec<(FileId, usize, Option<Span>)> = vec![(*start, 0, None)];
        while let Some((file, next, _)) = path.last_mut() {
            let file = *file;
            let edge = outgoing.get(&file).and_then(|edges| edges.get(*next)).copied();
            *next += 1;
            let Some((to, span)) = edge else {
                done.insert(file);
                path.pop();
                continue;
            };
            if let Some(at) = path.iter().position(|(open, ..)| *open == to) {
                let name = project.sources.get(to).map_or("", |file| file.path());
                let mut diagnostic =
                    Diagnostic::new(&BVL0208, span, format!("`{name}` uses itself, directly or through others"))
                        .here("this closes the circle")
                        .help("take one of these out; the root file can use them all, in any order");
                for (_, _, used_at) in path.iter().skip(at + 1) {
                    if let Some(span) = used_at {
                        diagnostic = diagnostic.label(*span, "part of the circle");
                    }
                }
                sink.report(diagnostic);
            } else if !done.contains(&to) {
                path.push((to, 0, Some(span)));
            }
        }
    }
}

fn read(files: &dyn Files, file: &Wanted) -> Result<Vec<u8>, FileError> {
    match file.provenance {
        Provenance::Standard => {
            let name = file.path.trim_start_matches("std/");
            STANDARD.get_file(name).map(|found| found.contents().to_vec()).ok_or(FileError::NotFound)
        }
        Provenance::User | Provenance::CommandLine => files.read(&file.path),
    }
}

fn add(project: &mut Project, file: &Wanted, bytes: &[u8], reading: &Reading<'_>, sink: &mut Sink) -> Option<Text> {
    // Spans count in 32 bits.
    if u32::try_from(bytes.len()).is_err() {
        missing(project, file, &FileError::TooLarge(u64::from(u32::MAX)), None, sink);
        return None;
    }
    let earlier = reading.earlier(project.sources.next_id(), file);
    let known = earlier.filter(|(_, known)| known.text().as_bytes() == bytes);
    let (id, fault) = if let Some((_, known)) = known {
        (project.sources.push(known.clone()), None)
    } else {
        let (text, fault): (Arc<str>, Option<usize>) = match std::str::from_utf8(bytes) {
            Ok(text) => (text.into(), None),
            Err(error) => (String::from_utf8_lossy(bytes).into(), Some(error.valid_up_to())),
        };
        let sources = &mut project.sources;
        let id = match reading {
            Reading::Once => sources.add(&file.path, text, file.provenance),
            Reading::Again(_) => sources.add_again(&file.path, text, file.provenance, earlier.map(|(_, known)| known)),
        };
        (id, fault)
    };
    if file.used_at.is_none() {
        project.root = Some(id);
    }
    if let Some(module) = file.path.strip_prefix("std/").and_then(|path| path.strip_suffix(".bvl"))
        && file.provenance == Provenance::Standard
    {
        project.modules.insert(module.to_owned(), id);
    }
    if let Some(at) = fault {
        let read = project.sources.get(id)?;
        sink.report(syntax::not_utf8(read.span(id, at..at + LOST.len_utf8())));
        if read.text().matches(LOST).nth(MOST_LOST).is_some() {
            // what is hardly text has no statements to speak of
            project.unfound.file = true;
            return None;
        }
    }
    let tree = known.and_then(|(project, _)| project.tree(id));
    Some(tree.map_or(Text::New(id), |tree| Text::Known(Arc::clone(tree))))
}

/// What stands in place of bytes that are not UTF-8.
const LOST: char = '\u{fffd}';

/// In how many places a file may hold bytes that are not UTF-8 to be read all the same: with a byte lost here and there,
/// the statements around it are what they were.
const MOST_LOST: usize = 16;

/// Drops what syntax says of lost bytes: that they are no text has been said.
fn forget_lost(sources: &SourceMap, sink: &mut Sink) {
    let broken: BTreeSet<FileId> = sink
        .iter()
        .filter(|finding| finding.code == &BVL0113)
        .filter_map(|finding| Some(finding.span()?.file))
        .collect();
    if broken.is_empty() {
        return;
    }
    let is_lost = |span: Span| {
        let text = sources.text(span);
        broken.contains(&span.file) && text.contains(LOST) && !text.contains('\n')
    };
    sink.retain(|finding| finding.code == &BVL0113 || finding.span().is_none_or(|span| !is_lost(span)));
}

/// The spec that was most likely meant: one beside the path that is called nearly so, else the only one of that name in
/// another folder, to which it has been moved.
fn near_file(files: &dyn Files, path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let beside = if folder.is_empty() { "*.bvl".to_owned() } else { format!("{folder}/*.bvl") };
    let known = files.list(&beside).unwrap_or_default();
    if let Some(near) = similar::closest(path, known.iter().map(String::as_str)) {
        return Some(near.to_owned());
    }
    if name.contains('*') {
        return None;
    }
    let known = files.list("**/*.bvl").unwrap_or_default();
    let mut moved = known.into_iter().filter(|known| known.rsplit('/').next() == Some(name));
    moved.next().filter(|_| moved.next().is_none())
}

fn missing(project: &mut Project, file: &Wanted, error: &FileError, near: Option<String>, sink: &mut Sink) {
    match file.path.strip_prefix("std/").and_then(|path| path.strip_suffix(".bvl")) {
        Some(module) if file.provenance == Provenance::Standard => {
            project.unfound.modules.insert(module.to_owned());
        }
        Some(_) | None => project.unfound.file = true,
    }
    // a path of which the end is not known names no file
    let is_open = |used: Span| {
        let errors = project.trees.iter().flat_map(|tree| &tree.errors).filter(|error| error.code == &BVL0102);
        errors.filter_map(Diagnostic::span).any(|open| open.contains(used) || used.contains(open))
    };
    if file.used_at.is_some_and(is_open) {
        return;
    }
    let why = match error {
        FileError::NotFound if file.path.contains('*') => "no file matches".to_owned(),
        FileError::NotFound => "there is no such file".to_owned(),
        FileError::IsFolder => "that is a folder; name its files, as in `use \"teams/*.bvl\"`".to_owned(),
        FileError::Outside if file.path == "." => {
            "that is a folder; name its files, as in `use \"teams/*.bvl\"`".to_owned()
        }
        FileError::Outside => "it lies outside the platform's folder".to_owned(),
        FileError::TooLarge(limit) => format!("it is larger than {limit} bytes, the most that is read"),
        FileError::Other(words) => words.clone(),
    };
    let span = if let Some(span) = file.used_at {
        span
    } else {
        let id = project.sources.add(file.path.clone(), "", Provenance::User);
        project.root = Some(id);
        Span::new(id, 0, 0)
    };
    let diagnostic = Diagnostic::new(&BVL0209, span, format!("`{}` cannot be read: {why}", file.path));
    let diagnostic = match file.provenance {
        Provenance::Standard => {
            let modules: Vec<String> = standard_modules().collect();
            let name = file.path.trim_start_matches("std/").trim_end_matches(".bvl");
            let listed =
                format!("modules: {}", modules.iter().map(|name| format!("std.{name}")).collect::<Vec<_>>().join(", "));
            let diagnostic =
                Diagnostic::new(&BVL0209, span, format!("the standard library has no module `std.{name}`"))
                    .help(listed);
            let modules = || modules.iter().map(String::as_str);
            // `std.kafka.operator` names a class of a module
            let first = || name.split('.').next().and_then(|first| similar::closest(first, modules()));
            match similar::closest(name, modules()).or_else(first) {
                Some(near) => diagnostic
                    .here(format!("did you mean `std.{near}`?"))
                    .fix(format!("write `std.{near}`"), vec![TextEdit::replace(span, format!("std.{near}"))]),
                None => diagnostic,
            }
        }
        Provenance::User | Provenance::CommandLine if file.used_at.is_some() && near.is_some() => {
            let near = near.unwrap_or_default();
            diagnostic.guess(&[near], |near| vec![TextEdit::replace(span, format!("\"{near}\""))])
        }
        Provenance::User | Provenance::CommandLine if file.used_at.is_some() => {
            diagnostic.help("paths are relative to the folder of platform.bvl; `*` does not cross `/`, `**/` does")
        }
        Provenance::User | Provenance::CommandLine => diagnostic.help("`bvlc init` writes a first platform.bvl"),
    };
    sink.report(diagnostic);
}

/// Names of the modules of the standard library.
pub(super) fn standard_modules() -> impl Iterator<Item = String> {
    let names = STANDARD.files().filter_map(|file| file.path().to_str()?.strip_suffix(".bvl"));
    names.map(str::to_owned)
}

/// The module of the standard library that a text names.
fn standard_module(text: &str) -> Option<&str> {
    text.strip_prefix("std.")
        .or_else(|| text.strip_prefix("std/"))
        .filter(|module| standard_modules().any(|known| known == *module))
}

fn uses(statement: &Statement, files: &dyn Files, project: &mut Project, found: &mut Found, sink: &mut Sink) {
    let malformed = statement.terms.is_empty() && !statement.broken;
    if malformed {
        sink.report(wrong_use(statement.head()));
        // it is still to be said what
        project.unfound.file = true;
    }
    if statement.broken {
        // of `std.` it is to be said which one
        let is_module = project.sources.text(statement.head()).contains("std.");
        *(if is_module { &mut project.unfound.module } else { &mut project.unfound.file }) = true;
    }
    for term in statement.terms.iter().flat_map(Term::members) {
        if let Some(module) = term.name().and_then(|name| name.strip_prefix("std.")) {
            found.take(format!("std/{module}.bvl"), Provenance::Standard, term.span);
        } else if let Some(module) = term.text().and_then(standard_module) {
            let meant = format!("std.{module}");
            sink.report(
                Diagnostic::new(&BVL0209, term.span, format!("the module `{meant}` stands in quotes"))
                    .here("text is the path of a file")
                    .help(format!("write `use {meant}`"))
                    .fix(format!("write `{meant}`"), vec![TextEdit::replace(term.span, meant)]),
            );
            // read as what it was meant for, so that what it declares is there
            found.take(format!("std/{module}.bvl"), Provenance::Standard, term.span);
        } else if let Some(path) = term.text() {
            use_files(path, term.span, files, found).unwrap_or_else(|error| {
                let file = Wanted { path: path.to_owned(), provenance: Provenance::User, used_at: Some(term.span) };
                missing(project, &file, &error, None, sink);
            });
        } else if let Some(name) = term.name() {
            // read as what it was meant for, so that what it declares is there
            let is_file = name.strip_suffix(".bvl").is_some();
            let (module, is_of_library) = spelled_otherwise(name);
            let meant = if is_file { format!("\"{name}\"") } else { format!("std.{module}") };
            let is_known = is_file || standard_modules().any(|known| known == module);
            if is_of_library && !is_known {
                found.take(format!("std/{module}.bvl"), Provenance::Standard, term.span);
                continue;
            }
            sink.report(if is_known {
                wrong_use(term.span)
                    .help(format!("write `use {meant}`"))
                    .fix(format!("write `{meant}`"), vec![TextEdit::replace(term.span, meant)])
            } else {
                wrong_use(term.span)
            });
            if is_file {
                use_files(name, term.span, files, found).unwrap_or_default();
            } else if is_known {
                found.take(format!("std/{module}.bvl"), Provenance::Standard, term.span);
            } else {
                project.unfound.file = true;
            }
        } else if term.kind != TermKind::Bad {
            sink.report(wrong_use(term.span));
        }
    }
}

/// Takes in a file, or every file that a pattern matches.
fn use_files(path: &str, span: Span, files: &dyn Files, found: &mut Found) -> Result<(), FileError> {
    let path = normalize(path).ok_or(FileError::Outside)?;
    if !path.contains('*') {
        found.edges.push(Edge { from: span.file, to: path.clone(), span });
        found.take(path, Provenance::User, span);
        return Ok(());
    }
    let paths = files.list(&path)?;
    if paths.is_empty() {
        return Err(FileError::NotFound);
    }
    for path in paths {
        found.take(path, Provenance::User, span);
    }
    Ok(())
}

/// The module that a name of other signs means, `std::nats`, `std:nats` and `std/nats`, and whether it says that it is the library's.
fn spelled_otherwise(name: &str) -> (String, bool) {
    let rest = name.strip_prefix("std").filter(|rest| rest.starts_with([':', '/']));
    let parts: Vec<&str> = rest.unwrap_or(name).split([':', '/']).filter(|part| !part.is_empty()).collect();
    (parts.join("."), rest.is_some())
}

fn wrong_use(span: Span) -> Diagnostic {
    Diagnostic::new(&BVL0202, span, "`use` takes a module or files")
        .help("write `use std.nats` for a module of the standard library, `use \"teams/*.bvl\"` for files")
}

impl Found {
    fn take(&mut self, path: String, provenance: Provenance, span: Span) {
        if self.known.insert(path.clone()) {
            self.next.push(Wanted { path, provenance, used_at: Some(span) });
        }
    }
}

/// The path with `.` and `..` resolved; `None` where it leads out of the folder.
pub fn normalize(path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') || path.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{load, normalize};
    use crate::source::files::MemoryFiles;

    #[test]
    fn bytes_that_are_no_text_are_located() {
        let bytes = b"platform shop { }\n\xff".to_vec();
        let (_, sink) = load(&MemoryFiles([("platform.bvl".to_owned(), bytes)].into()), "platform.bvl");
        let found: Vec<_> = sink.finish().iter().map(|finding| finding.code.id).collect();
        assert_eq!(found, ["BVL0113"]);
    }

    #[test]
    fn paths_stay_within_the_folder() {
        for (path, expected) in [
            ("a.bvl", Some("a.bvl")),
            ("./teams//a.bvl", Some("teams/a.bvl")),
            ("teams/../a.bvl", Some("a.bvl")),
            ("../a.bvl", None),
            ("a/../../b.bvl", None),
            ("/etc/passwd", None),
            ("", None),
        ] {
            assert_eq!(normalize(path).as_deref(), expected, "{path}");
        }
    }
}
