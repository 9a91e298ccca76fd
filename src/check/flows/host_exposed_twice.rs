//! Each host and path is exposed once by what lets requests in.

use std::collections::BTreeSet;

use super::exposed::{self, Exposed, Told};
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::check::stated::MOST_NAMES;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Environment;
use crate::model::constants::Use;
use crate::syntax::variables;
use crate::value::quoted;

crate::check! {
    /// ## What it means
    /// Two services, or one service in two environments or in several instances of one, expose the same host and path through the
    /// same entry.
    ///
    /// ## Why it matters in the cluster
    /// Requests go to one of the two, and which one is nobody's choice: a Gateway takes the older route, and of two Ingresses the
    /// controller refuses one or takes the older. A copy in another environment then answers for production, or nobody
    /// learns that it is never asked.
    ///
    /// ## How to mend it
    /// Give each a host or a path of its own: `expose "${environment}.shop.example"` is another host in each environment. An
    /// overlay takes one away with `without expose "HOST"` and states another.
    ///
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example/cart" { tls secret "shop-tls" } } //~ BVL0330 "shop and basket are both exposed at shop.example/cart through door"
    /// service basket is base { expose "shop.example/cart" { tls secret "shop-tls" } }
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example" { tls secret "shop-tls" } }
    /// service basket is base { expose "shop.example/cart" { tls secret "shop-tls" } }
    /// ```
    /// A path that ends in `/` is the same path, and an exact one is another:
    /// ```bvl bad in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example/cart" { tls secret "shop-tls" } } //~ BVL0330
    /// service basket is base { expose "shop.example/cart/" { tls secret "shop-tls" } }
    /// ```
    /// ```bvl good in=file
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { expose "shop.example/cart" { tls secret "shop-tls" } }
    /// service basket is base { expose "shop.example/cart" { exact; tls secret "shop-tls" } }
    /// ```
    /// The instances of an environment expose hosts of their own:
    /// ```bvl bad in=file
    /// environment preview(pr: int example 42) { namespace "shop-pr-${pr}" }
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { in preview; expose "shop.${environment}.example" { tls secret "shop-tls" } } //~ BVL0330 "in every instance of preview"
    /// ```
    /// ```bvl good in=file
    /// environment preview(pr: int example 42) { namespace "shop-pr-${pr}" }
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { in preview; expose "shop.${namespace}.example" { tls secret "shop-tls" } }
    /// ```
    /// What a host looks like in one of them says nothing of the others:
    /// ```bvl bad in=file
    /// environment preview(pr: int example 4) { namespace "shop-pr-${pr}" }
    /// let host = "v4.${environment}.example"
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { in preview; expose $host { tls secret "shop-tls" } } //~ BVL0330 "in every instance of preview"
    /// ```
    /// ```bvl good in=file
    /// environment preview(pr: int example 4) { namespace "shop-pr-${pr}" }
    /// let host = "v4.${namespace}.example"
    /// managed door { match "app" "door"; entry ingress "nginx"; disruption none because "it restarts at once" }
    /// service shop is base { in preview; expose $host { tls secret "shop-tls" } }
    /// ```
    ///
    /// ## Source
    /// [HTTPRoute](https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule) (Gateway API 1.5), `matches`: of equal ones the oldest
    /// route by its creation is taken. [ingress-nginx](https://kubernetes.github.io/ingress-nginx/how-it-works/) (1.13): the oldest rule
    /// wins, and the admission webhook refuses a host and path that another Ingress has.
    BVL0330, "host-exposed-twice", Error(Judgment), since "0.1.0" => run, reads []
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut known: Vec<((Told<'_>, _, bool), Exposed<'_>)> = exposed::all(cx)
        .map(|exposed| {
            let key = (exposed.told(cx), &exposed.exposure.address.value, exposed.exposure.exact.is_some());
            (key, exposed)
        })
        .collect();
    known.sort_by(|(one, _), (other, _)| one.cmp(other));
    for same in known.chunk_by(|(one, _), (other, _)| one == other) {
        // nearly all hosts are exposed once
        match same {
            [(_, alone)] => instances(cx, alone, sink),
            several => judge(cx, several.iter().map(|(_, exposed)| *exposed).collect(), sink),
        }
    }
}

/// Judges those who expose one host and path.
fn judge(cx: &Context<'_>, mut all: Vec<Exposed<'_>>, sink: &mut Sink) {
    all.sort_by_key(|exposed| exposed.exposure.address.span);
    // environments that share a namespace are told as that, and are one to what they expose: instances of one environment, and
    // all whose host follows from the namespace
    let mut shared = BTreeSet::new();
    all.retain(|exposed| {
        let Exposed { environment, workload, exposure, .. } = exposed;
        let Some(namespace) = &environment.namespace else { return true };
        let (name, at) = (workload.name.value.as_str(), exposure.address.span);
        let used = Use { at, environment: Some(environment.id), subjects: std::slice::from_ref(&workload.name.value) };
        let of_one = (!holds_namespace(cx, used, MOST_NAMES)).then_some(environment.name.span);
        shared.insert((at, name, of_one, namespace.name.value.as_str()))
    });
    let [first, others @ ..] = all.as_slice() else { return };
    let Some(other) = others.first() else { return instances(cx, first, sink) };
    let is_apart = all.iter().any(|one| one.environment.id != first.environment.id);
    let seen = |exposed: &Exposed<'_>| {
        let name = &exposed.workload.name.value;
        if is_apart { format!("{}/{name}", exposed.environment.title) } else { name.clone() }
    };
    let mut names: Vec<String> = all.iter().map(seen).collect();
    names.dedup();
    let mut entries: Vec<String> = all.iter().map(|one| cx.name(one.entry.id(), one.environment.id)).collect();
    entries.sort();
    entries.dedup();
    let how = match names.len() {
        1 => "is exposed twice",
        2 => "are both exposed",
        _ => "are all exposed",
    };
    let address = &first.exposure.address.value;
    let title = format!("{} {how} at {address} through {}", listed(&names), listed(&entries));
    let span = first.exposure.address.span;
    let is_one = others.iter().all(|other| other.exposure.address.span == span);
    let mut found = finding(&BVL0330, first.workload, first.environment, span, title);
    found = found.here(if is_one {
        "one host for all of them".to_owned()
    } else {
        format!("{} is exposed here", first.workload.name.value)
    });
    // in several environments, or of several services, what stands in one place is asked once
    let mut told = BTreeSet::from([span]);
    for other in others {
        if !told.insert(other.exposure.address.span) {
            continue;
        }
        let written = cx.sources.text(other.exposure.address.span);
        let slash = if written.ends_with("/\"") { ": a `/` at the end makes no difference" } else { "" };
        found = found.also(other.exposure.address.span, format!("and {} here{slash}", other.workload.name.value));
    }
    for other in others {
        if !found.environments.contains(&other.environment.title) {
            found = found.environment(other.environment.title.clone());
        }
        if !found.subjects.contains(&other.workload.name.value) {
            found = found.about(other.workload.name.value.clone());
        }
    }
    if entries.len() > 1 {
        found = found.also(first.by.stated.span, "serves what the other serves as well");
    }
    sink.report(
        found
            .note("requests go to one of them, whichever the cluster has had for longer")
            .help(help(&all, other, is_one)),
    );
}

