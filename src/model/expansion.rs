//! `$(NAME)` in texts: what Kubernetes replaces, and in which order variables have to stand for that.
//!
//! Source: kubernetes `third_party/forked/golang/expansion/expand.go` and `makeEnvironmentVariables` in
//! `pkg/kubelet/kubelet_pods.go`, 1.36: a variable is made of those that stand before it in `env`, of those of `envFrom` and of the
//! API server's; a reference to anything else stays as it is.

use std::collections::BTreeMap;

use super::container::Contained;
use super::program::Program;
use super::settings::{Config, Expansion, Variable, VariableSource};
use super::text::{Piece, Text};
use crate::source::Span;

/// The names in `$(NAME)` of a text; `$$` is a `$` that begins none.
pub fn references(text: &str) -> impl Iterator<Item = &str> {
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

impl Text {
    /// The names in `$(NAME)` of what is written out in it.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        let fixed = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Fixed(text) => Some(text.as_str()),
            Piece::Address(_) => None,
        });
        fixed.flat_map(references)
    }
}

impl Variable {
    /// The names of the variables that Kubernetes makes it of.
    pub fn made_of(&self) -> impl Iterator<Item = &str> {
        let text = match &self.source {
            VariableSource::Value { text, expansion: Expansion::Kubernetes } => Some(&text.value),
            VariableSource::Value { .. } | VariableSource::Secret { .. } | VariableSource::Config { .. } => None,
        };
        text.into_iter().flat_map(Text::references)
    }
}

impl<'a> Contained<'a> {
    /// Where each variable is stated that it has, in a pod of this program, whatever others are made of: those of `env`; and in the
    /// workload's own container the keys of every `config` that is not mounted, and the one that tells the drain time.
    pub fn variable_places(&self, program: &'a Program) -> BTreeMap<&'a str, Span> {
        let drain = program.shutdown.drain_env.iter().filter(|_| self.companion.is_none());
        let keys = self.unmounted(program).flat_map(|config| &config.entries).map(|(key, _)| key);
        let stated = self.container.variables.iter().map(|variable| &variable.name).chain(drain);
        keys.chain(stated).map(|name| (name.value.as_str(), name.span)).collect()
    }

    /// Whether a variable of that name is there before any of `env`: as a key of a `config` that is not mounted.
    pub fn has_before_env(&self, program: &Program, name: &str) -> bool {
        self.unmounted(program).any(|config| config.entries.iter().any(|(key, _)| key.value == name))
    }

    /// Each `config` whose keys are its variables.
    pub fn unmounted<'p>(&self, program: &'p Program) -> impl Iterator<Item = &'p Config> {
        let is_own = self.companion.is_none();
        program.configs.iter().filter(move |config| is_own && config.mount.is_none())
    }
}

/// The variables in order of statement, each behind those that it is made of: no spec depends on the order of its statements.
/// Those that are made of each other are kept, in some order.
pub(super) fn ordered(variables: Vec<Variable>) -> Vec<Variable> {
    let index: BTreeMap<&str, usize> =
        variables.iter().enumerate().map(|(at, variable)| (variable.name.value.as_str(), at)).collect();
    let needs: Vec<Vec<usize>> = variables
        .iter()
        .map(|variable| variable.made_of().filter_map(|name| index.get(name).copied()).collect())
        .collect();
    drop(index);
    if needs.iter().all(Vec::is_empty) {
        return variables;
    }
    let mut left: Vec<Option<Variable>> = variables.into_iter().map(Some).collect();
    let mut is_begun = vec![false; left.len()];
    let mut ordered = Vec::with_capacity(left.len());
    for start in 0..left.len() {
        // what waits, with how many of its needs have been looked at
        let mut waiting: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((at, looked_at)) = waiting.last_mut() {
            if *looked_at == 0 && is_begun.get_mut(*at).is_none_or(|begun| std::mem::replace(begun, true)) {
                waiting.pop();
                continue;
            }
            let need = needs.get(*at).and_then(|needs| needs.get(*looked_at)).copied();
            *looked_at += 1;
            if let Some(need) = need {
                waiting.push((need, 0));
            } else {
                ordered.extend(left.get_mut(*at).and_then(Option::take));
                waiting.pop();
            }
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Layer, Origin};
    use crate::source::FileId;

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

    fn order(stated: &[(&str, &str)]) -> String {
        let origin = |text: &str| Origin::new(text.to_owned(), Span::new(FileId::default(), 0, 0), Layer::Declaration);
        let variable = |(name, text): &(&str, &str)| Variable {
            name: origin(name),
            source: VariableSource::Value {
                text: origin(text).map(|_| Text::fixed(*text)),
                expansion: Expansion::Kubernetes,
            },
        };
        let ordered = ordered(stated.iter().map(variable).collect());
        ordered.iter().map(|variable| variable.name.value.as_str()).collect()
    }

    #[test]
    fn a_variable_stands_behind_those_that_it_is_made_of() {
        assert_eq!(order(&[("A", ""), ("B", "$(A)"), ("C", "")]), "ABC");
        assert_eq!(order(&[("A", "$(C)"), ("B", ""), ("C", "")]), "CAB");
        assert_eq!(order(&[("A", "$(B)$(C)"), ("B", "$(C)"), ("C", "$(D)"), ("D", "")]), "DCBA");
        assert_eq!(order(&[("A", "$(X)"), ("B", "$$(C)"), ("C", "")]), "ABC");
        // of a circle all are kept
        assert_eq!(order(&[("A", "$(B)"), ("B", "$(A)"), ("C", "$(C)")]), "BAC");
    }

    #[test]
    fn chains_take_no_stack() {
        let names: Vec<String> = (0..20_000).map(|at| format!("{at:05}")).collect();
        let texts: Vec<String> = names.iter().skip(1).map(|next| format!("$({next})")).chain([String::new()]).collect();
        let stated: Vec<(&str, &str)> = names.iter().zip(&texts).map(|(name, text)| (&**name, &**text)).collect();
        assert!(order(&stated).starts_with("1999919998"));
    }
}
