//! No secret is written into a spec.

use super::secrets::by_shape;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Origin;
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
    /// ```bvl bad in=service
    /// args "--dsn=postgres://app:hunter2@db.example/app" //~ BVL0409 "an argument of app holds"
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
    /// ## Source
    /// [Good practices for Kubernetes Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// (Kubernetes 1.36).
    BVL0409, "literal-secret", Error(Judgment), since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let name = &workload.name.value;
        let mut report = |setting: Setting<'_>, text: &Origin<Text>| {
            let Some(kind) = by_shape(&shown(&text.value)) else { return };
            let diagnostic = finding(
                &BVL0409,
                workload,
                environment,
                text.span,
                format!("{} of {name} holds {kind}", setting.title()),
            )
            .here(format!("written out{}", cx.from_layer(text.layer)))
            .note("it would be readable for whoever may read the repository, the manifests or the Deployment")
            .help(setting.help(name));
            sink.report(if let Setting::Variable(setting) = setting {
                let text = cx.replace(text, format!("secret \"{name}\" \"{setting}\""));
                diagnostic.choice(format!("read it from key {setting} of Secret {name}"), text)
            } else {
                diagnostic
            });
        };
        for variable in &*service.variables {
            if let VariableSource::Value { text, .. } = &variable.source {
                report(Setting::Variable(&variable.name.value), text);
            }
        }
        for (key, text) in service.configs.iter().flat_map(|config| &config.entries) {
            report(Setting::Key(&key.value), text);
        }
        for (setting, command) in [(Setting::Command, &service.command), (Setting::Argument, &service.args)] {
            for word in command.iter().flat_map(|command| &command.words) {
                report(setting, &word.clone().map(Text::fixed));
            }
        }
    }
}

/// Where a text is written out.
#[derive(Clone, Copy)]
enum Setting<'a> {
    /// In the variable of that name.
    Variable(&'a str),
    /// In that key of a `config`.
    Key(&'a str),
    /// In `command`.
    Command,
    /// In `args`.
    Argument,
}

impl<'a> Setting<'a> {
    /// What holds it, before "of" and the service.
    fn title(self) -> &'a str {
        match self {
            Self::Variable(name) | Self::Key(name) => name,
            Self::Command => "a word of the command",
            Self::Argument => "an argument",
        }
    }

    /// How to keep it out of the spec of a service.
    fn help(self, service: &str) -> String {
        let (given, read) = match self {
            Self::Variable(name) => {
                (format!("--from-literal={name}=.."), format!("read it: `env {name} secret \"{service}\" \"{name}\"`"))
            }
            Self::Key(key) => {
                let sign = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
                let name: String = key.chars().map(sign).collect();
                (
                    format!("--from-file={key}"),
                    format!(
                        "take the key out of the config, and let the program read a variable: `env {name} secret \"{service}\" \"{key}\"`"
                    ),
                )
            }
            Self::Command | Self::Argument => {
                let word = if matches!(self, Self::Command) { "command" } else { "args" };
                (
                    "--from-literal=password=..".to_owned(),
                    format!(
                        "write `env PASSWORD secret \"{service}\" \"password\"`, `$(PASSWORD)` in place of it, and `expand` behind the `{word}`"
                    ),
                )
            }
        };
        format!(
            "change the password or key, since it is known now; keep the new one in a Secret (`kubectl create secret generic {service} {given}`; bvlc makes none), and {read}"
        )
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
