//! Who may know whom: imports go to lower rows, outside crates stay in their rooms, only the edge touches the world.

use std::collections::BTreeMap;

use crate::repository::{RustFile, exists, file, hold, rust_files};
use crate::rust::{Path, paths};

/// The rows of `ARCHITECTURE.md`. A room sees the rooms of lower rows, and itself.
const ROWS: [(u8, &[&str]); 10] = [
    (0, &["diagnostic", "source", "value", "object"]),
    (1, &["model", "vocabulary", "syntax", "manifest"]),
    (2, &["resolve"]),
    (3, &["graph"]),
    (4, &["check", "emit", "verify"]),
    (5, &["analyze", "registry"]),
    (6, &["compile"]),
    (7, &["query", "output"]),
    (8, &["ide"]),
    (9, &["main", "cli", "lsp"]),
];

/// Rooms of one row that may see another of it.
const NEIGHBORS: [(&str, &str); 5] =
    [("diagnostic", "source"), ("value", "source"), ("model", "vocabulary"), ("main", "cli"), ("cli", "lsp")];

/// Rooms that see less than their row allows: `verify` is the second opinion and shares nothing with what it judges. Of
/// `diagnostic` it takes codes alone, to declare them beside what raises them.
const CONFINED: [(&str, &[&str]); 1] = [("verify", &["object", "value", "diagnostic"])];

/// Where an outside crate may be named: path prefixes below `src/`.
const CRATES: [(&str, &[&str]); 25] = [
    ("pest", &["syntax/parser.rs"]),
    ("pest_derive", &["syntax/parser.rs"]),
    ("miette", &["diagnostic/render/terminal.rs"]),
    ("petgraph", &["graph/"]),
    ("clap", &["cli/", "main.rs"]),
    ("clap_complete", &["cli/", "main.rs"]),
    ("k8s_openapi", &["object/"]),
    ("serde_saphyr", &["output/yaml.rs"]),
    ("granit_parser", &["manifest/parse.rs"]),
    ("ipnet", &["value/"]),
    ("sha2", &["output/write/", "emit/digest.rs", "lsp/diagnostics.rs"]),
    ("imara_diff", &["value/lines.rs"]),
    ("include_dir", &[""]),
    ("memchr", &["manifest", "source"]),
    ("mimalloc", &["main.rs"]),
    ("indexmap", &[""]),
    ("serde", &[""]),
    ("serde_json", &[""]),
    (
        "rayon",
        &[
            "model",
            "vocabulary",
            "syntax",
            "manifest",
            "resolve",
            "graph",
            "check",
            "emit",
            "verify",
            "analyze",
            "registry",
            "compile",
            "query",
            "output",
            "ide",
            "cli",
            "lsp",
        ],
    ),
    ("terminal_size", &["cli/"]),
    ("notify", &["cli/watch.rs"]),
    ("lsp_server", &["lsp/"]),
    ("ls_types", &["lsp/"]),
    ("rustix", &["lsp/parent.rs"]),
    ("crossbeam_channel", &["lsp/"]),
];

/// Outside crates that only one file may name, whichever it is.
const ONE_FILE: [&str; 1] = ["include_dir"];

/// What touches the world, which only `cli`, `lsp` and `main` do.
const EDGE: [&[&str]; 5] =
    [&["std", "fs"], &["std", "env"], &["std", "process"], &["std", "time", "Instant"], &["std", "time", "SystemTime"]];

fn row(room: &str) -> Option<u8> {
    ROWS.iter().find(|(_, rooms)| rooms.contains(&room)).map(|(row, _)| *row)
}

fn may_see(from: &str, to: &str) -> bool {
    if from == to {
        return true;
    }
    if let Some((_, seen)) = CONFINED.iter().find(|(room, _)| *room == from) {
        return seen.contains(&to);
    }
    NEIGHBORS.contains(&(from, to)) || row(to) < row(from)
}

/// `src/model/origin.rs` is `["model", "origin"]`; `mod.rs` stands for its folder.
fn module_of(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut names: Vec<String> = path.split('/').map(str::to_owned).collect();
    names.pop_if(|last| last == "mod");
    names
}

/// The names from the root of the crate, where the path begins with `crate`, `super`, `self` or the crate's own name.
fn from_root(file: &str, path: &Path) -> Option<Vec<String>> {
    let mut module = module_of(file);
    module.extend(path.within.iter().cloned());
    let mut names = path.names.iter();
    match path.names.first()?.as_str() {
        "crate" | "bvlc" => {
            module.clear();
            names.next();
        }
        "self" => {
            names.next();
        }
        "super" => {
            while names.as_slice().first().is_some_and(|name| name == "super") {
                names.next();
                module.pop();
            }
        }
        _ => return None,
    }
    module.extend(names.cloned());
    Some(module)
}

/// The rooms in which exported macros are defined; such a macro is named `crate::name` from anywhere.
fn macro_rooms(sources: &[&RustFile]) -> BTreeMap<String, String> {
    let mut rooms = BTreeMap::new();
    for file in sources {
        for window in file.tokens.windows(3) {
            if window[0].text == "macro_rules" && window[1].text == "!" {
                rooms.insert(window[2].text.clone(), module_of(file.path)[0].clone());
            }
        }
    }
    rooms
}

