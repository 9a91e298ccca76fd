//! What an edit costs beside a cold check: `cargo bench --bench again -- SERVICES FILES EDITS SEED`.
//!
//! `.ci/scale` counts instructions with it: its counter writes down what it has counted whenever [`stage_ended`] is called.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]

mod change;
mod platform;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bvlc::analyze::{Analysis, Inputs, analyze, analyze_again};
use bvlc::source::files::MemoryFiles;

use change::Kind;

/// Says that all instructions since the stage before belong to this one. The counter knows this function by its name.
#[inline(never)]
fn stage_ended(name: &str) {
    println!("{name}");
}

fn files(texts: &BTreeMap<String, String>) -> MemoryFiles {
    MemoryFiles(texts.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect())
}

fn main() {
    // `cargo bench` adds `--bench` to what it passes on
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let number = |at: usize, default: usize| args.get(at).and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let (services, n_files, n_edits, seed) = (number(0, 1000), number(1, 100), number(2, 20), number(3, 1));
    let (made, _) = platform::platform(services, n_files, seed);
    let mut texts: BTreeMap<String, String> = made.into_iter().map(|file| (file.name, file.text)).collect();
    let inputs = Inputs::default();
    let mut random = platform::Random::new(seed + 1);
    stage_ended("made");
    let start = Instant::now();
    let cold = analyze(&files(&texts), "platform.bvl", &inputs);
    println!("cold: {} findings in {:?}", cold.findings.len(), start.elapsed());
    drop(cold);
    stage_ended("cold");
    let mut analysis: Arc<Analysis> = Arc::new(analyze_again(&files(&texts), "platform.bvl", &inputs, None));
    stage_ended("first");
    let wide = [Kind::Defaults, Kind::Class];
    let narrow = Kind::NARROW.iter().cycle().take(n_edits);
    for kind in narrow.chain(&wide) {
        let changed = change::change(&mut texts, *kind, &mut random);
        let files = files(&texts);
        stage_ended("changed");
        let start = Instant::now();
        let next = analyze_again(&files, "platform.bvl", &inputs, Some(&analysis));
        println!(
            "{kind} in {}: {} findings in {:?}",
            changed.unwrap_or_default(),
            next.findings.len(),
            start.elapsed()
        );
        analysis = Arc::new(next);
        stage_ended(&kind.to_string());
    }
    std::process::exit(0);
}
