//! The same spec gives the same bytes: in another folder, in any locale, with one thread or many, its declarations in
//! any file and order, with another editor's line ends.

use std::path::Path;

use crate::child::{Random, end, examples, folder_at, limited, put, scratch, time, tree};

/// The output of a spec as one stream.
fn stream(folder: &Path, spec: &str, before: &str, variables: &[(&str, &str)]) -> String {
    let logs = folder.join("logs");
    folder_at(&logs);
    let mut arguments = vec!["build", spec, "-o", "-"];
    if spec.ends_with("bitvault") {
        arguments.extend(["--set", "version=1.4.2"]);
    }
    let mut command = limited(before, &arguments);
    let ended = end(command.current_dir(folder).envs(variables.iter().copied()), &logs, time());
    assert_eq!(ended.code, Some(0), "{spec} {before} {variables:?}: {}", ended.err);
    ended.out
}

#[test]
fn the_same_bytes_anywhere() {
    for (name, files) in examples() {
        let folder = scratch(&format!("same-{name}"));
        let other = format!("another/folder é/{name}");
        for (path, bytes) in &files {
            put(&folder.join(&name).join(path), bytes);
        }
        for (path, bytes) in files.iter().rev() {
            put(&folder.join(&other).join(path), bytes);
        }
        let expected = stream(&folder, &name, "", &[]);
        for (spec, before, variables) in [
            (&name, "", vec![("RAYON_NUM_THREADS", "1")]),
            (&name, "", vec![("RAYON_NUM_THREADS", "4")]),
            (&name, "", vec![("LC_ALL", "C"), ("TZ", "Asia/Tokyo")]),
            (&name, "", vec![("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8"), ("TZ", "America/St_Johns")]),
            (&name, "umask 077;", vec![]),
            (&other, "", vec![]),
        ] {
            assert!(stream(&folder, spec, before, &variables) == expected, "{spec} {before} {variables:?}");
        }
    }
}

#[test]
fn line_ends_and_marks_mean_nothing() {
    for (name, files) in examples() {
        let folder = scratch(&format!("ends-{name}"));
        let dos = format!("dos/{name}");
        for (path, bytes) in &files {
            put(&folder.join(&name).join(path), bytes);
            let text = String::from_utf8(bytes.clone()).unwrap().replace('\n', "\r\n");
            put(&folder.join(&dos).join(path), format!("\u{FEFF}{text}").as_bytes());
        }
        assert!(stream(&folder, &dos, "", &[]) == stream(&folder, &name, "", &[]), "{name}");
    }
}

/// The declarations of a file: from comments before a word in column one to the next such place.
fn declarations(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut fresh = true;
    for line in text.split_inclusive('\n') {
        let starts = line.starts_with(|c: char| c.is_ascii_lowercase());
        if !fresh && (starts || line.starts_with("//")) {
            found.push(String::new());
            fresh = true;
        }
        if found.is_empty() {
            found.push(String::new());
        }
        found.last_mut().unwrap().push_str(line);
        fresh = fresh && !starts;
    }
    found
}

/// Whether a declaration has to stay in the root file.
fn stays(declaration: &str) -> bool {
    declaration.lines().any(|line| line.starts_with("use ") || line.starts_with("platform "))
}

#[test]
fn the_same_bytes_from_declarations_in_any_order() {
    let without_files = |text: String| {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("bvl.dev/file:"));
        lines.collect::<Vec<_>>().join("\n")
    };
    for (name, files) in examples() {
        let folder = scratch(&format!("shuffled-{name}"));
        let mut fixed = "use \"parts/*.bvl\"\n".to_owned();
        let mut moved = Vec::new();
        for (path, bytes) in &files {
            put(&folder.join(&name).join(path), bytes);
            for declaration in declarations(std::str::from_utf8(bytes).unwrap()) {
                if stays(&declaration) {
                    let lines = declaration.split_inclusive('\n');
                    fixed.extend(lines.filter(|line| !line.starts_with("use \"")));
                } else {
                    moved.push(declaration);
                }
            }
        }
        assert!(moved.len() > 3, "{name}");
        let expected = without_files(stream(&folder, &name, "", &[]));
        for seed in 0..4 {
            let shuffled = format!("{seed}/{name}");
            let mut random = Random(seed);
            for at in (1..moved.len()).rev() {
                moved.swap(at, random.below(at + 1));
            }
            put(&folder.join(&shuffled).join("platform.bvl"), fixed.as_bytes());
            for (at, part) in moved.chunks(3).enumerate() {
                put(&folder.join(&shuffled).join(format!("parts/{at}.bvl")), part.concat().as_bytes());
            }
            let actual = without_files(stream(&folder, &shuffled, "", &[]));
            let differs = actual.lines().zip(expected.lines()).find(|(one, other)| one != other);
            assert!(actual == expected, "{name}, seed {seed}: {differs:?}; see {}", folder.display());
        }
        assert!(tree(&folder.join(&name)).len() == files.len(), "{name}: a build to stdout wrote a file");
    }
}
