//! The output folder on a real disk: locks, links, folders that cannot be written. Holds for root too, whom no
//! permission stops: obstacles are files where folders are needed.

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "what is left on the disk is what is tested")]
mod real {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use bvlc::analyze::{Inputs, analyze};
    use bvlc::cli::disk::{Folder, LockedFolder};
    use bvlc::compile::{Disproof, Proven, compile};
    use bvlc::output::OutputFile;
    use bvlc::output::write::{
        self, Batch, Disk, DiskError, DiskMut, EnvironmentFolder, Extent, Flush, FolderError, Kind, Origin, Plan,
        Scope, Written, recover,
    };
    use bvlc::source::files::MemoryFiles;

    /// A proof, of a platform of which nothing is written here.
    fn proven() -> Result<Proven, Disproof> {
        let text = "platform p { kubernetes \"1.33\" }\nenvironment prod { namespace \"p\" }\n";
        let analysis = analyze(&MemoryFiles::new([("platform.bvl", text)]), "platform.bvl", &Inputs::default());
        let compilation = compile(&analysis.checked().unwrap());
        compilation.environments().flatten().for_each(drop);
        compilation.prove()
    }

    /// A fresh folder for one test.
    fn scratch(name: &str) -> PathBuf {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("write").join(name);
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// What a build gives: folders with their files.
    type Target = Vec<(EnvironmentFolder, Vec<Batch>)>;

    fn prod(files: &[(&str, &str)]) -> Target {
        let files = files
            .iter()
            .map(|(path, text)| OutputFile { path: format!("prod/{path}"), bytes: text.as_bytes().to_vec() })
            .collect();
        vec![(EnvironmentFolder { name: "prod".to_owned(), origin: Origin::Fixed }, vec![Ok(files)])]
    }

    /// All environments of a platform without parametrized ones.
    fn all() -> Scope {
        Scope { platform: "shop".to_owned(), extent: Extent::All { parametrized: BTreeSet::new() } }
    }

    fn write(target: Target, disk: &dyn DiskMut) -> Result<Written, FolderError> {
        write::write(all(), target, proven, disk)
    }

    fn plan(target: Target, disk: &dyn Disk) -> Result<Plan, FolderError> {
        write::plan(all(), target, proven, disk)
    }

    fn build(root: &Path, target: Target) -> Result<Written, FolderError> {
        write(target, &Folder::new(root).lock()?)
    }

    /// Every file below a folder with its text, links as what they point at.
    fn tree(root: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut open = vec![root.to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                if path.is_symlink() {
                    found.push((name, format!("-> {}", fs::read_link(&path).unwrap().display())));
                } else if path.is_dir() {
                    found.push((format!("{name}/"), String::new()));
                    open.push(path);
                } else {
                    found.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
        found.sort();
        found
    }

    fn names(root: &Path) -> Vec<String> {
        tree(root).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn builds_and_builds_again() {
        let root = scratch("again").join("new/out");
        build(&root, prod(&[("a.yaml", "A"), ("deep/b.yaml", "B")])).unwrap();
        let all = ["prod/", "prod/.bvlc-record", "prod/a.yaml", "prod/deep/", "prod/deep/b.yaml"];
        assert_eq!(names(&root), all);

        let stamp = |name: &str| fs::metadata(root.join(name)).unwrap().modified().unwrap();
        let old = (stamp("prod/a.yaml"), stamp("prod/.bvlc-record"));
        let same = build(&root, prod(&[("a.yaml", "A"), ("deep/b.yaml", "B")])).unwrap();
        assert_eq!((same.summary.unchanged, same.leftover), (2, None));
        assert_eq!((stamp("prod/a.yaml"), stamp("prod/.bvlc-record")), old);

        fs::write(root.join("prod/mine.txt"), "mine").unwrap();
        let next = build(&root, prod(&[("a.yaml", "A2")])).unwrap().summary;
        assert_eq!((next.changed, next.removed), (vec!["prod/a.yaml".to_owned()], vec!["prod/deep/b.yaml".to_owned()]));
        assert_eq!(names(&root), ["prod/", "prod/.bvlc-record", "prod/a.yaml", "prod/mine.txt"]);
        assert_eq!(fs::read_to_string(root.join("prod/a.yaml")).unwrap(), "A2");
    }

    #[test]
    fn comparing_writes_nothing() {
        let root = scratch("compare");
        build(&root, prod(&[("a.yaml", "A"), ("b.yaml", "B")])).unwrap();
        let before = tree(&root);
        assert!(!plan(prod(&[("a.yaml", "A"), ("b.yaml", "B")]), &Folder::new(&root)).unwrap().differs());
        let planned = plan(prod(&[("a.yaml", "A2"), ("c.yaml", "C")]), &Folder::new(&root)).unwrap();
        let lines = planned.to_string();
        for line in ["create      prod/c.yaml\n", "change      prod/a.yaml\n", "remove      prod/b.yaml\n"] {
            assert!(lines.contains(line), "{lines}");
        }
        assert!(planned.differs() && tree(&root) == before);

        let missing = root.join("missing");
        assert!(plan(prod(&[("a.yaml", "A")]), &Folder::new(&missing)).unwrap().differs());
        assert!(!missing.exists());
    }

    #[test]
    fn one_build_at_a_time() {
        let root = scratch("lock");
        let first = Folder::new(&root).lock().unwrap();
        let refused = Folder::new(&root).lock().unwrap_err();
        assert!(refused.message.contains("another build is writing there"), "{refused}");
        drop(first);
        assert!(names(&root).is_empty());
        // a lock file whose process is gone blocks nobody
        fs::create_dir(root.join(".bvlc")).unwrap();
        fs::write(root.join(".bvlc/lock"), "").unwrap();
        build(&root, prod(&[("a.yaml", "A")])).unwrap();
        assert_eq!(names(&root), ["prod/", "prod/.bvlc-record", "prod/a.yaml"]);
    }

    /// Builds that start at the same moment either wait their turn or are refused; the folder is never a mixture.
    #[test]
    fn many_builds_at_once() {
        let root = scratch("many");
        let text = |name: &str| fs::read_to_string(root.join("prod").join(name)).unwrap_or_default();
        std::thread::scope(|scope| {
            for builder in 0..8 {
                let root = &root;
                scope.spawn(move || {
                    for turn in 0..40 {
                        let version = format!("{builder}.{turn}");
                        match Folder::new(root).lock() {
                            Ok(disk) => {
                                assert_eq!(text("a.yaml"), text("b.yaml"));
                                write(prod(&[("a.yaml", &version), ("b.yaml", &version)]), &disk).unwrap();
                            }
                            Err(error) => assert!(error.message.contains("another build"), "{error}"),
                        }
                    }
                });
            }
        });
        build(&root, prod(&[("a.yaml", "last"), ("b.yaml", "last")])).unwrap();
        assert_eq!(names(&root), ["prod/", "prod/.bvlc-record", "prod/a.yaml", "prod/b.yaml"]);
    }

    #[test]
    fn a_folder_that_cannot_be_written() {
        let root = scratch("unwritable");
        let out = root.join("out");
        fs::write(&out, "a file").unwrap();
        let error = build(&out, prod(&[("a.yaml", "A")])).unwrap_err().to_string();
        assert!(error.contains("cannot write into") && error.contains("it is not a folder"), "{error}");
        let error = build(&out.join("deeper"), prod(&[("a.yaml", "A")])).unwrap_err().to_string();
        assert!(error.contains("it is not a folder"), "{error}");

        let out = root.join("with-file");
        fs::create_dir(&out).unwrap();
        fs::write(out.join(".bvlc"), "a file").unwrap();
        assert!(matches!(build(&out, prod(&[("a.yaml", "A")])), Err(FolderError::Disk(_))));
        assert_eq!(tree(&out), [(".bvlc".to_owned(), "a file".to_owned())]);
    }

    /// Something takes a file's place after the comparison: the rename fails, and the one before it is undone.
    #[test]
    fn a_failure_in_the_middle() {
        let root = scratch("middle");
        build(&root, prod(&[("a.yaml", "A"), ("c.yaml", "C")])).unwrap();
        let disk = Folder::new(&root).lock().unwrap();
        let mut expected = tree(&root);
        expected.push(("prod/b.yaml/".to_owned(), String::new()));
        expected.sort();
        let environments = prod(&[("a.yaml", "A2"), ("b.yaml", "B")]).into_iter().map(|(folder, batches)| {
            let obstacle = std::iter::from_fn(|| {
                fs::create_dir(root.join("prod/b.yaml")).unwrap();
                None
            });
            (folder, batches.into_iter().chain(obstacle))
        });
        let error = write::write(all(), environments, proven, &disk).unwrap_err().to_string();
        assert!(error.contains("prod/b.yaml") && error.ends_with("the output is as it was before"), "{error}");
        assert_eq!(tree(&root), expected);
    }

    /// A disk whose process dies after some changing calls.
    struct Dying {
        disk: LockedFolder,
        calls_left: AtomicUsize,
    }

    impl Dying {
        fn call(&self, path: &str) -> Result<(), DiskError> {
            let spend = |left: usize| left.checked_sub(1);
            match self.calls_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend) {
                Ok(_) => Ok(()),
                Err(_) => Err(DiskError { path: path.to_owned(), doing: "go on", message: "killed".to_owned() }),
            }
        }
    }

    impl Disk for Dying {
        fn look(&self, path: &str) -> Result<Option<Kind>, DiskError> {
            self.disk.look(path)
        }
        fn read(&self, path: &str) -> Result<Vec<u8>, DiskError> {
            self.disk.read(path)
        }
        fn list(&self, path: &str) -> Result<Vec<(String, Kind)>, DiskError> {
            self.disk.list(path)
        }
    }

    impl DiskMut for Dying {
        fn write(&self, path: &str, bytes: &[u8], flush: Flush) -> Result<(), DiskError> {
            if let Err(killed) = self.call(path) {
                // what it died in: only the first call finds the path free
                drop(self.disk.write(path, &bytes[..bytes.len() / 2], flush));
                return Err(killed);
            }
            self.disk.write(path, bytes, flush)
        }
        fn keep(&self, from: &str, to: &str) -> Result<(), DiskError> {
            self.call(to).and_then(|()| self.disk.keep(from, to))
        }
        fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
            self.call(to).and_then(|()| self.disk.rename(from, to))
        }
        fn remove(&self, path: &str) -> Result<(), DiskError> {
            self.call(path).and_then(|()| self.disk.remove(path))
        }
        fn remove_folder_if_empty(&self, path: &str) -> Result<(), DiskError> {
            self.call(path).and_then(|()| self.disk.remove_folder_if_empty(path))
        }
    }

    #[test]
    fn goes_on_after_a_kill_at_every_call() {
        let first = || prod(&[("a.yaml", "A"), ("b.yaml", "B"), ("deep/c.yaml", "C")]);
        let second = || prod(&[("a.yaml", "A"), ("b.yaml", "B2"), ("deeper/d.yaml", "D")]);
        let root = scratch("kill");
        build(&root, first()).unwrap();
        let old = tree(&root);
        build(&root, second()).unwrap();
        let new = tree(&root);
        let mut ends = BTreeSet::new();
        for at in 0.. {
            let root = scratch("kill");
            build(&root, first()).unwrap();
            let dying = Dying { disk: Folder::new(&root).lock().unwrap(), calls_left: AtomicUsize::new(at) };
            let died = write(second(), &dying);
            if died.as_ref().is_ok_and(|written| written.leftover.is_none()) {
                assert_eq!(tree(&root).len(), new.len() + 2, "only the lock is left: {at}");
                break;
            }
            drop(dying);
            let killed = names(&root).iter().any(|name| name.starts_with(".bvlc"));
            let reported = matches!(plan(second(), &Folder::new(&root)), Err(FolderError::Interrupted(_)));
            assert_eq!(killed, reported, "{at}");
            let recovered = recover(&Folder::new(&root).lock().unwrap()).unwrap();
            let now = tree(&root);
            assert!(now == old || now == new, "killed at {at}, {recovered:?}: {now:?}");
            ends.insert((now == new, format!("{recovered:?}")));
            build(&root, second()).unwrap();
            assert_eq!(tree(&root), new, "{at}");
        }
        assert!(
            ends.contains(&(false, "CleanedUp".to_owned())) && ends.contains(&(true, "Completed".to_owned())),
            "{ends:?}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        use std::os::unix::fs::symlink;
        for (at, what) in [("prod", "folder"), ("prod/a.yaml", "file"), (".bvlc", "folder")] {
            let root = scratch("links");
            let (out, outside) = (root.join("out"), root.join("outside"));
            fs::create_dir_all(&outside).unwrap();
            fs::write(outside.join("file"), "theirs").unwrap();
            fs::create_dir_all(out.join(at).parent().unwrap()).unwrap();
            let target = if what == "folder" { outside.clone() } else { outside.join("file") };
            symlink(target, out.join(at)).unwrap();
            let before = tree(&root);
            let error = build(&out, prod(&[("a.yaml", "A")])).unwrap_err().to_string();
            assert!(error.contains("a link"), "{error}");
            assert_eq!(tree(&root), before, "{at}");
        }
        // the output folder itself may be one
        let root = scratch("links");
        fs::create_dir(root.join("real")).unwrap();
        symlink(root.join("real"), root.join("out")).unwrap();
        build(&root.join("out"), prod(&[("a.yaml", "A")])).unwrap();
        assert!(root.join("real/prod/a.yaml").is_file());
    }

    /// What was written goes through a link that took its folder's place: neither followed nor removed.
    #[cfg(unix)]
    #[test]
    fn a_folder_became_a_link() {
        let root = scratch("became");
        let out = root.join("out");
        build(&out, prod(&[("a.yaml", "A"), ("deep/b.yaml", "B")])).unwrap();
        fs::rename(out.join("prod/deep"), root.join("moved")).unwrap();
        std::os::unix::fs::symlink(root.join("moved"), out.join("prod/deep")).unwrap();
        let summary = build(&out, prod(&[("a.yaml", "A")])).unwrap().summary;
        assert_eq!(summary.kept, ["prod/deep/b.yaml"]);
        assert_eq!(fs::read_to_string(root.join("moved/b.yaml")).unwrap(), "B");
    }
}
