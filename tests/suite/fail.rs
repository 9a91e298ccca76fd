//! `tests/fail`: what must be reported, by annotation. A file is a platform; a folder with `platform.bvl` is one too.

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compare::unmatched;
use crate::compiler::Files;
use crate::disk;
use crate::example::{ROOT, claims};

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let cases = platforms(setup)?.into_iter().map(|(path, platform)| {
        let setup = setup.clone();
        Case::new(format!("fail/{path}"), move || judge(&setup, &platform))
    });
    Ok(cases.collect())
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
