//! Manifests of others as a spec, as a person would have written it, and what of them no word says.
//!
//! What is said is read object by object; flows come from what passes, not from how policies are written. What was written
//! is built, and the build is compared with the manifests field by field and connection by connection: what differs cannot
//! be said, and is listed. So a reader that takes less than it could makes a longer list, never a silent loss.
//!
//! Invariants: nothing that differs is left out of the list; the spec is formatted and, but for what [`Imported::faults`]
//! says, without errors; the result depends on nothing but the manifests.

mod beside;
mod called;
mod compare;
mod exposed;
mod flows;
mod given;
mod hosts;
mod job;
pub mod json;
mod layers;
mod left;
mod marks;
mod names;
mod peers;
mod platform;
mod pod;
mod refused;
mod scale;
mod scraper;
mod secrets;
mod security;
mod spec;
mod stated_ports;
mod stateful;
mod statements;
mod watched;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub use self::left::{Left, Loss};

use self::flows::{Deny, End, Listening, Lookups};
use self::given::Home;
use self::platform::{DOMAIN, Source, Spec};
use self::spec::Line;
use super::diff::Side;
use super::diff::side::Evidence;
use crate::analyze::{Analysis, Inputs, analyze};
use crate::check::waivers::is_unreadable;
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Target;
use crate::object::Given;
use crate::source::files::MemoryFiles;
use crate::source::{FileId, SourceMap, Span};
use crate::value::name::dns_label;

/// What came of manifests.
#[derive(Debug, Default)]
pub struct Imported {
    /// The files of the spec, by path.
    pub spec: BTreeMap<String, String>,
    /// What of it another platform can take in: everything but the platform, its environments and what is accepted.
    pub declarations: String,
    /// How many services and environments it has.
    pub counts: (usize, usize),
    /// What cannot be said, in the order of the manifests.
    pub left: Vec<Left>,
    /// Manifests that could not be read.
    pub broken: Vec<Diagnostic>,
    /// Documents that are no objects, which are left alone.
    pub strange: Vec<Span>,
    /// Why what was written cannot be built: mistakes of bvlc, each with the text that it is about.
    pub faults: Vec<String>,
}

impl Imported {
    /// Whether there is nothing that a spec could say: a platform without an environment runs nowhere.
    pub fn is_of_nothing(&self) -> bool {
        self.counts == (0, 0)
    }
}

/// The root file of a spec.
const ROOT: &str = "platform.bvl";
/// The file of what was weak before and is accepted.
const ACCEPTED: &str = "accepted.bvl";
/// So many lines are one file.
const ONE_FILE: usize = 60;

/// Imports files. Objects that state no namespace are in `namespace`; where nothing names the platform, it is `name`.
pub fn import(sources: &SourceMap, files: &[FileId], namespace: &str, name: &str) -> Imported {
    let (imported, unsaid) = with_lookups(sources, files, (namespace, name), &Lookups::new());
    if unsaid.is_empty() {
        return imported;
    }
    with_lookups(sources, files, (namespace, name), &unsaid).0
}

