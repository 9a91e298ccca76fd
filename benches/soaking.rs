//! A long session with the server over its pipe, the same for the same seed: what is typed, mended, saved and closed, what an
//! editor asks for meanwhile, and the memory that the server holds. In the end it says what a new server says.
//!
//! Used by the bench and by a test, which make a platform of their own size.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, Result};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::change::{Kind, change};
use super::documents::{Documents, position};
use super::figures::{processor, resident};
use super::pipe::Pipe;
use super::platform::{Random, platform};

/// How long a session is, and with what.
pub(crate) struct Plan {
    /// Services of the platform.
    pub(crate) services: usize,
    /// Files that hold them.
    pub(crate) files: usize,
    /// Edits, each a notification of its own.
    pub(crate) edits: usize,
    /// How often the findings of the whole workspace are asked for.
    pub(crate) pulls: usize,
    /// Of the platform and of what is done with it.
    pub(crate) seed: usize,
}

/// A moment of the session.
pub(crate) struct Moment {
    /// Edits until then.
    pub(crate) edits: usize,
    /// Answered pulls until then.
    pub(crate) pulls: usize,
    /// Kibibytes that the server holds in memory.
    pub(crate) resident: u64,
}

/// What came of a session.
pub(crate) struct Soaked {
    /// Moments at even distances, the first one before the first edit.
    pub(crate) moments: Vec<Moment>,
    /// Documents of which a new server says something else, sorted.
    pub(crate) differing: Vec<String>,
    /// How long the server ran in two seconds in which nobody asked anything.
    pub(crate) idle: Duration,
}

/// How many moments are taken down.
pub(crate) const MOMENTS: usize = 20;

/// Windows that are open at most.
const WINDOWS: usize = 10;

/// Lines as they are while they are typed, each a mistake; `OTHER` is a service.
const TYPED: [&str; 8] = [
    "allow OTHER -> nobody.http",
    "allow OTHER -> ",
    "never OTHER ~> ",
    "service OTHER {",
    "waive even-quorum on OTHER because \"",
    "servce other {}",
    "external far { cidr 10.0.0.0/33; port plain }",
    "let registry \u{1F600}",
];

/// What an editor asks for while somebody types.
const ASKED: [&str; 9] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/semanticTokens/full/delta",
    "textDocument/inlayHint",
    "textDocument/codeAction",
    "textDocument/codeLens",
    "textDocument/documentSymbol",
    "textDocument/references",
];

struct Session<'p> {
    plan: &'p Plan,
    pipe: Pipe,
    documents: Documents,
    first: BTreeMap<String, String>,
    random: Random,
    /// The reports that the client has, by document.
    known: BTreeMap<String, String>,
    colors: BTreeMap<String, String>,
    edits: usize,
    pulls: usize,
}

/// Goes through a session in a folder that is made anew. `each` is told each moment.
///
/// # Errors
///
/// Where the server ends, is silent for two minutes, or answers anything with a mistake of its own.
pub(crate) fn soak(folder: &Path, plan: &Plan, mut each: impl FnMut(&Moment)) -> Result<Soaked> {
    let (made, _) = platform(plan.services, plan.files, plan.seed);
    let first: BTreeMap<String, String> = made.into_iter().map(|file| (file.name, file.text)).collect();
    let documents = Documents::write(folder, first.clone())?;
    let (pipe, _) = Pipe::start(&[], &documents.cache(), documents.initialize())?;
    let mut session = Session {
        plan,
        pipe,
        documents,
        first,
        random: Random::new(plan.seed + 1),
        known: BTreeMap::new(),
        colors: BTreeMap::new(),
        edits: 0,
        pulls: 0,
    };
    session.pull(Pull::Everything)?;
    session.pulls = 0;
    let mut moments = Vec::new();
    while moments.len() <= MOMENTS {
        while session.edits < plan.edits * moments.len() / MOMENTS {
            session.step()?;
        }
        let moment = Moment { edits: session.edits, pulls: session.pulls, resident: resident(session.pipe.child.id()) };
        each(&moment);
        moments.push(moment);
    }
    let differing = session.differing()?;
    let process = session.pipe.child.id();
    let before = processor(process);
    std::thread::sleep(Duration::from_secs(2));
    let idle = processor(process).saturating_sub(before);
    session.pipe.end()?;
    std::fs::remove_dir_all(folder)?;
    Ok(Soaked { moments, differing, idle })
}

