//! Edits of the generated platform, as people make them in an editor, and what judging again makes of them.

use std::collections::BTreeMap;

use bvlc::analyze::{Analysis, Inputs, analyze, analyze_again};
use bvlc::check::changed::Changed;
use bvlc::check::findings::Judged;
use bvlc::check::{self, Context, Extent, Looks};
use bvlc::diagnostic::render::positions::Positions;
use bvlc::diagnostic::render::{Shown, json};
use bvlc::diagnostic::{Diagnostic, Sink};
use bvlc::graph::FlowGraph;
use bvlc::source::files::MemoryFiles;

use super::mistakes::{Cluster, mistaken};
use super::platform::{File, Random, platform};

/// Texts that take each other's place and move nothing behind them.
const IN_PLACE: &[[&str; 2]] = &[
    ["0m..", "1m.."],
    ["Mi..", "Gi.."],
    ["timeout 5s", "timeout 9s"],
    ["retries 0", "retries 7"],
    ["scale 3", "scale 1"],
    ["scale 2..", "scale 0.."],
    ["grace 50s", "grace 10s"],
    ["drain 2", "drain 9"],
    ["pre-stop 5s", "pre-stop 0s"],
    ["nodes 6", "nodes 1"],
    ["replicas 3", "replicas 2"],
    ["peak 3000", "peak 9000"],
    ["pool 10", "pool 99"],
    ["deregister 4s", "deregister 9s"],
    ["connections 1000", "connections 0001"],
    ["tier standard", "tier critical"],
    ["host", "port"],
    ["web(port", "bew(port"],
    ["cpu 100000000", "cpu 000000001"],
    ["profile restricted", "profile privileged"],
    ["10.20.0.10/32", "10.20.0.00/00"],
];

/// How many edits each platform takes.
const EDITS: usize = if cfg!(debug_assertions) { 16 } else { 100 };

/// Statements of a service, `OTHER` another one.
const OF_SERVICE: &[&str] = &[
    "cpu 1000m..100m",
    "memory 64Mi..none",
    "scale 1",
    "scale 0..3 { on cpu 70% }",
    "port extra 9000",
    "port http 80",
    "health 8080 { ready \"ready\" every 60s; live \"/live\" }",
    "shutdown { grace 10s }",
    "shutdown { pre-stop 0s; drain 0s }",
    "user 0",
    "env API_TOKEN \"abc\"",
    "env PEER OTHER.http.host",
    "env STORE \"${objects.s3.host}:${vault.port}\"",
    "env \"app:level\" \"info\"",
    "after OTHER",
    "after postgres, vault",
    "label \"app.kubernetes.io/name\" \"OTHER\"",
    "disruption min-available 100%",
    "tier critical",
    "spread zone hard",
    "spread none",
    "rollout { surge 0; unavailable 0 }",
    "image \"registry.example/app\"",
    "in staging",
    "cpu",
    "nonsense 1",
];

/// Statements of an environment, `OTHER` a service.
const OF_ENVIRONMENT: &[&str] = &[
    "service OTHER { shutdown { grace 9s }; scale 1 }",
    "service OTHER { without spread; without cpu }",
    "without OTHER",
    "without allow OTHER -> postgres",
    "defaults { tier critical }",
    "immutable",
    "shared",
    "nodes 1",
    "default-deny off because \"not yet\"",
    "budget { cpu 1; pods 3 }",
    "limit-range { cpu 200m..300m }",
    "label \"example.org/floor\" \"2\"",
];

/// Statements of a file, `NAME` and `OTHER` two services.
const OF_FILE: &[&str] = &[
    "allow NAME -> OTHER.http { timeout 90s; retries 3 }",
    "allow NAME -> objects.s3, vault.api { pool 900 }",
    "allow NAME -> nobody.http",
    "allow NAME -> ",
    "allow prod/NAME -> staging/OTHER.http",
    "never NAME ~> OTHER",
    "never NAME -> OTHER",
    "waive even-quorum on NAME because \"none\"",
    "external far { cidr 0.0.0.0/0; port plain 80 }\nallow NAME -> far.plain",
    "// nothing",
];

/// A platform's texts, and what they were before the first edit.
struct Edited {
    texts: BTreeMap<String, String>,
    first: BTreeMap<String, String>,
    services: usize,
    random: Random,
}

impl Edited {
    fn of(files: Vec<File>, services: usize, seed: usize) -> Self {
        let texts: BTreeMap<String, String> = files.into_iter().map(|file| (file.name, file.text)).collect();
        Self { first: texts.clone(), texts, services, random: Random::new(seed) }
    }

