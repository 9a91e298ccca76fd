//! The library as the suite's compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bvlc::analyze::{Analysis, Inputs, Mode, ParamInput, analyze};
use bvlc::check::findings::Judged;
use bvlc::check::{Context, Extent};
use bvlc::compile::compile;
use bvlc::diagnostic::render::Shown;
use bvlc::diagnostic::render::terminal::{Look, render};
use bvlc::diagnostic::{Code, Diagnostic, Severity};
use bvlc::output::{Format, yaml};
use bvlc::query::fix::{Choice as Fixes, apply_one, fixed_point};
use bvlc::query::{manifests, reference};
use bvlc::source::files::MemoryFiles;
use bvlc::source::{Provenance, SourceMap, Span};
use bvlc::{check, registry, syntax};

use crate::compiler::{Choice, Compiler, Explained, Files, Found, Weight};
use crate::mending::{self, judged};

pub(crate) const ROOT: &str = "platform.bvl";

/// The compiler that the repository builds.
#[derive(Debug, Default)]
pub(crate) struct Library {
    /// The check that is switched off.
    off: Option<&'static Code>,
}

impl Library {
    fn examine(&self, files: &Files) -> Analysis {
        let analysis = analyze(&memory(files), ROOT, &Inputs { left_out: self.off, ..judged() });
        self.judges_alike(&analysis);
        analysis
    }

    /// Panics where endpoints that are judged by themselves have other findings than all of them in one go.
    fn judges_alike(&self, analysis: &Analysis) {
        let Some(model) = &analysis.model else { return };
        let cx = Context::new(model, &analysis.graph, analysis.sources());
        let extent = if analysis.project.unfound.file { Extent::Part } else { Extent::Whole };
        let one_by_one = Judged::cold(&cx, extent, self.off).sink().finish();
        assert_eq!(one_by_one, check::run(&cx, extent, self.off).finish());
    }
}

fn memory(files: &Files) -> MemoryFiles {
    MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

fn place(sources: &SourceMap, span: Span) -> (String, usize) {
    (sources.path(span).to_owned(), sources.position(span).line as usize)
}

fn found(sources: &SourceMap, finding: &Diagnostic) -> Option<Found> {
    let (primary, others) = finding.labels.split_first()?;
    let (path, line) = place(sources, primary.span);
    Some(Found {
        path,
        line,
        code: finding.code.id.to_owned(),
        title: finding.message.clone(),
        labels: others.iter().map(|label| place(sources, label.span)).collect(),
        weight: if finding.severity == Severity::Hint { Weight::Hint } else { Weight::Counted },
    })
}

/// `--set NAME=VALUE` and `--env NAME`, as a case's `args` give them.
fn inputs(arguments: &[String]) -> Result<Inputs, String> {
    let mut inputs = Inputs { mode: Mode::Build, ..Inputs::default() };
    let mut arguments = arguments.iter();
    while let Some(flag) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{flag} wants a value"))?;
        match flag.as_str() {
            "--env" => inputs.environments.push(value.clone()),
            "--set" => {
                let (name, value) = value.split_once('=').ok_or_else(|| format!("--set {value} has no `=`"))?;
                let (environment, name) = match name.split_once('.') {
                    Some((environment, name)) => (Some(environment.to_owned()), name),
                    None => (None, name),
                };
                let given_by = "--set".to_owned();
                inputs.params.push(ParamInput {
                    environment,
                    name: name.to_owned(),
                    value: value.to_owned(),
                    given_by,
                });
            }
            _ => return Err(format!("the suite knows `--set` and `--env`, not `{flag}`")),
        }
    }
    Ok(inputs)
}

impl Compiler for Library {
    fn checks(&self) -> Vec<String> {
        check::all().map(|check| check.code.id.to_owned()).collect()
    }

    fn without(&self, code: &str) -> Option<Arc<dyn Compiler>> {
        let check = check::all().find(|check| check.code.id == code)?;
        Some(Arc::new(Self { off: Some(check.code) }))
    }

    fn diagnose(&self, files: &Files) -> Vec<Found> {
        let analysis = self.examine(files);
        analysis.findings.iter().filter_map(|finding| found(analysis.sources(), finding)).collect()
    }

    fn verify(&self, files: &Files) -> Vec<Found> {
        let mut sources = SourceMap::default();
        let ids: Vec<_> = files.iter().map(|(path, text)| sources.add(path, text.as_str(), Provenance::User)).collect();
        let read = manifests::read(&sources, &ids);
        let verified = manifests::verify(&read, &manifests::Terms::default());
        verified.findings.iter().filter_map(|finding| found(&sources, finding)).collect()
    }

