//! What a file looks like: a header, a size, a place in its parent's list.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{RustFile, exists, extension, files, hold, rust_files};
use crate::rust::{code_lines, declared_modules, without_tests};

/// Code lines, tests and comments and blank lines left out.
const MEDIAN: usize = 200;
const NINE_IN_TEN: usize = 400;
const LARGEST: usize = 600;

fn all_rust() -> Vec<&'static RustFile> {
    rust_files("").into_iter().filter(|file| !file.path.starts_with("fuzz/target/")).collect()
}

#[test]
fn every_file_says_what_it_is_for() {
    let unsaid = all_rust().into_iter().filter(|file| !file.text.starts_with("//! "));
    let broken: Vec<String> = unsaid.map(|file| file.path.to_owned()).collect();
    hold("The first line is `//! ` and says what the file is for; its invariants follow:", &broken);
}

#[test]
fn files_are_small() {
    let mut broken = Vec::new();
    let mut sizes = Vec::new();
    for file in all_rust() {
        let size = code_lines(&file.tokens);
        if file.path.starts_with("src/") {
            sizes.push((size, file.path));
        }
        if size > LARGEST {
            broken.push(format!("{} has {size} lines of code: split it by what changes together", file.path));
        }
    }
    sizes.sort_unstable();
    for (share, most) in [(5, MEDIAN), (9, NINE_IN_TEN)] {
        // the file at this tenth, the larger one where it falls between two
        let above: Vec<&(usize, &str)> = sizes.iter().skip(sizes.len() * share / 10).collect();
        if above.first().is_some_and(|(size, _)| *size > most) {
            let names: Vec<String> = above.iter().map(|(size, path)| format!("{path} ({size})")).collect();
            broken.push(format!(
                "{share} in 10 files have at most {most} lines of code; too large: {}",
                names.join(", ")
            ));
        }
    }
    hold("A file is one idea and can be read at one sitting:", &broken);
}

#[test]
fn no_test_is_switched_off() {
    let mut broken = Vec::new();
    for file in all_rust() {
        for window in file.tokens.windows(3) {
            let name = window[2].text.as_str();
            if window[0].text == "#" && window[1].text == "[" && ["ignore", "should_panic"].contains(&name) {
                broken.push(format!("{}:{}: #[{name}]", file.path, window[2].line));
            }
        }
    }
    hold("Assert today's answer (for a known bug with `//~ known-bug #N`), or remove the test:", &broken);
}

/// The file that must declare the module which `path` is, and the module's name; `None` for roots.
fn parent(path: &str) -> Option<(String, String)> {
    let (folder, file) = path.rsplit_once('/')?;
    let name = file.strip_suffix(".rs")?;
    let root_of = |folder: &str| match folder {
        "src" => "src/lib.rs".to_owned(),
        folder if folder.starts_with("src/") => format!("{folder}/mod.rs"),
        folder => format!("{folder}/main.rs"),
    };
    match name {
        "lib" | "main" => None,
        "mod" => {
            let (above, name) = folder.rsplit_once('/')?;
            Some((root_of(above), name.to_owned()))
        }
        _ if ["tests", "benches", "examples"].contains(&folder) => None,
        _ => Some((root_of(folder), name.to_owned())),
    }
}

#[test]
fn every_module_has_its_file_and_its_line() {
    let mut declared: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut present: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in all_rust().iter().filter(|file| file.path.starts_with("src/") || file.path.starts_with("tests/")) {
        declared.entry(file.path.to_owned()).or_default().extend(declared_modules(&file.tokens));
        if let Some((parent, name)) = parent(file.path) {
            present.entry(parent).or_default().insert(name);
        }
    }
    let mut broken = Vec::new();
    let none = BTreeSet::new();
    for path in declared.keys().chain(present.keys()).collect::<BTreeSet<_>>() {
        let (lines, files) = (declared.get(path).unwrap_or(&none), present.get(path).unwrap_or(&none));
        broken.extend(
            files.difference(lines).map(|name| format!("{path}: add `mod {name};`, nothing compiles that file")),
        );
        broken.extend(lines.difference(files).map(|name| format!("{path}: `mod {name};` has no file of its own")));
    }
    hold("Modules are plain `mod` lines beside their files (`x/mod.rs`, not `x.rs` above `x/`):", &broken);
}

#[test]
fn every_check_is_in_its_familys_list() {
    let mut broken = Vec::new();
    let sources = rust_files("src/check/");
    for file in &sources {
        let parts: Vec<&str> = file.path.split('/').collect();
        let [_, _, family, name] = parts.as_slice() else { continue };
        let name = name.trim_end_matches(".rs");
        if !without_tests(&file.tokens).windows(2).any(|w| w[0].text == "check" && w[1].text == "!") {
            continue; // the family's mod.rs, or a helper that several of its checks share
        }
        let list = sources.iter().find(|file| file.path == format!("src/check/{family}/mod.rs"));
        let listed = list.is_some_and(|list| list.tokens.windows(2).any(|w| w[0].text == name && w[1].text == "::"));
        if !listed {
            broken.push(format!("src/check/{family}/mod.rs: add `&{name}::CHECK` to the list"));
        }
    }
    hold("A check runs when its family lists it:", &broken);
}

/// The kinds of data under `tests/`, and what may stand in each.
const DATA: [(&str, &[&str]); 14] = [
    ("prelude", &["bvl"]),
    ("fail", &["bvl"]),
    ("sound", &["bvl"]),
    ("spec", &["md"]),
    ("build", &[]),
    ("cli", &["md"]),
    ("python", &["py"]),
    ("verify", &["yaml"]),
    ("edit", &["md"]),
    ("mutants", &["txt"]),
    ("diff", &["txt"]),
    ("tidy", &["txt"]),
    ("import", &["yaml", "bvl", "jsonl"]),
    ("lsp", &["json", "jsonl", "txt"]),
];

#[test]
fn every_test_is_found_by_a_runner() {
    let mut broken = Vec::new();
    for file in files() {
        let Some(inside) = file.path.strip_prefix("tests/") else { continue };
        if inside == "README.md" || extension(inside) == "rs" {
            continue; // Rust files: see every_module_has_its_file_and_its_line
        }
        let kind = inside.split('/').next().unwrap_or_default();
        let extension = extension(inside);
        match DATA.iter().find(|(known, _)| *known == kind) {
            None if exists(&format!("tests/{kind}.rs")) => {} // the data of that one test
            None => broken.push(format!("{}: no runner reads tests/{kind}", file.path)),
            Some((_, extensions)) if !extensions.is_empty() && !extensions.contains(&extension) => {
                broken.push(format!("{}: tests/{kind} holds {} files", file.path, extensions.join(", ")));
            }
            Some(_) => {}
        }
    }
    hold("A test that nothing runs proves nothing (tests/README.md lists the kinds):", &broken);
}

#[test]
fn parents() {
    for (path, expected) in [
        ("src/lib.rs", None),
        ("src/analyze.rs", Some(("src/lib.rs", "analyze"))),
        ("src/model/mod.rs", Some(("src/lib.rs", "model"))),
        ("src/model/scale.rs", Some(("src/model/mod.rs", "scale"))),
        ("src/check/flows/mod.rs", Some(("src/check/mod.rs", "flows"))),
        ("tests/mutation.rs", None),
        ("tests/tidy/shape.rs", Some(("tests/tidy/main.rs", "shape"))),
    ] {
        let expected = expected.map(|(file, name): (&str, &str)| (file.to_owned(), name.to_owned()));
        assert_eq!(parent(path), expected, "{path}");
    }
}
