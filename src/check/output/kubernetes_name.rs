//! Every name that goes to the cluster is one that Kubernetes accepts.

use super::named::{self, Named, Owner, Rule};
use super::same_service;
use super::{kept_keys, many_annotations};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::environment::DefaultDeny;
use crate::model::secret::Secret;
use crate::model::settings::Config;
use crate::model::{Environment, EnvironmentId, Origin, PortUse, Workload};
use crate::value::name::suggest_label;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// A name that goes to the cluster breaks the rule that Kubernetes has for it: it is too long, or holds a character
    /// that may not stand there. Names of ports that the language needs for itself are refused as well: `host` and `port`
    /// are the parts of an address, `health` and `metrics` name the ports of those two words. So are other values for the
    /// two labels by which the pods of a service are selected, and labels of the platform or an environment by which single
    /// objects are found, and labels that Kubernetes itself puts on the pods of a job. So are keys by which bvlc or a tool is
    /// told what to do with an object, where words say it: bvlc's own (`bvl.dev/..`), waves, hooks and sync options of Argo CD
    /// and Helm, security profiles of pods, and where Prometheus asks. So is a name that another object of the same kind and namespace has: `default-deny` is the policy
    /// that denies, two `config`s or two `secret`s of two services can come to one name, and a `service` can be stated whose name another
    /// Service has. So are annotations of which the keys and values of one object would have more than 256 KiB together.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the whole object. Of two objects of one name it keeps the one that is applied last: without a
    /// word the other is gone.
    ///
    /// ## How to mend it
    /// Write another name.
    ///
    /// ```bvl bad in=service
    /// port sixteen-letters-x 9000 //~ BVL0901 "has 17 characters, but may have at most 15"
    /// ```
    /// ```bvl good in=service
    /// port fifteen-letters 9000
    /// ```
    /// ```bvl bad in=service
    /// port metrics 9000 //~ BVL0901 "may not be named `metrics`"
    /// ```
    /// ```bvl bad in=service
    /// label "app.kubernetes.io/name" "cart" //~ BVL0901 "selects the pods of app"
    /// ```
    /// ```bvl bad in=environment
    /// label "app.kubernetes.io/name" "shop" //~ BVL0901 "names the workload"
    /// ```
    /// ```bvl good in=environment
    /// label "app.kubernetes.io/part-of" "shop"
    /// ```
    /// ```bvl bad in=job
    /// label "job-name" "nightly" //~ BVL0901 "on the pods of each Job"
    /// ```
    /// ```bvl good in=service
    /// label "job-name" "nightly"
    /// ```
    /// ```bvl bad in=service
    /// annotation "argocd.argoproj.io/sync-wave" "-20" //~ BVL0901 "when Argo CD applies"
    /// ```
    /// ```bvl bad in=service
    /// annotation "container.apparmor.security.beta.kubernetes.io/app" "unconfined" //~ BVL0901 "AppArmor"
    /// ```
    /// ```bvl good in=service
    /// annotation "container.apparmor.security.beta.kubernetes.io/app" "runtime/default"
    /// ```
    /// ```bvl bad in=environment
    /// annotation "argocd.argoproj.io/sync-options" "Prune=true" //~ BVL0901 "the Namespace included"
    /// ```
    /// ```bvl good in=service
    /// annotation "argocd.argoproj.io/sync-options" "Replace=true"
    /// ```
    /// ```bvl bad in=service
    /// label "team" "shop and cart" //~ BVL0901 "the label value"
    /// ```
    /// ```bvl good in=service
    /// label "example.org/team" "shop-and-cart"
    /// ```
    /// ```bvl bad in=service
    /// env TOKEN secret "App_Token" "token" //~ BVL0901 "App_Token"
    /// ```
    /// ```bvl bad in=service
    /// config rates { "a/b" "0.2" } //~ BVL0901 "the configuration key"
    /// ```
    /// ```bvl bad in=platform
    /// secret-store Vault //~ BVL0901 "the store of secrets"
    /// ```
    /// ```bvl fixed fix=1 in=platform
    /// secret-store vault
    /// ```
    /// ```bvl bad in=secret
    /// secret billing from vault "shop/billing" { key "api token" "token" } //~ BVL0901 "the key of a Secret"
    /// ```
    /// ```bvl good in=secret
    /// secret billing from vault "shop/billing" { key api-token "token" }
    /// ```
    /// ```bvl bad in=file
    /// managed default-deny { match "app" "wall"; port http 8080 } //~ BVL0901 "the policy that denies"
    /// allow app -> default-deny.http
    /// ```
    /// ```bvl bad in=service
    /// service "app" http //~ BVL0901 "two Services named \"app\""
    /// ```
    /// ```bvl good in=service
    /// service "app-api" http
    /// ```
    /// ```bvl bad in=file
    /// managed wall { match "app" "wall"; port http 8080; service "app" http } //~ BVL0901 "app and wall"
    /// allow app -> wall.http
    /// ```
    /// ```bvl bad in=file
    /// environment next { namespace "Shop_Next" } //~ BVL0901 "the namespace"
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// environment next { namespace "shop-next" }
    /// ```
    /// ```bvl bad in=file
    /// let a = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    /// let b = "${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}"
    /// let c = "${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}"
    /// let d = "${c}${c}${c}${c}"
    /// service report is base {
    ///   annotation "w" $d //~ BVL0901 "an object of report would have 262258 bytes of annotations"
    ///   annotation "x" $d
    ///   annotation "y" $d
    ///   annotation "z" $d
    /// }
    /// allow report -> app.http
    /// ```
    ///
    /// ## Source
    /// [Names](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/) and apimachinery
    /// `pkg/util/validation/validation.go` (Kubernetes 1.33), `ValidateAnnotationsSize` in its
    /// `pkg/api/validation/objectmeta.go` (0.36).
    BVL0901, "kubernetes-name", Error(Refused, Emitted), since "0.1.0" => run, reads [], looks Endpoint, whole whole
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    judge(cx, named::of_workloads(cx), sink);
    judge(cx, named::of_externals(cx), sink);
    reserved_names(cx, sink);
    reserved_ports(cx, sink);
    reserved_labels(cx, sink);
    kept_keys::of_workloads(cx, &BVL0901, sink);
}

