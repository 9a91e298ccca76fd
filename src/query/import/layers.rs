//! What repeats, said once: overlays for what differs between environments, defaults for what all services state, classes
//! for what some share.
//!
//! Invariant: what a body states with its layers is what it stated by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::spec::Line;
use crate::value::name::dns_label;

/// What most of some bodies state, in the order in which they do.
pub(super) fn base(bodies: &[&[Line]]) -> Vec<Line> {
    let mut order: Vec<(&str, &str)> = Vec::new();
    let mut stated: BTreeMap<(&str, &str), Vec<&Line>> = BTreeMap::new();
    for body in bodies {
        for line in *body {
            let of_id = stated.entry(line.id()).or_default();
            if of_id.is_empty() {
                order.push(line.id());
            }
            of_id.push(line);
        }
    }
    let mut lines = Vec::new();
    for id in order {
        let Some(own) = stated.get(&id).filter(|own| own.len() * 2 > bodies.len() || bodies.len() == 1) else {
            continue;
        };
        let Some(first) = own.first() else { continue };
        let rest = most(own.iter().map(|line| line.rest.as_str()));
        // a variable that is another one everywhere is each environment's
        let alike = own.iter().filter(|line| line.rest == rest).count();
        if first.word == "env" && alike * 2 <= bodies.len() && bodies.len() > 1 {
            continue;
        }
        let blocks: Vec<&[Line]> = own.iter().map(|line| line.block.as_slice()).collect();
        lines.push(Line { rest, block: base(&blocks), ..(*first).clone() });
    }
    lines
}

/// The most frequent text, the first of those that are equally so.
fn most<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts.clone() {
        *counts.entry(text).or_default() += 1;
    }
    let highest = counts.values().copied().max().unwrap_or_default();
    texts.into_iter().find(|text| counts.get(text) == Some(&highest)).unwrap_or_default().to_owned()
}

/// What has to be said over a base so that `own` is stated.
pub(super) fn overlay(base: &[Line], own: &[Line]) -> Vec<Line> {
    let of_base: BTreeMap<(&str, &str), &Line> = base.iter().map(|line| (line.id(), line)).collect();
    let there: BTreeSet<(&str, &str)> = own.iter().map(Line::id).collect();
    let gone = base.iter().filter(|line| !there.contains(&line.id()));
    let mut lines: Vec<Line> = gone.map(|line| Line::keyed("without", line.id().0, line.id().1)).collect();
    for line in own {
        let Some(known) = of_base.get(&line.id()) else {
            lines.push(line.clone());
            continue;
        };
        let block = overlay(&known.block, &line.block);
        if line.rest != known.rest || !block.is_empty() {
            let rest = if line.rest == known.rest { String::new() } else { line.rest.clone() };
            lines.push(Line { rest, block, ..line.clone() });
        }
    }
    lines
}

/// Takes out of the overlays of an environment what all of its services get and no declaration states: its defaults.
pub(super) fn environment(overlays: &mut [Line], bases: &BTreeMap<String, Vec<Line>>, services: usize) -> Vec<Line> {
    let own = |line: &&mut Line| line.word == "service";
    let mut counts: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for overlay in overlays.iter_mut().filter(own) {
        let fits = overlay.block.iter().filter(|line| ["env", "label", "annotation"].contains(&line.word.as_str()));
        for line in fits {
            *counts.entry((line.word.clone(), line.key.clone(), line.rest.clone())).or_default() += 1;
        }
    }
    let is_stated = |word: &str, key: &str| bases.values().flatten().any(|line| line.id() == (word, key));
    counts.retain(|(word, key, _), count| *count == services && services > 1 && !is_stated(word, key));
    let is_default = |line: &Line| counts.contains_key(&(line.word.clone(), line.key.clone(), line.rest.clone()));
    let mut defaults = Vec::new();
    for overlay in overlays.iter_mut().filter(own) {
        if defaults.is_empty() {
            defaults = overlay.block.iter().filter(|line| is_default(line)).cloned().collect();
        }
        overlay.block.retain(|line| !is_default(line));
    }
    defaults
}

/// Words that `defaults` takes.
const DEFAULTS: [&str; 16] = [
    "env",
    "health",
    "metrics",
    "alerts",
    "cpu",
    "memory",
    "ephemeral",
    "disruption",
    "shutdown",
    "rollout",
    "spread",
    "scratch",
    "user",
    "security",
    "label",
    "annotation",
];

