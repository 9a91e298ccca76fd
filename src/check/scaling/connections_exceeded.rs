//! All callers together open no more connections than their callee takes.

use std::collections::BTreeSet;

use super::connections::{self, Callee, Caller};
use super::replicas::notes;
use crate::check::Context;
use crate::check::mend::{Edits, Mend};
use crate::check::prose::{listed_few, table};
use crate::diagnostic::{Diagnostic, Reach, Sink};
use crate::model::Origin;

/// So many rows of a table are shown.
const ROWS: usize = 12;

crate::check! {
    /// ## What it means
    /// Something takes so many `connections`, and its callers may open more once they have grown: the sum over all of
    /// (largest number of replicas + surge) x `pool`. A surge in percent rounds up.
    ///
    /// ## Why it matters in the cluster
    /// At the hour of the highest load, or during a rollout at that hour, connections are refused. The pods that meet it
    /// are mostly the new ones: they fail, are started again, and ask for more.
    ///
    /// ## How to mend it
    /// Lower a `pool` or a largest number of replicas, or let the callee take more. The table shows who takes what.
    ///
    /// Five pods, and one more in a rollout, with 20 connections each:
    /// ```bvl bad in=connections
    /// managed store is pooled { connections 119 } //~ BVL0523 "120 connections"
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// ```bvl fixed in=connections fix=1
    /// managed store is pooled { connections 119 }
    /// allow app -> store.sql { pool 19 }
    /// ```
    /// ```bvl fixed in=connections fix=2
    /// managed store is pooled { connections 120 }
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// ```bvl good in=connections
    /// managed store is pooled { connections 120 }
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// Callers count together, wherever their flows are stated:
    /// ```bvl bad in=connections
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 122 } //~ BVL0523 "123 connections"
    /// allow app -> store.sql { pool 20 }
    /// allow caller -> store.sql { pool 1 }
    /// ```
    /// ```bvl good in=connections
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 123 }
    /// allow app -> store.sql { pool 20 }
    /// allow caller -> store.sql { pool 1 }
    /// ```
    /// Under another name the same addresses and ports are the same server:
    /// ```bvl bad in=connections
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 122 }
    /// external replica { cidr 10.9.0.4/32; port sql 5432; connections 122 } //~ BVL0523 "123 connections"
    /// allow app -> store.sql { pool 20 }
    /// allow caller -> replica.sql { pool 1 }
    /// ```
    /// ```bvl good in=connections
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 122 }
    /// external cache { cidr 10.9.0.4/32; port https 443; connections 122 }
    /// allow app -> store.sql { pool 20 }
    /// allow caller -> cache.https { pool 1 }
    /// ```
    /// An external with the same addresses in several environments is one, and takes the callers of all of them together:
    /// ```bvl bad in=connections
    /// environment lab { namespace "shop-lab" }
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 227 } //~ BVL0523 "240 connections"
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// ```bvl fixed in=connections fix=1
    /// environment lab { namespace "shop-lab" }
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 227 }
    /// allow app -> store.sql { pool 18 }
    /// ```
    /// ```bvl fixed in=connections fix=2
    /// environment lab { namespace "shop-lab" }
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 240 }
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// ```bvl good in=connections
    /// environment lab { namespace "shop-lab" }
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 240 }
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// Where an overlay gives it another address, or lets it take another number, it is another one:
    /// ```bvl good in=connections
    /// environment lab { namespace "shop-lab"; external store { cidr 10.9.0.5/32 } }
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 120 }
    /// allow app -> store.sql { pool 20 }
    /// ```
    /// ```bvl good in=connections
    /// environment lab { namespace "shop-lab"; external store { connections 121 } }
    /// external store { cidr 10.9.0.4/32; port sql 5432; connections 120 }
    /// allow app -> store.sql { pool 20 }
    /// ```
    ///
    /// ## Source
    /// The sum is the language's own. The surge:
    /// [`deployment_util.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/controller/deployment/util/deployment_util.go),
    /// `ResolveFenceposts`, Kubernetes 1.36.
    BVL0523, "connections-exceeded", Error(Judgment), since "0.1.0" => run
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for callee in connections::callees(cx) {
        let callers: Vec<Caller<'_>> = callee.callers(cx).into_iter().filter(|caller| caller.pool.is_some()).collect();
        let sum = callers.iter().fold(0_u64, |sum, caller| sum.saturating_add(caller.sum()));
        let limit = u64::from(callee.limit.value);
        if sum <= limit {
            continue;
        }
        let name = &listed_few(&callee.names);
        let environments: Vec<&str> =
            connections::environments(&callers).into_iter().map(|id| cx.model.environment_title(id)).collect();
        let is_one = callee.names.len() == 1;
        let (it, take) = if is_one { ("it takes", "takes") } else { ("their address takes", "take") };
        let title = format!("the callers of {name} may open {sum} connections, and {it} {limit}");
        let found = Diagnostic::new(&BVL0523, callee.limit.span, title);
        let mut diagnostic = callee
            .names
            .iter()
            .fold(found, |found, name| found.about(*name))
            .here(format!("takes {limit}{}", cx.from_layer(callee.limit.layer)))
            .note(rows(&callers, sum, limit))
            .notes(notes(callers.iter().map(|caller| caller.pods)))
            .note("at the highest load connections are refused, first to the pods that have just started");
        if !is_one {
            for limit in callee.limits().filter(|limit| limit.span != callee.limit.span) {
                diagnostic = diagnostic.also(limit.span, format!("takes {}", limit.value));
            }
            diagnostic = diagnostic.note(format!("{name} have one address and the same ports, so they are one"));
        }
        if environments.len() > 1 {
            diagnostic = diagnostic.note(format!(
                "{name} has the same address in {}, so it is one: where there are several, state in each environment the address of its own",
                listed_few(&environments)
            ));
        }
        diagnostic = with_places(cx, diagnostic, callers.get(..ROWS).unwrap_or(&callers));
        diagnostic = match fitting(&callers, sum, limit) {
            Some((of, pool, each)) => {
                diagnostic.help(format!("a `pool` of {each} for {of} would fit, or `connections {sum}`")).choice_to(
                    Reach::AtMost(each),
                    format!("lower the pool of {of} to {each}"),
                    cx.replace(&pool, each.to_string()),
                )
            }
            None => diagnostic.help(format!("lower pools or replicas of several, or let {name} take {sum}")),
        };
        diagnostic = diagnostic.choice_to(
            Reach::AtLeast(sum),
            format!("state that {name} {take} {sum}"),
            state_limit(cx, &callee, sum),
        );
        for environment in environments {
            sink.report(diagnostic.clone().environment(environment));
        }
    }
}

