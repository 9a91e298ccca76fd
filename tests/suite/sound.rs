//! `tests/sound`: what must give nothing, at the very edge of a rule. A file says of which code's edge it stands, and
//! which change takes it beyond: there the code is found, so that no file can stand somewhere else unnoticed.
//!
//! ```text
//! // edge: BVL0701 in shutdown
//! // beyond: grace 38s => grace 37s
//! grace 38s; pre-stop 5s; drain 30s
//! ```

use std::collections::BTreeSet;

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compiler::{Files, Found, Weight};
use crate::disk;
use crate::edgeless::EDGELESS;
use crate::example::{ROOT, set_in};

/// One edge.
#[derive(Debug, PartialEq, Eq)]
struct Edge {
    /// The code of the rule.
    code: String,
    /// The prelude that its lines are set into; a whole platform where there is none.
    prelude: Option<String>,
    /// What stands on the edge, and what stands beyond it in its place, wherever it occurs.
    beyond: (String, String),
    /// Its lines.
    body: String,
}

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Result<Vec<Case>, String> {
    let files = disk::tree(&setup.root.join("tests/sound"))?;
    let mut cases = Vec::new();
    let mut edges: BTreeSet<String> = BTreeSet::new();
    for (path, text) in files {
        let edge = read(&text).map_err(|fault| format!("tests/sound/{path}: {fault}"))?;
        edges.insert(edge.code.clone());
        let setup = setup.clone();
        cases.push(Case::new(format!("sound/{path}"), move || judge(&setup, &edge)));
    }
    let setup = setup.clone();
    cases.push(Case::new("sound/every check has an edge", move || {
        outcome(&lacking(&setup.compiler.checks(), &edges, EDGELESS))
    }));
    Ok(cases)
}

/// The checks that have neither an edge nor a reason why there is none, and the reasons that nothing needs.
fn lacking(checks: &[String], edges: &BTreeSet<String>, edgeless: &[(&str, &str)]) -> Vec<String> {
    let is_excused = |code: &str| edgeless.iter().any(|(known, _)| *known == code);
    let bare = checks.iter().filter(|code| !edges.contains(*code) && !is_excused(code));
    let bare = bare.map(|code| format!("no file is at the edge of {code}, and edgeless.rs does not say why"));
    let stale = edgeless.iter().map(|(code, _)| *code);
    let stale = stale.filter(|code| edges.contains(*code) || !checks.iter().any(|check| check == code));
    bare.chain(stale.map(|code| format!("edgeless.rs excuses {code}, which has an edge or is no check"))).collect()
}

fn read(text: &str) -> Result<Edge, String> {
    let (mut code, mut prelude, mut beyond) = (None, None, None);
    let mut lines = text.lines().peekable();
    while let Some(said) = lines.peek().and_then(|line| line.strip_prefix("// ")) {
        if let Some(edge) = said.strip_prefix("edge: ") {
            let (id, inside) = edge.split_once(" in ").map_or((edge, None), |(id, inside)| (id, Some(inside)));
            (code, prelude) = (Some(id.to_owned()), inside.map(str::to_owned));
        } else if let Some(change) = said.strip_prefix("beyond: ") {
            let (old, new) = change.split_once(" =>").ok_or("`beyond:` is `OLD => NEW`")?;
            beyond = Some((old.to_owned(), new.trim_start().to_owned()));
        }
        lines.next();
    }
    let body: String = lines.flat_map(|line| [line, "\n"]).collect();
    let beyond = beyond.ok_or("no line `// beyond: OLD => NEW`")?;
    if !body.contains(&beyond.0) {
        return Err(format!("`{}` stands nowhere", beyond.0));
    }
    Ok(Edge { code: code.ok_or("no line `// edge: CODE`")?, prelude, beyond, body })
}

fn judge(setup: &Setup, edge: &Edge) -> Outcome {
    let (old, new) = &edge.beyond;
    let on_it = diagnose(setup, edge, &edge.body)?;
    let beyond = diagnose(setup, edge, &edge.body.replace(old.as_str(), new))?;
    outcome(&differences(edge, &on_it, &beyond))
}

