//! The statement of a flow: its sources, the arrow, its destinations, and what follows them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Caret, Completion, Item, Kind, clauses, item};
use crate::value::{Term, TermKind};
use crate::vocabulary::{self, Block, ENVIRONMENT, FILE, Word};

/// The arrow of a flow.
pub(super) const DIRECT: &[&str] = &["->"];

/// The arrow of a chain of flows.
pub(super) const CHAINED: &[&str] = &["~>"];

/// What is ruled out is either.
const EITHER: &[&str] = &["->", "~>"];

impl Caret<'_> {
    /// What may stand behind these terms of an `allow` or `never`, or of what is written as one, with one of these arrows: behind a comma, `is_list`, another one of the list.
    pub(super) fn flow(
        &self,
        (word, arrows): (&'static Word, &[&str]),
        terms: &[Term],
        (block, is_list): (&'static Block, bool),
    ) -> Option<Completion> {
        let before = self.view.sources().get(self.at.file)?.before(self.start);
        let has_arrow = terms.iter().any(is_arrow);
        if before.ends_with('~') && !has_arrow {
            return None;
        }
        // behind the name of an end comes what follows it
        let is_next = terms.last().is_some_and(|last| !is_arrow(last)) && !is_list;
        if is_next && has_arrow {
            return Some(self.items(self.typed, clauses(word, vocabulary::split(word, terms).args.len(), terms)));
        }
        if is_next {
            return Some(self.items(self.typed, arrows.iter().map(|arrow| of_arrow(arrow)).collect()));
        }
        let mut completion = self.endpoints();
        if has_arrow {
            if self.typed.contains('.') {
                self.open_ports(terms, &mut completion);
            } else {
                completion.items = self.targets(terms);
                // nobody calls a job
                let is_job = |item: &Item| item.detail.split_whitespace().next() == Some("job");
                completion.items.retain(|item| word.name != "allow" || !is_job(item));
            }
        }
        let is_within = !std::ptr::eq(block, &raw const FILE) && !std::ptr::eq(block, &raw const ENVIRONMENT);
        if is_within && !self.typed.contains('.') {
            let others = [("self", "what the block belongs to"), ("kubernetes-api", "the API server")];
            completion.items.extend(others.map(|(name, what)| item(Kind::Endpoint, name, what, "")));
            completion.items.extend(self.classes());
        }
        Some(completion)
    }

    /// Ends of flows: those that others name most first, the sources of this statement last.
    fn targets(&self, terms: &[Term]) -> Vec<Item> {
        let mut items = self.declared(Kind::Endpoint);
        let sources: Vec<&str> =
            terms.iter().take_while(|term| !is_arrow(term)).flat_map(Term::members).filter_map(Term::name).collect();
        let Some(model) = &self.view.analysis.model else { return items };
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for flow in model.flows.iter() {
            if let Some(endpoint) = model.endpoint(flow.destination) {
                *named.entry(&endpoint.name().value).or_default() += 1;
            }
        }
        items.sort_by_key(|item| {
            let times = named.get(item.label.as_str()).copied().unwrap_or_default();
            (sources.contains(&item.label.as_str()), Reverse(times))
        });
        items
    }

    /// The ports behind `NAME.` of a flow's end: those that its sources may reach already last.
    fn open_ports(&self, terms: &[Term], completion: &mut Completion) {
        let path = self.typed.rsplit('/').next().unwrap_or(self.typed);
        let (Some((name, _)), Some(model)) = (path.rsplit_once('.'), &self.view.analysis.model) else { return };
        let sources: Vec<&str> =
            terms.iter().take_while(|term| !is_arrow(term)).flat_map(Term::members).filter_map(Term::name).collect();
        let of = |id| model.endpoint(id).map_or("", |endpoint| &endpoint.name().value);
        let flows =
            model.flows.iter().filter(|flow| of(flow.destination) == name && sources.contains(&of(flow.source)));
        let reached: Vec<&str> = flows
            .filter_map(|flow| model.endpoint(flow.destination)?.ports().get(usize::from(flow.port)))
            .map(|port| port.name.value.as_str())
            .collect();
        completion.items.sort_by_key(|item| reached.contains(&item.label.as_str()));
    }
}

/// The arrows that a statement takes.
pub(super) fn arrows(word: &Word) -> &'static [&'static str] {
    if word.name == "never" { EITHER } else { DIRECT }
}

fn of_arrow(arrow: &str) -> Item {
    item(Kind::Clause, arrow, if arrow == "->" { "directly" } else { "through any chain of flows" }, "")
}

fn is_arrow(term: &Term) -> bool {
    matches!(term.kind, TermKind::Arrow | TermKind::PathArrow)
}
