//! The pods of a workload, by their labels: those that its template states, and those that controllers give.
//!
//! Sources, Kubernetes 1.36: `generateSelector` in `pkg/registry/batch/job/strategy.go` (both names of a Job, both uids, where
//! `manualSelector` is not true and the template states no other), `getJobName` in
//! `pkg/controller/cronjob/cronjob_controllerv2.go` (a Job of a `CronJob` is called after it and a number of minutes),
//! `addCompletionIndexLabel` in `pkg/controller/job/indexed_job_utils.go`, `updateIdentity` and `setPodRevision` in
//! `pkg/controller/statefulset/stateful_set_utils.go`, `CreatePodTemplate` in
//! `pkg/controller/daemon/util/daemonset_util.go`, `getNewReplicaSet` in `pkg/controller/deployment/sync.go`.
//!
//! Invariants: a label that no selector asks for tells no pods apart and is not given. What a selector asks for and a pod of
//! the workload may have, one of its members has; whatever is not known is a value that no selector can state, so that it is
//! there and equal to nothing. Where pods of a workload are among the objects, those values are theirs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::select::{Operator, labels};
use crate::object::api::batch::v1::JobSpec;
use crate::object::apimachinery::pkg::apis::meta::v1::LabelSelectorRequirement;
use crate::object::{Given, LabelSelector, Labels, PodTemplate};

/// The value of a label that is there and not known. No label can have it.
pub const UNKNOWN: &str = "?";

const JOB_NAME: &str = "batch.kubernetes.io/job-name";
const OLD_JOB_NAME: &str = "job-name";
const JOB_UID: &str = "batch.kubernetes.io/controller-uid";
const OLD_JOB_UID: &str = "controller-uid";
const COMPLETION_INDEX: &str = "batch.kubernetes.io/job-completion-index";
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";
const REVISION: &str = "controller-revision-hash";
const GENERATION: &str = "pod-template-generation";
const TEMPLATE_HASH: &str = "pod-template-hash";

/// The label that all pods of a Job have and no others, unless it selects by hand.
pub fn job_label(object: &Given) -> Option<(&'static str, &str)> {
    let Given::Job(job) = object else { return None };
    let is_manual = job.spec.as_ref().and_then(|spec| spec.manual_selector) == Some(true);
    (!is_manual).then(|| Some((JOB_NAME, job.metadata.name.as_deref()?))).flatten()
}

/// Pods of a workload that nothing tells apart.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// Their name, where it is not the workload's.
    pub name: Option<String>,
    /// Their labels.
    pub labels: Cow<'a, Labels>,
    /// How many they are, where that is known.
    pub count: Option<u64>,
}

impl Member<'_> {
    /// The labels that they have and others of the workload have not, as `kubectl` writes them; nothing for the rest.
    pub fn written(&self, template: &PodTemplate<'_>) -> String {
        if self.name.is_none() {
            return String::new();
        }
        let is_own = |(key, value): &(&String, &String)| *value != UNKNOWN && template.label(key) != Some(value);
        let own = self.labels.iter().filter(is_own).map(|(key, value)| format!("{key}={value}"));
        own.collect::<Vec<_>>().join(",")
    }
}

/// What a selector asks of pods.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    /// Of this namespace; without one, of any.
    namespace: Option<&'a str>,
    equal: Option<&'a Labels>,
    expressions: &'a [LabelSelectorRequirement],
}

impl<'a> Asked<'a> {
    fn of(namespace: Option<&'a str>, selector: &'a LabelSelector) -> Self {
        Self {
            namespace,
            equal: selector.match_labels.as_ref(),
            expressions: selector.match_expressions.as_deref().unwrap_or_default(),
        }
    }

    fn keys(self) -> impl Iterator<Item = &'a str> {
        let equal = self.equal.into_iter().flatten().map(|(key, _)| key.as_str());
        equal.chain(self.expressions.iter().map(|one| one.key.as_str()))
    }

    /// The values of a key that it states, to have or not to have.
    fn values(self, key: &str) -> impl Iterator<Item = &'a str> {
        let equal = self.equal.and_then(|equal| equal.get(key)).map(String::as_str);
        let expressions = self.expressions.iter().filter(move |one| one.key == key);
        equal.into_iter().chain(expressions.flat_map(|one| one.values.iter().flatten()).map(String::as_str))
    }

    /// Whether these labels have what it asks for, whatever the others are that are given.
    fn may_fit(self, own: &Labels, is_given: impl Fn(&str) -> bool) -> bool {
        let mut equal = self.equal.into_iter().flatten();
        let mut expressions = self.expressions.iter();
        equal.all(|(key, value)| is_given(key) || own.get(key) == Some(value))
            && expressions.all(|one| {
                let values = one.values.as_deref().unwrap_or_default();
                let operator = Operator::read(&one.operator, !values.is_empty());
                is_given(&one.key) || operator.is_some_and(|operator| operator.holds(own.get(&one.key), values))
            })
    }
}

