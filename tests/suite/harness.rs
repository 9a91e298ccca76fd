//! The suite's own trials: each kind is run over a small repository of its own with the toy compiler, and must pass what
//! is right and fail what is wrong, for the stated reason.

use std::path::PathBuf;
use std::sync::Arc;

use crate::case::{Case, Outcome, Setup};
use crate::compiler::Explained;
use crate::toy::Toy;
use crate::{
    annotation, build, compare, console, disk, explanation, fail, fence, format, literate, modules, reference, sound,
    verify, words,
};

/// What a kind makes of a repository: each trial's name, and a part of its failure or `""` for success.
type Verdicts = &'static [(&'static str, &'static str)];

/// Every trial of the harness.
pub(crate) fn cases() -> Vec<Case> {
    let parts = [
        annotation::trials(),
        compare::trials(),
        console::trials(),
        fail::trials(),
        fence::trials(),
        literate::trials(),
        modules::trials(),
        sound::trials(),
        words::trials(),
        kinds(),
    ];
    parts.into_iter().flatten().collect()
}

/// An empty repository in which everything is judged by the toy compiler.
fn setup(name: &str, bless: bool, pages: Vec<Explained>) -> Result<Setup, String> {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("harness").join(name);
    disk::empty(&root)?;
    let scratch = root.join("scratch");
    Ok(Setup {
        root,
        scratch,
        binary: PathBuf::from(env!("CARGO_BIN_EXE_bvlc")),
        bless,
        compiler: Arc::new(Toy { pages }),
    })
}

fn expect(cases: Vec<Case>, expected: Verdicts) -> Outcome {
    let names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    let wanted: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    if names != wanted {
        return Err(format!("found the trials {names:?}"));
    }
    for (case, (name, why)) in cases.into_iter().zip(expected) {
        match case.run() {
            Ok(()) if why.is_empty() => {}
            Err(found) if !why.is_empty() && found.contains(why) => {}
            other => return Err(format!("{name}: {other:?}")),
        }
    }
    Ok(())
}

fn write(setup: &Setup, files: &[(&str, &str)]) -> Outcome {
    files.iter().try_for_each(|(path, text)| disk::write(&setup.root.join(path), text))
}

fn kinds() -> Vec<Case> {
    vec![
        Case::new("harness/kinds/fail", fail_kind),
        Case::new("harness/kinds/verify", verify_kind),
        Case::new("harness/kinds/prelude", prelude_kind),
        Case::new("harness/kinds/build", build_kind),
        Case::new("harness/kinds/bless", bless),
        Case::new("harness/kinds/literate", literate_kind),
        Case::new("harness/kinds/explanation", explanation_kind),
        Case::new("harness/kinds/reference", reference_kind),
        Case::new("harness/kinds/format", format_kind),
        Case::new("harness/kinds/cli", cli_kind),
    ]
}

fn fail_kind() -> Outcome {
    let setup = setup("fail", false, Vec::new())?;
    write(
        &setup,
        &[
            ("tests/fail/a/claimed.bvl", "bad BVL0101 one two //~ BVL0101 \"two\"\nhint BVL0102\n"),
            ("tests/fail/a/nothing.bvl", "good\n"),
            ("tests/fail/a/unclaimed.bvl", "bad BVL0101 x //~ BVL0101\nbad BVL0102 y\n"),
            ("tests/fail/a/unfound.bvl", "good //~ BVL0101\n"),
            ("tests/fail/b/many/other.bvl", "bad BVL0103 z //~ BVL0103 platform.bvl:1\nsee platform.bvl 1\n"),
            ("tests/fail/b/many/platform.bvl", "good\n"),
        ],
    )?;
    expect(
        fail::cases(&setup)?,
        &[
            ("fail/a/claimed.bvl", ""),
            ("fail/a/nothing.bvl", "no `//~` claims anything"),
            ("fail/a/unclaimed.bvl", "platform.bvl:2: reported without `//~`: BVL0102 \"y\""),
            ("fail/a/unfound.bvl", "platform.bvl:1: not reported: BVL0101"),
            ("fail/b/many/platform.bvl", ""),
        ],
    )
}

