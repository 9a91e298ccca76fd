//! The schema table as data for editors: blocks by name, in each its words, with what follows them.
//!
//! Invariants: a name stands for one block alone; units are those that the readers of values take, found by trying.

use std::collections::BTreeSet;

use bvlc::check::rules::asked;
use bvlc::source::{Provenance, SourceMap, Span};
use bvlc::value::{Term, TermKind};
use bvlc::vocabulary::{
    Argument, Block, Clause, Entries, FILE, FLOW, Keyed, Presence, RULE, TEST, Type, WITHOUT, Word, keda,
};
use bvlc::{registry, resolve};
use serde_json::{Map, Value, json};

/// What [`crate::compiler::Compiler::words`] gives.
pub(crate) fn table() -> Map<String, Value> {
    let mut table = Table::default();
    table.block(&FILE);
    table.block(&FLOW);
    let without = table.word(&WITHOUT);
    let modules: Map<String, Value> = registry::modules().map(|module| (module.name, json!(module.classes))).collect();
    let flat = |names: BTreeSet<&'static str>| json!(names);
    let parts = [
        ("blocks", Value::Object(table.blocks)),
        ("anywhere", json!({ WITHOUT.name: without })),
        ("words", flat(table.words)),
        ("variants", flat(table.variants)),
        ("clauses", flat(table.clauses)),
        ("choices", flat(table.choices)),
        ("param-types", json!(resolve::param_types().map(|(name, _)| name).collect::<Vec<_>>())),
        ("units", units()),
        ("constants", json!(["true", "false", "none", "latest"])),
        ("ends", json!(["self", "kubernetes-api"])),
        ("modules", Value::Object(modules)),
    ];
    parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[derive(Default)]
struct Table {
    blocks: Map<String, Value>,
    words: BTreeSet<&'static str>,
    variants: BTreeSet<&'static str>,
    clauses: BTreeSet<&'static str>,
    choices: BTreeSet<&'static str>,
}

impl Table {
    /// Adds a block and those below it, and gives its name. What is declared twice under one name is a fault of the table.
    fn block(&mut self, block: &'static Block) -> &'static str {
        let entries = match block.entries {
            Entries::Words => "words",
            Entries::Flat => "flat",
            Entries::Nested => "nested",
        };
        let names: Vec<&str> = block.words.iter().map(|word| word.name).collect();
        if let Some(known) = self.blocks.get(block.name) {
            let known: Vec<&String> = known["words"].as_object().into_iter().flat_map(Map::keys).collect();
            assert_eq!(known, names, "two blocks are named `{}`", block.name);
        } else {
            // holds the place, so that blocks keep the order in which a reader meets them
            let place: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
            self.blocks.insert(block.name.to_owned(), json!({ "entries": entries, "words": place }));
            let words: Map<String, Value> =
                block.words.iter().map(|word| (word.name.to_owned(), self.word(word))).collect();
            self.words.extend(names);
            self.blocks.insert(block.name.to_owned(), json!({ "entries": entries, "words": words }));
        }
        block.name
    }

    fn word(&mut self, word: &'static Word) -> Value {
        let stated = match word.keyed {
            Keyed::Once => "once",
            Keyed::ByArgument => "once for each first argument",
            Keyed::ByVariant => "once for each variant",
            Keyed::Each => "any number of times",
        };
        let mut all = Map::new();
        all.insert("doc".into(), json!(word.doc));
        all.insert("example".into(), json!(word.example));
        all.insert("stated".into(), json!(stated));
        if !word.args.is_empty() {
            all.insert("args".into(), self.args(word.args));
        }
        if !word.clauses.is_empty() {
            let clauses = word.clauses.iter().map(|clause| (clause.name.to_owned(), self.clause(clause)));
            let mut clauses: Map<String, Value> = clauses.collect();
            if [&RULE, &TEST].iter().any(|block| block.word(word.name).is_some_and(|own| std::ptr::eq(own, word))) {
                // what stands within its conditions has no arguments
                for (name, doc) in asked::JOINING {
                    self.clauses.insert(name);
                    clauses.entry(name).or_insert_with(|| json!({ "doc": doc }));
                }
            }
            all.insert("clauses".into(), Value::Object(clauses));
        }
        if !word.variants.is_empty() {
            self.variants.extend(word.variants.iter().map(|variant| variant.name));
            let variants = word.variants.iter().map(|variant| (variant.name.to_owned(), self.word(variant)));
            all.insert("variants".into(), Value::Object(variants.collect()));
        }
        if let Some(block) = word.block {
            all.insert("block".into(), json!(self.block(block)));
        }
        Value::Object(all)
    }

    fn clause(&mut self, clause: &'static Clause) -> Value {
        self.clauses.insert(clause.name);
        let mut all = Map::new();
        all.insert("doc".into(), json!(clause.doc));
        if !clause.args.is_empty() {
            all.insert("args".into(), self.args(clause.args));
        }
        Value::Object(all)
    }

    fn args(&mut self, args: &'static [Argument]) -> Value {
        args.iter().map(|argument| self.argument(argument)).collect()
    }

    fn argument(&mut self, argument: &'static Argument) -> Value {
        let presence = match argument.presence {
            Presence::Required => "required",
            Presence::Optional => "optional",
            Presence::List => "list",
        };
        let debug = format!("{:?}", argument.ty);
        let mut all = Map::new();
        all.insert("name".into(), json!(argument.name));
        all.insert("type".into(), json!(debug.split('(').next()));
        all.insert("presence".into(), json!(presence));
        if let Type::Choice(words) = argument.ty {
            self.choices.extend(words);
            all.insert("choices".into(), json!(words));
        } else if let Type::OneOf(numbers) = argument.ty {
            all.insert("choices".into(), json!(numbers));
        } else if let Type::Parameter(known) = argument.ty {
            all.insert("known".into(), json!(known));
        } else if argument.ty == Type::Scaler {
            all.insert("known".into(), json!(keda::SCALERS));
        }
        Value::Object(all)
    }
}

/// What may follow a number at once, by the type that reads it: everything of up to two letters is tried.
fn units() -> Value {
    let letters = || ('A'..='Z').chain('a'..='z');
    let twos = letters().flat_map(|first| letters().map(move |second| format!("{first}{second}")));
    let suffixes: Vec<String> = letters().map(String::from).chain(["%".to_owned()]).chain(twos).collect();
    let file = SourceMap::default().add("units", "", Provenance::User);
    let types =
        [("duration", Type::Duration), ("cpu", Type::Cpu), ("memory", Type::Memory), ("percent", Type::Percent)];
    let units = types.into_iter().map(|(name, ty)| {
        let one =
            |suffix: &str| Term { span: Span::new(file, 0, 0), kind: TermKind::Number(format!("1{suffix}").into()) };
        let taken = suffixes.iter().filter(|suffix| ty.check(&one(suffix)).is_ok());
        (name.to_owned(), taken.map(String::as_str).collect::<Value>())
    });
    Value::Object(units.collect())
}