/// Takes out of the bodies what all of them state and most state alike; what is left states what differs.
pub(super) fn hoist(bodies: &mut [Vec<Line>]) -> Vec<Line> {
    if bodies.len() < 2 {
        return Vec::new();
    }
    let Some(first) = bodies.first() else { return Vec::new() };
    let ids: Vec<(String, String)> =
        first.iter().map(|line| (line.id().0.to_owned(), line.id().1.to_owned())).collect();
    let mut defaults = Vec::new();
    for (word, key) in ids.iter().filter(|(word, _)| DEFAULTS.contains(&word.as_str())) {
        let places: Option<Vec<usize>> =
            bodies.iter().map(|body| body.iter().position(|line| line.id() == (word, key))).collect();
        let Some(places) = places else { continue };
        // nobody is left without a budget by a default
        let is_without =
            |(body, at): (&Vec<Line>, &usize)| body.get(*at).is_some_and(|line| line.rest.starts_with("none"));
        if word == "disruption" && bodies.iter().zip(&places).any(is_without) {
            continue;
        }
        // variables of the defaults come before all others, and may be referred to by those
        let is_first = |(body, at): (&Vec<Line>, &usize)| body.iter().position(|line| line.word == "env") == Some(*at);
        if word == "env" && !bodies.iter().zip(&places).all(is_first) {
            continue;
        }
        let mut taken: Vec<Line> = Vec::with_capacity(bodies.len());
        for (body, at) in bodies.iter_mut().zip(&places) {
            taken.push(body.remove(*at));
        }
        defaults.extend(common(&mut taken));
        for ((body, at), line) in bodies.iter_mut().zip(&places).zip(taken) {
            if !line.rest.is_empty() || !line.block.is_empty() {
                body.insert(*at, line);
            }
        }
    }
    defaults
}

/// What lines of one word share; what is left of each states what differs, and nothing where that is nothing.
fn common(lines: &mut [Line]) -> Option<Line> {
    let rest = most(lines.iter().map(|line| line.rest.as_str()));
    let alike = lines.iter().filter(|line| line.rest == rest).count();
    let has_blocks = lines.iter().any(|line| !line.block.is_empty());
    if alike < 2 && !has_blocks {
        return None;
    }
    let mut shared = Line { rest: String::new(), block: Vec::new(), ..lines.first()?.clone() };
    if alike > 1 && !rest.is_empty() {
        for line in lines.iter_mut().filter(|line| line.rest == rest) {
            line.rest = String::new();
        }
        shared.rest = rest;
    }
    let inner: Vec<(String, String)> =
        lines.first()?.block.iter().map(|line| (line.id().0.to_owned(), line.id().1.to_owned())).collect();
    for (word, key) in inner {
        let places: Option<Vec<usize>> =
            lines.iter().map(|line| line.block.iter().position(|inner| inner.id() == (&word, &key))).collect();
        let Some(places) = places else { continue };
        let of = |(line, at): (&Line, &usize)| line.block.get(*at).map(|inner| inner.rest.clone()).unwrap_or_default();
        let rests: Vec<String> = lines.iter().zip(&places).map(of).collect();
        let rest = most(rests.iter().map(String::as_str));
        if rests.iter().filter(|own| **own == rest).count() < 2 {
            continue;
        }
        for (line, at) in lines.iter_mut().zip(&places) {
            if line.block.get(*at).is_some_and(|inner| inner.rest == rest) {
                line.block.remove(*at);
            }
        }
        shared.block.push(Line::keyed(&word, key, rest));
    }
    (!shared.rest.is_empty() || !shared.block.is_empty()).then_some(shared)
}

/// Words that say what a workload is, and not how it runs; they stay where they are.
const OWN: [&str; 9] = ["image", "command", "args", "env", "config", "init", "sidecar", "selector", "in"];

/// Words that say of a workload of others where it is and who keeps how many of it.
const OF_MANAGED: [&str; 4] = ["in", "disruption", "label", "annotation"];

/// Whose bodies share classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Those of services.
    Services,
    /// Those of workloads of others.
    Managed,
}

impl Sharing {
    /// Whether a statement may stand in a class.
    fn takes(self, line: &Line) -> bool {
        match self {
            Self::Services => !OWN.contains(&line.word.as_str()),
            Self::Managed => OF_MANAGED.contains(&line.word.as_str()),
        }
    }
}

/// A class: its name and what it states.
pub(super) type Class = (String, Vec<Line>);

