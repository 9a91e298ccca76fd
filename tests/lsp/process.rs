//! The server as a process: what it is told by the disk and by the end of others, what it writes down, and a session that is
//! played again.

#![expect(clippy::disallowed_methods, reason = "these tests are about files and processes")]

use std::path::{Path, PathBuf};
use std::process::Command;

use lsp_server::Message;
use serde_json::json;

use crate::pipe::Pipe;

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

/// The server of a folder.
fn start(folder: &Folder, arguments: &[&str], parent: Option<u32>) -> Pipe {
    let folders = json!([{"uri": format!("file://{}", folder.0.display()), "name": "it"}]);
    let params = json!({"processId": parent, "capabilities": {}, "workspaceFolders": folders});
    Pipe::start(arguments, &folder.0.join("cache"), params).unwrap().0
}

/// Waits until a document has so many findings.
fn findings(pipe: &mut Pipe, uri: &str, n_found: usize) {
    pipe.wait(|message, _| match message {
        Message::Notification(note) if note.method == "textDocument/publishDiagnostics" => {
            let is_it = note.params["uri"] == uri;
            (is_it && note.params["diagnostics"].as_array().unwrap().len() == n_found).then_some(())
        }
        Message::Request(_) | Message::Response(_) | Message::Notification(_) => None,
    })
    .unwrap();
}

/// From the code of a finding a client that follows it is led to what `bvlc explain` says.
#[test]
fn a_code_leads_to_its_page() {
    let folder = Folder::new("pages");
    folder.write("platform.bvl", "servic web {}\n");
    let folders = json!([{"uri": format!("file://{}", folder.0.display()), "name": "it"}]);
    for follows in [true, false] {
        let document = json!({"diagnostic": {}, "publishDiagnostics": {"codeDescriptionSupport": follows}});
        let params =
            json!({"processId": null, "capabilities": {"textDocument": document}, "workspaceFolders": folders});
        let (mut pipe, _) = Pipe::start(&[], &folder.0.join("cache"), params).unwrap();
        let asked = json!({"textDocument": {"uri": folder.uri("platform.bvl")}});
        let (report, _) = pipe.ask("textDocument/diagnostic", asked).unwrap();
        let found = report.unwrap()["items"][0].clone();
        let page = found["codeDescription"]["href"].as_str().and_then(|href| href.strip_prefix("file://"));
        assert_eq!(page.is_some(), follows, "{found}");
        if let Some(page) = page {
            let text = std::fs::read_to_string(page).unwrap();
            assert!(text.starts_with(&format!("# {} ", found["code"].as_str().unwrap())), "{text}");
            assert!(text.contains("## How to mend it"), "{text}");
        }
        pipe.end().unwrap();
    }
}

const SPEC: &str = "use \"*.bvl\"\n\nplatform shop {\n  kubernetes \"1.33\"\n}\n";

#[test]
fn what_changes_on_the_disk_is_seen_though_the_client_does_not_tell() {
    let folder = Folder::new("disk");
    folder.write("platform.bvl", SPEC);
    let mut pipe = start(&folder, &[], None);
    let (root, other) = (folder.uri("platform.bvl"), folder.uri("other.bvl"));
    let document = json!({"uri": root, "languageId": "bvl", "version": 1, "text": SPEC});
    pipe.tell("textDocument/didOpen", json!({"textDocument": document})).unwrap();
    // a file that comes, changes and goes
    folder.write("other.bvl", "servce web {}\n");
    findings(&mut pipe, &other, 1);
    folder.write("other.bvl", "let registry = \"r\"\n");
    findings(&mut pipe, &other, 0);
    folder.write("other.bvl", "servce web {}\n");
    findings(&mut pipe, &other, 1);
    std::fs::remove_file(folder.0.join("other.bvl")).unwrap();
    findings(&mut pipe, &other, 0);
    pipe.end().unwrap();
}

#[test]
fn a_folder_that_comes_later_is_seen() {
    let folder = Folder::new("folder");
    folder.write("platform.bvl", &SPEC.replace("*.bvl", "**/*.bvl"));
    let mut pipe = start(&folder, &[], None);
    let text = "// nothing\n";
    let document = json!({"uri": folder.uri("lone.bvl"), "languageId": "bvl", "version": 1, "text": text});
    pipe.tell("textDocument/didOpen", json!({"textDocument": document})).unwrap();
    folder.write("team/web.bvl", "servce web {}\n");
    findings(&mut pipe, &folder.uri("team/web.bvl"), 1);
    folder.write("team/web.bvl", "// nothing\n");
    findings(&mut pipe, &folder.uri("team/web.bvl"), 0);
    pipe.end().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn the_end_of_who_started_it_ends_it() {
    let folder = Folder::new("parent");
    let mut parent = Command::new("sleep").arg("600").spawn().unwrap();
    let pipe = start(&folder, &[], Some(parent.id()));
    parent.kill().unwrap();
    parent.wait().unwrap();
    // its input is still open
    let (status, said) = pipe.ended().unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(1), ""));
}

