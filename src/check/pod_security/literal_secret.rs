//! No secret is written into a spec.

use std::borrow::Cow;

use super::secrets::{Secret, by_shape};
use super::written::{self, Setting, read_from_secret};
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Environment, Origin, Workload};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// A variable, a key of a `config`, `command` or `args` holds what has the shape of a secret: a private key, a cloud's or a
    /// service's token, a password in a URL or in a connection string, or what follows `Basic` or `Bearer` in a header. Or so do the
    /// parameters of a trigger, the values of a chart, an annotation or a label.
    ///
    /// ## Why it matters in the cluster
    /// It would stand in the repository, in the manifests and in the Deployment, readable by whoever may read one of
    /// them, and stay in their history after it is changed.
    ///
    /// ## How to mend it
    /// Keep it in a Secret and refer to that: `env DATABASE_URL secret "app-db" "uri"`. A key that was written down is
    /// known: replace it.
    ///
    /// ```bvl bad in=service
    /// env DATABASE_URL "postgres://app:hunter2@db.example/app" //~ BVL0409 "DATABASE_URL of app holds a password"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// env DATABASE_URL secret "app" "DATABASE_URL"
    /// ```
    /// ```bvl bad in=service
    /// args "--dsn=postgres://app:hunter2@db.example/app" //~ BVL0409 "an argument of app holds"
    /// ```
    /// ```bvl bad in=service
    /// config settings { CACHE_URL "redis://:hunter2@cache.example:6379" } //~ BVL0409 "CACHE_URL of app holds a password in a URL"
    /// ```
    /// ```bvl bad in=service
    /// env STORE "Server=db.example;User Id=app;Password=hunter2;" //~ BVL0409 "STORE of app holds a password in a connection string"
    /// ```
    /// ```bvl good in=service
    /// env STORE "Server=db.example;User Id=app;Integrated Security=true;"
    /// env CACHE_URL "redis://cache.example:6379"
    /// ```
    /// ```bvl good in=service
    /// env PASSWORD secret "app" "password"
    /// args "--dsn=postgres://app:$(PASSWORD)@db.example/app" expand
    /// ```
    /// ```bvl good in=service
    /// env DATABASE_PASSWORD secret "app-db" "password"
    /// env DATABASE_URL "postgres://app:$(DATABASE_PASSWORD)@db.example/app" expand
    /// ```
    ///
    /// ```bvl bad in=service
    /// env UPSTREAM "Bearer abcdef0123456789abcdef" //~ BVL0409 "a token for HTTP (`Bearer`)"
    /// ```
    /// ```bvl bad in=service
    /// args "--header", "Authorization: Basic dXNlcjpwYXNzd29yZA==" //~ BVL0409 "a password for HTTP (`Basic`)"
    /// ```
    /// ```bvl bad in=service
    /// env MAIL "SG.aBcDeFgHiJkLmNoPqRsTuV.aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcdefg" //~ BVL0409 "a SendGrid key"
    /// ```
    /// ```bvl good in=service
    /// env CLIENT_TOKEN secret "app" "token"
    /// env UPSTREAM "Bearer $(CLIENT_TOKEN)" expand
    /// env SCHEME "Bearer"
    /// env MODULE "SG.Services.Module"
    /// ```
    /// ```bvl bad in=service
    /// env ALERTS "https://hooks.slack.com/services/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" //~ BVL0409 "a Slack webhook's address"
    /// ```
    /// ```bvl bad in=service
    /// env HUB "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH" //~ BVL0409 "a Hugging Face token"
    /// ```
    /// ```bvl bad in=service
    /// env PAYMENTS "whsec_aB3aB3aB3aB3aB3aB3aB3aB3" //~ BVL0409 "a webhook's signing secret"
    /// ```
    /// ```bvl good in=service
    /// env ALERTS "https://hooks.slack.com/services/"
    /// env HUB "hf_hub_offline"
    /// ```
    ///
    /// ```bvl bad in=keda
    /// scale 2..5 { on keda "postgresql" from nats.client { query "SELECT 1"; connection "postgres://app:hunter2@db.example/app" } } //~ BVL0409 "`connection` of a trigger of app holds a password in a URL"
    /// ```
    /// ```bvl good in=keda
    /// scale 2..5 { on keda "postgresql" from nats.client { query "SELECT 1"; auth connection secret "app" "connection" } }
    /// ```
    /// ```bvl bad in=file
    /// managed db {
    ///   match "app" "db"; port sql 5432
    ///   values { auth { url "postgres://app:hunter2@db.example/app" } } //~ BVL0409 "`auth url` in the values of db holds a password in a URL"
    /// }
    /// allow app -> db.sql
    /// ```
    /// ```bvl bad in=service
    /// annotation "example.org/source" "postgres://app:hunter2@db.example/app" //~ BVL0409 "the annotation `example.org/source` of app"
    /// ```
    /// ```bvl bad in=environment
    /// annotation "example.org/source" "https://ci:hunter2@git.example/shop" //~ BVL0409 "the annotation `example.org/source` of all objects"
    /// ```
    ///
    /// ## Source
    /// The prefixes and lengths of tokens are those that their issuers document, and of
    /// [`gitleaks.toml`](https://github.com/gitleaks/gitleaks/blob/420a0f55f4a7a03dfe701ceb1f4f66a7c68b26b4/config/gitleaks.toml)
    /// (`npm-access-token`, `openai-api-key`, `anthropic-api-key`, `sendgrid-api-token`, `huggingface-access-token`,
    /// `pypi-upload-token`, `shopify-access-token` and its like, `slack-webhook-url`), of
    /// [Docker Hub](https://docs.docker.com/reference/api/hub/latest/) and [Stripe](https://docs.stripe.com/webhooks); `Basic` is
    /// [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617), `Bearer` [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750).
    /// [Good practices for Kubernetes Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// (Kubernetes 1.36).
    BVL0409, "literal-secret", Error(Judgment), since "0.1.0" => run, reads [], looks Endpoint, whole whole
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, program, environment) in cx.containers() {
        let name = contained.called(&workload.name.value);
        written::each(contained, program, |setting, text| {
            judge(cx, (workload, environment), &name, (setting, &text), sink);
        });
    }
    for (workload, environment) in cx.workloads() {
        written::each_beside(workload, |setting, text| {
            judge(cx, (workload, environment), &workload.name.value, (setting, &text), sink);
        });
    }
}

