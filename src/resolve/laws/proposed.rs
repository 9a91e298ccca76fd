//! Values that the syntax cannot read, and names without their `$`, are set in each place of the language: what is proposed for one
//! is typed there, and must be read.

use std::collections::BTreeSet;

use super::{Place, all_places, load, resolve, values};
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::resolve::{Course, Inputs};
use crate::source::files::MemoryFiles;

/// What people write for values.
const WRITTEN: [&str; 42] = [
    "10.14.3.0-255",
    "10.14.3.0-10.14.3.255",
    "10.14.3.0 - 10.14.3.255",
    "10.1.7.0/255.255.255.0",
    "10.10.0.0/16 - 10.10.4.0/24",
    "10.10.0.0/16-10.10.4.0/24",
    "10.1.6",
    "10.1.5.*",
    "10.1/16",
    ".5",
    ".5Gi",
    "1/2",
    "0.5..",
    "443..",
    "3...5",
    "443-445",
    "100m - 200m",
    "64Mi-128Mi",
    "3/20",
    "50%-70%",
    "nginx:1.27",
    "http:8080",
    "80:8080",
    "8080:8080",
    "8080/tcp",
    "53/udp",
    "1.4.2",
    "web.",
    "web.*",
    "/healthz",
    "r.e/d:${environment}",
    "${environment}:8080",
    "http://$environment-x/y",
    "--up=http://${namespace}",
    "${var.environment}/x",
    "http://${nothing}",
    "\"r.e/d\":1.4.2",
    "\"http://\"${environment}",
    "'r.e/d':$environment",
    "mode=fast",
    "0.0.0.0:8080",
    "8080:http",
];

/// What is found in a platform.
fn findings(spec: &str) -> Vec<Diagnostic> {
    let (mut project, mut sink) = load(&MemoryFiles::new([("platform.bvl", spec)]), "platform.bvl");
    sink.absorb(resolve(&mut project, &Inputs::default(), Course::Once).sink);
    sink.finish()
}

/// What says that a value is none, or none for its place, in the line of a statement.
fn refused(spec: &str, at: usize) -> Option<Diagnostic> {
    const REFUSED: [&str; 3] = ["BVL0201", "BVL0202", "BVL0203"];
    let start = spec.get(..at).unwrap().rfind('\n').map_or(0, |line| line + 1);
    let end = at + spec.get(at..).unwrap().find('\n').unwrap();
    let is_there = |found: &Diagnostic| {
        found.span().is_some_and(|span| (start..end).contains(&(span.start as usize)))
            && (found.code.id.starts_with("BVL01") || REFUSED.contains(&found.code.id))
    };
    findings(spec).into_iter().find(is_there)
}

/// A statement with another value in the place of one of its own, in a platform: the text, and where that value stands.
fn with(place: &Place, (from, to): (usize, usize), value: &str) -> (String, std::ops::Range<usize>) {
    let mut statement = place.statement.clone();
    statement.replace_range(from..to, value);
    let (spec, at) = place.spec(&statement, "1");
    (spec, at + from..at + from + value.len())
}

/// What a help has somebody write in the place of the value: what stands behind `write`, part by part.
fn written(help: &str) -> Vec<String> {
    let Some(rest) = help.split_once("write `").map(|(_, rest)| rest) else { return Vec::new() };
    let parts = rest.split("; ").next().unwrap_or_default().split(", or `");
    parts.filter_map(|part| part.split('`').next()).map(str::to_owned).collect()
}

