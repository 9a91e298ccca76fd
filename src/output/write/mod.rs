//! Writes the output folder: compares what is there with what shall be, then changes only what differs, all or nothing.
//!
//! Invariants: a file that bvlc did not write is never replaced, removed or written through (a file that is already as
//! bvlc would write it becomes bvlc's); a file that is as it shall be is not touched; a build of some environments reads
//! and changes nothing in the folders of others, but for completing or undoing what an interrupted build left; a removed
//! file was exactly as bvlc had written it. The disk is reached through [`Disk`] and
//! [`DiskMut`] alone. How many changes become one is told in `journal.rs`.

mod disk;
mod journal;
mod plan;
mod record;
mod summary;

#[cfg(test)]
mod crash;
#[cfg(test)]
mod memory;

pub use self::disk::{Disk, DiskError, DiskMut, Flush, Kind, WORK};
use self::journal::StepError;
pub use self::journal::{Interrupted, Recovered};
pub use self::plan::{Plan, plan};
use self::record::LoadError;
pub use self::record::{Origin, RECORD, Unreadable};
pub use self::summary::{Blocked, FolderError, Summary};
use super::OutputFile;

/// The folder of one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentFolder {
    /// Its name in the output folder.
    pub name: String,
    /// Whether it is an instance of an environment with parameters.
    pub origin: Origin,
}

/// Which folders a build answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every fixed environment: what bvlc wrote for one that the platform has no more is removed.
    All,
    /// Only the folders given (`--env`).
    Given,
}

/// What the output folder shall hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which folders the build answers for.
    pub scope: Scope,
    /// The environments' folders, each name once.
    pub folders: Vec<EnvironmentFolder>,
    /// All files, each in one of the folders, each path once.
    pub files: Vec<OutputFile>,
}

/// What a build did to the output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What became of an earlier build that was interrupted.
    pub recovered: Recovered,
    /// What was changed.
    pub summary: Summary,
    /// Why working files could not be removed; the output is whole, and the next build removes them.
    pub leftover: Option<DiskError>,
}

/// Brings the output folder to the target, after completing or undoing what an interrupted build left.
///
/// # Errors
/// [`FolderError`]; in all cases but `Halfway` and `Recovery` the output is then whole, and as it was before this build.
pub fn write(target: Target, disk: &dyn DiskMut) -> Result<Written, FolderError> {
    let recovered = recover(disk)?;
    let plan = plan(target, disk)?;
    let (summary, leftover) = apply(plan, disk)?;
    Ok(Written { recovered, summary, leftover })
}

/// Completes or undoes what an interrupted build left.
///
/// # Errors
/// Where the disk refuses or the journal cannot be read.
pub fn recover(disk: &dyn DiskMut) -> Result<Recovered, FolderError> {
    journal::recover(disk).map_err(|error| match error {
        LoadError::Disk(error) => FolderError::Recovery(error),
        LoadError::Unreadable(unreadable) => FolderError::Unreadable(unreadable),
    })
}

/// Carries a plan out: all of it or nothing. The plan must have been made since the folder was locked. Returns what was
/// changed, and why working files could not be removed, if they could not.
///
/// # Errors
/// Where the plan is blocked or the disk refuses.
pub fn apply(plan: Plan, disk: &dyn DiskMut) -> Result<(Summary, Option<DiskError>), FolderError> {
    if !plan.blocked.is_empty() {
        return Err(FolderError::Blocked(plan.blocked));
    }
    if plan.steps.is_empty() {
        return Ok((plan.summary, None));
    }
    let leftover = journal::take(disk, plan.steps).map_err(|error| match error {
        StepError::Undone(error) => FolderError::Disk(error),
        StepError::Halfway { cause, undo } => FolderError::Halfway { cause, undo },
    })?;
    Ok((plan.summary, leftover))
}
