//! What the statements of all flows say together.
//!
//! Invariants: a flow is there once for each source, port and environment, in that order; statements of one flow merge entry
//! by entry, and an environment's own are the stronger layer, in whatever order they stand.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::codes::BVL0207;
use crate::model::flow::{FlowTerms, StatementId, TakenFlow};
use crate::model::{DeclaredFlow, EndpointId, EnvironmentId, FlowStatement, Layer, Origin};
use crate::source::Span;

use super::flows::StatedFlows;

/// An environment, who begins in it, who answers, and the index of the port there.
pub(super) type Key = (EnvironmentId, EndpointId, EndpointId, u16);

/// An environment, a source and a destination.
pub(super) type Portless = (EnvironmentId, EndpointId, EndpointId);

/// What all statements say together.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// The statements, by id.
    pub(super) statements: Arc<Vec<FlowStatement>>,
    /// The flows, each once.
    pub(super) flows: Arc<Vec<DeclaredFlow>>,
    /// Names that stand for nothing.
    pub(super) unresolved: BTreeSet<String>,
    /// Whether an end could not be read.
    pub(super) unread_flows: bool,
    /// Whether an end is declared nowhere and is like nothing that is.
    pub(super) unknown_ends: bool,
    /// The flows that environments take away, in order.
    pub(super) taken: Arc<Vec<TakenFlow>>,
    /// How many statements take flows away.
    pub(super) n_withouts: usize,
    /// Those whose ports these looked at.
    pub(super) looked_at: Vec<EndpointId>,
    /// What is wrong.
    pub(super) found: Vec<Diagnostic>,
}

/// One source and one port of one destination, and where they are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    /// Where it holds, and between whom.
    pub(super) key: Key,
    /// Where the source is written.
    pub(super) source: Span,
    /// Where the destination is.
    pub(super) destination: Span,
}

/// Flows under construction.
struct Found {
    flow: DeclaredFlow,
    /// Whether the statements that allow it may have been meant for another one.
    is_guess: bool,
}

/// A word of a flow's block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlowWord {
    /// `timeout`
    Timeout,
    /// `retries`
    Retries,
    /// `pool`
    Pool,
    /// `background`
    Background,
}

impl FlowWord {
    /// The word of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "timeout" => Some(Self::Timeout),
            "retries" => Some(Self::Retries),
            "pool" => Some(Self::Pool),
            "background" => Some(Self::Background),
            _ => None,
        }
    }

    /// Takes away what a statement outside of all environments states of it; whether there is such.
    fn take_from(self, terms: &mut FlowTerms) -> bool {
        fn take<T>(stated: &mut Option<Origin<T>>) -> bool {
            stated.take_if(|stated| stated.layer == Layer::Declaration).is_some()
        }
        match self {
            Self::Timeout => take(&mut terms.timeout),
            Self::Retries => take(&mut terms.retries),
            Self::Pool => take(&mut terms.pool),
            Self::Background => take(&mut terms.background),
        }
    }
}

/// What statements say together, in the making.
#[derive(Default)]
pub(super) struct Gathered {
    found: IndexMap<Key, Found>,
    statements: Vec<FlowStatement>,
    unresolved: BTreeSet<String>,
    portless: BTreeSet<Portless>,
    unread_flows: bool,
    unknown_ends: bool,
    taken: Vec<TakenFlow>,
    n_withouts: usize,
    looked_at: Vec<EndpointId>,
}

impl Gathered {
    /// Takes away of what statements outside of all environments say what the block of a stronger one does. All of these are
    /// taken in before, and what stronger ones say behind it, so that their order does not matter.
    pub(super) fn take_away(&mut self, stated: &StatedFlows, sink: &mut Sink) {
        let mut in_vain: Vec<&(FlowWord, Diagnostic)> = stated.takes.iter().collect();
        for Pair { key, .. } in &stated.pairs {
            let Some(found) = self.found.get_mut(key) else { continue };
            if !stated.guessed.is_empty() && !found.is_guess {
                // what it says of the flow that it was meant for is nothing against what is said of this one
                in_vain.clear();
                continue;
            }
            if let Some(known) = found.flow.terms.as_deref_mut() {
                let taken: Vec<FlowWord> =
                    stated.takes.iter().map(|(word, _)| *word).filter(|word| word.take_from(known)).collect();
                in_vain.retain(|(word, _)| !taken.contains(word));
            }
        }
        for (_, finding) in in_vain {
            sink.report(finding.clone());
        }
    }

