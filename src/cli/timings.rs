//! How long the stages of a command take.

use std::time::{Duration, Instant};

use super::ui::Stream;
use super::{system, table};
use crate::analyze::Stage;

/// Whether that is said.
#[derive(Debug, clap::Args)]
pub(super) struct TimingArguments {
    /// Say how long each stage takes
    #[arg(long)]
    timings: bool,
}

impl TimingArguments {
    /// Writes the table if it is asked for.
    pub(super) fn write(&self, timings: &Timings, stream: &mut Stream) {
        if self.timings {
            timings.write(stream);
        }
    }

    /// Writes the table and how long each check took, if it is asked for.
    pub(super) fn write_with_checks(&self, timings: &Timings, stream: &mut Stream) {
        if self.timings {
            timings.write(stream);
            timings.write_parts(stream);
        }
    }
}

/// How long each stage took.
pub(super) struct Timings {
    last: Instant,
    last_part: Instant,
    stages: Vec<(&'static str, Duration)>,
    /// Parts of a stage, listed below all stages.
    parts: Vec<(&'static str, Duration)>,
}

impl Timings {
    /// Begins to count.
    pub(super) fn start() -> Self {
        let now = system::now();
        Self { last: now, last_part: now, stages: Vec::new(), parts: Vec::new() }
    }

    /// A stage, or one more piece of it, has ended now.
    pub(super) fn ended(&mut self, stage: &'static str) {
        let now = system::now();
        let took = now.duration_since(self.last);
        (self.last, self.last_part) = (now, now);
        match self.stages.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, sum)) => *sum += took,
            None => self.stages.push((stage, took)),
        }
    }

    /// A stage of judging has ended now; each check is a part.
    pub(super) fn judged(&mut self, stage: Stage) {
        match stage {
            Stage::One(code) => {
                let now = system::now();
                self.parts.push((code.slug, now.duration_since(self.last_part)));
                self.last_part = now;
            }
            Stage::Load | Stage::Resolve | Stage::Graph | Stage::Check => self.ended(stage.name()),
        }
    }

    fn write(&self, stream: &mut Stream) {
        let total = self.stages.iter().map(|(_, took)| *took).sum();
        let all = self.stages.iter().copied().chain([("total", total)]);
        let rows: Vec<[String; 2]> = all.map(|(stage, took)| [stage.to_owned(), milliseconds(took)]).collect();
        for line in table::lines(&rows) {
            stream.line(&line);
        }
    }

    /// Writes how long each check took, the slowest first.
    fn write_parts(&self, stream: &mut Stream) {
        let mut parts = self.parts.clone();
        parts.sort_by_key(|(name, took)| (std::cmp::Reverse(*took), *name));
        let rows = parts.iter().map(|(name, took)| [format!("  {name}"), format!("{:>8} us", took.as_micros())]);
        stream.line("of check:");
        for line in table::lines(&rows.collect::<Vec<_>>()) {
            stream.line(&line);
        }
    }
}

/// With one digit behind the point.
fn milliseconds(time: Duration) -> String {
    let tenths = time.as_micros() / 100;
    format!("{:>8}.{} ms", tenths / 10, tenths % 10)
}
