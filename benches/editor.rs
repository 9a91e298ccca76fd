//! What an editor waits for, over the pipe, beside the budgets of each answer:
//! `cargo bench --bench editor -- [SERVICES] [FILES] [EDITS] [SEED]`.
//!
//! The server is the built binary; a time goes from the last byte of what is asked to the last byte of the answer. Times
//! are of this machine: no test holds them. `.ci/scale` holds what an edit costs in instructions.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]
#![expect(clippy::cast_precision_loss, clippy::float_arithmetic, reason = "times are shown in milliseconds")]
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
const RENAMED: Budget = Budget("rename with its proof", 60_000, 200_000);
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
];

/// How a request says what it is about.
#[derive(Clone, Copy)]
enum Place {
    Document,
    Position,
    Positions,
    Range,
    Previewed,
}

/// How long an answer took: by the clock, and how long the server ran.
#[derive(Debug, Clone, Copy, Default)]
struct Took {
    clock: Duration,
    ran: Duration,
}

impl std::ops::Add for Took {
    type Output = Self;

    fn add(self, rhs: Self) -> Self {
        Self { clock: self.clock + rhs.clock, ran: self.ran + rhs.ran }
    }
}

/// How long the main thread of a process has run, which takes messages in and computes nothing; nothing where nobody says.
fn main_thread(process: u32) -> Duration {
    let path = Path::new("/proc").join(process.to_string()).join("task").join(process.to_string()).join("schedstat");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|ran| ran.parse().ok()).unwrap_or(0))
}

/// The answer to a request; `None` where it is refused.
fn ask(server: &mut Pipe, method: &str, params: Value) -> Result<(Option<Value>, Took)> {
    let process = server.child.id();
    let before = figures::processor(process);
    let (answer, clock) = server.ask(method, params)?;
    Ok((answer.ok(), Took { clock, ran: figures::processor(process).saturating_sub(before) }))
}

#[derive(Default)]
struct Table(BTreeMap<&'static str, (u64, u64, Vec<Took>)>, Vec<&'static str>);

impl Table {
    fn add(&mut self, budget: &Budget, took: Took) {
        let Budget(name, half, most) = *budget;
        if !self.0.contains_key(name) {
            self.1.push(name);
        }
        self.0.entry(name).or_insert((half, most, Vec::new())).2.push(took);
    }

    fn print(&self) {
        println!("| operation | answers | p50 | bar | p99 | bar | p50 of the processor | p99 of the processor |");
        println!("|---|---:|---:|---:|---:|---:|---:|---:|");
        for name in &self.1 {
            let Some((half, most, took)) = self.0.get(name) else { continue };
            let at = |part: usize, of: fn(&Took) -> Duration| {
                let mut times: Vec<Duration> = took.iter().map(of).collect();
                times.sort();
                let index = (times.len() * part / 100).min(times.len().saturating_sub(1));
                let time = times.get(index).copied().unwrap_or_default();
                format!("{:.2} ms", time.as_secs_f64() * 1e3)
            };
            let (clock, ran) = (|took: &Took| took.clock, |took: &Took| took.ran);
            let bar = |micros: &u64| format!("{} ms", *micros as f64 / 1e3);
            println!(
                "| {name} | {} | {} | {} | {} | {} | {} | {} |",
                took.len(),
                at(50, clock),
                bar(half),
                at(99, clock),
                bar(most),
                at(50, ran),
                at(99, ran)
            );
        }
    }
}