#[test]
fn imports_go_to_lower_rows_only() {
    let sources = rust_files("src/");
    let macros = macro_rooms(&sources);
    let mut broken = Vec::new();
    for file in sources.iter().filter(|file| file.path != "src/lib.rs") {
        let from = module_of(file.path)[0].clone();
        for path in paths(&file.tokens) {
            let Some(target) = from_root(file.path, &path).and_then(|names| names.into_iter().next()) else {
                continue;
            };
            let to = macros.get(&target).unwrap_or(&target);
            if row(to).is_none() {
                broken.push(format!("{}:{}: `{to}` is no room of the table ROWS", file.path, path.line));
            } else if !may_see(&from, to) {
                broken.push(format!("{}:{}: `{from}` names `{}`", file.path, path.line, path.names.join("::")));
            }
        }
    }
    hold(
        "A room sees lower rows only (ARCHITECTURE.md, \"Who may know whom\"). Move what both need to a lower row, or pass \
         it in as an argument:",
        &broken,
    );
}

#[test]
fn every_room_has_a_row() {
    let broken: Vec<String> = rust_files("src/")
        .iter()
        .map(|file| module_of(file.path)[0].clone())
        .filter(|room| room != "lib" && row(room).is_none())
        .collect();
    hold("A new room needs a row in ARCHITECTURE.md and in ROWS of tests/tidy/layers.rs:", &broken);
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let mut broken = Vec::new();
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in rust_files("src/") {
        let inside = file.path.trim_start_matches("src/");
        for path in paths(&file.tokens) {
            let Some((name, rooms)) = CRATES.iter().find(|(name, _)| path.names[0] == *name) else { continue };
            let known = users.entry(name).or_default();
            if !known.contains(&file.path) {
                known.push(file.path);
            }
            if !rooms.iter().any(|room| inside.starts_with(room)) {
                broken.push(format!("{}:{}: `{name}` lives in {}", file.path, path.line, rooms.join(", ")));
            }
        }
    }
    for name in ONE_FILE {
        if let Some(more) = users.get(name).filter(|files| files.len() > 1) {
            broken.push(format!("`{name}` lives in one file, and is named in {}", more.join(", ")));
        }
    }
    hold("An outside crate has one room. Use what that room exports, or move the code there:", &broken);
}

#[test]
fn every_dependency_has_a_room() {
    let manifest = &file("Cargo.toml").unwrap().text;
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap().to_owned();
    let broken: Vec<String> = section
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name.trim().replace('-', "_"))
        .filter(|name| !CRATES.iter().any(|(known, _)| known == name))
        .collect();
    hold("Say in CRATES of tests/tidy/layers.rs (and in ARCHITECTURE.md) where a new dependency lives:", &broken);
}

#[test]
fn only_the_edge_touches_the_world() {
    let mut broken = Vec::new();
    for file in rust_files("src/") {
        let room = module_of(file.path)[0].clone();
        if row(&room) == Some(9) {
            continue;
        }
        for path in paths(&file.tokens) {
            if EDGE.iter().any(|edge| path.names.iter().map(String::as_str).take(edge.len()).eq(edge.iter().copied())) {
                broken.push(format!("{}:{}: {}", file.path, path.line, path.names.join("::")));
            }
        }
    }
    hold("Files, environment, processes and clocks are for cli, lsp and main. Take the value as an argument:", &broken);
}

#[test]
fn the_table_of_rows_is_in_architecture() {
    let Some(page) = file("ARCHITECTURE.md") else { return };
    let broken: Vec<String> = ROWS
        .iter()
        .flat_map(|(_, rooms)| rooms.iter())
        .filter(|room| exists(&format!("src/{room}")) || exists(&format!("src/{room}.rs")))
        .filter(|room| !page.text.contains(&format!("`{room}`")))
        .map(|room| (*room).to_owned())
        .collect();
    hold("ARCHITECTURE.md has a paragraph or a row for every room, named in backticks:", &broken);
}

#[test]
fn sight() {
    for (from, to, expected) in [
        ("model", "vocabulary", true),
        ("vocabulary", "model", false),
        ("model", "syntax", false),
        ("source", "diagnostic", false),
        ("verify", "value", true),
        ("verify", "source", false),
        ("verify", "model", false),
        ("emit", "check", false),
        ("emit", "graph", true),
        ("graph", "emit", false),
        ("main", "cli", true),
        ("cli", "main", false),
    ] {
        assert_eq!(may_see(from, to), expected, "{from} -> {to}");
    }
    let path = |text: &str, within: &[&str]| Path {
        names: text.split("::").map(str::to_owned).collect(),
        line: 1,
        within: within.iter().map(|name| (*name).to_owned()).collect(),
    };
    for (file, within, text, expected) in [
        ("src/model/mod.rs", [].as_slice(), "super::graph::X", Some("graph::X")),
        ("src/model/scale.rs", &[], "super::origin::Origin", Some("model::origin::Origin")),
        ("src/model/scale.rs", &["tests"], "super::super::X", Some("model::X")),
        ("src/model/scale.rs", &["tests"], "super::*", Some("model::scale::*")),
        ("src/main.rs", &[], "bvlc::cli::run", Some("cli::run")),
        ("src/main.rs", &[], "std::io", None),
    ] {
        assert_eq!(
            from_root(file, &path(text, within)).map(|names| names.join("::")).as_deref(),
            expected,
            "{file} {text}"
        );
    }
}
