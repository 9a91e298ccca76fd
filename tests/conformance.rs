//! The fixtures of upstream's pod security admission: each file is a pod that its folder says passes or fails. And the schemas of
//! custom resources beside them: every field that upstream has is known.
//!
//! Run by `.ci/run` as `cargo test --test conformance -- FOLDER`; it fails where the folder is missing or empty.
#![expect(clippy::disallowed_methods, reason = "reads the fixtures")]
#![expect(clippy::print_stdout, reason = "says what was compared")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bvlc::manifest::{self, Entry, Node, Value};
use bvlc::source::{Provenance, SourceMap};
use bvlc::verify::pod::PodView;
use bvlc::verify::pod_security::{Level, PolicyVersion, violations};

fn main() -> ExitCode {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let Some(folder) = folder else {
        println!("the folder of the fixtures is missing: cargo test --test conformance -- FOLDER");
        return ExitCode::FAILURE;
    };
    match compare(&folder).and_then(|(n_compared, mut wrong)| {
        let schemas = folder.parent().unwrap_or(&folder).join("crds");
        wrong.extend(SCHEMAS.iter().map(|name| strays(&schemas.join(name))).collect::<Result<Vec<_>, _>>()?.concat());
        Ok((n_compared, wrong))
    }) {
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

/// The schemas of the custom resources that are judged.
const SCHEMAS: [&str; 2] = ["keda.sh_scaledobjects.yaml", "policy.networking.k8s.io_clusternetworkpolicies.yaml"];

/// What is found wrong with an object that has every field of a schema.
fn strays(path: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = SourceMap::default().add(path.to_string_lossy(), text.as_str(), Provenance::User);
    let stream = manifest::read(file, &text);
    let mut wrong = Vec::new();
    for definition in &stream.untyped {
        let spec = definition.get("spec").ok_or("a definition without a spec")?;
        let text = |node: Option<&Node>| node.and_then(Node::text).unwrap_or_default().to_owned();
        let kind = text(spec.get("names").and_then(|names| names.get("kind")));
        let Some(Value::List(versions)) = spec.get("versions").map(|versions| &versions.value) else { continue };
        for version in versions {
            let api_version = format!("{}/{}", text(spec.get("group")), text(version.get("name")));
            let schema = version.get("schema").and_then(|schema| schema.get("openAPIV3Schema"));
            let fields =
                schema.and_then(|schema| schema.get("properties")?.get("spec")).map(sample).unwrap_or_default();
            let object = format!(
                r#"{{"apiVersion": "{api_version}", "kind": "{kind}", "metadata": {{"name": "x"}}, "spec": {fields}}}"#
            );
            let stream = manifest::read(file, &object);
            let found = stream.sink.iter().map(|found| format!("{api_version} {kind}: {}", found.message));
            wrong.extend(found);
            if stream.manifests.len() != 1 {
                wrong.push(format!("{api_version} {kind} is not judged"));
            }
        }
    }
    Ok(wrong)
}

/// A value that has every field of a schema, as JSON.
fn sample(schema: &Node) -> String {
    if let Some(Value::List(choices)) = schema.get("enum").map(|choices| &choices.value) {
        return format!("\"{}\"", choices.iter().find_map(Node::text).unwrap_or_default());
    }
    match schema.get("type").and_then(Node::text) {
        Some("array") => format!("[{}]", schema.get("items").map(sample).unwrap_or_default()),
        Some("object") => {
            let Some(Value::Map(fields)) = schema.get("properties").map(|fields| &fields.value) else {
                return "{}".to_owned();
            };
            // the schema of this one does not say its choices
            let value = |field: &Entry| match &*field.key {
                "metricType" => "\"Value\"".to_owned(),
                _ => sample(&field.value),
            };
            let fields = fields.iter().map(|field| format!("\"{}\": {}", field.key, value(field)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Some("boolean") => "true".to_owned(),
        Some("integer") => "1".to_owned(),
        _ => "\"1\"".to_owned(),
    }
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
    if let Some(found) = stream.sink.iter().next() {
        return Err(format!("{}: {}", path.display(), found.message));
    }
    let [manifest] = stream.manifests.as_slice() else {
        return Err(format!("{}: {} pods are read", path.display(), stream.manifests.len()));
    };
    let template = manifest.object.template().ok_or_else(|| format!("{}: no pod", path.display()))?;
    let found = violations(&PodView::new(template), level, version);
    Ok(found.iter().map(|violation| format!("{} {}", violation.check, violation.path)).collect())
}
