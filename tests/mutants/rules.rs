//! `sound.txt`: which mutants no check speaks of, and why.
//!
//! A line is `STATEMENT | MUTATIONS | changes or nothing | reason`. STATEMENT is the end of the words that lead to it, `*`
//! for any; MUTATIONS are separated by spaces, `*` for any. The first rule that fits is taken.

/// What becomes of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It differs.
    Changes,
    /// It is the same.
    Nothing,
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) line: usize,
    statement: &'static str,
    mutations: Vec<&'static str>,
    effect: Effect,
    pub(crate) reason: &'static str,
}

/// The table.
pub(crate) fn rules() -> Vec<Rule> {
    let lines = include_str!("sound.txt").lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(at, line)| {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let [statement, mutations, effect, reason] = parts[..] else {
                panic!("sound.txt:{}: four parts are separated by `|`", at + 1)
            };
            let effect = match effect {
                "changes" => Effect::Changes,
                "nothing" => Effect::Nothing,
                _ => panic!("sound.txt:{}: `changes` or `nothing`, not `{effect}`", at + 1),
            };
            assert!(reason.len() > 10, "sound.txt:{}: a reason is a sentence", at + 1);
            Rule { line: at + 1, statement, mutations: mutations.split(' ').collect(), effect, reason }
        })
        .collect()
}

impl Rule {
    /// Whether it covers a mutation of a statement with this effect.
    pub(crate) fn covers(&self, statement: &str, mutation: &str, effect: Effect) -> bool {
        let ends = statement.strip_suffix(self.statement).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '));
        let is_there = ends || self.statement == "*";
        is_there && self.effect == effect && self.mutations.iter().any(|known| *known == "*" || *known == mutation)
    }
}
