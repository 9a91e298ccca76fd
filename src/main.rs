//! The `bvlc` binary: arguments in, exit code out.
//!
//! Invariant: a mistake of bvlc itself is said to be one, and ends with 101.

use std::io::Write as _;
use std::panic::{PanicHookInfo, catch_unwind, set_hook};
use std::process::ExitCode;

/// Trees, models and objects are many small pieces, made and let go on all threads: a quarter of the time of a build was the
/// system's allocator (docs/decisions/0008-allocator.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    set_hook(Box::new(apologize));
    catch_unwind(bvlc::cli::run).unwrap_or(ExitCode::from(101))
}

fn apologize(panic: &PanicHookInfo<'_>) {
    let payload = panic.payload();
    let what = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
    let what = what.unwrap_or("no message");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let lines = [
        "error: bvlc made a mistake; this is its fault, not that of your spec".to_owned(),
        format!("  what: {what}"),
        format!("  where: {place}, bvlc {}", env!("CARGO_PKG_VERSION")),
        "  help: please report it as an issue of bvlc, with the command and, if you may share it, the spec".to_owned(),
    ];
    // there is nobody left to tell where stderr is closed
    drop(writeln!(std::io::stderr(), "{}", lines.join("\n")));
}