    fn helps(&self, files: &Files) -> Vec<(String, String)> {
        let analysis = self.examine(files);
        let counted = analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint);
        counted.map(|finding| (finding.code.id.to_owned(), finding.help.clone().unwrap_or_default())).collect()
    }

    fn render(&self, files: &Files) -> String {
        let analysis = self.examine(files);
        let shown = Shown { sources: analysis.sources(), prefix: "" };
        let look = Look { width: 100, ..Look::default() };
        let counted = analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint);
        counted.map(|finding| render(finding, shown, &look)).collect::<Vec<_>>().join("\n")
    }

    fn show(&self, files: &Files, code: &str) -> String {
        let analysis = self.examine(files);
        let shown = Shown { sources: analysis.sources(), prefix: "" };
        let look = Look { width: 100, ..Look::default() };
        let own = analysis.findings.iter().filter(|finding| finding.code.id == code);
        own.map(|finding| render(finding, shown, &look)).collect::<Vec<_>>().join("\n")
    }

    fn show_manifests(&self, files: &Files, code: &str) -> String {
        let mut sources = SourceMap::default();
        let ids: Vec<_> = files.iter().map(|(path, text)| sources.add(path, text.as_str(), Provenance::User)).collect();
        let read = manifests::read(&sources, &ids);
        let verified = manifests::verify(&read, &manifests::Terms::default());
        let shown = Shown { sources: &sources, prefix: "" };
        let look = Look { width: 100, ..Look::default() };
        let own = verified.findings.iter().filter(|finding| finding.code.id == code);
        own.map(|finding| render(finding, shown, &look)).collect::<Vec<_>>().join("\n")
    }

    fn reference(&self, shown: &BTreeMap<String, Vec<String>>) -> Files {
        let mut pages =
            vec![reference::index(), reference::rules::page(), bvlc::cli::reference::page(), bvlc::lsp::page()];
        pages.extend(reference::words::pages());
        pages.extend(reference::modules::pages());
        pages.extend(reference::errors::pages(&|code| shown.get(code.id).cloned().unwrap_or_default()));
        pages.into_iter().map(|page| (page.path, page.text)).collect()
    }

    fn build(&self, files: &Files, arguments: &[String]) -> Result<Files, String> {
        let analysis = analyze(&memory(files), ROOT, &inputs(arguments)?);
        let Some(checked) = analysis.checked() else {
            let titles = analysis.findings.iter().map(|finding| format!("{}: {}", finding.code.id, finding.message));
            return Err(titles.collect::<Vec<_>>().join("\n"));
        };
        let mut output = Files::new();
        let compilation = compile(&checked);
        for environment in compilation.environments() {
            for (name, values) in &environment.values {
                output.insert(format!("{}/values/{name}.yaml", environment.folder), yaml::text(values)?);
            }
            let folder = environment.folder.clone();
            for batch in bvlc::output::files(&folder, environment, Format::Yaml) {
                for file in batch.map_err(|error| error.to_string())? {
                    output.insert(file.path, String::from_utf8(file.bytes).map_err(|error| error.to_string())?);
                }
            }
        }
        compilation.prove().map_err(|disproof| disproof.to_string())?;
        Ok(output)
    }

    fn builds_accepted(&self, files: &Files) -> Result<bool, String> {
        let counted = |analysis: &Analysis| {
            let findings = analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint);
            findings.map(|finding| (finding.code.id, finding.subjects.first().cloned())).collect::<BTreeSet<_>>()
        };
        let mut files = files.clone();
        // what is accepted may have hidden something else
        for _ in 0..4 {
            let analysis = analyze(&memory(&files), ROOT, &Inputs { mode: Mode::Build, ..judged() });
            if let Some(checked) = analysis.checked() {
                let proof = compile(&checked).prove();
                return proof.map(|_| true).map_err(|disproof| disproof.to_string());
            }
            for (code, subject) in counted(&analysis) {
                let Some(subject) = subject else { return Ok(false) };
                let waiver = format!("\nwaive {code} on {subject} because \"it is known\"\n");
                files.entry(ROOT.to_owned()).or_default().push_str(&waiver);
            }
        }
        Ok(false)
    }

    fn format(&self, text: &str) -> Option<String> {
        let mut sources = SourceMap::default();
        let file = sources.add(ROOT, text, Provenance::User);
        syntax::format(&syntax::parse(file, &text.into()))
    }

    fn fix(&self, files: &Files, choice: Choice) -> Option<Files> {
        let mut fixed = files.clone();
        match choice {
            Choice::Safe => {
                let result = fixed_point(&memory(files), ROOT, &judged(), Fixes::Safe);
                (result.n_applied > 0).then_some(())?;
                fixed.extend(result.texts);
            }
            Choice::Nth(number) => {
                let analysis = self.examine(files);
                // a hint may stand at the same place; it is not what the page is about unless it is all there is
                let counted = analysis.findings.iter().find(|finding| finding.severity != Severity::Hint);
                let with_fixes = || analysis.findings.iter().find(|finding| !finding.fixes.is_empty());
                let fix = counted.or_else(with_fixes)?.fixes.get(number.checked_sub(1)?)?;
                fixed.extend(apply_one(analysis.sources(), fix)?);
            }
        }
        Some(fixed)
    }

    fn mend_all(&self, files: &Files) -> Vec<String> {
        mending::all(&memory(files))
    }

    fn mend_each(&self, files: &Files) -> Vec<(String, String)> {
        mending::each(&memory(files))
    }

    fn words(&self) -> serde_json::Map<String, serde_json::Value> {
        crate::vocabulary::table()
    }

    fn codes(&self) -> Vec<Explained> {
        let explained = registry::codes().map(|code| Explained {
            code: code.id.to_owned(),
            slug: code.slug.to_owned(),
            page: code.explanation.to_owned(),
        });
        explained.collect()
    }
}
