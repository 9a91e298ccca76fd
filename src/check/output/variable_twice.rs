//! A container has each environment variable once.

use std::collections::BTreeMap;

use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::secret::Secret;
use crate::model::settings::{Config, VariableSource};
use crate::model::{Contained, Layer, Origin, Program, Workload};
use crate::source::Span;
use crate::value::similar;
use crate::value::text::quoted;

crate::check! {
    /// ## What it means
    /// An environment variable of a service is stated twice: by `env` and by `drain-env`, or by a key of a `config` or `secret`
    /// that is not mounted and by one of these or another `config` or `secret`.
    ///
    /// ## Why it matters in the cluster
    /// A container has one value for a name. `env` wins over the keys of a ConfigMap or Secret, of two of these the later one
    /// wins, Secrets after ConfigMaps, and of two entries of `env` one would have to be left out: what the spec states beside
    /// it never reaches the program.
    ///
    /// ## How to mend it
    /// State it once, or mount the `config` or `secret` as files with `at`. In an environment an overlay of the same word replaces what
    /// weaker layers state: `service web { config settings { LOG_LEVEL "debug" } }`.
    ///
    /// ```bvl bad in=service
    /// env DRAIN "3"
    /// shutdown { drain-env DRAIN } //~ BVL0909 "`env` and `drain-env`"
    /// ```
    /// ```bvl good in=service
    /// env DRAINED "3"
    /// shutdown { drain-env DRAIN }
    /// ```
    /// ```bvl good in=service
    /// config settings { LEVEL "info" }
    /// env LEVEL config settings "LEVEL"
    /// ```
    /// ```bvl good in=service
    /// config settings { LEVEL "info" }
    /// env LEVEL config "app-settings" "LEVEL"
    /// ```
    /// ```bvl bad in=service
    /// config base { LEVEL "info" }
    /// config more { LEVEL "warn" } //~ BVL0909 "`config base` and `config more`"
    /// ```
    /// ```bvl good in=service
    /// config base { LEVEL "info" }
    /// config more at "/etc/app" { LEVEL "warn" }
    /// ```
    /// ```bvl bad in=secret
    /// config settings { TOKEN "none" }
    /// secret billing from vault "shop/billing" { key TOKEN "token" } //~ BVL0909 "`config settings` and `secret billing`"
    /// ```
    /// ```bvl good in=secret
    /// secret billing from vault "shop/billing" { key TOKEN "token" }
    /// env TOKEN secret billing "TOKEN"
    /// ```
    ///
    /// ## Source
    /// [`EnvFromSource` and `Container.envFrom`](https://github.com/kubernetes/api/blob/v0.36.2/core/v1/types.go) (Kubernetes
    /// 1.36): "Values defined by an Env with a duplicate key will take precedence."
    BVL0909, "variable-twice", Error(Judgment), since "0.1.0" => run, reads ["env", "config", "secret", "shutdown"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, program, environment) in cx.containers() {
        let mut known: BTreeMap<&str, (String, Span)> = BTreeMap::new();
        for (name, word) in stated(contained, workload, program) {
            let Some((first, at)) = known.get(name.value.as_str()) else {
                known.insert(&name.value, (word, name.span));
                continue;
            };
            let owner = contained.called(&workload.name.value);
            let title = format!(
                "the environment variable {} of {owner} is stated twice: by `{first}` and `{word}`",
                quoted(&name.value)
            );
            let meant =
                slip(first, &word, name.layer).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            sink.report(
                finding(&BVL0909, workload, environment, name.span, title)
                    .here(format!("by `{word}`{}", cx.from_layer(name.layer)))
                    .label(*at, format!("by `{first}`"))
                    .note(format!("{}: the other value would never reach the program", which(first, &word)))
                    .help(format!("{meant}state it once; what differs by environment stands in an overlay, and what is mounted (`at \"/path\"`) makes no variables")),
            );
        }
    }
}

/// The statement that another one, of an overlay, was most likely meant to change: one of the same word and nearly the same name.
fn slip<'a>(first: &'a str, second: &str, layer: Layer) -> Option<&'a str> {
    let (word, name) = first.split_once(' ')?;
    let (other_word, other_name) = second.split_once(' ')?;
    let is_near = word == other_word && !similar::nearest(other_name, [name]).is_empty();
    (layer.is_overlay() && is_near).then_some(first)
}

/// Which of two statements a container goes by.
fn which(first: &str, second: &str) -> String {
    if [first, second].contains(&"drain-env") {
        return "`drain-env` gives the variable the seconds of the drain".to_owned();
    }
    if [first, second].contains(&"env") {
        "a container goes by `env` before its ConfigMaps and Secrets".to_owned()
    } else {
        format!("of two sources a container goes by the later one, `{second}`")
    }
}

/// Every variable with the word that states it.
fn stated<'a>(
    contained: Contained<'a>,
    workload: &'a Workload,
    program: &'a Program,
) -> impl Iterator<Item = (&'a Origin<String>, String)> {
    // what the workload states as a whole is its own container's
    let program = Some(program).filter(|_| contained.companion.is_none());
    let variables = contained.container.variables.iter().map(|variable| (&variable.name, "env".to_owned()));
    variables.chain(program.into_iter().flat_map(|program| of_program(workload, program)))
}

/// Those of a workload's own container that no `env` states.
fn of_program<'a>(workload: &'a Workload, program: &'a Program) -> impl Iterator<Item = (&'a Origin<String>, String)> {
    let drain = program.shutdown.drain_env.iter().map(|name| (name, "drain-env".to_owned()));
    let configs = program.configs.iter().filter(|config| config.mount.is_none()).flat_map(|config| {
        let keys = config.entries.iter().map(|(key, _)| key);
        keys.map(|key| (key, "config", &config.name.value))
    });
    let secrets = program.secrets.iter().filter(|secret| secret.mount.is_none()).flat_map(|secret| {
        let keys = secret.keys.iter().map(|key| &key.name);
        keys.map(|key| (key, "secret", &secret.name.value))
    });
    let keys = configs.chain(secrets).filter(|(key, word, own)| !is_same(workload, program, (word, own), &key.value));
    drain.chain(keys.map(|(key, word, own)| (key, format!("{word} {own}"))))
}

/// Whether a variable is read from that very key, so that both are one value: by the name of what makes it or of the object.
fn is_same(workload: &Workload, program: &Program, (word, own): (&str, &str), own_key: &str) -> bool {
    let name = &workload.name.value;
    program.container.variables.iter().filter(|variable| variable.name.value == own_key).any(|variable| match &variable
        .source
    {
        VariableSource::Config { config, key } => {
            let object = || program.config_object(name, &config.value) == Config::object_name(name, own);
            word == "config" && key.value == own_key && object()
        }
        VariableSource::Secret { secret, key } => {
            let object = || program.secret_object(name, &secret.value) == Secret::object_name(name, own);
            word == "secret" && key.value == own_key && object()
        }
        VariableSource::Value { .. } => false,
    })
}
