//! How long the stages of a command take.

use std::time::{Duration, Instant};

use super::ui::Stream;
use super::{system, table};

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
}

/// How long each stage took.
pub(super) struct Timings {
    last: Instant,
    stages: Vec<(&'static str, Duration)>,
}

impl Timings {
    /// Begins to count.
    pub(super) fn start() -> Self {
        Self { last: system::now(), stages: Vec::new() }
    }

    /// A stage, or one more piece of it, has ended now.
    pub(super) fn ended(&mut self, stage: &'static str) {
        let now = system::now();
        let took = now.duration_since(self.last);
        self.last = now;
        match self.stages.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, sum)) => *sum += took,
            None => self.stages.push((stage, took)),
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
}

/// With one digit behind the point.
fn milliseconds(time: Duration) -> String {
    let tenths = time.as_micros() / 100;
    format!("{:>8}.{} ms", tenths / 10, tenths % 10)
}
