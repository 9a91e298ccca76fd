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
mod platform;

use std::collections::BTreeMap;
use std::io::{BufReader, Error, Result, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

/// A kind of answer: its name, and what half and all but a hundredth of the answers may take, in microseconds.
struct Budget(&'static str, u64, u64);

const ACCEPTED: Budget = Budget("a change is accepted", 200, 2_000);
const OF_FILE: Budget = Budget("findings of the edited file", 4_000, 16_000);
const OF_WORKSPACE: Budget = Budget("findings of the workspace", 25_000, 100_000);
const FORMATTED: Budget = Budget("format a file", 3_000, 10_000);
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
    ("renameProvider", "textDocument/rename", Budget("rename with its proof", 60_000, 200_000), Place::Renamed),
];

/// How a request says what it is about.
#[derive(Clone, Copy)]
enum Place {
    Document,
    Position,
    Positions,
    Range,
    Renamed,
}

struct Server {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    next: i32,
}

impl Server {
    fn start() -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bvlc"));
        let mut child = command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let to = child.stdin.take().ok_or_else(|| Error::other("no input"))?;
        let from = BufReader::new(child.stdout.take().ok_or_else(|| Error::other("no output"))?);
        Ok(Self { child, to, from, next: 0 })
    }

    fn tell(&mut self, method: &str, params: Value) -> Result<()> {
        Message::from(Notification::new(method.to_owned(), params)).write(&mut self.to)
    }

    /// The answer to a request, and how long it took.
    fn ask(&mut self, method: &str, params: Value) -> Result<(Option<Value>, Duration)> {
        self.next += 1;
        let id = RequestId::from(self.next);
        Message::from(Request::new(id.clone(), method.to_owned(), params)).write(&mut self.to)?;
        self.to.flush()?;
        let start = Instant::now();
        loop {
            match Message::read(&mut self.from)? {
                Some(Message::Response(response)) if response.id == id => {
                    return Ok((response.response_result.ok(), start.elapsed()));
                }
                Some(_) => {}
                None => return Err(Error::other(format!("{method}: the server is gone"))),
            }
        }
    }

    /// A figure of the process, in the unit of the file of the system that says it; 0 where there is no such file.
    fn figure(&self, file: &str, read: impl Fn(&str) -> Option<u64>) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default();
        read(&text).unwrap_or(0)
    }

    /// Kibibytes that are resident.
    fn resident(&self) -> u64 {
        self.figure("status", |text| {
            text.lines().find(|line| line.starts_with("VmRSS"))?.split_whitespace().nth(1)?.parse().ok()
        })
    }

    /// Ticks of the processor.
    fn ticks(&self) -> u64 {
        self.figure("stat", |text| {
            let fields: Vec<&str> = text.rsplit(") ").next()?.split_whitespace().collect();
            Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
        })
    }
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

/// The line and character, in UTF-16, of a byte offset in text that is ASCII.
fn position(text: &str, offset: usize) -> Value {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count();
    json!({"line": line, "character": offset - before.rfind('\n').map_or(0, |at| at + 1)})
}

