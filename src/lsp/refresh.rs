//! What a client that asks for findings cannot know: that an edit of one document has changed what is found in another.
//!
//! Invariants: a client is told only what its own edits do not tell it; while it has not answered, it is not told again, so
//! that one that is slow is told less often.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_server::RequestId;

use super::diagnostics::Reports;

/// What is known of the client.
#[derive(Debug, Default)]
pub(super) struct Refresh {
    /// Of each open document what the client was last told of it, and the document's number then.
    found: BTreeMap<PathBuf, (String, i32)>,
    /// What it has been told and has not answered.
    waiting: Option<RequestId>,
    /// Whether there is something that it has not been told.
    is_due: bool,
}

impl Refresh {
    /// The client has asked what is found in a document, and was answered with what has this id.
    pub(super) fn told(&mut self, path: PathBuf, id: String, version: i32) {
        self.found.insert(path, (id, version));
    }

    /// Whether something else is found in a document than the client was told. Of one that it has edited since, it asks by
    /// itself.
    pub(super) fn has_news(&mut self, reports: &Reports, version: impl Fn(&Path) -> Option<i32>) -> bool {
        let mut has_news = false;
        for report in reports.files.iter().chain(&reports.strays) {
            let Some((id, known)) = self.found.get_mut(&report.path) else { continue };
            if version(&report.path) == Some(*known) && *id != report.id {
                id.clone_from(&report.id);
                has_news = true;
            }
        }
        has_news
    }

    /// Lets go of a document that is closed.
    pub(super) fn forget(&mut self, path: &Path) {
        self.found.remove(path);
    }

    /// Whether the client can be told now; if not, it is told once it has answered.
    pub(super) fn is_free(&mut self) -> bool {
        self.is_due = self.waiting.is_some();
        !self.is_due
    }

    /// It is being told.
    pub(super) fn asked(&mut self, id: RequestId) {
        self.waiting = Some(id);
    }

    /// Whether this is its answer, and there is more to be told.
    pub(super) fn is_answered(&mut self, id: &RequestId) -> bool {
        let is_it = self.waiting.as_ref() == Some(id);
        if is_it {
            self.waiting = None;
        }
        is_it && std::mem::take(&mut self.is_due)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lsp::diagnostics::Report;

    fn found(of: &[(&str, &str)]) -> Reports {
        let report = |(path, id): &(&str, &str)| Arc::new(Report::named(path.into(), (*id).to_owned()));
        Reports { files: of.iter().map(report).collect(), strays: Vec::new() }
    }

    #[test]
    fn what_its_own_edit_changes_is_no_news() {
        let mut refresh = Refresh::default();
        assert!(!refresh.has_news(&found(&[("a", "1"), ("b", "1")]), |_| Some(1)), "it has asked for nothing yet");
        refresh.told("a".into(), "1".to_owned(), 1);
        refresh.told("b".into(), "1".to_owned(), 1);
        assert!(!refresh.has_news(&found(&[("a", "1"), ("b", "1")]), |_| Some(1)));
        // `a` has been edited, and nothing else is found in `b`
        let edited = |path: &Path| Some(if path == Path::new("a") { 2 } else { 1 });
        assert!(!refresh.has_news(&found(&[("a", "2"), ("b", "1")]), edited));
        assert!(refresh.has_news(&found(&[("a", "2"), ("b", "2")]), edited));
        assert!(!refresh.has_news(&found(&[("a", "2"), ("b", "2")]), edited), "it is told once");
        // an answer that was overtaken
        refresh.told("a".into(), "2".to_owned(), 2);
        assert!(refresh.has_news(&found(&[("a", "3"), ("b", "2")]), edited));
        // what is closed is nobody's
        refresh.forget(Path::new("b"));
        assert!(!refresh.has_news(&found(&[("a", "3"), ("b", "3")]), |path| edited(path).filter(|two| *two == 2)));
    }

    #[test]
    fn one_that_has_not_answered_is_told_once_more_at_most() {
        let mut refresh = Refresh::default();
        assert!(refresh.is_free());
        refresh.asked(1.into());
        assert!(!refresh.is_free() && !refresh.is_free());
        assert!(!refresh.is_answered(&2.into()));
        assert!(refresh.is_answered(&1.into()) && refresh.is_free());
        refresh.asked(3.into());
        assert!(!refresh.is_answered(&3.into()));
    }
}
