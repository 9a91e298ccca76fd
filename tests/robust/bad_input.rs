//! Bad input gets a located error, and nothing is written.
#![expect(clippy::disallowed_methods, reason = "what the binary leaves on the disk is what is tested")]

use std::fmt::Write as _;
use std::fs;

use crate::child::{bvlc, each, is_optimized, located, put, scratch, tree};

/// A platform without faults, to which a fault is added.
const CLEAN: &str = "platform shop { kubernetes \"1.33\" }\nenvironment prod { namespace \"shop\" }\n";

/// A spec that grows with a number.
fn many(count: usize, line: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = CLEAN.to_owned();
    for at in 0..count {
        writeln!(text, "{}", line(at)).unwrap();
    }
    text.into_bytes()
}

fn clean_and(more: &str) -> Vec<u8> {
    format!("{CLEAN}{more}").into_bytes()
}

/// Builds a folder of files; there must be nothing but located findings, these codes among them, and no output.
fn refused(name: &str, files: &[(&str, Vec<u8>)], expected: &[&str]) -> Vec<String> {
    let folder = scratch(name);
    for (path, bytes) in files {
        put(&folder.join("spec").join(path), bytes);
    }
    let ended = bvlc(&folder, &["build", "spec", "-o", "out", "--message-format", "json"]);
    let mut broken = Vec::new();
    if ended.code != Some(1) || ended.late || !ended.out.is_empty() {
        broken.push(format!("{name}: exit {:?}, late {}: {}", ended.code, ended.late, head(&ended.err)));
    }
    if folder.join("out").exists() {
        broken.push(format!("{name}: something was written"));
    }
    match located(&ended.err) {
        Err(line) => broken.push(format!("{name}: not a located finding: {}", head(&line))),
        Ok(codes) => {
            let missing = expected.iter().filter(|code| !codes.iter().any(|found| found == *code));
            broken.extend(missing.map(|code| format!("{name}: no {code} in {}", head(&ended.err))));
        }
    }
    broken
}

fn head(text: &str) -> String {
    text.chars().take(600).collect()
}

/// A name, the files of a spec, and codes that it must get.
type Case = (&'static str, Vec<(&'static str, Vec<u8>)>, &'static [&'static str]);

#[test]
fn each_kind_of_it() {
    let one = |bytes: &[u8]| vec![("platform.bvl", bytes.to_vec())];
    let using = |what: &str| one(&clean_and(&format!("use {what}\n")));
    let cases: Vec<Case> = vec![
        ("empty", one(b""), &["BVL0214"]),
        ("blank", one(b" \n\t\r\n"), &["BVL0214"]),
        ("only-bom", one(b"\xEF\xBB\xBF"), &["BVL0214"]),
        ("nul", one(&clean_and("let a = \"x\0y\"\n")), &["BVL0112"]),
        ("nul-outside", one(&clean_and("let a \0 = 1\n")), &["BVL0112"]),
        ("bare-cr", one(&clean_and("let a = 1\rlet b = 2\n")), &["BVL0112"]),
        ("not-utf8", one(b"platform shop { \xFF }\n"), &["BVL0113"]),
        ("cut-utf8", one(b"platform shop { } // \xE2\x82"), &["BVL0113"]),
        ("missing-file", using("\"teams/a.bvl\""), &["BVL0209"]),
        ("missing-pattern", using("\"teams/*.bvl\""), &["BVL0209"]),
        ("missing-module", using("std.natz"), &["BVL0209"]),
        ("outside", using("\"../a.bvl\""), &["BVL0209"]),
        ("absolute", using("\"/etc/passwd\""), &["BVL0209"]),
        ("itself", using("\"platform.bvl\""), &["BVL0208"]),
        ("folder", [using("\"teams\""), vec![("teams/a.bvl", vec![])]].concat(), &["BVL0209"]),
        (
            "circle",
            [using("\"a.bvl\""), vec![("a.bvl", b"use \"b.bvl\"".to_vec()), ("b.bvl", b"use \"a.bvl\"".to_vec())]]
                .concat(),
            &["BVL0208"],
        ),
        ("unclosed-string", one(&clean_and("let a = \"x\nlet b = $c\n")), &["BVL0102", "BVL0204"]),
        ("unclosed-text", one(&clean_and("let a = \"\"\"x\nlet b = $c\n")), &["BVL0102", "BVL0204"]),
        ("unclosed-comment", one(&clean_and("/* x\nlet b = $c\n")), &["BVL0103", "BVL0204"]),
        (
            "unclosed-block",
            one(&clean_and("environment dev {\n  nmespace \"x\"\nlet b = $c\n")),
            &["BVL0105", "BVL0201", "BVL0204"],
        ),
        ("foreign-yaml", one(b"apiVersion: v1\nkind: Pod\n"), &["BVL0123"]),
    ];
    each(cases.len(), |_, at| {
        let (name, files, expected) = &cases[at];
        refused(name, files, expected)
    });
}