    fn analysis(&self) -> Analysis {
        let files = self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        analyze(&MemoryFiles::new(files), "platform.bvl", &Inputs::default())
    }

    fn again(&self, earlier: Option<&Analysis>) -> Analysis {
        let files = self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        analyze_again(&MemoryFiles::new(files), "platform.bvl", &Inputs::default(), earlier)
    }

    fn service(&mut self) -> String {
        format!("svc-{:05}", self.random.below(self.services))
    }

    fn any<'s>(&mut self, statements: &[&'s str]) -> &'s str {
        statements[self.random.below(statements.len())]
    }

    /// The name of a file that fits.
    fn file(&mut self, fits: impl Fn(&str, &str) -> bool) -> Option<String> {
        let fitting: Vec<&String> =
            self.texts.iter().filter(|(name, text)| fits(name, text)).map(|(name, _)| name).collect();
        (!fitting.is_empty()).then(|| fitting[self.random.below(fitting.len())].clone())
    }

    /// Makes one edit, and says which.
    fn edit(&mut self) -> String {
        match self.random.below(13) {
            12 => self.whole_file(),
            0..6 => self.in_place(),
            6 | 7 => {
                let (name, other) = (self.service(), self.service());
                let statement = self.any(OF_SERVICE).replace("OTHER", &other);
                self.insert(&format!("service {name} is web"), &statement)
            }
            8 => {
                let (environment, other) = (self.any(&["prod", "staging", "dev", "system"]), self.service());
                let statement = self.any(OF_ENVIRONMENT).replace("OTHER", &other);
                self.insert(&format!("environment {environment} {{"), &statement)
            }
            9 => {
                let (name, other) = (self.service(), self.service());
                let statement = self.any(OF_FILE).replace("OTHER", &other).replace("NAME", &name);
                let file = self.file(|name, _| name.starts_with("services-")).unwrap();
                let text = self.texts.get_mut(&file).unwrap();
                text.push_str(&statement);
                text.push('\n');
                format!("{file}: {statement}")
            }
            10 => {
                let file = self.file(|name, _| name != "platform.bvl").unwrap();
                let mut lines: Vec<&str> = self.texts[&file].lines().collect();
                let at = self.random.below(lines.len());
                let line = lines.remove(at).to_owned();
                let text = lines.join("\n") + "\n";
                self.texts.insert(file.clone(), text);
                format!("{file}: without {line}")
            }
            _ => {
                let file = self.file(|_, _| true).unwrap();
                if let Some(first) = self.first.get(&file) {
                    self.texts.insert(file.clone(), first.clone());
                }
                format!("{file} as it was")
            }
        }
    }

    /// Makes, renames or deletes a file that a pattern takes in.
    fn whole_file(&mut self) -> String {
        let Some(file) = self.file(|name, _| name.starts_with("services-")) else { return "nothing".to_owned() };
        let other = format!("services-{}.bvl", self.random.below(1000));
        match self.random.below(4) {
            0 => {
                let name = self.service();
                self.texts.insert(other.clone(), format!("allow {name} -> vault.api because \"new\"\n"));
                format!("{other} is new")
            }
            1 if self.texts.keys().filter(|name| name.starts_with("services-")).nth(1).is_some() => {
                self.texts.remove(&file);
                format!("{file} is gone")
            }
            _ => {
                let text = self.texts.remove(&file).unwrap_or_default();
                self.texts.insert(other.clone(), text);
                format!("{file} is now {other}")
            }
        }
    }

    /// Writes something of the same length in the place of something else.
    fn in_place(&mut self) -> String {
        let pair = IN_PLACE[self.random.below(IN_PLACE.len())];
        let way = self.random.below(2);
        let (old, new) = (pair[way], pair[1 - way]);
        assert_eq!(old.len(), new.len());
        let Some(file) = self.file(|_, text| text.contains(old)) else { return "nothing".to_owned() };
        let places: Vec<usize> = self.texts[&file].match_indices(old).map(|(at, _)| at).collect();
        let at = places[self.random.below(places.len())];
        self.texts.get_mut(&file).unwrap().replace_range(at..at + old.len(), new);
        format!("{file}: {old} => {new}")
    }

    /// Writes a statement as the first one of a declaration.
    fn insert(&mut self, head: &str, statement: &str) -> String {
        let Some(file) = self.file(|_, text| text.contains(head)) else { return "nothing".to_owned() };
        let text = self.texts.get_mut(&file).unwrap();
        let line = text.find(head).unwrap();
        let at = text.match_indices('{').find(|(at, _)| *at > line).unwrap().0 + 1;
        text.insert_str(at, &format!("\n  {statement}"));
        format!("{file}: {head} {statement}")
    }
}

