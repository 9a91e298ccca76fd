//! What a rule can ask of the parts of workloads.

use std::borrow::Cow;

use super::{Field, Found, Lack, Place, Record, Thing, Ty, Value};
use crate::model::Disruption;
use crate::model::exposure::Certificate;
use crate::model::{Count, Origin, PortUse, Protocol, Scaling};
use crate::value::Image;

/// A port.
pub(super) static PORT: Record = Record {
    name: "port",
    fields: &[&[
        Field::new("name", Ty::Text, "Its name.", |_, thing| {
            let Thing::Port(port) = thing else { return Found::NONE };
            Found::text(&port.name)
        }),
        Field::new("number", Ty::Number, "The number on which the pod, or the external, listens.", |_, thing| {
            let Thing::Port(port) = thing else { return Found::NONE };
            Found::of(&port.number, Value::Number(port.number.value.get().into()))
        }),
        Field::new("protocol", Ty::Word(&["tcp", "udp"]), "Its transport.", |_, thing| {
            let Thing::Port(port) = thing else { return Found::NONE };
            Found::of(
                &port.number,
                Value::Text(Cow::Borrowed(match port.protocol {
                    Protocol::Tcp => "tcp",
                    Protocol::Udp => "udp",
                })),
            )
        }),
        Field::new("use", Ty::Word(&["serving", "health", "metrics"]), "What it is for.", |_, thing| {
            let Thing::Port(port) = thing else { return Found::NONE };
            Found::of(
                &port.number,
                Value::Text(Cow::Borrowed(match port.usage {
                    PortUse::Serving => "serving",
                    PortUse::Health => "health",
                    PortUse::Metrics => "metrics",
                })),
            )
        }),
    ]],
};

/// What a container takes of cpu.
pub(super) static AMOUNT_OF_CPU: Record = Record {
    name: "cpu",
    fields: &[&[
        Field::new("request", Ty::Cpu, "What is requested.", |_, thing| {
            let Thing::Cpu(cpu) = thing else { return Found::NONE };
            Found::cpu(&cpu.amount, cpu.amount.value.request)
        }),
        Field::new("limit", Ty::Cpu, "What is used at most.", |_, thing| {
            let Thing::Cpu(cpu) = thing else { return Found::NONE };
            Found::maybe(cpu.amount.value.limit.map(|limit| Found::cpu(&cpu.amount, limit)))
        })
        .absent("it is `..none`"),
    ]],
};

/// What a container takes of memory or disk.
pub(super) static AMOUNT_OF_MEMORY: Record = Record {
    name: "memory",
    fields: &[&[
        Field::new("request", Ty::Memory, "What is requested.", |_, thing| {
            let Thing::Memory(memory) = thing else { return Found::NONE };
            Found::memory(&memory.amount, memory.amount.value.request)
        }),
        Field::new("limit", Ty::Memory, "What is used at most.", |_, thing| {
            let Thing::Memory(memory) = thing else { return Found::NONE };
            let place = Some(Place { span: memory.amount.span, layer: memory.amount.layer });
            match memory.amount.value.limit {
                Some(limit) => Found::memory(&memory.amount, limit),
                None => Found { value: None, place },
            }
        })
        .absent("it is `..none`"),
    ]],
};

/// The disruption budget of a workload.
pub(super) static DISRUPTION: Record = Record {
    name: "disruption",
    fields: &[&[
        Field::new(
            "min-available",
            Ty::Number,
            "How many pods stay while nodes are drained; a percentage is that of the smallest number of pods, as a cluster rounds it.",
            |_, thing| {
                let Some(Disruption::MinAvailable(count)) = thing.workload().and_then(|one| one.disruption.as_ref()) else {
                    return Found::NONE;
                };
                counted(thing, count)
            },
        )
        .absent("no layer states `disruption min-available`"),
        Field::new(
            "max-unavailable",
            Ty::Number,
            "How many pods may go at a time, counted likewise.",
            |_, thing| {
                let Some(Disruption::MaxUnavailable(count)) = thing.workload().and_then(|one| one.disruption.as_ref()) else {
                    return Found::NONE;
                };
                counted(thing, count)
            },
        )
        .absent("no layer states `disruption max-unavailable`"),
    ]],
};