fn whole(cx: &Context<'_>, sink: &mut Sink) {
    judge(cx, named::of_platform(cx), sink);
    kept_keys::of_everything(cx, &BVL0901, sink);
    many_annotations::of_everything(cx, &BVL0901, sink);
    made_twice(cx, sink);
    volumes_of_one_name(cx, sink);
    same_service::run(cx, &BVL0901, sink);
}

fn judge<'a>(cx: &Context<'a>, owners: impl Iterator<Item = Owner<'a>>, sink: &mut Sink) {
    let oldest = cx.model.platform.kubernetes.value;
    for owner in owners {
        for named in owner.names {
            let Some(fault) = named::fault(&named, oldest) else { continue };
            // A name that newer servers accept is said to be too new.
            if matches!(named.rule, Rule::Variable) && named::is_relaxed_variable(&named.text) {
                continue;
            }
            let title = format!("{} {} of {} {fault}", named.what, quoted(&named.text), owner.name);
            let mut diagnostic = Diagnostic::new(&BVL0901, named::span(&named), title)
                .here(format!("not accepted by Kubernetes{}", cx.from_layer(named.origin.layer)))
                .note("the API server refuses the object")
                .about(owner.name);
            diagnostic.environments.extend(owner.environment.map(str::to_owned));
            sink.report(with_better(cx, &named, diagnostic));
        }
    }
}