/// What the selectors among some objects ask of pods.
#[derive(Debug, Default)]
pub struct Selectors<'a> {
    /// Those that ask for a label that controllers give.
    given: Vec<Asked<'a>>,
    /// Every key that any of them asks for.
    keys: BTreeSet<&'a str>,
}

impl<'a> Selectors<'a> {
    /// Takes those of an object that lives in this namespace.
    pub fn take(&mut self, object: &'a Given, namespace: &'a str) {
        let home = Some(namespace);
        if let Given::Service(service) = object {
            let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
            self.add(Asked { namespace: home, equal: selector, expressions: &[] });
        }
        if let Given::PodDisruptionBudget(budget) = object {
            let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
            self.add_stated(home, selector);
        }
        if let Given::NetworkPolicy(policy) = object {
            let spec = policy.spec.as_ref();
            let subject = spec.and_then(|spec| spec.pod_selector.as_ref());
            self.add_stated(home, subject);
            for peer in super::connectivity::peers(policy) {
                let place = if peer.peer.namespace_selector.is_none() { home } else { None };
                self.add_stated(place, peer.peer.pod_selector.as_ref());
            }
        }
        if let Given::ClusterNetworkPolicy(policy) = object {
            let from = policy.spec.ingress.iter().flat_map(|rule| &rule.from);
            let to = policy.spec.egress.iter().flat_map(|rule| &rule.to);
            for peer in from.chain(to).chain([&policy.spec.subject]) {
                self.add_stated(None, peer.pods.as_ref().map(|pods| &pods.pod_selector));
            }
        }
    }

    fn add_stated(&mut self, namespace: Option<&'a str>, selector: Option<&'a LabelSelector>) {
        if let Some(selector) = selector {
            self.add(Asked::of(namespace, selector));
        }
    }

    fn add(&mut self, asked: Asked<'a>) {
        self.keys.extend(asked.keys());
        if asked.keys().any(is_given) {
            self.given.push(asked);
        }
    }
}

/// Whether controllers give this label.
fn is_given(key: &str) -> bool {
    [
        JOB_NAME,
        OLD_JOB_NAME,
        JOB_UID,
        OLD_JOB_UID,
        COMPLETION_INDEX,
        POD_NAME,
        POD_INDEX,
        REVISION,
        GENERATION,
        TEMPLATE_HASH,
    ]
    .contains(&key)
}

/// What tells pods of a workload apart: each has one mark, and of it the values of some labels.
struct Marks {
    /// The labels, each with what stands before the mark.
    labels: Vec<(&'static str, String)>,
    known: Known,
}

/// Which marks there are.
enum Known {
    /// This one.
    One(String),
    /// Numbers, from the first to the one before the last.
    Numbers(u64, u64),
    /// Any number.
    AnyNumber,
    /// Any text.
    Any,
}

impl Known {
    fn has(&self, mark: &str) -> bool {
        // as numbers are written: without zeros before them
        let number = mark.parse::<u64>().ok().filter(|number| number.to_string() == mark);
        match self {
            Self::One(known) => known == mark,
            Self::Numbers(first, end) => number.is_some_and(|number| (*first..*end).contains(&number)),
            Self::AnyNumber => number.is_some(),
            Self::Any => !mark.is_empty(),
        }
    }

    /// Whether these are all there are.
    fn are_all(&self, marks: &BTreeSet<&str>) -> bool {
        match self {
            Self::One(_) => !marks.is_empty(),
            Self::Numbers(first, end) => {
                u64::try_from(marks.len()).is_ok_and(|count| count >= end.saturating_sub(*first))
            }
            Self::AnyNumber | Self::Any => false,
        }
    }
}

impl Marks {
    fn any(key: &'static str) -> Self {
        Self { labels: vec![(key, String::new())], known: Known::Any }
    }

    fn of_job(spec: &JobSpec, name: (String, Known), uid: Option<&str>) -> Vec<Self> {
        let mut all = Vec::new();
        if spec.manual_selector != Some(true) {
            let (before, known) = name;
            all.push(Self { labels: vec![(JOB_NAME, before.clone()), (OLD_JOB_NAME, before)], known });
            let known = uid.map_or(Known::Any, |uid| Known::One(uid.to_owned()));
            all.push(Self { labels: vec![(JOB_UID, String::new()), (OLD_JOB_UID, String::new())], known });
        }
        if spec.completion_mode.as_deref() == Some("Indexed") {
            let end = spec.completions.and_then(|completions| u64::try_from(completions).ok());
            let known = end.map_or(Known::AnyNumber, |end| Known::Numbers(0, end));
            all.push(Self { labels: vec![(COMPLETION_INDEX, String::new())], known });
        }
        all
    }

