//! A container has each environment variable once.

use std::collections::BTreeMap;

use crate::check::prose::{listed, listed_few};
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
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
        let owner = contained.called(&workload.name.value);
        for (words, variables) in several(contained, workload, program) {
            let found = |span, title| finding(&BVL0909, workload, environment, span, title);
            if let Some(twice) = twice(cx, &owner, (&words, &variables), found) {
                sink.report(twice);
            }
        }
    }
}

/// The words that state variables, in their order, and the variables that all of them state with each place.
type Several<'a> = (Vec<String>, Vec<Vec<&'a Origin<String>>>);

/// The variables that are stated more than once. Those of the same sources are one mistake, a copy; each `env` is a statement
/// of its own.
fn several<'a>(contained: Contained<'a>, workload: &'a Workload, program: &'a Program) -> Vec<Several<'a>> {
    let mut names: Vec<&str> = Vec::new();
    let mut known: BTreeMap<&str, (Vec<String>, Vec<&Origin<String>>)> = BTreeMap::new();
    for (name, word) in stated(contained, workload, program) {
        let (words, places) = known.entry(&name.value).or_default();
        if words.is_empty() {
            names.push(&name.value);
        }
        words.push(word);
        places.push(name);
    }
    let mut found: Vec<Several<'a>> = Vec::new();
    for (words, places) in names.iter().filter_map(|name| known.remove(name)).filter(|(words, _)| words.len() > 1) {
        let is_single = |word: &String| SINGLE.contains(&word.as_str());
        let same = found.iter_mut().find(|(known, _)| *known == words && !words.iter().any(is_single));
        match same {
            Some((_, variables)) => variables.push(places),
            None => found.push((words, vec![places])),
        }
    }
    found
}

/// The words that state one variable each.
const SINGLE: [&str; 2] = ["env", "drain-env"];

fn twice(
    cx: &Context<'_>,
    owner: &str,
    (words, variables): (&[String], &[Vec<&Origin<String>>]),
    found: impl Fn(Span, String) -> Diagnostic,
) -> Option<Diagnostic> {
    let names: Vec<String> =
        variables.iter().filter_map(|places| places.first()).map(|name| quoted(&name.value)).collect();
    let (first, word) = words.first().zip(words.last())?;
    let variable = match names.as_slice() {
        [only] => format!("variable {only} of {owner} is"),
        several => format!("variables {} of {owner} are", listed_few(several)),
    };
    let times = if words.len() == 2 { "twice".to_owned() } else { format!("{} times", words.len()) };
    let by: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let title = format!("the environment {variable} stated {times}: by {}", listed(&by));
    let last = variables.first().and_then(|places| places.last())?;
    let mut found = found(last.span, title).here(format!("by `{word}`{}", cx.from_layer(last.layer)));
    for (at, places) in variables.iter().enumerate() {
        for (word, name) in words.iter().zip(places).filter(|(_, name)| at > 0 || name.span != last.span) {
            found = found.label(name.span, format!("by `{word}`"));
        }
    }
    let meant = slip(first, word, last.layer).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    Some(
        found
            .note(format!("{} would never reach the program", which(words)))
            .help(format!("{meant}state it once; what differs by environment stands in an overlay, and what is mounted (`at \"/path\"`) makes no variables")),
    )
}

/// The statement that another one, of an overlay, was most likely meant to change: one of the same word and nearly the same name.
fn slip<'a>(first: &'a str, second: &str, layer: Layer) -> Option<&'a str> {
    let (word, name) = first.split_once(' ')?;
    let (other_word, other_name) = second.split_once(' ')?;
    let is_near = word == other_word && !similar::nearest(other_name, [name]).is_empty();
    (layer.is_overlay() && is_near).then_some(first)
}

/// Which of several statements a container goes by, and what it does not.
fn which(words: &[String]) -> String {
    let is_by = |word: &str| words.iter().any(|known| known == word);
    let last = words.last().map_or("", String::as_str);
    let by = if is_by("drain-env") {
        "`drain-env` gives the variable the seconds of the drain".to_owned()
    } else if is_by("env") {
        "a container goes by `env` before its ConfigMaps and Secrets".to_owned()
    } else if words.len() == 2 {
        format!("of two sources a container goes by the later one, `{last}`")
    } else {
        format!("of several sources a container goes by the last one, `{last}`")
    };
    let others = if words.len() == 2 { "the other value" } else { "the other values" };
    format!("{by}: {others}")
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
