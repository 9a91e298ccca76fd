//! Figures of a process, as Linux tells them.

use std::path::Path;
use std::time::Duration;

/// Kibibytes of a process that are in memory; 0 where nobody says.
pub(crate) fn resident(process: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// How long all threads of a process have run, which does not count the time in which they wait for a processor; nothing where
/// nobody says.
pub(crate) fn processor(process: u32) -> Duration {
    let threads = Path::new("/proc").join(process.to_string()).join("task").read_dir();
    let ran = |thread: std::io::Result<std::fs::DirEntry>| -> Option<u64> {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    Duration::from_nanos(threads.into_iter().flatten().filter_map(ran).sum())
}
