//! What the help about a shutdown has one type: of every sum beside a `drain-limit`, each way that it names is gone, number by number.
//!
//! Invariant: a way that is named takes its finding away and leaves none of another code, however much else is in the way of it.

use std::collections::BTreeSet;

use crate::case::{Case, Outcome, Setup, outcome};
use crate::compiler::Files;
use crate::example::ROOT;

/// A service and what is asked of it, in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    limit: u32,
    timeout: u32,
    deregister: u32,
    pre_stop: u32,
    drain: u32,
    finish: u32,
    grace: u32,
}

/// The trials of this kind.
pub(crate) fn cases(setup: &Setup) -> Vec<Case> {
    let all = [30, 36].into_iter().map(|limit| {
        let setup = setup.clone();
        Case::new(format!("advice/drain-limit {limit}s"), move || judge(&setup, limit))
    });
    all.collect()
}

fn judge(setup: &Setup, limit: u32) -> Outcome {
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for timeout in [20, 26] {
        for deregister in [1, 12] {
            for pre_stop in [0, 2, 5, 14] {
                for (drain, finish) in [(20, 6), (30, 0), (18, 12)] {
                    for grace in [28, 40] {
                        let asked = Asked { limit, timeout, deregister, pre_stop, drain, finish, grace };
                        tried += type_all(setup, &asked, &mut wrong);
                    }
                }
            }
        }
    }
    if tried < 100 {
        wrong.push(format!("{tried} ways are named: the help is worded otherwise, and this does not read it"));
    }
    outcome(&wrong)
}

/// Types each way that the help of a finding names. How many there are.
fn type_all(setup: &Setup, asked: &Asked, wrong: &mut Vec<String>) -> usize {
    let before = setup.compiler.helps(&asked.files());
    let codes: BTreeSet<&String> = before.iter().map(|(code, _)| code).collect();
    let mut tried = 0;
    for (code, help) in &before {
        for way in help.split("; or").filter_map(|way| asked.after(way)) {
            tried += 1;
            let typed = match way {
                Ok(typed) => typed,
                Err(fault) => {
                    wrong.push(format!("{asked:?}: {code}: {fault}: {help}"));
                    continue;
                }
            };
            for (found, _) in setup.compiler.helps(&typed.files()) {
                if found == *code || !codes.contains(&found) {
                    wrong.push(format!("{asked:?}: {code}: typed as {typed:?} it is {found}: {help}"));
                }
            }
        }
    }
    tried
}

impl Asked {
    fn files(&self) -> Files {
        let Self { limit, timeout, deregister, pre_stop, drain, finish, grace } = self;
        let text = format!(
            "platform shop {{ kubernetes \"1.33\"; registry \"registry.example\"; drain-limit {limit}s }}
environment test {{ namespace \"shop\" }}
class base {{
  image \"registry.example/app:1.0\"; port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2
  health 8081 {{ live \"/healthz\"; ready \"/readyz\" every 5s }}
}}
service caller is base {{ shutdown {{ pre-stop 5s; drain 20s }} }}
service app is base {{ shutdown {{ pre-stop {pre_stop}s; drain {drain}s; finish {finish}s; grace {grace}s }} }}
external edge {{ cidr 203.0.113.0/24; deregister {deregister}s }}
allow edge -> app.http
allow caller -> app.http {{ timeout {timeout}s }}
"
        );
        Files::from([(ROOT.to_owned(), text)])
    }

    /// What becomes of it by a way of a help; `None` where it says no number to type.
    fn after(&self, way: &str) -> Option<Result<Self, String>> {
        let mut typed = self.clone();
        let mut is_typed = false;
        let mut stated = Vec::new();
        if let Some((_, rest)) = way.split_once("`shutdown {") {
            for statement in rest.split('}').next()?.split(';') {
                let (word, value) = statement.trim().split_once(' ')?;
                *typed.part(word)? = seconds(value)?;
                stated.push(word);
            }
            is_typed = true;
        }
        for (words, limits, grows) in [
            ("raise that to ", true, false),
            ("raise `drain-limit` to ", true, false),
            ("raise `drain-limit` and grace to ", true, true),
            ("raise grace to ", false, true),
            ("lower grace to ", false, true),
        ] {
            let Some((_, rest)) = way.split_once(words) else { continue };
            // a sum is told before its number
            let sum = rest.split(['(', ',', ':']).next().unwrap_or_default();
            let number = sum.rsplit(" = ").next().and_then(|number| seconds(number.split(' ').next()?))?;
            typed.limit = if limits { number } else { typed.limit };
            typed.grace = if grows { number } else { typed.grace };
            is_typed = true;
        }
        if let Some((_, rest)) = way.split_once(" by ").filter(|_| way.contains("in all")) {
            let mut short = seconds(rest.split(' ').next()?)?;
            for word in ["finish", "drain", "pre-stop"].into_iter().filter(|word| !stated.contains(word)) {
                let least = rest
                    .split_once(&format!("no {word} below "))
                    .and_then(|(_, least)| seconds(least.split(',').next()?));
                let part = typed.part(word)?;
                let less = short.min(part.saturating_sub(least.unwrap_or(0)));
                *part -= less;
                short -= less;
            }
            if short > 0 {
                return Some(Err(format!("{short}s of it cannot be shortened")));
            }
            is_typed = true;
        }
        is_typed.then_some(Ok(typed))
    }

    fn part(&mut self, word: &str) -> Option<&mut u32> {
        match word {
            "pre-stop" => Some(&mut self.pre_stop),
            "drain" => Some(&mut self.drain),
            "finish" => Some(&mut self.finish),
            "grace" => Some(&mut self.grace),
            _ => None,
        }
    }
}

fn seconds(text: &str) -> Option<u32> {
    text.strip_suffix('s')?.parse().ok()
}
