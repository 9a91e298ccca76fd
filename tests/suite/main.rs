//! The data-driven suite: a test is a file, and this finds it. `tests/README.md` says which kinds there are.
//!
//! Invariants: nothing but [`compiler`] knows the library; a trial reads and writes below the repository and below
//! cargo's folder for temporary files alone; blessing never touches a `//~`, which is a person's claim.
#![expect(clippy::disallowed_methods, reason = "the suite reads its data from disk and runs the binary")]

mod annotation;
mod build;
mod bvlc;
mod case;
mod compare;
mod compiler;
mod console;
mod disk;
mod example;
mod explanation;
mod fail;
mod fence;
mod format;
mod harness;
mod literate;
mod toy;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use case::{Case, Setup};
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases = repository().unwrap_or_else(|error| vec![Case::new("repository", move || Err(error))]);
    let trials: Vec<Trial> = harness::cases().into_iter().chain(cases).map(Case::into_trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The trials of this repository's own data.
fn repository() -> Result<Vec<Case>, String> {
    let setup = Setup {
        root: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
        scratch: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("suite"),
        binary: PathBuf::from(env!("CARGO_BIN_EXE_bvlc")),
        bless: std::env::var_os("BLESS").is_some_and(|value| value == "1"),
        compiler: Arc::new(bvlc::Bvlc),
    };
    let mut cases = explanation::cases(&setup);
    for kind in [literate::cases, fail::cases, build::cases, format::cases, console::cases] {
        cases.extend(kind(&setup)?);
    }
    Ok(cases)
}