/// The same, where these workloads say that they look up names; and those that policies let do so while nothing in the spec
/// does.
fn with_lookups(
    sources: &SourceMap,
    files: &[FileId],
    (namespace, name): (&str, &str),
    stated: &Lookups,
) -> (Imported, Lookups) {
    let (side, broken) = Side::of_manifests(sources, files, namespace);
    let (objects, default): (&[Given], &str) = match &side.traffic {
        Evidence::Objects { objects, namespace } => (objects, namespace),
        Evidence::Platform(..) => (&[], namespace),
    };
    let unfit = given::unfit(&side, objects, default);
    let mut homes = given::sort(&side, &unfit);
    // a cluster does not have what its API server refuses
    let fit = objects.iter().filter(|object| !unfit.contains(&given::title(object, default)));
    let objects: &[Given] = &if unfit.is_empty() { Cow::Borrowed(objects) } else { Cow::Owned(fit.cloned().collect()) };
    let mut listening = listening(&homes);
    let mut flows = flows::read(objects, default, &homes, (&listening, stated));
    if !scraper::read(&homes, &listening, &mut flows) {
        watched::forget(&mut homes);
        listening = self::listening(&homes);
        flows = flows::read(objects, default, &homes, (&listening, stated));
        scraper::read(&homes, &listening, &mut flows);
    }
    isolated(objects, default, &mut flows.deny);
    let there: BTreeSet<String> = homes.iter().map(|home| home.namespace.clone()).collect();
    let named: BTreeSet<&String> = flows.managed.iter().flat_map(|managed| &managed.homes).collect();
    let new = named.into_iter().filter(|namespace| !there.contains(*namespace) && dns_label(namespace).is_ok());
    homes.extend(new.map(|namespace| Home { namespace: namespace.clone(), ..Home::default() }).collect::<Vec<_>>());
    homes.retain(|home| {
        home.object.is_some()
            || !home.services.is_empty()
            || flows.managed.iter().any(|one| one.homes.contains(&home.namespace))
    });
    let exposures = exposed::read(&homes, &listening, &mut flows);
    let domain = domain(&homes);
    called::call_by_name(&homes, &mut flows, &domain);
    let names = names::give(&homes, &mut flows, name);
    let (names, domain) = (&names, domain.as_str());
    let source = Source { homes: &homes, listening: &listening, flows: &flows, names, domain, exposures: &exposures };
    let mut spec = source.spec();
    let counts = (spec.services.len(), spec.environments.len());
    let strange = side.strange.clone();
    let mut imported = Imported { counts, broken, strange, ..Imported::default() };
    if homes.is_empty() {
        imported.spec = texts(&spec, &[]);
        imported.declarations = declarations(&spec);
        imported.left = compare::whole(&side);
        return (imported, Lookups::new());
    }
    let mut analysis;
    (imported.spec, analysis) = accepting(&spec);
    // a statement that nothing accepts takes nothing else with it: the comparison lists what it would have said
    for _ in 0..ROUNDS {
        let refused = if analysis.checked().is_none() { refused::refused(&analysis) } else { Vec::new() };
        if refused.is_empty() || !refused::leave_out(&mut spec, &refused) {
            break;
        }
        imported.left.extend(refused.into_iter().map(|one| one.left));
        (imported.spec, analysis) = accepting(&spec);
    }
    imported.declarations = declarations(&spec);
    let pods = flows.managed.iter().enumerate().flat_map(|(number, one)| one.stand_ins(names.managed(number)));
    let pods: Vec<String> = pods.collect();
    match analysis.checked() {
        Some(checked) => match Side::of_platform_with_examples(checked) {
            Ok(built) => imported.left.extend(compare::compare(&side, &built, &homes, &pods, namespace)),
            Err(disproof) => imported.faults.push(disproof.to_string()),
        },
        None => imported.faults = faults(&analysis),
    }
    let following = follow(&analysis);
    let follows = |end: &End| match end {
        End::Service(namespace, name) => following.contains(&(namespace.clone(), name.clone())),
        End::Managed(namespace, number) => following.contains(&(namespace.clone(), names.managed(*number).clone())),
        End::External(_) => true,
    };
    (imported, flows.lookups.iter().filter(|end| !follows(end)).cloned().collect())
}

/// What services listen on.
fn listening(homes: &[Home]) -> Listening {
    let services = homes.iter().flat_map(|home| home.answering().map(move |(name, parts)| (home, name, parts)));
    services.map(|(home, name, parts)| ((home.namespace.clone(), name.clone()), pod::ports(parts))).collect()
}

/// What a spec is, once it accepts what was weak before.
fn accepting(spec: &Spec) -> (BTreeMap<String, String>, Analysis) {
    let mut written = texts(spec, &[]);
    let mut analysis = analysis(&written);
    let mut accepted = BTreeSet::new();
    // one that is merged with others, or hidden by a graver one, shows once those are accepted
    for _ in 0..ROUNDS {
        let n = accepted.len();
        accept(&analysis, &mut accepted);
        if accepted.len() == n {
            break;
        }
        written = texts(spec, &waivers(&accepted));
        analysis = self::analysis(&written);
    }
    (written, analysis)
}

/// The workloads that look up names by what else is said of them, by namespace and name.
fn follow(analysis: &Analysis) -> BTreeSet<(String, String)> {
    let Some(model) = &analysis.model else { return BTreeSet::new() };
    let asking = analysis.graph.flows.iter().filter(|flow| flow.target == Target::Dns);
    let named = asking.filter_map(|flow| {
        let workload = model.workload(flow.source_endpoint()?)?;
        let environment = model.environment(workload.environment)?;
        Some((environment.namespace_name().to_owned(), workload.name.value.clone()))
    });
    named.collect()
}

/// Namespaces of which some policy isolates all pods, those that nobody has made yet too.
fn isolated(objects: &[Given], default: &str, deny: &mut BTreeMap<String, Deny>) {
    for object in objects {
        let Given::NetworkPolicy(policy) = object else { continue };
        let selector = policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref());
        if selector.is_none_or(crate::verify::select::is_empty) {
            let namespace = policy.metadata.namespace.as_deref().unwrap_or(default);
            deny.insert(namespace.to_owned(), Deny::On);
        }
    }
}

