//! Where connections are counted, every caller says how many it opens.

use std::collections::{BTreeMap, BTreeSet};

use super::connections;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::{counted, listed_few};
use crate::diagnostic::{Diagnostic, Sink};
use crate::source::Span;

crate::check! {
    /// ## What it means
    /// Something states how many `connections` it takes, and a flow to it does not state how many each pod of the caller
    /// opens.
    ///
    /// ## Why it matters in the cluster
    /// Whether all callers together fit cannot be told. Most pools grow with the load until the callee refuses.
    ///
    /// ## How to mend it
    /// State the size that the caller's pool is given: `allow app -> store.sql { pool 10 }`. Give the program the same
    /// number, in a variable for instance.
    ///
    /// ```bvl bad in=connections
    /// managed store is pooled { connections 120 }
    /// allow app -> store.sql //~ BVL0524 "app -> store states no `pool`"
    /// ```
    /// ```bvl good in=connections
    /// managed store is pooled
    /// allow app -> store.sql
    /// ```
    ///
    /// ## Source
    /// The language's own.
    BVL0524, "pool-not-stated", Error(Judgment), since "0.1.0" => run
}

/// A flow that states no `pool`, in one environment.
struct Open {
    /// How many connections each pod may open there, so that all of them fit.
    each: u64,
    /// How to state that.
    help: String,
    /// What is left then.
    spare: String,
    environment: String,
    flow: String,
    finding: Diagnostic,
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let open = open(cx);
    // a statement holds in several environments, and what it states has to fit in each
    let mut tightest: BTreeMap<(Option<Span>, &str), (&Open, bool)> = BTreeMap::new();
    for one in &open {
        let (least, differs) = tightest.entry((one.finding.span(), &one.flow)).or_insert((one, false));
        *differs |= least.each != one.each;
        if one.each < least.each {
            *least = one;
        }
    }
    for one in &open {
        let Some((least, differs)) = tightest.get(&(one.finding.span(), one.flow.as_str())) else { continue };
        let place = if *differs { format!(", in {}", least.environment) } else { String::new() };
        sink.report(one.finding.clone().help(format!("{}{place}{}", least.help, least.spare)));
    }
}

/// The flows that state none to what counts its connections.
fn open(cx: &Context<'_>) -> Vec<Open> {
    let mut open = Vec::new();
    for callee in connections::callees(cx) {
        let callers = callee.callers(cx);
        let taken = callers.iter().fold(0_u64, |sum, caller| sum.saturating_add(caller.sum()));
        let left = u64::from(callee.limit.value).saturating_sub(taken);
        let name = &listed_few(&callee.names);
        let unstated = callers.iter().filter(|caller| caller.pool.is_none());
        let n_unstated = unstated.fold(0_u64, |sum, caller| sum.saturating_add(caller.pods.all()));
        for caller in callers.iter().filter(|caller| caller.pool.is_none()) {
            let flow = format!("{} -> {name}", caller.own_name);
            let title = format!("{flow} states no `pool`, and {name} counts its connections");
            // one statement gives all its callers the same size
            let at = caller.flow.destination_span;
            let together = callers.iter().filter(|other| other.pool.is_none() && other.flow.destination_span == at);
            let names: BTreeSet<&str> = together.clone().map(|other| other.own_name.as_str()).collect();
            let n_environments = together.clone().map(|other| other.environment).collect::<BTreeSet<_>>().len();
            let n_pods = together.fold(0_u64, |sum, caller| sum.saturating_add(caller.pods.all()));
            // what fits is what fits all of them
            let each = left.checked_div(n_unstated).unwrap_or(0);
            let rest = callers.iter().filter(|other| other.pool.is_none() && other.flow.destination_span != at);
            let mut rest: Vec<&str> = rest.map(|other| other.name.as_str()).collect();
            rest.sort_unstable();
            rest.dedup();
            let beside = match n_unstated.saturating_sub(n_pods) {
                0 => String::new(),
                n => format!(
                    " and of the {} of {}, which {} none either,",
                    counted(n, "pod"),
                    listed_few(&rest),
                    if rest.len() == 1 { "states" } else { "state" }
                ),
            };
            let spare = left.saturating_sub(each.saturating_mul(n_unstated));
            let spare = match (each, spare) {
                (0, _) => String::new(),
                (_, 0) => "; none is left for further callers".to_owned(),
                (_, 1) => "; 1 is left for further callers".to_owned(),
                (_, spare) => format!("; {spare} are left for further callers"),
            };
            let others = if taken == 0 { String::new() } else { format!(" beside the {taken} of others") };
            let pods = match caller.pods.surge {
                _ if n_environments > 1 => format!(
                    "{} of {}, in {n_environments} environments with the same address of {name}",
                    counted(n_pods, "pod"),
                    listed_few(&names.iter().collect::<Vec<_>>())
                ),
                _ if names.len() > 1 => format!("{} of {} callers", counted(n_pods, "pod"), names.len()),
                0 => counted(n_pods, "pod"),
                _ => format!("{} = {}", caller.pods.sum(), counted(n_pods, "pod")),
            };
            let fit = if beside.is_empty() { "fit" } else { "fit together" };
            let port = caller.flow_port(cx);
            let from = if names.len() > 1 { ".." } else { &caller.own_name };
            let arrow = format!("{from} -> {name}.{port}");
            let help = match each {
                0 => format!(
                    "state how many the program opens in each pod, `allow {arrow} {{ pool NUMBER }}`; {left} are left for {pods}{beside}{others}, so the limit is too low"
                ),
                each => format!(
                    "state how many the program opens in each pod, `allow {arrow} {{ pool {each} }}`: {each} for each of {pods}{beside} {fit}{others}"
                ),
            };
            let environment = cx.model.environment_title(caller.environment).to_owned();
            let finding = Diagnostic::new(&BVL0524, at, title)
                .caused_by(at)
                .environment(&environment)
                .about(&flow)
                .here(format!("opens connections to {name}"))
                .also(
                    callee.limit.span,
                    format!("takes {} in all{}", callee.limit.value, cx.from_layer(callee.limit.layer)),
                )
                .note("most pools grow with the load until the callee refuses");
            open.push(Open { each, help, spare, environment, flow, finding });
        }
    }
    open
}
