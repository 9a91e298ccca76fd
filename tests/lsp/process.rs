//! The server as a process: what it is told by the disk and by the end of others, what it writes down, and a session that is
//! played again.

#![expect(clippy::disallowed_methods, reason = "these tests are about files and processes")]

use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

/// Far longer than anything takes, so that what hangs fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder of its own that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lsp-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder.canonicalize().unwrap())
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.0.join(path).display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// `bvlc lsp`, and what comes from it.
struct Process {
    child: Child,
    messages: Receiver<Message>,
}

impl Process {
    fn start(folder: &Folder, arguments: &[&str], parent: Option<u32>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bvlc"));
        command.env("XDG_CACHE_HOME", folder.0.join("cache"));
        command.arg("lsp").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let messages = read(child.stdout.take().unwrap());
        let mut process = Self { child, messages };
        let folders = json!([{"uri": format!("file://{}", folder.0.display()), "name": "it"}]);
        process.ask(1, "initialize", json!({"processId": parent, "capabilities": {}, "workspaceFolders": folders}));
        process.tell("initialized", json!({}));
        process
    }

    fn send(&mut self, message: &Message) {
        message.write(self.child.stdin.as_mut().unwrap()).unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&Notification::new(method.to_owned(), params).into());
    }

    fn ask(&mut self, id: i32, method: &str, params: Value) -> Value {
        self.send(&Request::new(id.into(), method.to_owned(), params).into());
        self.wait(|message| match message {
            Message::Response(response) if response.id == RequestId::from(id) => {
                Some(response.response_result.clone().unwrap())
            }
            Message::Request(_) | Message::Response(_) | Message::Notification(_) => None,
        })
    }

    /// What the first message says that says it.
    fn wait<T>(&self, says: impl Fn(&Message) -> Option<T>) -> T {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap();
            if let Some(said) = says(&message) {
                return said;
            }
        }
    }

    /// Waits until a document has so many findings.
    fn findings(&self, uri: &str, n_found: usize) {
        self.wait(|message| match message {
            Message::Notification(note) if note.method == "textDocument/publishDiagnostics" => {
                let is_it = note.params["uri"] == uri;
                (is_it && note.params["diagnostics"].as_array().unwrap().len() == n_found).then_some(())
            }
            Message::Request(_) | Message::Response(_) | Message::Notification(_) => None,
        });
    }

    /// How it ended, and what it said to stderr.
    fn ended(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status, said)
    }

    /// Ends it in order; it has said nothing to stderr.
    fn end(mut self) {
        self.ask(99, "shutdown", Value::Null);
        self.tell("exit", Value::Null);
        let (status, said) = self.ended();
        assert!(status.success() && said.is_empty(), "{status} {said}");
    }
}

fn read(stdout: ChildStdout) -> Receiver<Message> {
    let (out, messages) = channel();
    std::thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        while let Ok(Some(message)) = Message::read(&mut stdout) {
            if out.send(message).is_err() {
                return;
            }
        }
    });
    messages
}

const SPEC: &str = "use \"*.bvl\"\n\nplatform shop {\n  kubernetes \"1.33\"\n}\n";

#[test]
fn what_changes_on_the_disk_is_seen_though_the_client_does_not_tell() {
    let folder = Folder::new("disk");
    folder.write("platform.bvl", SPEC);
    let mut process = Process::start(&folder, &[], None);
    let (root, other) = (folder.uri("platform.bvl"), folder.uri("other.bvl"));
    let document = json!({"uri": root, "languageId": "bvl", "version": 1, "text": SPEC});
    process.tell("textDocument/didOpen", json!({"textDocument": document}));
    // a file that comes, changes and goes
    folder.write("other.bvl", "servce web {}\n");
    process.findings(&other, 1);
    folder.write("other.bvl", "let registry = \"r\"\n");
    process.findings(&other, 0);
    folder.write("other.bvl", "servce web {}\n");
    process.findings(&other, 1);
    std::fs::remove_file(folder.0.join("other.bvl")).unwrap();
    process.findings(&other, 0);
    process.end();
}

#[test]
fn a_folder_that_comes_later_is_seen() {
    let folder = Folder::new("folder");
    folder.write("platform.bvl", &SPEC.replace("*.bvl", "**/*.bvl"));
    let mut process = Process::start(&folder, &[], None);
    let text = "// nothing\n";
    let document = json!({"uri": folder.uri("lone.bvl"), "languageId": "bvl", "version": 1, "text": text});
    process.tell("textDocument/didOpen", json!({"textDocument": document}));
    folder.write("team/web.bvl", "servce web {}\n");
    process.findings(&folder.uri("team/web.bvl"), 1);
    folder.write("team/web.bvl", "// nothing\n");
    process.findings(&folder.uri("team/web.bvl"), 0);
    process.end();
}

