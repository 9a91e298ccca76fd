//! What cannot be said.

use crate::source::Span;

/// One thing that cannot be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Where it is in the manifests.
    pub place: Option<Span>,
    /// The object: `Deployment shop/web`; the statement, where one is refused.
    pub object: String,
    /// The field, as Kubernetes names it; empty for the object itself, the connection for traffic.
    pub path: String,
    /// How it is lost.
    pub loss: Loss,
    /// What the manifests say; why a statement is refused.
    pub given: Option<String>,
    /// What the build says.
    pub built: Option<String>,
    /// What is to be done about it, or why it is so.
    pub remark: Option<String>,
}

/// How something is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// A statement with which nothing is built, whatever is accepted: it is not written.
    Statement,
    /// Traffic passes that did not.
    Allowed,
    /// Traffic passed that no longer does.
    Denied,
    /// The object is not built.
    Object,
    /// The field is not built.
    Field,
    /// The field is built otherwise.
    Otherwise,
    /// The build has a field that the manifests have not.
    Added,
    /// The build has an object that the manifests have not.
    AddedObject,
}

impl Loss {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Statement,
        Self::Allowed,
        Self::Denied,
        Self::Object,
        Self::Field,
        Self::Otherwise,
        Self::Added,
        Self::AddedObject,
    ];

    /// As programs read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Allowed => "traffic-allowed",
            Self::Denied => "traffic-denied",
            Self::Object => "object",
            Self::Field => "field",
            Self::Otherwise => "otherwise",
            Self::Added => "added",
            Self::AddedObject => "added-object",
        }
    }

    /// As people read it, above the entries.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Statement => "statements that are not written, since with them nothing is built",
            Self::Allowed => "traffic that would newly pass",
            Self::Denied => "traffic that would no longer pass",
            Self::Object => "objects of which no statement is made: keep them beside what is built",
            Self::Field => "fields that no word makes",
            Self::Otherwise => "fields that would be otherwise",
            Self::Added => "fields that bvlc adds, and no word takes away unless one is named",
            Self::AddedObject => "objects that bvlc adds, and no word takes away",
        }
    }
}
