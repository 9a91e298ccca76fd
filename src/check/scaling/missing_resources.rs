//! Every service says how much cpu and memory it needs, and what a workload says it needs is more than nothing.

use super::{amounts, limit_ranges};
use crate::check::mend::{Edits, Mend};
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::container::Role;
use crate::model::resources::Resources;
use crate::model::trigger::{Trigger, TriggerKind};
use crate::model::{Companion, Environment, Layer, Origin, Workload};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// A service does not say how much cpu or memory it requests and may take at most; or a workload requests
    /// an amount of 0.
    ///
    /// ## Why it matters in the cluster
    /// The scheduler places a pod by what it requests: without a request it lands on nodes that are full, and is the
    /// first to be killed there. Without a limit it takes from its neighbors. A target such as `on cpu 70%` is a share of
    /// the request, and an autoscaler that finds none does nothing.
    ///
    /// ## How to mend it
    /// State `cpu` and `memory`, as one number or as `REQUEST..LIMIT`. Measure them; the offered numbers are only a
    /// beginning.
    ///
    /// ```bvl bad in=file
    /// service report { //~ BVL0501 "report states neither cpu nor memory"
    ///   image "registry.example/report:1.0"
    ///   port http 8080
    ///   scale 2
    /// }
    /// allow caller -> report.http
    /// ```
    /// ```bvl fixed in=file fix=1
    /// service report {
    ///   cpu 100m..500m; memory 128Mi..256Mi
    ///   image "registry.example/report:1.0"
    ///   port http 8080
    ///   scale 2
    /// }
    /// allow caller -> report.http
    /// ```
    /// What a class leaves out is one mistake, whoever takes it over:
    /// ```bvl bad in=file
    /// class worker { memory 128Mi..256Mi; scale 2 }
    /// service report is worker { image "registry.example/report:1.0"; port http 8080 } //~ BVL0501 "report states no cpu"
    /// service audit is worker { image "registry.example/audit:1.0" }
    /// allow caller, audit -> report.http
    /// ```
    /// ```bvl fixed in=file fix=1
    /// class worker { cpu 100m..500m; memory 128Mi..256Mi; scale 2 }
    /// service report is worker { image "registry.example/report:1.0"; port http 8080 }
    /// service audit is worker { image "registry.example/audit:1.0" }
    /// allow caller, audit -> report.http
    /// ```
    /// Each `init` and `sidecar` says it as well:
    /// ```bvl bad in=service
    /// init schema { image "registry.example/schema:1.0"; memory 64Mi } //~ BVL0501 "init schema of app states no cpu"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// init schema { cpu 100m..500m; image "registry.example/schema:1.0"; memory 64Mi }
    /// ```
    /// ```bvl bad in=service
    /// cpu 0..500m //~ BVL0501 "app requests no cpu"
    /// ```
    /// ```bvl good in=service
    /// cpu 1m..10m
    /// ```
    /// ```bvl bad in=file
    /// managed db { match "app" "db"; port sql 5432; memory 0Mi } //~ BVL0501 "db requests no memory"
    /// allow caller -> db.sql
    /// ```
    /// ```bvl good in=file
    /// managed db { match "app" "db"; port sql 5432; memory 1Gi }
    /// allow caller -> db.sql
    /// ```
    ///
    /// ## Source
    /// [Resource Management for Pods and Containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// and [`replica_calculator.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/podautoscaler/replica_calculator.go),
    /// Kubernetes 1.36.
    BVL0501, "missing-resources", Error(Judgment, Stated), since "0.1.0" => run, reads ["cpu", "memory"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        let name = &workload.name;
        let known = |companion: &&Companion| !workload.unread.touches(&[companion.role.word()]);
        for companion in program.companions.iter().filter(known) {
            let missing = missing(&companion.resources);
            let Some(what) = what(&missing) else { continue };
            let examples: Vec<&str> = missing.iter().map(|(_, example)| *example).collect();
            let (called, own) = (companion.called(&name.value), &companion.name);
            let mut diagnostic =
                finding(&BVL0501, workload, environment, own.span, format!("{called} states {what}"))
                    .here(format!("states {what}{}", cx.from_layer(own.layer)))
                    .note("a pod is placed by what all its containers request: whatever this one uses is taken from its neighbors")
                    .help(format!(
                        "state what it was measured to need, such as `{}`: `kubectl top pods --containers` shows it while it runs",
                        examples.join("; ")
                    ))
                    .choice(format!("state `{}`", examples.join("; ")), cx.state_in(own.span, &examples.join("; ")));
            if companion.role == Role::Sidecar {
                diagnostic = unmeasured(diagnostic, workload, environment, &missing);
            }
            sink.report(diagnostic);
        }
        let missing = missing(&workload.resources);
        if let Some(what) = what(&missing) {
            let words: Vec<&str> = missing.iter().map(|(word, _)| *word).collect();
            // what no overlay takes away may be missing in the class, for all that are of it; services of a job's class may have
            // it of the defaults, which what the class states would replace
            let is_missing = words.iter().all(|word| workload.removed(word).is_none());
            let class = cx.own_class(workload).filter(|_| is_missing && workload.service().is_some());
            // where the defaults state one of the two, they lack the other, whoever takes over what
            // the waiver of another one would accept nothing any more
            let is_waived = cx.model.is_waived(&BVL0501);
            let beside = beside(cx, workload).filter(|place| is_missing && !is_waived && cx.is_users(*place));
            let examples: Vec<&str> = missing.iter().map(|(_, example)| *example).collect();
            let mut diagnostic = finding(
                &BVL0501,
                workload,
                environment,
                name.span,
                format!("{} states {what}", name.value),
            )
            .missing(cx, workload, &words, name.span)
            .note("the scheduler would place its pods as if they needed nothing, and kill them first")
            .help(format!(
                "state what it was measured to need, such as `{}`: `kubectl top pods` shows what running pods use",
                examples.join("; ")
            ));
            if let Some(beside) = beside {
                let (states, place) = (examples.join("; "), cx.model.layer_name(Layer::PlatformDefaults));
                diagnostic = diagnostic
                    .also(beside, format!("{place} state {what} beside it"))
                    .caused_by(beside)
                    .choice(format!("state `{states}` in {place}"), cx.state_before(beside, &states));
            } else {
                let shared = class.filter(|_| !is_waived);
                let stated = stated(cx, workload, shared, &missing);
                diagnostic = diagnostic.choice(format!("state `{}`{}", examples.join("; "), place(shared)), stated);
            }
            if let Some(class) = class.filter(|_| beside.is_none()) {
                let label = format!("{} is `{}`, which does not state it either", name.value, class.value);
                diagnostic = diagnostic.also(class.span, label).caused_by(class.span);
            }
            sink.report(unmeasured(diagnostic, workload, environment, &missing));
        }
    }
    for (workload, environment) in cx.workloads() {
        for amount in amounts::of_workload(workload).filter(|amount| amount.request == 0 && amount.word != "ephemeral")
        {
            let word = amount.word;
            let title = format!("{} requests no {word}", amount.of);
            let mut diagnostic = finding(&BVL0501, workload, environment, amount.stated.span, title)
                .here(format!("a request of nothing{}", cx.from_layer(amount.stated.layer)))
                .note("the scheduler would place its pods as if they needed nothing, and kill them first")
                .help(format!("request what it was measured to need of {word}"));
            if let Some(limit) = amount.limit.filter(|limit| *limit > 0) {
                let text = (amount.show)(limit);
                diagnostic = diagnostic.choice(format!("request the limit, {text}"), cx.replace(&amount.stated, text));
            }
            if let Some(trigger) = measured(workload, word) {
                diagnostic = diagnostic.also(trigger.stated.span, "measured against that request");
            }
            sink.report(diagnostic);
        }
    }
}

