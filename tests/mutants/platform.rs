//! An example as texts, and what the compiler says of one: its findings, or all that it emits.
#![expect(clippy::disallowed_methods, reason = "examples are read from disk")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bvlc::analyze::{Analysis, Inputs, analyze};
use bvlc::diagnostic::Severity;
use bvlc::emit::emit;
use bvlc::object::Object;
use bvlc::output::yaml;
use bvlc::source::files::MemoryFiles;

/// Texts by path.
pub(crate) type Texts = BTreeMap<String, String>;

/// What is emitted: objects by environment, kind and name, values of charts by environment and name.
#[derive(Debug, PartialEq)]
pub(crate) struct Output {
    pub(crate) objects: BTreeMap<String, Object>,
    pub(crate) values: BTreeMap<String, String>,
}

/// What the compiler says.
#[derive(Debug)]
pub(crate) enum Said {
    /// The codes of its errors and warnings, each once.
    Findings(Vec<&'static str>),
    /// Nothing; and what it emits.
    Output(Output),
}

/// The examples by name.
pub(crate) fn examples() -> BTreeMap<String, Texts> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut texts = Texts::new();
        read(&path, "", &mut texts);
        found.insert(path.file_name().unwrap().to_string_lossy().into_owned(), texts);
    }
    found
}

fn read(folder: &Path, prefix: &str, texts: &mut Texts) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            read(&path, &format!("{name}/"), texts);
        } else if path.extension().is_some_and(|extension| extension == "bvl") {
            texts.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// What the compiler says of a platform.
pub(crate) fn ask(texts: &Texts) -> Said {
    let files = MemoryFiles::new(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let analysis = analyze(&files, "platform.bvl", &Inputs::default());
    let counted = analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint);
    let mut codes: Vec<&str> = counted.map(|finding| finding.code.id).collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() { Said::Output(output(&analysis)) } else { Said::Findings(codes) }
}

/// What is emitted for every environment, those with params as their examples say.
fn output(analysis: &Analysis) -> Output {
    let mut output = Output { objects: BTreeMap::new(), values: BTreeMap::new() };
    let model = analysis.model.as_ref().unwrap();
    for environment in &model.environments {
        let emitted = emit(model, &analysis.graph, analysis.sources(), environment.id).unwrap();
        let folder = emitted.folder;
        for (name, values) in &emitted.values {
            output.values.insert(format!("{folder} values {name}"), yaml::text(values).unwrap());
        }
        for object in emitted.objects.flatten() {
            output.objects.insert(format!("{folder} {:?} {}", object.kind(), object.name()), object);
        }
    }
    output
}
