//! `editors/words.json`: what the editors' files are made of is what the compiler's own tables and grammar say.

use serde_json::{Map, Value, json};

use crate::case::{Case, Outcome, Setup};
use crate::compare::difference;
use crate::disk;

/// Made here, read by `editors/generate.py`.
const FILE: &str = "editors/words.json";

/// Where the lists stand that no table has.
const GRAMMAR: &str = "grammar/bvl.pest";

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Vec<Case> {
    let setup = setup.clone();
    vec![Case::new(FILE, move || judge(&setup))]
}

fn judge(setup: &Setup) -> Outcome {
    let grammar = disk::read(&setup.root.join(GRAMMAR))?;
    let mut all = Map::new();
    all.insert("generated".into(), json!("`BLESS=1 cargo test --test suite -- editors` rewrites this file"));
    all.extend(setup.compiler.words());
    all.insert("declarations".into(), quoted(&grammar, "declaration")?);
    all.insert("continuations".into(), quoted(&grammar, "continuing")?);
    all.insert("joining".into(), quoted(&grammar, "joining")?);
    let text = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())? + "\n";
    let file = setup.root.join(FILE);
    let known = disk::read(&file).unwrap_or_default();
    match difference(&known, &text) {
        None => Ok(()),
        Some(_) if setup.bless => disk::write(&file, &text),
        Some(difference) => Err(format!(
            "(BLESS=1 rewrites it; then `python3 editors/generate.py` the files of the editors)\n{difference}"
        )),
    }
}

/// The quoted words of one rule of the grammar, in its order.
fn quoted(grammar: &str, rule: &str) -> Result<Value, String> {
    let lost = || format!("{GRAMMAR} has no words in a rule `{rule}`");
    let (_, body) = grammar.split_once(&format!("\n{rule} ")).ok_or_else(lost)?;
    let body = body.split("\n}").next().unwrap_or_default();
    let body = body.trim_start().split("\n\n").next().unwrap_or_default().split(" ~ !").next().unwrap_or_default();
    let words: Vec<&str> = body.split('"').skip(1).step_by(2).collect();
    if words.is_empty() { Err(lost()) } else { Ok(json!(words)) }
}
