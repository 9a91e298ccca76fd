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

/// Why a finding of a check is an error, and with that whether a platform may make a warning of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// A cluster would refuse the objects.
    Refused,
    /// The objects would do something else than the spec states.
    Stated,
    /// No objects can be emitted that are proven to do what the spec states.
    Emitted,
    /// The cluster takes the objects, and they do what is stated: that it is not meant so is bvlc's judgment.
    Judgment,
}

impl Ground {
    /// Whether a platform may make a warning of the error.
    pub fn is_judgment(self) -> bool {
        self == Self::Judgment
    }

    /// Why it is an error, in a clause.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Refused => "a cluster would refuse the objects",
            Self::Stated => "the objects would do something else than the spec states",
            Self::Emitted => "no objects can be made that are proven to do what the spec states",
            Self::Judgment => "the cluster takes the objects; that this is not meant is bvlc's judgment",
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
    /// Why it is an error, where it is one that a check finds.
    pub ground: Option<Ground>,
    /// Why some of its findings are errors, where that is graver.
    pub graver: Option<Ground>,
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
            ground: None,
            graver: None,
            since: $since,
            explanation: concat!($($doc, "\n"),+),
        };
    };
}
