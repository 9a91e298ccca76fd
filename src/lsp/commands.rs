//! The commands of the server, as lenses and actions offer them.

use ls_types::{Command, Position, Uri};
use serde_json::{Value, json};

/// A command that the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// The manifests of the declaration at a place.
    Preview,
    /// Why what a flow statement names may pass.
    Why,
    /// Who talks to whom.
    Graph,
    /// What checks find of the declaration at a place.
    Check,
    /// Of what the rule at a place holds, and of what not.
    Rule,
    /// Every place that states the word at a place.
    Layers,
    /// What a code means.
    Explain,
    /// What the files as they are edited change against those that are saved.
    Impact,
    /// What `build` makes of the platform.
    Build,
}

impl Name {
    /// All of them.
    pub(super) const ALL: [Self; 9] = [
        Self::Preview,
        Self::Why,
        Self::Graph,
        Self::Check,
        Self::Rule,
        Self::Layers,
        Self::Explain,
        Self::Impact,
        Self::Build,
    ];

    /// As the protocol has it.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Preview => "bvlc.preview",
            Self::Why => "bvlc.why",
            Self::Graph => "bvlc.graph",
            Self::Check => "bvlc.check",
            Self::Rule => "bvlc.rule",
            Self::Layers => "bvlc.layers",
            Self::Explain => "bvlc.explain",
            Self::Impact => "bvlc.impact",
            Self::Build => "bvlc.build",
        }
    }

    /// The command of that id.
    pub(super) fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.id() == id)
    }

    /// It, to be run at a place of a document.
    pub(super) fn at(self, title: impl Into<String>, document: &Uri, position: Position) -> Command {
        self.with(title, json!({"textDocument": {"uri": document}, "position": position}))
    }

    /// It, to be run with what it wants.
    pub(super) fn with(self, title: impl Into<String>, argument: Value) -> Command {
        Command { title: title.into(), command: self.id().to_owned(), arguments: Some(vec![argument]) }
    }
}
