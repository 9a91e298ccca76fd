//! A key that is read of a Secret that bvlc makes is one of its keys.

use std::collections::BTreeMap;

use super::named::{number, object_number};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::secret::Secret;
use crate::model::settings::VariableSource;
use crate::model::{Environment, EnvironmentId, Origin, Service, Workload};
use crate::value::{quoted, similar};

crate::check! {
    /// ## What it means
    /// An `env` of a service, or an `auth` of a trigger, reads a key of a Secret that a `secret` makes in this environment, and
    /// that has no such `key`. A service names its own by the name of the `secret`, another service's in quotes by the name of
    /// the object: `"web-billing"` for `secret billing` of web. A name without quotes that is none of its own is a finding as
    /// well. Of other Secrets nobody knows the keys.
    ///
    /// ## Why it matters in the cluster
    /// A container whose variable names a key that its Secret has not is not started (`CreateContainerConfigError`), and KEDA
    /// does not ask a source for which it has no credentials.
    ///
    /// ## How to mend it
    /// Write a key that the `secret` has, or add the key to it.
    ///
    /// ```bvl bad in=secret
    /// secret billing from vault "shop/billing" { key TOKEN "token" }
    /// env BILLING_TOKEN secret billing "TOKN" //~ BVL0913 "has no key `TOKN`"
    /// ```
    /// ```bvl fixed fix=1 in=secret
    /// secret billing from vault "shop/billing" { key TOKEN "token" }
    /// env BILLING_TOKEN secret billing "TOKEN"
    /// ```
    /// ```bvl bad in=secret
    /// env NUMBER secret "caller-shared" "number" //~ BVL0913 "has no key `number`"
    /// ```
    /// ```bvl bad in=secret
    /// env NUMBER secret shared "ACCOUNT" //~ BVL0913 "app has no secret of that name"
    /// ```
    /// ```bvl fixed fix=1 in=secret
    /// env NUMBER secret "caller-shared" "ACCOUNT"
    /// ```
    /// ```bvl good in=secret
    /// env NUMBER secret "caller-shared" "ACCOUNT"
    /// ```
    /// ```bvl good in=service
    /// env ACCOUNT secret "made-by-others" "account"
    /// ```
    ///
    /// ## Source
    /// `makeEnvironmentVariables` in [`kubelet_pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/kubelet_pods.go)
    /// (Kubernetes 1.36).
    BVL0913, "secret-key-not-made", Error(Stated), since "0.1.0" => run, reads ["env", "scale", "secret"]
}

/// The services and their words that make each Secret, by a number that stands for its name.
type Made<'a> = BTreeMap<(EnvironmentId, u64), Vec<(&'a Workload, &'a Secret)>>;

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let mut made = Made::new();
    for (workload, service, environment) in cx.services() {
        for secret in &*service.secrets {
            let at = (environment.id, object_number(&workload.name.value, &secret.name.value));
            made.entry(at).or_default().push((workload, secret));
        }
    }
    for (workload, service, environment) in cx.services() {
        for (by, named, key) in references(service) {
            let is_bare = cx.sources.text(named.span) == named.value;
            if is_bare && service.secrets.iter().all(|own| own.name.value != named.value) {
                let here = made.iter().filter(|((home, _), _)| *home == environment.id).flat_map(|(_, made)| made);
                let others = here.filter(|(_, secret)| secret.name.value == named.value);
                let mut others: Vec<String> =
                    others.map(|(maker, secret)| Secret::object_name(&maker.name.value, &secret.name.value)).collect();
                others.sort_unstable();
                sink.report(stranger(cx, (workload, service, environment), by, named, &others));
                continue;
            }
            let object = service.secret_object(&workload.name.value, &named.value);
            let Some(makers) = made.get(&(environment.id, number(&object))) else { continue };
            let found = makers.iter().rev().find(|(maker, secret)| secret.makes(&maker.name.value, &object));
            let Some((maker, secret)) = found else { continue };
            if secret.has_key(&key.value) {
                continue;
            }
            let whose = if maker.id == workload.id { String::new() } else { format!(" of {}", maker.name.value) };
            let title = format!(
                "{by} of {} reads `secret {}`{whose}, which has no key {}",
                workload.name.value,
                secret.name.value,
                backticked(&key.value)
            );
            let known = || secret.keys.iter().map(|key| key.name.value.as_str());
            let near = similar::nearest(&key.value, known());
            let keys: Vec<String> = known().map(backticked).collect();
            let diagnostic = finding(&BVL0913, workload, environment, key.span, title)
                .here(format!("no such key{}", cx.from_layer(key.layer)))
                .did_you_mean(&near)
                .also(secret.name.span, "its keys stand here")
                .note(match by {
                    By::Variable(_) => "a container whose variable names a key that its Secret has not is not started",
                    By::Trigger => "KEDA does not ask a source for which it has no credentials",
                })
                .help(format!(
                    "its keys: {}; name one of these, or add `key {} \"PROPERTY\"` to `secret {}`",
                    keys.join(", "),
                    key.value,
                    secret.name.value
                ));
            sink.report(near.iter().fold(diagnostic, |told, near| {
                told.choice(format!("write {}", quoted(near)), cx.replace(key, quoted(near)))
            }));
        }
    }
}

