//! What a build did or would do to the output folder, and why it could not, in words.
//!
//! Invariants: paths are those in the output folder, which is the caller's to name; lists are cut after some lines, counts
//! are not.

use std::collections::BTreeSet;
use std::fmt;

use super::disk::DiskError;
use super::journal::Interrupted;
use super::plan::Plan;
use super::record::{LoadError, Unreadable};
use crate::compile::Disproof;
use crate::output::WriteError;

/// What differs, by path in the output folder, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that were not there.
    pub created: Vec<String>,
    /// Files of bvlc with another content.
    pub changed: Vec<String>,
    /// Files that bvlc wrote and no longer writes.
    pub removed: Vec<String>,
    /// Files that bvlc wrote, no longer writes, and leaves alone because they were changed by hand.
    pub kept: Vec<String>,
    /// Those of `changed` that were changed by hand since bvlc wrote them.
    pub by_hand: Vec<String>,
    /// Records that do not agree with the files; most often they go with the changes above.
    pub records: Vec<String>,
    /// How many files are as they shall be.
    pub unchanged: usize,
}

/// Something that stands where a file shall be and is not bvlc's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blocked {
    /// Its path in the output folder.
    pub path: String,
    /// What it is.
    pub what: &'static str,
}

/// Why nothing was written, or what could not be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderError {
    /// The system refused; the output is as it was.
    Disk(DiskError),
    /// The system refused, and refused again when the changes so far were to be undone; the next build does it.
    Halfway {
        /// What failed.
        cause: DiskError,
        /// What failed when undoing.
        undo: Box<DiskError>,
    },
    /// The system refused when an interrupted build was to be completed or undone; the next build tries again.
    Recovery(DiskError),
    /// A record or a journal cannot be read.
    Unreadable(Unreadable),
    /// Files of somebody else stand in the way.
    Blocked(Vec<Blocked>),
    /// What is there was written for another platform.
    OfAnother {
        /// The one that is built.
        platform: String,
        /// The records that name another one, by path, with its name.
        records: Vec<(String, String)>,
    },
    /// An earlier build was interrupted, so there is nothing to compare with.
    Interrupted(Interrupted),
    /// A writer refused an object; the output is as it was.
    Refused(WriteError),
    /// The objects do not do what the spec says; the output is as it was.
    Disproved(Disproof),
}

impl From<DiskError> for FolderError {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

impl From<LoadError> for FolderError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Disk(error) => Self::Disk(error),
            LoadError::Unreadable(unreadable) => Self::Unreadable(unreadable),
        }
    }
}

impl std::error::Error for FolderError {}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(error) => write!(f, "{error}\nthe output is as it was before"),
            Self::Halfway { cause, undo } => {
                write!(
                    f,
                    "{cause}\nundoing the changes so far failed too: {undo}\nthe next build completes or undoes them"
                )
            }
            Self::Recovery(error) => {
                write!(
                    f,
                    "an earlier build was interrupted and cannot be completed or undone: {error}\nthe next build tries again"
                )
            }
            Self::Unreadable(unreadable) => unreadable.fmt(f),
            Self::Blocked(blocked) => {
                writeln!(f, "nothing was written, because something else stands where files of bvlc belong:")?;
                list(f, blocked, |Blocked { path, what }| format!("{path} is {what}"))?;
                write!(f, "move it away, or build into another folder")
            }
            Self::OfAnother { platform, records } => of_another(f, platform, records),
            Self::Interrupted(interrupted) => interrupted.fmt(f),
            Self::Refused(error) => error.fmt(f),
            Self::Disproved(disproof) => disproof.fmt(f),
        }
    }
}

fn of_another(f: &mut fmt::Formatter<'_>, platform: &str, records: &[(String, String)]) -> fmt::Result {
    let others: BTreeSet<&str> = records.iter().map(|(_, other)| other.as_str()).collect();
    let others: Vec<&str> = others.into_iter().collect();
    let others = others.join(" and ");
    writeln!(
        f,
        "nothing was written, because this folder holds what was built of {others}, another platform than {platform}:"
    )?;
    list(f, records, |(path, other)| format!("{path} says `\"platform\": \"{other}\"`"))?;
    write!(
        f,
        "build {platform} into a folder of its own; if it is {others} under another name, write `{platform}` there in place of \
         the old name: the next build then takes these files over"
    )
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self {
            Self::Working => "before it changed a file, or after the last one",
            Self::Halfway => "while it was changing files",
        };
        write!(f, "an earlier build was interrupted {state} (or one is running); the next build completes or undoes it")
    }
}

/// What became, or would become, of files that were changed by hand.
struct Fates {
    by_hand: &'static str,
    kept: &'static str,
}

impl Summary {
    fn tell(&self, f: &mut fmt::Formatter<'_>, fates: &Fates) -> fmt::Result {
        for (paths, fate) in [(&self.by_hand, fates.by_hand), (&self.kept, fates.kept)] {
            list(f, paths, |path| format!("{path} was changed by hand since bvlc wrote it: {fate}"))?;
        }
        let (created, changed, removed) = (self.created.len(), self.changed.len(), self.removed.len());
        write!(f, "files: {created} created, {changed} changed, {removed} removed, {} unchanged", self.unchanged)
    }
}

/// The counts, and every file that was changed by hand.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell(f, &Fates { by_hand: "replaced", kept: "kept, and no longer recorded" })
    }
}

/// A line for everything that differs, then the summary.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { created, changed, removed, records, .. } = &self.summary;
        list(f, &self.blocked, |Blocked { path, what }| format!("in the way  {path} is {what}"))?;
        for (paths, what) in [(created, "create"), (changed, "change"), (removed, "remove"), (records, "record")] {
            list(f, paths, |path| format!("{what:<10}  {path}"))?;
        }
        let by_hand = "a build would replace it";
        self.summary.tell(f, &Fates { by_hand, kept: "a build would keep it, and no longer record it" })
    }
}

/// At most so many lines of one kind are shown.
const SHOWN: usize = 20;

fn list<T>(f: &mut fmt::Formatter<'_>, items: &[T], line: impl Fn(&T) -> String) -> fmt::Result {
    for item in items.iter().take(SHOWN) {
        writeln!(f, "{}", line(item))?;
    }
    match items.len().checked_sub(SHOWN) {
        Some(more @ 1..) => writeln!(f, "and {more} more"),
        Some(0) | None => Ok(()),
    }
}
