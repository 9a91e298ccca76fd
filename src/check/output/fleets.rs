//! What is delivered to the clusters of a fleet finds there what it uses.

use std::collections::BTreeSet;

use super::undeliverable_environment::{report, undeliverable};
use crate::check::Context;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::{Flow, Source, Target};
use crate::model::delivery::{Delivery, Fleet};
use crate::model::environment::Instance;
use crate::model::{Endpoint, Environment, EnvironmentId};
use crate::value::quoted;

/// One that has an instance for each of something, or that Argo CD itself is in, is in no fleet.
pub(super) fn alone(
    cx: &Context<'_>,
    (delivery, fleet, environment): (&Delivery, &Fleet, &Environment),
    sink: &mut Sink,
) {
    let name = &fleet.environment;
    let is_home = delivery.home.as_ref().is_some_and(|home| home.value == name.value);
    let told = if is_home {
        undeliverable(name.span, format!("environment `{}`, which Argo CD itself is in, is delivered to other clusters", name.value))
            .here("Argo CD is in one of them")
            .note("its Applications are read where Argo CD runs, and there alone: in a fleet it would be nowhere, or run in each cluster")
            .help("let Argo CD be in an environment of its own, which is delivered where it runs")
    } else if environment.instance == Instance::Fixed {
        return;
    } else {
        undeliverable(
            name.span,
            format!(
                "environment `{}` has an instance for each of its parameters, and a fleet one for each cluster",
                name.value
            ),
        )
        .here("has parameters")
        .label(environment.name.span, "declared with parameters")
        .note("Argo CD knows the clusters of a fleet by their labels, and of an instance nothing")
        .help("name an environment without parameters")
    };
    report(cx, told, sink);
}

/// What one environment uses of another is in each of its clusters.
pub(super) fn apart(cx: &Context<'_>, delivery: &Delivery, sink: &mut Sink) {
    if delivery.fleets.is_empty() {
        return;
    }
    let mut seen: BTreeSet<(EnvironmentId, EnvironmentId)> = BTreeSet::new();
    let mut all: Vec<Apart<'_>> = Vec::new();
    for flow in &cx.graph.flows {
        let is_new = |between: &Use<'_>| seen.insert((between.user.id, between.used.id));
        let Some(Use { user, used, source, target }) = uses(cx, flow).filter(is_new) else { continue };
        let (fleet, elsewhere, other) = match (delivery.fleet(&user.name.value), delivery.fleet(&used.name.value)) {
            (None, None) => continue,
            (Some(own), Some(other)) if own.is_within(other) => continue,
            (Some(own), other) => (own, other, used),
            (None, Some(other)) => (other, None, user),
        };
        let is_user = fleet.environment.value == user.name.value;
        let alike = all
            .iter_mut()
            .find(|apart| std::ptr::eq(apart.fleet, fleet) && apart.is_user == is_user && apart.elsewhere == elsewhere);
        if let Some(apart) = alike {
            apart.others.push(&other.name.value);
        } else {
            let flow = format!("there is a flow {source} -> {target}");
            all.push(Apart { fleet, is_user, elsewhere, others: vec![&other.name.value], flow });
        }
    }
    for apart in all {
        report(cx, apart.told(), sink);
    }
}

/// A fleet, and environments that are delivered elsewhere.
struct Apart<'m> {
    fleet: &'m Fleet,
    /// Whether it uses the others, or they use it.
    is_user: bool,
    /// Where the others are delivered; where Argo CD is, if to no fleet.
    elsewhere: Option<&'m Fleet>,
    others: Vec<&'m str>,
    /// One of the flows between them.
    flow: String,
}

impl Apart<'_> {
    fn told(mut self) -> Diagnostic {
        self.others.sort_unstable();
        let to = |fleet: Option<&Fleet>| match fleet {
            Some(fleet) => format!("the clusters with {}", fleet.selector()),
            None => "the one of Argo CD".to_owned(),
        };
        let name = &self.fleet.environment.value;
        let quoted_others: Vec<String> = self.others.iter().map(|other| format!("`{other}`")).collect();
        let others = listed(&quoted_others);
        let which = match (self.is_user, self.others.len()) {
            (true, _) => "which it uses",
            (false, 1) => "which uses it",
            (false, _) => "which use it",
        };
        let title = format!(
            "`{name}` is delivered to {}, and {others}, {which}, to {}",
            to(Some(self.fleet)),
            to(self.elsewhere)
        );
        let labels = self.fleet.labels.iter();
        let labels = labels.map(|(key, value)| format!("label {} {}", quoted(&key.value), quoted(&value.value)));
        let statement =
            |other: &str| format!("`clusters {other} {{ {} }}`", labels.clone().collect::<Vec<_>>().join("; "));
        let first = self.others.first().map_or_else(String::new, |other| statement(other));
        let same = match self.others.len() {
            1 => format!("deliver both to the same clusters, {first}"),
            _ => format!("deliver all of them to the same clusters, {first} and so on"),
        };
        let less = if self.is_user { others } else { format!("`{name}`") };
        undeliverable(self.fleet.environment.span, title)
            .here(self.flow)
            .note("a policy speaks of pods of its own cluster: in another one there is nobody of that name")
            .help(format!("{same}, or {less} to more of them, with fewer labels; what runs elsewhere is an `external`"))
    }
}

/// One of the flows between two environments.
struct Use<'m> {
    user: &'m Environment,
    used: &'m Environment,
    source: &'m str,
    target: &'m str,
}

/// Of a flow between two environments the one that uses the other: whatever is shared is used.
fn uses<'m>(cx: &Context<'m>, flow: &Flow) -> Option<Use<'m>> {
    let (Source::Endpoint(source), Target::Port { endpoint: target, .. }) = (flow.source, flow.target) else {
        return None;
    };
    let workload = |id| match cx.model.endpoint(id)? {
        Endpoint::Workload(workload) => Some((cx.model.environment(workload.environment)?, &*workload.name.value)),
        // it is in no cluster
        Endpoint::External(_) => None,
    };
    let ((one, source), (other, target)) = (workload(source)?, workload(target)?);
    if one.id == other.id {
        return None;
    }
    let is_used = one.shared.is_some() && other.shared.is_none();
    let (user, used) = if is_used { (other, one) } else { (one, other) };
    Some(Use { user, used, source, target })
}