/// Offers the name that was likely meant.
fn with_better(cx: &Context<'_>, named: &Named, diagnostic: Diagnostic) -> Diagnostic {
    let noun = match named.what {
        what if what.contains(" value") => "value",
        what if what.contains(" key") => "key",
        _ => "name",
    };
    let another = format!("write another {noun}");
    let Some(better) = suggest_label(&named.text) else { return diagnostic.help(another) };
    let fits = match named.rule {
        Rule::Fixed(rule) => rule(&better).is_ok(),
        Rule::Variable => false,
    };
    let written = cx.sources.text(named.origin.span);
    let (better, shown) = match written {
        _ if !fits => return diagnostic.help(another),
        _ if written == quoted(&named.text) => (quoted(&better), quoted(&better)),
        _ if written == named.text => (better.clone(), format!("`{better}`")),
        _ => return diagnostic.help(another),
    };
    diagnostic
        .help(format!("{shown} would do; everything that uses the {noun} changes with it"))
        .choice(format!("write {shown}"), cx.replace(&named.origin, better))
}

/// Reports workloads whose policy would take the place of the one that denies.
fn reserved_names(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, environment) in cx.workloads().filter(|(workload, _)| workload.name.value == DefaultDeny::POLICY) {
        let title = format!(
            "a workload is named `{}`, like the policy that denies all traffic of the namespace",
            DefaultDeny::POLICY
        );
        sink.report(
            finding(&BVL0901, workload, environment, workload.name.span, title)
                .gravely()
                .here("kept for the namespace")
                .note("its own policy would take the place of that one: everything would be open")
                .help("write another name"),
        );
    }
}

/// The name of a `config` or `secret`, and whose it is.
type Stated<'a> = (&'a Workload, &'a Origin<String>);

/// Reports `config`s, and `secret`s, that make objects of one name.
fn made_twice(cx: &Context<'_>, sink: &mut Sink) {
    // by the number of the name: names themselves are made only where two have the same one
    let mut all: Vec<((EnvironmentId, &str, u64), &Environment, Stated<'_>)> = Vec::new();
    for (workload, program, environment) in cx.programs() {
        let configs = program.configs.iter().map(|config| ("config", &config.name));
        let secrets = program.secrets.iter().map(|secret| ("secret", &secret.name));
        all.extend(configs.chain(secrets).map(|(word, stated)| {
            let number = named::object_number(&workload.name.value, &stated.value);
            ((environment.id, word, number), environment, (workload, stated))
        }));
    }
    all.sort_by_key(|(at, ..)| *at);
    for numbered in all.chunk_by(|(one, ..), (other, ..)| one == other).filter(|numbered| numbered.len() > 1) {
        for (at, ((_, word, _), environment, (workload, stated))) in numbered.iter().enumerate() {
            let kind = if *word == "config" { "ConfigMap" } else { "Secret" };
            let of = |workload: &Workload, stated: &Origin<String>| match *word {
                "config" => Config::object_name(&workload.name.value, &stated.value),
                _ => Secret::object_name(&workload.name.value, &stated.value),
            };
            let is_same = |(other, name): &Stated<'_>| of(other, name) == of(workload, stated);
            let before = numbered.get(..at).unwrap_or_default().iter().rev().map(|(.., other)| *other);
            let other = before.into_iter().find(is_same);
            let Some((first, other)) = other else { continue };
            let name = of(workload, stated);
            let title = format!(
                "{word} {} of {} and {word} {} of {} both become the {kind} `{name}`",
                other.value, first.name.value, stated.value, workload.name.value
            );
            sink.report(
                finding(&BVL0901, workload, environment, stated.span, title)
                    .gravely()
                    .here(format!("one of them{}", cx.from_layer(stated.layer)))
                    .label(other.span, format!("the other{}", cx.from_layer(other.layer)))
                    .note("the cluster keeps the one that is applied last, and both services would read it")
                    .help("write another name for one of them")
                    .about(first.name.value.clone()),
            );
        }
    }
}

/// Reports volumes that have the name of one that a `config` or `secret` is mounted by.
fn volumes_of_one_name(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        let configs = program.configs.iter().filter(|config| config.mount.is_some());
        let configs = configs.map(|config| (Config::volume_name(&config.name.value), "config", &config.name));
        let secrets = program.secrets.iter().filter(|secret| secret.mount.is_some());
        let secrets = secrets.map(|secret| (Secret::volume_name(&secret.name.value), "secret", &secret.name));
        for (name, word, other) in configs.chain(secrets) {
            let Some(volume) = program.volumes.iter().find(|volume| volume.name.value == name) else { continue };
            let title =
                format!("the volume {name} of {} is called like that of `{word} {}`", workload.name.value, other.value);
            sink.report(
                finding(&BVL0901, workload, environment, volume.name.span, title)
                    .gravely()
                    .here(format!("one of them{}", cx.from_layer(volume.name.layer)))
                    .also(other.span, format!("mounted by a volume of that name{}", cx.from_layer(other.layer)))
                    .note("a pod has one volume of a name: this one would be mounted in both folders")
                    .help("write another name for the volume"),
            );
        }
    }
}

