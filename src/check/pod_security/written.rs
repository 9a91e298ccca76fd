//! The texts that a spec writes out and that programs, KEDA, charts and the readers of objects read, and how each is kept out of it.

use std::borrow::Cow;

use super::secrets::words;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::Diagnostic;
use crate::model::managed::ChartContent;
use crate::model::settings::VariableSource;
use crate::model::text::{Piece, Text};
use crate::model::trigger::TriggerKind;
use crate::model::{Contained, KeyedTexts, Origin, Program, Workload};
use crate::source::Span;

/// Where a text is written out.
#[derive(Clone, Copy)]
pub(super) enum Setting<'a> {
    /// In the variable of that name.
    Variable(&'a str),
    /// In that key of a `config`.
    Key(&'a str),
    /// In `command`, behind that word of it.
    Command(Option<&'a str>),
    /// In `args`, behind that word of them.
    Argument(Option<&'a str>),
    /// Under that key of a trigger.
    Trigger(&'a str),
    /// In the values of a chart, under the keys that lead there.
    Value(&'a str),
    /// In that annotation.
    Annotation(&'a str),
    /// In that label.
    Label(&'a str),
}

/// Shows every text that the spec of a service writes out for a container, and where. Configuration is told of with its own.
pub(super) fn each<'a>(
    contained: Contained<'a>,
    program: &'a Program,
    mut see: impl FnMut(Setting<'a>, Origin<Cow<'a, str>>),
) {
    for variable in &*contained.container.variables {
        if let VariableSource::Value { text, .. } = &variable.source {
            see(Setting::Variable(&variable.name.value), text.as_ref().map(shown));
        }
    }
    let configs = program.configs.iter().filter(|_| contained.companion.is_none());
    for (key, text) in configs.flat_map(|config| &config.entries) {
        see(Setting::Key(&key.value), text.as_ref().map(shown));
    }
    let mut words = |command: &'a [Origin<String>], setting: fn(Option<&'a str>) -> Setting<'a>| {
        let mut before = None;
        for word in command {
            see(setting(before), word.as_ref().map(|word| Cow::Borrowed(word.as_str())));
            before = Some(word.value.as_str());
        }
    };
    if let Some(command) = &contained.container.command {
        words(&command.words, Setting::Command);
    }
    if let Some(args) = &contained.container.args {
        words(&args.words, Setting::Argument);
    }
}

/// Shows every text that the spec of a workload writes out for others than its program, and where.
pub(super) fn each_beside<'a>(workload: &'a Workload, mut see: impl FnMut(Setting<'_>, Origin<Cow<'a, str>>)) {
    each_of_others(workload, &mut see);
    each_of_objects(&workload.labels, &workload.annotations, see);
}

/// Shows every text that the spec of a workload writes out for KEDA and for its chart, and where.
pub(super) fn each_of_others<'a>(workload: &'a Workload, see: &mut impl FnMut(Setting<'_>, Origin<Cow<'a, str>>)) {
    let scaling = workload.service().and_then(|service| service.scaling.auto());
    for trigger in scaling.into_iter().flat_map(|auto| &auto.triggers) {
        match &trigger.kind {
            TriggerKind::Keda { metadata, .. } => {
                for (key, text) in metadata {
                    see(Setting::Trigger(key), text.as_ref().map(shown));
                }
            }
            TriggerKind::Prometheus { query, .. } => {
                see(Setting::Trigger("query"), query.as_ref().map(|query| Cow::Borrowed(query.as_str())));
            }
            TriggerKind::Cpu(_)
            | TriggerKind::Memory(_)
            | TriggerKind::Metric { .. }
            | TriggerKind::NatsJetstream { .. }
            | TriggerKind::Kafka { .. }
            | TriggerKind::Rabbitmq { .. }
            | TriggerKind::Redis(_)
            | TriggerKind::Cron { .. } => {}
        }
    }
    if let Some(managed) = workload.managed() {
        for value in &managed.values {
            each_of_chart(&value.key, &value.value, see);
        }
    }
}

/// Shows the labels and annotations of objects.
pub(super) fn each_of_objects<'a>(
    labels: &'a KeyedTexts,
    annotations: &'a KeyedTexts,
    mut see: impl FnMut(Setting<'_>, Origin<Cow<'a, str>>),
) {
    for (key, text) in labels {
        see(Setting::Label(key), text.as_ref().map(|text| Cow::Borrowed(text.as_str())));
    }
    for (key, text) in annotations {
        see(Setting::Annotation(key), text.as_ref().map(|text| Cow::Borrowed(text.as_str())));
    }
}

fn each_of_chart<'a>(path: &str, content: &'a ChartContent, see: &mut impl FnMut(Setting<'_>, Origin<Cow<'a, str>>)) {
    match content {
        ChartContent::Text(text) => see(Setting::Value(path), text.as_ref().map(shown)),
        ChartContent::List(members) => members.iter().for_each(|member| each_of_chart(path, member, see)),
        ChartContent::Block(values) => {
            for value in values {
                each_of_chart(&format!("{path} {}", value.key), &value.value, see);
            }
        }
        ChartContent::Flag(_) | ChartContent::Number(_) => {}
    }
}

/// The text with addresses as what they are to a secret: something put in.
fn shown(text: &Text) -> Cow<'_, str> {
    let piece = |piece: &Piece| match piece {
        Piece::Fixed(text) => text.clone(),
        Piece::Address(_) => "$(ADDRESS)".to_owned(),
    };
    text.plain().map_or_else(|| text.pieces.iter().map(piece).collect(), Cow::Borrowed)
}