/// Reports what each instance of an environment exposes alike: what a host is made of says which values of an instance it holds,
/// whatever it looks like in this one.
fn instances(cx: &Context<'_>, exposed: &Exposed<'_>, sink: &mut Sink) {
    let Exposed { workload, environment, exposure, .. } = exposed;
    if environment.telling.is_empty() {
        return;
    }
    let subjects = [workload.name.value.clone()];
    let used = Use { at: exposure.address.span, environment: Some(environment.id), subjects: &subjects };
    let mut held = BTreeSet::new();
    hold(cx, used, environment, &mut held, MOST_NAMES);
    let names = environment.telling.iter().map(|(name, _)| name.as_str());
    let lacking: Vec<&str> = names.filter(|name| !held.contains(name)).collect();
    if lacking.is_empty() {
        return;
    }
    let (name, of) = (&workload.name.value, &environment.name.value);
    let address = exposure.address.value.to_string();
    let gaps: Vec<String> = lacking.iter().map(|name| format!("`${{{name}}}`")).collect();
    let title = if lacking.len() == environment.telling.len() {
        format!("{name} is exposed at {address} in every instance of {of}")
    } else {
        format!("{name} is exposed at {address} in instances of {of} that differ in {} alone", listed(&lacking))
    };
    sink.report(
        finding(&BVL0330, workload, environment, exposure.address.span, title)
            .here("the same in each of them")
            .note("requests go to one of them, whichever the cluster has had for longer")
            .help(format!(
                "put `${{namespace}}` into the host, which holds what tells instances apart; or state the host in the overlay, where {} can be read: `environment {of}(..) {{ service {name} {{ without expose {}; expose .. }} }}`",
                listed(&gaps),
                quoted(&address)
            )),
    );
}

