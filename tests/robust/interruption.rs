//! A build that dies: killed by time, by a file that may not grow, or refused by a full disk. In `tests/write.rs` the
//! process dies at every single call; here it is the real one.
#![expect(clippy::disallowed_methods, reason = "what the binary leaves on the disk is what is tested")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::child::{Tree, bvlc, end, limited, put, scratch, time, tree};

/// Services `first` to `last`, each with an image of this version.
fn spec(first: usize, last: usize, version: &str) -> String {
    let mut text = "platform shop {\n  kubernetes \"1.33\"\n  defaults {\n    health 8081 { live \"/live\"; ready \
                    \"/ready\" every 5s }\n    shutdown { pre-stop 5s; drain 20s }\n  }\n}\nenvironment prod { \
                    namespace \"shop\" }\n"
        .to_owned();
    for at in first..=last {
        let next = if at == last { first } else { at + 1 };
        writeln!(
            text,
            "service s{at} {{\n  image \"r.example.com/s:{version}\"\n  port http 8080\n  cpu 100m..500m\n  memory \
             128Mi..256Mi\n  scale 2\n}}\nallow s{at} -> s{next}.http {{ timeout 5s }}"
        )
        .unwrap();
    }
    text
}

/// A folder with two versions of a platform, and what each leaves in an output folder that holds somebody else's file.
struct Scene {
    folder: PathBuf,
    old: Tree,
    new: Tree,
}

fn scene(name: &str) -> Scene {
    let folder = scratch(name);
    put(&folder.join("old/platform.bvl"), spec(1, 8, "1.0.0").as_bytes());
    put(&folder.join("new/platform.bvl"), spec(3, 10, "2.0.0").as_bytes());
    let mut scene = Scene { folder, old: Tree::new(), new: Tree::new() };
    scene.start();
    scene.old = scene.output();
    let ended = scene.build("new");
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    scene.new = scene.output();
    assert!(scene.old != scene.new && scene.new.contains(&("prod/mine.txt".to_owned(), b"mine".to_vec())));
    scene
}

impl Scene {
    fn build(&self, version: &str) -> crate::child::Ended {
        bvlc(&self.folder, &["build", version, "-o", "out"])
    }

    fn output(&self) -> Tree {
        tree(&self.folder.join("out"))
    }

    /// The old version, built afresh, with somebody else's file.
    fn start(&self) {
        let out = self.folder.join("out");
        if Path::exists(&out) {
            std::fs::remove_dir_all(&out).unwrap();
        }
        let ended = self.build("old");
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        put(&out.join("prod/mine.txt"), b"mine");
    }

    /// After a death: `--check` tells the truth and writes nothing, and the next build ends with the new version.
    fn goes_on(&self, how: &str) -> &'static str {
        let left = self.output();
        let is_theirs = |(path, _): &&(String, Vec<u8>)| path == "prod/mine.txt";
        assert_eq!(left.iter().find(is_theirs), self.new.iter().find(is_theirs), "{how}");
        // a lock alone says that a build began, and nothing that it did; a folder may still be empty
        let traces = ["new", "old", "draft", "journal", "undo"]
            .iter()
            .any(|name| Path::exists(&self.folder.join("out/.bvlc").join(name)));
        let check = bvlc(&self.folder, &["build", "new", "-o", "out", "--check"]);
        let lockless = left.iter().filter(|(path, _)| path != ".bvlc/lock");
        let expected = i32::from(traces || !lockless.eq(&self.new));
        assert_eq!(check.code, Some(expected), "{how}: {}", check.err);
        assert_eq!(check.out.contains("an earlier build was interrupted"), traces, "{how}: {}", check.out);
        let verdict = if expected == 0 { "out is as it would be written" } else { "out is not as it would be written" };
        assert!(check.err.contains(verdict), "{how}: {}", check.err);
        assert!(self.output() == left, "{how}: --check wrote");
        let next = self.build("new");
        assert_eq!(next.code, Some(0), "{how}: {}", next.err);
        assert!(self.output() == self.new, "{how}: the next build does not end with the new version");
        match () {
            () if traces => "in the middle",
            () if left == self.new => "after",
            () => "before",
        }
    }
}

#[test]
fn goes_on_after_a_kill_at_any_time() {
    const KILLS: u32 = 60;
    let scene = scene("killed");
    scene.start();
    let start = Instant::now();
    assert_eq!(scene.build("new").code, Some(0));
    let whole = start.elapsed();
    let mut when = BTreeSet::new();
    for kill in 0..KILLS {
        scene.start();
        let mut command = limited("", &["build", "new", "-o", "out"]);
        let mut child = command.current_dir(&scene.folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * kill / KILLS);
        child.kill().unwrap();
        child.wait().unwrap();
        when.insert(scene.goes_on(&format!("killed after {kill}/{KILLS} of {whole:?}")));
    }
    assert!(when.contains("before"), "{when:?}");
}

/// The system ends the process at the first file that would grow beyond a size: each size is another file, from the
/// journal to the largest manifest.
#[test]
fn goes_on_after_a_kill_within_a_file() {
    let scene = scene("grown");
    let mut when = BTreeSet::new();
    for blocks in 0..40 {
        scene.start();
        let mut command = limited(&format!("ulimit -c 0; ulimit -f {blocks};"), &["build", "new", "-o", "out"]);
        let child = command.current_dir(&scene.folder).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        if child.success() {
            assert!(blocks > 0 && when.contains("in the middle"), "{when:?}");
            return;
        }
        assert_eq!(child.code(), None, "a signal is expected");
        when.insert(scene.goes_on(&format!("killed at {blocks} blocks")));
    }
    panic!("no build went through: {when:?}");
}

/// A write that fails, as on a disk that is full: what was there stays, and the message says what and where.
#[test]
fn a_full_disk_leaves_the_old_output() {
    let scene = scene("full");
    let logs = scene.folder.join("logs");
    for blocks in 1..40 {
        scene.start();
        let mut command = limited(&format!("trap '' XFSZ; ulimit -f {blocks};"), &["build", "new", "-o", "out"]);
        let ended = end(command.current_dir(&scene.folder), &logs, time() + Duration::from_secs(1));
        if ended.code == Some(0) {
            assert!(blocks > 1 && scene.output() == scene.new);
            return;
        }
        assert_eq!(ended.code, Some(2), "{blocks} blocks: {}", ended.err);
        assert!(ended.err.starts_with("error: ") && ended.err.contains("too large"), "{blocks} blocks: {}", ended.err);
        assert!(scene.output() == scene.old, "{blocks} blocks: the old output is not intact");
    }
    panic!("no build went through");
}