/// How the findings of the workspace are asked for.
#[derive(Clone, Copy)]
enum Pull {
    /// By a client that has none.
    Everything,
    /// By one that has all but those of one document.
    ButOne,
    /// By one that has all: it is answered when there is something new, and given up before.
    GivenUp,
}

impl Session<'_> {
    /// Some edits, and what belongs to them.
    fn step(&mut self) -> Result<()> {
        let name = match self.random.below(100) {
            0 => self.numbers(Kind::Defaults)?,
            1 => self.numbers(Kind::Class)?,
            2..20 => self.type_line()?,
            20..40 => self.restore()?,
            at => self.numbers(Kind::NARROW[at % Kind::NARROW.len()])?,
        };
        if self.random.below(20) == 0 {
            self.ask(&name)?;
        }
        if self.random.below(500) == 0 {
            self.save(&name)?;
        }
        if self.documents.open.len() > WINDOWS
            && let Some(name) = self.window()
        {
            self.close(&name)?;
        }
        Ok(())
    }

    /// A document in a window.
    fn window(&mut self) -> Option<String> {
        let at = self.random.below(self.documents.open.len());
        self.documents.open.keys().nth(at).cloned()
    }

    fn save(&mut self, name: &str) -> Result<()> {
        let text = self.documents.texts.get(name).cloned().unwrap_or_default();
        std::fs::write(self.documents.folder.join(name), &text)?;
        self.documents.on_disk.insert(name.to_owned(), text);
        let uri = self.documents.uri(name);
        self.pipe.tell("textDocument/didSave", json!({"textDocument": {"uri": uri}}))?;
        self.pipe.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}))
    }

    /// Closes a window; what is not saved is gone.
    fn close(&mut self, name: &str) -> Result<()> {
        let text = self.documents.on_disk.get(name).cloned().unwrap_or_default();
        self.documents.texts.insert(name.to_owned(), text);
        self.documents.open.remove(name);
        self.colors.remove(name);
        self.pipe.tell("textDocument/didClose", json!({"textDocument": {"uri": self.documents.uri(name)}}))
    }

    /// Tells an edit, and pulls where it is time to.
    fn tell(&mut self, name: &str) -> Result<()> {
        self.edits += 1;
        self.documents.tell(&mut self.pipe, name)?;
        while self.pulls < self.edits * self.plan.pulls / self.plan.edits {
            self.pull(match self.pulls % 4 {
                0 => Pull::Everything,
                1 => Pull::GivenUp,
                _ => Pull::ButOne,
            })?;
        }
        Ok(())
    }

    /// Another number in the place of one.
    fn numbers(&mut self, kind: Kind) -> Result<String> {
        // where mistakes have left no such place, something else is edited
        let changed = change(&mut self.documents.texts, kind, &mut self.random);
        let name = changed.unwrap_or_else(|| "platform.bvl".to_owned());
        self.tell(&name)?;
        Ok(name)
    }

    /// A line is typed at the end of a file, key by key.
    fn type_line(&mut self) -> Result<String> {
        let services = self.first.keys().filter(|name| name.starts_with("services-"));
        let name = services.clone().nth(self.random.below(services.count())).cloned().unwrap_or_default();
        let other = format!("svc-{:05}", self.random.below(self.plan.services));
        let line = TYPED[self.random.below(TYPED.len())].replace("OTHER", &other);
        for key in "\n".chars().chain(line.chars()) {
            let text = self.documents.texts.get_mut(&name).ok_or_else(|| Error::other("no such file"))?;
            text.push(key);
            self.tell(&name)?;
        }
        Ok(name)
    }

    /// All that was done to a file in a window is undone at once.
    fn restore(&mut self) -> Result<String> {
        let Some(name) = self.window() else { return self.numbers(Kind::Body) };
        let first = self.first.get(&name).cloned().unwrap_or_default();
        self.documents.texts.insert(name.clone(), first);
        self.tell(&name)?;
        Ok(name)
    }

    /// What an editor asks for at some place of a document.
    fn ask(&mut self, name: &str) -> Result<()> {
        let method = ASKED[self.random.below(ASKED.len())];
        let text = &self.documents.texts[name];
        let at = self.random.below(text.len());
        let at = (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let end = json!({"line": 40, "character": 0});
        let mut params = json!({
            "textDocument": {"uri": self.documents.uri(name)},
            "position": position(text, at),
            "range": {"start": {"line": 0, "character": 0}, "end": end},
            "context": {"diagnostics": [], "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false},
        });
        let is_colors = method == "textDocument/semanticTokens/full/delta";
        if is_colors {
            params["previousResultId"] = json!(self.colors.get(name).map_or("0", String::as_str));
        }
        let answer = self.answered(method, params)?;
        if let Some(id) = answer["resultId"].as_str().filter(|_| is_colors) {
            self.colors.insert(name.to_owned(), id.to_owned());
        }
        Ok(())
    }

    fn answered(&mut self, method: &str, params: Value) -> Result<Value> {
        let (answer, _) = self.pipe.ask(method, params)?;
        answer.map_err(|error| Error::other(format!("{method}: {} {}", error.code, error.message)))
    }

    fn pull(&mut self, pull: Pull) -> Result<()> {
        let left_out = match pull {
            Pull::Everything | Pull::GivenUp => None,
            Pull::ButOne => self.known.keys().nth(self.random.below(self.known.len())).cloned(),
        };
        if matches!(pull, Pull::Everything) {
            self.known.clear();
        }
        let known = self.known.iter().filter(|(uri, _)| left_out.as_ref() != Some(*uri));
        let known: Vec<Value> = known.map(|(uri, id)| json!({"uri": uri, "value": id})).collect();
        let id = self.pipe.begin("workspace/diagnostic", json!({"previousResultIds": known}))?;
        if matches!(pull, Pull::GivenUp) {
            self.pipe.tell("$/cancelRequest", json!({"id": id}))?;
        }
        let (answer, _) = self.pipe.answer(id)?;
        match answer {
            Ok(answer) => {
                for report in answer["items"].as_array().into_iter().flatten() {
                    if let (Some(uri), Some(id)) = (report["uri"].as_str(), report["resultId"].as_str()) {
                        self.known.insert(uri.to_owned(), id.to_owned());
                    }
                }
            }
            Err(error) if matches!(pull, Pull::GivenUp) && error.code == CANCELED => {}
            Err(error) => return Err(Error::other(format!("{} {}", error.code, error.message))),
        }
        self.pulls += 1;
        Ok(())
    }

    /// The findings of all documents.
    fn findings(pipe: &mut Pipe) -> Result<BTreeMap<String, Value>> {
        let (answer, _) = pipe.ask("workspace/diagnostic", json!({"previousResultIds": []}))?;
        let answer = answer.map_err(|error| Error::other(error.message))?;
        let reports = answer["items"].as_array().cloned().unwrap_or_default();
        let found = |report: Value| Some((report["uri"].as_str()?.to_owned(), report["items"].clone()));
        Ok(reports.into_iter().filter_map(found).collect())
    }

    /// The documents of which a new server says something else, once all are saved.
    fn differing(&mut self) -> Result<Vec<String>> {
        let open: Vec<String> = self.documents.open.keys().cloned().collect();
        for name in &open {
            self.save(name)?;
        }
        let old = Self::findings(&mut self.pipe)?;
        let (mut pipe, _) = Pipe::start(&[], &self.documents.cache(), self.documents.initialize())?;
        let new = Self::findings(&mut pipe)?;
        pipe.end()?;
        let all = old.keys().chain(new.keys()).filter(|uri| old.get(*uri) != new.get(*uri));
        Ok(all.cloned().collect::<BTreeSet<_>>().into_iter().collect())
    }
}

/// What a request is answered with that was given up.
const CANCELED: i32 = -32800;