fn main() -> Result<()> {
    // `cargo bench` adds `--bench` to what it passes on
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let number = |at: usize, default: usize| args.get(at).and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let (services, n_files, n_edits, seed) = (number(0, 1000), number(1, 1000), number(2, 200), number(3, 1));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("editor-{services}-{n_files}"));
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder)?;
    let (made, n_flows) = platform::platform(services, n_files, seed);
    let mut texts: BTreeMap<String, String> = made.into_iter().map(|file| (file.name, file.text)).collect();
    for (name, text) in &texts {
        std::fs::write(folder.join(name), text)?;
    }
    let n_lines: usize = texts.values().map(|text| text.lines().count()).sum();
    println!("{services} services, {n_flows} flows, {n_lines} lines, {} files, {n_edits} edits", texts.len());
    let uri = |name: &str| format!("file://{}/{name}", folder.display());

    let mut table = Table::default();
    let cold = Instant::now();
    let mut server = Server::start()?;
    let folders = json!([{"uri": format!("file://{}", folder.display()), "name": "it"}]);
    // as the editors with most users have it
    let actions = json!({"resolveSupport": {"properties": ["edit"]}});
    let abilities = json!({
        "textDocument": {"diagnostic": {}, "codeAction": actions},
        "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}},
    });
    let params = json!({"processId": null, "capabilities": abilities, "workspaceFolders": folders});
    let (initialized, _) = server.ask("initialize", params)?;
    let can = initialized.map(|value| value["capabilities"].clone()).unwrap_or_default();
    server.tell("initialized", json!({}))?;
    let (first, _) = server.ask("workspace/diagnostic", json!({"previousResultIds": []}))?;
    table.add(&Budget("cold start to the first findings", 350_000, 700_000), cold.elapsed());
    let mut known = ids(first.as_ref());

    let mut random = platform::Random::new(seed + 1);
    let mut open: BTreeMap<String, i32> = BTreeMap::new();
    let wide = [change::Kind::Defaults, change::Kind::Class];
    for kind in change::Kind::NARROW.iter().cycle().take(n_edits).chain(&wide) {
        let Some(name) = change::change(&mut texts, *kind, &mut random) else { continue };
        let Some(text) = texts.get(&name).cloned() else { continue };
        let version = open.entry(name.clone()).and_modify(|version| *version += 1).or_insert(1);
        if *version == 1 {
            let document = json!({"uri": uri(&name), "languageId": "bvl", "version": 1, "text": ""});
            server.tell("textDocument/didOpen", json!({"textDocument": document}))?;
            *version = 2;
        }
        let document = json!({"uri": uri(&name), "version": *version});
        server.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}))?;
        let (_, took) = server.ask("$/nobody knows it", Value::Null)?;
        table.add(&ACCEPTED, took);
        let (_, took) = server.ask("textDocument/diagnostic", json!({"textDocument": {"uri": uri(&name)}}))?;
        if wide.contains(kind) {
            println!("findings of the edited file after an edit of {}: {took:.1?}", kind.name());
            continue;
        }
        table.add(&OF_FILE, took);
        // no more waiting where the edit changed no finding: the client has them all then
        let since = Instant::now();
        let (workspace, _) = server.ask("workspace/diagnostic", json!({"previousResultIds": []}))?;
        table.add(&OF_WORKSPACE, took + since.elapsed());
        known = ids(workspace.as_ref());

        let offset = random.below(text.len());
        let offset = text
            .get(offset..)
            .unwrap_or_default()
            .find(|known: char| known.is_ascii_alphanumeric())
            .map_or(0, |at| offset + at);
        let (here, document) = (position(&text, offset), json!({"uri": uri(&name)}));
        ask_all(&mut server, &mut table, &can, (&document, &here))?;
        let options = json!({"tabSize": 2, "insertSpaces": true});
        let (_, took) = server.ask("textDocument/formatting", json!({"textDocument": document, "options": options}))?;
        table.add(&FORMATTED, took);
        let (_, took) =
            server.ask("workspace/symbol", json!({"query": format!("svc-{:05}", random.below(services))}))?;
        table.add(&FOUND, took);
    }
    table.print();
    // at rest
    let before = server.ticks();
    std::thread::sleep(Duration::from_secs(2));
    let idle = server.ticks() - before;
    println!(
        "at rest: {} MB resident (bar 150), {idle} ticks of the processor in 2 s (bar 0), {} reports",
        server.resident() / 1024,
        known
    );
    server.ask("shutdown", Value::Null)?;
    server.tell("exit", Value::Null)?;
    drop(server.child.wait());
    std::fs::remove_dir_all(&folder)
}

/// Asks whatever the server can say of a place.
fn ask_all(server: &mut Server, table: &mut Table, can: &Value, (document, here): (&Value, &Value)) -> Result<()> {
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
            Place::Renamed => {
                params["position"] = here.clone();
                params["newName"] = json!("renamed");
            }
        }
        if *method == "textDocument/references" {
            params["context"] = json!({"includeDeclaration": true});
        }
        let (answer, took) = server.ask(method, params)?;
        // what is refused is refused at once
        if answer.is_some_and(|answer| !answer.is_null()) || !matches!(place, Place::Renamed) {
            table.add(budget, took);
        }
    }
    Ok(())
}

/// How many reports an answer holds.
fn ids(answer: Option<&Value>) -> usize {
    answer.and_then(|answer| answer["items"].as_array()).map_or(0, Vec::len)
}
