//! Mutated examples and random bytes: exit 0, 1 or 2, and every 1 has a located code.
//!
//! `BVLC_MUTATIONS` says how many runs; `BVLC_SEED` is the number of the first one, so that a failure can be run alone.
#![expect(clippy::disallowed_methods, reason = "what the binary leaves on the disk is what is tested")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::child::{Ended, Random, bvlc, each, examples, located, put, scratch};

/// What people paste, and what editors and merges leave.
const FOREIGN: [&str; 18] = [
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\n",
    "resource \"aws_instance\" \"web\" {\n  ami = var.ami\n  count = \"${length(x)}\"\n}\n",
    "<<<<<<< HEAD\n",
    "{{ .Values.image }}",
    "🦀",
    "“web”",
    "\u{202E}",
    "\"\"\"",
    "/*",
    "$",
    "${",
    "99999999999999999999999999s",
    "0.0.0.0/0",
    "..",
    "std.",
    "-> ~> ->",
    "\r",
    "\0",
];

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn mutations() {
    let runs = number("BVLC_MUTATIONS").unwrap_or(150);
    let first = number("BVLC_SEED").unwrap_or(0);
    let examples = examples();
    assert!(examples.len() >= 3 && runs > 0);
    let folders = ["mutation-0", "mutation-1"].map(scratch);
    for folder in &folders {
        for (name, files) in &examples {
            for (path, bytes) in files {
                put(&folder.join(name).join(path), bytes);
            }
        }
    }
    let ends: Mutex<BTreeMap<i32, usize>> = Mutex::default();
    each(runs, |worker, at| {
        let seed = first + at;
        let mut random = Random(seed as u64);
        let (name, files) = &examples[random.below(examples.len())];
        let (path, bytes) = &files[random.below(files.len())];
        let mut mutated = bytes.clone();
        if random.below(10) == 0 {
            mutated = (0..random.below(4000)).map(|_| random.next().to_le_bytes()[0]).collect();
        } else {
            for _ in 0..=random.below(4) {
                mutate(&mut mutated, &mut random);
            }
        }
        let file = folders[worker].join(name).join(path);
        put(&file, &mutated);
        let ended = bvlc(&folders[worker], &["check", name, "--message-format", "json"]);
        let mut fault = fault_of(&ended, &ended.out);
        if ended.code == Some(0) {
            // what is clean is built, or is found to want what a build alone wants, such as a param's value
            let built = bvlc(&folders[worker], &["build", name, "-o", "-", "--message-format", "json"]);
            fault = fault.or(fault_of(&built, &built.err).map(|fault| format!("build: {fault}")));
        }
        put(&file, bytes);
        *ends.lock().unwrap().entry(ended.code.unwrap_or(-1)).or_default() += 1;
        let how = |fault| format!("BVLC_SEED={seed} BVLC_MUTATIONS=1 ({name}/{path}): {fault}");
        fault.map(how).into_iter().collect()
    });
    let ends = ends.into_inner().unwrap();
    let of = |code: i32| ends.get(&code).copied().unwrap_or(0);
    println!("{runs} mutations: {} clean, {} with findings, {} unable", of(0), of(1), of(2));
    assert!(runs < 100 || of(1) > runs / 2, "mutations that change nothing prove nothing: {ends:?}");
}

/// What a run must not do; `findings` are its findings, one JSON object a line.
fn fault_of(ended: &Ended, findings: &str) -> Option<String> {
    match (ended.code, located(findings)) {
        _ if ended.late => Some("out of time".to_owned()),
        (Some(1), Ok(codes)) if codes.is_empty() => Some("exit 1 without a finding".to_owned()),
        (Some(0..=2), Err(line)) => Some(format!("not a located finding: {line}")),
        (Some(0..=2), Ok(_)) => None,
        (code, _) => Some(format!("exit {code:?}: {}", ended.err)),
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    match random.below(9) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => bytes.truncate(at),
        2 => drop(bytes.splice(at..at, random.next().to_le_bytes())),
        3 => drop(bytes.splice(at..at, FOREIGN[random.below(FOREIGN.len())].bytes())),
        kind => {
            let whole = std::mem::take(bytes);
            let mut parts: Vec<&[u8]> = if kind < 6 {
                whole.split_inclusive(|byte| *byte == b'\n').collect()
            } else {
                whole.split_inclusive(|byte| !byte.is_ascii_alphanumeric()).collect()
            };
            let (one, other) = (random.below(parts.len()), random.below(parts.len()));
            if !parts.is_empty() {
                match kind {
                    4 | 6 => drop(parts.remove(one)),
                    5 | 7 => parts.insert(other, parts[one]),
                    _ => parts.swap(one, other),
                }
            }
            *bytes = parts.concat();
        }
    }
}
