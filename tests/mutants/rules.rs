//! `sound.txt`: which mutants no check speaks of, and why.
//!
//! A line is `STATEMENTS | MUTATIONS | changes or nothing | reason`. Each of STATEMENTS is the end of the words that lead to
//! one, `*` for any; MUTATIONS are separated by spaces. The first rule that fits is taken.

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
    statements: Vec<&'static str>,
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
            let [statements, mutations, effect, reason] = parts[..] else {
                panic!("sound.txt:{}: four parts are separated by `|`", at + 1)
            };
            let effect = match effect {
                "changes" => Effect::Changes,
                "nothing" => Effect::Nothing,
                _ => panic!("sound.txt:{}: `changes` or `nothing`, not `{effect}`", at + 1),
            };
            assert!(reason.len() > 10, "sound.txt:{}: a reason is a sentence", at + 1);
            let (statements, mutations) = (statements.split(", ").collect(), mutations.split(' ').collect());
            Rule { line: at + 1, statements, mutations, effect, reason }
        })
        .collect()
}

impl Rule {
    /// Whether it covers a mutation of a statement with this effect.
    pub(crate) fn covers(&self, statement: &str, mutation: &str, effect: Effect) -> bool {
        let fits = |known: &str| {
            let before = statement.strip_suffix(known);
            known == "*" || before.is_some_and(|before| before.is_empty() || before.ends_with(' '))
        };
        self.effect == effect && self.mutations.contains(&mutation) && self.statements.iter().any(|known| fits(known))
    }
}