/// How many pods a count of a workload is at its smallest.
fn counted<'a>(thing: Thing<'a>, count: &Origin<Count>) -> Found<'a> {
    let floor = thing.workload().map_or(1, crate::model::Workload::floor);
    Found::of(count, Value::Number(count.value.of(floor).into()))
}

/// A container.
pub(super) static CONTAINER: Record = Record {
    name: "container",
    fields: &[&[
        Field::new("name", Ty::Text, "Its name; of its workload's own that of the workload.", |_, thing| {
            let Thing::Container(workload, contained) = thing else { return Found::NONE };
            Found::text(contained.companion.map_or(&workload.name, |companion| &companion.name))
        }),
        Field::new("kind", Ty::Word(&["own", "init", "sidecar"]), "What it is: `c is sidecar`.", |_, thing| {
            let Thing::Container(_, contained) = thing else { return Found::NONE };
            let kind = contained.companion.map_or("own", |companion| companion.role.word());
            Found::known(Value::Text(Cow::Borrowed(kind)))
        }),
        Field::new("image", Ty::Thing(&IMAGE), "Its image.", |_, thing| {
            let Thing::Container(_, contained) = thing else { return Found::NONE };
            Found::maybe(contained.container.image.as_ref().map(|image| Found::thing(Thing::Image(image))))
        })
        .absent("it could not be read")
        .lacking(Lack::Needed),
        Field::new("cpu", Ty::Thing(&AMOUNT_OF_CPU), "What it takes of cpu.", |_, thing| {
            let Thing::Container(workload, contained) = thing else { return Found::NONE };
            let resources = contained.companion.map_or(&workload.resources, |companion| &companion.resources);
            Found::maybe(resources.cpu.as_ref().map(|cpu| Found::thing(Thing::Cpu(cpu))))
        })
        .absent("no layer states it")
        .lacking(Lack::Amount),
        Field::new("memory", Ty::Thing(&AMOUNT_OF_MEMORY), "What it takes of memory.", |_, thing| {
            let Thing::Container(workload, contained) = thing else { return Found::NONE };
            let resources = contained.companion.map_or(&workload.resources, |companion| &companion.resources);
            Found::maybe(resources.memory.as_ref().map(|memory| Found::thing(Thing::Memory(memory))))
        })
        .absent("no layer states it")
        .lacking(Lack::Amount),
    ]],
};

/// An image.
pub(super) static IMAGE: Record = Record {
    name: "image",
    fields: &[&[
        Field::new("reference", Ty::Text, "The whole of it, as it is written.", |_, thing| {
            of_image(thing, |image| Some(Cow::Owned(image.to_string())))
        }),
        Field::new("registry", Ty::Text, "The host of its registry, `docker.io` where none is written.", |_, thing| {
            of_image(thing, |image| Some(Cow::Borrowed(image.registry())))
        }),
        Field::new("repository", Ty::Text, "Its path within the registry.", |_, thing| {
            of_image(thing, |image| Some(Cow::Borrowed(image.repository())))
        }),
        Field::new("tag", Ty::Text, "Its tag.", |_, thing| of_image(thing, |image| image.tag().map(Cow::Borrowed)))
            .absent("none is written"),
        Field::new("digest", Ty::Text, "Its digest.", |_, thing| {
            of_image(thing, |image| image.digest().map(Cow::Borrowed))
        })
        .absent("none is written"),
    ]],
};

fn of_image<'a>(thing: Thing<'a>, part: impl FnOnce(&'a Image) -> Option<Cow<'a, str>>) -> Found<'a> {
    let Thing::Image(image) = thing else { return Found::NONE };
    let place = Some(Place { span: image.span, layer: image.layer });
    Found { value: part(&image.value).map(Value::Text), place }
}