/// What the server holds and does while nobody asks anything.
fn print_rest(server: &Pipe, when: &str) {
    let process = server.child.id();
    let before = figures::processor(process);
    std::thread::sleep(Duration::from_secs(2));
    let ran = figures::processor(process).saturating_sub(before);
    let resident = figures::resident(process) / 1024;
    println!("at rest, {when}: {resident} MB resident (bar 150), it ran {ran:?} of 2 s (bar 0)");
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
    let (mut server, initialized) = Pipe::start(&[], &documents.cache(), documents.initialize())?;
    let can = &initialized["capabilities"];
    let (first, _) = ask(&mut server, "workspace/diagnostic", json!({"previousResultIds": []}))?;
    let took = Took { clock: cold.elapsed(), ran: figures::processor(server.child.id()) };
    table.add(&Budget("cold start to the first findings", 350_000, 700_000), took);
    first.ok_or_else(|| Error::other("there are no findings of the workspace"))?;
    print_rest(&server, "after the first findings");

    let mut random = platform::Random::new(seed + 1);
    let wide = [change::Kind::Defaults, change::Kind::Class];
    for kind in change::Kind::NARROW.iter().cycle().take(n_edits).chain(&wide) {
        let Some(name) = change::change(&mut documents.texts, *kind, &mut random) else { continue };
        // judging begins at once, on another thread
        let before = main_thread(server.child.id());
        documents.tell(&mut server, &name)?;
        // messages are taken in in order, so that what nobody knows is refused once the change is in
        let (_, took) = ask(&mut server, "$/nobody knows it", Value::Null)?;
        let ran = main_thread(server.child.id()).saturating_sub(before);
        table.add(&ACCEPTED, Took { ran, ..took });
        let document = json!({"uri": documents.uri(&name)});
        let (_, took) = ask(&mut server, "textDocument/diagnostic", json!({"textDocument": document}))?;
        if wide.contains(kind) {
            println!(
                "findings of the edited file after an edit of {kind}: {:.1?}, it ran {:.1?}",
                took.clock, took.ran
            );
            continue;
        }
        table.add(&OF_FILE, took);
        // no more waiting where the edit changed no finding: the client has them all then
        let (_, rest) = ask(&mut server, "workspace/diagnostic", json!({"previousResultIds": []}))?;
        table.add(&OF_WORKSPACE, took + rest);

        let text = documents.texts.get(&name).map_or("", String::as_str);
        let offset = random.below(text.len());
        let word = text.get(offset..).unwrap_or_default().find(|known: char| known.is_ascii_alphanumeric());
        let here = position(text, word.map_or(0, |at| offset + at));
        ask_all(&mut server, &mut table, can, (&document, &here))?;
        let options = json!({"tabSize": 2, "insertSpaces": true});
        let document = json!({"uri": documents.uri(&largest)});
        let params = json!({"textDocument": document, "options": options});
        let (_, took) = ask(&mut server, "textDocument/formatting", params)?;
        table.add(&FORMATTED, took);
        let query = format!("svc-{:05}", random.below(services));
        let (_, took) = ask(&mut server, "workspace/symbol", json!({"query": query}))?;
        table.add(&FOUND, took);
    }
    print_rest(&server, "after the edits");
    rename(&mut server, &mut table, &documents, (n_edits / 10, &mut random))?;
    print_rest(&server, "after the renames");
    println!();
    table.print();
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
        }
        if *method == "textDocument/references" {
            params["context"] = json!({"includeDeclaration": true});
        }
        let (answer, took) = ask(server, method, params)?;
        // where nothing is emitted there is nothing to wait for
        let is_work = !matches!(place, Place::Previewed);
        if is_work || answer.is_some_and(|answer| !answer.is_null()) {
            table.add(budget, took);
        }
    }
    Ok(())
}

/// Renames services that stand in windows, without taking the edits.
fn rename(
    server: &mut Pipe,
    table: &mut Table,
    documents: &Documents,
    (n_renames, random): (usize, &mut platform::Random),
) -> Result<()> {
    let open: Vec<&String> = documents.open.keys().filter(|name| name.starts_with("services-")).collect();
    for _ in 0..n_renames {
        let Some(name) = open.get(random.below(open.len())) else { return Ok(()) };
        let text = documents.texts.get(*name).map_or("", String::as_str);
        let Some(at) = text.find("service svc-") else { continue };
        let here = position(text, at + "service ".len());
        let document = json!({"uri": documents.uri(name)});
        let params = json!({"textDocument": document, "position": here, "newName": "renamed"});
        let (answer, took) = ask(server, "textDocument/rename", params)?;
        // what is refused is no rename
        if answer.is_some_and(|answer| !answer.is_null()) {
            table.add(&RENAMED, took);
        }
    }
    Ok(())
}