fn differences(edge: &Edge, on_it: &[Found], beyond: &[Found]) -> Vec<String> {
    let counts = |found: &&Found| found.weight == Weight::Counted || found.code == edge.code;
    let mut wrong: Vec<String> = on_it
        .iter()
        .filter(counts)
        .map(|found| format!("line {}, on the edge: {} {:?}", found.line, found.code, found.title))
        .collect();
    if !beyond.iter().any(|found| found.code == edge.code) {
        let (old, new) = &edge.beyond;
        wrong.push(format!("`{new}` in the place of `{old}` does not give {}: it is no edge", edge.code));
    }
    wrong
}

fn diagnose(setup: &Setup, edge: &Edge, body: &str) -> Result<Vec<Found>, String> {
    let text = match &edge.prelude {
        None => body.to_owned(),
        Some(name) => {
            let prelude = disk::read(&setup.root.join("tests/prelude").join(format!("{name}.bvl")))?;
            set_in(&prelude, body).ok_or_else(|| format!("tests/prelude/{name}.bvl has no line `// HERE`"))?.0
        }
    };
    Ok(setup.compiler.diagnose(&Files::from([(ROOT.to_owned(), text)])))
}

/// The trials of this file.
pub(crate) fn trials() -> Vec<Case> {
    let reading = Case::new("harness/sound/reads", || {
        let text = "// edge: BVL0001 in file\n// beyond: a 1 => a 2\n// Why.\na 1\nb\n";
        let expected = Edge {
            code: "BVL0001".to_owned(),
            prelude: Some("file".to_owned()),
            beyond: ("a 1".to_owned(), "a 2".to_owned()),
            body: "a 1\nb\n".to_owned(),
        };
        let faulty = ["// edge: BVL0001\na\n", "// beyond: a =>\na\n", "// edge: BVL0001\n// beyond: b =>\na\n"];
        match read(text) {
            Ok(edge) if edge == expected && faulty.iter().all(|text| read(text).is_err()) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
    let judging = Case::new("harness/sound/judges", || {
        let edge = read("// edge: BVL0001\n// beyond: a => b\na\n")?;
        let found = |code: &str, weight| Found {
            path: ROOT.to_owned(),
            line: 1,
            code: code.to_owned(),
            title: String::new(),
            labels: vec![],
            weight,
        };
        let own = [found("BVL0001", Weight::Hint)];
        let hint = [found("BVL0002", Weight::Hint)];
        let other = [found("BVL0002", Weight::Counted)];
        let table: [(&[Found], &[Found], usize); 5] =
            [(&[], &own, 0), (&hint, &own, 0), (&own, &own, 1), (&other, &own, 1), (&[], &other, 1)];
        let wrong = table.iter().filter(|(on_it, beyond, n)| differences(&edge, on_it, beyond).len() != *n);
        outcome(&wrong.map(|row| format!("{row:?}")).collect::<Vec<_>>())
    });
    let asking = Case::new("harness/sound/asks for edges", || {
        let checks = ["BVL0001", "BVL0002", "BVL0003"].map(str::to_owned);
        let edges = BTreeSet::from(["BVL0001".to_owned()]);
        let table: [(&[(&str, &str)], usize); 4] = [
            (&[("BVL0002", ""), ("BVL0003", "")], 0),
            (&[("BVL0002", "")], 1),
            (&[("BVL0001", ""), ("BVL0002", ""), ("BVL0003", "")], 1),
            (&[("BVL0002", ""), ("BVL0003", ""), ("BVL0004", "")], 1),
        ];
        let wrong = table.iter().filter(|(edgeless, n)| lacking(&checks, &edges, edgeless).len() != *n);
        outcome(&wrong.map(|row| format!("{row:?}")).collect::<Vec<_>>())
    });
    vec![reading, judging, asking]
}
