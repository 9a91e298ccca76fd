//! What a rule can ask of workloads.

use std::borrow::Cow;

use super::parts::{
    AMOUNT_OF_CPU, AMOUNT_OF_MEMORY, CONTAINER, DISRUPTION, EXPOSURE, HEALTH, IMAGE, PORT, SCALE, SHUTDOWN,
};
use super::{ENVIRONMENT, Field, Found, Lack, Place, Record, Thing, Ty, Value, World};
use crate::model::service::SpreadOver;
use crate::model::workload::Workload;

/// A service.
pub static SERVICE: Record = Record { name: "service", fields: &[COMMON, PROGRAM, OF_SERVICE] };

/// A job.
pub static JOB: Record = Record { name: "job", fields: &[COMMON, PROGRAM, OF_JOB] };

/// A managed workload.
pub static MANAGED: Record = Record { name: "managed", fields: &[COMMON, OF_MANAGED] };

/// Any workload.
pub static WORKLOAD: Record = Record { name: "workload", fields: &[COMMON] };

/// The words that declare workloads.
const KINDS: &[&str] = &["service", "job", "managed"];

const COMMON: &[Field] = &[
    Field::new("name", Ty::Text, "Its name.", |_, thing| {
        Found::maybe(thing.workload().map(|workload| Found::text(&workload.name)))
    }),
    Field::new("kind", Ty::Word(KINDS), "The word that declares it: `s is service`.", |_, thing| {
        Found::maybe(thing.workload().map(|workload| Found::known(Value::Text(Cow::Borrowed(workload.word())))))
    }),
    Field::new("environment", Ty::Thing(&ENVIRONMENT), "The environment in which it runs.", |world, thing| {
        let environment = thing.workload().and_then(|workload| world.model.environment(workload.environment));
        Found::maybe(environment.map(|environment| Found::thing(Thing::Environment(environment))))
    }),
    Field::new(
        "classes",
        Ty::Texts,
        "The classes that it takes over, directly or not: `\"web\" in s.classes`, and `\"nats.cluster\"` for one of the standard library.",
        |world, thing| {
            let ids = thing.workload().map_or(&[][..], |workload| &workload.classes);
            let classes = ids.iter().filter_map(|id| world.model.classes.get(id.0 as usize));
            let named = classes.map(|class| (Cow::Borrowed(class.value.as_str()), None));
            Found::known(Value::Texts(named.collect()))
        },
    ),
    Field::new("tier", Ty::Word(&["critical", "standard", "best-effort"]), "How much depends on it.", |_, thing| {
        let tier = thing.workload().and_then(|workload| workload.tier.as_ref());
        Found::maybe(tier.map(|tier| {
            let place = Some(Place { span: tier.span, layer: tier.layer });
            Found { value: Some(Value::Text(Cow::Owned(tier.value.to_string()))), place }
        }))
    })
    .absent("no layer states it"),
    Field::keyed(
        "label",
        "no layer states it",
        "A label of its objects, be it stated for it, its environment or the platform.",
        |world, thing, key| Found::maybe(thing.workload().and_then(|workload| label(world, workload, key))),
    ),
    Field::keyed(
        "annotation",
        "no layer states it",
        "An annotation of its objects that is stated for it.",
        |_, thing, key| {
            Found::maybe(thing.workload().and_then(|workload| workload.annotations.get(key)).map(Found::text))
        },
    ),
    Field::new(
        "ports",
        Ty::Things(&PORT),
        "The ports on which it listens, those of its health and metrics as well.",
        |_, thing| {
            let ports = thing.workload().map_or(&[][..], |workload| &workload.ports);
            Found::things(ports.iter().map(Thing::Port))
        },
    ),
    Field::new("cpu", Ty::Thing(&AMOUNT_OF_CPU), "What its own container takes of cpu.", |_, thing| {
        let cpu = thing.workload().and_then(|workload| workload.resources.cpu.as_ref());
        Found::maybe(cpu.map(|cpu| Found::thing(Thing::Cpu(cpu))))
    })
    .absent("no layer states it")
    .lacking(Lack::Amount),
    Field::new("memory", Ty::Thing(&AMOUNT_OF_MEMORY), "What its own container takes of memory.", |_, thing| {
        let memory = thing.workload().and_then(|workload| workload.resources.memory.as_ref());
        Found::maybe(memory.map(|memory| Found::thing(Thing::Memory(memory))))
    })
    .absent("no layer states it")
    .lacking(Lack::Amount),
    Field::new("disruption", Ty::Thing(&DISRUPTION), "Its disruption budget.", |_, thing| Found::thing(thing)),
];