/// Shows each pool, and each largest number of pods, with all whose it is.
fn with_places(cx: &Context<'_>, found: Diagnostic, callers: &[Caller<'_>]) -> Diagnostic {
    let mut found = found;
    for (names, pool) in by_place(callers, |caller| caller.pool) {
        let each = format!("{} for each pod of {}{}", pool.value, listed_few(&names), cx.from_layer(pool.layer));
        found = found.also(pool.span, each);
    }
    let most = |caller: &Caller<'_>| Some(*caller.workload?.service()?.scaling.max());
    for (names, max) in by_place(callers, most) {
        let have = if names.len() == 1 { "has" } else { "each have" };
        let most = format!("{} {have} {} pods at the most{}", listed_few(&names), max.value, cx.from_layer(max.layer));
        found = found.also(max.span, most);
    }
    let surge = |caller: &Caller<'_>| {
        let stated = &caller.workload?.service()?.rollout.surge;
        let more = u32::try_from(caller.pods.surge).unwrap_or(u32::MAX);
        (more > 0 && !stated.is_built_in()).then_some(Origin { value: more, span: stated.span, layer: stated.layer })
    };
    for (names, more) in by_place(callers, surge) {
        let each = if names.len() == 1 { "" } else { "each " };
        let words =
            format!("{} more {each}of {} in a rollout{}", more.value, listed_few(&names), cx.from_layer(more.layer));
        found = found.also(more.span, words);
    }
    found
}

/// Values of callers, each with the names of those whose it is, in order of the first of these.
fn by_place<'c>(
    callers: &'c [Caller<'_>],
    value: impl Fn(&Caller<'_>) -> Option<Origin<u32>>,
) -> Vec<(Vec<&'c str>, Origin<u32>)> {
    let mut places: Vec<(Vec<&'c str>, Origin<u32>)> = Vec::new();
    for caller in callers {
        let Some(value) = value(caller) else { continue };
        match places.iter_mut().find(|(_, known)| *known == value) {
            Some((names, _)) if names.contains(&caller.name.as_str()) => {}
            Some((names, _)) => names.push(&caller.name),
            None => places.push((vec![&caller.name], value)),
        }
    }
    places
}

/// The statement that gives most connections, who is given them by it, and how many may be given to each of their pods so that all
/// together fit.
fn fitting(callers: &[Caller<'_>], sum: u64, limit: u64) -> Option<(String, Origin<u32>, u64)> {
    let pool = callers.first()?.pool?;
    let together = callers.iter().filter(|caller| caller.pool == Some(pool));
    let pods = together.clone().fold(0_u64, |pods, caller| pods.saturating_add(caller.pods.all()));
    let taken = together.clone().fold(0_u64, |taken, caller| taken.saturating_add(caller.sum()));
    let names: BTreeSet<&str> = together.map(|caller| caller.name.as_str()).collect();
    let each = limit.checked_sub(sum.saturating_sub(taken))?.checked_div(pods)?;
    (each > 0).then(|| (listed_few(&names.into_iter().collect::<Vec<_>>()), pool, each))
}

/// States how many a callee takes, wherever that is stated.
fn state_limit(cx: &Context<'_>, callee: &Callee<'_>, sum: u64) -> Edits {
    let edits: Option<Vec<_>> = callee.limits().map(|limit| cx.replace(&limit, sum.to_string())).collect();
    edits.map(|edits| edits.into_iter().flatten().collect())
}

/// Who takes what, the largest first.
fn rows(callers: &[Caller<'_>], sum: u64, limit: u64) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for caller in callers.iter().take(ROWS) {
        let pool = caller.pool.map_or(0, |pool| pool.value);
        rows.push(vec![caller.name.clone(), format!("{} x {pool}", caller.pods.sum()), format!("= {}", caller.sum())]);
    }
    if callers.len() > ROWS {
        let others = callers.iter().skip(ROWS).fold(0_u64, |sum, caller| sum.saturating_add(caller.sum()));
        rows.push(vec![format!("{} others", callers.len() - ROWS), String::new(), format!("= {others}")]);
    }
    rows.push(vec!["together".to_owned(), String::new(), format!("= {sum} > {limit}")]);
    table(&rows)
}
