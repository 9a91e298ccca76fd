//! A build against its floor, in one run: `cargo bench --bench floors -- FOLDER OUT`.
//!
//! The floor is what writing the same objects as YAML takes by itself: they are made before the clock runs. A build does
//! all of it: reads and judges the spec, makes the objects, writes them, compares and stages every file and puts it in
//! place. Prints both times, their ratio, and the bar. Times are those of the processor, all threads together, where the
//! system tells them (Linux); else those of the wall.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]

mod folder;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use bvlc::analyze::{Analysis, Checked, Inputs, analyze};
use bvlc::cli::disk::Folder as Output;
use bvlc::compile::compile;
use bvlc::output::write::{EnvironmentFolder, Extent, Origin, Scope, write};
use bvlc::output::{self, Format};

use folder::Folder;

/// A build may take so many times its floor.
const BAR: u128 = 3;

fn main() {
    // `cargo bench` adds `--bench` to what it passes on
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [spec, out] = args.as_slice() else {
        println!("usage: cargo bench --bench floors -- FOLDER OUT");
        return;
    };
    let (analysis, judged) = timed(|| read(spec));
    let Some(checked) = analysis.checked() else {
        println!("{} findings", analysis.findings.len());
        return;
    };
    let (n_objects, made) = timed(|| emit(checked));
    let (bytes, emitted_and_rendered) = timed(|| render(checked));
    let floor = emitted_and_rendered.saturating_sub(made);
    let (outcome, written) = timed(|| build(checked, Path::new(out)));
    if let Err(error) = outcome {
        println!("{error}");
        return;
    }
    println!("{n_objects} objects, {bytes} bytes");
    let stream = judged + emitted_and_rendered;
    let whole = judged + written;
    for (what, time) in
        [("YAML of the objects by itself", floor), ("a build to a stream", stream), ("a build to a folder", whole)]
    {
        println!("{what:<32}{:>8} ms {:>8}", time.as_millis(), ratio(time, floor));
    }
    println!("bar: {BAR} times the YAML");
}

fn read(spec: &str) -> Analysis {
    analyze(&Folder(spec.into()), "platform.bvl", &Inputs::default())
}

/// Makes all objects and lets them go.
fn emit(checked: Checked<'_>) -> usize {
    compile(&checked).environments().flatten().map(|objects| objects.len()).sum()
}

/// Makes all objects and writes them as YAML, into memory.
fn render(checked: Checked<'_>) -> usize {
    let compilation = compile(&checked);
    let environments = compilation.environments();
    let files = environments.flat_map(|it| output::files(&it.folder.clone(), it, Format::Yaml));
    files.filter_map(Result::ok).flatten().map(|file| file.bytes.len()).sum()
}

/// What `bvlc build -o OUT` does behind the checks.
fn build(checked: Checked<'_>, out: &Path) -> Result<(), String> {
    let compilation = compile(&checked);
    let environments = compilation.environments().map(|it| {
        let folder = EnvironmentFolder { name: it.folder.clone(), origin: Origin::Fixed };
        (folder, output::files(&it.folder.clone(), it, Format::Yaml))
    });
    let disk = Output::new(out).lock().map_err(|error| error.to_string())?;
    let extent = Extent::All { parametrized: BTreeSet::new() };
    let scope = Scope { platform: checked.model().platform.name.value.clone(), extent };
    write(scope, environments, || compilation.prove(), &disk).map(|_| ()).map_err(|error| error.to_string())
}

/// How many times one time is another, with one digit.
fn ratio(time: Duration, floor: Duration) -> String {
    let tenths = time.as_micros() * 10 / floor.as_micros().max(1);
    format!("{}.{} times", tenths / 10, tenths % 10)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let (start, wall) = (processor(), Instant::now());
    let result = work();
    let took = match (start, processor()) {
        (Some(start), Some(end)) => end.saturating_sub(start),
        _ => wall.elapsed(),
    };
    (result, took)
}

/// The time that the threads of this process have had, by the scheduler's count: nanoseconds, the first number of
/// `schedstat` (Linux 6.12, `Documentation/scheduler/sched-stats.rst`).
fn processor() -> Option<Duration> {
    let mut sum = 0;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        sum += text.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(sum))
}