fn verify_kind() -> Outcome {
    let setup = setup("verify", false, Vec::new())?;
    write(
        &setup,
        &[
            ("tests/verify/claimed.yaml", "bad BVL1101 x #~ BVL1101\n"),
            ("tests/verify/clean.yaml", "good\n"),
            ("tests/verify/unclaimed.yaml", "bad BVL1101 x\n"),
            ("tests/verify/unfound.yaml", "good #~ BVL1101\n"),
        ],
    )?;
    expect(
        verify::cases(&setup)?,
        &[
            ("verify/claimed.yaml", ""),
            ("verify/clean.yaml", ""),
            ("verify/unclaimed.yaml", "unclaimed.yaml:1: reported without"),
            ("verify/unfound.yaml", "unfound.yaml:1: not reported: BVL1101"),
        ],
    )
}

fn prelude_kind() -> Outcome {
    let setup = setup("prelude", false, Vec::new())?;
    write(
        &setup,
        &[
            ("tests/prelude/clean.bvl", "a\n  // HERE\n"),
            ("tests/prelude/dirty.bvl", "bad BVL0101 x\n// HERE\n"),
            ("tests/prelude/none.bvl", "a\n"),
        ],
    )?;
    expect(
        fail::prelude_cases(&setup)?,
        &[
            ("prelude/clean.bvl", ""),
            ("prelude/dirty.bvl", "line 1, with nothing at HERE: reported without"),
            ("prelude/none.bvl", "no line `// HERE`"),
        ],
    )
}

const BUILDS: [(&str, &str); 6] = [
    ("examples/hello/platform.bvl", "object web\n"),
    ("examples/hello/expected/web.yaml", "name: web\nwith: []\n"),
    ("tests/build/changed/platform.bvl", "object web\n"),
    ("tests/build/changed/args", "# why\n--env 'preview(pr = 1)'\n"),
    ("tests/build/changed/expected/web.yaml", "name: web\nwith: []\n"),
    ("tests/build/changed/expected/gone.yaml", "name: gone\n"),
];

fn build_kind() -> Outcome {
    let setup = setup("build", false, Vec::new())?;
    write(&setup, &BUILDS)?;
    write(
        &setup,
        &[
            ("tests/build/empty/platform.bvl", "good\n"),
            ("tests/build/fresh/platform.bvl", "object web\n"),
            ("tests/build/stale/platform.bvl", "object web\n"),
            ("tests/build/stale/expected/web.yaml", "name: web\nwith: []\n"),
            ("tests/build/stale/expected/gone.yaml", "name: gone\n"),
            ("tests/build/warned/platform.bvl", "object web\nbad BVL0101 x\n"),
        ],
    )?;
    expect(
        build::cases(&setup)?,
        &[
            ("build/changed", "+with: [\"--env\", \"preview(pr = 1)\"]"),
            ("build/empty", "nothing was built"),
            ("build/fresh", "web.yaml: is built, and not expected"),
            ("build/stale", "gone.yaml: is expected, and not built"),
            ("build/warned", "platform.bvl:2: reported without `//~`"),
            ("examples/hello", ""),
        ],
    )
}

fn bless() -> Outcome {
    let spec = "```bvl\nobject a\nbad BVL0101 x\n```\n```yaml emits file=a.yaml\n```\n```text diagnostics\nold\n```\n";
    let blessing = setup("bless", true, Vec::new())?;
    write(&blessing, &BUILDS)?;
    write(&blessing, &[("tests/spec/a.md", spec)])?;
    for case in build::cases(&blessing)? {
        case.run()?;
    }
    // the unclaimed diagnostic stays a failure: blessing writes no `//~`
    expect(literate::cases(&blessing)?, &[("spec/a.md", "line 3: reported without `//~`")])?;
    let page = disk::read(&blessing.root.join("tests/spec/a.md"))?;
    let expected = spec.replace("a.yaml\n", "a.yaml\nname: a\nwith: []\n").replace("old\n", "BVL0101: x\n");
    if page != expected {
        return Err(page);
    }
    let after = Setup { bless: false, ..blessing };
    expect(build::cases(&after)?, &[("build/changed", ""), ("examples/hello", "")])
}