/// Reports a secret in a text of a workload, or of that container of it.
fn judge(
    cx: &Context<'_>,
    (workload, environment): (&Workload, &Environment),
    name: &str,
    (setting, text): (Setting<'_>, &Origin<Cow<'_, str>>),
    sink: &mut Sink,
) {
    let Some(secret) = by_shape(&text.value) else { return };
    let title = format!("{} of {name} holds {}", setting.title(), secret.kind);
    let what = match secret.kind {
        _ if secret.text == &*text.value || !setting.is_whole() => written::IT,
        "a password in a URL" => "the whole URL",
        _ => "the whole text",
    };
    let found = finding(&BVL0409, workload, environment, at(cx, text, &secret), title)
        .here(format!("written out{}", cx.from_layer(text.layer)))
        .note(format!(
            "it would be readable for whoever may read the repository, the manifests or the {}",
            setting.readers(workload)
        ))
        .help(setting.help(cx, workload, None, what));
    sink.report(read_from_secret(cx, workload, setting, text, found));
}

/// What all objects of an environment carry.
fn whole(cx: &Context<'_>, sink: &mut Sink) {
    for environment in cx.environments() {
        let mut judge = |setting: Setting<'_>, text: Origin<Cow<'_, str>>| {
            let Some(secret) = by_shape(&text.value) else { return };
            let title = format!("{} of all objects holds {}", setting.title(), secret.kind);
            sink.report(
                Diagnostic::new(&BVL0409, at(cx, &text, &secret), title)
                    .here("written out")
                    .note(
                        "it would be readable for whoever may read the repository, the manifests or any of the objects",
                    )
                    .help("it is known now: make a new one, keep it in a Secret, and take this out")
                    .environment(environment.title.clone())
                    .about(environment.name.value.clone()),
            );
        };
        for (labels, annotations) in [
            (&cx.model.platform.labels, &cx.model.platform.annotations),
            (&environment.labels, &environment.annotations),
        ] {
            written::each_of_objects(labels, annotations, &mut judge);
        }
    }
}

/// The place of a secret in the text that holds it.
fn at(cx: &Context<'_>, text: &Origin<Cow<'_, str>>, secret: &Secret<'_>) -> Span {
    if secret.text == &*text.value { text.span } else { written::place(cx, text, secret.text) }
}
