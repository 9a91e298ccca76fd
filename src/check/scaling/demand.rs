//! What the pods of an environment take together, for every line of its budget.
//!
//! A `ResourceQuota` counts a pod by its requests and limits, whatever it uses (kubernetes
//! `pkg/quota/v1/evaluator/core/pods.go`, `PodUsageFunc`, 1.36); a rollout adds the surge.

use super::amounts::{self, Container, show_cpu, show_memory};
use super::limit_ranges::{self, given_limit};
use super::missing_resources;
use super::replicas::{self, Extent, Pods};
use crate::check::Context;
use crate::check::mend::{Edits, Mend};
use crate::check::prose::{counted, listed, table};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::environment::Budget;
use crate::model::{Concurrency, EndpointId, Environment, Origin, Workload};

/// So many rows of a table are shown.
const ROWS: usize = 12;

/// What a line of a budget counts.
#[derive(Clone, Copy)]
enum Unit {
    Cpu,
    Memory,
    Pods,
    Volumes,
}

impl Unit {
    /// How amounts are written that are compared with this one, in sentences.
    fn alone(self, amount: u64) -> fn(u64) -> String {
        match self {
            Self::Cpu => self.beside(&[amount]),
            Self::Memory => show_memory,
            Self::Pods | Self::Volumes => |count| count.to_string(),
        }
    }

    /// How amounts are written that are compared with these: in one unit.
    fn beside(self, amounts: &[u64]) -> fn(u64) -> String {
        const MEBI: u64 = 1 << 20;
        const GIBI: u64 = 1 << 30;
        let are_all = |step| amounts.iter().all(|amount| amount.is_multiple_of(step));
        match self {
            Self::Cpu if are_all(1000) => show_cpu,
            Self::Cpu => |millis| format!("{millis}m"),
            Self::Memory if are_all(MEBI) && !are_all(GIBI) => |bytes| format!("{}Mi", bytes / MEBI),
            Self::Memory | Self::Pods | Self::Volumes => self.alone(0),
        }
    }
}

/// One line of a budget.
pub(super) struct Line {
    /// How it is called in messages: `cpu`, `requested cpu`.
    name: &'static str,
    unit: Unit,
    /// Where it is stated.
    pub(super) stated: Origin<()>,
    /// How much there is.
    pub(super) budget: u64,
    /// An amount as a user writes it.
    pub(super) show: fn(u64) -> String,
    /// What of a pod it counts.
    counts: Counts,
}

/// What all take of one line.
#[derive(Clone)]
pub(super) struct Demand {
    /// All together.
    pub(super) sum: u64,
    shares: Vec<Share>,
    unit: Unit,
}

#[derive(Clone)]
struct Share {
    workload: EndpointId,
    name: String,
    pods: Pods,
    of_pod: u64,
    sum: u64,
}

/// The lines that a budget states.
fn lines(budget: &Budget) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(cpu) = &budget.cpu {
        lines.push(Line {
            name: "cpu",
            unit: Unit::Cpu,
            stated: cpu.map(|_| ()),
            budget: cpu.value.millis(),
            show: Unit::Cpu.alone(cpu.value.millis()),
            counts: Counts::Limits("cpu"),
        });
    }
    if let Some(memory) = &budget.memory {
        lines.push(Line {
            name: "memory",
            unit: Unit::Memory,
            stated: memory.map(|_| ()),
            budget: memory.value.bytes(),
            show: show_memory,
            counts: Counts::Limits("memory"),
        });
    }
    if let Some(pods) = &budget.pods {
        lines.push(Line {
            name: "pods",
            unit: Unit::Pods,
            stated: pods.map(|_| ()),
            budget: pods.value.into(),
            show: Unit::Pods.alone(pods.value.into()),
            counts: Counts::Pods,
        });
    }
    if let Some(volumes) = &budget.volumes {
        lines.push(Line {
            name: "volumes",
            unit: Unit::Volumes,
            stated: volumes.map(|_| ()),
            budget: volumes.value.into(),
            show: Unit::Volumes.alone(volumes.value.into()),
            counts: Counts::Volumes,
        });
    }
    if let Some(storage) = &budget.storage {
        lines.push(Line {
            name: "storage",
            unit: Unit::Memory,
            stated: storage.map(|_| ()),
            budget: storage.value.bytes(),
            show: show_memory,
            counts: Counts::Storage,
        });
    }
    if let Some(cpu) = &budget.requests_cpu {
        lines.push(Line {
            name: "requested cpu",
            unit: Unit::Cpu,
            stated: cpu.map(|_| ()),
            budget: cpu.value.millis(),
            show: Unit::Cpu.alone(cpu.value.millis()),
            counts: Counts::Requests("cpu"),
        });
    }
    if let Some(memory) = &budget.requests_memory {
        lines.push(Line {
            name: "requested memory",
            unit: Unit::Memory,
            stated: memory.map(|_| ()),
            budget: memory.value.bytes(),
            show: show_memory,
            counts: Counts::Requests("memory"),
        });
    }
    lines
}

