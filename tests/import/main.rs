//! Manifests as a spec. The streams of the examples come back whole, in as few statements as people needed; sets of other
//! styles stand beside the spec and the list that come of them, which people review. `BLESS=1` rewrites those.

#[cfg(test)]
mod hostile;

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "manifests and what comes of them are files")]
mod cases {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use bvlc::analyze::{Inputs, analyze};
    use bvlc::compile::compile;
    use bvlc::query::import::{Imported, Left, import, json};
    use bvlc::source::files::MemoryFiles;
    use bvlc::source::{FileId, Provenance, SourceMap};
    use bvlc::syntax::{self, tree::Item};

    const EXAMPLES: &str = "examples";
    const SETS: &str = "tests/import";

    /// Every file below a folder with this ending, by its path there.
    fn below(folder: &Path, ending: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(inner) = folders.pop() {
            for entry in fs::read_dir(&inner).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|own| own == ending) {
                    let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                    found.insert(name, fs::read_to_string(&path).unwrap());
                }
            }
        }
        found
    }

    fn imported(files: &BTreeMap<String, String>, name: &str) -> (SourceMap, Imported) {
        let mut sources = SourceMap::default();
        let ids: Vec<FileId> =
            files.iter().map(|(path, text)| sources.add(path.as_str(), text.as_str(), Provenance::User)).collect();
        let imported = import(&sources, &ids, "default", name);
        (sources, imported)
    }

    /// How many statements files have, those in braces too.
    fn statements<'t>(files: impl Iterator<Item = &'t String>) -> usize {
        fn count(items: &[Item]) -> usize {
            let own = items.iter().map(|item| match item {
                Item::Statement(statement) => 1 + statement.block.as_ref().map_or(0, |block| count(&block.items)),
                Item::Comment(_) | Item::Blank(_) | Item::Stray(_) => 0,
            });
            own.sum()
        }
        files.map(|text| count(&syntax::parse(FileId::default(), &Arc::from(text.as_str())).items)).sum()
    }

    /// What `bvlc build -o -` writes of an example, without the values of charts, which are no objects.
    fn stream(example: &str) -> BTreeMap<String, String> {
        let expected = Path::new(EXAMPLES).join(example).join("expected");
        let mut files = below(&expected, "yaml");
        files.retain(|path, _| !path.contains("/values/"));
        files
    }

    fn lines(left: &[Left], sources: &SourceMap) -> String {
        let lines = left.iter().map(|one| json::render(one, sources).to_string() + "\n");
        lines.collect()
    }

    /// What the examples build is a spec again, nothing of it is lost, and it takes few more statements.
    #[test]
    fn examples_come_back_whole() {
        for example in ["hello", "bitvault", "shop", "observed"] {
            let files = stream(example);
            let (sources, imported) = imported(&files, example);
            assert_eq!(imported.faults, Vec::<String>::new(), "{example}");
            let left = lines(&imported.left, &sources);
            assert_eq!(left, "", "{example}");
            let written = statements(imported.spec.values());
            let original = statements(below(&Path::new(EXAMPLES).join(example), "bvl").values());
            println!("{example}: {written} statements, {original} in the original");
            assert!(written * 2 <= original * 3, "{example}: {written} statements, {original} in the original");
        }
    }

    /// What is written to disk comes back as well, values of charts among it: those are no objects, and said to be none.
    #[test]
    fn what_is_written_comes_back_whole() {
        for example in ["hello", "bitvault", "observed"] {
            let files = below(&Path::new(EXAMPLES).join(example).join("expected"), "yaml");
            let n_values = files.keys().filter(|path| path.contains("/values/")).count();
            let (sources, imported) = imported(&files, example);
            assert_eq!(imported.faults, Vec::<String>::new(), "{example}");
            assert_eq!(imported.broken.len(), 0, "{example}");
            assert_eq!(lines(&imported.left, &sources), "", "{example}");
            assert_eq!(imported.strange.len(), n_values, "{example}");
        }
    }

    fn held(path: &Path, text: &str) {
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let there = fs::read_to_string(path).unwrap_or_default();
        assert_eq!(there, text, "{}: BLESS=1 rewrites it", path.display());
    }

    fn sets() -> Vec<PathBuf> {
        let entries = fs::read_dir(SETS).unwrap().map(|entry| entry.unwrap().path());
        let mut sets: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
        sets.sort();
        assert!(sets.len() >= 5);
        sets
    }

    /// What is written builds without an error, and it and the list are what people have reviewed.
    #[test]
    fn sets_of_other_styles_become_specs() {
        for set in sets() {
            let name = set.file_name().unwrap().to_str().unwrap().to_owned();
            let (sources, imported) = imported(&below(&set, "yaml"), &name);
            assert_eq!(imported.faults, Vec::<String>::new(), "{name}");
            for (path, text) in &imported.spec {
                held(&set.join("expected").join(path), text);
            }
            let there = below(&set.join("expected"), "bvl");
            assert!(there.keys().eq(imported.spec.keys()), "{name}: a file that is no longer written");
            held(&set.join("left.jsonl"), &lines(&imported.left, &sources));
        }
    }

    /// What is built of an imported spec is imported to the same spec: no reader takes less than is emitted of its words.
    #[test]
    fn what_is_built_of_an_import_comes_back() {
        for set in sets() {
            let name = set.file_name().unwrap().to_str().unwrap().to_owned();
            let (_, first) = imported(&below(&set, "yaml"), &name);
            let files = first.spec.iter().map(|(path, text)| (path.as_str(), text.as_str()));
            let analysis = analyze(&MemoryFiles::new(files), "platform.bvl", &Inputs::default());
            let checked = analysis.checked().unwrap();
            let compilation = compile(&checked);
            let objects = compilation.environments().flatten().flatten();
            let built: Vec<String> = objects.map(|object| serde_json::to_string(&object).unwrap()).collect();
            let stream = BTreeMap::from([("built.yaml".to_owned(), built.join("\n---\n"))]);
            let (sources, second) = imported(&stream, &name);
            assert_eq!(second.faults, Vec::<String>::new(), "{name}");
            assert_eq!(lines(&second.left, &sources), "", "{name}");
        }
    }

    /// A field that no reader takes is listed, whatever it is: each kind of loss, at its place.
    #[test]
    fn nothing_is_lost_in_silence() {
        let mut files = stream("hello");
        let deployment = files.get_mut("prod/deployment-web.yaml").unwrap();
        let with = deployment
            .replace("      enableServiceLinks: false\n", "      enableServiceLinks: false\n      hostname: x\n");
        assert_ne!(*deployment, with);
        *deployment = with;
        let policy = files.get_mut("prod/network-policy-greeter.yaml").unwrap();
        let open = policy.replace("    - port: 8080\n", "    - port: 8090\n");
        assert_ne!(*policy, open);
        *policy = open;
        let (sources, imported) = imported(&files, "hello");
        let said = lines(&imported.left, &sources);
        assert!(said.contains("\"path\":\"spec.template.spec.hostname\""), "{said}");
        assert!(said.contains("prod/deployment-web.yaml"), "{said}");
        assert!(!imported.spec.values().any(|text| text.contains("-> greeter")), "neither half lets it pass at 8080");
    }
}