/// Of what there is very much of, so many: CI tries the optimized binary, and any other one takes ten times as long.
fn very_many() -> usize {
    if is_optimized() { 100_000 } else { 10_000 }
}

#[test]
fn what_grows_without_bounds() {
    let n = very_many();
    let doubling = |open: &str, between: &str, close: &str, last: &str| {
        let mut spec = many(40, |at| {
            let next = at + 1;
            format!("let a{at} = {open}{}{between}{}{close}", name_of(open, next), name_of(open, next))
        });
        spec.extend(format!("let a40 = {last}\n").bytes());
        spec
    };
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("braces", clean_and(&"{".repeat(n)), &["BVL0106"]),
        ("braces-of-a-service", clean_and(&format!("service a {}", "{".repeat(n))), &["BVL0106"]),
        ("blocks", clean_and(&"service a { ".repeat(n)), &["BVL0108"]),
        ("brackets", clean_and(&format!("let a = {}", "[".repeat(n))), &["BVL0109"]),
        ("closed-brackets", clean_and(&format!("let a = {}{}", "[".repeat(n), "]".repeat(n))), &["BVL0109"]),
        ("parentheses", clean_and(&format!("let a = {}", "(".repeat(n))), &["BVL0109"]),
        ("ten-times-as-many-brackets", clean_and(&"[".repeat(10 * n)), &["BVL0109"]),
        ("comments", clean_and(&"/*".repeat(5 * n)), &["BVL0103"]),
        ("texts", doubling("\"", "", "\"", "\"ha\""), &["BVL0219"]),
        ("lists", doubling("[", ", ", "]", "1"), &["BVL0203"]),
        ("ranges", doubling("", "..", "", "1"), &["BVL0203"]),
        (
            "many-long-lets",
            many(400, |at| format!("let a{at} = {}", if at == 0 { long(60 << 10) } else { "$a0".into() })),
            &["BVL0219"],
        ),
        (
            "list-of-long-texts",
            many(2, |at| {
                if at == 0 {
                    format!("let a = {}", long(60 << 10))
                } else {
                    format!("let b = [1{}]", ", $a".repeat(20))
                }
            }),
            &["BVL0219"],
        ),
        ("a-long-text", many(1, |_| format!("let a = {}", long((64 << 10) + 1))), &["BVL0219"]),
        ("circle-of-lets", many(n, |at| format!("let a{at} = $a{}", (at + 1) % n)), &["BVL0208"]),
        (
            "circle-of-classes",
            many(1000, |at| format!("class c{at} is c{} {{ }}\nservice s{at} is c{at} {{ }}", (at + 1) % 1000)),
            &["BVL0208"],
        ),
        (
            "chain-of-classes",
            many(1000, |at| format!("class c{at} is c{} {{ }}\nservice s is c0 {{ }}", at + 1)),
            &["BVL0204"],
        ),
        (
            "circle-of-classes-that-nothing-takes-over",
            many(n / 10, |at| format!("class c{at} is c{} {{ }}", (at + 1) % (n / 10))),
            &["BVL0208"],
        ),
        (
            "chain-of-classes-that-nothing-takes-over",
            many(n / 10, |at| format!("class c{at} is c{} {{ user 1001 }}", at + 1)),
            &["BVL0204"],
        ),
        ("circle-of-groups", many(1000, |at| format!("group g{at} g{}", (at + 1) % 1000)), &["BVL0208"]),
        ("chain-of-groups", many(1000, |at| format!("group g{at} g{}", at + 1)), &["BVL0204"]),
    ];
    each(cases.len(), |_, at| {
        let (name, spec, expected) = &cases[at];
        refused(name, &[("platform.bvl", spec.clone())], expected)
    });
}

