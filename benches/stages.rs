//! Runs a build and says where each of its stages ends, so that what each costs can be counted:
//! `cargo bench --bench stages -- FOLDER`.
//!
//! `.ci/scale` counts instructions with it, which are the same on any machine, busy or not. Its counter writes down what it
//! has counted whenever [`stage_ended`] is called. Behind the build, what it wrote is read and judged as `bvlc verify` does
//! it, so that what verifying costs can be held against what writing did.
//!
//! With `--checks` it tells where each check ends in place of all that, and then what the checks cost after an edit of one
//! service's body: `changed` compares the two platforms, `again` judges what has changed, `told` puts all findings in order.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]

mod folder;

use std::collections::BTreeMap;

use bvlc::analyze::{Analysis, Inputs, Stage, analyze, analyze_observed};
use bvlc::check::changed::Changed;
use bvlc::check::findings::Judged;
use bvlc::check::{Context, Extent};
use bvlc::compile::compile;
use bvlc::output::{self, Format};
use bvlc::query::manifests::{self, Terms};
use bvlc::source::files::Overlay;
use bvlc::source::{Files, Provenance, SourceMap};

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
    if std::env::args().any(|arg| arg == "--checks") {
        return edited(&Folder(folder.into()));
    }
    let mut ended = |stage: Stage| {
        if !matches!(stage, Stage::One(_)) {
            stage_ended(stage.name());
        }
    };
    let analysis = analyze_observed(&Folder(folder.into()), "platform.bvl", &Inputs::default(), &mut ended);
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

/// Tells where each check ends, and what judging again takes after an edit.
fn edited(folder: &Folder) {
    let mut ended = |stage: Stage| stage_ended(stage.name());
    let before = analyze_observed(folder, "platform.bvl", &Inputs::default(), &mut ended);
    let Ok(names) = folder.list("services-*.bvl") else { return };
    let Some(name) = names.get(names.len() / 2) else { return };
    let text = folder.read(name).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    // as long as it was: no place behind it moves
    let texts = BTreeMap::from([(name.clone(), text.replacen("0m..", "1m..", 1))]);
    let after = analyze(&Overlay { below: folder, texts: &texts }, "platform.bvl", &Inputs::default());
    let (Some(earlier), Some(now)) = (context(&before), context(&after)) else { return };
    stage_ended("edited");
    let judged = Judged::cold(&earlier, Extent::Whole, None);
    stage_ended("cold");
    let changed = Changed::between((earlier.model, earlier.graph), (now.model, now.graph));
    stage_ended("changed");
    let again = Judged::again(&now, Extent::Whole, &judged, &changed);
    stage_ended("again");
    let told = again.sink().finish();
    stage_ended("told");
    println!("{} endpoints, {} neighbors, {} findings", changed.endpoints.len(), changed.neighbors.len(), told.len());
}

fn context(analysis: &Analysis) -> Option<Context<'_>> {
    Some(Context::new(analysis.model.as_ref()?, &analysis.graph, analysis.sources()))
}
