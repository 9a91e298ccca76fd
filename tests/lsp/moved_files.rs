//! Files and folders that are moved: `use` follows, and the platform stays what it is.

use serde_json::{Value, json};

use crate::carets::{Case, able, applied, new_lines};
use crate::client::Client;

const BASE: &str = "\
//- platform.bvl
use \"environments.bvl\", \"teams/*.bvl\"
use \"data/stores.bvl\"

platform shop { $0kubernetes \"1.33\" }
//- environments.bvl
environment prod { namespace \"prod\"; profile restricted }
//- teams/web.bvl
external web { cidr 10.0.0.1/32; port http 80 }
//- teams/api.bvl
external api { cidr 10.0.0.2/32; port http 80 }
//- data/stores.bvl
external store { cidr 10.0.0.3/32; port http 80 }
";

/// The lines that are new once files are moved, and what is said beside them.
fn moved(moves: &[(&str, &str)]) -> (Vec<String>, String) {
    moved_in(BASE, moves)
}

fn moved_in(base: &str, moves: &[(&str, &str)]) -> (Vec<String>, String) {
    let case = Case::new(base);
    let mut client = case.client(&able());
    let files: Vec<Value> =
        moves.iter().map(|(from, to)| json!({"oldUri": Client::uri(from), "newUri": Client::uri(to)})).collect();
    let edit = client.ask("workspace/willRenameFiles", json!({"files": files}));
    client.end();
    let said = edit["changeAnnotations"]["consequences"]["description"].as_str().unwrap_or_default().to_owned();
    (new_lines(&case.platform, &applied(&case.platform, &edit)), said)
}

/// Where files and folders go.
type Moves = &'static [(&'static str, &'static str)];

#[test]
fn use_follows_files_and_folders() {
    let cases: [(Moves, &[&str]); 8] = [
        (&[("environments.bvl", "where.bvl")], &["use \"where.bvl\", \"teams/*.bvl\""]),
        (&[("environments.bvl", "data/where.bvl")], &["use \"data/where.bvl\", \"teams/*.bvl\""]),
        (&[("data/stores.bvl", "data/s.bvl")], &["use \"data/s.bvl\""]),
        (&[("data", "stock")], &["use \"stock/stores.bvl\""]),
        (&[("teams", "squads")], &["use \"environments.bvl\", \"squads/*.bvl\""]),
        (&[("teams/web.bvl", "teams/pages.bvl")], &[]),
        (&[("teams/web.bvl", "web.bvl")], &["use \"web.bvl\""]),
        (&[("teams", "squads"), ("environments.bvl", "squads/e.bvl")], &["use \"squads/e.bvl\", \"squads/*.bvl\""]),
    ];
    for (moves, lines) in cases {
        assert_eq!(moved(moves).0, lines, "{moves:?}");
    }
}

#[test]
fn what_falls_out_of_a_pattern_is_said() {
    let (_, said) = moved(&[("teams/web.bvl", "web.bvl")]);
    assert_eq!(said, "no pattern takes in web.bvl any more, so that `use` names it");
    assert_eq!(moved(&[("teams/web.bvl", "teams/pages.bvl")]).1, "");
    assert_eq!(moved(&[("teams", "squads")]).1, "");
}

#[test]
fn what_no_use_names_moves_alone() {
    assert_eq!(moved(&[("notes.bvl", "old/notes.bvl")]).0, [""; 0]);
    assert_eq!(moved(&[("team", "squads")]).0, [""; 0], "a name that only begins alike");
}

#[test]
fn broken_files_are_followed_too() {
    for (old, new) in [
        ("profile restricted }", "profile restricted"),
        ("platform shop {", "platform {"),
        ("external web {", "extern web }{"),
    ] {
        let broken = BASE.replacen(old, new, 1);
        assert_eq!(moved_in(&broken, &[("data", "stock")]).0, ["use \"stock/stores.bvl\""], "{new}");
    }
}

#[test]
fn a_file_that_was_moved_behind_the_back_of_the_editor_is_found() {
    let moved = BASE.replacen("//- data/stores.bvl", "//- stock/stores.bvl", 1).replacen("$0", "", 1);
    let case = Case::new(&moved.replacen("data/stores", "data/st$0ores", 1));
    let mut client = case.client(&able());
    let at = client.at(&case.path, case.caret)["position"].clone();
    let params = json!({
        "textDocument": {"uri": Client::uri(&case.path)},
        "range": {"start": at, "end": at},
        "context": {"diagnostics": [], "only": ["quickfix"]},
    });
    let found = client.ask("textDocument/codeAction", params);
    client.end();
    assert_eq!(found[0]["title"], "write `stock/stores.bvl`", "{found}");
    let after = applied(&case.platform, &found[0]["edit"]);
    assert_eq!(new_lines(&case.platform, &after), ["use \"stock/stores.bvl\""]);
}