/// A name without quotes that is none of a service's own secrets: perhaps one of `others`, the Secrets that a `secret` of
/// that name of another service makes.
fn stranger(
    cx: &Context<'_>,
    (workload, service, environment): (&Workload, &Service, &Environment),
    by: By<'_>,
    named: &Origin<String>,
    others: &[String],
) -> Diagnostic {
    let name = &workload.name.value;
    let title = format!("{by} of {name} reads `secret {}`, and {name} has no secret of that name", named.value);
    let near = similar::nearest(&named.value, service.secrets.iter().map(|own| own.name.value.as_str()));
    let full: Vec<String> = others.iter().map(|object| quoted(object)).collect();
    let full = if full.is_empty() { vec![quoted(&named.value)] } else { full };
    let whose = if others.is_empty() { "if others make it" } else { "for that of another service" };
    let diagnostic = finding(&BVL0913, workload, environment, named.span, title)
        .here(format!("no `secret` of this service{}", cx.from_layer(named.layer)))
        .did_you_mean(&near)
        .note("without quotes a name is that of one of the service's own secrets")
        .help(format!("write the full name of the Secret in quotes: {}, {whose}", full.join(" or ")));
    let own = near.iter().map(|near| (*near).to_owned());
    own.chain(full.iter().cloned())
        .fold(diagnostic, |told, better| told.choice(format!("write {better}"), cx.replace(named, better)))
}

/// What reads a key.
#[derive(Clone, Copy)]
enum By<'a> {
    /// An environment variable.
    Variable(&'a str),
    /// A trigger's `auth`.
    Trigger,
}

impl std::fmt::Display for By<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "`env {name}`"),
            Self::Trigger => f.write_str("an `auth`"),
        }
    }
}

/// Each key of a Secret that a service reads: what reads it, the Secret and the key.
fn references(service: &Service) -> impl Iterator<Item = (By<'_>, &Origin<String>, &Origin<String>)> {
    let variables = service.variables.iter().filter_map(|variable| match &variable.source {
        VariableSource::Secret { secret, key } => Some((By::Variable(&variable.name.value), secret, key)),
        VariableSource::Value { .. } | VariableSource::Config { .. } => None,
    });
    let triggers = service.scaling.auto().into_iter().flat_map(|auto| &auto.triggers);
    let auth = triggers.flat_map(|trigger| &trigger.auth).map(|auth| (By::Trigger, &auth.secret, &auth.key));
    variables.chain(auth)
}

fn backticked(text: &str) -> String {
    format!("`{text}`")
}
