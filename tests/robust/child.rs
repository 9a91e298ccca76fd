//! A run of the binary within limits, and the folders that runs work in.
#![expect(clippy::disallowed_methods, reason = "what the binary leaves on the disk is what is tested")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The binary that `BVLC_BINARY` names, which is one with optimization, or else that of this build.
pub(crate) fn binary() -> PathBuf {
    named().unwrap_or_else(|| env!("CARGO_BIN_EXE_bvlc").into())
}

fn named() -> Option<PathBuf> {
    std::env::var_os("BVLC_BINARY").map(|name| fs::canonicalize(name).expect("`BVLC_BINARY` names a file"))
}

/// Whether the compiler that is tried is optimized. One that is not is about ten times slower.
pub(crate) fn is_optimized() -> bool {
    named().is_some() || !cfg!(debug_assertions)
}

/// Seconds of the processors' time that a child may use: what runs beside it must not decide whether it ends in time.
fn seconds() -> u64 {
    if is_optimized() { 10 } else { 60 }
}

/// How long a child may take, most of which it would have to wait.
pub(crate) fn time() -> Duration {
    Duration::from_secs(6 * seconds())
}

/// What `sh` sets before it becomes the child: stack and memory, in KiB, and the processors' time. Not every system can
/// limit memory.
fn limits() -> String {
    format!("ulimit -s 8192; ulimit -t {}; ulimit -v 1048576 2>/dev/null || true;", seconds())
}

/// Files by path, in order.
pub(crate) type Tree = Vec<(String, Vec<u8>)>;

/// How a child ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; `None` for a child that a signal ended.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    /// Whether it was ended because its time was up.
    pub(crate) late: bool,
}

/// The command `sh` with limits, then `before`, then bvlc in its place.
pub(crate) fn limited(before: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{} {before} exec \"$@\"", limits()), "sh"]).arg(binary()).args(arguments);
    command.stdin(Stdio::null()).env("NO_COLOR", "1");
    command
}

/// Runs a command to its end or to the end of its time; what it prints passes through files in `logs`, so that no pipe
/// fills up.
pub(crate) fn end(command: &mut Command, logs: &Path, time: Duration) -> Ended {
    let (out, err) = (logs.join("stdout"), logs.join("stderr"));
    let mut child = command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap()).spawn().unwrap();
    let start = Instant::now();
    let mut late = false;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > time && !late {
            late = true;
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let text = |path: &Path| String::from_utf8(fs::read(path).unwrap()).unwrap();
    Ended { code: status.code(), out: text(&out), err: text(&err), late }
}

/// Runs bvlc in a folder, which holds its logs too.
pub(crate) fn bvlc(folder: &Path, arguments: &[&str]) -> Ended {
    let logs = folder.join("logs");
    folder_at(&logs);
    end(limited("", arguments).current_dir(folder), &logs, time())
}

/// The codes of findings printed as JSON.
///
/// # Errors
/// The line that is no finding with a code and a place.
pub(crate) fn located(lines: &str) -> Result<Vec<String>, String> {
    let read = |line: &str| {
        let finding: Value = serde_json::from_str(line).ok()?;
        let is_placed = finding["path"].is_string() && finding["range"]["start"]["line"].as_u64()? > 0;
        let code = finding["code"].as_str().filter(|code| code.starts_with("BVL") && code.len() == 7)?;
        is_placed.then(|| code.to_owned())
    };
    lines.lines().map(|line| read(line).ok_or_else(|| line.to_owned())).collect()
}

/// A fresh folder for one test.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("robust").join(name);
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(&path).unwrap();
    path
}

/// Makes a folder and those above it, where they are missing.
pub(crate) fn folder_at(path: &Path) {
    fs::create_dir_all(path).unwrap();
}

/// Writes a file and the folders above it.
pub(crate) fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Every file below a folder with its bytes, in order of path.
pub(crate) fn tree(root: &Path) -> Tree {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The folders of `examples/` with their spec files.
pub(crate) fn examples() -> Vec<(String, Tree)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut names: Vec<String> =
        fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let files = |name: &String| {
        let all = tree(&root.join(name)).into_iter();
        all.filter(|(path, _)| {
            Path::new(path).extension().is_some_and(|extension| extension == "bvl") && !path.starts_with("expected/")
        })
        .collect()
    };
    names.into_iter().map(|name| (name.clone(), files(&name))).collect()
}

/// Calls `work` for every number below `count`, two at a time; its first argument says which of the two it is. What it
/// returns is wrong, and fails the test when all are done.
pub(crate) fn each(count: usize, work: impl Fn(usize, usize) -> Vec<String> + Sync) {
    let next = AtomicUsize::new(0);
    let broken: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (next, work, broken) = (&next, &work, &broken);
            scope.spawn(move || {
                while let Some(item) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|item| *item < count) {
                    let found = work(worker, item);
                    broken.lock().unwrap().extend(found);
                }
            });
        }
    });
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Numbers that look random, the same for the same seed (splitmix64).
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 where there is none.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound.max(1) as u64)).unwrap()
    }
}
