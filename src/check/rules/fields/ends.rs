//! What a rule can ask of flows and their ends.

use std::borrow::Cow;

use super::parts::PORT;
use super::workload::label;
use super::{ENVIRONMENT, Field, Found, Place, Record, Side, Thing, Ty, Value, World};
use crate::graph::{Flow, Source, Target, Why};
use crate::model::flow::FlowTerms;
use crate::model::{Endpoint, Layer, OwnService};
use crate::source::Span;

/// A flow.
pub static FLOW: Record = Record {
    name: "flow",
    fields: &[&[
        Field::new("from", Ty::Thing(&END), "Who begins.", |_, thing| end(thing, Side::From)),
        Field::new("to", Ty::Thing(&END), "Who answers.", |_, thing| end(thing, Side::To)),
        Field::new("port", Ty::Thing(&PORT), "The port at which it ends.", |world, thing| {
            let Thing::Flow(flow) = thing else { return Found::NONE };
            Found::maybe(flow.port(world.model).map(|port| Found::thing(Thing::Port(port))))
        })
        .absent("it ends at the cluster's DNS or at the Kubernetes API"),
        Field::new("environment", Ty::Thing(&ENVIRONMENT), "The environment in which it holds.", |world, thing| {
            let Thing::Flow(flow) = thing else { return Found::NONE };
            let environment = world.model.environment(flow.environment);
            Found::maybe(environment.map(|environment| Found::thing(Thing::Environment(environment))))
        }),
        Field::new(
            "derived",
            Ty::Bool,
            "Whether it follows from other facts, where no `allow` states it.",
            |_, thing| {
                let Thing::Flow(flow) = thing else { return Found::NONE };
                Found::known(Value::Is(match flow.why {
                    Why::Declared(_) => false,
                    Why::Derived(_) => true,
                }))
            },
        ),
        Field::new("reason", Ty::Text, "Why it is there: its `because`, or what it follows from.", |world, thing| {
            let Thing::Flow(flow) = thing else { return Found::NONE };
            match &flow.why {
                Why::Derived(derived) => Found::known(Value::Text(Cow::Borrowed(&derived.reason))),
                Why::Declared(_) => {
                    let statements = flow.declared(world.model).into_iter().flat_map(|one| &one.statements);
                    let mut stated = statements.filter_map(|id| world.model.statement(*id)?.because.as_ref());
                    Found::maybe(stated.next_back().map(Found::text))
                }
            }
        })
        .absent("its `allow` states none"),
        Field::new("timeout", Ty::Duration, "How long its caller waits for one try.", |world, thing| {
            Found::maybe(terms(world, thing).and_then(|terms| terms.timeout.as_ref()).map(Found::time))
        })
        .absent("none is stated"),
        Field::new("retries", Ty::Number, "How often its caller tries again.", |world, thing| {
            Found::maybe(terms(world, thing).and_then(|terms| terms.retries.as_ref()).map(Found::number))
        })
        .absent("none are stated"),
        Field::new("background", Ty::Bool, "Whether no caller waits for it.", |world, thing| {
            Found::flag(terms(world, thing).and_then(|terms| terms.background.as_ref()))
        }),
    ]],
};

fn end(thing: Thing<'_>, side: Side) -> Found<'_> {
    let Thing::Flow(flow) = thing else { return Found::NONE };
    Found::thing(Thing::End(flow, side))
}

fn terms<'a>(world: World<'a>, thing: Thing<'a>) -> Option<&'a FlowTerms> {
    let Thing::Flow(flow) = thing else { return None };
    flow.declared(world.model)?.terms.as_deref()
}

/// Where an end of a flow is named, or what it follows from.
pub(in crate::check::rules) fn place(world: World<'_>, flow: &Flow, side: Side) -> Option<Span> {
    match &flow.why {
        Why::Derived(derived) => Some(derived.cause),
        Why::Declared(_) => flow.declared(world.model).map(|declared| match side {
            Side::From => declared.source_span,
            Side::To => declared.destination_span,
        }),
    }
}

/// What an end of a flow is: an endpoint, or the cluster's own.
pub(in crate::check::rules) fn endpoint<'a>(
    world: World<'a>,
    flow: &Flow,
    side: Side,
) -> Result<&'a Endpoint, &'static str> {
    let (endpoint, own) = match side {
        Side::From => match flow.source {
            Source::Endpoint(id) => (world.model.endpoint(id), API),
            Source::KubernetesApi => (None, API),
        },
        Side::To => match flow.target {
            Target::Port { endpoint, .. } => (world.model.endpoint(endpoint), API),
            Target::Dns => (None, OwnService::Dns.word_of_end()),
            Target::KubernetesApi => (None, API),
        },
    };
    endpoint.ok_or(own)
}

const API: &str = "kubernetes-api";

impl OwnService {
    /// As a rule names it.
    const fn word_of_end(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::KubernetesApi => API,
        }
    }
}

/// An end of a flow.
pub static END: Record = Record {
    name: "end of a flow",
    fields: &[&[
        Field::new("name", Ty::Text, "Its name; `kubernetes-api` and `dns` are the cluster's own.", |world, thing| {
            of(world, thing, |end| match end {
                Ok(endpoint) => Some(Cow::Borrowed(endpoint.name().value.as_str())),
                Err(own) => Some(Cow::Borrowed(own)),
            })
        }),
        Field::new(
            "kind",
            Ty::Word(&["service", "job", "managed", "external", "kubernetes-api", "dns"]),
            "What it is: `f.from is external`.",
            |world, thing| of(world, thing, |end| Some(Cow::Borrowed(end.map_or_else(|own| own, Endpoint::word)))),
        ),
        Field::new("environment", Ty::Text, "The name of the environment in which it runs.", |world, thing| {
            of(world, thing, |end| {
                let environment = world.model.environment(end.ok()?.environment())?;
                Some(Cow::Borrowed(environment.name.value.as_str()))
            })
        })
        .absent("it is the cluster's own"),
        Field::keyed("label", "no layer states it", "A label of its objects.", |world, thing, key| {
            let Thing::End(flow, side) = thing else { return Found::NONE };
            let Ok(Endpoint::Workload(workload)) = endpoint(world, flow, side) else { return Found::NONE };
            Found::maybe(label(world, workload, key))
        }),
    ]],
};

/// What is read of an end, at its place in the statement.
fn of<'a>(
    world: World<'a>,
    thing: Thing<'a>,
    read: impl FnOnce(Result<&'a Endpoint, &'static str>) -> Option<Cow<'a, str>>,
) -> Found<'a> {
    let Thing::End(flow, side) = thing else { return Found::NONE };
    let value = read(endpoint(world, flow, side)).map(Value::Text);
    Found { value, place: place(world, flow, side).map(|span| Place { span, layer: Layer::Declaration }) }
}
