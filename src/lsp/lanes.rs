//! The threads that compute, and what comes back from them.
//!
//! Invariants: what is put into a lane is done in its order; what nobody waits for any more is not begun; a panic ends the job
//! that it was in and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Sender, unbounded};
use ls_types::Uri;
use lsp_server::{ErrorCode, RequestId, Response};

use super::asked::Wanted;
use super::diagnostics::Reports;
use super::features::{Answer, Aside, Lane, Reply};
use super::world::Snapshot;

/// How many threads answer requests. Formatting has one of its own beside them, so that saving never waits, and so has what goes
/// over a whole platform, so that nothing else waits for it.
const WORKERS: usize = 2;

/// As much as the main thread has on most systems.
const STACK: usize = 8 << 20;

/// The protocol's code for a request that was understood and cannot be fulfilled.
const REQUEST_FAILED: i32 = -32803;

/// Something to compute away from the world's thread.
type Job = Box<dyn FnOnce() -> Event + Send>;

/// What the world's thread is told by other threads.
pub(super) enum Event {
    /// An answer to a request, and what comes with it.
    Answer(Response, Aside),
    /// A text that is shown has become another.
    Shown(Uri),
    /// What saving a document has changed, in a line.
    Impact(Uri, String),
    /// A platform has been judged.
    Judged(Arc<Snapshot>, Arc<Reports>),
    /// A newer snapshot is in the place of the one that was to be looked at, or nothing came of it.
    Outdated,
    /// A mistake of ours ended a judgment.
    Failed,
    /// Files on the disk have changed.
    Changed(Vec<PathBuf>),
    /// What is judged takes longer than people take for at once.
    TakesLong,
    /// The process that started the server is gone.
    ParentGone,
}

/// The threads that compute.
pub(super) struct Lanes {
    answers: Sender<Job>,
    formatting: Sender<Job>,
    platform: Sender<Job>,
    judging: Sender<Job>,
}

impl Lanes {
    /// Starts them; what they have computed goes to `events`.
    pub(super) fn start(events: &Sender<Event>) -> Self {
        let lane = |n_threads: usize| {
            let (jobs, queue) = unbounded::<Job>();
            for _ in 0..n_threads {
                let (queue, events) = (queue.clone(), events.clone());
                let work = move || {
                    // the end of either queue is the end of the server
                    for job in queue {
                        if events.send(job()).is_err() {
                            return;
                        }
                    }
                };
                // a machine that gives no thread gives no answer, which the client sees as one that takes long
                drop(std::thread::Builder::new().name("bvlc answers".to_owned()).stack_size(STACK).spawn(work));
            }
            jobs
        };
        Self { answers: lane(WORKERS), formatting: lane(1), platform: lane(1), judging: lane(1) }
    }

    /// Answers a request on a thread of the lane, if somebody still waits when its turn comes.
    pub(super) fn answer(
        &self,
        lane: Lane,
        id: RequestId,
        wanted: Wanted,
        answer: impl FnOnce() -> Answer + Send + 'static,
    ) {
        let answer = move || if wanted.is_so() { answer() } else { Err("nobody waits for it".to_owned()) };
        let job = move || {
            let (response, aside) = match catch_unwind(AssertUnwindSafe(answer)) {
                Ok(Ok(Reply { value, aside })) => (Response::new_ok(id, value), aside),
                Ok(Err(reason)) => (Response::new_err(id, REQUEST_FAILED, reason), Aside::Nothing),
                Err(_) => {
                    let message = "a mistake of bvlc".to_owned();
                    (Response::new_err(id, ErrorCode::InternalError as i32, message), Aside::Nothing)
                }
            };
            Event::Answer(response, aside)
        };
        let lane = match lane {
            Lane::Answers => &self.answers,
            Lane::Formatting => &self.formatting,
            Lane::Platform => &self.platform,
        };
        drop(lane.send(Box::new(job)));
    }

    /// Follows with what is shown, behind whatever else goes over a whole platform.
    pub(super) fn follow(&self, follow: impl FnOnce() -> Event + Send + 'static) {
        // what is shown stays as it is where it cannot follow, and can be asked for again
        let job = move || catch_unwind(AssertUnwindSafe(follow)).unwrap_or(Event::Outdated);
        drop(self.platform.send(Box::new(job)));
    }

    /// Judges a platform.
    pub(super) fn judge(&self, judge: impl FnOnce() -> Event + Send + 'static) {
        let job = move || catch_unwind(AssertUnwindSafe(judge)).unwrap_or(Event::Failed);
        drop(self.judging.send(Box::new(job)));
    }
}
