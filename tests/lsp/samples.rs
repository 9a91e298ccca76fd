//! The fields that each word fills, as completion shows them: what its own example adds to what is emitted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use bvlc::ide::completion::sample;
use bvlc::vocabulary::{Block, FILE, Word};
use serde_json::json;

use crate::carets::Case;

/// All of them. `BLESS=1` writes it: whoever does so reads what is new.
const SAMPLES: &str = "tests/lsp/samples.txt";

/// The blocks, each word of which fills a field of an object.
const FILLING: [&str; 12] = [
    "service", "health", "shutdown", "rollout", "security", "expose", "init", "sidecar", "scale", "job", "schedule",
    "budget",
];

/// But for these, of which no object shows anything but what would be there without them.
const SILENT: [&str; 10] = [
    "service: in ",
    "service: disruption by-operator",
    "service: disruption none ",
    "service: tier ",
    "health: starts-within ",
    "shutdown: drain ",
    "shutdown: finish ",
    "expose: tls none ",
    "sidecar: stops-within ",
    "job: in ",
];

fn words(block: &'static Block, seen: &mut BTreeSet<&'static str>, text: &mut String) {
    if !seen.insert(block.name) {
        return;
    }
    let mut add = |word: &'static Word| {
        let shown = sample::of(block.name, word.example).unwrap_or_else(|| "nothing".to_owned());
        writeln!(text, "# {}: {}\n{shown}\n", block.name, word.example).unwrap();
    };
    for word in block.words {
        if word.variants.is_empty() {
            add(word);
        }
        word.variants.iter().for_each(&mut add);
    }
    for word in block.words {
        for inner in word.variants.iter().chain([word]).filter_map(|known| known.block) {
            words(inner, seen, text);
        }
    }
}

#[test]
fn every_word_shows_what_it_fills() {
    let mut found = String::new();
    words(&FILE, &mut BTreeSet::new(), &mut found);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(SAMPLES, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(SAMPLES).unwrap(), "BLESS=1 writes {SAMPLES}: look at what is new in it");
    for part in found.split("\n# ").filter(|part| FILLING.iter().any(|block| part.starts_with(&format!("{block}: ")))) {
        let (head, shown) = part.split_once('\n').unwrap();
        let is_silent = SILENT.iter().any(|silent| format!("{head} ").starts_with(silent));
        assert_eq!(shown.trim() == "nothing", is_silent, "{head}\n{shown}");
    }
}

/// Resolved, an item has the fields that it fills; before that it has nothing but its name.
#[test]
fn a_resolved_word_shows_the_fields_that_it_fills() {
    for (new, label, expected) in [
        ("service web {\n  cp$0\n", "cpu", "```yaml\nkind: Deployment\nspec:"),
        ("service web {\n  shutdown { gr$0 }\n", "grace", "terminationGracePeriodSeconds: 60"),
        ("service web {\n  scale 2..4 { on $0 }\n", "cpu", "kind: HorizontalPodAutoscaler"),
        ("managed db is redis.rep$0\nservice web {\n", "redis.replication", "Redis with one primary"),
        // within braces that nobody closed
        ("service web {\n  health 8081 { li$0\n", "live", "livenessProbe:"),
    ] {
        let base = "platform shop { kubernetes \"1.33\" }\nenvironment prod { namespace \"shop\" }\nservice web {\n}\n";
        let case = Case::with(base, "service web {\n", new);
        let mut client = case.client(&json!({}));
        let place = client.at(&case.path, case.caret);
        let items = client.ask("textDocument/completion", place);
        let item = items.as_array().unwrap().iter().find(|item| item["label"] == label);
        let item = item.unwrap_or_else(|| panic!("{new}: no {label} in {items}")).clone();
        assert!(item["documentation"].is_null(), "{item}");
        let resolved = client.ask("completionItem/resolve", item);
        let text = resolved["documentation"]["value"].as_str().unwrap();
        assert!(text.contains(expected), "{new}:\n{text}");
        client.end();
    }
}