/// Adds what of that which tells instances of an environment apart is held by what stands at a place.
fn hold<'a>(cx: &Context<'a>, used: Use<'_>, environment: &'a Environment, held: &mut BTreeSet<&'a str>, left: usize) {
    for name in variables(cx.sources.text(used.at)) {
        let constants = &cx.model.constants;
        let is_class = constants.parameter_of(name, used.at).is_some();
        let of_instance = environment.telling.iter().find(|(parameter, _)| parameter == name);
        match of_instance.filter(|_| !is_class) {
            Some((parameter, _)) => {
                held.insert(parameter.as_str());
            }
            // each instance has one of its own
            None if name == "namespace" && !is_class => {
                held.extend(environment.telling.iter().map(|(parameter, _)| parameter.as_str()));
            }
            None => {
                let place = constants.place(name, used).filter(|_| left > 0);
                if let Some(at) = place {
                    hold(cx, Use { at, ..used }, environment, held, left - 1);
                }
            }
        }
    }
}

/// Whether what stands at a place is made of the namespace.
fn holds_namespace(cx: &Context<'_>, used: Use<'_>, left: usize) -> bool {
    let constants = &cx.model.constants;
    let mut names =
        variables(cx.sources.text(used.at)).into_iter().filter(|name| constants.parameter_of(name, used.at).is_none());
    names.any(|name| {
        let place = || constants.place(name, used).filter(|_| left > 0);
        name == "namespace" || place().is_some_and(|at| holds_namespace(cx, Use { at, ..used }, left - 1))
    })
}

/// What would tell two apart.
fn help(all: &[Exposed<'_>], other: &Exposed<'_>, is_one: bool) -> String {
    let Some(first) = all.first() else { return String::new() };
    let address = &first.exposure.address.value;
    let host = address.host.trim_start_matches("*.");
    let is_same_service = first.workload.name.value == other.workload.name.value;
    let is_apart = first.environment.id != other.environment.id;
    let is_instances = is_apart && first.environment.name.value == other.environment.name.value;
    if is_one && is_instances {
        return format!(
            "write a host that differs between instances, by a parameter of {}: `${{environment}}` is the same for all of them",
            first.environment.name.value
        );
    }
    if is_one && is_apart {
        // what instances share tells none of them apart
        let differing =
            if all.iter().all(|one| one.environment.telling.is_empty()) { "environment" } else { "namespace" };
        return format!(
            "write a host that differs between environments, such as `expose \"${{{differing}}}.{host}\"`, or let the overlay of one take it away and state another: `without expose \"{address}\"`"
        );
    }
    if is_one {
        return format!("write a host that differs between services, such as `expose \"${{self}}.{host}\"`");
    }
    if is_same_service && !is_apart {
        return format!(
            "keep one of them; where an overlay was to replace the other, it takes that away: `without expose \"{address}\"`"
        );
    }
    "give each a path or a host of its own".to_owned()
}
