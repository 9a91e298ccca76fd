//! The files of a folder as an editor has them: on the disk, in windows, and what it tells the server of both.

use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::pipe::Pipe;

/// The documents of a folder, each by its name.
pub(crate) struct Documents {
    /// Where they lie.
    pub(crate) folder: PathBuf,
    /// What they say now; what is changed here is told by [`Documents::tell`].
    pub(crate) texts: BTreeMap<String, String>,
    /// What the disk holds.
    pub(crate) on_disk: BTreeMap<String, String>,
    /// Those in windows, each with its version and with the text that the server has.
    pub(crate) open: BTreeMap<String, (i32, String)>,
}

impl Documents {
    /// Writes the texts into a folder that is made anew.
    pub(crate) fn write(folder: &Path, texts: BTreeMap<String, String>) -> Result<Self> {
        drop(std::fs::remove_dir_all(folder));
        std::fs::create_dir_all(folder)?;
        for (name, text) in &texts {
            std::fs::write(folder.join(name), text)?;
        }
        let folder = folder.canonicalize()?;
        Ok(Self { folder, on_disk: texts.clone(), texts, open: BTreeMap::new() })
    }

    /// Where the server may put copies of the standard library.
    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.join("target/cache")
    }

    /// What a client says that opens the folder and asks for findings.
    pub(crate) fn initialize(&self) -> Value {
        let folders = json!([{"uri": format!("file://{}", self.folder.display()), "name": "it"}]);
        let workspace = json!({"didChangeWatchedFiles": {"dynamicRegistration": true}});
        // as the editors with most users have it
        let markdown = json!(["markdown", "plaintext"]);
        let document = json!({
            "diagnostic": {},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}, "resolveSupport": {"properties": ["edit"]}},
            "hover": {"contentFormat": markdown},
            "completion": {"completionItem": {"documentationFormat": markdown}},
            "signatureHelp": {"signatureInformation": {"documentationFormat": markdown}},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
        });
        let abilities = json!({"textDocument": document, "workspace": workspace});
        json!({"processId": null, "capabilities": abilities, "workspaceFolders": folders})
    }

    /// The address of a document.
    pub(crate) fn uri(&self, name: &str) -> String {
        format!("file://{}/{name}", self.folder.display())
    }

    /// Tells what has changed of a document, as one edit of the least range; one that is in no window is opened before.
    pub(crate) fn tell(&mut self, pipe: &mut Pipe, name: &str) -> Result<()> {
        let uri = self.uri(name);
        let (text, on_disk) = (text_of(&self.texts, name)?, text_of(&self.on_disk, name)?);
        if !self.open.contains_key(name) {
            let document = json!({"uri": uri, "languageId": "bvl", "version": 1, "text": on_disk});
            pipe.tell("textDocument/didOpen", json!({"textDocument": document}))?;
            self.open.insert(name.to_owned(), (1, on_disk.clone()));
        }
        let Some((version, sent)) = self.open.get_mut(name).filter(|(_, sent)| sent != text) else { return Ok(()) };
        let (start, old, new) = difference(sent, text);
        let range = json!({"start": position(sent, start), "end": position(sent, start + old)});
        let change = json!({"range": range, "text": text.get(start..start + new)});
        *version += 1;
        let document = json!({"uri": uri, "version": *version});
        pipe.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}))?;
        sent.clone_from(text);
        Ok(())
    }
}

fn text_of<'t>(texts: &'t BTreeMap<String, String>, name: &str) -> Result<&'t String> {
    texts.get(name).ok_or_else(|| Error::other(format!("there is no {name}")))
}

/// Where two texts begin to differ, and how much of each differs from there.
fn difference(old: &str, new: &str) -> (usize, usize, usize) {
    let alike = old.chars().zip(new.chars()).take_while(|(one, other)| one == other);
    let start: usize = alike.map(|(character, _)| character.len_utf8()).sum();
    let rest = |text: &'_ str| text.len() - start;
    let most = rest(old).min(rest(new));
    let mut end = 0;
    for (one, other) in old.chars().rev().zip(new.chars().rev()) {
        if one != other || end + one.len_utf8() > most {
            break;
        }
        end += one.len_utf8();
    }
    (start, rest(old) - end, rest(new) - end)
}

/// The position of a byte offset, as a client counts that says nothing of encodings: in UTF-16.
pub(crate) fn position(text: &str, offset: usize) -> Value {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({"line": line, "character": before.get(start..).unwrap_or_default().encode_utf16().count()})
}
