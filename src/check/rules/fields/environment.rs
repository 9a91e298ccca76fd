//! What a rule can ask of environments and externals.

use std::borrow::Cow;

use super::parts::PORT;
use super::{Field, Found, Place, Record, Thing, Ty, Value};
use crate::model::Environment;
use crate::model::environment::{Budget, DefaultDeny};

/// An environment.
pub static ENVIRONMENT: Record = Record {
    name: "environment",
    fields: &[&[
        Field::new("name", Ty::Text, "The name of its declaration: `preview` of every preview.", |_, thing| {
            of(thing, |environment| Some(Found::text(&environment.name)))
        }),
        Field::new("production", Ty::Bool, "Whether it is marked `production`.", |_, thing| {
            of(thing, |environment| Some(Found::flag(environment.production.as_ref())))
        }),
        Field::new("shared", Ty::Bool, "Whether it is marked `shared`.", |_, thing| {
            of(thing, |environment| Some(Found::flag(environment.shared.as_ref())))
        }),
        Field::new("immutable", Ty::Bool, "Whether it is marked `immutable`.", |_, thing| {
            of(thing, |environment| Some(Found::flag(environment.immutable.as_ref())))
        }),
        Field::new("namespace", Ty::Text, "The name of its namespace.", |_, thing| {
            of(thing, |environment| environment.namespace.as_ref().map(|namespace| Found::text(&namespace.name)))
        })
        .absent("it could not be read"),
        Field::new(
            "profile",
            Ty::Word(&["restricted", "baseline", "privileged"]),
            "The Pod Security Standard that it enforces.",
            |_, thing| of(thing, |one| Some(Found::word(&one.profile.level, one.profile.level.value.name()))),
        ),
        Field::new("default-deny", Ty::Bool, "Whether all traffic that no flow allows is denied.", |_, thing| {
            of(thing, |environment| {
                Some(match &environment.default_deny {
                    DefaultDeny::On => Found::known(Value::Is(true)),
                    DefaultDeny::Off { stated, .. } => Found::of(stated, Value::Is(false)),
                })
            })
        }),
        Field::new("nodes", Ty::Number, "How many nodes its pods may run on.", |_, thing| {
            of(thing, |environment| environment.nodes.as_ref().map(|nodes| Found::number(&nodes.count)))
        })
        .absent("they are not counted"),
        Field::new("budget", Ty::Thing(&BUDGET), "What its pods may take together.", |_, thing| {
            of(thing, |environment| {
                let budget = environment.budget.as_ref()?;
                let place = Some(Place { span: budget.stated.span, layer: budget.stated.layer });
                Some(Found { value: Some(Value::Thing(Thing::Budget(budget))), place })
            })
        })
        .absent("no `budget` is stated"),
        Field::keyed("label", "none is stated", "A label of its objects that is stated for it.", |_, thing, key| {
            of(thing, |environment| environment.labels.get(key).map(Found::text))
        }),
    ]],
};

fn of<'a>(thing: Thing<'a>, read: impl FnOnce(&'a Environment) -> Option<Found<'a>>) -> Found<'a> {
    let Thing::Environment(environment) = thing else { return Found::NONE };
    Found::maybe(read(environment))
}

/// What the pods of an environment may take together.
static BUDGET: Record = Record {
    name: "budget",
    fields: &[&[
        Field::new("cpu", Ty::Cpu, "The sum of cpu limits.", |_, thing| {
            of_budget(thing, |budget| budget.cpu.as_ref().map(|cpu| Found::cpu(cpu, cpu.value)))
        })
        .absent("it is not stated"),
        Field::new("memory", Ty::Memory, "The sum of memory limits.", |_, thing| {
            of_budget(thing, |budget| budget.memory.as_ref().map(|memory| Found::memory(memory, memory.value)))
        })
        .absent("it is not stated"),
        Field::new("pods", Ty::Number, "The number of pods.", |_, thing| {
            of_budget(thing, |budget| budget.pods.as_ref().map(Found::number))
        })
        .absent("it is not stated"),
        Field::new("volumes", Ty::Number, "The number of volumes that outlive their pods.", |_, thing| {
            of_budget(thing, |budget| budget.volumes.as_ref().map(Found::number))
        })
        .absent("it is not stated"),
        Field::new("storage", Ty::Memory, "The sum of their sizes.", |_, thing| {
            of_budget(thing, |budget| budget.storage.as_ref().map(|storage| Found::memory(storage, storage.value)))
        })
        .absent("it is not stated"),
    ]],
};

fn of_budget<'a>(thing: Thing<'a>, read: impl FnOnce(&'a Budget) -> Option<Found<'a>>) -> Found<'a> {
    let Thing::Budget(budget) = thing else { return Found::NONE };
    Found::maybe(read(budget))
}

/// An external.
pub static EXTERNAL: Record = Record {
    name: "external",
    fields: &[&[
        Field::new("name", Ty::Text, "Its name.", |_, thing| {
            let Thing::External(external) = thing else { return Found::NONE };
            Found::text(&external.name)
        }),
        Field::new(
            "environment",
            Ty::Thing(&ENVIRONMENT),
            "The environment whose view of it this is.",
            |world, thing| {
                let Thing::External(external) = thing else { return Found::NONE };
                let environment = world.model.environment(external.environment);
                Found::maybe(environment.map(|environment| Found::thing(Thing::Environment(environment))))
            },
        ),
        Field::new("host", Ty::Text, "The name of its host.", |_, thing| {
            let Thing::External(external) = thing else { return Found::NONE };
            Found::maybe(external.host.as_ref().map(Found::text))
        })
        .absent("none is stated"),
        Field::new("cidrs", Ty::Texts, "Its addresses: `all a in x.cidrs: a starts-with \"10.\"`.", |_, thing| {
            let Thing::External(external) = thing else { return Found::NONE };
            let texts = external
                .cidrs
                .iter()
                .map(|cidr| (Cow::Owned(cidr.value.to_string()), Some(Place { span: cidr.span, layer: cidr.layer })));
            Found::known(Value::Texts(texts.collect()))
        }),
        Field::new("ports", Ty::Things(&PORT), "The ports on which it listens.", |_, thing| {
            let Thing::External(external) = thing else { return Found::NONE };
            Found::things(external.ports.iter().map(Thing::Port))
        }),
    ]],
};
