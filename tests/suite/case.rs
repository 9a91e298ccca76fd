//! One thing to try, and what every kind of trial needs to find its own.

use std::path::PathBuf;
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};

use crate::compiler::Compiler;

/// How a trial ended: a failure tells the reader what to do.
pub(crate) type Outcome = Result<(), String>;

/// Where the data is and what judges it.
#[derive(Clone)]
pub(crate) struct Setup {
    /// The repository, or a folder that looks like one.
    pub(crate) root: PathBuf,
    /// Where trials may write.
    pub(crate) scratch: PathBuf,
    /// The binary that transcripts call `bvlc`.
    pub(crate) binary: PathBuf,
    /// Whether expectations are rewritten to what is.
    pub(crate) bless: bool,
    /// The compiler.
    pub(crate) compiler: Arc<dyn Compiler>,
}

/// A named trial.
pub(crate) struct Case {
    /// The path of its data, so that a filter on the command line finds it.
    pub(crate) name: String,
    run: Box<dyn FnOnce() -> Outcome + Send>,
    is_left_out: bool,
}

impl Case {
    /// A trial.
    pub(crate) fn new(name: impl Into<String>, run: impl FnOnce() -> Outcome + Send + 'static) -> Self {
        Self { name: name.into(), run: Box::new(run), is_left_out: false }
    }

    /// The same trial, shown as ignored: a tool that it needs is not there.
    pub(crate) fn left_out(self) -> Self {
        Self { is_left_out: true, ..self }
    }

    /// Tries it.
    pub(crate) fn run(self) -> Outcome {
        (self.run)()
    }

    /// For the runner.
    pub(crate) fn into_trial(self) -> Trial {
        Trial::test(self.name, move || (self.run)().map_err(|text| Failed::from(format!("{text}\n"))))
            .with_ignored_flag(self.is_left_out)
    }
}

/// Joins what went wrong; nothing wrong is success.
pub(crate) fn outcome(wrong: &[String]) -> Outcome {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n\n")) }
}