/// A spec with a fix applied.
fn mended(spec: &str, fix: &Fix) -> String {
    let mut mended = spec.to_owned();
    for edit in fix.edits.iter().rev() {
        mended.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    mended
}

#[test]
fn what_is_proposed_for_a_value_is_read_in_its_place() {
    /// What stands for something that is to be filled in.
    const BLANK: [&str; 2] = ["..", "LOW..HIGH"];
    let (mut n_found, mut n_tried) = (0, 0);
    let (mut wrong, mut known) = (Vec::new(), BTreeSet::new());
    // what a word says is the same in each block that has it
    for place in all_places().into_iter().filter(|place| known.insert(place.statement.clone())) {
        for at in values(&place.statement) {
            let (spec, own) = with(&place, at, place.statement.get(at.0..at.1).unwrap());
            if refused(&spec, own.start).is_some() {
                continue;
            }
            for value in WRITTEN {
                let (spec, own) = with(&place, at, value);
                let found = findings(&spec);
                let is_own = |found: &&Diagnostic| {
                    let span = found.span().map(|span| (span.start as usize, span.end as usize));
                    ["BVL0115", "BVL0122"].contains(&found.code.id)
                        && span.is_some_and(|(start, end)| start >= own.start && end <= own.end)
                };
                for told in found.iter().filter(is_own) {
                    n_found += 1;
                    let span = told.span().unwrap();
                    let (start, end) = (span.start as usize, span.end as usize);
                    let mut proposed: Vec<(String, String)> = Vec::new();
                    proposed.extend(told.fixes.iter().map(|fix| (fix.title.clone(), mended(&spec, fix))));
                    for text in told.help.iter().flat_map(|help| written(help)) {
                        if BLANK.contains(&text.as_str()) {
                            continue;
                        }
                        let mut mended = spec.clone();
                        mended.replace_range(start..end, &text);
                        proposed.push((text, mended));
                    }
                    for (what, mended) in proposed {
                        n_tried += 1;
                        // with the right dots its ends may still lack their units
                        let is_other = |refused: &Diagnostic| what.contains("`..`") && refused.code.id == "BVL0203";
                        if let Some(refused) = refused(&mended, own.start).filter(|refused| !is_other(refused)) {
                            wrong.push(format!(
                                "{} {}{} with `{value}`: {:?}\n  {what}: {} {}",
                                place.kind, place.before, place.statement, told.help, refused.code.id, refused.message
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty() && n_found > 1000 && n_tried > 500,
        "{n_found} found, {n_tried} tried, {} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The `$` is what one forgets: a name is set in each place of the language without it, as it is and with a letter left out.
#[test]
fn a_name_without_its_sign_is_told_with_it() {
    let (mut n_told, mut n_text) = (0, 0);
    let (mut wrong, mut known) = (Vec::new(), BTreeSet::new());
    for place in all_places().into_iter().filter(|place| known.insert(place.statement.clone())) {
        for (from, to) in values(&place.statement) {
            let value = place.statement.get(from..to).unwrap();
            let with = |written: &str| {
                let mut statement = place.statement.clone();
                statement.replace_range(from..to, written);
                let (spec, at) = place.spec(&statement, value);
                (spec, at + from)
            };
            // a word is what some places take, and others take no name that stands for something else
            let is_refused = |written: &str| {
                let (spec, at) = with(written);
                refused(&spec, at).is_some()
            };
            if is_refused(value) || is_refused("$given") {
                continue;
            }
            for written in ["given", "givn"] {
                let (spec, at) = with(written);
                let Some(told) = refused(&spec, at) else { continue };
                n_told += 1;
                let whole: Vec<String> = told.fixes.iter().map(|fix| mended(&spec, fix)).collect();
                let is_asked = told.fixes.iter().all(|fix| fix.applicability == Applicability::Unsafe);
                n_text += usize::from(whole.contains(&with(&format!("\"{written}\"")).0));
                if whole.first() != Some(&with("$given").0) || !is_asked {
                    let fixes: Vec<&str> = told.fixes.iter().map(|fix| fix.title.as_str()).collect();
                    wrong.push(format!(
                        "{} {}{} with `{written}`: {} {} {fixes:?}",
                        place.kind, place.before, place.statement, told.code.id, told.message
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty() && n_told > 100 && n_text > 20,
        "{n_told} told, {n_text} of them may be a text, {} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A template of another language is set in each place of the language: what it is told as is declared and typed.
#[test]
fn the_param_that_a_template_stands_for_is_taken_in_its_place() {
    let mut n_tried = 0;
    let (mut wrong, mut known) = (Vec::new(), BTreeSet::new());
    for place in all_places().into_iter().filter(|place| known.insert(place.statement.clone())) {
        for at in values(&place.statement) {
            let is_refused = |value: &str| {
                let (spec, own) = with(&place, at, value);
                refused(&spec, own.start).is_some()
            };
            if is_refused(place.statement.get(at.0..at.1).unwrap()) || is_refused("$given") {
                continue;
            }
            let (mut spec, own) = with(&place, at, "{{ .Values.own }}");
            let found = findings(&spec);
            let told = found.iter().find(|found| found.message.contains("another language"));
            let help = told.and_then(|told| told.help.as_deref()).unwrap_or_default();
            let declared = help.rsplit_once(": `").and_then(|(_, declared)| declared.strip_suffix('`'));
            spec.replace_range(own, "$own");
            spec.push_str(declared.unwrap_or_default());
            spec.push('\n');
            n_tried += 1;
            let as_it_was = findings(&with(&place, at, place.statement.get(at.0..at.1).unwrap()).0);
            let is_new = |found: &Diagnostic| as_it_was.iter().all(|other| other.code != found.code);
            let refused = findings(&spec).into_iter().find(|found| is_new(found) && found.code.id < "BVL0220");
            let refused = refused.map(|refused| refused.message.clone());
            if declared.is_none() || refused.is_some() {
                wrong.push(format!("{} {}{}: {help:?} {refused:?}", place.kind, place.before, place.statement));
            }
        }
    }
    assert!(wrong.is_empty() && n_tried > 50, "{n_tried} tried, {} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