    /// Those of what makes pods; `most` is how many it has at most.
    fn of(object: &Given, most: u64) -> Vec<Self> {
        if let Given::Deployment(_) = object {
            return vec![Self::any(TEMPLATE_HASH)];
        }
        if let Given::DaemonSet(_) = object {
            return vec![Self::any(REVISION), Self::any(GENERATION)];
        }
        if let Given::StatefulSet(set) = object {
            let ordinals = set.spec.as_ref().and_then(|spec| spec.ordinals.as_ref());
            let first = ordinals.and_then(|ordinals| u64::try_from(ordinals.start?).ok()).unwrap_or(0);
            let before = format!("{}-", object.name());
            return vec![
                Self {
                    labels: vec![(POD_NAME, before.clone()), (POD_INDEX, String::new())],
                    known: Known::Numbers(first, first.saturating_add(most)),
                },
                Self { labels: vec![(REVISION, before)], known: Known::Any },
            ];
        }
        if let Given::Job(job) = object {
            let uid = object.metadata().uid.as_deref().filter(|uid| !uid.is_empty());
            let name = (String::new(), Known::One(object.name().to_owned()));
            return job.spec.as_ref().map(|spec| Self::of_job(spec, name, uid)).unwrap_or_default();
        }
        if let Given::CronJob(job) = object {
            let spec = job.spec.as_ref().and_then(|spec| spec.job_template.spec.as_ref());
            let name = (format!("{}-", object.name()), Known::AnyNumber);
            return spec.map(|spec| Self::of_job(spec, name, None)).unwrap_or_default();
        }
        Vec::new()
    }

    fn has(&self, key: &str) -> bool {
        self.labels.iter().any(|(own, _)| *own == key)
    }

    /// The mark of a value of one of its labels.
    fn mark<'v>(&self, key: &str, value: &'v str) -> Option<&'v str> {
        let (_, before) = self.labels.iter().find(|(own, _)| *own == key)?;
        value.strip_prefix(before.as_str()).filter(|mark| self.known.has(mark))
    }
}

/// So many kinds of pods of one workload are told apart by all that selectors ask for at once; of more, by one mark at a time.
const MOST: usize = 4096;