fn literate_kind() -> Outcome {
    let setup = setup("literate", false, Vec::new())?;
    write(
        &setup,
        &[
            ("README.md", "```bvl\nbad BVL0101 x\n```\n"),
            ("docs/guide.md", "```sh\nls\n```\n```bvl in=web\nbad BVL0101 x //~ BVL0101\n```\n"),
            ("tests/prelude/web.bvl", "object web\n// HERE\n"),
            (
                "tests/spec/a.md",
                "```bvl set=v=1\nobject a\n```\n```bvl file=b.bvl\nobject b\n```\n```yaml emits\nname: b\n```\n```yaml emits file=a.yaml\nname: a\nwith: [\"--set\", \"v=1\"]\n```\n",
            ),
            ("tests/spec/b.md", "```bvl\nobject a\n```\n```yaml emits file=b.yaml\n```\n```yaml emits\nc\n```\n"),
            ("tests/spec/c.md", "```yaml emits\n```\n"),
            ("tests/spec/d.md", "text\n```bvl in=web\n\nbad BVL0101 x\n```\n"),
        ],
    )?;
    expect(
        literate::cases(&setup)?,
        &[
            ("spec/a.md", ""),
            ("spec/b.md", "b.yaml is not built, but a.yaml"),
            ("spec/c.md", "line 1: no `bvl` fence stands before it"),
            ("spec/d.md", "line 4: reported without `//~`"),
            ("docs/guide.md", ""),
            ("README.md", "line 2: reported without `//~`: BVL0101 \"x\""),
        ],
    )
}

fn explanation_kind() -> Outcome {
    const BAD: &str = "```bvl bad\nbad BVL0701 a //~ BVL0701 \"a\"\nbad BVL0701 b //~ BVL0701\n```\n";
    let page = |slug: &str, page: String| Explained { code: "BVL0701".to_owned(), slug: slug.to_owned(), page };
    let pages = vec![
        page("right", format!("{BAD}```bvl fixed\ngood BVL0701 a\ngood BVL0701 b\n```\n```bvl good\nx\n```\n")),
        page(
            "first-fix",
            "```bvl bad\nbad BVL0701 a //~ BVL0701\n```\n```bvl fixed fix=1\ngood BVL0701 a\n```\n".to_owned(),
        ),
        page("no-fix", format!("{BAD}```bvl fixed fix=2\ngood BVL0701 a\n```\n")),
        page("other-fix", format!("{BAD}```bvl fixed\ngood BVL0701 a\ngood BVL0701 c\n```\n")),
        page("bad-is-good", "```bvl bad\nx\n```\n```bvl good\nx\n```\n".to_owned()),
        page("bad-is-other", "```bvl bad\nbad BVL0702 x //~ BVL0702\n```\n```bvl good\nx\n```\n".to_owned()),
        page("good-is-bad", "```bvl good\nx\nbad BVL0702 x\n```\n".to_owned()),
        page("good-hints", "```bvl good\nhint BVL0702 x\n```\n```bvl good\nhint BVL0701 x\n```\n".to_owned()),
        page("no-way-out", BAD.to_owned()),
        page("no-role", "```bvl\nx\n```\n".to_owned()),
        page("manifests", "```yaml bad\nbad BVL0701 x #~ BVL0701\n```\n```yaml good\nx\n```\n".to_owned()),
        page("manifests-good", "```yaml bad\nx\n```\n```yaml good\nx\n```\n".to_owned()),
        page("manifests-bad", "```yaml good\n\nbad BVL0701 x\n```\n".to_owned()),
        page("manifests-no-way-out", "```yaml bad\nbad BVL0701 x #~ BVL0701\n```\n".to_owned()),
        page("files", "```bvl good\nx\n```\n```bvl file=b.bvl\nbad BVL0701 x\n```\n".to_owned()),
    ];
    let setup = setup("explanation", false, pages)?;
    expect(
        explanation::cases(&setup),
        &[
            ("explain/BVL0701-right", ""),
            ("explain/BVL0701-first-fix", ""),
            ("explain/BVL0701-no-fix", "has no such fix"),
            ("explain/BVL0701-other-fix", "-good BVL0701 c\n+good BVL0701 b"),
            ("explain/BVL0701-bad-is-good", "says with `//~ BVL0701` where it is bad"),
            ("explain/BVL0701-bad-is-other", "BVL0702 is another page's"),
            ("explain/BVL0701-good-is-bad", "line 3: BVL0702 \"x\""),
            ("explain/BVL0701-good-hints", "line 5: BVL0701 \"x\""),
            ("explain/BVL0701-no-way-out", "shows the way out too"),
            ("explain/BVL0701-no-role", "one of bad, good and fixed"),
            ("explain/BVL0701-manifests", ""),
            ("explain/BVL0701-manifests-good", "says in a `yaml bad` where it is bad"),
            ("explain/BVL0701-manifests-bad", "line 3: reported without `//~`: BVL0701"),
            ("explain/BVL0701-manifests-no-way-out", "add a `yaml good`"),
            ("explain/BVL0701-files", "line 5: BVL0701"),
        ],
    )
}

