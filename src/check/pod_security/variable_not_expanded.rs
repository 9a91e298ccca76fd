//! `$(NAME)` stands for a variable where Kubernetes puts its value there.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::Origin;
use crate::model::settings::{Expansion, VariableSource};

crate::check! {
    /// ## What it means
    /// An `env`, `command` or `args` holds `$(NAME)`, the service has a variable of that name, and `expand` is not stated.
    ///
    /// ## Why it matters in the cluster
    /// Without `expand` a text is what it is: bvlc writes `$$(NAME)`, by which Kubernetes leaves it alone, and the program
    /// gets the text `$(NAME)` in place of the value. A password that was moved to a Secret is then wrong in every pod.
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
    /// What names no variable of the service is text of its own, such as a shell's:
    /// ```bvl good in=service
    /// env PASSWORD secret "app" "password"
    /// command "sh", "-c", "exec app --since $(date +%F)"
    /// args "--literal", "$$(PASSWORD)"
    /// ```
    ///
    /// ## Source
    /// [`expand.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/third_party/forked/golang/expansion/expand.go): `$(NAME)`
    /// is replaced, `$$(NAME)` is the text `$(NAME)` (Kubernetes 1.36). That a text is left alone without `expand` is a rule of
    /// this language.
    BVL0414, "variable-not-expanded", Warning, since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services() {
        let name = &workload.name.value;
        let variable = |wanted: &str| service.variables.iter().find(|variable| variable.name.value == wanted);
        let mut tell = |title: &str, word: &str, text: &str, place: Origin<()>, last: Origin<()>| {
            let Some(known) = references(text).find_map(variable) else { return };
            let reference = format!("$({})", known.name.value);
            sink.report(
                finding(
                    &BVL0414,
                    workload,
                    environment,
                    place.span,
                    format!("{title} of {name} would get the text `{reference}`, not the value of {}", known.name.value),
                )
                .here(format!("left as it is{}", cx.from_layer(place.layer)))
                .also(known.name.span, "the variable")
                .note("without `expand` Kubernetes is told to leave `$(NAME)` alone")
                .help(format!("write `expand` at the end of the `{word}` line; where the program wants the text itself, `waive variable-not-expanded on {name} because \"REASON\"` outside of all braces"))
                .choice("write `expand` at the end", cx.append(&last, " expand")),
            );
        };
        for other in &*service.variables {
            if let VariableSource::Value { text, expansion: Expansion::Literal } = &other.source
                && let Some(plain) = text.value.plain()
            {
                let place = text.as_ref().map(|_| ());
                tell(&other.name.value, "env", plain, place, place);
            }
        }
        for (title, word, command) in
            [("the command", "command", &service.command), ("the arguments", "args", &service.args)]
        {
            let Some(command) = command.as_deref().filter(|command| command.expansion == Expansion::Literal) else {
                continue;
            };
            let words = &command.words;
            let Some(last) = words.last().map(|last| within_brackets(cx, last)) else { continue };
            let named = words.iter().find(|text| references(&text.value).any(|wanted| variable(wanted).is_some()));
            if let Some(text) = named {
                tell(title, word, &text.value, text.as_ref().map(|_| ()), last);
            }
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

/// The names in `$(NAME)` of a text; `$$` is a `$` that begins none.
fn references(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, behind) = rest.split_once('$')?;
            if let Some(behind) = behind.strip_prefix('$') {
                rest = behind;
                continue;
            }
            rest = behind;
            if let Some((name, after)) = behind.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
                rest = after;
                return Some(name);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn finds_what_kubernetes_would_replace() {
        for (text, expected) in [
            ("$(A)-$(B)", vec!["A", "B"]),
            ("$$(A) $$$(B)", vec!["B"]),
            ("$(date +%F) $(A", vec!["date +%F"]),
            ("$A ${B} (C)", vec![]),
        ] {
            assert_eq!(references(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
