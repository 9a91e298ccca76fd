//! The fences of every code's explanation.
//!
//! `bvl bad` gives exactly this code on its `//~` lines; `bvl good` gives nothing; `bvl fixed` is what the fix makes of
//! the `bad` before it (all safe fixes, or with `fix=N` the N-th) and gives nothing. `bvl file=PATH` is one more file of
//! the platform before it. `yaml bad` and `yaml good` are the same for manifests of others, with `#~`.

use crate::annotation;
use crate::case::{Case, Outcome, Setup, outcome};
use crate::compare::{difference, unmatched};
use crate::compiler::{Choice, Explained, Files};
use crate::example::Example;
use crate::fence::{self, Fence};

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Vec<Case> {
    let codes = setup.compiler.codes();
    codes
        .into_iter()
        .map(|code| {
            let setup = setup.clone();
            Case::new(format!("explain/{}-{}", code.code, code.slug), move || judge(&setup, &code))
        })
        .collect()
}

/// The file that a `yaml` fence is.
const MANIFESTS: &str = "manifests.yaml";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Bad,
    Good,
    Fixed,
}

fn role(fence: &Fence) -> Result<Role, String> {
    let roles = [("bad", Role::Bad), ("good", Role::Good), ("fixed", Role::Fixed)];
    let mut found = roles.into_iter().filter(|(flag, _)| fence.has(flag));
    match (found.next(), found.next()) {
        (Some((_, role)), None) => Ok(role),
        _ => Err(format!("line {}: a `{}` fence is one of bad, good and fixed", fence.line - 1, fence.language)),
    }
}

/// The examples of a page, each with the files of the fences behind it.
fn examples<'f>(setup: &Setup, fences: &'f [Fence]) -> Result<Vec<(Role, &'f Fence, Example)>, String> {
    let mut examples: Vec<(Role, &Fence, Example)> = Vec::new();
    for fence in fences.iter().filter(|fence| fence.language == "bvl") {
        match (fence.key("file"), examples.last_mut()) {
            (Some(path), Some((_, _, example))) => example.add(path, fence),
            (Some(_), None) => return Err(format!("line {}: no `bvl` fence stands before it", fence.line - 1)),
            (None, _) => examples.push((role(fence)?, fence, Example::new(setup, fence)?)),
        }
    }
    Ok(examples)
}

/// The platforms of each `bvl bad` example of a code.
pub(crate) fn bad(setup: &Setup, explained: &Explained) -> Result<Vec<Files>, String> {
    let fences = fence::fences(&explained.page)?;
    let bad = examples(setup, &fences)?.into_iter().filter(|(role, ..)| *role == Role::Bad);
    let whole = bad.filter(|(_, fence, _)| fence.key("in") != Some("syntax"));
    Ok(whole.map(|(_, _, example)| example.stripped()).collect())
}

/// What a terminal shows of each `bad` example of a code.
pub(crate) fn shown(setup: &Setup, explained: &Explained) -> Result<Vec<String>, String> {
    let fences = fence::fences(&explained.page)?;
    let bad = examples(setup, &fences)?.into_iter().filter(|(role, ..)| *role == Role::Bad);
    let of_specs = bad.map(|(_, _, example)| setup.compiler.show(&example.stripped(), &explained.code));
    let of_manifests = fences.iter().filter(|fence| fence.language == "yaml" && fence.has("bad")).map(|fence| {
        let files = Files::from([(MANIFESTS.to_owned(), annotation::strip_manifest(&fence.body))]);
        setup.compiler.show_manifests(&files, &explained.code)
    });
    Ok(of_specs.chain(of_manifests).collect())
}

