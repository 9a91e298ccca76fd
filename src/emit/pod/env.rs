//! Environment variables of a container, and the words of its program.
//!
//! Invariant: what reaches the program is what the spec says, letter for letter. The kubelet expands `$(NAME)` and reads
//! `$$` as `$` in the values of variables and in the words of a program, and nowhere else (`Expand` in kubernetes
//! `third_party/forked/golang/expansion/expand.go`, 1.33).

use std::borrow::Cow;

use crate::emit::{Context, address, config_map};
use crate::model::secret::Secret;
use crate::model::settings::{Command, Expansion, VariableSource};
use crate::model::{Container, Program, Workload};
use crate::object::api::core::v1::{
    ConfigMapEnvSource, ConfigMapKeySelector, EnvFromSource, EnvVar, EnvVarSource, SecretEnvSource, SecretKeySelector,
};

/// The variables, each behind those that it is made of; then the one that tells the drain time, unless some are made of that.
pub(super) fn variables(cx: &Context<'_>, workload: &Workload, program: &Program) -> Option<Vec<EnvVar>> {
    let mut variables = stated(cx, (workload, program), &program.container);
    if let Some(name) = &program.shutdown.drain_env
        && variables.iter().all(|variable| variable.name != name.value)
    {
        let seconds = program.shutdown.drain.value.secs().to_string();
        let stated = &program.container.variables;
        let is_needed = stated.iter().any(|variable| variable.made_of().any(|needed| needed == name.value));
        let at = if is_needed { 0 } else { variables.len() };
        variables.insert(at, EnvVar { name: name.value.clone(), value: Some(seconds), value_from: None });
    }
    (!variables.is_empty()).then_some(variables)
}

/// The variables of a container beside the workload's own.
pub(super) fn of_container(cx: &Context<'_>, of: (&Workload, &Program), container: &Container) -> Option<Vec<EnvVar>> {
    let variables = stated(cx, of, container);
    (!variables.is_empty()).then_some(variables)
}

/// Those that are stated, each behind those that it is made of.
fn stated(cx: &Context<'_>, (workload, program): (&Workload, &Program), container: &Container) -> Vec<EnvVar> {
    let mut variables = Vec::new();
    for variable in &*container.variables {
        let (value, value_from) = match &variable.source {
            VariableSource::Value { text, expansion } => {
                let text = address::render(cx, &text.value);
                (Some(written(&text, *expansion).into_owned()), None)
            }
            VariableSource::Secret { secret, key } => {
                let name = program.secret_object(&workload.name.value, &secret.value);
                let reference = SecretKeySelector { name, key: key.value.clone(), optional: None };
                (None, Some(EnvVarSource { secret_key_ref: Some(reference), ..EnvVarSource::default() }))
            }
            VariableSource::Config { config, key } => {
                let name = program.config_object(&workload.name.value, &config.value);
                let reference = ConfigMapKeySelector { name, key: key.value.clone(), optional: None };
                (None, Some(EnvVarSource { config_map_key_ref: Some(reference), ..EnvVarSource::default() }))
            }
        };
        variables.push(EnvVar { name: variable.name.value.clone(), value, value_from });
    }
    variables
}

/// The configurations and secrets that are variables as a whole.
pub(super) fn sources(workload: &Workload, program: &Program) -> Option<Vec<EnvFromSource>> {
    let unmounted = program.configs.iter().filter(|config| config.mount.is_none());
    let sources = unmounted.map(|config| EnvFromSource {
        config_map_ref: Some(ConfigMapEnvSource {
            name: config_map::name(workload, &config.name.value),
            optional: None,
        }),
        ..EnvFromSource::default()
    });
    let secrets = program.secrets.iter().filter(|secret| secret.mount.is_none()).map(|secret| EnvFromSource {
        secret_ref: Some(SecretEnvSource {
            name: Secret::object_name(&workload.name.value, &secret.name.value),
            optional: None,
        }),
        ..EnvFromSource::default()
    });
    let sources: Vec<EnvFromSource> = sources.chain(secrets).collect();
    (!sources.is_empty()).then_some(sources)
}

/// The words of a program.
pub(super) fn words(command: Option<&Command>) -> Option<Vec<String>> {
    let command = command?;
    Some(command.words.iter().map(|word| written(&word.value, command.expansion).into_owned()).collect())
}

/// The text as it is to be written so that the program gets it unchanged: a `$` that the kubelet would take for the
/// beginning of something is doubled.
fn written(text: &str, expansion: Expansion) -> Cow<'_, str> {
    if expansion == Expansion::Kubernetes || !text.contains("$(") && !text.contains("$$") {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 2);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        written.push(letter);
        if letter == '$' && matches!(letters.peek(), Some('$' | '(')) {
            written.push('$');
        }
    }
    Cow::Owned(written)
}

#[cfg(test)]
mod tests {
    use super::{Expansion, written};

    /// What the kubelet makes of a text where no variable is known: it leaves unknown references as they are.
    fn expanded(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            out.push('$');
            rest = after.strip_prefix('$').unwrap_or(after);
            if after.starts_with('(') {
                out.push_str("EXPANDED");
            }
        }
        out + rest
    }

    #[test]
    fn the_program_gets_what_the_spec_says() {
        for (text, shown) in [
            ("plain", "plain"),
            ("$", "$"),
            ("$HOME", "$HOME"),
            ("$(HOME)", "$$(HOME)"),
            ("$(HOME", "$$(HOME"),
            ("a$$b", "a$$$b"),
            ("$$(X)$", "$$$$(X)$"),
            ("$$$", "$$$$$"),
            ("5$ (net)", "5$ (net)"),
        ] {
            assert_eq!(written(text, Expansion::Literal), shown);
            assert_eq!(expanded(shown), text, "{shown}");
            assert_eq!(written(text, Expansion::Kubernetes), text);
        }
    }
}
