//! Platforms to build: the examples, and ones that a test writes.

use std::path::Path;

use bvlc::analyze::{Analysis, Inputs, Mode, ParamInput, analyze};
use bvlc::compile::{Manifests, Proven, compile};
use bvlc::model::EnvironmentId;
use bvlc::object::Object;
use bvlc::source::files::MemoryFiles;

/// Objects by environment, in whole, so that tests can break them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Built {
    pub(crate) environments: Vec<Emitted>,
}

/// Objects of one environment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Emitted {
    pub(crate) environment: EnvironmentId,
    pub(crate) objects: Vec<Object>,
}

impl Built {
    /// As the proof reads them.
    pub(crate) fn seen(&self) -> Manifests {
        let mut manifests = Manifests::default();
        for Emitted { environment, objects } in &self.environments {
            manifests.begin(*environment);
            manifests.see(*environment, objects);
        }
        manifests
    }
}

/// The examples, by name.
pub(crate) const EXAMPLES: [&str; 4] = ["hello", "bitvault", "shop", "observed"];

/// An example, analyzed as its `args` say.
pub(crate) fn example(name: &str) -> Analysis {
    let (files, args) = sources_of(name);
    let files = MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let analysis = analyze(&files, "platform.bvl", &inputs(&args));
    assert!(analysis.checked().is_some(), "{name} has findings");
    analysis
}

/// The files of an example, and its `args`.
pub(crate) fn sources_of(name: &str) -> (Vec<(String, String)>, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let mut files = Vec::new();
    collect(&folder, "", &mut files);
    let args = files.iter().find(|(path, _)| path == "args").map(|(_, text)| text.clone()).unwrap_or_default();
    files.retain(|(path, _)| Path::new(path).extension().is_some_and(|ending| ending == "bvl"));
    (files, args)
}

/// A platform of one file, analyzed for a build of all fixed environments.
pub(crate) fn platform(text: &str) -> Analysis {
    let files = MemoryFiles::new([("platform.bvl", text)]);
    let analysis = analyze(&files, "platform.bvl", &Inputs { mode: Mode::Build, ..Inputs::default() });
    assert!(analysis.checked().is_some(), "{:#?}", analysis.findings);
    analysis
}

/// What a platform emits, in whole.
pub(crate) fn manifests(analysis: &Analysis) -> Built {
    let compilation = compile(&analysis.checked().unwrap());
    let environments = compilation.environments();
    let environments = environments.map(|emitted| {
        let environment = emitted.environment;
        Emitted { environment, objects: emitted.flatten().collect() }
    });
    Built { environments: environments.collect() }
}

/// The proof of a platform.
pub(crate) fn proven(analysis: &Analysis) -> Proven {
    let compilation = compile(&analysis.checked().unwrap());
    compilation.environments().flatten().for_each(drop);
    compilation.prove().unwrap_or_else(|disproof| panic!("{disproof}"))
}

#[expect(clippy::disallowed_methods, reason = "examples are files")]
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if name != "expected" {
                collect(&entry.path(), &format!("{path}/"), files);
            }
        } else {
            files.push((path, std::fs::read_to_string(entry.path()).unwrap()));
        }
    }
    files.sort();
}

/// `--set NAME=VALUE` and `--env NAME`, one value a word; `'` around what has parentheses.
pub(crate) fn inputs(args: &str) -> Inputs {
    let mut inputs = Inputs { mode: Mode::Build, ..Inputs::default() };
    let lines = args.lines().filter(|line| !line.starts_with('#'));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).map(|word| word.trim_matches('\'')).collect();
    for pair in words.chunks(2) {
        match pair {
            ["--env", environment] => inputs.environments.push((*environment).to_owned()),
            ["--set", given] => {
                let (name, value) = given.split_once('=').unwrap();
                inputs.params.push(ParamInput {
                    environment: None,
                    name: name.to_owned(),
                    value: value.to_owned(),
                    given_by: "--set".to_owned(),
                });
            }
            other => panic!("{other:?}"),
        }
    }
    inputs
}