fn context(analysis: &Analysis) -> Option<(Context<'_>, Extent)> {
    let extent = if analysis.project.unfound.file { Extent::Part } else { Extent::Whole };
    Some((Context::new(analysis.model.as_ref()?, &analysis.graph, analysis.sources()), extent))
}

fn differing(one: Sink, other: Sink) -> Vec<(Option<Diagnostic>, Option<Diagnostic>)> {
    let (one, other) = (one.finish(), other.finish());
    let length = one.len().max(other.len());
    let pairs = (0..length).map(|at| (one.get(at).cloned(), other.get(at).cloned()));
    pairs.filter(|(one, other)| one != other).take(2).collect()
}

/// All that findings say.
fn said(analysis: &Analysis) -> Vec<String> {
    let (shown, mut positions) =
        (Shown { sources: analysis.sources(), prefix: "" }, Positions::new(analysis.sources()));
    analysis.findings.iter().map(|finding| json::render(finding, shown, &mut positions)).collect()
}

/// How many of the edits of a platform left something to take over. After each one the findings are those of a platform
/// that is looked at for the first time.
fn follow(files: Vec<File>, services: usize, seed: usize, edits: usize) -> usize {
    let mut edited = Edited::of(files, services, seed);
    let mut before = edited.again(None);
    let mut taken_over = 0;
    for number in 0..edits {
        let edit = edited.edit();
        let after = edited.again(Some(&before));
        assert_eq!(said(&after), said(&edited.analysis()), "seed {seed}, edit {number}: {edit}");
        if let (Some((earlier, _)), Some((now, _))) = (context(&before), context(&after)) {
            let kept = after.sources().kept_since(before.sources());
            let changed = Changed::between((earlier.model, earlier.graph), (now.model, now.graph), &kept);
            let is_part = changed.neighbors.len() < now.model.endpoints.len() / 2;
            taken_over += usize::from(!changed.everything && is_part);
        }
        before = after;
    }
    taken_over
}

#[test]
fn checks_of_single_endpoints_read_no_flows() {
    for cluster in [Cluster::Cilium, Cluster::Vpc] {
        let analysis = Edited::of(mistaken(cluster, 40, 4, 1), 40, 1).analysis();
        let (cx, _) = context(&analysis).unwrap();
        let mut model = cx.model.clone();
        (model.flows, model.statements, model.nevers, model.waivers) = Default::default();
        let (alone, graph) = (&model, &FlowGraph::default());
        for check in check::all().filter(|check| check.looks == Looks::Endpoint) {
            let mut sinks = [Sink::default(), Sink::default()];
            (check.run)(&Context { reads: check.reads, ..cx }, &mut sinks[0]);
            (check.run)(&Context { reads: check.reads, model: alone, graph, ..cx }, &mut sinks[1]);
            let [one, other] = sinks;
            assert_eq!(differing(one, other), [], "{}", check.code.slug);
        }
    }
}

#[test]
fn endpoints_by_themselves_are_judged_like_all_in_one_go() {
    for (services, seed) in [(20, 1), (40, 2)] {
        let mut platforms = vec![platform(services, 4, seed).0];
        platforms.extend([Cluster::Cilium, Cluster::Vpc].map(|cluster| mistaken(cluster, services, 4, seed)));
        for files in platforms {
            let analysis = Edited::of(files, services, seed).analysis();
            let (cx, extent) = context(&analysis).unwrap();
            assert_eq!(differing(Judged::cold(&cx, extent, None).sink(), check::run(&cx, extent, None)), []);
        }
    }
}

#[test]
fn edits_of_sound_platforms_are_judged_like_new_ones() {
    let taken_over: usize =
        [(20, 3), (30, 4)].map(|(n, seed)| follow(platform(n, 5, seed).0, n, seed, EDITS)).iter().sum();
    assert!(taken_over >= EDITS / 2, "only {taken_over} of {EDITS} and as many edits left something to take over");
}

#[test]
fn edits_of_mistaken_platforms_are_judged_like_new_ones() {
    let edit = |cluster, n, seed| follow(mistaken(cluster, n, 5, seed), n, seed, EDITS);
    let taken_over = edit(Cluster::Cilium, 20, 5) + edit(Cluster::Vpc, 25, 6);
    assert!(taken_over >= EDITS / 2, "only {taken_over} of {EDITS} and as many edits left something to take over");
}
