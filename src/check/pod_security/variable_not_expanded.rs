//! `$(NAME)` stands for a variable where Kubernetes puts its value there.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::written::place;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::expansion::references;
use crate::model::settings::{Expansion, VariableSource};
use crate::model::{Environment, Origin, Workload};
use crate::source::{Span, TextEdit};
use crate::value::similar::nearest;

crate::check! {
    /// ## What it means
    /// An `env`, `command` or `args` holds `$(NAME)`, the service has a variable of that name, and `expand` is not stated. Or
    /// `expand` is stated, and Kubernetes has nothing to put there: no variable has that name, or the two are made of each other.
    ///
    /// ## Why it matters in the cluster
    /// Without `expand` a text is what it is: bvlc writes `$$(NAME)`, by which Kubernetes leaves it alone, and the program
    /// gets the text `$(NAME)` in place of the value. A password that was moved to a Secret is then wrong in every pod. With
    /// `expand` a reference to what is no variable stays in the text as well.
    ///
    /// ## How to mend it
    /// Write `expand` at the end of the statement. If the program is to see the text itself, say so with
    /// `waive variable-not-expanded on NAME because "REASON"`.
    ///
    /// ```bvl bad in=service
    /// env PASSWORD secret "app" "password"
    /// args "--password", "$(PASSWORD)" //~ BVL0414 "would get the text `$(PASSWORD)`"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// env PASSWORD secret "app" "password"
    /// args "--password", "$(PASSWORD)" expand
    /// ```
    /// ```bvl bad in=service
    /// env PASSWORD secret "app" "password"
    /// args ["--password", "$(PASSWORD)"] //~ BVL0414 "would get the text `$(PASSWORD)`"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// env PASSWORD secret "app" "password"
    /// args ["--password", "$(PASSWORD)"] expand
    /// ```
    /// ```bvl bad in=service
    /// env PASSWORD secret "app" "password"
    /// env URL "postgres://app:$(PASSWORD)@db.example/app" //~ BVL0414 "URL of app"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// env PASSWORD secret "app" "password"
    /// env URL "postgres://app:$(PASSWORD)@db.example/app" expand
    /// ```
    /// An address beside it changes nothing in that:
    /// ```bvl bad in=service
    /// env PASSWORD secret "app" "password"
    /// env URL "http://app:$(PASSWORD)@${app.http.host}/" //~ BVL0414 "URL of app"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// env PASSWORD secret "app" "password"
    /// env URL "http://app:$(PASSWORD)@${app.http.host}/" expand
    /// ```
    /// Where a variable is stated does not matter: bvlc writes each behind those that it is made of. But it has to be there:
    /// ```bvl good in=service
    /// env URL "postgres://app:$(PASSWORD)@db.example/app" expand
    /// env PASSWORD secret "app" "password"
    /// ```
    /// ```bvl bad in=service
    /// env PASSWORD secret "app" "password"
    /// env URL "postgres://app:$(PASWORD)@db.example/app" expand //~ BVL0414 "`$(PASWORD)`, which stands for nothing"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// env PASSWORD secret "app" "password"
    /// env URL "postgres://app:$(PASSWORD)@db.example/app" expand
    /// ```
    /// ```bvl bad in=service
    /// env HOST "$(URL).example" expand
    /// env URL "https://$(HOST)" expand //~ BVL0414 "each is made of the other"
    /// ```
    /// The keys of a `config` that is not mounted are variables as well. They may be put into others, and nothing is put into
    /// them: Kubernetes replaces nothing in a ConfigMap. What a mounted file says is its own language's.
    /// ```bvl bad in=service
    /// env PASSWORD secret "app" "password"
    /// config settings { URL "postgres://app:$(PASSWORD)@db.example/app" } //~ BVL0414 "URL of app"
    /// ```
    /// ```bvl good in=service
    /// config settings { HOST "db.example" }
    /// env URL "postgres://$(HOST)/app" expand
    /// config files at "/etc/app" { "Makefile" "all: ; echo $(URL)" }
    /// ```
    /// What names no variable of the service is text of its own, such as a shell's:
    /// ```bvl good in=service
    /// env PASSWORD secret "app" "password"
    /// command "sh", "-c", "exec app --since $(date +%F)"
    /// args "--literal", "$$(PASSWORD)"
    /// ```
    /// ```bvl good in=service
    /// env PASSWORD secret "app" "password"
    /// args "sh", "-c", "app --password $(PASSWORD) --since $(date)" expand
    /// ```
    ///
    /// ## Source
    /// [`expand.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/third_party/forked/golang/expansion/expand.go): `$(NAME)`
    /// is replaced, `$$(NAME)` is the text `$(NAME)`. `makeEnvironmentVariables` in
    /// [`kubelet_pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/kubelet_pods.go): of what a variable is
    /// made, and that what comes from a ConfigMap is taken as it is (Kubernetes 1.36). That a text is left alone without `expand`
    /// is a rule of this language.
    BVL0414, "variable-not-expanded", Warning, since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, program, environment) in cx.containers() {
        let known = contained.variable_places(program);
        let called = contained.called(&workload.name.value);
        let judged = Judged { cx, workload, called, environment, known };
        let mut before = BTreeSet::new();
        for variable in &*contained.container.variables {
            if let VariableSource::Value { text, expansion } = &variable.source {
                let name = variable.name.value.as_str();
                let place = text.as_ref().map(|_| ());
                let found = match expansion {
                    Expansion::Literal => {
                        let meant = text.value.references().find(|meant| *meant != name && judged.has(meant));
                        meant.map(|meant| judged.literal(name, meant, place, ("env", place)))
                    }
                    Expansion::Kubernetes => {
                        let mut meant = text.value.references().filter(|meant| is_name(meant));
                        let unmet = |meant: &&str| {
                            let is_behind =
                                contained.container.variables.iter().any(|other| other.name.value == *meant);
                            judged.is_absent(meant)
                                || is_behind && !before.contains(*meant) && !contained.has_before_env(program, meant)
                        };
                        meant.find(unmet).map(|meant| judged.unmet(name, meant, text.as_ref().map(|_| ()), name))
                    }
                };
                if let Some(found) = found {
                    sink.report(found);
                }
            }
            before.insert(variable.name.value.as_str());
        }
        for (key, text) in contained.unmounted(program).flat_map(|config| &config.entries) {
            let meant = text.value.references().find(|meant| *meant != key.value && judged.has(meant));
            let found = meant.map(|meant| judged.in_config(&key.value, meant, text.as_ref().map(|_| ())));
            if let Some(found) = found {
                sink.report(found);
            }
        }
        for (title, word, command) in [
            ("the command", "command", &contained.container.command),
            ("the arguments", "args", &contained.container.args),
        ] {
            let Some(command) = command.as_deref() else { continue };
            let mut meant =
                command.words.iter().flat_map(|text| references(&text.value).map(move |meant| (text, meant)));
            let found = match command.expansion {
                Expansion::Literal => meant.find(|(_, meant)| judged.has(meant)).and_then(|(text, meant)| {
                    let last = within_brackets(cx, command.words.last()?);
                    Some(judged.literal(title, meant, text.as_ref().map(|_| ()), (word, last)))
                }),
                Expansion::Kubernetes => meant
                    .find(|(_, meant)| is_loud(meant) && judged.is_absent(meant))
                    .map(|(text, meant)| judged.unmet(title, meant, text.as_ref().map(|_| ()), "")),
            };
            if let Some(found) = found {
                sink.report(found);
            }
        }
    }
}

