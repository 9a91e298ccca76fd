//! A long session with the server over its pipe, and whether the memory that it holds stays flat:
//! `cargo bench --bench soak -- [EDITS] [PULLS] [SEED] [SERVICES] [FILES]`.
//!
//! Fails where memory grows, where the server is at work while nobody asks anything, and where it says in the end something
//! else than a new one.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]
#![expect(
    clippy::indexing_slicing,
    reason = "values of JSON are null where there is nothing; lists are indexed below their length"
)]

mod change;
mod documents;
mod figures;
#[path = "../tests/lsp/pipe.rs"]
mod pipe;
mod platform;
mod soaking;

use std::io::{Error, Result};
use std::path::Path;
use std::time::{Duration, Instant};

use soaking::{MOMENTS, Plan, soak};

fn main() -> Result<()> {
    // `cargo bench` adds `--bench` to what it passes on
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let number = |at: usize, default: usize| args.get(at).and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let services = number(3, 1000);
    let plan = Plan {
        services,
        files: number(4, services),
        edits: number(0, 100_000),
        pulls: number(1, 10_000),
        seed: number(2, 1),
    };
    println!(
        "{} edits, {} pulls, seed {}; {services} services in {} files",
        plan.edits, plan.pulls, plan.seed, plan.files
    );
    println!("| edits | pulls | resident | time |");
    println!("|---:|---:|---:|---:|");
    let start = Instant::now();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("soak");
    let soaked = soak(&folder, &plan, |moment| {
        let (resident, time) = (moment.resident, start.elapsed().as_secs());
        println!("| {} | {} | {resident} kB | {time} s |", moment.edits, moment.pulls);
    })?;
    // what an allocator keeps settles within the first quarter
    let most = |quarter: usize| {
        let moments = soaked.moments.iter().skip(1 + quarter * MOMENTS / 4).take(MOMENTS / 4);
        moments.map(|moment| moment.resident).max().unwrap_or_default()
    };
    let (second, last) = (most(1), most(3));
    println!(
        "at most {} kB in the second quarter, {} kB in the last; {:?} of the processor in 2 s at rest; {} documents of \
         which a new server says something else",
        second,
        last,
        soaked.idle,
        soaked.differing.len()
    );
    if last > second + second / 20 {
        return Err(Error::other("memory grows"));
    }
    if soaked.idle > Duration::from_millis(1) {
        return Err(Error::other("it is at work though nobody asks anything"));
    }
    if !soaked.differing.is_empty() {
        return Err(Error::other(soaked.differing.join(", ")));
    }
    Ok(())
}
