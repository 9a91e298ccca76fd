//! A setting whose name says that it is secret is read from a Secret.

use super::literal_secret::shown;
use super::secrets::{by_name, by_shape};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::settings::VariableSource;

crate::check! {
    /// ## What it means
    /// An environment variable is named like a secret, such as `DB_PASSWORD`, and its value is written out.
    ///
    /// ## Why it matters in the cluster
    /// If it is one, whoever may read the repository, the manifests or the Deployment has it.
    ///
    /// ## How to mend it
    /// Keep it in a Secret and refer to that; or accept it with `waive secret-by-name on NAME because "..."`.
    ///
    /// ```bvl bad in=service
    /// env DB_PASSWORD "hunter2" //~ BVL0410 "DB_PASSWORD of app"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// env DB_PASSWORD secret "app" "DB_PASSWORD"
    /// ```
    /// ```bvl good in=service
    /// env DB_PASSWORD_FILE "/etc/secrets/db"
    /// ```
    ///
    /// ## Source
    /// [Good practices for Kubernetes Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// (Kubernetes 1.36).
    BVL0410, "secret-by-name", Warning, since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        for variable in service.variables.iter().filter(|variable| by_name(&variable.name.value)) {
            let VariableSource::Value { text, .. } = &variable.source else { continue };
            // What the kubelet or the compiler puts in is no secret that is written here.
            let value = shown(&text.value);
            if value.is_empty() || value.starts_with("$(") || by_shape(&value).is_some() {
                continue;
            }
            let (name, setting) = (&workload.name.value, &variable.name.value);
            sink.report(
                finding(
                    &BVL0410,
                    workload,
                    environment,
                    text.span,
                    format!("{setting} of {name} is named like a secret and written out"),
                )
                .here(format!("written out{}", cx.from_layer(text.layer)))
                .note("if it is one, whoever may read the repository, the manifests or the Deployment has it")
                .help(format!("change it, since it is known now, keep the new one in a Secret (`kubectl create secret generic {name} --from-literal={setting}=..`; bvlc makes none), and read it: `env {setting} secret \"{name}\" \"{setting}\"`; where it is no secret, `waive secret-by-name on {name} because \"..\"`"))
                .choice(
                    format!("read it from key {setting} of Secret {name}"),
                    cx.replace(text, format!("secret \"{name}\" \"{setting}\"")),
                ),
            );
        }
    }
}
