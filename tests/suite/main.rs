//! The data-driven suite: a test is a file, and this finds it. `tests/README.md` says which kinds there are.
//!
//! Invariants: nothing but [`compiler`] knows the library; a trial reads and writes below the repository and below
//! cargo's folder for temporary files alone; blessing never touches a `//~`, which is a person's claim.
#![expect(clippy::disallowed_methods, reason = "the suite reads its data from disk and runs the binary")]

mod annotation;
mod build;
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

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = harness::cases().into_iter().map(case::Case::into_trial).collect::<Vec<Trial>>();
    libtest_mimic::run(&arguments, trials).exit_code()
}