/// Whether a page's fences hold.
pub(crate) fn judge(setup: &Setup, explained: &Explained) -> Outcome {
    let fences = fence::fences(&explained.page)?;
    let examples = examples(setup, &fences)?;
    let mut wrong = Vec::new();
    let mut bad: Option<&Example> = None;
    for (role, fence, example) in &examples {
        match role {
            Role::Bad => {
                wrong.extend(faults_of_bad(setup, explained, fence, example)?);
                bad = Some(example);
            }
            Role::Good => wrong.extend(example.dirt(setup, &explained.code)),
            Role::Fixed => {
                wrong.extend(faults_of_fixed(setup, fence, example, bad)?);
                wrong.extend(example.dirt(setup, &explained.code));
            }
        }
    }
    let (mut has_bad_yaml, mut has_good_yaml) = (false, false);
    for fence in fences.iter().filter(|fence| fence.language == "yaml") {
        let is_bad = match role(fence)? {
            Role::Bad => true,
            Role::Good => false,
            Role::Fixed => return Err(format!("line {}: manifests have no fixes", fence.line - 1)),
        };
        has_bad_yaml |= is_bad;
        has_good_yaml |= !is_bad;
        wrong.extend(faults_of_manifests(setup, explained, fence, is_bad)?);
    }
    if has_bad_yaml && !has_good_yaml {
        wrong.push("a page with a `yaml bad` shows the way out too: add a `yaml good`".to_owned());
    }
    let has = |wanted: Role| examples.iter().any(|(role, ..)| *role == wanted);
    if has(Role::Bad) && !has(Role::Good) && !has(Role::Fixed) {
        wrong.push("a page with a `bvl bad` shows the way out too: add a `bvl good` or a `bvl fixed`".to_owned());
    }
    outcome(&wrong)
}

fn faults_of_bad(setup: &Setup, own: &Explained, fence: &Fence, example: &Example) -> Result<Vec<String>, String> {
    let claims = example.claims()?;
    let mut wrong = example.differences(setup)?;
    if claims.is_empty() {
        wrong.push(format!("line {}: a `bvl bad` says with `//~ {}` where it is bad", fence.line, own.code));
    }
    let others = claims.iter().filter(|claim| claim.code != own.code);
    wrong.extend(others.map(|claim| {
        format!("{}: {} is another page's; show that in tests/fail", example.place(&claim.path, claim.line), claim.code)
    }));
    Ok(wrong)
}

fn faults_of_manifests(setup: &Setup, own: &Explained, fence: &Fence, is_bad: bool) -> Result<Vec<String>, String> {
    let claims = annotation::claims(MANIFESTS, &fence.body)?;
    let found = setup.compiler.verify(&Files::from([(MANIFESTS.to_owned(), fence.body.clone())]));
    let mut wrong = unmatched(&claims, &found, &|_, line| format!("line {}", fence.line + line - 1));
    if claims.is_empty() == is_bad {
        wrong.push(format!(
            "line {}: `#~ {}` says in a `yaml bad` where it is bad, and nowhere else",
            fence.line, own.code
        ));
    }
    let others = claims.iter().filter(|claim| claim.code != own.code);
    wrong.extend(others.map(|claim| format!("{} is another page's; show that in tests/verify", claim.code)));
    Ok(wrong)
}

fn faults_of_fixed(
    setup: &Setup,
    fence: &Fence,
    example: &Example,
    bad: Option<&Example>,
) -> Result<Vec<String>, String> {
    let bad = bad.ok_or_else(|| format!("line {}: no `bvl bad` stands before it", fence.line - 1))?;
    let choice = match fence.key("fix") {
        None => Choice::Safe,
        Some(number) => Choice::Nth(number.parse().map_err(|_| format!("fix={number} is no number"))?),
    };
    let Some(fixed) = setup.compiler.fix(&bad.stripped(), choice) else {
        return Ok(vec![format!("line {}: the `bvl bad` before it has no such fix ({choice:?})", fence.line)]);
    };
    let expected = example.stripped();
    let mut wrong = Vec::new();
    for (path, text) in &fixed {
        let known = expected.get(path).map_or("", String::as_str);
        wrong.extend(difference(known, text).map(|diff| format!("line {}: {path}\n{diff}", fence.line)));
    }
    Ok(wrong)
}