/// How a workload stops.
pub(super) static SHUTDOWN: Record = Record {
    name: "shutdown",
    fields: &[&[
        Field::new("grace", Ty::Duration, "After this the pod is killed.", |_, thing| {
            Found::maybe(thing.program().map(|program| Found::time(&program.shutdown.grace)))
        }),
        Field::new("pre-stop", Ty::Duration, "How long it keeps serving before it is told to stop.", |_, thing| {
            Found::maybe(thing.program().map(|program| Found::time(&program.shutdown.pre_stop)))
        }),
        Field::new("drain", Ty::Duration, "The time for requests in flight.", |_, thing| {
            Found::maybe(thing.program().map(|program| Found::time(&program.shutdown.drain)))
        }),
        Field::new("finish", Ty::Duration, "The time for work in hand.", |_, thing| {
            Found::maybe(thing.program().map(|program| Found::time(&program.shutdown.finish)))
        }),
    ]],
};

/// How many replicas a service has.
pub(super) static SCALE: Record = Record {
    name: "scale",
    fields: &[&[
        Field::new("min", Ty::Number, "The smallest number of replicas.", |_, thing| {
            Found::maybe(thing.service().map(|service| Found::number(service.scaling.min())))
        }),
        Field::new("max", Ty::Number, "The largest number of replicas.", |_, thing| {
            Found::maybe(thing.service().map(|service| Found::number(service.scaling.max())))
        }),
        Field::new("moves", Ty::Bool, "Whether something moves the number.", |_, thing| {
            Found::maybe(thing.service().map(|service| {
                let moves = match service.scaling {
                    Scaling::Auto(_) => true,
                    Scaling::Fixed(_) => false,
                };
                Found::of(service.scaling.min(), Value::Is(moves))
            }))
        }),
    ]],
};

/// How the health of a service is asked.
pub(super) static HEALTH: Record = Record {
    name: "health",
    fields: &[&[
        Field::new("port", Ty::Number, "The number of the port that answers.", |_, thing| {
            let health = thing.service().and_then(|service| service.health.as_ref());
            Found::maybe(health.map(|health| Found::of(&health.port, Value::Number(health.port.value.get().into()))))
        }),
        Field::new("live", Ty::Text, "The path by which its liveness is asked.", |_, thing| {
            let health = thing.service().and_then(|service| service.health.as_ref());
            Found::maybe(health.and_then(|health| health.live.as_ref()).map(|probe| Found::text(&probe.path)))
        })
        .absent("no layer states it"),
        Field::new("ready", Ty::Text, "The path by which its readiness is asked.", |_, thing| {
            let health = thing.service().and_then(|service| service.health.as_ref());
            Found::maybe(health.and_then(|health| health.ready.as_ref()).map(|probe| Found::text(&probe.path)))
        })
        .absent("no layer states it"),
    ]],
};

/// What of a service is reached from outside.
pub(super) static EXPOSURE: Record = Record {
    name: "exposed",
    fields: &[&[
        Field::new("host", Ty::Text, "The host.", |_, thing| {
            let Thing::Exposure(exposure) = thing else { return Found::NONE };
            Found::of(&exposure.address, Value::Text(Cow::Borrowed(&exposure.address.value.host)))
        }),
        Field::new("path", Ty::Text, "The path that requests begin with.", |_, thing| {
            let Thing::Exposure(exposure) = thing else { return Found::NONE };
            Found::of(&exposure.address, Value::Text(Cow::Borrowed(&exposure.address.value.path)))
        }),
        Field::new("tls", Ty::Bool, "Whether a certificate is stated for it.", |_, thing| {
            let Thing::Exposure(exposure) = thing else { return Found::NONE };
            let Some(tls) = &exposure.tls else { return Found::of(&exposure.address, Value::Is(false)) };
            let has_one = match tls.certificate {
                Certificate::Secret(_) | Certificate::Issuer(_) | Certificate::ClusterIssuer(_) => true,
                Certificate::None(_) => false,
            };
            Found::of(&tls.stated, Value::Is(has_one))
        }),
    ]],
};