fn name_of(open: &str, at: usize) -> String {
    if open == "\"" { format!("${{a{at}}}") } else { format!("$a{at}") }
}

fn long(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes))
}

/// At the bound itself all is well.
#[test]
fn what_is_long_and_fits() {
    let folder = scratch("fits");
    let n = very_many();
    let mut spec = many(n, |at| format!("let a{at} = $a{}", at + 1));
    spec.extend(format!("let a{n} = 1\nlet t = {}\n", long(64 << 10)).bytes());
    spec.extend(many(1000, |at| format!("class c{at} is c{} {{ }}", at + 1)).drain(CLEAN.len()..));
    spec.extend(b"class c1000 { }\n");
    put(&folder.join("platform.bvl"), &spec);
    let ended = bvlc(&folder, &["check", "--message-format", "json"]);
    assert_eq!((ended.code, &*ended.out), (Some(0), ""), "{}", head(&ended.err));
}

/// As many lines as there are for the optimized binary; without it a twenty-fifth.
#[test]
fn an_error_in_each_of_100_000_lines() {
    let n_lines = if is_optimized() { 100_000 } else { 4_000 };
    // a word that is misspelled alike in many lines is one finding, so no two are alike; the names are near to known ones,
    // and each is held against all of those
    for (name, count, line) in [
        ("words", n_lines, "nonsense# x"),
        ("names", n_lines, "let a = $b"),
        ("near", n_lines / 2, "let name# = $nme#"),
        ("far", n_lines / 5, "let name# = $emang#"),
        ("members", n_lines / 5, "group name# nme#"),
        ("ends", n_lines / 5, "group name# app\nallow nme# -> app"),
        ("braces", n_lines, "}"),
        ("bases", n_lines / 10, "class name# is nme# { cpu 1 }"),
        ("classes", n_lines / 10, "class name# { cpu 1 }\nservice nme# is nats.name# { image \"a:1\" }"),
        // each makes three findings
        ("services", n_lines / 4, "service name# { imag \"a:1\" }"),
        ("values", n_lines / 10, "service name# { image \"a:1\"; cpu 2..1; memory 2Gi..1Gi; scale 2; port p 99999 }"),
        (
            "sums",
            n_lines / 10,
            "service name# { image \"a:1\"; cpu 1..2; memory 1Gi; scale 2; shutdown { grace 9s; drain 20s } }",
        ),
    ] {
        let folder = scratch(&format!("lines-{name}"));
        let spec = [b"use std.nats\n".to_vec(), many(count, |at| line.replace('#', &at.to_string()))].concat();
        put(&folder.join("platform.bvl"), &spec);
        let ended = bvlc(&folder, &["check"]);
        assert_eq!((ended.code, ended.late), (Some(1), false), "{name}: {}", head(&ended.err));
        let found: usize = ended.err.split_once(" errors").unwrap().0.parse().unwrap();
        assert!(found >= count, "{name}: {}", head(&ended.err));
        assert!(ended.out.contains(" more are not shown; `--max "), "{name}");
    }
}

