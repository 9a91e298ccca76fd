//! Modules of the standard library that a name speaks of and nothing uses: what is missed is their `use`.
//!
//! Invariant: where the module that is named exists, no other name is taken for what was meant.

use super::declarations::Declarations;
use super::modules::{Project, STANDARD, standard_modules};
use crate::diagnostic::{Absent, Diagnostic};
use crate::source::{FileId, Provenance, SourceFile, TextEdit};
use crate::syntax::Tree;
use crate::value::similar::nearest;

/// The module that a name stands in, if there is one and nothing uses it.
fn module_of<'n>(name: &'n str, declarations: &Declarations<'_>) -> Option<&'n str> {
    let (module, _) = name.split_once('.')?;
    let is_used = !classes_of(module, declarations).is_empty();
    (!is_used && standard_modules().any(|known| known == module)).then_some(module)
}

/// The classes of a module that is used, in order of name.
pub(super) fn classes_of<'d>(module: &str, declarations: &'d Declarations<'_>) -> Vec<&'d str> {
    // a spec may misspell very many names
    let (ids, prefix) = (&declarations.class_ids, format!("{module}."));
    let from = ids.partition_point(|known, _| *known < prefix);
    ids.keys().skip(from).map(String::as_str).take_while(|known| known.starts_with(&prefix)).collect()
}

/// The finding of a class that is not there, if that is so since nothing uses its module.
pub(super) fn told(finding: &Diagnostic, name: &str, declarations: &Declarations<'_>) -> Option<Diagnostic> {
    if let Some(told) = module_itself(finding, name, declarations) {
        return Some(told);
    }
    let module = module_of(name, declarations)?;
    let classes = written(module)?;
    let told = finding.clone();
    Some(if classes.iter().any(|known| known == name) {
        told.lacking(Absent::Module(module.to_owned()))
            .here("its module is not used here")
            .help(format!("add `use std.{module}` outside of all blocks"))
    } else {
        let near = nearest(name, classes.iter().map(String::as_str));
        let told = told
            .here(format!("`std.{module}` has no such class, and is not used here"))
            .help(format!("its classes: {}", classes.join(", ")));
        meant(told, &near)
    })
}

/// The finding of a class that is not there, with those of modules that nothing uses of which one was most likely meant.
pub(super) fn misspelled(finding: &Diagnostic, name: &str, declarations: &Declarations<'_>) -> Option<Diagnostic> {
    name.split_once('.')?;
    let unused = standard_modules().filter(|module| classes_of(module, declarations).is_empty());
    let classes: Vec<String> = unused.filter_map(|module| written(&module)).flatten().collect();
    let near = nearest(name, classes.iter().map(String::as_str));
    let told = finding.clone().here("declared nowhere");
    (!near.is_empty()).then(|| meant(told, &near))
}

/// The finding with a fix for each of the names.
fn meant(told: Diagnostic, near: &[&str]) -> Diagnostic {
    match told.span() {
        Some(span) if !near.is_empty() => told.guess(near, |near| vec![TextEdit::replace(span, near)]),
        Some(_) | None => told,
    }
}

/// The classes that a module of the standard library holds, in the order in which they are written.
fn written(module: &str) -> Option<Vec<String>> {
    let text = STANDARD.get_file(format!("{module}.bvl"))?.contents_utf8()?;
    let heads = text.lines().filter_map(|line| line.strip_prefix("class "));
    let is_within = |char: char| char.is_ascii_alphanumeric() || char == '-';
    let names = heads.map(|head| head.split(|char| !is_within(char)).next().unwrap_or_default());
    Some(names.map(|class| format!("{module}.{class}")).collect())
}

/// The finding of a class that is not there, if what is written is the name of a module.
fn module_itself(finding: &Diagnostic, name: &str, declarations: &Declarations<'_>) -> Option<Diagnostic> {
    let module = name.strip_prefix("std.").unwrap_or(name);
    let is_own = declarations.classes.keys().any(|known| known == module);
    let classes = written(module).filter(|classes| !classes.is_empty() && !is_own)?;
    let is_used = !classes_of(module, declarations).is_empty();
    let used = if is_used { String::new() } else { format!(", with `use std.{module}` outside of all blocks") };
    let told = finding.clone().here("a module, and no class");
    Some(told.help(format!("write one of its classes{used}: {}", classes.join(", "))))
}

/// Adds the fix to what is found of modules that nothing uses: their `use`, in the file that names them.
pub(super) fn mend(project: &Project, findings: &mut [Diagnostic]) {
    for finding in findings {
        let Some(file) = finding.span().map(|span| span.file) else { continue };
        let Some((source, tree)) = project.sources.get(file).zip(project.tree(file)) else { continue };
        if matches!(finding.absent, Some(Absent::Class(_))) && source.provenance() == Provenance::User {
            for fix in &mut finding.fixes {
                let [edit] = fix.edits.as_slice() else { continue };
                let Some((module, _)) = edit.text.split_once('.') else { continue };
                let is_unused = !project.modules.contains_key(module);
                if is_unused && written(module).is_some_and(|classes| classes.contains(&edit.text)) {
                    let module = format!("std.{module}");
                    fix.title = format!("{}, and add `use {module}`", fix.title);
                    fix.edits.push(use_module(source, tree, file, &module));
                }
            }
        }
        let Some(Absent::Module(module)) = &finding.absent else { continue };
        if finding.fixes.is_empty() && source.provenance() == Provenance::User {
            let module = format!("std.{module}");
            let edits = vec![use_module(source, tree, file, &module)];
            *finding = finding.clone().fix(format!("add `use {module}`"), edits);
        }
    }
}

/// The edit that adds `use` of a module to a file: behind those that are there, else before the first statement and what is
/// said of it.
pub fn use_module(source: &SourceFile, tree: &Tree, file: FileId, module: &str) -> TextEdit {
    if let Some(last) = tree.statements().filter(|statement| statement.word() == "use").last() {
        return TextEdit::replace(last.span.after(), format!("\nuse {module}"));
    }
    let first = tree.statements().next();
    let start = first.map(|first| first.docs.first().map_or(first.span, |docs| docs.span).before());
    TextEdit::replace(start.unwrap_or_else(|| source.span(file, 0..0)), format!("use {module}\n\n"))
}
