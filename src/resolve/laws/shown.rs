//! Statements that a help shows are typed as they are shown: each must be read where the help says that it stands.

use std::collections::BTreeSet;

use super::{FILE, KINDS, SPEC, all_places, load, resolve, sample};
use crate::diagnostic::Diagnostic;
use crate::resolve::{Course, Inputs};
use crate::source::files::MemoryFiles;
use crate::vocabulary::{Clause, Word};

/// Blocks in which a word may have been written, as what stands around it: the kind of the declaration, and what opens and closes
/// a block within.
const BLOCKS: [(&str, &str, &str); 16] = [
    ("file", "", ""),
    ("platform", "", ""),
    ("platform", "defaults { ", " }"),
    ("environment", "", ""),
    ("environment", "defaults { ", " }"),
    ("service", "", ""),
    ("service", "health 8081 { ", " }"),
    ("service", "security { ", " }"),
    ("service", "scale 2..5 { on cpu 70%; ", " }"),
    ("service", "scale 2..5 { on rabbitmq from rabbitmq { queue \"a\"; length 5; ", " } }"),
    ("service", "init schema { image \"registry.example/schema:1.0\"; cpu 50m; memory 64Mi; ", " }"),
    ("service", "sidecar proxy { image \"registry.example/proxy:1.0\"; cpu 50m; memory 64Mi; ", " }"),
    ("job", "", ""),
    ("managed", "", ""),
    ("external", "", ""),
    ("flow", "", ""),
];

/// A platform with a text in one of its blocks, and where that stands.
fn spec(kind: &str, text: &str) -> (String, std::ops::Range<usize>) {
    let mut spec = format!("{SPEC}file-AT\n");
    for known in KINDS.iter().map(|(name, _)| *name).chain(["file"]) {
        spec = spec.replace(&format!("{known}-AT"), if known == kind { "\u{1}" } else { "" });
    }
    let at = spec.find('\u{1}').unwrap_or_else(|| panic!("there is no block of kind {kind} for {text}"));
    (spec.replace('\u{1}', text), at..at + text.len())
}

/// What is found in a text in one of the blocks.
fn findings(kind: &str, before: &str, text: &str, after: &str) -> Vec<Diagnostic> {
    let (spec, at) = spec(kind, &format!("{before}{text}{after}"));
    let (mut project, mut sink) = load(&MemoryFiles::new([("platform.bvl", spec.as_str())]), "platform.bvl");
    sink.absorb(resolve(&mut project, &Inputs::default(), Course::Once).sink);
    let own = at.start + before.len()..=at.end - after.len();
    let is_in = |found: &Diagnostic| {
        found.span().is_some_and(|span| own.contains(&(span.start as usize)) && own.contains(&(span.end as usize)))
    };
    sink.finish().into_iter().filter(is_in).collect()
}

/// The statements that are shown as those to write, each with the kind of block that is named for it.
fn shown(help: &str) -> Vec<(String, Option<String>)> {
    let after = ["write ", "move it there: ", "keep one of the two, as "].iter().find_map(|start| {
        let rest = help.strip_prefix(start)?;
        rest.starts_with('`').then_some(rest)
    });
    let rest = after.unwrap_or_default().split("; words here").next().unwrap_or_default();
    let statements = rest.split(", or ").filter_map(|part| {
        let (statement, behind) = part.strip_prefix('`')?.rsplit_once('`')?;
        let words: Vec<&str> = behind.split_whitespace().collect();
        let kind = match words.as_slice() {
            ["in", "a" | "an", kind, "block"] => Some((*kind).to_owned()),
            [] | ["there"] => None,
            // it says itself that it is for the block around
            _ => return None,
        };
        Some((statement.to_owned(), kind))
    });
    statements.collect()
}

/// Whose braces a label says that a statement belongs in.
fn owners(label: &str) -> Vec<&str> {
    let named = label.strip_prefix("belongs in those of ").unwrap_or_default();
    let named = named.split(", or of a `class`").next().unwrap_or_default();
    named.split('`').skip(1).step_by(2).collect()
}

/// Whether a text is read in a block, as far as its shape goes.
fn refused(kind: &str, before: &str, text: &str, after: &str) -> Option<Diagnostic> {
    /// What says that a statement has no place, or another shape.
    const REFUSED: [&str; 3] = ["BVL0201", "BVL0202", "BVL0203"];
    let mut found = findings(kind, before, text, after).into_iter();
    found.find(|again| again.code.id.starts_with("BVL01") || REFUSED.contains(&again.code.id))
}

