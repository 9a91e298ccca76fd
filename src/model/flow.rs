//! Traffic as the spec states it.

use super::environment::Environment;
use super::origin::{EndpointId, EnvironmentId, Origin};
use crate::source::Span;
use crate::value::{Date, Duration};

/// Names a statement of a [`super::Model`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementId(pub u32);

/// A statement that allows flows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowStatement {
    /// The statement's word and terms.
    pub span: Span,
    /// Its reason.
    pub because: Option<Origin<String>>,
}

/// One source, one destination, one port, in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredFlow {
    /// The environment in which it holds: that of both ends, or that of the one that is not shared.
    pub environment: EnvironmentId,
    /// Who begins.
    pub source: EndpointId,
    /// Who answers.
    pub destination: EndpointId,
    /// Index of the port in the destination's `ports`.
    pub port: u16,
    /// The statements that allow it, weakest layer first; never empty.
    pub statements: Vec<StatementId>,
    /// Where the source is named.
    pub source_span: Span,
    /// Where the destination is named.
    pub destination_span: Span,
    /// What its block states, where there is one.
    pub terms: Option<Box<FlowTerms>>,
}

/// A flow that an environment takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenFlow {
    /// The environment.
    pub environment: EnvironmentId,
    /// Who would begin.
    pub source: EndpointId,
    /// Who would answer.
    pub destination: EndpointId,
    /// Index of the port in the destination's `ports`.
    pub port: u16,
    /// The `without` that takes it away.
    pub by: Span,
}

impl TakenFlow {
    /// What orders them.
    pub fn key(&self) -> (EnvironmentId, EndpointId, EndpointId, u16) {
        (self.environment, self.source, self.destination, self.port)
    }
}

/// What the block of a flow states.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowTerms {
    /// How long the caller waits for one try.
    pub timeout: Option<Origin<Duration>>,
    /// How often it tries again.
    pub retries: Option<Origin<u32>>,
    /// How many connections each pod of the caller keeps open at most.
    pub pool: Option<Origin<u32>>,
    /// Whether no caller waits for it.
    pub background: Option<Origin<()>>,
}

/// An asserted absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Never {
    /// The statement.
    pub span: Span,
    /// Who must not begin.
    pub sources: Vec<NeverEnd>,
    /// Who must not be reached.
    pub destinations: Vec<NeverEnd>,
    /// Through what.
    pub reach: Reach,
}

/// What a `never` speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// `->`: one flow.
    Direct,
    /// `~>`: any chain of flows.
    Path,
}

/// An end of a `never`: one name, in every environment that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeverEnd {
    /// The name as written, without port.
    pub name: String,
    /// What it stands for, in all environments.
    pub endpoints: Vec<EndpointId>,
    /// The port's name, where one is named.
    pub port: Option<String>,
    /// Where it is written.
    pub span: Span,
}

/// A finding that is accepted where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The statement.
    pub span: Span,
    /// The code's number or slug as written.
    pub code: Origin<String>,
    /// The subject as diagnostics name it: `web`, or `web -> api`.
    pub subject: Origin<String>,
    /// A group that the subject names, with its members, groups within it opened: no finding is about it.
    pub group: Option<(String, Vec<String>)>,
    /// The environments it holds in, by declaration name; all where it is empty.
    pub environments: Vec<String>,
    /// Whether one of these is declared nowhere: it may stand for any.
    pub is_in_doubt: bool,
    /// The last day on which it is accepted.
    pub until: Option<Origin<Date>>,
    /// Why; `None` is an error.
    pub because: Option<Origin<String>>,
}

impl Waiver {
    /// Whether it accepts anything of an environment.
    pub fn holds_in(&self, environment: &Environment) -> bool {
        self.environments.is_empty() || self.environments.contains(&environment.name.value)
    }

    /// ` until 2027-01-31`, as it goes on behind what it is on; nothing of one without an end.
    pub fn end(&self) -> String {
        self.until.as_ref().map_or_else(String::new, |until| format!(" until {}", until.value))
    }

    /// What the names in its subject may be: `ENV/NAME.port` is `NAME`, or `NAME.port` where that is how it is declared.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.subject.value.split(" -> ").flat_map(|end| {
            let name = end.rsplit_once('/').map_or(end, |(_, name)| name);
            [name].into_iter().chain(name.split_once('.').map(|(name, _)| name))
        })
    }
}
