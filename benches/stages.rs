//! Runs a build and says where each of its stages ends, so that what each costs can be counted:
//! `cargo bench --bench stages -- FOLDER`.
//!
//! `.ci/scale` counts instructions with it, which are the same on any machine, busy or not. Its counter writes down what it
//! has counted whenever [`stage_ended`] is called. Behind the build, what it wrote is read and judged as `bvlc verify` does
//! it, so that what verifying costs can be held against what writing did. With `--checks` it tells where each check ends in place
//! of all that.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]

mod folder;

use bvlc::analyze::{Inputs, Stage, analyze_observed};
use bvlc::compile::compile;
use bvlc::output::{self, Format};
use bvlc::query::manifests::{self, Terms};
use bvlc::source::{Provenance, SourceMap};

use folder::Folder;

/// Says that all instructions since the stage before belong to this one. The counter knows this function by its name.
#[inline(never)]
fn stage_ended(name: &str) {
    println!("{name}");
}

fn main() {
    // `cargo bench` adds `--bench` to what it passes on
    let Some(folder) = std::env::args().skip(1).find(|arg| !arg.starts_with("--")) else {
        println!("usage: cargo bench --bench stages -- FOLDER");
        return;
    };
    let is_each = std::env::args().any(|arg| arg == "--checks");
    let mut ended = |stage: Stage| {
        if is_each || !matches!(stage, Stage::One(_)) {
            stage_ended(stage.name());
        }
    };
    let analysis = analyze_observed(&Folder(folder.into()), "platform.bvl", &Inputs::default(), &mut ended);
    if is_each {
        return;
    }
    let Some(checked) = analysis.checked() else {
        println!("{} findings", analysis.findings.len());
        std::process::exit(1);
    };
    let compilation = compile(&checked);
    let mut sources = SourceMap::default();
    let mut written = Vec::new();
    for environment in compilation.environments() {
        let folder = environment.folder.clone();
        let batches: Vec<_> = environment.collect();
        stage_ended("emit");
        let files: Vec<_> = output::files(&folder, batches, Format::Yaml).filter_map(Result::ok).flatten().collect();
        stage_ended("format");
        for file in files {
            if let Ok(text) = String::from_utf8(file.bytes) {
                written.push(sources.add(file.path, text, Provenance::User));
            }
        }
        stage_ended("kept");
    }
    if let Err(disproof) = compilation.prove() {
        println!("{disproof}");
        std::process::exit(1);
    }
    stage_ended("prove");
    let objects = manifests::read(&sources, &written);
    stage_ended("read");
    let verified = manifests::verify(&objects, &Terms::default());
    stage_ended("verify");
    std::hint::black_box(verified.findings.len());
    std::process::exit(0);
}