/// Takes out of the bodies what some share into classes: `(class, lines)`, and for each body the classes that it takes. Their names are
/// none of those that are there.
pub(super) fn classes(bodies: &mut [Vec<Line>], sharing: Sharing, there: &[Line]) -> (Vec<Class>, Vec<Vec<String>>) {
    let mut owners: BTreeMap<(&str, &str, String), Vec<usize>> = BTreeMap::new();
    let text = |line: &Line| format!("{} {:?}", line.rest, line.block);
    for (at, body) in bodies.iter().enumerate() {
        for line in body.iter().filter(|line| sharing.takes(line)) {
            let (word, key) = line.id();
            owners.entry((word, key, text(line))).or_default().push(at);
        }
    }
    let mut groups: BTreeMap<Vec<usize>, Vec<Line>> = BTreeMap::new();
    for ((word, key, _), owned) in owners.iter().filter(|(_, owned)| owned.len() > 1) {
        let body = owned.first().and_then(|at| bodies.get(*at));
        let line = body.and_then(|body| body.iter().find(|line| line.id() == (*word, *key)));
        groups.entry(owned.clone()).or_default().extend(line.cloned());
    }
    // a class pays where it saves more than its own line and its name in each body
    groups.retain(|owned, lines| lines.len() * (owned.len() - 1) > 1 + usize::from(lines.len() == 1));
    let mut takes = vec![Vec::new(); bodies.len()];
    let mut found: Vec<Class> = Vec::new();
    for (owned, lines) in groups {
        let taken = found.iter().map(|(name, _)| name).chain(there.iter().map(|class| &class.key));
        let name = name(&lines, &taken.collect::<Vec<_>>());
        for at in owned {
            if let (Some(body), Some(takes)) = (bodies.get_mut(at), takes.get_mut(at)) {
                body.retain(|line| !lines.contains(line));
                takes.push(name.clone());
            }
        }
        found.push((name, lines));
    }
    (found, takes)
}

/// A name for what lines have in common, that no other class has.
fn name(lines: &[Line], taken: &[&String]) -> String {
    let place = |line: &Line| (line.word == "in" && dns_label(&line.rest).is_ok()).then(|| format!("of-{}", line.rest));
    if let [line] = lines
        && let Some(name) = place(line).filter(|name| dns_label(name).is_ok() && !taken.contains(&name))
    {
        return name;
    }
    let has = |word: &str| lines.iter().any(|line| line.word == word);
    let name = if lines.iter().all(|line| matches!(line.word.as_str(), "cpu" | "memory" | "ephemeral")) {
        "sized"
    } else if has("port") {
        "serving"
    } else if has("health") || has("shutdown") {
        "living"
    } else if lines.iter().all(|line| matches!(line.word.as_str(), "label" | "annotation")) {
        "labeled"
    } else if lines.iter().all(|line| line.word == "disruption" && line.rest == "by-operator") {
        "operated"
    } else if has("in") {
        "placed"
    } else if has("scale") || has("disruption") || has("rollout") || has("spread") {
        "replicated"
    } else {
        "common"
    };
    let is_free = |name: &String| !taken.contains(&name);
    let numbered = (2_usize..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Vec<Line> {
        let line = |text: &str| {
            let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
            Line::new(word, rest)
        };
        text.split("; ").filter(|text| !text.is_empty()).map(line).collect()
    }

    #[test]
    fn an_overlay_makes_of_the_base_what_was_stated() {
        let (prod, staging) = (body("cpu 2; scale 3; spread zone"), body("cpu 1; scale 3; user 7"));
        let base = base(&[&staging, &prod, &staging]);
        assert_eq!(base, body("cpu 1; scale 3; user 7"));
        let mut said = vec![Line::keyed("without", "user", "")];
        said.extend(body("cpu 2; spread zone"));
        assert_eq!(overlay(&base, &prod), said);
        assert!(overlay(&base, &staging).is_empty());
    }

    #[test]
    fn what_all_state_is_a_default_and_what_differs_stays() {
        let shutdown = |grace: &str| Line::new("shutdown", "").with(body(&format!("grace {grace}; pre-stop 5s")));
        let mut bodies = [vec![shutdown("60s")], vec![shutdown("30s")], vec![shutdown("60s")]];
        let defaults = hoist(&mut bodies);
        assert_eq!(defaults, [shutdown("60s")]);
        let [first, second, third] = bodies;
        assert_eq!((first.len(), third.len()), (0, 0));
        assert_eq!(second, [Line::new("shutdown", "").with(body("grace 30s"))]);
    }

    #[test]
    fn a_class_pays_or_is_none() {
        let mut bodies = [body("cpu 1; memory 2Gi; user 1"), body("cpu 1; memory 2Gi"), body("user 1")];
        let (found, takes) = classes(&mut bodies, Sharing::Services, &[]);
        assert_eq!(found, [("sized".to_owned(), body("cpu 1; memory 2Gi"))]);
        assert_eq!(takes, [vec!["sized".to_owned()], vec!["sized".to_owned()], vec![]]);
        assert_eq!(bodies, [body("user 1"), body(""), body("user 1")]);
    }
}