    /// Takes in what one statement says, those outside of all environments first.
    pub(super) fn take(&mut self, stated: &StatedFlows, sink: &mut Sink) {
        stated.found.iter().for_each(|finding| sink.report(finding.clone()));
        self.unresolved.extend(stated.unresolved.iter().cloned());
        self.portless.extend(&stated.portless);
        self.unread_flows |= stated.unread;
        self.unknown_ends |= stated.unknown;
        let Some(statement) = &stated.statement else { return };
        let id = StatementId(u32::try_from(self.statements.len()).unwrap_or(u32::MAX));
        self.statements.push(statement.clone());
        let is_guess = !stated.guessed.is_empty();
        for Pair { key, source, destination } in &stated.pairs {
            let found = self.found.entry(*key).or_insert_with(|| Found {
                flow: DeclaredFlow {
                    environment: key.0,
                    source: key.1,
                    destination: key.2,
                    port: key.3,
                    statements: Vec::new(),
                    source_span: *source,
                    destination_span: *destination,
                    terms: None,
                },
                is_guess,
            });
            found.flow.statements.push(id);
            if is_guess && !found.is_guess {
                continue;
            }
            if found.is_guess && !is_guess {
                found.is_guess = false;
                found.flow.terms = None;
            }
            if let Some(terms) = &stated.terms {
                combine(found.flow.terms.get_or_insert_default(), terms, sink);
            }
        }
    }

    /// Counts a statement that takes flows away.
    pub(super) fn count_without(&mut self) {
        self.n_withouts += 1;
    }

    /// Remembers that such a statement looked at somebody's ports.
    pub(super) fn look_at(&mut self, endpoint: EndpointId) {
        self.looked_at.push(endpoint);
    }

    /// Whether a statement could not be read, which may allow anything.
    pub(super) fn is_unread(&self) -> bool {
        self.unread_flows
    }

    /// Whether a statement names these two, and no port at which they meet.
    pub(super) fn is_portless(&self, pair: Portless) -> bool {
        self.portless.contains(&pair)
    }

    /// Takes a flow away by a statement; whether it was there.
    pub(super) fn remove(&mut self, key: Key, by: Span) -> bool {
        let is_there = self.found.swap_remove(&key).is_some();
        let (environment, source, destination, port) = key;
        self.taken.extend(is_there.then_some(TakenFlow { environment, source, destination, port, by }));
        is_there
    }

    /// All of it, and what was found wrong on the way.
    pub(super) fn finish(mut self, found: Vec<Diagnostic>) -> Together {
        self.found.sort_unstable_keys();
        self.taken.sort_unstable_by_key(TakenFlow::key);
        Together {
            statements: Arc::new(self.statements),
            flows: Arc::new(self.found.into_values().map(|found| found.flow).collect()),
            unresolved: self.unresolved,
            unread_flows: self.unread_flows,
            unknown_ends: self.unknown_ends,
            taken: Arc::new(self.taken),
            n_withouts: self.n_withouts,
            looked_at: self.looked_at,
            found,
        }
    }
}

fn combine(own: &mut FlowTerms, terms: &FlowTerms, sink: &mut Sink) {
    merge_entry(&mut own.timeout, terms.timeout.as_ref(), "timeout", sink);
    merge_entry(&mut own.retries, terms.retries.as_ref(), "retries", sink);
    merge_entry(&mut own.pool, terms.pool.as_ref(), "pool", sink);
    if terms.background.is_some() {
        own.background.clone_from(&terms.background);
    }
}

/// Puts an entry in the place of what a weaker layer states of it: each entry has a layer of its own, whatever else the
/// statements of a layer say.
fn merge_entry<T: Clone + PartialEq>(
    own: &mut Option<Origin<T>>,
    new: Option<&Origin<T>>,
    word: &str,
    sink: &mut Sink,
) {
    let Some(new) = new else { return };
    match own {
        Some(known) if known.layer == new.layer && known.value != new.value => sink.report(
            Diagnostic::new(
                &BVL0207,
                new.span,
                format!("two statements of one flow give it different values of `{word}`"),
            )
            .again(known.span)
            .help("keep one, or move the other into the environment where it differs"),
        ),
        _ => *own = Some(new.clone()),
    }
}
