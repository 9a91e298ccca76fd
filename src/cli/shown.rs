//! Files with texts that an editor is led to, in a folder that the process has for itself below the user's cache.
//!
//! Invariants: they are for reading only, and gone once the server has ended; those of a server that was killed go when
//! another one writes its first.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{standard, system};

/// The folder of this process, once something is written there.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Unused,
    Used(PathBuf),
    Ended,
}

static STATE: Mutex<State> = Mutex::new(State::Unused);

/// Writes a text under a name; `None` where it cannot be written.
pub(super) fn put(name: &str, text: &str) -> Option<PathBuf> {
    // a thread that ended while it held the state has left it whole
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    if *state == State::Unused {
        let all = standard::cache()?.join("bvlc").join("shown");
        forget_others(&all);
        *state = State::Used(all.join(std::process::id().to_string()));
    }
    let State::Used(folder) = &*state else { return None };
    let file = folder.join(name);
    let written = system::keep(&file, text).or_else(|_| {
        // some systems replace no file that is for reading only
        system::remove(&file)?;
        system::keep(&file, text)
    });
    written.is_ok().then_some(file)
}

/// Takes away all that was written: nothing is from now on.
pub(super) fn end() {
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    if let State::Used(folder) = std::mem::replace(&mut *state, State::Ended) {
        // what somebody else has taken away is gone as well
        drop(system::remove_folder(&folder));
    }
}

/// Takes away the folders of processes that are no more, where the system tells; an earlier process may have had our number.
fn forget_others(all: &Path) {
    let own = std::process::id().to_string();
    let is_gone =
        |number: &str| number == own || cfg!(target_os = "linux") && !Path::new("/proc").join(number).exists();
    for folder in system::folders(all).unwrap_or_default() {
        let number = folder.file_name().and_then(|name| name.to_str());
        if number.is_some_and(|number| number.parse::<u32>().is_ok() && is_gone(number)) {
            drop(system::remove_folder(&folder));
        }
    }
}
