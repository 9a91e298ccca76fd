//! Runs the stages of a build up to one of them, so that what each costs can be counted as a difference:
//! `cargo bench --bench stages -- FOLDER STAGE`, with STAGE one of load, resolve, graph, check, emit, prove, format.
//!
//! `.ci/scale` counts instructions with it, which are the same on any machine, busy or not.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]

use std::path::PathBuf;

use bvlc::analyze::{Inputs, Stage, analyze_observed};
use bvlc::compile::compile_observed;
use bvlc::output::{Format, files};
use bvlc::source::files::matches_pattern;
use bvlc::source::{FileError, Files};

/// A folder without folders in it.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        std::fs::read(self.0.join(path)).map_err(|error| FileError::Other(error.to_string()))
    }

    fn list(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        let entries = std::fs::read_dir(&self.0).map_err(|error| FileError::Other(error.to_string()))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| matches_pattern(pattern, name)).collect();
        names.sort();
        Ok(names)
    }
}

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
    let proven = compile_observed(&checked, &mut |stage| {
        if stage.name() == last {
            println!("stopped after {last}");
            std::process::exit(0);
        }
    });
    let proven = match proven {
        Ok(proven) => proven,
        Err(disproof) => {
            println!("{disproof}");
            return;
        }
    };
    if let Ok(files) = files(&proven, Format::Yaml) {
        println!("{} files", files.len());
        std::process::exit(0);
    }
}
