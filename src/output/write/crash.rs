//! What is left when a build dies, or its disk fails, at every single call.

use std::collections::BTreeSet;

use super::memory::{Fault, Files, MemoryDisk};
use super::record::Origin;
use super::{Batch, DiskMut, EnvironmentFolder, Extent, FolderError, Plan, Recovered, Scope, Written, recover};
use crate::compile::Proven;
use crate::output::{OutputFile, WriteError};

/// A folder with its files.
type Folder<'a> = (&'a str, Origin, &'a [(&'a str, &'a str)]);

/// What a build gives: each folder with its files, one batch a file.
struct Target {
    scope: Scope,
    environments: Vec<(EnvironmentFolder, Vec<Batch>)>,
}

fn target(scope: Scope, folders: &[Folder<'_>]) -> Target {
    let file =
        |name: &str, (path, text): &(&str, &str)| OutputFile { path: format!("{name}/{path}"), bytes: (*text).into() };
    let environments = folders
        .iter()
        .map(|(name, origin, files)| {
            let batches = files.iter().map(|written| Ok(vec![file(name, written)])).collect();
            (EnvironmentFolder { name: (*name).to_owned(), origin: origin.clone() }, batches)
        })
        .collect();
    Target { scope, environments }
}

/// All environments of a platform that declares `preview(pr)`.
fn all() -> Scope {
    of_shop(Extent::All { parametrized: ["preview".to_owned()].into() })
}

/// So much of one platform.
fn of_shop(extent: Extent) -> Scope {
    Scope { platform: "shop".to_owned(), extent }
}

fn write(target: Target, disk: &dyn DiskMut) -> Result<Written, FolderError> {
    super::write(target.scope, target.environments, || Ok(Proven::for_writers()), disk)
}

fn plan(target: Target, disk: &dyn DiskMut) -> Result<Plan, FolderError> {
    super::plan(target.scope, target.environments, || Ok(Proven::for_writers()), disk)
}

fn first() -> Target {
    let prod = [("a.yaml", "kind: A"), ("b.yaml", "kind: B"), ("c.yaml", "kind: C"), ("deep/d.yaml", "kind: D")];
    let staging = [("a.yaml", "kind: A"), ("b.yaml", "kind: B")];
    let preview = [("a.yaml", "kind: A")];
    let [fixed, also_fixed] = [Origin::Fixed, Origin::Fixed];
    let instance = Origin::Instance(Some("preview".to_owned()));
    target(all(), &[("prod", fixed, &prod), ("staging", also_fixed, &staging), ("preview-1", instance, &preview)])
}

/// Creates, changes (one of them edited by hand), removes, keeps, and drops an environment.
fn second() -> Target {
    let prod = [("a.yaml", "kind: A"), ("b.yaml", "kind: B2"), ("c.yaml", "kind: C2"), ("deep/e.yaml", "kind: E")];
    target(all(), &[("prod", Origin::Fixed, &prod), ("dev", Origin::Fixed, &[("x/a.yaml", "kind: A")])])
}

const FOREIGN: [(&str, &str); 4] =
    [("notes.txt", "mine"), ("prod/README.md", "mine"), ("staging/mine.yaml", "mine"), ("other/.keep", "")];

/// The disk before the second build.
fn before() -> Files {
    let disk = MemoryDisk::new(Files::new());
    write(first(), &disk).unwrap();
    for (path, text) in FOREIGN.into_iter().chain([("prod/b.yaml", "by hand"), ("staging/b.yaml", "by hand")]) {
        disk.edit(path, text);
    }
    disk.files()
}

/// The disk after the second build, and how many calls it takes.
fn after() -> (Files, usize) {
    let disk = MemoryDisk::new(before());
    disk.set_fault(Fault::None);
    write(second(), &disk).unwrap();
    (disk.files(), disk.calls())
}

/// Whether each visible file is as before or as after, whole.
fn assert_no_torn_file(now: &Files, old: &Files, new: &Files) {
    for path in now.keys().chain(old.keys()).chain(new.keys()).collect::<BTreeSet<_>>() {
        assert!(now.get(path) == old.get(path) || now.get(path) == new.get(path), "{path} is torn");
    }
    for (path, text) in FOREIGN {
        assert_eq!(now.get(path).map(Vec::as_slice), Some(text.as_bytes()), "{path} is not ours");
    }
}

#[test]
fn the_second_build() {
    let disk = MemoryDisk::new(before());
    let written = write(second(), &disk).unwrap();
    let summary = written.summary;
    assert_eq!(summary.created, ["dev/x/a.yaml", "prod/deep/e.yaml"]);
    assert_eq!(summary.changed, ["prod/b.yaml", "prod/c.yaml"]);
    assert_eq!(summary.by_hand, ["prod/b.yaml"]);
    assert_eq!(summary.removed, ["prod/deep/d.yaml", "staging/a.yaml"]);
    assert_eq!(summary.kept, ["staging/b.yaml"]);
    assert_eq!(summary.unchanged, 1);
    assert_eq!((written.recovered, written.leftover), (Recovered::Nothing, None));
    let text = |files: &Files, path: &str| files.get(path).map(|bytes| String::from_utf8(bytes.clone()).unwrap());
    let files = disk.files();
    assert_eq!(text(&files, "staging/b.yaml").as_deref(), Some("by hand"));
    assert_eq!(text(&files, "preview-1/a.yaml").as_deref(), Some("kind: A"));
    assert_eq!(text(&files, "staging/.bvlc-record"), None);
    assert!(files.keys().all(|path| !path.starts_with(".bvlc/")));
    let again = write(second(), &disk).unwrap();
    assert_eq!((again.summary.unchanged, disk.files()), (5, files));
}

#[test]
fn killed_at_every_call() {
    let (old, (new, calls)) = (before(), after());
    let mut ends = BTreeSet::new();
    for (at, torn) in (0..calls).flat_map(|at| [(at, false), (at, true)]) {
        let disk = MemoryDisk::new(old.clone());
        disk.set_fault(Fault::Kill { at, torn });
        // a build that dies while it cleans up has done its work
        let died = write(second(), &disk);
        assert!(died.is_err() || disk.visible() == new, "{at}");
        assert_no_torn_file(&disk.visible(), &old, &new);
        disk.set_fault(Fault::None);
        let dirty = disk.files().keys().any(|path| path.starts_with(".bvlc/"));
        assert_eq!(matches!(plan(second(), &disk), Err(FolderError::Interrupted(_))), dirty, "check reports it: {at}");

        let killed = disk.files();
        let recovered = recover(&disk).unwrap();
        assert!(disk.files() == old || disk.files() == new, "killed at {at}: neither old nor new after {recovered:?}");
        assert_eq!(recovered == Recovered::Nothing, !dirty, "{at}");
        ends.insert((disk.files() == new, format!("{recovered:?}")));
        write(second(), &disk).unwrap();
        assert_eq!(disk.files(), new, "{at}");

        // dying again while recovering changes nothing of this
        let probe = MemoryDisk::new(killed.clone());
        recover(&probe).unwrap();
        for again in 0..probe.calls() {
            let disk = MemoryDisk::new(killed.clone());
            disk.set_fault(Fault::Kill { at: again, torn: true });
            assert!(matches!(recover(&disk), Err(FolderError::Recovery(_))), "{at} {again}");
            assert_no_torn_file(&disk.visible(), &old, &new);
            disk.set_fault(Fault::None);
            write(second(), &disk).unwrap();
            assert_eq!(disk.files(), new, "killed at {at}, then at {again}");
        }
    }
    let expected =
        [(false, "CleanedUp"), (false, "Nothing"), (true, "CleanedUp"), (true, "Completed"), (true, "Nothing")];
    assert_eq!(ends, expected.map(|(is_new, how)| (is_new, how.to_owned())).into());
}

#[test]
fn failing_at_every_call() {
    let (old, (new, calls)) = (before(), after());
    let mut kinds = BTreeSet::new();
    for fault in (0..calls).flat_map(|at| [Fault::Once(at), Fault::Full(at)]) {
        let disk = MemoryDisk::new(old.clone());
        disk.set_fault(fault);
        match write(second(), &disk) {
            Err(FolderError::Disk(error)) => {
                assert_eq!(disk.files(), old, "{fault:?}");
                assert_eq!(error.message, "told to fail", "{fault:?}");
                kinds.insert("old");
            }
            Ok(written) => {
                assert_eq!(disk.visible(), new, "{fault:?}");
                assert!(written.leftover.is_some() || disk.files() == new, "{fault:?}");
                kinds.insert(if written.leftover.is_some() { "new, with working files" } else { "new" });
            }
            Err(other) => panic!("{fault:?}: {other}"),
        }
        disk.set_fault(Fault::None);
        write(second(), &disk).unwrap();
        assert_eq!(disk.files(), new, "{fault:?}");
    }
    assert_eq!(kinds, ["new", "new, with working files", "old"].into());
}

/// An error while undoing is dying in between: the journal says which way it goes.
#[test]
fn killed_while_undoing() {
    let (old, (new, calls)) = (before(), after());
    let mut halfway = 0;
    for (first_fault, then) in (0..calls).flat_map(|at| (1..calls).map(move |then| (at, then))) {
        // a call fails at `first_fault`, and the process dies some calls later: two faults in one run
        let disk = MemoryDisk::new(old.clone());
        disk.set_fault(Fault::OnceThenKill(first_fault, first_fault + then));
        if matches!(write(second(), &disk), Err(FolderError::Halfway { .. })) {
            halfway += 1;
        }
        assert_no_torn_file(&disk.visible(), &old, &new);
        disk.set_fault(Fault::None);
        recover(&disk).unwrap();
        assert!(disk.files() == old || disk.files() == new, "{first_fault} {then}");
        write(second(), &disk).unwrap();
        assert_eq!(disk.files(), new);
    }
    assert!(halfway > calls, "{halfway}");
}

#[test]
fn a_folder_that_cannot_be_written() {
    for locked in ["prod/", "dev/", "staging/", ".bvlc"] {
        let disk = MemoryDisk::new(before());
        disk.set_fault(Fault::ReadOnly(locked));
        assert!(matches!(write(second(), &disk), Err(FolderError::Disk(_))), "{locked}");
        assert_eq!(disk.files(), before(), "{locked}");
    }
}

/// Somebody changes a file between the kill and the next build: that file is theirs, and all else is undone.
#[test]
fn changed_between_kill_and_recovery() {
    let (new, calls) = after();
    let halfway: Vec<usize> = (0..calls)
        .filter(|at| {
            let disk = MemoryDisk::new(before());
            disk.set_fault(Fault::Kill { at: *at, torn: false });
            write(second(), &disk).is_err() && disk.files().contains_key(".bvlc/journal")
        })
        .collect();
    assert!(halfway.len() > 8, "{halfway:?}");
    for at in halfway {
        for touched in ["dev/x/a.yaml", "prod/c.yaml", "prod/deep/d.yaml"] {
            let disk = MemoryDisk::new(before());
            disk.set_fault(Fault::Kill { at, torn: false });
            assert!(write(second(), &disk).is_err());
            disk.set_fault(Fault::None);
            disk.edit(touched, "theirs");
            assert_eq!(recover(&disk), Ok(Recovered::Undone), "{at} {touched}");
            let mut expected = before();
            expected.insert(touched.to_owned(), b"theirs".to_vec());
            assert_eq!(disk.files(), expected, "{at} {touched}");
            match (touched, write(second(), &disk)) {
                ("dev/x/a.yaml", Err(FolderError::Blocked(blocked))) => assert_eq!(blocked[0].path, touched),
                ("prod/c.yaml", Ok(written)) => {
                    assert_eq!(
                        (written.summary.by_hand, disk.files() == new),
                        (vec!["prod/b.yaml".to_owned(), touched.to_owned()], true)
                    );
                }
                ("prod/deep/d.yaml", Ok(written)) => assert_eq!(written.summary.kept, [touched, "staging/b.yaml"]),
                (_, other) => panic!("{at} {touched}: {other:?}"),
            }
        }
    }
}

/// What a power cut may leave: a staged file without its content, a journal without its end.
#[test]
fn torn_books() {
    let calls = after().1;
    let at = (0..calls)
        .find(|at| {
            let disk = MemoryDisk::new(before());
            disk.set_fault(Fault::Kill { at: *at, torn: false });
            write(second(), &disk).is_err() && disk.files().contains_key(".bvlc/journal")
        })
        .unwrap();
    let killed = || {
        let disk = MemoryDisk::new(before());
        disk.set_fault(Fault::Kill { at, torn: false });
        assert!(write(second(), &disk).is_err());
        disk.set_fault(Fault::None);
        disk
    };
    let disk = killed();
    disk.edit(".bvlc/new/0", "");
    assert_eq!((recover(&disk), disk.files()), (Ok(Recovered::Undone), before()));

    for path in [".bvlc/journal", "prod/.bvlc-record"] {
        let disk = if path.starts_with("prod") { MemoryDisk::new(before()) } else { killed() };
        disk.edit(path, "{");
        let files = disk.files();
        match write(second(), &disk) {
            Err(FolderError::Unreadable(unreadable)) => assert_eq!(unreadable.path, path),
            other => panic!("{path}: {other:?}"),
        }
        assert_eq!(disk.files(), files, "{path}");
    }
}

#[test]
fn only_what_is_asked_for() {
    let disk = MemoryDisk::new(before());
    // a record that cannot be read is no matter to other environments' builds
    disk.edit("staging/.bvlc-record", "{");
    let elsewhere =
        |files: Files| -> Files { files.into_iter().filter(|(path, _)| !path.starts_with("prod/")).collect() };
    let others = elsewhere(disk.files());
    let summary = write(target(of_shop(Extent::Given), &[("prod", Origin::Fixed, &[("z.yaml", "kind: Z")])]), &disk)
        .unwrap()
        .summary;
    assert_eq!(summary.removed, ["prod/a.yaml", "prod/c.yaml", "prod/deep/d.yaml"]);
    assert_eq!((summary.kept, summary.created), (vec!["prod/b.yaml".to_owned()], vec!["prod/z.yaml".to_owned()]));
    assert_eq!(elsewhere(disk.files()), others);
}

#[test]
fn whose_file_it_is() {
    // (what stands there, blocked by)
    let at = |path: &str, text: &str| Files::from([(path.to_owned(), text.as_bytes().to_vec())]);
    for (files, link, blocked) in [
        (Files::new(), None, None),
        (at("dev/x/b.yaml", "mine"), None, None),
        (at("dev/x/a.yaml", "mine"), None, Some("dev/x/a.yaml is a file that bvlc did not write")),
        (at("dev/x/a.yaml", "kind: A"), None, None),
        (at("dev/x/a.yaml/deep", "mine"), None, Some("dev/x/a.yaml is a folder, where a file is needed")),
        (at("dev/x", "mine"), None, Some("dev/x is a file, where a folder is needed")),
        (at("dev", "mine"), None, Some("dev is a file, where a folder is needed")),
        (Files::new(), Some("dev/x/a.yaml"), Some("dev/x/a.yaml is a link")),
        (Files::new(), Some("dev/x"), Some("dev/x is a link")),
        (Files::new(), Some("dev"), Some("dev is a link")),
        (Files::new(), Some("other"), None),
    ] {
        let disk = MemoryDisk::new(files.clone());
        let disk = link.into_iter().fold(disk, MemoryDisk::with_link);
        let planned = plan(second(), &disk).unwrap();
        assert!(planned.differs());
        let result = write(second(), &disk);
        match blocked {
            None => assert!(result.is_ok() && !plan(second(), &disk).unwrap().differs(), "{files:?} {link:?}"),
            Some(expected) => {
                let said = result.unwrap_err().to_string();
                assert!(said.contains(expected) && planned.to_string().contains(expected), "{said}");
                assert_eq!(disk.files(), files);
            }
        }
    }
}

#[test]
fn records_and_environments() {
    let disk = MemoryDisk::new(Files::new());
    write(first(), &disk).unwrap();
    let built = disk.files();
    // a lost record comes back by itself when all files are as bvlc writes them
    disk.delete("prod/.bvlc-record");
    let planned = plan(first(), &disk).unwrap();
    assert!(planned.differs() && planned.to_string().contains("record      prod/.bvlc-record"), "{planned}");
    write(first(), &disk).unwrap();
    assert_eq!(disk.files(), built);
    // a file deleted by hand comes back
    disk.delete("prod/a.yaml");
    assert_eq!(write(first(), &disk).unwrap().summary.created, ["prod/a.yaml"]);
    // no environments: fixed ones go, instances stay
    write(target(all(), &[]), &disk).unwrap();
    let preview = ["preview-1/.bvlc-record", "preview-1/a.yaml"];
    assert_eq!(disk.files().into_keys().collect::<Vec<_>>(), preview);
    let undeclared = |scope: Scope| plan(target(scope, &[]), &disk).unwrap().summary.removed;
    assert_eq!(undeclared(of_shop(Extent::Given)), [""; 0]);
    // of an instance whose record does not say what it is one of nobody knows whether it is declared
    let before_records_said = String::from_utf8(disk.files()[preview[0]].clone()).unwrap();
    let before_records_said = before_records_said.replace("  \"of\": \"preview\",\n", "");
    let old = MemoryDisk::new(disk.files());
    old.edit(preview[0], &before_records_said);
    assert!(!before_records_said.contains("\"of\""));
    let nothing_declared = || of_shop(Extent::All { parametrized: BTreeSet::new() });
    assert!(!plan(target(nothing_declared(), &[]), &old).unwrap().differs());
    // its declaration is gone
    assert_eq!(undeclared(nothing_declared()), ["preview-1/a.yaml"]);
    write(target(nothing_declared(), &[]), &disk).unwrap();
    assert_eq!(disk.files(), Files::new());
}

/// What was built of one platform is safe from another one, until somebody says that they are the same.
#[test]
fn another_platform() {
    let disk = MemoryDisk::new(Files::new());
    write(first(), &disk).unwrap();
    let built = disk.files();
    let of_bank = |extent: Extent| Scope { platform: "bank".to_owned(), extent };
    let all = || of_bank(Extent::All { parametrized: BTreeSet::new() });
    let (dev, prod): (&[Folder<'_>], &[Folder<'_>]) =
        (&[("dev", Origin::Fixed, &[("a.yaml", "kind: A")])], &[("prod", Origin::Fixed, &[("a.yaml", "kind: A2")])]);
    for (scope, folders) in [(all(), dev), (all(), prod), (all(), &[]), (of_bank(Extent::Given), prod)] {
        let error = write(target(scope.clone(), folders), &disk).unwrap_err().to_string();
        assert!(error.contains("what was built of shop") && error.contains("prod/.bvlc-record"), "{error}");
        assert_eq!(disk.files(), built);
        assert_eq!(plan(target(scope, folders), &disk).unwrap_err().to_string(), error);
    }
    // what another build began is completed or undone all the same
    for at in 0..after().1 {
        let disk = MemoryDisk::new(before());
        disk.set_fault(Fault::Kill { at, torn: false });
        drop(write(second(), &disk));
        disk.set_fault(Fault::None);
        assert!(matches!(write(target(all(), prod), &disk), Err(FolderError::OfAnother { .. })), "{at}");
        assert!(disk.files().keys().all(|path| !path.starts_with(".bvlc/")), "{at}");
    }
    // a folder of its own beside those is left to it, and does not concern the first one's `--env`
    write(target(of_bank(Extent::Given), dev), &disk).unwrap();
    assert_eq!(write(target(of_shop(Extent::Given), prod), &disk).unwrap().summary.changed, ["prod/a.yaml"]);
    assert!(matches!(write(first(), &disk), Err(FolderError::OfAnother { .. })));
    // it has another name now
    for (path, bytes) in disk.files().into_iter().filter(|(path, _)| path.ends_with(".bvlc-record")) {
        let renamed = String::from_utf8(bytes).unwrap().replace("\"platform\": \"shop\"", "\"platform\": \"bank\"");
        disk.edit(&path, &renamed);
    }
    let removed = write(target(all(), dev), &disk).unwrap().summary.removed;
    assert!(
        removed.contains(&"prod/a.yaml".to_owned()) && removed.contains(&"preview-1/a.yaml".to_owned()),
        "{removed:?}"
    );
}

#[test]
fn paths_that_no_layout_may_make() {
    const fn fixed() -> Origin {
        Origin::Fixed
    }
    let cases: [(&[Folder<'_>], &str); 8] = [
        (&[("..", fixed(), &[])], "name of a folder"),
        (&[("a/b", fixed(), &[])], "name of a folder"),
        (&[("prod", fixed(), &[("../x", "")])], "path of a file"),
        (&[("prod", fixed(), &[(".bvlc-record", "")])], "path of a file"),
        (&[("prod", fixed(), &[("a", ""), ("a", "")])], "two objects"),
        (&[("prod", fixed(), &[("a", ""), ("a/b", "")])], "both a file and a folder"),
        (&[("prod", fixed(), &[]), ("prod", fixed(), &[])], "two environments"),
        (&[("prod", fixed(), &[("a", "")])], "not in the folder of its environment"),
    ];
    for (folders, expected) in cases {
        let disk = MemoryDisk::new(Files::new());
        let mut target = target(all(), folders);
        if expected.starts_with("not in") {
            target.environments[0].0.name = "staging".to_owned();
        }
        let error = write(target, &disk).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(disk.files(), Files::new());
    }
}

/// A writer refuses an object after files have been staged: all is as it was.
#[test]
fn an_object_that_is_refused() {
    let disk = MemoryDisk::new(before());
    let mut target = second();
    let refused = WriteError { what: "Service prod/web".to_owned(), reason: "told to fail".to_owned() };
    target.environments[1].1.push(Err(refused.clone()));
    assert_eq!(write(target, &disk), Err(FolderError::Refused(refused)));
    assert!(disk.calls() > 0, "nothing had been staged");
    assert_eq!(disk.files(), before());
}
