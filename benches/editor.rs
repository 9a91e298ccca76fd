//! What an editor waits for, over the pipe, beside the budgets of each answer:
//! `cargo bench --bench editor -- [SERVICES] [FILES] [EDITS] [SEED]`.
//!
//! The server is the built binary; a time goes from the last byte of what is asked to the last byte of the answer. Times
//! are of this machine: no test holds them. `.ci/scale` holds what an edit costs in instructions.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]
#![expect(
    clippy::indexing_slicing,
    reason = "values of JSON are null where there is nothing, and objects where they are made here"
)]

mod change;
mod documents;
mod figures;
#[path = "../tests/lsp/pipe.rs"]
mod pipe;
mod platform;

use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use documents::{Documents, position};
use pipe::Pipe;

/// A kind of answer: its name, and what half and all but a hundredth of the answers may take, in microseconds.
struct Budget(&'static str, u64, u64);

const ACCEPTED: Budget = Budget("a change is accepted", 200, 2_000);
const OF_FILE: Budget = Budget("findings of the edited file", 4_000, 16_000);
const OF_WORKSPACE: Budget = Budget("findings of the workspace", 25_000, 100_000);
const FORMATTED: Budget = Budget("format the largest file", 3_000, 10_000);
const FOUND: Budget = Budget("symbols of the workspace", 15_000, 60_000);

/// What is asked about a place of a document: the capability, the method, its budget, and whether it takes a position.
const ASKED: &[(&str, &str, Budget, Place)] = &[
    ("hoverProvider", "textDocument/hover", Budget("hover", 3_000, 16_000), Place::Position),
    ("completionProvider", "textDocument/completion", Budget("completion", 3_000, 16_000), Place::Position),
    ("definitionProvider", "textDocument/definition", Budget("definition", 3_000, 16_000), Place::Position),
    (
        "documentHighlightProvider",
        "textDocument/documentHighlight",
        Budget("highlights", 3_000, 16_000),
        Place::Position,
    ),
    ("signatureHelpProvider", "textDocument/signatureHelp", Budget("signature", 3_000, 16_000), Place::Position),
    ("foldingRangeProvider", "textDocument/foldingRange", Budget("folding", 5_000, 30_000), Place::Document),
    (
        "semanticTokensProvider",
        "textDocument/semanticTokens/full",
        Budget("semantic tokens", 5_000, 30_000),
        Place::Document,
    ),
    ("selectionRangeProvider", "textDocument/selectionRange", Budget("selection", 5_000, 30_000), Place::Positions),
    ("inlayHintProvider", "textDocument/inlayHint", Budget("inlay hints", 5_000, 30_000), Place::Range),
    ("codeActionProvider", "textDocument/codeAction", Budget("code actions", 5_000, 30_000), Place::Range),
    ("referencesProvider", "textDocument/references", Budget("references", 15_000, 60_000), Place::Position),
    (
        "callHierarchyProvider",
        "textDocument/prepareCallHierarchy",
        Budget("flow hierarchy", 15_000, 60_000),
        Place::Position,
    ),
    (
        "executeCommandProvider",
        "workspace/executeCommand",
        Budget("YAML of a declaration", 20_000, 80_000),
        Place::Previewed,
    ),
    ("renameProvider", "textDocument/rename", Budget("rename with its proof", 60_000, 200_000), Place::Renamed),
];

/// How a request says what it is about.
#[derive(Clone, Copy)]
enum Place {
    Document,
    Position,
    Positions,
    Range,
    Previewed,
    Renamed,
}

#[derive(Default)]
struct Table(BTreeMap<&'static str, (u64, u64, Vec<Duration>)>, Vec<&'static str>);

impl Table {
    fn add(&mut self, budget: &Budget, took: Duration) {
        let Budget(name, half, most) = *budget;
        if !self.0.contains_key(name) {
            self.1.push(name);
        }
        self.0.entry(name).or_insert((half, most, Vec::new())).2.push(took);
    }

    fn print(mut self) {
        println!("| operation | p50 | bar | p99 | bar | |");
        println!("|---|---:|---:|---:|---:|---|");
        for name in self.1 {
            let Some((half, most, times)) = self.0.get_mut(name) else { continue };
            times.sort();
            let at = |part: usize| {
                let index = (times.len() * part / 100).min(times.len().saturating_sub(1));
                times.get(index).copied().unwrap_or_default()
            };
            let (middle, worst) = (at(50), at(99));
            let (half, most) = (Duration::from_micros(*half), Duration::from_micros(*most));
            let verdict = if middle <= half && worst <= most { "" } else { "over" };
            println!("| {name} | {middle:.2?} | {half:?} | {worst:.2?} | {most:?} | {verdict} |");
        }
    }
}

fn main() -> Result<()> {
    // `cargo bench` adds `--bench` to what it passes on
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let number = |at: usize, default: usize| args.get(at).and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let (services, n_files, n_edits, seed) = (number(0, 1000), number(1, 1000), number(2, 200), number(3, 1));
    let (made, n_flows) = platform::platform(services, n_files, seed);
    let texts: BTreeMap<String, String> = made.into_iter().map(|file| (file.name, file.text)).collect();
    let lines = |text: &String| text.lines().count();
    let largest = texts.iter().max_by_key(|(_, text)| lines(text)).map(|(name, _)| name.clone()).unwrap_or_default();
    println!(
        "{services} services, {n_flows} flows, {} lines, {} files, {} lines in the largest, {n_edits} edits\n",
        texts.values().map(lines).sum::<usize>(),
        texts.len(),
        texts.get(&largest).map_or(0, lines)
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("editor-{services}-{n_files}"));
    let mut documents = Documents::write(&folder, texts)?;

    let mut table = Table::default();
    let cold = Instant::now();
    let (mut server, initialized) = Pipe::start(&[], documents.initialize())?;
    let can = &initialized["capabilities"];
    let first = server.ask("workspace/diagnostic", json!({"previousResultIds": []}))?.0;
    table.add(&Budget("cold start to the first findings", 350_000, 700_000), cold.elapsed());
    first.map_err(|error| Error::other(error.message))?;

    let mut random = platform::Random::new(seed + 1);
    let wide = [change::Kind::Defaults, change::Kind::Class];
    for kind in change::Kind::NARROW.iter().cycle().take(n_edits).chain(&wide) {
        let Some(name) = change::change(&mut documents.texts, *kind, &mut random) else { continue };
        documents.tell(&mut server, &name)?;
        // messages are taken in in order, so that what nobody knows is refused once the change is in
        let (_, took) = server.ask("$/nobody knows it", Value::Null)?;
        table.add(&ACCEPTED, took);
        let document = json!({"uri": documents.uri(&name)});
        let (_, took) = server.ask("textDocument/diagnostic", json!({"textDocument": document}))?;
        if wide.contains(kind) {
            println!("findings of the edited file after an edit of {kind}: {took:.1?}");
            continue;
        }
        table.add(&OF_FILE, took);
        // no more waiting where the edit changed no finding: the client has them all then
        let (_, rest) = server.ask("workspace/diagnostic", json!({"previousResultIds": []}))?;
        table.add(&OF_WORKSPACE, took + rest);

        let text = documents.texts.get(&name).map_or("", String::as_str);
        let offset = random.below(text.len());
        let word = text.get(offset..).unwrap_or_default().find(|known: char| known.is_ascii_alphanumeric());
        let here = position(text, word.map_or(0, |at| offset + at));
        ask_all(&mut server, &mut table, can, (&document, &here))?;
        let options = json!({"tabSize": 2, "insertSpaces": true});
        let document = json!({"uri": documents.uri(&largest)});
        let (_, took) = server.ask("textDocument/formatting", json!({"textDocument": document, "options": options}))?;
        table.add(&FORMATTED, took);
        let query = format!("svc-{:05}", random.below(services));
        let (_, took) = server.ask("workspace/symbol", json!({"query": query}))?;
        table.add(&FOUND, took);
    }
    println!();
    table.print();
    let process = server.child.id();
    let before = figures::ticks(process);
    std::thread::sleep(Duration::from_secs(2));
    let idle = figures::ticks(process) - before;
    let resident = figures::resident(process) / 1024;
    println!("\nat rest: {resident} MB resident (bar 150), {idle} ticks of the processor in 2 s (bar 0)");
    server.end()?;
    std::fs::remove_dir_all(&folder)
}

/// Asks whatever the server can say of a place.
fn ask_all(server: &mut Pipe, table: &mut Table, can: &Value, (document, here): (&Value, &Value)) -> Result<()> {
    for (capability, method, budget, place) in ASKED {
        if can[capability].is_null() {
            continue;
        }
        let mut params = json!({"textDocument": document});
        match place {
            Place::Document => {}
            Place::Position => params["position"] = here.clone(),
            Place::Positions => params["positions"] = json!([here]),
            Place::Range => {
                params["range"] = json!({"start": {"line": 0, "character": 0}, "end": {"line": 60, "character": 0}});
                params["context"] = json!({"diagnostics": []});
            }
            Place::Previewed => {
                let about = json!({"textDocument": document, "position": here});
                params = json!({"command": "bvlc.preview", "arguments": [about]});
            }
            Place::Renamed => {
                params["position"] = here.clone();
                params["newName"] = json!("renamed");
            }
        }
        if *method == "textDocument/references" {
            params["context"] = json!({"includeDeclaration": true});
        }
        let (answer, took) = server.ask(method, params)?;
        // what is refused is refused at once, and where nothing is emitted there is nothing to wait for
        let is_work = !matches!(place, Place::Renamed | Place::Previewed);
        if is_work || answer.is_ok_and(|answer| !answer.is_null()) {
            table.add(budget, took);
        }
    }
    Ok(())
}