/// The pods of a workload that selectors may tell apart; `made` are those of them that are among the objects, each with its
/// number, and `most` is how many there are at most. For each of these numbers, the member that it is.
pub fn members<'a>(
    object: &'a Given,
    namespace: &str,
    made: &[(usize, &'a Given)],
    most: u64,
    selectors: &Selectors<'a>,
) -> (Vec<Member<'a>>, BTreeMap<usize, usize>) {
    let none = Cow::Owned(Labels::new());
    let template = object.template();
    let own = template.as_ref().and_then(labels).map_or(none, Cow::Borrowed);
    let mut marks = Marks::of(object, most);
    // what a template states of a Job stays, or the Job is refused; all others write over it
    if matches!(object, Given::Job(_) | Given::CronJob(_)) {
        for one in &mut marks {
            one.labels.retain(|(key, _)| !own.contains_key(*key));
        }
    }
    let is_own = |key: &str| marks.iter().any(|one| one.has(key));
    let in_reach = |asked: &&Asked<'_>| asked.namespace.is_none_or(|home| home == namespace);
    let asked: Vec<&Asked<'_>> =
        selectors.given.iter().filter(in_reach).filter(|asked| asked.may_fit(&own, is_own)).collect();
    // only what is asked for is given
    let marks: Vec<Marks> =
        marks.into_iter().filter(|one| asked.iter().any(|asked| asked.keys().any(|key| one.has(key)))).collect();
    let there: Vec<(usize, &Given, &'a Labels)> =
        made.iter().filter_map(|(at, pod)| Some((*at, *pod, pod.metadata().labels.as_ref()?))).collect();
    let told: Vec<Vec<Option<&str>>> = marks.iter().map(|one| told_apart(one, &asked, &there)).collect();
    let mut all: Vec<Member<'a>> = Vec::new();
    for choice in choices(&told) {
        all.push(member(object, &own, &marks, &choice));
    }
    let mut of_made = BTreeMap::new();
    for (at, pod, carried) in there {
        // labels that nobody asks for tell nothing
        let is_told = |key: &str| selectors.keys.contains(key) && !is_given(key);
        let differs =
            |one: &Labels, other: &Labels| one.iter().any(|(key, value)| is_told(key) && other.get(key) != Some(value));
        let is_like = |member: &Member<'_>| {
            !differs(carried, &member.labels)
                && !differs(&member.labels, carried)
                && marks.iter().zip(&told).all(|(one, told)| {
                    let mark = |labels: &Labels| -> Option<String> {
                        let found = one.labels.iter().find_map(|(key, _)| one.mark(key, labels.get(*key)?));
                        found.filter(|mark| told.contains(&Some(*mark))).map(str::to_owned)
                    };
                    mark(carried) == mark(&member.labels)
                })
        };
        let known = all.iter().position(is_like);
        let number = known.unwrap_or(all.len());
        if known.is_none() {
            all.push(Member { name: Some(pod.name().to_owned()), labels: Cow::Borrowed(carried), count: None });
        }
        of_made.insert(at, number);
    }
    (all, of_made)
}

/// The marks of pods that selectors tell from others, and none for the rest where there is one.
fn told_apart<'v>(marks: &Marks, asked: &[&Asked<'v>], there: &[(usize, &Given, &'v Labels)]) -> Vec<Option<&'v str>> {
    let keys = || marks.labels.iter().map(|(key, _)| *key);
    let stated = asked.iter().flat_map(|asked| {
        keys().flat_map(move |key| asked.values(key).filter_map(move |value| marks.mark(key, value)))
    });
    let mut found: BTreeSet<&str> = stated.collect();
    if let (Known::Any | Known::AnyNumber, false) = (&marks.known, there.is_empty()) {
        let carried = |mark: &&str| {
            there.iter().any(|(_, _, labels)| {
                keys().any(|key| labels.get(key).and_then(|value| marks.mark(key, value)) == Some(*mark))
            })
        };
        found.retain(carried);
    }
    let is_all = marks.known.are_all(&found);
    let mut told: Vec<Option<&str>> = found.into_iter().map(Some).collect();
    if !is_all {
        told.push(None);
    }
    told
}

/// Each choice of one mark of each.
fn choices<'v>(told: &[Vec<Option<&'v str>>]) -> Vec<Vec<Option<&'v str>>> {
    let usual: Vec<Option<&str>> = told.iter().map(|marks| marks.last().copied().flatten()).collect();
    let count = told.iter().try_fold(1_usize, |count, marks| count.checked_mul(marks.len()));
    if count.is_some_and(|count| count <= MOST) {
        return told.iter().fold(vec![Vec::new()], |choices, marks| {
            let with = |choice: &Vec<Option<&'v str>>, mark: Option<&'v str>| {
                choice.iter().copied().chain([mark]).collect::<Vec<_>>()
            };
            choices.iter().flat_map(|choice| marks.iter().map(move |mark| with(choice, *mark))).collect()
        });
    }
    let mut all = vec![usual.clone()];
    for (at, marks) in told.iter().enumerate() {
        for mark in marks {
            let mut choice = usual.clone();
            if let Some(own) = choice.get_mut(at) {
                *own = *mark;
            }
            all.push(choice);
        }
    }
    all.sort();
    all.dedup();
    all
}

/// The pods with these marks.
fn member<'a>(object: &Given, own: &Cow<'a, Labels>, marks: &[Marks], choice: &[Option<&str>]) -> Member<'a> {
    if marks.is_empty() {
        return Member { name: None, labels: own.clone(), count: None };
    }
    let mut all = own.clone().into_owned();
    let (mut name, mut shown) = (None, Vec::new());
    for (one, mark) in marks.iter().zip(choice) {
        let known = match (&one.known, mark) {
            (_, Some(mark)) => Some(*mark),
            (Known::One(known), None) => Some(known.as_str()),
            (Known::Numbers(..) | Known::AnyNumber | Known::Any, None) => None,
        };
        for (key, before) in &one.labels {
            let value = known.map_or_else(|| UNKNOWN.to_owned(), |mark| format!("{before}{mark}"));
            all.insert((*key).to_owned(), value);
        }
        let (Some(mark), Some((key, before))) = (known, one.labels.first()) else { continue };
        if *key == POD_NAME {
            name = Some(format!("{before}{mark}"));
        } else if !matches!(one.known, Known::One(_)) {
            shown.push(format!("{key}={before}{mark}"));
        }
    }
    let count = name.is_some().then_some(1);
    if !shown.is_empty() {
        name = Some(format!("{} ({})", name.as_deref().unwrap_or(object.name()), shown.join(",")));
    }
    Member { name, labels: Cow::Owned(all), count }
}