/// A line of a budget that is exceeded, and by what.
pub(super) struct Excess {
    pub(super) line: Line,
    pub(super) demand: Demand,
    /// What would be enough for all that is counted, once all have grown and replaced pods are stopping.
    pub(super) enough: Demand,
}

/// One finding of all lines of an environment's budget that are exceeded in one way: they are too small together, or somebody
/// takes too much.
pub(super) fn tell(
    cx: &Context<'_>,
    code: &'static Code,
    (environment, extent): (&Environment, Extent),
    all: &[Excess],
) -> Option<Diagnostic> {
    let (first, others) = all.split_first()?;
    let title = &environment.title;
    let together = |shown: &dyn Fn(&Excess) -> String| listed(&all.iter().map(shown).collect::<Vec<_>>());
    // what is compared in a sentence is told in one unit
    let show = |excess: &Excess, amount: u64| {
        excess.line.unit.beside(&[excess.line.budget, excess.demand.sum, amount])(amount)
    };
    let described = |excess: &Excess, amount: u64| match excess.line.name {
        "pods" => counted(amount, "pod"),
        "volumes" => counted(amount, "volume"),
        name => format!("{} of {name}", show(excess, amount)),
    };
    // several are told as they are typed, since each has a unit of its own
    let need = |excess: &Excess, amount: u64| {
        if others.is_empty() { described(excess, amount) } else { excess.line.told(amount) }
    };
    let amount = |excess: &Excess, amount: u64| {
        if others.is_empty() { show(excess, amount) } else { excess.line.told(amount) }
    };
    let need = together(&|excess| need(excess, excess.demand.sum));
    let budget = together(&|excess| amount(excess, excess.line.budget));
    let enough = if others.is_empty() { (first.line.show)(first.enough.sum) } else { format!("`{}`", typed(all)) };
    let always = if all.iter().any(|excess| excess.enough.is_open()) { "what is counted" } else { "at any time" };
    let has_surge = all.iter().any(|excess| excess.demand.has_surge());
    let (what, fits) = match extent {
        Extent::Least => {
            let rollouts = if has_surge { " while they are rolled out" } else { "" };
            let is_enough = all.iter().all(|excess| excess.enough.sum == excess.demand.sum);
            let grown = if is_enough {
                String::new()
            } else {
                let least = together(&|excess| amount(excess, excess.demand.sum));
                format!(" {always}, {least} while nothing has grown")
            };
            (format!("need {need} at the least{rollouts}"), grown)
        }
        Extent::Most => (format!("may need {need} once all have grown"), format!(" {always}")),
        Extent::Stopping => (format!("may need {need} while replaced pods are stopping"), format!(" {always}")),
    };
    let missing = |excess: &Excess| {
        let missing = described(excess, excess.demand.sum.saturating_sub(excess.line.budget));
        if missing.ends_with('s') { format!("{missing} are missing") } else { format!("{missing} is missing") }
    };
    let message = format!("the workloads of {title} {what}, and its budget is {budget}");
    let mut diagnostic = Diagnostic::new(code, first.line.stated.span, message).here(missing(first));
    for other in others {
        diagnostic = diagnostic.also(other.line.stated.span, missing(other));
    }
    for excess in all {
        diagnostic = with_places((cx, environment), diagnostic, excess, extent);
        diagnostic = diagnostic.note(excess.demand.table(excess.line.budget));
    }
    let edits: Option<Vec<_>> = all.iter().map(|excess| excess.line.raise(cx, excess.enough.sum)).collect();
    let diagnostic = diagnostic
        .notes(replicas::surge_note(all.iter().flat_map(|excess| excess.demand.pods())))
        .notes(replicas::meeting_notes(all.iter().flat_map(|excess| excess.enough.pods())))
        .help(format!("a budget of {enough} would fit{fits}"))
        .choice(format!("raise the budget to {enough}"), edits.map(|edits| edits.concat()))
        .environment(title.clone())
        .about(environment.name.value.clone());
    Some(match extent {
        Extent::Least | Extent::Most => {
            diagnostic.note("the API server would refuse the pods that no longer fit, whichever they are")
        }
        Extent::Stopping => diagnostic,
    })
}

