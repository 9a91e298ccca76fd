//! The fixtures of upstream's pod security admission: each file is a pod that its folder says passes or fails.
//!
//! Run by `.ci/run` as `cargo test --test conformance -- FOLDER`; it fails where the folder is missing or empty.
#![expect(clippy::disallowed_methods, reason = "reads the fixtures")]
#![expect(clippy::print_stdout, reason = "says what was compared")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bvlc::manifest;
use bvlc::source::{Provenance, SourceMap};
use bvlc::verify::pod::PodView;
use bvlc::verify::pod_security::{Level, PolicyVersion, violations};

fn main() -> ExitCode {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let Some(folder) = folder else {
        println!("the folder of the fixtures is missing: cargo test --test conformance -- FOLDER");
        return ExitCode::FAILURE;
    };
    match compare(&folder) {
        Ok((0, _)) => {
            println!("there is no fixture in {}", folder.display());
            ExitCode::FAILURE
        }
        Ok((n_compared, wrong)) => {
            for line in &wrong {
                println!("{line}");
            }
            println!("pod security: {n_compared} fixtures, {} disagreements", wrong.len());
            if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(fault) => {
            println!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn compare(folder: &Path) -> Result<(usize, Vec<String>), String> {
    let mut wrong = Vec::new();
    let mut n_compared = 0;
    for (name, level) in [("baseline", Level::Baseline), ("restricted", Level::Restricted)] {
        for version in names(&folder.join(name))? {
            let minor: u32 = version
                .strip_prefix("v1.")
                .and_then(|minor| minor.parse().ok())
                .ok_or_else(|| format!("{name}/{version} is no version"))?;
            for verdict in ["pass", "fail"] {
                let verdicts = folder.join(name).join(&version).join(verdict);
                for file in names(&verdicts)? {
                    n_compared += 1;
                    let path = verdicts.join(&file);
                    let refused = refused(&path, level, PolicyVersion(minor))?;
                    if refused.is_empty() != (verdict == "pass") {
                        wrong.push(format!("{}: should {verdict}, refused are {refused:?}", path.display()));
                    }
                }
            }
        }
    }
    Ok((n_compared, wrong))
}

fn names(folder: &Path) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The checks and fields that are refused of the one pod of a file.
fn refused(path: &Path, level: Level, version: PolicyVersion) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = SourceMap::default().add(path.to_string_lossy(), text.as_str(), Provenance::User);
    let stream = manifest::read(file, &text);
    let [manifest] = stream.manifests.as_slice() else {
        return Err(format!("{}: {} pods are read", path.display(), stream.manifests.len()));
    };
    let template = manifest.object.template().ok_or_else(|| format!("{}: no pod", path.display()))?;
    let found = violations(&PodView::new(template), level, version);
    Ok(found.iter().map(|violation| format!("{} {}", violation.check, violation.path)).collect())
}
