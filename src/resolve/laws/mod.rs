//! Laws of the whole vocabulary: what a variable stands for takes effect or is a finding, in the place of every value; and what
//! is stated twice is a finding, for every word, clause, name and argument.

mod proposed;
mod shown;

use std::sync::Arc;

use crate::resolve::{Course, Inputs, load, resolve};
use crate::source::FileId;
use crate::source::files::MemoryFiles;
use crate::syntax;
use crate::value::TermKind;
use crate::vocabulary::{
    Block, Clause, ENVIRONMENT, EXTERNAL, Entries, FILE, FLOW, JOB, Keyed, MANAGED, PLATFORM, SERVICE, Type, Word,
    declares_endpoint,
};

/// A platform with a block of each kind; `AT` marks where a statement of that kind is set in.
const SPEC: &str = "platform shop { kubernetes \"1.33\"\nplatform-AT }
environment prod { namespace \"shop\"\nenvironment-AT }
service app { image \"registry.example/app:1.0\"\nservice-AT }
job nightly { image \"registry.example/nightly:1.0\"\njob-AT }
managed db { match \"a\" \"b\"\nmanaged-AT }
external store { cidr 10.20.0.10/32; port api 443\nexternal-AT }
allow app -> store.api { \nflow-AT }
";

/// Set in where other kinds of blocks are.
const KINDS: [(&str, &Block); 7] = [
    ("platform", &PLATFORM),
    ("environment", &ENVIRONMENT),
    ("service", &SERVICE),
    ("job", &JOB),
    ("managed", &MANAGED),
    ("external", &EXTERNAL),
    ("flow", &FLOW),
];

/// A statement in the blocks that it stands in: what comes before it, itself, and what closes them.
struct Place {
    kind: &'static str,
    before: String,
    statement: String,
    after: String,
    word: Option<&'static Word>,
    clauses: Vec<&'static Clause>,
}

impl Place {
    fn spec(&self, statement: &str, value: &str) -> (String, usize) {
        let mut spec = SPEC.to_owned();
        let set = format!("{}{statement}{}", self.before, self.after);
        for (kind, _) in KINDS {
            spec = spec.replace(&format!("{kind}-AT"), if kind == self.kind { &set } else { "" });
        }
        let at = spec.find(&set).unwrap() + self.before.len();
        (format!("{spec}let given = {value}\n"), at)
    }
}

/// The words of a block and of the blocks within, each as its example.
fn places(kind: &'static str, block: &'static Block, around: (&str, &str), depth: usize, all: &mut Vec<Place>) {
    let (before, after) = around;
    let mut add = |word: &'static Word, of: &'static Word, example: &str| {
        if example.is_empty() || declares_endpoint(word.name) || matches!(word.name, "without" | "allow") {
            return;
        }
        let statement = example.split('{').next().unwrap_or_default().trim().to_owned();
        if let (Some(inner), true) = (word.block, depth < 3) {
            let before = format!("{before}{statement} {{ ");
            places(kind, inner, (&before, &format!(" }}{after}")), depth + 1, all);
        }
        let clauses = word.clauses.iter().chain(of.clauses).collect();
        all.push(Place {
            kind,
            before: before.to_owned(),
            statement,
            after: after.to_owned(),
            word: Some(of),
            clauses,
        });
    };
    for word in block.words {
        add(word, word, word.example);
        for variant in word.variants {
            add(variant, word, variant.example);
        }
    }
    match block.entries {
        Entries::Words => {}
        Entries::Flat | Entries::Nested => {
            let statement = "own-key \"text\"".to_owned();
            let (word, clauses) = (None, Vec::new());
            all.push(Place { kind, before: before.to_owned(), statement, after: after.to_owned(), word, clauses });
        }
    }
}

fn all_places() -> Vec<Place> {
    let mut all = Vec::new();
    for (kind, block) in KINDS {
        places(kind, block, ("", ""), 0, &mut all);
    }
    all
}

/// The parts of a statement in whose place a variable may stand, as offsets: no words of the language.
fn values(statement: &str) -> Vec<(usize, usize)> {
    let tree = syntax::parse(FileId::default(), &Arc::from(statement));
    let Some(parsed) = tree.statements().next() else { return Vec::new() };
    let is_value = |kind: &TermKind| {
        matches!(
            kind,
            TermKind::Number(_) | TermKind::Text(_) | TermKind::Address(_) | TermKind::Range(_) | TermKind::List(_)
        )
    };
    let values = parsed.terms.iter().filter(|term| is_value(&term.kind));
    values.map(|term| (term.span.start as usize, term.span.end as usize)).collect()
}

/// What a platform means, its places left out, and its findings: code and offset.
fn meaning(spec: &str) -> (String, Vec<(&'static str, usize, usize)>) {
    let (mut project, mut sink) = load(&MemoryFiles::new([("platform.bvl", spec)]), "platform.bvl");
    let resolved = resolve(&mut project, &Inputs::default(), Course::Once);
    sink.absorb(resolved.sink);
    let found = sink.finish().into_iter();
    let found = found.filter_map(|finding| {
        let span = finding.span()?;
        Some((finding.code.id, span.start as usize, span.end as usize))
    });
    let found = found.collect();
    let written = format!("{:?}", resolved.model);
    let mut model = String::new();
    for (at, part) in written.split("Span {").enumerate() {
        model.push_str(if at == 0 { part } else { part.split_once('}').unwrap().1 });
    }
    (model, found)
}

fn replaced(statement: &str, from: usize, to: usize, with: &str) -> String {
    let mut replaced = statement.to_owned();
    replaced.replace_range(from..to, with);
    replaced
}

fn codes(found: &[(&'static str, usize, usize)]) -> Vec<&'static str> {
    let mut codes: Vec<_> = found.iter().map(|(code, ..)| *code).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn a_variable_means_what_it_stands_for_or_is_a_finding() {
    let mut tried = 0;
    let mut silent = Vec::new();
    for place in all_places() {
        for (from, to) in values(&place.statement) {
            let value = place.statement.get(from..to).unwrap();
            let (literal, _) = place.spec(&place.statement, value);
            let varying = replaced(&place.statement, from, to, "$given");
            let (spec, at) = place.spec(&varying, value);
            let (expected, expected_found) = meaning(&literal);
            let (model, found) = meaning(&spec);
            let is_told = found.iter().any(|(_, start, end)| *start <= at + from && at + from < *end);
            tried += 1;
            if !is_told && (model != expected || codes(&found) != codes(&expected_found)) {
                silent.push(format!("{}: {}{varying}{}", place.kind, place.before, place.after));
            }
        }
    }
    assert!(silent.is_empty() && tried > 150, "{tried} tried, dropped in silence:\n{}", silent.join("\n"));
}

/// A name that is known, and has no value where it stands.
#[test]
fn a_name_without_a_value_is_a_finding() {
    let mut tried = 0;
    let mut silent = Vec::new();
    for place in all_places() {
        let name = match place.kind {
            // what defaults state is known to whoever takes it over
            _ if place.before.starts_with("defaults") => continue,
            "platform" | "flow" => "namespace",
            "environment" => "self",
            "managed" if !place.before.starts_with("values") => "replicas",
            _ => continue,
        };
        for (from, to) in values(&place.statement) {
            for variable in [format!("${name}"), format!("\"x-${{{name}}}\"")] {
                let varying = replaced(&place.statement, from, to, &variable);
                let (spec, at) = place.spec(&varying, "1");
                let (_, found) = meaning(&spec);
                tried += 1;
                let place_of = at + from..at + from + variable.len();
                let is_told = found.iter().any(|(_, start, end)| *start < place_of.end && *end > place_of.start);
                if !is_told {
                    silent.push(format!("{}: {}{varying}{}", place.kind, place.before, place.after));
                }
            }
        }
    }
    assert!(silent.is_empty() && tried > 50, "{tried} tried, dropped in silence:\n{}", silent.join("\n"));
}

/// A value of a type, as it is written.
fn sample(ty: Type) -> &'static str {
    match ty {
        Type::Integer | Type::Port | Type::Count | Type::Quantity | Type::Replicas | Type::PortReference => "1",
        Type::Duration | Type::Seconds => "5s",
        Type::Cidr | Type::Address => "10.20.0.10",
        Type::Endpoint | Type::Member => "app",
        Type::Environment => "prod",
        Type::Name | Type::Key | Type::Store => "a",
        Type::Capability => "KILL",
        Type::Version | Type::PolicyVersion => "\"1.33\"",
        Type::Date => "\"2027-01-31\"",
        Type::Text
        | Type::Value
        | Type::Cpu
        | Type::CpuRange
        | Type::Memory
        | Type::MemoryRange
        | Type::Percent
        | Type::Image
        | Type::Registry
        | Type::Host
        | Type::Domain
        | Type::Repository
        | Type::Revision
        | Type::Folder
        | Type::Exposed
        | Type::Choice(_)
        | Type::OneOf(_)
        | Type::Cron
        | Type::TimeZone
        | Type::SeccompProfile
        | Type::Scaler
        | Type::Parameter(_)
        | Type::Condition
        | Type::Content => "\"a\"",
    }
}

fn is_told(spec: &str, codes: &[&str], at: usize) -> bool {
    let (_, found) = meaning(spec);
    found.iter().any(|(code, start, end)| codes.contains(code) && *end > at && *start >= at.saturating_sub(1))
}

/// Every word that is not of those that add up, and every key of one's own.
#[test]
fn what_a_block_states_twice_is_a_finding() {
    let mut tried = 0;
    let mut silent = Vec::new();
    for place in all_places() {
        if place.word.is_some_and(|word| word.keyed == Keyed::Each) {
            continue;
        }
        let twice = format!("{}\n{}", place.statement, place.statement);
        let (spec, at) = place.spec(&twice, "1");
        tried += 1;
        if !is_told(&spec, &["BVL0207"], at + place.statement.len() + 1) {
            silent.push(format!("{}: {}{}", place.kind, place.before, place.statement));
        }
    }
    assert!(silent.is_empty() && tried > 100, "{tried} tried, one of two dropped in silence:\n{}", silent.join("\n"));
}

#[test]
fn a_clause_that_is_stated_twice_is_a_finding() {
    let mut tried = 0;
    let mut silent = Vec::new();
    for place in all_places() {
        for clause in &place.clauses {
            let values = clause.args.iter().map(|argument| format!(" {}", sample(argument.ty)));
            let once = format!(" {}{}", clause.name, values.collect::<String>());
            let statement = format!("{}{once}{once}", place.statement);
            let (spec, at) = place.spec(&statement, "1");
            tried += 1;
            if !is_told(&spec, &["BVL0207"], at) {
                silent.push(format!("{}: {}{statement}", place.kind, place.before));
            }
        }
    }
    assert!(silent.is_empty() && tried > 40, "{tried} tried, one of two dropped in silence:\n{}", silent.join("\n"));
}

/// What declares a name, and what is given by name.
#[test]
fn a_name_that_is_declared_or_given_twice_is_a_finding() {
    /// What names nothing, or may say the same again: files are taken once, and flows and assertions hold however often. The
    /// text of a test is no name.
    const SAY_AGAIN: [&str; 7] = ["use", "platform", "allow", "never", "rule", "test", "waive"];
    let spec = SPEC.split("-AT").map(|part| part.trim_end_matches(char::is_alphabetic)).collect::<String>();
    let mut declared: Vec<[String; 2]> = Vec::new();
    for word in FILE.words.iter().filter(|word| !SAY_AGAIN.contains(&word.name)) {
        let statement = word.example.replace(&format!("{} ", word.name), &format!("{} twice-", word.name));
        declared.push([statement.clone(), format!("{statement}\n{statement}")]);
    }
    let given = "class twice(a: int) { scale $a }\nservice web is twice";
    let body = "{ image \"r.example/a:1\" }";
    for [once, twice] in [
        ["", "platform again { }"],
        ["class twice(a: int) { scale $a }", "class twice(a: int, a: int) { scale $a }"],
        [
            "environment twice(a: int = 1) { namespace \"x${a}\" }",
            "environment twice(a: int = 1, a: int = 2) { namespace \"x${a}\" }",
        ],
        [&format!("{given}(a = 1) {body}"), &format!("{given}(a = 1, a = 2) {body}")],
        [
            "let key = \"A\"\nclass twice { env $key \"1\" }",
            "let key = \"A\"\nclass twice { env $key \"1\"; env A \"2\" }",
        ],
        ["class twice { env A \"1\" }", "class twice { env A \"1\" secret \"a\" \"b\" }"],
    ] {
        declared.push([once.to_owned(), twice.to_owned()]);
    }
    let codes = ["BVL0202", "BVL0205", "BVL0207", "BVL0214"];
    let n_told = |statements: &str| {
        let (_, found) = meaning(&format!("{spec}{statements}\n"));
        found.iter().filter(|(code, ..)| codes.contains(code)).count()
    };
    for [once, twice] in declared {
        assert_eq!(
            n_told(&twice),
            n_told(&once) + 1,
            "one of two is dropped in silence, or told more than once:\n{twice}"
        );
    }
}