/// What a user may have written: every word and variant as its example and alone, and every clause alone and with its values.
fn statements() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut add = |word: &'static Word| {
        all.extend([word.name.to_owned(), word.example.to_owned()]);
        for clause in word.clauses {
            all.insert(clause.name.to_owned());
            all.insert(with_values(clause));
        }
    };
    for word in all_places().iter().filter_map(|place| place.word).chain(FILE.words) {
        add(word);
        word.variants.iter().for_each(&mut add);
    }
    for own in ["args \"--listen\", \":8080\"", "image \"r.example/web:${version}\"", "group app, nightly", "after app"]
    {
        all.insert(own.to_owned());
    }
    // what stands in the line of the declaration itself, and what the `match` of the platform above speaks against
    all.retain(|statement| !statement.is_empty() && statement != "is a" && statement != "every-pod");
    all
}

fn with_values(clause: &Clause) -> String {
    let values = clause.args.iter().map(|argument| format!(" {}", sample(argument.ty)));
    format!("{}{}", clause.name, values.collect::<String>())
}

#[test]
fn what_a_help_shows_is_read_where_it_says() {
    let mut tried = BTreeSet::new();
    let mut wrong = Vec::new();
    for statement in statements() {
        for (kind, before, after) in BLOCKS {
            for found in findings(kind, before, &statement, after).iter().filter(|found| found.code.id == "BVL0201") {
                let labels: Vec<&str> = found.labels.iter().map(|label| label.message.as_str()).collect();
                let helps = found.help.iter().chain(found.fixes.iter().map(|fix| &fix.title));
                for (text, named) in helps.flat_map(|help| shown(help)) {
                    // "belongs in those of `service`, .. , write it there"
                    let led = owners(labels.first().copied().unwrap_or_default());
                    let is_here = named.is_none();
                    let targets: Vec<String> = match named {
                        Some(named) => vec![named],
                        None if text.starts_with("allow ") => vec!["file".to_owned()],
                        None if kind == "file" && !led.is_empty() => led.iter().map(|owner| kind_of(owner)).collect(),
                        None => vec![kind.to_owned()],
                    };
                    for target in targets {
                        let (before, after) = if is_here && target == kind { (before, after) } else { ("", "") };
                        if !tried.insert((text.clone(), target.clone(), before)) {
                            continue;
                        }
                        if let Some(refused) = refused(&target, before, &text, after) {
                            wrong.push(format!(
                                "`{statement}` in {kind} {before}: {:?} {:?}\n  `{text}` in {target}: {} {}",
                                found.help, labels, refused.code.id, refused.message
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty() && tried.len() > 300,
        "{} tried, {} wrong:\n{}",
        tried.len(),
        wrong.len(),
        wrong.join("\n")
    );
}

/// The kind of block that braces are of.
fn kind_of(owner: &str) -> String {
    if owner == "allow" { "flow".to_owned() } else { owner.to_owned() }
}

/// Outside of all braces: what some declaration or flow takes as it is leads to each that does, and a statement is shown for it.
#[test]
fn what_stands_outside_of_all_braces_is_led_to_whose_it_is() {
    let mut n_led = 0;
    let mut wrong = Vec::new();
    for statement in statements() {
        let word = statement.split(' ').next().unwrap_or_default();
        if FILE.word(word).is_some() || FILE.meant(word).is_some() || word == "without" {
            continue;
        }
        let takes = |kind: &&str| *kind != "file" && refused(kind, "", &statement, "").is_none();
        let takers: BTreeSet<&str> = KINDS.iter().map(|(kind, _)| *kind).filter(takes).collect();
        let found = findings("file", "", &statement, "");
        let told = found.iter().find(|found| found.message.ends_with("stands outside of all braces"));
        let label = told.and_then(|told| told.labels.first()).map_or("", |label| label.message.as_str());
        let led = owners(label);
        let kinds: BTreeSet<String> = led.iter().map(|owner| kind_of(owner)).collect();
        let expected: BTreeSet<String> = takers.iter().map(|taker| (*taker).to_owned()).collect();
        let is_shown = told.and_then(|told| told.help.as_deref()).is_some_and(|help| !shown(help).is_empty());
        let is_named_once = kinds.len() == led.len();
        n_led += usize::from(!led.is_empty());
        let is_told = takers.is_empty() || kinds == expected && is_shown;
        if !is_told || !is_named_once {
            wrong.push(format!("`{statement}`: {expected:?} take it, {label}, {:?}", told.map(|told| &told.help)));
        }
    }
    assert!(wrong.is_empty() && n_led > 100, "{n_led} led, {} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