/// Reports ports that are named like what the language needs for itself.
fn reserved_ports(cx: &Context<'_>, sink: &mut Sink) {
    for endpoint in cx.endpoints().filter(|endpoint| !endpoint.lacks(&[])) {
        for port in endpoint.ports().iter().filter(|port| port.usage == PortUse::Serving) {
            let name = &port.name.value;
            let number = port.number.value;
            let (why, usage) = match name.as_str() {
                "host" | "port" => (format!("that is a part of every address, as in `NAME.{name}`"), None),
                "health" if endpoint.word() == "service" => (named_by("health"), Some(PortUse::Health)),
                "metrics" if endpoint.word() == "service" => (named_by("metrics"), Some(PortUse::Metrics)),
                _ => continue,
            };
            // the statement that makes the port of that name, where there is none yet
            let instead = match usage.filter(|usage| endpoint.ports().iter().all(|other| other.usage != *usage)) {
                Some(PortUse::Health) => {
                    format!("; if its health is asked there, `health {number} {{ .. }}` in place of the `port`")
                }
                Some(PortUse::Metrics) => {
                    format!("; if metrics are read there, `metrics {number}` in place of the `port`")
                }
                Some(PortUse::Serving) | None => String::new(),
            };
            let title = format!("a port of {} may not be named `{name}`: {why}", endpoint.name().value);
            sink.report(
                Diagnostic::new(&BVL0901, port.name.span, title)
                    .environment(cx.model.environment_title(endpoint.environment()))
                    .gravely()
                    .here(format!("kept for the language{}", cx.from_layer(port.name.layer)))
                    .note("flows and addresses that name it could mean either")
                    .help(format!("write another name{instead}"))
                    .about(endpoint.name().value.clone()),
            );
        }
    }
}

/// Why the name of a statement is no name of a port.
fn named_by(word: &str) -> String {
    format!("the statement `{word} PORT` makes a port of that name")
}

/// Reports labels that would give the labels by which pods are selected another value.
fn reserved_labels(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, _, environment) in cx.programs() {
        let name = &workload.name.value;
        let kept = [
            ("app.kubernetes.io/name", name.as_str()),
            ("app.kubernetes.io/instance", cx.model.platform.name.value.as_str()),
        ];
        for (key, value) in kept {
            let Some(stated) = workload.labels.get(key).filter(|stated| stated.value != value) else { continue };
            let title = format!("the label {} selects the pods of {name}, and is {}", quoted(key), quoted(value));
            sink.report(
                finding(&BVL0901, workload, environment, stated.span, title)
                    .gravely()
                    .here(format!("another value{}", cx.from_layer(stated.layer)))
                    .note("Services, network policies and budgets find the pods by it: it cannot have two values")
                    .help("take the label out, or use another key; `selector` adopts pods that run under other labels"),
            );
        }
    }
}
