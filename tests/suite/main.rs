//! The data-driven suite: a test is a file, and this finds it. `tests/README.md` says which kinds there are.
//!
//! Invariants: nothing but [`compiler`] knows the library; a trial reads and writes below the repository and below
//! cargo's folder for temporary files alone; blessing never touches a `//~`, which is a person's claim.
#![expect(clippy::disallowed_methods, reason = "the suite reads its data from disk and runs the binary")]

mod accepted;
mod advice;
mod annotation;
mod build;
mod case;
mod compare;
mod compiler;
mod console;
mod disk;
mod edgeless;
mod editors;
mod example;
mod explanation;
mod fail;
mod fence;
mod format;
mod harness;
mod library;
mod literate;
mod marks;
mod mend;
mod mending;
mod modules;
mod off;
mod reference;
mod session;
mod sound;
mod toy;
mod verify;
mod vocabulary;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use case::{Case, Setup};
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases = match all() {
        Ok(cases) => cases,
        Err(fault) => vec![Case::new("the suite finds its data", move || Err(fault))],
    };
    let trials: Vec<Trial> = cases.into_iter().map(Case::into_trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Every trial of the repository and of the suite itself. A kind without a trial is a fault: its folder was lost.
fn all() -> Result<Vec<Case>, String> {
    let setup = Setup {
        root: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
        scratch: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("suite"),
        binary: PathBuf::from(env!("CARGO_BIN_EXE_bvlc")),
        bless: std::env::var_os("BLESS").is_some(),
        compiler: Arc::new(library::Library::default()),
    };
    let kinds = [
        ("fail", fail::cases(&setup)?),
        ("corpus", vec![fail::corpus_case(&setup)?]),
        ("sound", sound::cases(&setup)?),
        ("prelude", fail::prelude_cases(&setup)?),
        ("build", build::cases(&setup)?),
        ("literate", literate::cases(&setup)?),
        ("marks", marks::cases(&setup)?),
        ("accepted", accepted::cases(&setup)?),
        ("mend", mend::cases(&setup)?),
        ("advice", advice::cases(&setup)),
        ("explanation", explanation::cases(&setup)),
        ("off", off::cases(&setup)?),
        ("reference", reference::cases(&setup)?),
        ("modules", modules::cases(&setup)?),
        ("editors", editors::cases(&setup)),
        ("session", session::cases(&setup)),
        ("format", format::cases(&setup)?),
        ("console", console::cases(&setup)?),
        ("verify", verify::cases(&setup)?),
        ("harness", harness::cases()),
    ];
    for (kind, cases) in &kinds {
        if cases.is_empty() {
            return Err(format!("there is no trial of the kind `{kind}`: is its folder there?"));
        }
    }
    Ok(kinds.into_iter().flat_map(|(_, cases)| cases).collect())
}