/// Says which triggers measure what is used against a request that is missing, and that no range gives it.
fn unmeasured(
    mut diagnostic: Diagnostic,
    workload: &Workload,
    environment: &Environment,
    missing: &[(&str, &str)],
) -> Diagnostic {
    for (word, trigger) in missing.iter().filter_map(|(word, _)| Some((word, measured(workload, word)?))) {
        diagnostic = diagnostic.also(trigger.stated.span, "measured against the request that is missing");
        if limit_ranges::given(environment, word).is_none() {
            diagnostic = diagnostic.gravely();
        }
    }
    diagnostic
}

/// What a container does not state, and how it could.
fn missing(resources: &Resources) -> Vec<(&'static str, &'static str)> {
    let all = [
        ("cpu", "cpu 100m..500m", resources.cpu.is_none()),
        ("memory", "memory 128Mi..256Mi", resources.memory.is_none()),
    ];
    all.into_iter().filter_map(|(word, example, is_missing)| is_missing.then_some((word, example))).collect()
}

/// Where the platform's defaults state one of the two, of which the workload takes that one over, or an overlay states another value.
fn beside(cx: &Context<'_>, workload: &Workload) -> Option<Span> {
    let cpu = workload.resources.cpu.as_ref().map(|cpu| cpu.amount.layer);
    let memory = workload.resources.memory.as_ref().map(|memory| memory.amount.layer);
    match cpu.or(memory)? {
        Layer::PlatformDefaults | Layer::OverlayAll(_) | Layer::Overlay(_) => cx.model.platform.taken,
        Layer::BuiltIn | Layer::EnvironmentDefaults(_) | Layer::Class(_) | Layer::Declaration => None,
    }
}

