//! A service states what its kind has.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::{Environment, Layer, Origin, Service, ServiceForm, Stateful, Workload};
use crate::source::TextEdit;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// A service states something that services of its kind do not have: `quorum` without `stateful`, or with it `surge`, `unavailable` or
    /// `deadline` of a `rollout`, or a Service with an address of its own to name its pods.
    ///
    /// ## Why it matters in the cluster
    /// A StatefulSet stops one pod and then starts it anew, one after the other; it has no field that says otherwise, and none for a
    /// deadline. A pod of a Deployment has another name each time, so that the members of a quorum would not know each other again. Below
    /// a Service that has an address of its own, pods have no names.
    ///
    /// ## How to mend it
    /// Take out what has no effect, or state `stateful`. What `defaults` and `service *` state of rollouts passes stateful services by.
    ///
    /// ```bvl bad in=service
    /// stateful
    /// rollout { min-ready 5s; surge 1 } //~ BVL0918 "`surge`"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// stateful
    /// rollout { min-ready 5s }
    /// ```
    /// ```bvl good in=service
    /// rollout { min-ready 5s; surge 1 }
    /// ```
    /// ```bvl bad in=service
    /// scale 3
    /// quorum //~ BVL0918 "a quorum"
    /// ```
    /// ```bvl fixed in=service fix=1
    ///   stateful
    /// scale 3
    /// quorum
    /// ```
    /// ```bvl bad in=service
    /// stateful { service "app-old" } //~ BVL0918 "has an address of its own"
    /// service "app-old" http
    /// ```
    /// ```bvl good in=service
    /// stateful { service "app-old" }
    /// service "app-old" http headless
    /// ```
    ///
    /// ## Source
    /// [StatefulSet](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/), "Rolling updates" and "Stable network ID";
    /// [`StatefulSetSpec`](https://github.com/kubernetes/api/blob/v0.33.2/apps/v1/types.go): `maxUnavailable` of its rollouts is alpha, and
    /// off (Kubernetes 1.33).
    BVL0918, "not-of-its-kind", Error(Judgment), since "0.1.0" => run, reads ["rollout", "stateful", "quorum", "service"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        match (service.stateful(), service.quorum) {
            (None, Some(quorum)) => sink.report(nameless(cx, workload, environment, &quorum)),
            (None, None) => {}
            (Some(stateful), _) => {
                rollouts(cx, (workload, service, stateful), environment, sink);
                let named = stateful.service.as_ref();
                if let Some(diagnostic) = named.and_then(|named| addressed(cx, workload, environment, named)) {
                    sink.report(diagnostic);
                }
            }
        }
    }
}

/// What is said of members that have another name each time.
fn nameless(cx: &Context<'_>, workload: &Workload, environment: &Environment, quorum: &Origin<()>) -> Diagnostic {
    let name = &workload.name.value;
    let title = format!("{name} is a quorum, and its members have other names each time they start");
    finding(&BVL0918, workload, environment, quorum.span, title)
        .here(format!("members that know each other{}", cx.from_layer(quorum.layer)))
        .taken(workload, &["stateful"])
        .note(
            "a pod of a Deployment that takes the place of another has a new name: to the others it is one member more",
        )
        .help("state `stateful`, and each member keeps its name; or take `quorum` out")
        .choice("state `stateful`", cx.state_word(workload, "stateful", "stateful"))
}

/// Reports what is stated of rollouts that a `StatefulSet` does not have.
fn rollouts(
    cx: &Context<'_>,
    (workload, service, stateful): (&Workload, &Service, &Stateful),
    environment: &Environment,
    sink: &mut Sink,
) {
    const ONE_BY_ONE: &str =
        "a StatefulSet stops one pod and then starts it anew under the same name, one pod after the other";
    const NO_DEADLINE: &str =
        "a StatefulSet has no deadline: a rollout whose pod does not become ready waits until someone mends it";
    let rollout = &service.rollout;
    let words = [
        ("surge", rollout.surge.map(|_| ()), ONE_BY_ONE),
        ("unavailable", rollout.unavailable.map(|_| ()), ONE_BY_ONE),
        ("deadline", rollout.deadline.map(|_| ()), NO_DEADLINE),
    ];
    for (word, stated, why) in words.into_iter().filter(|(_, stated, _)| !stated.is_built_in()) {
        let name = &workload.name.value;
        let title = format!("{name} is stateful, and `{word}` does nothing in its rollouts");
        let found = finding(&BVL0918, workload, environment, stated.span, title)
            .here(format!("has no effect{}", cx.from_layer(stated.layer)))
            .also(stateful.stated.span, format!("a StatefulSet{}", cx.from_layer(stateful.stated.layer)))
            .note(why);
        sink.report(if is_its_own(stated.layer) {
            found.help(format!("take `{word}` out")).choice(format!("take `{word}` out"), take(cx, word, &stated))
        } else {
            found.help(format!(
                "write `rollout {{ without {word} }}` in {name}, or take it out of what others take over"
            ))
        });
    }
}

fn take(cx: &Context<'_>, word: &str, stated: &Origin<()>) -> Option<Vec<TextEdit>> {
    cx.take_statement(word, stated)
}

/// Whether nobody else takes a value over.
fn is_its_own(layer: Layer) -> bool {
    match layer {
        Layer::Declaration | Layer::Overlay(_) => true,
        Layer::BuiltIn
        | Layer::PlatformDefaults
        | Layer::EnvironmentDefaults(_)
        | Layer::Class(_)
        | Layer::OverlayAll(_) => false,
    }
}

/// What is said of a Service that is to name pods, and names none.
fn addressed(
    cx: &Context<'_>,
    workload: &Workload,
    environment: &Environment,
    named: &Origin<String>,
) -> Option<Diagnostic> {
    let stated = workload.services.iter().find(|service| service.name.value == named.value)?;
    let is_at_fault = match stated.form {
        ServiceForm::Clustered => true,
        ServiceForm::Headless => false,
    };
    let (name, own) = (&workload.name.value, quoted(&named.value));
    let title = format!("the Service {own} is to name the pods of {name}, and has an address of its own");
    let code: &'static Code = &BVL0918;
    is_at_fault.then(|| {
        finding(code, workload, environment, named.span, title)
            .here(format!("names no pods{}", cx.from_layer(named.layer)))
            .also(stated.name.span, format!("stated here{}", cx.from_layer(stated.name.layer)))
            .note("only below a headless Service has each pod a name in DNS")
            .help(format!("write `headless` behind the ports of `service {own}`; or leave `service` out of `stateful`, and {name} has one more Service for that"))
    })
}