#[test]
fn a_session_is_taken_down_and_played_again() {
    let folder = Folder::new("record");
    folder.write("platform.bvl", SPEC);
    let (recording, log) = (folder.0.join("session.jsonl"), folder.0.join("session.log"));
    let arguments = ["--record", recording.to_str().unwrap(), "--log", log.to_str().unwrap()];
    let mut pipe = start(&folder, &arguments, None);
    let root = folder.uri("platform.bvl");
    let document = json!({"uri": root, "languageId": "bvl", "version": 1, "text": SPEC});
    pipe.tell("textDocument/didOpen", json!({"textDocument": document})).unwrap();
    let at = json!({"textDocument": {"uri": root}, "position": {"line": 2, "character": 10}});
    let hover = pipe.ask("textDocument/hover", at).unwrap().0.unwrap();
    assert!(hover["contents"]["value"].as_str().unwrap().contains("platform shop"), "{hover}");
    pipe.end().unwrap();

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
    let mut server = start(&folder, &[], None);
    let at = json!({"textDocument": {"uri": folder.uri("platform.bvl")}, "position": {"line": 4, "character": 22}});
    let lead = |server: &mut Pipe| {
        let places = server.ask("textDocument/definition", at.clone()).unwrap().0.unwrap();
        PathBuf::from(places[0]["uri"].as_str().unwrap().strip_prefix("file://").unwrap())
    };
    let copy = lead(&mut server);
    assert!(copy.starts_with(folder.0.join("cache/bvlc")), "{}", copy.display());
    let embedded = bvlc::resolve::STANDARD.get_file("nats.bvl").unwrap().contents_utf8().unwrap();
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), embedded);
    assert!(std::fs::metadata(&copy).unwrap().permissions().readonly());
    // whatever somebody has made of it
    std::fs::remove_file(&copy).unwrap();
    std::fs::write(&copy, "class other {}\n").unwrap();
    assert_eq!(lead(&mut server), copy);
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), embedded);
    let beside: Vec<_> = copy.parent().unwrap().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(beside, [copy], "nothing is left beside it");
    // it is open, and nothing is wrong with it
    let document =
        json!({"uri": format!("file://{}", beside[0].display()), "languageId": "bvl", "version": 1, "text": embedded});
    server.tell("textDocument/didOpen", json!({"textDocument": document})).unwrap();
    let report =
        server.ask("textDocument/diagnostic", json!({"textDocument": {"uri": document["uri"]}})).unwrap().0.unwrap();
    assert_eq!(report["items"], json!([]));
    server.end().unwrap();
}

/// A text that is shown is a file for reading only, outside of the user's folder, and goes with the server.
#[test]
fn what_is_shown_goes_with_the_server() {
    let folder = Folder::new("shown");
    folder.write("own/platform.bvl", SPEC);
    let folders = json!([{"uri": folder.uri("own"), "name": "it"}]);
    let params = json!({
        "processId": null,
        "capabilities": {"window": {"showDocument": {"support": true}}},
        "workspaceFolders": folders,
    });
    let cache = folder.0.join("cache");
    let kept = cache.join("bvlc").join("shown");
    let shown = || std::fs::read_dir(&kept).map_or(0, Iterator::count);
    let begin = || {
        let (mut pipe, _) = Pipe::start(&[], &cache, params.clone()).unwrap();
        let asked = json!({"command": "bvlc.graph", "arguments": []});
        let id = pipe.begin("workspace/executeCommand", asked).unwrap();
        let (answer, _) = pipe.answer(id).unwrap();
        let text = answer.unwrap()["text"].as_str().unwrap().to_owned();
        let uri = pipe.wait(|message, _| match message {
            Message::Request(request) if request.method == "window/showDocument" => {
                Some(request.params["uri"].as_str().unwrap().to_owned())
            }
            Message::Request(_) | Message::Response(_) | Message::Notification(_) => None,
        });
        let file = PathBuf::from(uri.unwrap().strip_prefix("file://").unwrap());
        assert!(file.starts_with(&kept) && file.metadata().unwrap().permissions().readonly());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        pipe
    };
    let pipe = begin();
    assert_eq!(shown(), 1);
    pipe.end().unwrap();
    assert_eq!(shown(), 0);
    // a client that goes away without a word, too
    let mut pipe = begin();
    drop(pipe.child.stdin.take());
    pipe.ended().unwrap();
    assert_eq!(shown(), 0);
    let own: Vec<_> = std::fs::read_dir(folder.0.join("own")).unwrap().collect();
    assert_eq!(own.len(), 1, "{own:?}");
    // of one that was killed, the next takes away what is left
    let mut pipe = begin();
    pipe.child.kill().unwrap();
    pipe.child.wait().unwrap();
    assert_eq!(shown(), 1);
    let pipe = begin();
    assert_eq!(shown(), 1);
    pipe.end().unwrap();
    assert_eq!(shown(), 0);
}