impl<'a> Setting<'a> {
    /// What holds it, before "of" and the service.
    pub(super) fn title(self) -> Cow<'a, str> {
        match self {
            Self::Variable(name) | Self::Key(name) => Cow::Borrowed(name),
            Self::Command(_) => Cow::Borrowed("a word of the command"),
            Self::Argument(_) => Cow::Borrowed("an argument"),
            Self::Trigger(key) => Cow::Owned(format!("`{key}` of a trigger")),
            Self::Value(path) => Cow::Owned(format!("`{path}` in the values")),
            Self::Annotation(key) => Cow::Owned(format!("the annotation `{key}`")),
            Self::Label(key) => Cow::Owned(format!("the label `{key}`")),
        }
    }

    /// Who can read it in the cluster, behind "the repository, the manifests or".
    pub(super) fn readers(self, workload: &Workload) -> &'static str {
        match self {
            Self::Variable(_) | Self::Key(_) | Self::Command(_) | Self::Argument(_) => workload.maker(),
            Self::Trigger(_) => "ScaledObject",
            Self::Value(_) => "values of the chart",
            Self::Annotation(_) | Self::Label(_) => "objects",
        }
    }

    /// Whether a Secret holds the whole text: within a command the secret alone is put in its place.
    pub(super) fn is_whole(self) -> bool {
        !matches!(self, Self::Command(_) | Self::Argument(_))
    }

    /// How to keep it out of the spec of a service; `named` is what it is called in the text that holds it, and `what` is kept.
    pub(super) fn help(self, cx: &Context<'_>, workload: &Workload, named: Option<&str>, what: &str) -> String {
        let service = &workload.name.value;
        let shown = if what == IT { "VALUE".to_owned() } else { what.to_uppercase() };
        let named = named.map(|name| name.trim_start_matches('-'));
        let new = format!("it is known now: make a new one, and keep {what} in a Secret");
        let variable = |name: &str| words(name).join("_");
        let read = |name: &str, key: &str| format!("env {} secret \"{service}\" \"{key}\"", variable(name));
        let (given, then, lines): (String, String, Vec<String>) = match (self, named) {
            (Self::Variable(name), _) => (
                format!("--from-literal={name}='{shown}'"),
                "then read it".to_owned(),
                vec![format!("env {name} secret \"{service}\" \"{name}\"")],
            ),
            (Self::Key(key), None) => (
                format!("--from-file={key}"),
                "then take the key out of the config, and let the program read a variable, if it can".to_owned(),
                vec![read(key, key)],
            ),
            (Self::Key(_), Some(name)) => (
                format!("--from-literal={name}='{shown}'"),
                "then take it out of the text in the config, and let the program read a variable, if it can".to_owned(),
                vec![read(name, name)],
            ),
            (Self::Trigger("query"), _) => {
                return format!(
                    "{new}: a query needs none, and what KEDA proves itself by is `auth secret \"NAME\" \"KEY\"` in the braces of the trigger"
                );
            }
            (Self::Trigger(key), _) => {
                return format!(
                    "{new}, which KEDA reads: take `{key}` out, and write `auth {key} secret \"{service}\" \"{key}\"`, its name and key, in the braces of the trigger"
                );
            }
            (Self::Value(_), _) => {
                return format!(
                    "{new}: most charts have a value that names one which is there, such as `existingSecret`"
                );
            }
            (Self::Annotation(_) | Self::Label(_), _) => {
                return "it is known now: make a new one, and leave it out here, where no Secret can be read from; what remains of the text may stay".to_owned();
            }
            (Self::Command(before) | Self::Argument(before), named) => {
                let name = named.unwrap_or("password");
                let place = format!("$({})", variable(name));
                let word = if matches!(self, Self::Command(_)) { "command" } else { "args" };
                let of_two = before.filter(|before| before.trim_start_matches('-') == name);
                let line = of_two.map(|option| format!("{word} [\"{option}\", \"{place}\"] expand"));
                (
                    format!("--from-literal={name}='{shown}'"),
                    format!(
                        "then read it into a variable, and write `{place}` in its place, with `expand` at the end of the line"
                    ),
                    [read(name, name)].into_iter().chain(line).collect(),
                )
            }
        };
        // which namespace it is may differ between environments, and the finding is one of all of them
        let namespace = match cx.model.environments.as_slice() {
            [only] => only.namespace_name(),
            _ => "NAMESPACE",
        };
        format!(
            "{new}, which bvlc does not make:\n  kubectl create secret generic {service} -n {namespace} {given}\n{then}:\n  {}",
            lines.join("\n  ")
        )
    }
}

/// What is kept where the text is nothing but the secret.
pub(super) const IT: &str = "it";

/// The place of a secret within the text that holds it, where it is written there as it is read.
pub(super) fn place(cx: &Context<'_>, text: &Origin<Cow<'_, str>>, secret: &str) -> Span {
    let written = cx.sources.text(text.span);
    let mut found = written.match_indices(secret).map(|(at, _)| at);
    match (found.next(), found.next(), cx.sources.get(text.span.file)) {
        (Some(at), None, Some(file)) if !secret.is_empty() => {
            let start = file.range(text.span).start + at;
            file.span(text.span.file, start..start + secret.len())
        }
        _ => text.span,
    }
}

/// Offers to read a variable from a Secret in place of its text, where a variable holds it.
pub(super) fn read_from_secret(
    cx: &Context<'_>,
    workload: &Workload,
    setting: Setting<'_>,
    text: &Origin<Cow<'_, str>>,
    found: Diagnostic,
) -> Diagnostic {
    let Setting::Variable(key) = setting else { return found };
    let name = &workload.name.value;
    let edit = cx.replace(text, format!("secret \"{name}\" \"{key}\""));
    found.choice(format!("read it from key {key} of Secret {name}"), edit)
}
