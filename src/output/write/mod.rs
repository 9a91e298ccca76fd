//! Writes the output folder: compares what is there with what shall be, then changes only what differs, all or nothing.
//!
//! Invariants: a file that bvlc did not write is never replaced, removed or written through (a file that is already as
//! bvlc would write it becomes bvlc's); a file that is as it shall be is not touched; a build of some environments reads
//! and changes nothing in the folders of others, but for completing or undoing what an interrupted build left; a removed
//! file was exactly as bvlc had written it; nothing is written where the files of another platform are. The disk is reached through [`Disk`] and
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

use std::collections::BTreeSet;

pub use self::disk::{Disk, DiskError, DiskMut, Flush, Kind, WORK};
pub use self::journal::{Interrupted, Recovered};
use self::journal::{Staging, StepError};
use self::plan::Draft;
pub use self::plan::Plan;
pub(super) use self::record::Digest;
use self::record::LoadError;
pub use self::record::{Origin, RECORD, Unreadable};
pub use self::summary::{Blocked, FolderError, Summary};
use super::{OutputFile, WriteError};
use crate::compile::{Disproof, Proven};

/// The folder of one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentFolder {
    /// Its name in the output folder.
    pub name: String,
    /// Whether it is an instance of an environment with parameters, and of which.
    pub origin: Origin,
}

/// Which folders a build answers for, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The name of the platform: what bvlc wrote for another one is not this build's.
    pub platform: String,
    /// Which of its folders.
    pub extent: Extent,
}

/// Which folders of a platform a build answers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// Every fixed environment, and every declaration of environments with parameters: what bvlc wrote for one that the
    /// platform has no more is removed.
    All {
        /// The names of those with parameters. Their instances stay, whoever asked for them.
        parametrized: BTreeSet<String>,
    },
    /// Only the folders given (`--env`).
    Given,
}

/// Files as they become bytes: some at a time, or what their writer refused.
pub type Batch = Result<Vec<OutputFile>, WriteError>;

/// What a build did to the output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What became of an earlier build that was interrupted.
    pub recovered: Recovered,
    /// What was changed.
    pub summary: Summary,
    /// What was shown of it.
    pub proven: Proven,
    /// Why working files could not be removed; the output is whole, and the next build removes them.
    pub leftover: Option<DiskError>,
}

/// Brings the output folder to what the environments give, after completing or undoing what an interrupted build left.
/// Each batch of files is staged and let go before the next is asked for; nothing changes until all of them are staged
/// and what they hold is proven.
///
/// # Errors
/// [`FolderError`]; in all cases but `Halfway` and `Recovery` the output is then whole, and as it was before this build.
pub fn write<F>(
    scope: Scope,
    environments: impl IntoIterator<Item = (EnvironmentFolder, F)>,
    prove: impl FnOnce() -> Result<Proven, Disproof>,
    disk: &dyn DiskMut,
) -> Result<Written, FolderError>
where
    F: IntoIterator<Item = Batch>,
{
    let recovered = recover(disk)?;
    let staging = Staging::new(disk);
    let drafted = Draft::of(scope, environments, disk, Some(&staging));
    let proven = drafted.and_then(|plan| Ok((plan, prove().map_err(FolderError::Disproved)?)));
    let (plan, proven) = match proven {
        Ok((plan, proven)) if plan.blocked.is_empty() => (plan, proven),
        Ok((plan, _)) => {
            staging.abandon();
            return Err(FolderError::Blocked(plan.blocked));
        }
        Err(error) => {
            staging.abandon();
            return Err(error);
        }
    };
    let Plan { summary, blocked: _, changes } = plan;
    let leftover = staging.take(changes).map_err(|error| match error {
        StepError::Undone(error) => FolderError::Disk(error),
        StepError::Halfway { cause, undo } => FolderError::Halfway { cause, undo },
    })?;
    Ok(Written { recovered, summary, proven, leftover })
}

/// Compares the output folder with what the environments give and changes nothing: what `--check` shows.
///
/// # Errors
/// Where the disk refuses, a record cannot be read, an earlier build was interrupted, or what would be written is not proven.
pub fn plan<F>(
    scope: Scope,
    environments: impl IntoIterator<Item = (EnvironmentFolder, F)>,
    prove: impl FnOnce() -> Result<Proven, Disproof>,
    disk: &dyn Disk,
) -> Result<Plan, FolderError>
where
    F: IntoIterator<Item = Batch>,
{
    let plan = Draft::of(scope, environments, disk, None)?;
    prove().map_err(FolderError::Disproved)?;
    Ok(plan)
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
