//! Services that two workloads would have under one name, a part of [`super::kubernetes_name`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Code, Sink};
use crate::model::{Endpoint, Environment, EnvironmentId, NamedService, Workload};
use crate::value::text::quoted;

/// Who has a Service of some name.
#[derive(Clone, Copy)]
struct Holder<'a> {
    workload: &'a Workload,
    environment: &'a Environment,
    /// The statement; `None` for a Service that follows from what the workload is.
    stated: Option<&'a NamedService>,
}

/// The statements of Services, by the environment and the name.
type Stated<'a> = BTreeMap<(EnvironmentId, &'a str), Vec<Holder<'a>>>;

/// Reports the Services that name the pods of stateful services where another one has that name.
fn of_pods(cx: &Context<'_>, code: &'static Code, stated: &Stated<'_>, sink: &mut Sink) {
    let mut named: BTreeMap<(EnvironmentId, Cow<'_, str>), Vec<&Workload>> = BTreeMap::new();
    for (workload, _, environment) in cx.services() {
        if let Some(name) = workload.own_pods_service() {
            named.entry((environment.id, name)).or_default().push(workload);
        }
    }
    let alike = named.iter().flat_map(|(key, all)| all.iter().map(move |one| (key, all, *one)));
    for ((home, name), all, workload) in alike {
        let Some(environment) = cx.model.environment(*home) else { continue };
        let own = cx.model.named_in(*home, name).filter_map(|endpoint| match endpoint {
            Endpoint::Workload(workload) => Some(workload).filter(|workload| workload.has_own_service()),
            Endpoint::External(_) => None,
        });
        let of_others = stated.get(&(*home, &**name)).into_iter().flatten().map(|holder| holder.workload);
        let others = own.chain(of_others).chain(all.iter().copied());
        let others = others.filter(|other| other.id != workload.id);
        let others = others.filter(|other| cx.is_read(other) && !other.unread.touches(&["service", "port"]));
        let Some(other) = others.min_by_key(|other| other.id) else { continue };
        // of two that name pods one is told
        if other.own_pods_service().is_some_and(|own| own == *name) && other.id < workload.id {
            continue;
        }
        let title =
            format!("{} and {} both have a Service named {}", workload.name.value, other.name.value, quoted(name));
        let place = workload.stateful().and_then(|stateful| stateful.service.as_ref());
        let span = place.map_or(workload.name.span, |stated| stated.span);
        sink.report(
            finding(code, workload, environment, span, title)
                .gravely()
                .here(format!("names the pods of {}", workload.name.value))
                .also(other.name.span, format!("the other, of {}", other.name.value))
                .about(other.name.value.clone())
                .note("the cluster keeps the one that is applied last: below it the pods of one of them have names, and the other's have none")
                .help("let the Service have another name: `stateful { service \"NAME\" }`"),
        );
    }
}

/// Reports each `service` whose name another Service has, where bvlc makes one of the two. What operators and charts make
/// is theirs: several of them may speak of one Service.
pub(super) fn run(cx: &Context<'_>, code: &'static Code, sink: &mut Sink) {
    // what could not be read may say otherwise
    let is_read = |workload: &Workload| !workload.unread.touches(&["service", "port"]);
    let mut holders = Stated::new();
    for (workload, environment) in cx.workloads().filter(|(workload, _)| is_read(workload)) {
        for stated in &*workload.services {
            let holder = Holder { workload, environment, stated: Some(stated) };
            holders.entry((environment.id, stated.name.value.as_str())).or_default().push(holder);
        }
    }
    of_pods(cx, code, &holders, sink);
    // two workloads have two names, so that one of the two Services is stated
    for ((home, name), same) in &mut holders {
        let own = cx.model.named_in(*home, name).find_map(|endpoint| match endpoint {
            Endpoint::Workload(workload) => Some(workload),
            Endpoint::External(_) => None,
        });
        let own = own.filter(|own| cx.is_read(own) && is_read(own) && own.has_own_service());
        let environment = same.first().map(|holder| holder.environment);
        same.extend(own.zip(environment).map(|(workload, environment)| Holder { workload, environment, stated: None }));
    }
    for ((_, name), mut holders) in holders {
        // the Service of a workload's own name comes first: it is no statement that could be taken out
        holders.sort_by_key(|holder| holder.stated.map(|service| service.name.span));
        let mut holders = holders.into_iter();
        let Some(first) = holders.next() else { continue };
        for second in holders {
            if first.workload.service().is_some() || second.workload.service().is_some() {
                report(cx, code, name, [first, second], sink);
            }
        }
    }
}

fn report(cx: &Context<'_>, code: &'static Code, name: &str, [first, second]: [Holder<'_>; 2], sink: &mut Sink) {
    let Some(service) = second.stated else { return };
    let (one, two) = (first.workload, second.workload);
    let is_one = one.id == two.id;
    let title = if is_one {
        format!("{} has two Services named {}", two.name.value, quoted(name))
    } else {
        format!("{} and {} both have a Service named {}", one.name.value, two.name.value, quoted(name))
    };
    let span = service.name.span;
    let mut diagnostic = finding(code, two, second.environment, span, title).gravely().here(format!(
        "a Service of {}{}",
        two.name.value,
        cx.from_layer(service.name.layer)
    ));
    diagnostic = match first.stated {
        Some(stated) => diagnostic.also(stated.name.span, format!("the other, of {}", one.name.value)),
        None => {
            diagnostic.also(one.name.span, format!("serves others, so it has the Service {} already", quoted(name)))
        }
    };
    if !is_one {
        diagnostic = diagnostic.about(one.name.value.clone());
    }
    sink.report(if is_one {
        diagnostic
            .note("the cluster keeps the one that is applied last: the other is gone, with the ports that it alone carries")
            .help("take this `service` out, or give it another name")
    } else {
        let makes = [one, two].map(|workload| if workload.service().is_some() { "bvlc" } else { "an operator or a chart" });
        let by = if makes == ["bvlc"; 2] {
            "the cluster keeps the one that is applied last".to_owned()
        } else {
            "bvlc and an operator or a chart would each write over what the other made".to_owned()
        };
        diagnostic
            .note(format!("{by}: whoever calls the name reaches the pods of one of them"))
            .help("write another name for one of them")
    });
}