/// Whether it is a name as variables have them, and no command of a shell.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// Whether it is written as variables mostly are. A program may be a shell, which runs what else stands in `$(..)`.
fn is_loud(text: &str) -> bool {
    is_name(text) && !text.contains(|c: char| c.is_ascii_lowercase())
}

/// A container whose texts are judged.
struct Judged<'a> {
    cx: &'a Context<'a>,
    workload: &'a Workload,
    /// How messages call the container.
    called: String,
    environment: &'a Environment,
    /// Its variables, with where they are stated.
    known: BTreeMap<&'a str, Span>,
}

impl Judged<'_> {
    fn has(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// Whether no variable has that name. The kubelet adds those of the API server to all.
    fn is_absent(&self, name: &str) -> bool {
        let may_be_unread = self.workload.unread.touches(&["env", "config", "shutdown"]);
        !self.has(name) && !name.starts_with("KUBERNETES_") && !may_be_unread
    }

    fn finding(&self, place: Origin<()>, title: String) -> Diagnostic {
        finding(&BVL0414, self.workload, self.environment, place.span, title)
    }

    /// That the text is not left to Kubernetes, which a word behind the last of the statement would do.
    fn literal(&self, what: &str, meant: &str, place: Origin<()>, (word, last): (&str, Origin<()>)) -> Diagnostic {
        let (cx, name) = (self.cx, &self.called);
        let title = format!("{what} of {name} would get the text `$({meant})`, not the value of {meant}");
        let found = self.finding(place, title).here(format!("left as it is{}", cx.from_layer(place.layer)));
        self.with_variable(found, meant)
            .note("without `expand` Kubernetes is told to leave `$(NAME)` alone")
            .help(format!("write `expand` at the end of the `{word}` line; where the program wants the text itself, `waive variable-not-expanded on {} because \"REASON\"` outside of all braces", self.workload.name.value))
            .choice("write `expand` at the end", cx.append(&last, " expand"))
    }

    /// That the text is in a `config`, of which Kubernetes replaces nothing.
    fn in_config(&self, key: &str, meant: &str, place: Origin<()>) -> Diagnostic {
        let (cx, name) = (self.cx, &self.called);
        let title = format!("{key} of {name} would get the text `$({meant})`, not the value of {meant}");
        let found = self.finding(place, title).here(format!("left as it is{}", cx.from_layer(place.layer)));
        self.with_variable(found, meant)
            .note("Kubernetes replaces `$(NAME)` in `env`, `command` and `args` alone, never in what a ConfigMap holds")
            .help(format!("state it as `env {key} \"TEXT\" expand` in place of the key; where the program wants the text itself, `waive variable-not-expanded on {} because \"REASON\"` outside of all braces", self.workload.name.value))
    }

    /// That the text is left to Kubernetes, which has nothing to put there.
    fn unmet(&self, what: &str, meant: &str, text: Origin<()>, own: &str) -> Diagnostic {
        let (cx, name) = (self.cx, &self.called);
        let reference = format!("$({meant})");
        let place = place(cx, &text.map(|()| Cow::Borrowed("")), &reference);
        let place = Origin::new((), place, text.layer);
        let is_mutual = meant != own && self.has(meant);
        let why = if is_mutual { "since each is made of the other" } else { "which stands for nothing there" };
        let title = format!("{what} of {name} would get the text `{reference}`, {why}");
        let found = self.finding(place, title);
        let note = "Kubernetes replaces `$(NAME)` by the value of a variable that is made before, and leaves any other as it is";
        if meant == own {
            return found
                .here(format!("{own} is made of itself{}", cx.from_layer(place.layer)))
                .note(note)
                .help("write out what it is made of, or read that from a variable of another name");
        }
        if is_mutual {
            let found = found.here(format!("{own} is made of {meant}"));
            let other = self.known.get(meant).map(|place| (*place, format!("{meant} is made of {own}")));
            return other
                .into_iter()
                .fold(found, |found, (place, text)| found.also(place, text))
                .note(note)
                .help(format!("give one of them a text that does not name the other: `env {own} \"TEXT\"`"));
        }
        let near = nearest(meant, self.known.keys().copied().filter(|known| *known != own));
        let found = found.here(format!("{name} has no variable {meant}")).note(note);
        if near.is_empty() {
            return found.help(format!(
                "state it, `env {meant} VALUE`; where the program wants the text itself, write `${reference}`"
            ));
        }
        let can = cx.is_users(place.span) && cx.sources.text(place.span) == reference;
        if can {
            found.guess(&near, |near| vec![TextEdit::replace(place.span, format!("$({near})"))])
        } else {
            found.did_you_mean(&near)
        }
    }

    fn with_variable(&self, found: Diagnostic, name: &str) -> Diagnostic {
        match self.known.get(name) {
            Some(place) => found.also(*place, "the variable"),
            None => found,
        }
    }
}

/// The last word of a command, with the bracket behind it where the words stand in brackets: clauses follow that.
fn within_brackets(cx: &Context<'_>, last: &Origin<String>) -> Origin<()> {
    let closed = cx.sources.get(last.span.file).and_then(|file| {
        let behind = file.behind(last.span.end);
        let rest = behind.trim_start().trim_start_matches(',').trim_start().strip_prefix(']')?;
        let range = file.range(last.span);
        Some(file.span(last.span.file, range.start..range.end + behind.len() - rest.len()))
    });
    Origin::new((), closed.unwrap_or(last.span), last.layer)
}
