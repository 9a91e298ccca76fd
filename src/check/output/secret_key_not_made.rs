//! A key that is read of a Secret that bvlc makes is one of its keys.

use super::made::{Made, Makers, Missing, keyless};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::secret::Secret;
use crate::model::settings::VariableSource;
use crate::model::{Environment, Origin, Program, Workload};
use crate::value::name::{subdomain, suggest_label};
use crate::value::{quoted, similar};

crate::check! {
    /// ## What it means
    /// An `env` of a service, or an `auth` of a trigger, reads a key of a Secret that a `secret` makes in this environment, and
    /// that has no such `key`. A service names its own by the name of the `secret`, another service's in quotes by the name of
    /// the object: `"web-billing"` for `secret billing` of web. A name without quotes that is none of its own is a finding as
    /// well. Of other Secrets nobody knows the keys.
    ///
    /// ## Why it matters in the cluster
    /// A container whose variable names a key that is not in its Secret does not start (`CreateContainerConfigError`), and KEDA
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
    /// ```bvl fixed fix=1 in=secret
    /// env NUMBER secret "caller-shared" "ACCOUNT"
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

/// So many keys, and so many services, are pointed at.
const SHOWN: usize = 3;

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let makers: Makers<'_, Secret> = Makers::new(cx, |program| &program.secrets, |secret| &secret.name.value);
    for (workload, program, environment) in cx.programs() {
        for (by, named, key) in references(workload, program) {
            let own = program.secret(&named.value);
            if own.is_none() && cx.is_bare(named) {
                let others = makers.by_own(environment.id, &named.value);
                sink.report(stranger(cx, (workload, program, environment), by, (named, key), &others));
                continue;
            }
            let found = match own {
                Some(own) => Some((workload, own)),
                None => makers.of(environment.id, &named.value),
            };
            let Some((maker, secret)) = found.filter(|(_, secret)| !secret.has_key(&key.value)) else { continue };
            let made = Made {
                kind: "Secret",
                word: "secret",
                object: Secret::object_name(&maker.name.value, &secret.name.value),
                maker,
                own: &secret.name,
                keys: secret.keys.iter().map(|key| &key.name).collect(),
            };
            let adds = format!("key {} \"PROPERTY\"", key.value);
            let why = match by {
                By::Variable(_) => "a container whose variable names a key that is not in its Secret does not start",
                By::Trigger => "KEDA does not ask a source for which it has no credentials",
            };
            let about = Missing { by: by.to_string(), key, adds, aside: ", PROPERTY being its name in the store", why };
            sink.report(keyless(cx, &BVL0913, (workload, environment), &about, &made));
        }
    }
}

/// A name without quotes that is none of a service's own secrets: perhaps that of one of `others`, services with a `secret` of
/// that name.
fn stranger(
    cx: &Context<'_>,
    (workload, program, environment): (&Workload, &Program, &Environment),
    by: By<'_>,
    (named, key): (&Origin<String>, &Origin<String>),
    others: &[(&Workload, &Secret)],
) -> Diagnostic {
    let name = &workload.name.value;
    let title = format!("{by} of {name} reads `secret {}`, and {name} has no secret of that name", named.value);
    let near = similar::nearest(&named.value, program.secrets.iter().map(|own| own.name.value.as_str()));
    let object =
        |(maker, secret): &(&Workload, &Secret)| quoted(&Secret::object_name(&maker.name.value, &secret.name.value));
    let mut full: Vec<String> = others.iter().map(object).collect();
    // what no Secret can be called is written as one could be
    let fitting = suggest_label(&named.value).filter(|_| subdomain(&named.value).is_err());
    let fitting = fitting.as_deref().unwrap_or(&named.value);
    if full.is_empty() {
        full.push(quoted(fitting));
    }
    let whose = if others.is_empty() { "if others make it" } else { "for that of another service" };
    let (store, path) = match others {
        [(_, only)] => (only.store.value.as_str(), quoted(&only.path.value)),
        _ => ("STORE", quoted("PATH")),
    };
    let own = format!("secret {fitting} from {store} {path} {{ key {} \"PROPERTY\" }}", key.value);
    let mut found = finding(&BVL0913, workload, environment, named.span, title)
        .here(format!("no `secret` of this service{}", cx.from_layer(named.layer)))
        .did_you_mean(&near);
    let without = "without quotes a name is that of one of the service's own secrets";
    // what is there but for a `without` is no name of others
    if let Some(removed) = workload.removed(&format!("secret {}", named.value)) {
        return found
            .also(removed.by.span, format!("takes `secret {}` away{}", named.value, cx.from_layer(removed.by.layer)))
            .note(without)
            .help(format!("leave it in, or take out there what reads it as well; of a Secret that others make write the full name in quotes: {}", full.join(" or ")));
    }
    for other in others.iter().take(SHOWN) {
        found = found.also(other.1.name.span, format!("makes the Secret {} of {}", object(other), other.0.name.value));
    }
    let found = found.note(without).help(format!(
        "write the full name of the Secret in quotes: {}, {whose}; or let {name} have its own: `{own}`, PROPERTY being its name in the store",
        full.join(" or ")
    ));
    let better = near.iter().map(|near| (*near).to_owned()).chain(full);
    better.fold(found, |told, better| told.choice(format!("write {better}"), cx.replace(named, better)))
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
fn references<'a>(
    workload: &'a Workload,
    program: &'a Program,
) -> impl Iterator<Item = (By<'a>, &'a Origin<String>, &'a Origin<String>)> {
    let variables = program.containers().flat_map(|contained| &*contained.container.variables);
    let variables = variables.filter_map(|variable| match &variable.source {
        VariableSource::Secret { secret, key } => Some((By::Variable(&variable.name.value), secret, key)),
        VariableSource::Value { .. } | VariableSource::Config { .. } => None,
    });
    let scaling = workload.service().and_then(|service| service.scaling.auto());
    let triggers = scaling.into_iter().flat_map(|auto| &auto.triggers);
    let auth = triggers.flat_map(|trigger| &trigger.auth).map(|auth| (By::Trigger, &auth.secret, &auth.key));
    variables.chain(auth)
}
