//! Runs the stages of a build up to one of them, so that what each costs can be counted as a difference:
//! `cargo bench --bench stages -- FOLDER STAGE`, with STAGE one of load, resolve, graph, check, emit, format.
//!
//! `.ci/scale` counts instructions with it, which are the same on any machine, busy or not.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]

mod folder;

use bvlc::analyze::{Inputs, Stage, analyze_observed};
use bvlc::compile::compile;
use bvlc::output::{self, Format};

use folder::Folder;

fn main() {
    // `cargo bench` adds `--bench` to what it passes on
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let (Some(folder), Some(last)) = (args.first(), args.get(1)) else {
        println!("usage: cargo bench --bench stages -- FOLDER load|resolve|graph|check|emit|prove|format");
        return;
    };
    let stop = |stage: Stage| {
        if stage.name() == last {
            println!("stopped after {last}");
            std::process::exit(0);
        }
    };
    let analysis =
        analyze_observed(&Folder(folder.into()), "platform.bvl", &Inputs::default(), &mut |stage| stop(stage));
    let Some(checked) = analysis.checked() else {
        println!("{} findings", analysis.findings.len());
        return;
    };
    let (mut objects, mut files) = (0, 0);
    let compilation = compile(&checked);
    for environment in compilation.environments() {
        let folder = environment.folder.clone();
        let batches = environment.inspect(|batch| objects += batch.len());
        if last == "format" {
            let batches = output::files(&folder, batches, Format::Yaml);
            files += batches.filter_map(Result::ok).map(|batch| batch.len()).sum::<usize>();
        } else {
            batches.for_each(drop);
        }
    }
    if last != "emit"
        && let Err(disproof) = compilation.prove()
    {
        println!("{disproof}");
        return;
    }
    println!("{objects} objects, {files} files");
    std::process::exit(0);
}