/// How that is said.
fn what(missing: &[(&str, &str)]) -> Option<String> {
    match missing {
        [] => None,
        [(word, _)] => Some(format!("no {word}")),
        _ => Some("neither cpu nor memory".to_owned()),
    }
}

/// Where it is stated, to follow what is.
fn place(class: Option<&Origin<String>>) -> String {
    class.map_or_else(String::new, |class| format!(" in class {}", class.value))
}

/// States what is missing: in the class, or else each word where it was taken away.
fn stated(cx: &Context<'_>, workload: &Workload, class: Option<&Origin<String>>, missing: &[(&str, &str)]) -> Edits {
    if missing.iter().all(|(word, _)| workload.removed(word).is_none()) {
        let examples: Vec<&str> = missing.iter().map(|(_, example)| *example).collect();
        let name = class.map_or(workload.name.span, |class| class.span);
        return cx.state_in(name, &examples.join("; "));
    }
    let each = missing.iter().map(|(word, example)| cx.state_word(workload, word, example));
    Some(each.collect::<Option<Vec<_>>>()?.concat())
}

/// The trigger that measures use as a share of what is requested of `word`.
fn measured<'a>(workload: &'a Workload, word: &str) -> Option<&'a Trigger> {
    let scaling = workload.service().and_then(|service| service.scaling.auto());
    let mut triggers = scaling.into_iter().flat_map(|auto| &auto.triggers);
    triggers.find(|trigger| {
        let is_share = matches!(trigger.kind, TriggerKind::Cpu(_) | TriggerKind::Memory(_));
        is_share && trigger.kind.word() == word
    })
}

/// Whether it is accepted of a workload that it states none of `cpu` or `memory`, or no error here: what the cluster makes of
/// that is then to be judged.
pub(super) fn is_accepted(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> bool {
    workload.program().is_some() && !is_told(cx, workload, environment)
}

/// Whether it is told of a workload, and stands, that a container of it states none of `cpu` or `memory`.
pub(in crate::check) fn is_told(cx: &Context<'_>, workload: &Workload, environment: &Environment) -> bool {
    workload.program().is_some() && cx.stands(&CHECK, &workload.name.value, environment)
}