/// The cluster's domain, where a value names it.
fn domain(homes: &[Home]) -> String {
    let values = homes.iter().flat_map(|home| home.services.values()).flat_map(called::values);
    let mut found = values.filter_map(|value| {
        let (_, rest) = value.split_once(".svc.")?;
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        rest.get(..end).filter(|domain| !domain.is_empty()).map(str::to_owned)
    });
    found.next().unwrap_or_else(|| DOMAIN.to_owned())
}

/// The texts of the files.
fn texts(spec: &Spec, waivers: &[Line]) -> BTreeMap<String, String> {
    let parts: [(&str, &str, Vec<&[Line]>); 5] = [
        ("environments.bvl", "Where it runs.", vec![&spec.environments]),
        ("services.bvl", "What it deploys.", vec![&spec.classes, &spec.services, &spec.jobs]),
        ("managed.bvl", "What others deploy, as far as policies speak of it.", vec![&spec.managed]),
        ("outside.bvl", "What lies outside the cluster, by address.", vec![&spec.externals]),
        ("flows.bvl", "Who may reach whom. What is not written here, or derived, is denied.", vec![&spec.flows]),
    ];
    let joined = |lines: &[&[Line]]| lines.iter().flat_map(|lines| lines.iter().cloned()).collect::<Vec<Line>>();
    let parts = parts.map(|(path, comment, lines)| (path, comment, joined(&lines)));
    let mut files = BTreeMap::new();
    let mut accepted = Vec::new();
    if !waivers.is_empty() {
        accepted.push(Line::new("use", format!("\"{ACCEPTED}\"")));
        let comment = "What bvlc finds in what was imported, accepted as it was. Take out what is mended.";
        files.insert(ACCEPTED.to_owned(), spec::print(comment, waivers));
    }
    let mut whole = accepted.clone();
    whole.extend(spec.platform.iter().cloned());
    whole.extend(parts.iter().flat_map(|(_, _, lines)| lines.iter().cloned()));
    let text = spec::print("", &whole);
    if text.lines().count() <= ONE_FILE {
        files.insert(ROOT.to_owned(), text);
        return files;
    }
    let mut root = Vec::new();
    for (path, comment, lines) in &parts {
        if !lines.is_empty() {
            root.push(Line::new("use", format!("\"{path}\"")));
            files.insert((*path).to_owned(), spec::print(comment, lines));
        }
    }
    root.extend(accepted);
    root.extend(spec.platform.iter().cloned());
    files.insert(ROOT.to_owned(), spec::print("", &root));
    files
}

/// What is declared, in one text.
fn declarations(spec: &Spec) -> String {
    let all = [&spec.classes, &spec.services, &spec.jobs, &spec.managed, &spec.externals, &spec.flows];
    let lines: Vec<Line> = all.into_iter().flat_map(|lines| lines.iter().cloned()).collect();
    spec::print("", &lines)
}

fn analysis(spec: &BTreeMap<String, String>) -> Analysis {
    let files = MemoryFiles(spec.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect());
    analyze(&files, ROOT, &Inputs::default())
}

/// How often it is looked what is left to accept.
const ROUNDS: usize = 8;

/// What each error is about that is a finding: it was so before.
fn accept(analysis: &Analysis, accepted: &mut BTreeSet<(String, &'static str)>) {
    let errors = analysis.findings.iter().filter(|finding| finding.severity == Severity::Error);
    for finding in errors {
        let fresh = finding.subjects.iter().map(|subject| (subject.clone(), finding.code.slug));
        if let (false, Some(fresh)) =
            (is_unreadable(finding.code), fresh.into_iter().find(|one| !accepted.contains(one)))
        {
            accepted.insert(fresh);
        }
    }
}

/// What accepts these.
fn waivers(accepted: &BTreeSet<(String, &'static str)>) -> Vec<Line> {
    let because = "because \"it was so when it was imported\"";
    accepted.iter().map(|(subject, slug)| Line::new("waive", format!("{slug} on {subject} {because}"))).collect()
}

/// The errors that nothing accepts.
fn faults(analysis: &Analysis) -> Vec<String> {
    let errors = analysis.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let said = errors.map(|finding| {
        let place = finding.span().map(|span| analysis.sources().place(span)).unwrap_or_default();
        let text = finding.span().map(|span| analysis.sources().text(span)).unwrap_or_default();
        format!("{place}: {} [{}]: {text}", finding.message, finding.code.id)
    });
    said.collect()
}