/// Labels where the terms of those are stated that take the most, with the layers that supply them.
fn with_places(
    (cx, environment): (&Context<'_>, &Environment),
    found: Diagnostic,
    excess: &Excess,
    extent: Extent,
) -> Diagnostic {
    /// Of so many.
    const PLACED: usize = 3;
    let mut found = found;
    let shares = excess.demand.shares.iter().take(PLACED);
    for (share, workload) in shares.filter_map(|share| Some((share, cx.model.workload(share.workload)?))) {
        let name = &share.name;
        for container in amounts::containers(workload) {
            let Some((amount, place)) = excess.line.counts.of(&container, environment) else { continue };
            if !place.is_built_in() {
                let each = format!(
                    "{} each of {}{}",
                    (excess.line.show)(amount),
                    container.called,
                    cx.from_layer(place.layer)
                );
                found = found.also(place.span, each);
            }
        }
        let is_storage = excess.line.counts == Counts::Storage;
        for volume in workload.program().into_iter().flat_map(|program| &*program.volumes).filter(|_| is_storage) {
            let each = format!("{} each of {name}{}", volume.size.value, cx.from_layer(volume.size.layer));
            found = found.also(volume.size.span, each);
        }
        let Some(service) = workload.service() else { continue };
        let replicas = if extent == Extent::Least { service.scaling.min() } else { service.scaling.max() };
        if !replicas.is_built_in() {
            let count = counted(share.pods.replicas, "replica");
            found = found.also(replicas.span, format!("{count} of {name}{}", cx.from_layer(replicas.layer)));
        }
        let surge = &service.rollout.surge;
        if share.pods.surge > 0 && !surge.is_built_in() {
            let more = format!("{} more of {name} in a rollout{}", share.pods.surge, cx.from_layer(surge.layer));
            found = found.also(surge.span, more);
        }
    }
    found
}

/// What would be enough, as it is typed into the budget: `cpu 3; requests { cpu 1; memory 1Gi }`.
fn typed(all: &[Excess]) -> String {
    let shown = |excess: &Excess| (excess.line.show)(excess.enough.sum);
    let (within, before): (Vec<&Excess>, Vec<&Excess>) =
        all.iter().partition(|excess| excess.line.requested().is_some());
    let requests: Vec<String> =
        within.into_iter().filter_map(|it| Some(format!("{} {}", it.line.requested()?, shown(it)))).collect();
    let mut typed: Vec<String> =
        before.into_iter().map(|excess| format!("{} {}", excess.line.name, shown(excess))).collect();
    if !requests.is_empty() {
        typed.push(format!("requests {{ {} }}", requests.join("; ")));
    }
    typed.join("; ")
}

/// What of a pod a line of a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    /// What it may take of a resource.
    Limits(&'static str),
    /// What it requests of one.
    Requests(&'static str),
    /// The pod itself.
    Pods,
    /// Its volumes that outlive it.
    Volumes,
    /// Their sizes.
    Storage,
}

impl Counts {
    /// The pods of which it counts something: a pod that is replaced keeps its volumes, and so does the one that replaces it.
    fn those(self, pods: Pods) -> Pods {
        match self {
            Self::Limits(_) | Self::Requests(_) | Self::Pods => pods,
            Self::Volumes | Self::Storage => Pods { replicas: pods.replicas, ..Pods::default() },
        }
    }

    /// What of it a container states, and where.
    fn of(self, container: &Container<'_>, environment: &Environment) -> Option<(u64, Origin<()>)> {
        let (Self::Limits(word) | Self::Requests(word)) = self else { return None };
        Some((self.counted(container.stated(word)?, environment)?, container.place(word)?))
    }

    /// What of a request and a limit it counts: a range gives the limit to what states none.
    fn counted(self, (request, limit): (u64, Option<u64>), environment: &Environment) -> Option<u64> {
        match self {
            Self::Limits(word) => limit.or_else(|| given_limit(environment, word)),
            Self::Requests(_) | Self::Pods | Self::Volumes | Self::Storage => Some(request),
        }
    }
}

/// The lines of an environment's budget that its workloads exceed, but for those by amounts that are in doubt. No more than sums are made for those that they keep.
pub(super) fn exceeded(cx: &Context<'_>, environment: &Environment, extent: Extent) -> impl Iterator<Item = Line> {
    let lines = environment.budget.as_ref().map(lines).unwrap_or_default();
    let mut sums = vec![0_u64; lines.len()];
    if !lines.is_empty() {
        for workload in cx.model.workloads_in(environment.id).filter(|workload| !workload.tainted) {
            let pods = replicas::pods(workload, extent);
            for (line, sum) in lines.iter().zip(&mut sums) {
                let (all, each) = (line.counts.those(pods).all(), of_pod(cx, line.counts, workload, environment));
                *sum = sum.saturating_add(all.saturating_mul(each.unwrap_or(0)));
            }
        }
    }
    let exceeded = lines.into_iter().zip(sums).filter(|(line, sum)| *sum > line.budget).map(|(line, _)| line);
    exceeded.filter(|line| !line.is_in_doubt(cx, environment))
}

/// What the pods of an environment request of `cpu` or `memory` together at any time; nothing where one states none.
pub(super) fn requested(cx: &Context<'_>, environment: &Environment, word: &str) -> Option<Demand> {
    let (word, unit) = if word == "cpu" { ("cpu", Unit::Cpu) } else { ("memory", Unit::Memory) };
    let all = shares(cx, environment, Extent::Stopping, Counts::Requests(word));
    let n_judged = cx.model.workloads_in(environment.id).filter(|workload| !workload.tainted).count();
    let is_known = all.len() == n_judged;
    is_known.then(|| Demand::new(all, unit))
}

/// What a line counts of a pod, where that is known: what a range gives to a container that states nothing is told in place of that
/// only where that is accepted.
fn of_pod(cx: &Context<'_>, counts: Counts, workload: &Workload, environment: &Environment) -> Option<u64> {
    let word = match counts {
        Counts::Limits(word) | Counts::Requests(word) => word,
        Counts::Pods => return Some(1),
        Counts::Volumes | Counts::Storage => return of_volumes(counts, workload),
    };
    workload.pod_takes(|resources| {
        let stated = match amounts::of(resources, word) {
            Some(stated) => stated,
            None if missing_resources::is_accepted(cx, workload, environment) => {
                let given = limit_ranges::given(environment, word)?;
                (given.request, given.limit)
            }
            None => return None,
        };
        counts.counted(stated, environment)
    })
}

/// The volumes of a pod, or their sizes together; nothing of what has none.
fn of_volumes(counts: Counts, workload: &Workload) -> Option<u64> {
    let volumes = workload.program().map(|program| &*program.volumes).filter(|volumes| !volumes.is_empty())?;
    let each = volumes.iter().map(|volume| if counts == Counts::Volumes { 1 } else { volume.size.value.bytes() });
    Some(each.fold(0, u64::saturating_add))
}

/// What each workload of an environment takes, those left out of which that is not known.
fn shares(cx: &Context<'_>, environment: &Environment, extent: Extent, counts: Counts) -> Vec<Share> {
    let judged = cx.model.workloads_in(environment.id).filter(|workload| !workload.tainted);
    let share = |workload: &Workload| {
        let (of_pod, pods) =
            (of_pod(cx, counts, workload, environment)?, counts.those(replicas::pods(workload, extent)));
        Some(Share {
            workload: workload.id,
            name: workload.name.value.clone(),
            pods,
            of_pod,
            sum: pods.all().saturating_mul(of_pod),
        })
    };
    judged.filter_map(share).collect()
}

impl Line {
    /// What the workloads of an environment take of it, those left out of which that is not known.
    pub(super) fn demand(&self, cx: &Context<'_>, environment: &Environment, extent: Extent) -> Demand {
        Demand::new(shares(cx, environment, extent, self.counts), self.unit)
    }

    /// Whether it counts an amount of which nobody knows how much is meant.
    fn is_in_doubt(&self, cx: &Context<'_>, environment: &Environment) -> bool {
        let (Counts::Limits(word) | Counts::Requests(word)) = self.counts else { return false };
        let mut judged = cx.model.workloads_in(environment.id).filter(|workload| !workload.tainted);
        judged.any(|workload| amounts::are_in_doubt(cx, workload, environment, word))
    }

    /// An amount of it beside those of other lines: `cpu 3`, `requested cpu 3`.
    fn told(&self, amount: u64) -> String {
        format!("{} {}", self.name, (self.show)(amount))
    }

    /// The word of it in the braces of `requests`, if it is stated there.
    fn requested(&self) -> Option<&'static str> {
        self.name.strip_prefix("requested ")
    }

    /// Raises the budget to an amount.
    pub(super) fn raise(&self, cx: &Context<'_>, to: u64) -> Edits {
        cx.replace(&self.stated, (self.show)(to))
    }
}

impl Demand {
    fn new(mut shares: Vec<Share>, unit: Unit) -> Self {
        shares.sort_by(|a, b| b.sum.cmp(&a.sum).then_with(|| a.name.cmp(&b.name)));
        let sum = shares.iter().fold(0_u64, |sum, share| sum.saturating_add(share.sum));
        Self { sum, shares, unit }
    }

    /// All together, as a user writes it.
    pub(super) fn shown(&self) -> String {
        self.unit.alone(self.sum)(self.sum)
    }

    /// Who takes what, the largest first, beside a budget that this exceeds.
    pub(super) fn table(&self, budget: u64) -> String {
        let show = self.unit.beside(&self.amounts([budget]));
        self.rows(&format!(" > {}", show(budget)), show)
    }

    /// Who takes what, the largest first.
    pub(super) fn terms(&self) -> String {
        self.rows("", self.unit.beside(&self.amounts([])))
    }

    /// The amounts of the table, but for the sums that they make, and others.
    fn amounts(&self, others: impl IntoIterator<Item = u64>) -> Vec<u64> {
        self.shares.iter().map(|share| share.of_pod).chain(others).collect()
    }

    fn rows(&self, beside_sum: &str, show: fn(u64) -> String) -> String {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for share in self.shares.iter().take(ROWS) {
            let sum = format!("{} x {}", share.pods.sum(), show(share.of_pod));
            rows.push(vec![share.name.clone(), sum, format!("= {}", show(share.sum))]);
        }
        if self.shares.len() > ROWS {
            let others = self.shares.iter().skip(ROWS).fold(0_u64, |sum, share| sum.saturating_add(share.sum));
            let count = self.shares.len() - ROWS;
            rows.push(vec![format!("{count} others"), String::new(), format!("= {}", show(others))]);
        }
        rows.push(vec!["together".to_owned(), String::new(), format!("= {}{beside_sum}", show(self.sum))]);
        table(&rows)
    }

    /// What the terms in the table are.
    pub(super) fn notes(&self) -> Vec<&'static str> {
        replicas::notes(self.pods())
    }

    /// Whether more may be there than is counted: nothing says how many runs of a job may meet.
    fn is_open(&self) -> bool {
        self.pods().any(|pods| pods.meeting == Some(Concurrency::Allow))
    }

    fn pods(&self) -> impl Iterator<Item = Pods> {
        self.shares.iter().map(|share| share.pods)
    }

    /// Whether some of it is there only during a rollout.
    pub(super) fn has_surge(&self) -> bool {
        self.shares.iter().any(|share| share.pods.surge > 0)
    }
}
