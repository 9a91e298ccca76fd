//! The texts that the spec of a service writes out and that its program reads, and how each is kept out of the spec.

use std::borrow::Cow;

use super::secrets::words;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::diagnostic::Diagnostic;
use crate::model::settings::VariableSource;
use crate::model::text::{Piece, Text};
use crate::model::{Origin, Service, Workload};

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
}

/// Shows every text that the spec of a service writes out, and where.
pub(super) fn each<'a>(service: &'a Service, mut see: impl FnMut(Setting<'a>, Origin<Cow<'a, str>>)) {
    for variable in &*service.variables {
        if let VariableSource::Value { text, .. } = &variable.source {
            see(Setting::Variable(&variable.name.value), text.as_ref().map(shown));
        }
    }
    for (key, text) in service.configs.iter().flat_map(|config| &config.entries) {
        see(Setting::Key(&key.value), text.as_ref().map(shown));
    }
    let mut words = |command: &'a [Origin<String>], setting: fn(Option<&'a str>) -> Setting<'a>| {
        let mut before = None;
        for word in command {
            see(setting(before), word.as_ref().map(|word| Cow::Borrowed(word.as_str())));
            before = Some(word.value.as_str());
        }
    };
    if let Some(command) = &service.command {
        words(&command.words, Setting::Command);
    }
    if let Some(args) = &service.args {
        words(&args.words, Setting::Argument);
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
    pub(super) fn title(self) -> &'a str {
        match self {
            Self::Variable(name) | Self::Key(name) => name,
            Self::Command(_) => "a word of the command",
            Self::Argument(_) => "an argument",
        }
    }

    /// How to keep it out of the spec of a service; `named` is what it is called in the text that holds it.
    pub(super) fn help(self, service: &str, named: Option<&str>) -> String {
        let named = named.map(|name| name.trim_start_matches('-'));
        let read = |name: &str, key: &str| format!("`env {} secret \"{service}\" \"{key}\"`", words(name).join("_"));
        let (given, read) = match (self, named) {
            (Self::Variable(name), _) => {
                (format!("--from-literal={name}=.."), format!("read it: `env {name} secret \"{service}\" \"{name}\"`"))
            }
            (Self::Key(key), None) => (
                format!("--from-file={key}"),
                format!("take the key out of the config, and let the program read a variable: {}", read(key, key)),
            ),
            (Self::Key(_), Some(name)) => (
                format!("--from-literal={name}=.."),
                format!("take it out of the config, and let the program read a variable: {}", read(name, name)),
            ),
            (Self::Command(_) | Self::Argument(_), named) => {
                let word = if matches!(self, Self::Command(_)) { "command" } else { "args" };
                let name = named.unwrap_or("password");
                (
                    format!("--from-literal={name}=.."),
                    format!(
                        "write {}, `$({})` in place of it, and `expand` behind the `{word}`",
                        read(name, name),
                        words(name).join("_")
                    ),
                )
            }
        };
        format!(
            "keep the new one in a Secret (`kubectl create secret generic {service} {given}`; bvlc makes none), and {read}"
        )
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
