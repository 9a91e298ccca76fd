//! The end of the process that started the server.
//!
//! Editors that die without a word close the server's input, and that ends it everywhere. Where something else has kept
//! the input open, Linux tells of the end of a process without being asked again and again.

/// Calls `gone` when the process ends; never where the system cannot tell.
#[cfg(target_os = "linux")]
pub(super) fn watch(process: u32, gone: impl FnOnce() + Send + 'static) {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) else { return };
    let Ok(handle) = pidfd_open(process, PidfdFlags::empty()) else { return };
    let wait = move || {
        let mut handles = [PollFd::new(&handle, PollFlags::IN)];
        // a signal may wake it before the time
        while poll(&mut handles, None).is_err() {}
        gone();
    };
    // a machine that gives no thread ends the server by the end of its input
    drop(std::thread::Builder::new().name("bvlc parent".to_owned()).spawn(wait));
}

/// Calls `gone` when the process ends; never where the system cannot tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn watch(_: u32, _: impl FnOnce() + Send + 'static) {}
