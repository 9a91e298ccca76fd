//! Judging that takes longer than people take for at once is told, where the client shows that.
//!
//! Invariants: what is begun is ended; nothing is told by a token that the client has not taken.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, after, never};
use ls_types::notification::{Notification as _, Progress as Note};
use lsp_server::{Message, Notification, RequestId};
use serde_json::{Value, json};

/// How long judging may take before it is told.
const PATIENCE: Duration = Duration::from_millis(300);

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum State {
    /// Nothing is judged.
    #[default]
    Idle,
    /// It is judged.
    Judging,
    /// The client is asked to take the token.
    Asked(RequestId),
    /// The client shows it.
    Shown,
}

/// What is told of judging.
#[derive(Debug)]
pub(super) struct Progress {
    state: State,
    /// When it is time to tell.
    timer: Receiver<Instant>,
    number: u32,
}

impl Default for Progress {
    fn default() -> Self {
        Self { state: State::Idle, timer: never(), number: 0 }
    }
}

impl Progress {
    /// Something is judged.
    pub(super) fn begun(&mut self) {
        if self.state == State::Idle {
            (self.state, self.timer) = (State::Judging, after(PATIENCE));
        }
    }

    /// When it is time to tell.
    pub(super) fn timer(&self) -> &Receiver<Instant> {
        &self.timer
    }

    /// The parameters by which the client is asked to take a token.
    pub(super) fn token(&mut self) -> Value {
        self.number += 1;
        json!({"token": self.name()})
    }

    /// It has been asked.
    pub(super) fn asked(&mut self, id: RequestId) {
        (self.state, self.timer) = (State::Asked(id), never());
    }

    /// What is sent once the client has answered.
    pub(super) fn answered(&mut self, id: &RequestId, is_taken: bool) -> Option<Message> {
        if self.state != State::Asked(id.clone()) {
            return None;
        }
        if !is_taken {
            self.state = State::Idle;
            return None;
        }
        self.state = State::Shown;
        Some(self.note(&json!({"kind": "begin", "title": "bvlc", "message": "reading the platform"})))
    }

    /// What is sent once everything is judged.
    pub(super) fn ended(&mut self) -> Option<Message> {
        self.timer = never();
        let is_shown = std::mem::take(&mut self.state) == State::Shown;
        is_shown.then(|| self.note(&json!({"kind": "end"})))
    }

    fn name(&self) -> String {
        format!("bvlc judges {}", self.number)
    }

    fn note(&self, value: &Value) -> Message {
        Notification::new(Note::METHOD.to_owned(), json!({"token": self.name(), "value": value})).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(message: Option<Message>) -> Option<String> {
        let Message::Notification(note) = message? else { return None };
        Some(note.params["value"]["kind"].as_str()?.to_owned())
    }

    #[test]
    fn what_is_begun_is_ended() {
        let mut progress = Progress::default();
        progress.begun();
        assert_eq!(progress.state, State::Judging);
        assert_eq!(kind(progress.ended()), None, "it took no time");
        progress.begun();
        progress.asked(1.into());
        assert_eq!(kind(progress.answered(&2.into(), true)), None);
        assert_eq!(kind(progress.answered(&1.into(), true)).as_deref(), Some("begin"));
        assert_eq!(kind(progress.ended()).as_deref(), Some("end"));
        assert_eq!(kind(progress.ended()), None);
    }

    #[test]
    fn what_ends_while_it_is_asked_is_not_begun() {
        let mut progress = Progress::default();
        progress.begun();
        progress.asked(1.into());
        assert_eq!(kind(progress.ended()), None);
        assert_eq!(kind(progress.answered(&1.into(), true)), None);
        progress.begun();
        progress.asked(2.into());
        assert_eq!(kind(progress.answered(&2.into(), false)), None);
        assert_eq!(progress.state, State::Idle);
    }
}
