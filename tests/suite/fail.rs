//! `tests/fail`: what must be reported, by annotation. A file is a platform; a folder with `platform.bvl` is one too.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compare::unmatched;
use crate::compiler::Files;
use crate::disk;
use crate::example::{ROOT, claims};

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let platforms = platforms(setup)?;
    let cases = platforms.into_iter().map(|(path, platform)| {
        let setup = setup.clone();
        Case::new(format!("fail/{path}"), move || judge(&setup, &platform))
    });
    Ok(cases.collect())
}

/// The trial that the corpus is as broad as it was.
pub(crate) fn corpus_case(setup: &Setup) -> Result<Case, String> {
    let platforms = platforms(setup)?;
    Ok(Case::new("fail/the corpus is broad", move || Corpus::of(&platforms)?.judge()))
}

/// What the corpus holds.
#[derive(Debug, Default, PartialEq, Eq)]
struct Corpus {
    /// Mistakes by the name of the platform that they were made in.
    mistakes: BTreeMap<String, usize>,
    /// Cases with three mistakes and more, in two files and more.
    scattered: usize,
}

impl Corpus {
    fn of(platforms: &[(String, Files)]) -> Result<Self, String> {
        let mut corpus = Self::default();
        for (_, files) in platforms {
            let claims = claims(files)?;
            let places: BTreeSet<&str> = claims.iter().map(|claim| claim.path.as_str()).collect();
            corpus.scattered += usize::from(claims.len() >= 3 && places.len() >= 2);
            let mut named = files.get(ROOT).into_iter().flat_map(|text| text.lines());
            let name = named.find_map(|line| line.strip_prefix("platform ")?.split_whitespace().next());
            *corpus.mistakes.entry(name.unwrap_or_default().to_owned()).or_default() += claims.len();
        }
        Ok(corpus)
    }

    fn judge(&self) -> Outcome {
        let sum: usize = self.mistakes.values().sum();
        let platforms = self.mistakes.values().filter(|n| **n >= 10).count();
        let bars = [
            (sum, 600, "mistakes"),
            (platforms, 10, "platforms in which ten mistakes and more were made"),
            (self.scattered, 60, "cases with three mistakes and more in two files and more"),
        ];
        let wrong = bars.iter().filter(|(n, least, _)| n < least);
        outcome(&wrong.map(|(n, least, what)| format!("{n} {what}, and there were {least}")).collect::<Vec<_>>())
    }
}

/// The trials of this file.
pub(crate) fn trials() -> Vec<Case> {
    let counting = Case::new("harness/fail/counts", || {
        let root = "platform a {\n  x //~ BVL0001\n  y //~ BVL0001\n}\n".to_owned();
        let more = Files::from([(ROOT.to_owned(), root.clone()), ("b.bvl".to_owned(), "z //~ BVL0001\n".to_owned())]);
        let corpus = Corpus::of(&[(String::new(), Files::from([(ROOT.to_owned(), root)])), (String::new(), more)])?;
        let expected = Corpus { mistakes: BTreeMap::from([("a".to_owned(), 5)]), scattered: 1 };
        if corpus == expected && corpus.judge().is_err() { Ok(()) } else { Err(format!("{corpus:?}")) }
    });
    vec![counting]
}

/// The platforms by path.
pub(crate) fn platforms(setup: &Setup) -> Result<Vec<(String, Files)>, String> {
    let files = disk::tree(&setup.root.join("tests/fail"))?;
    let roots: Vec<String> = files
        .keys()
        .filter_map(|path| path.strip_suffix(ROOT).filter(|folder| folder.ends_with('/')).map(str::to_owned))
        .collect();
    let mut platforms = Vec::new();
    for (path, text) in &files {
        let platform: Files = match roots.iter().find(|root| path.starts_with(root.as_str())) {
            None => Files::from([(ROOT.to_owned(), text.clone())]),
            Some(root) if path.strip_prefix(root.as_str()) == Some(ROOT) => {
                let inside = files.iter().filter_map(|(path, text)| Some((path.strip_prefix(root.as_str())?, text)));
                inside.map(|(path, text)| (path.to_owned(), text.clone())).collect()
            }
            Some(_) => continue,
        };
        platforms.push((path.clone(), platform));
    }
    Ok(platforms)
}

/// Whether what is found is what the annotations claim.
pub(crate) fn judge(setup: &Setup, files: &Files) -> Outcome {
    let claims = claims(files)?;
    if claims.is_empty() {
        return Err("no `//~` claims anything: what must fail says what with".to_owned());
    }
    outcome(&unmatched(&claims, &setup.compiler.diagnose(files), &|path, line| format!("{path}:{line}")))
}

/// The trials of preludes: each is clean when nothing is set into it.
pub(crate) fn prelude_cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let files = disk::tree(&setup.root.join("tests/prelude"))?;
    let cases = files.into_iter().map(|(path, text)| {
        let setup = setup.clone();
        Case::new(format!("prelude/{path}"), move || {
            let (text, _) = crate::example::set_in(&text, "").ok_or("there is no line `// HERE`")?;
            let found = setup.compiler.diagnose(&Files::from([(ROOT.to_owned(), text)]));
            outcome(&unmatched(&[], &found, &|_, line| format!("line {line}, with nothing at HERE")))
        })
    });
    Ok(cases.collect())
}
