//! Labels and annotations that are not the spec's to state, as `kubernetes_name` reports them.

use crate::check::{Context, finding};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::Origin;
use crate::model::kept::{self, Faulty, Kept, On};
use crate::source::Span;
use crate::value::quoted;

/// Reports those of workloads.
pub(super) fn of_workloads(cx: &Context<'_>, code: &'static Code, sink: &mut Sink) {
    for (workload, environment) in cx.workloads() {
        let name = &workload.name.value;
        let on = workload.program().map_or(On::Managed, |_| On::Service(name));
        let (is_job, is_meshed) = (workload.job().is_some(), cx.model.mesh_of(workload).is_some());
        let of_mesh = |key| kept::of_mesh(key).filter(|_| is_meshed);
        let kept_of = |key| {
            let of_everything = kept::label(key).or_else(|| of_mesh(key));
            of_everything.or_else(|| kept::label_of_jobs(key).filter(|_| is_job))
        };
        let labels =
            workload.labels.places().filter_map(|(key, stated)| Some(("label", key, stated, kept_of(key.value)?)));
        let annotations = workload.annotations.places().filter_map(|(key, stated)| {
            let kept = kept::annotation(key.value, &stated.value, on).or_else(|| of_mesh(key.value))?;
            Some(("annotation", key, stated, kept))
        });
        for (what, key, stated, kept) in labels.chain(annotations) {
            let title = format!("the {what} {} of {name} {}", quoted(key.value), kept.does);
            let diagnostic = finding(code, workload, environment, place(key, stated, kept), title);
            sink.report(told(cx, diagnostic, stated, kept));
        }
    }
}

/// Reports those of the platform and of environments.
pub(super) fn of_everything(cx: &Context<'_>, code: &'static Code, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let mut owners = vec![(&platform.name.value, None, &platform.labels, &platform.annotations)];
    owners.extend(cx.environments().map(|environment| {
        (&environment.name.value, Some(&environment.title), &environment.labels, &environment.annotations)
    }));
    for (owner, environment, labels, annotations) in owners {
        let has_jobs = || cx.jobs().any(|(.., own)| environment.is_none_or(|title| own.title == *title));
        let is_meshed = || {
            let mut here = cx.environments().filter(|own| environment.is_none_or(|title| own.title == *title));
            here.any(|own| cx.model.mesh(own).is_some())
        };
        let of_mesh = |key| kept::of_mesh(key).filter(|_| is_meshed());
        let kept_of = |key, value| {
            let of_everything = kept_label(key, value, &platform.name.value).or(kept::label(key));
            let of_everything = of_everything.or_else(|| of_mesh(key));
            of_everything.or_else(|| kept::label_of_jobs(key).filter(|_| has_jobs()))
        };
        let labels = labels
            .places()
            .filter_map(|(key, stated)| Some(("label", key, stated, kept_of(key.value, &stated.value)?)));
        let annotations = annotations.places().filter_map(|(key, stated)| {
            let kept = kept::annotation(key.value, &stated.value, On::Everything).or_else(|| of_mesh(key.value))?;
            Some(("annotation", key, stated, kept))
        });
        for (what, key, stated, kept) in labels.chain(annotations) {
            let title = format!("the {what} {} of {owner} {}", quoted(key.value), kept.does);
            let mut diagnostic = Diagnostic::new(code, place(key, stated, kept), title).about(owner.clone());
            diagnostic.environments.extend(environment.cloned());
            sink.report(told(cx, diagnostic, stated, kept));
        }
    }
}

/// The place of what is at fault.
fn place(key: Origin<&str>, stated: &Origin<String>, kept: Kept) -> Span {
    match kept.faulty {
        Faulty::Key => key.span,
        Faulty::Value => stated.span,
    }
}

fn told(cx: &Context<'_>, diagnostic: Diagnostic, stated: &Origin<String>, kept: Kept) -> Diagnostic {
    diagnostic.gravely().here(format!("stated here{}", cx.from_layer(stated.layer))).note(kept.note).help(kept.help)
}

/// Why a label is not one for everything. `kubernetes.io/metadata.name` is set by the API server (Kubernetes 1.33,
/// `pkg/registry/core/namespace/strategy.go`, `Canonicalize`).
fn kept_label(key: &str, value: &str, platform: &str) -> Option<Kept> {
    const LOST: &str =
        "Services, network policies, budgets and the pods' admission go by it: what is stated here would be lost";
    const ANOTHER: &str = "take it out, or use another key";
    let (faulty, does, help) = match key {
        "app.kubernetes.io/name" => (Faulty::Key, "would stand on every object, and names the workload", ANOTHER),
        "app.kubernetes.io/instance" if value != platform => {
            (Faulty::Value, "would stand on every object, and names the platform", ANOTHER)
        }
        "kubernetes.io/metadata.name" => (Faulty::Key, "would stand on every object, and names the namespace", ANOTHER),
        _ if key.starts_with("pod-security.kubernetes.io/") => (
            Faulty::Key,
            "would stand on every object, and says what the namespace enforces",
            "state it with `profile` in the environment",
        ),
        _ => return None,
    };
    Some(Kept { faulty, does, note: LOST, help })
}
