//! No secret is written into a spec.

use super::secrets::by_shape;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::settings::VariableSource;
use crate::model::text::{Piece, Text};

crate::check! {
    /// ## What it means
    /// The value of a setting has the shape of a secret: a private key, a cloud's or a service's token, a password in a
    /// URL.
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
    /// ```bvl good in=service
    /// env DATABASE_PASSWORD secret "app-db" "password"
    /// env DATABASE_URL "postgres://app:$(DATABASE_PASSWORD)@db.example/app" expand
    /// ```
    ///
    /// ## Source
    /// [Good practices for Kubernetes Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// (Kubernetes 1.36).
    BVL0409, "literal-secret", Error(Judgment), since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let name = &workload.name.value;
        let mut report = |setting: &str, text: &crate::model::Origin<Text>, is_variable: bool| {
            let Some(kind) = by_shape(&shown(&text.value)) else { return };
            let diagnostic = finding(
                &BVL0409,
                workload,
                environment,
                text.span,
                format!("{setting} of {name} holds {kind}"),
            )
            .here(format!("written out{}", cx.from_layer(text.layer)))
            .note("it would be readable for whoever may read the repository, the manifests or the Deployment")
            .help(format!(
                "change the password or key, since it is known now; keep the new one in a Secret (`kubectl create secret generic {name} --from-literal={setting}=..`; bvlc makes none), and read it: `env {setting} secret \"{name}\" \"{setting}\"`"
            ));
            sink.report(if is_variable {
                let text = cx.replace(text, format!("secret \"{name}\" \"{setting}\""));
                diagnostic.choice(format!("read it from key {setting} of Secret {name}"), text)
            } else {
                diagnostic
            });
        };
        for variable in &*service.variables {
            if let VariableSource::Value { text, .. } = &variable.source {
                report(&variable.name.value, text, true);
            }
        }
        for (key, text) in service.configs.iter().flat_map(|config| &config.entries) {
            report(&key.value, text, false);
        }
        for word in [&service.command, &service.args].into_iter().flatten().flat_map(|command| &command.words) {
            report("the command", &word.clone().map(Text::fixed), false);
        }
    }
}

/// The text with addresses as what they are to a secret: something put in.
pub(super) fn shown(text: &Text) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Fixed(text) => text.clone(),
        Piece::Address(_) => "$(ADDRESS)".to_owned(),
    };
    text.pieces.iter().map(piece).collect()
}