/// A label that the objects of a workload have: its own before that of its environment, and that before the platform's.
pub(super) fn label<'a>(world: World<'a>, workload: &'a Workload, key: &str) -> Option<Found<'a>> {
    let environment = world.model.environment(workload.environment);
    let layers = [Some(&*workload.labels), environment.map(|one| &one.labels), Some(&world.model.platform.labels)];
    layers.into_iter().flatten().find_map(|labels| labels.get(key)).map(Found::text)
}

const PROGRAM: &[Field] = &[
    Field::new("image", Ty::Thing(&IMAGE), "The image of its own container.", |_, thing| {
        let image = thing.program().and_then(|program| program.container.image.as_ref());
        Found::maybe(image.map(|image| Found::thing(Thing::Image(image))))
    })
    .absent("it could not be read")
    .lacking(Lack::Needed),
    Field::new(
        "containers",
        Ty::Things(&CONTAINER),
        "Every container of its pods: its own, each `init` and each `sidecar`.",
        |_, thing| {
            let workload = thing.workload();
            let containers = thing.program().into_iter().flat_map(crate::model::Program::containers);
            Found::things(containers.filter_map(|contained| Some(Thing::Container(workload?, contained))))
        },
    ),
    Field::new("user", Ty::Number, "The user of its pods.", |_, thing| {
        Found::maybe(thing.program().map(|program| Found::number(&program.user)))
    }),
    Field::new("shutdown", Ty::Thing(&SHUTDOWN), "How it stops.", |_, thing| Found::thing(thing)),
];

const OF_SERVICE: &[Field] = &[
    Field::new("scale", Ty::Thing(&SCALE), "How many replicas it has.", |_, thing| Found::thing(thing)),
    Field::new("health", Ty::Thing(&HEALTH), "How its health is asked.", |_, thing| {
        let health = thing.service().and_then(|service| service.health.as_ref());
        Found::maybe(health.map(|_| Found::thing(thing)))
    })
    .absent("no layer states it"),
    Field::new("spread", Ty::Word(&["zone", "node"]), "Over what its replicas are spread.", |_, thing| {
        let spread = thing.service().and_then(|service| service.spread.as_ref());
        Found::maybe(spread.map(|spread| {
            Found::word(
                spread,
                match spread.value.over {
                    SpreadOver::Zone => "zone",
                    SpreadOver::Node => "node",
                },
            )
        }))
    })
    .absent("no layer states it, or one says `spread none`"),
    Field::new("stateful", Ty::Bool, "Whether its pods keep their names and volumes.", |_, thing| {
        let service = thing.service();
        Found::maybe(service.map(|service| Found::flag(service.stateful().map(|stateful| &stateful.stated))))
    }),
    Field::new("quorum", Ty::Bool, "Whether its members need a majority of themselves.", |_, thing| {
        Found::maybe(thing.service().map(|service| Found::flag(service.quorum.as_ref())))
    }),
    Field::new("exposed", Ty::Things(&EXPOSURE), "What of it is reached from outside.", |_, thing| {
        let exposures = thing.service().into_iter().flat_map(|service| service.exposures.iter());
        Found::things(exposures.map(Thing::Exposure))
    }),
];

const OF_JOB: &[Field] = &[
    Field::new("schedule", Ty::Text, "When it runs.", |_, thing| {
        let schedule = thing.job().and_then(|job| job.schedule.as_ref());
        Found::maybe(
            schedule
                .map(|schedule| Found::of(&schedule.cron, Value::Text(Cow::Owned(schedule.cron.value.to_string())))),
        )
    })
    .absent("it runs once"),
    Field::new("deadline", Ty::Duration, "How long a run may take.", |_, thing| {
        Found::maybe(thing.job().and_then(|job| job.deadline.as_ref()).map(Found::time))
    })
    .absent("no layer states it"),
    Field::new("retries", Ty::Number, "How often it is tried again.", |_, thing| {
        Found::maybe(thing.job().map(|job| Found::number(&job.retries)))
    }),
    Field::new("ttl", Ty::Duration, "How long a run is kept after its end.", |_, thing| {
        Found::maybe(thing.job().and_then(|job| job.ttl.as_ref()).map(Found::time))
    })
    .absent("no layer states it"),
];

const OF_MANAGED: &[Field] = &[
    Field::new("replicas", Ty::Number, "How many pods there are.", |_, thing| {
        Found::maybe(thing.managed().map(|managed| Found::number(&managed.replicas)))
    }),
    Field::new("quorum", Ty::Bool, "Whether its members need a majority of themselves.", |_, thing| {
        Found::maybe(thing.managed().map(|managed| Found::flag(managed.quorum.as_ref())))
    }),
    Field::new("host-network", Ty::Bool, "Whether its pods have the addresses of their nodes.", |_, thing| {
        Found::maybe(thing.managed().map(|managed| Found::flag(managed.host_network.as_ref())))
    }),
];