fn reference_kind() -> Outcome {
    let page = |code: &str| Explained {
        code: code.to_owned(),
        slug: "s".to_owned(),
        page: format!("```bvl bad\nbad {code} a b //~ {code}\n```\n```bvl good\nx\n```\n"),
    };
    let setup = setup("reference", false, ["BVL0701", "BVL0702", "BVL0703"].map(page).into())?;
    write(
        &setup,
        &[
            ("docs/errors/BVL0701.md", "a b"),
            ("docs/errors/BVL0702.md", "other"),
            ("docs/errors/BVL0799.md", "gone"),
            ("docs/guide.md", "by hand"),
        ],
    )?;
    expect(
        reference::cases(&setup)?,
        &[
            ("reference/docs/errors/BVL0701.md", ""),
            ("reference/docs/errors/BVL0702.md", "-other"),
            ("reference/docs/errors/BVL0703.md", "+a b"),
            ("reference/docs/errors/BVL0799.md", "nothing makes this page"),
        ],
    )?;
    let blessing = Setup { bless: true, ..setup };
    for case in reference::cases(&blessing)? {
        case.run()?;
    }
    let left = disk::tree(&blessing.root.join("docs"))?;
    match left.into_keys().collect::<Vec<_>>().as_slice() {
        [first, _, third, guide]
            if first == "errors/BVL0701.md" && third == "errors/BVL0703.md" && guide == "guide.md" =>
        {
            Ok(())
        }
        left => Err(format!("{left:?}")),
    }
}

fn format_kind() -> Outcome {
    let setup = setup("format", false, Vec::new())?;
    write(
        &setup,
        &[
            ("examples/a/platform.bvl", "a\n"),
            ("examples/b/platform.bvl", "a  \n"),
            ("stdlib/c.bvl", "unreadable\n"),
            ("tests/fail/d.bvl", "a  \n"),
            ("tests/fail/e.bvl", "unreadable\n"),
        ],
    )?;
    expect(
        format::cases(&setup)?,
        &[
            ("format/examples/a/platform.bvl", ""),
            ("format/examples/b/platform.bvl", "run `bvlc fmt` on it"),
            ("format/stdlib/c.bvl", "cannot be read"),
            ("format/tests/fail/d.bvl", ""),
            ("format/tests/fail/e.bvl", ""),
        ],
    )
}

fn cli_kind() -> Outcome {
    let setup = setup("cli", false, Vec::new())?;
    write(
        &setup,
        &[
            ("examples/hello/platform.bvl", "object web\n"),
            ("examples/hello/expected/web.yaml", "x\n"),
            (
                "tests/cli/a.md",
                "```console in=hello\n$ ls\nplatform.bvl\n```\n```text file=b/c\nx\ny\n```\n```console\n$ cat b/c\n...\ny\n$ rm platform.bvl\n$ ls\nb/c\n```\n",
            ),
            ("tests/cli/b.md", "```console in=hello\n$ cat platform.bvl\nobject db\n```\n"),
            ("tests/cli/c.md", "```console\n$ sh -c true\n```\n"),
            ("tests/cli/d.md", "```console\nbvlc\n```\n"),
        ],
    )?;
    expect(
        console::cases(&setup)?,
        &[
            ("cli/a.md", ""),
            ("cli/b.md", "-object db\n+object web"),
            ("cli/c.md", "not `sh`"),
            ("cli/d.md", "a transcript begins with"),
        ],
    )
}
