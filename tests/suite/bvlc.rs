//! The compiler of this repository.

use ::bvlc::analyze::{Analysis, Inputs, Mode, ParamInput, analyze};
use ::bvlc::compile::compile;
use ::bvlc::diagnostic::render::{Shown, terminal};
use ::bvlc::diagnostic::{Diagnostic, Severity};
use ::bvlc::output::{self, EnvironmentOutput, Format, yaml};
use ::bvlc::query::fix;
use ::bvlc::registry;
use ::bvlc::source::files::MemoryFiles;
use ::bvlc::source::{Provenance, SourceMap};
use ::bvlc::syntax;

use crate::compiler::{Choice, Compiler, Explained, Files, Found, Weight};

const ROOT: &str = "platform.bvl";

/// The compiler of this repository.
#[derive(Debug)]
pub(crate) struct Bvlc;

fn memory(files: &Files) -> MemoryFiles {
    MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

fn checked(files: &Files) -> Analysis {
    analyze(&memory(files), ROOT, &Inputs::default())
}

/// The inputs of `--set` and `--env`.
fn inputs(arguments: &[String]) -> Result<Inputs, String> {
    let mut inputs = Inputs { mode: Mode::Build, ..Inputs::default() };
    for pair in arguments.chunks(2) {
        match pair {
            [flag, value] if flag == "--env" => inputs.environments.push(value.clone()),
            [flag, value] if flag == "--set" => {
                let (name, value) = value.split_once('=').ok_or(format!("`{value}` is not NAME=VALUE"))?;
                let (environment, name) = match name.split_once('.') {
                    Some((environment, name)) => (Some(environment.to_owned()), name),
                    None => (None, name),
                };
                let (name, value) = (name.to_owned(), value.to_owned());
                inputs.params.push(ParamInput { environment, name, value, given_by: flag.clone() });
            }
            other => return Err(format!("`args` knows `--set` and `--env`, not {other:?}")),
        }
    }
    Ok(inputs)
}

fn found(diagnostic: &Diagnostic, sources: &SourceMap) -> Found {
    let place = |span| (sources.path(span).to_owned(), sources.position(span).line as usize);
    let mut labels = diagnostic.labels.iter().map(|label| place(label.span));
    let (path, line) = labels.next().unwrap_or_default();
    Found {
        path,
        line,
        code: diagnostic.code.id.to_owned(),
        title: diagnostic.message.clone(),
        labels: labels.collect(),
        weight: if diagnostic.severity == Severity::Hint { Weight::Hint } else { Weight::Counted },
    }
}

fn render(analysis: &Analysis) -> String {
    let shown = Shown { sources: analysis.sources(), prefix: "" };
    let look = terminal::Look { width: 100, ..terminal::Look::default() };
    let counted = analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint);
    let reports: Vec<String> = counted.map(|finding| terminal::render(finding, shown, &look)).collect();
    reports.join("\n")
}

impl Compiler for Bvlc {
    fn diagnose(&self, files: &Files) -> Vec<Found> {
        let analysis = checked(files);
        analysis.findings.iter().map(|finding| found(finding, analysis.sources())).collect()
    }

    fn render(&self, files: &Files) -> String {
        render(&checked(files))
    }

    fn build(&self, files: &Files, arguments: &[String]) -> Result<Files, String> {
        let analysis = analyze(&memory(files), ROOT, &inputs(arguments)?);
        let checked = analysis.checked().ok_or_else(|| render(&analysis))?;
        let manifests = compile(&checked);
        let mut built = Files::new();
        let environments = manifests.environments.iter();
        let outputs: Vec<EnvironmentOutput<'_>> = environments
            .map(|environment| EnvironmentOutput { folder: &environment.folder, objects: &environment.objects })
            .collect();
        for file in output::files(&outputs, Format::Yaml).map_err(|error| error.to_string())? {
            built.insert(file.path, String::from_utf8(file.bytes).map_err(|error| error.to_string())?);
        }
        for environment in &manifests.environments {
            for (name, values) in &environment.values {
                built.insert(format!("{}/values/{name}.yaml", environment.folder), yaml::text(values)?);
            }
        }
        Ok(built)
    }

    fn format(&self, text: &str) -> Option<String> {
        let mut sources = SourceMap::default();
        let file = sources.add(ROOT, text, Provenance::User);
        syntax::format(&syntax::parse(file, &text.into()))
    }

    fn fix(&self, files: &Files, choice: Choice) -> Option<Files> {
        let texts = match choice {
            Choice::Safe => fix::fixed_point(&memory(files), ROOT, &Inputs::default(), fix::Choice::Safe).texts,
            Choice::Nth(number) => {
                let analysis = checked(files);
                let fixes = &analysis.findings.first()?.fixes;
                fix::apply_one(analysis.sources(), fixes.get(number.checked_sub(1)?)?)?
            }
        };
        let mut files = files.clone();
        files.extend(texts);
        Some(files)
    }

    fn codes(&self) -> Vec<Explained> {
        let codes = registry::codes();
        codes
            .map(|code| Explained {
                code: code.id.to_owned(),
                slug: code.slug.to_owned(),
                page: code.explanation.lines().map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect(),
            })
            .collect()
    }
}
