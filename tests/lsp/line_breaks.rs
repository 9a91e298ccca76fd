//! Files whose lines end with `\r\n` go on doing so, whatever is done to them.

use serde_json::{Value, json};

use crate::carets::{Case, able, applied};
use crate::client::Client;
use crate::corpus::Platform;
use crate::{refactorings, rename};

/// The actions at the first words of each line, in files of this kind, with what comes of them.
fn after_actions(base: &str) -> Vec<(String, Platform)> {
    let case = Case::new(&format!("{}// $0", base.replace('\n', "\r\n")));
    let mut client = case.client(&able());
    let mut found = Vec::new();
    for (path, text) in &case.platform {
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let words = line.match_indices(|char: char| char.is_ascii_alphanumeric());
            let begins = words.filter(|(at, _)| *at == 0 || line.as_bytes()[at - 1] == b' ');
            for (at, _) in begins.take(3) {
                let place = client.at(path, start + at);
                let params = json!({
                    "textDocument": {"uri": Client::uri(path)},
                    "range": {"start": place["position"], "end": place["position"]},
                    "context": {"diagnostics": [], "only": ["quickfix", "refactor", "source.fixAll"]},
                });
                let actions = client.ask("textDocument/codeAction", params);
                let edits = actions.as_array().unwrap().iter().filter(|action| action.get("edit").is_some());
                found.extend(edits.map(|action| {
                    let title = action["title"].as_str().unwrap().to_owned();
                    (title, applied(&case.platform, &action["edit"]))
                }));
            }
            start += line.len();
        }
    }
    client.end();
    found
}

fn hold(title: &str, after: &Platform) {
    for (path, text) in after {
        let broken = text.split_inclusive('\n').find(|line| line.ends_with('\n') && !line.ends_with("\r\n"));
        assert_eq!(broken, None, "{title}: {path}\n{text:?}");
        assert!(!text.contains("\r\r"), "{title}: {path}\n{text:?}");
    }
}

fn hold_all(found: &[(String, Platform)]) {
    for (title, after) in found {
        hold(title, after);
    }
}

#[test]
fn what_is_written_otherwise_keeps_them() {
    let found = after_actions(refactorings::BASE);
    for part in ["move `vault` to", "sort these", "make a class", "change `web` in prod", "put in"] {
        assert!(found.iter().any(|(title, _)| title.contains(part)), "{part}: {:?}", titles(&found));
    }
    hold_all(&found);
}

#[test]
fn what_is_mended_keeps_them() {
    let misspelled = refactorings::BASE.replacen("shutdown { pre-stop", "shutdwn { pre-stop", 1).replacen(
        "  port http 8080\n",
        "  port http 8080\n  evn A \"1\"\n",
        1,
    );
    let lacking =
        refactorings::BASE.replacen("  port http 8080\n", "  port http 8080\n  env FILES files.https.host\n", 1);
    for (broken, parts) in
        [(misspelled, ["write `shutdown`", "mend all"].as_slice()), (lacking, &["add `allow web -> files.https`"])]
    {
        let found = after_actions(&broken);
        for part in parts {
            assert!(found.iter().any(|(title, _)| title.contains(part)), "{part}: {:?}", titles(&found));
        }
        hold_all(&found);
    }
}

#[test]
fn what_is_renamed_keeps_them() {
    let case = Case::new(&rename::BASE.replacen("service web is", "service w$0eb is", 1).replace('\n', "\r\n"));
    let edit = rename::ask(&case, "site", &able()).unwrap();
    assert_ne!(edit["changeAnnotations"]["offer-0"], Value::Null, "{edit}");
    hold("rename", &applied(&case.platform, &edit));
}

fn titles(found: &[(String, Platform)]) -> Vec<&str> {
    let mut titles: Vec<&str> = found.iter().map(|(title, _)| title.as_str()).collect();
    titles.sort_unstable();
    titles.dedup();
    titles
}
