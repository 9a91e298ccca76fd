//! The codes by which faults are known, and the macro that declares one beside the place that raises it.
//!
//! Invariants: a code is never reused; its explanation is the text of `bvlc explain`, of the error index and of SARIF's
//! help, and the fences in it are run as tests (see `tests/README.md`).

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Legal and common, could be better. Shown with `--verbose` and in editors, never counted.
    Hint,
    /// Will work, but most likely not as meant.
    Warning,
    /// Refused: nothing is written.
    Error,
}

impl Severity {
    /// `error`, `warning`, `hint`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One kind of fault: its number, its name and its explanation.
#[derive(Debug)]
pub struct Code {
    /// `BVL0701`
    pub id: &'static str,
    /// A name that reads well after `waive`: `shutdown-exceeds-grace`.
    pub slug: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// The version of bvlc that first reported it.
    pub since: &'static str,
    /// Markdown: what it means, why it matters, how to mend it, source; with fences that are run.
    pub explanation: &'static str,
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

/// Declares a [`Code`]: documentation, identifier, slug, severity and version.
///
/// ```text
/// code! {
///     /// ## What it means
///     /// ...
///     BVL0101, "unexpected-text", Error, since "0.1.0"
/// }
/// ```
#[macro_export]
macro_rules! code {
    ($(#[doc = $doc:literal])+ $id:ident, $slug:literal, $severity:ident, since $since:literal) => {
        #[doc = concat!("`", stringify!($id), "` ", $slug)]
        pub static $id: $crate::diagnostic::Code = $crate::diagnostic::Code {
            id: stringify!($id),
            slug: $slug,
            severity: $crate::diagnostic::Severity::$severity,
            since: $since,
            explanation: concat!($($doc, "\n"),+),
        };
    };
}
