//! What the suite asks of a compiler: the only contact with the library.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Texts by path, relative to the platform's folder.
pub(crate) type Files = BTreeMap<String, String>;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// An error or a warning: a failure where no annotation claims it.
    Counted,
    /// A hint: may be claimed, need not be.
    Hint,
}

/// One diagnostic, as far as annotations speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The file of its primary label.
    pub(crate) path: String,
    /// The line of its primary label, counted from 1.
    pub(crate) line: usize,
    /// `BVL0701`
    pub(crate) code: String,
    /// The whole title.
    pub(crate) title: String,
    /// File and line of every other label.
    pub(crate) labels: Vec<(String, usize)>,
    /// Whether it counts.
    pub(crate) weight: Weight,
}

/// Which fixes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// All that need no asking.
    Safe,
    /// The first diagnostic's fix of this number, counted from 1.
    Nth(usize),
}

/// A code and the page that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Explained {
    /// `BVL0701`
    pub(crate) code: String,
    /// `shutdown-exceeds-grace`
    pub(crate) slug: String,
    /// Markdown with fences.
    pub(crate) page: String,
}

/// The compiler.
pub(crate) trait Compiler: Send + Sync {
    /// All diagnostics of a platform whose root is `platform.bvl`.
    fn diagnose(&self, files: &Files) -> Vec<Found>;

    /// All findings about manifests of others, which are judged as the objects of one cluster.
    fn verify(&self, files: &Files) -> Vec<Found>;

    /// The code and the help of each error and warning.
    fn helps(&self, files: &Files) -> Vec<(String, String)>;

    /// The diagnostics of a platform as a terminal without color shows them.
    fn render(&self, files: &Files) -> String;

    /// The manifests by path below the output folder. `arguments` are those of the command line.
    ///
    /// # Errors
    /// What kept it from building, in words.
    fn build(&self, files: &Files, arguments: &[String]) -> Result<Files, String>;

    /// Whether a platform builds once each of its findings is accepted that can be.
    ///
    /// # Errors
    /// What the proof says, where what the check lets pass is not what it should be.
    fn builds_accepted(&self, files: &Files) -> Result<bool, String>;

    /// The text as the formatter writes it; `None` where it cannot be read.
    fn format(&self, text: &str) -> Option<String>;

    /// The files after fixing; `None` where there is no such fix.
    fn fix(&self, files: &Files, choice: Choice) -> Option<Files>;

    /// What goes wrong when all fixes are applied to a fixed point: those that need no asking, then of every finding one.
    fn mend_all(&self, files: &Files) -> Vec<String>;

    /// What goes wrong when each fix of each finding is applied by itself, with the code of that finding.
    fn mend_each(&self, files: &Files) -> Vec<(String, String)>;

    /// The findings of one code, hints too, as a terminal without color shows them.
    fn show(&self, files: &Files, code: &str) -> String;

    /// The findings of one code about manifests of others, as a terminal without color shows them.
    fn show_manifests(&self, files: &Files, code: &str) -> String;

    /// The generated pages by path; `shown` gives what the terminal shows of a code's bad examples.
    fn reference(&self, shown: &BTreeMap<String, Vec<String>>) -> Files;

    /// The words of the language as editors want them: `editors/words.json` without what follows from the grammar.
    fn words(&self) -> serde_json::Map<String, serde_json::Value>;

    /// Every code.
    fn codes(&self) -> Vec<Explained>;

    /// The numbers of the codes that can be switched off: those of checks.
    fn checks(&self) -> Vec<String>;

    /// The same compiler with one check switched off.
    fn without(&self, code: &str) -> Option<Arc<dyn Compiler>>;
}