#[cfg(target_os = "linux")]
#[test]
fn the_end_of_who_started_it_ends_it() {
    let folder = Folder::new("parent");
    let mut parent = Command::new("sleep").arg("600").spawn().unwrap();
    let process = Process::start(&folder, &[], Some(parent.id()));
    parent.kill().unwrap();
    parent.wait().unwrap();
    // its input is still open
    let (status, said) = process.ended();
    assert_eq!((status.code(), said.as_str()), (Some(1), ""));
}

#[test]
fn a_session_is_taken_down_and_played_again() {
    let folder = Folder::new("record");
    folder.write("platform.bvl", SPEC);
    let (recording, log) = (folder.0.join("session.jsonl"), folder.0.join("session.log"));
    let arguments = ["--record", recording.to_str().unwrap(), "--log", log.to_str().unwrap()];
    let mut process = Process::start(&folder, &arguments, None);
    let root = folder.uri("platform.bvl");
    let document = json!({"uri": root, "languageId": "bvl", "version": 1, "text": SPEC});
    process.tell("textDocument/didOpen", json!({"textDocument": document}));
    let at = json!({"textDocument": {"uri": root}, "position": {"line": 2, "character": 10}});
    let hover = process.ask(2, "textDocument/hover", at);
    assert!(hover["contents"]["value"].as_str().unwrap().contains("platform shop"), "{hover}");
    process.end();

    let said = std::fs::read_to_string(log).unwrap();
    assert!(said.contains("textDocument/hover took "), "{said}");

    let again = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_bvlc")).arg("lsp").args(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, answers, said) = again(&["--replay", recording.to_str().unwrap()]);
    assert_eq!((code, said.as_str()), (Some(0), "6 messages, 3 answers, 0 others than recorded\n"));
    assert!(answers.contains("platform shop"), "{answers}");

    // what is recorded and no longer so is told
    let text = std::fs::read_to_string(&recording).unwrap();
    let other = folder.0.join("other.jsonl");
    std::fs::write(&other, text.replace("platform shop", "platform of old")).unwrap();
    let (code, _, said) = again(&["--replay", other.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(said.contains("textDocument/hover was answered otherwise"), "{said}");
    std::fs::write(&other, "{}\n").unwrap();
    assert_eq!(again(&["--replay", other.to_str().unwrap()]).0, Some(2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_declaration_of_the_standard_library_opens_as_a_copy() {
    let folder = Folder::new("copy");
    let text = "use std.nats\n\nplatform shop { kubernetes \"1.33\" }\n\nmanaged bus is nats.cluster { replicas 3 }\n";
    folder.write("platform.bvl", text);
    let mut process = Process::start(&folder, &[], None);
    let at = json!({"textDocument": {"uri": folder.uri("platform.bvl")}, "position": {"line": 4, "character": 22}});
    let mut lead = |id: i32| {
        let places = process.ask(id, "textDocument/definition", at.clone());
        PathBuf::from(places[0]["uri"].as_str().unwrap().strip_prefix("file://").unwrap())
    };
    let copy = lead(2);
    assert!(copy.starts_with(folder.0.join("cache/bvlc")), "{}", copy.display());
    let embedded = bvlc::resolve::STANDARD.get_file("nats.bvl").unwrap().contents_utf8().unwrap();
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), embedded);
    assert!(std::fs::metadata(&copy).unwrap().permissions().readonly());
    // whatever somebody has made of it
    std::fs::remove_file(&copy).unwrap();
    std::fs::write(&copy, "class other {}\n").unwrap();
    assert_eq!(lead(3), copy);
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), embedded);
    let beside: Vec<_> = copy.parent().unwrap().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(beside, [copy], "nothing is left beside it");
    // it is open, and nothing is wrong with it
    let document =
        json!({"uri": format!("file://{}", beside[0].display()), "languageId": "bvl", "version": 1, "text": embedded});
    process.tell("textDocument/didOpen", json!({"textDocument": document}));
    let report = process.ask(4, "textDocument/diagnostic", json!({"textDocument": {"uri": document["uri"]}}));
    assert_eq!(report["items"], json!([]));
    process.end();
}