/// The same in one block: what a declaration states is merged and judged in time proportional to it.
#[test]
fn an_error_in_each_line_of_one_block() {
    let n_lines = if is_optimized() { 100_000 } else { 4_000 };
    for (name, line) in [
        ("misspelled", "imag \"x#\""),
        ("ports", "port p# 99999"),
        ("addresses", "env E# \"${nosuch#.host}\""),
        ("variables", "env E# $nosuch#"),
        ("labels", "label \"a b#\" \"c\""),
        ("unlike", "nonsense# x"),
        ("sound", "env E# \"x\""),
    ] {
        let folder = scratch(&format!("block-{name}"));
        let begin = b"platform p { kubernetes \"1.33\" }\nenvironment e { namespace \"e\" }\nservice a {\n".to_vec();
        let lines = many(n_lines, |at| line.replace('#', &at.to_string()));
        put(&folder.join("platform.bvl"), &[begin, lines, b"}\n".to_vec()].concat());
        let ended = bvlc(&folder, &["check"]);
        assert_eq!((ended.code, ended.late), (Some(1), false), "{name}: {}", head(&ended.err));
        assert!(ended.err.contains(" in 1 file"), "{name}: {}", head(&ended.err));
    }
}

/// Every byte alone, and in the places of a spec where a byte may mean something else.
#[test]
fn every_byte() {
    each(256, |worker, at| {
        let folder = scratch(&format!("byte-{worker}"));
        let byte = u8::try_from(at).unwrap();
        let mut here: Vec<(&str, Vec<u8>)> = Vec::new();
        for (name, before, after) in [
            ("between", "\n", "\n"),
            ("value", "let a = ", "\n"),
            ("text", "let b = \"x", "y\"\n"),
            ("comment", "// x", "y\n"),
            ("name", "let c", "d = 1\n"),
        ] {
            here.push((name, [before.as_bytes(), &[byte], after.as_bytes()].concat()));
        }
        put(&folder.join("alone/platform.bvl"), &[byte]);
        // a file for each place, so that what one does to its file is not done to the others
        let used: Vec<String> = here.iter().map(|(name, _)| format!("use \"{name}.bvl\"\n")).collect();
        put(&folder.join("among/platform.bvl"), format!("{CLEAN}{}", used.concat()).as_bytes());
        for (name, bytes) in &here {
            put(&folder.join("among").join(format!("{name}.bvl")), bytes);
        }
        let run = |name: &&str| {
            let ended = bvlc(&folder, &["check", name, "--message-format", "json"]);
            let is_well = match (ended.code, located(&ended.out)) {
                (Some(0), Ok(codes)) => codes.is_empty() && *name != "alone",
                (Some(1), Ok(codes)) => !codes.is_empty(),
                _ => false,
            };
            (!is_well).then(|| format!("byte {at} {name}: exit {:?}: {}{}", ended.code, ended.out, ended.err))
        };
        ["alone", "among"].iter().filter_map(run).collect()
    });
}

#[test]
fn nowhere_to_read_or_write() {
    let folder = scratch("nowhere");
    put(&folder.join("spec/platform.bvl"), CLEAN.as_bytes());
    put(&folder.join("file"), b"mine");
    let before = tree(&folder.join("spec"));
    for (arguments, words) in [
        (["build", "spec", "-o", "file"], "it is not a folder"),
        (["build", "spec", "-o", "file/deeper"], "it is not a folder"),
        (["build", "missing", "-o", "out"], "missing"),
        (["build", "spec", "-o", "/dev/null"], "it is not a folder"),
    ] {
        let ended = bvlc(&folder, &arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.err);
        assert!(ended.err.starts_with("error: ") && ended.err.contains(words), "{arguments:?}: {}", ended.err);
        assert_eq!(fs::read(folder.join("file")).unwrap(), b"mine");
        assert!(tree(&folder.join("spec")) == before && !folder.join("out").exists());
    }
}
