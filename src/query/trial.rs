//! Which fixes are offered: those that mend their finding and make none, applied alone to the platform as it stands. One that
//! makes a finding is offered together with the fix of that, as one, where both of them leave nothing new.
//!
//! Invariants: people, programs and editors are offered the same fixes; one that is not offered says why, and keeps its number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::fix::{Choice, Texts, Why, apply_all, fault};
use super::joined::{MOST_JOINED, joined};
use crate::analyze::{Analysis, Mode, analyze_again};
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::files::Overlay;
use crate::source::{Files, TextEdit};

/// So many fixes are tried each by itself. More of them are tried together, those that lie apart, and by halves where that
/// does not do: a large platform with thousands of findings is not judged thousands of times.
const MOST_ALONE: usize = 48;

/// So often fixes are tried that touch others. Those that are left then are not offered: who applies the others is shown them.
const MOST_TURNS: usize = 32;

/// A platform is analyzed so often at most to try fixes, a large one less often: so many bytes of text in all, but for a few times.
const MOST_ANALYSES: usize = 512;
const MOST_BYTES: usize = 64 << 20;
const FEWEST_ANALYSES: usize = 4;

/// Of a platform with more findings, or a fix of more edits, no fix is tried: to analyze it again takes the room of all of them once more.
const MOST_FINDINGS: usize = 10_000;

/// A platform of which fixes are tried.
pub struct Trial<'a> {
    files: &'a dyn Files,
    root: &'a str,
    analysis: &'a Analysis,
}

/// A finding and one of its fixes, by their places.
type Tried = (usize, usize);

/// What comes of a fix that is not offered as it is.
#[derive(Clone)]
enum Instead {
    /// It is not offered.
    Nothing(Why),
    /// It is, with what else has to be done.
    Joined(Fix),
}

impl<'a> Trial<'a> {
    /// Of the platform whose root file is `root`, as `analysis` found it.
    pub fn new(files: &'a dyn Files, root: &'a str, analysis: &'a Analysis) -> Self {
        Self { files, root, analysis }
    }

    /// Says of each fix of the findings, which are the analysis's, whether it is offered.
    pub fn judge(&self, findings: &mut [Diagnostic]) {
        let numbered = findings.iter().enumerate();
        let all: Vec<Tried> =
            numbered.flat_map(|(at, finding)| (0..finding.fixes.len()).map(move |fix| (at, fix))).collect();
        if all.is_empty() {
            return;
        }
        // one finding may tell of as many places
        let n_edits = findings.iter().flat_map(|finding| &finding.fixes).map(|fix| fix.edits.len()).max();
        if self.analysis.findings.len().max(n_edits.unwrap_or_default()) > MOST_FINDINGS {
            put(findings, all.into_iter().map(|tried| (tried, Instead::Nothing(Why::Untried))));
            return;
        }
        // what an editor holds can be taken over from; what was analyzed once has to be analyzed for that
        let is_kept = self.analysis.is_kept();
        let kept = (!is_kept && self.analysis.inputs.mode == Mode::Check)
            .then(|| analyze_again(self.files, self.root, &self.analysis.inputs, None));
        let n_bytes = self.analysis.sources().iter().map(|(_, file)| file.text().len()).sum::<usize>();
        let most = (MOST_BYTES / n_bytes.max(1)).clamp(FEWEST_ANALYSES, MOST_ANALYSES);
        let earlier = kept.as_ref().or(is_kept.then_some(self.analysis));
        let is_each_alone = all.len() <= MOST_ALONE.min(most);
        // what is tried at the same time takes nothing from each other
        let most_joins = if is_each_alone { all.len() * MOST_JOINED } else { most };
        let (left, left_to_join) = (AtomicUsize::new(most), AtomicUsize::new(most_joins));
        let bench = Bench { trial: self, earlier, findings, left, left_to_join };
        let found: Vec<(Tried, Instead)> = if is_each_alone {
            all.into_par_iter().flat_map_iter(|tried| bench.tell(&[tried])).collect()
        } else {
            // of one finding the fixes are tried one after the other: two at once would say nothing of either
            let most = findings.iter().map(|finding| finding.fixes.len()).max().unwrap_or_default();
            let turns = (0..most).map(|turn| all.iter().filter(|(_, fix)| *fix == turn).copied().collect::<Vec<_>>());
            turns.flat_map(|turn| bench.tell(&turn)).collect()
        };
        put(findings, found);
    }
}

/// Says of these fixes why they are not offered, or what is.
fn put(findings: &mut [Diagnostic], found: impl IntoIterator<Item = (Tried, Instead)>) {
    for ((at, fix), instead) in found {
        let Some(fix) = findings.get_mut(at).and_then(|finding| finding.fixes.get_mut(fix)) else { continue };
        match instead {
            Instead::Nothing(why) => fix.withheld = Some(why.to_string()),
            Instead::Joined(joined) => *fix = joined,
        }
    }
}

/// What trials have in common.
struct Bench<'t> {
    trial: &'t Trial<'t>,
    earlier: Option<&'t Analysis>,
    findings: &'t [Diagnostic],
    /// How often the platform may still be analyzed.
    left: AtomicUsize,
    /// How often for fixes that are joined.
    left_to_join: AtomicUsize,
}

impl Bench<'_> {
    /// Those of the fixes that are not offered as they are, and what comes of them. What touches others has its own turn.
    fn tell(&self, tried: &[Tried]) -> Vec<(Tried, Instead)> {
        let (mut left, mut withheld) = (tried.to_vec(), Vec::new());
        for _ in 0..MOST_TURNS {
            if left.is_empty() {
                return withheld;
            }
            let (apart, rest) = self.apart(&left);
            if apart.is_empty() {
                break;
            }
            withheld.extend(self.together(&apart));
            left = rest;
        }
        withheld.extend(left.into_iter().map(|tried| (tried, Instead::Nothing(Why::Clashes))));
        withheld
    }

    /// Those that do not touch each other, and the rest. What several findings are mended by alike is one fix.
    fn apart(&self, tried: &[Tried]) -> (Vec<Tried>, Vec<Tried>) {
        let mut unlike: Vec<&Fix> = Vec::new();
        let mut at: BTreeMap<&[TextEdit], usize> = BTreeMap::new();
        for (_, fix) in tried.iter().filter_map(|tried| self.fix(*tried)) {
            at.entry(fix.edits.as_slice()).or_insert_with(|| {
                unlike.push(fix);
                unlike.len() - 1
            });
        }
        let (_, applied) = apply_all(self.trial.analysis.sources(), unlike);
        let applied: BTreeSet<usize> = applied.into_iter().collect();
        let is_applied = |tried: &Tried| {
            let place = self.fix(*tried).and_then(|(_, fix)| at.get(fix.edits.as_slice()));
            place.is_some_and(|at| applied.contains(at))
        };
        tried.iter().copied().partition(is_applied)
    }

    /// Tries fixes that do not touch each other, together, and by halves where that does not do.
    fn together(&self, tried: &[Tried]) -> Vec<(Tried, Instead)> {
        let mended: Vec<(&Diagnostic, &Fix)> = tried.iter().filter_map(|tried| self.fix(*tried)).collect();
        let mut seen = BTreeSet::new();
        let unlike: Vec<&Fix> =
            mended.iter().map(|(_, fix)| *fix).filter(|fix| seen.insert(fix.edits.as_slice())).collect();
        let is_one = unlike.len() == 1;
        let before = self.trial.analysis;
        let (texts, _) = apply_all(before.sources(), unlike);
        let Some(after) = self.analyzed(&texts, &self.left) else {
            return tried.iter().map(|tried| (*tried, Instead::Nothing(Why::Untried))).collect();
        };
        if fault(&mended, before, &after).is_none() {
            return Vec::new();
        }
        if is_one {
            let told = tried.iter().zip(&mended);
            return told.filter_map(|(tried, mended)| Some((*tried, self.instead(*mended, &after)?))).collect();
        }
        drop(after);
        let (first, second) = tried.split_at(tried.len() / 2);
        [self.together(first), self.together(second)].concat()
    }

    /// What is offered instead of a fix after which the platform is so; nothing where that is as it should be.
    fn instead(&self, mended: (&Diagnostic, &Fix), after: &Analysis) -> Option<Instead> {
        let before = self.trial.analysis;
        let why = fault(&[mended], before, after)?;
        let judge = |texts: &Texts| self.analyzed(texts, &self.left_to_join);
        let joined = joined(before, mended, after, Choice::Any, &judge);
        Some(joined.map_or(Instead::Nothing(why), |(joined, _)| Instead::Joined(joined)))
    }

    /// The platform with these texts; `None` where it has been analyzed as often as it may be.
    fn analyzed(&self, texts: &Texts, left: &AtomicUsize) -> Option<Analysis> {
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).ok()?;
        let overlay = Overlay { below: self.trial.files, texts };
        Some(analyze_again(&overlay, self.trial.root, &self.trial.analysis.inputs, self.earlier))
    }

    fn fix(&self, (at, fix): Tried) -> Option<(&Diagnostic, &Fix)> {
        let finding = self.findings.get(at)?;
        Some((finding, finding.fixes.get(fix)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::{Inputs, analyze};
    use crate::diagnostic::Severity;
    use crate::diagnostic::render::Shown;
    use crate::diagnostic::render::json::render;
    use crate::diagnostic::render::positions::Positions;
    use crate::source::files::{MemoryFiles, ROOT};

    const BASE: &str = r#"
        platform shop {
          kubernetes "1.33"
          defaults {
            health 8081 { live "/l"; ready "/r" every 5s }
            shutdown { pre-stop 5s; drain 20s }
          }
        }
        environment test { namespace "shop-test" }
        environment prod { namespace "shop-prod" }
        class base {
          image "registry.example/app:1.0"
          port http 8080
          cpu 100m..500m
          memory 128Mi..256Mi
          scale 2
        }
    "#;

    /// A platform with so many services, each of which may be left without time to exit, and a waiver of the first.
    fn platform(n_services: usize) -> String {
        let services: Vec<String> = (0..n_services)
            .map(|n| format!("service s{n} is base {{ shutdown {{ grace 26s }} }}\nallow s{n} -> s0.http\n"))
            .collect();
        let services = services.concat();
        format!("{BASE}{services}waive BVL0702 on s0 in test because \"nobody waits there\"\n")
    }

    /// The numbers of the fixes in the JSON of each finding, by what it is about.
    fn offered(text: &str) -> BTreeMap<String, Vec<u64>> {
        let files = MemoryFiles::new([(ROOT, text)]);
        let analysis = analyze(&files, ROOT, &Inputs::default());
        let counted = analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint);
        let mut findings: Vec<Diagnostic> = counted.cloned().collect();
        Trial::new(&files, ROOT, &analysis).judge(&mut findings);
        let sources = analysis.sources();
        let numbers = findings.iter().map(|finding| {
            let text = render(finding, Shown { sources, prefix: "" }, &mut Positions::new(sources));
            let object: serde_json::Value = serde_json::from_str(&text).unwrap();
            let fixes = object["fixes"].as_array().unwrap().iter();
            (finding.subjects.join(" "), fixes.map(|fix| fix["number"].as_u64().unwrap()).collect())
        });
        numbers.collect()
    }

    #[test]
    fn few_fixes_and_many_are_offered_alike() {
        // each service has two fixes
        for n_services in [2, MOST_ALONE / 2, MOST_ALONE] {
            let found = offered(&platform(n_services));
            assert_eq!(found.len(), n_services);
            for (subject, numbers) in found {
                // the waiver would have nothing to accept any more
                let expected: &[u64] = if subject == "s0" { &[] } else { &[1, 2] };
                assert_eq!(numbers, expected, "{subject} of {n_services}");
            }
        }
    }

    #[test]
    fn what_a_fix_writes_is_not_offered_where_it_is_wrong_itself() {
        let others = "service s1 is base { }\nallow s1 -> s0.http\n";
        for (statement, expected) in [
            // seconds, or minutes, for which a pod needs more time: with that
            ("shutdown { pre-stop 5 }", &[1, 2][..]),
            ("shutdown { drain 20 }", &[1, 2]),
            ("shutdown { pre-stop 500ms }", &[]),
            ("shutdown { grace 500ms }", &[]),
            // a unit that is no unit is none of the value that is written
            ("shutdown { drain 90sec }", &[1]),
            // the value is the range: of which the other end is as it was
            ("memory 128Mi..256", &[1]),
            ("memory 1..2Gi", &[2]),
            ("cpu 1..200m", &[1]),
        ] {
            let found = offered(&format!("{BASE}service s0 is base {{ {statement} }}\n{others}"));
            assert_eq!(found.into_values().collect::<Vec<_>>(), [expected], "{statement}");
        }
        // what is wrong beside what it writes was hidden, and is none of its doing either
        for (statement, expected) in [
            ("shutdown grace 26s", &[1][..]),
            ("inn test, tset", &[1]),
            // two of one word are there by its doing
            ("env A \"1\"; evn A \"2\"", &[]),
        ] {
            let found = offered(&format!("{BASE}service s0 is base {{ {statement} }}\n{others}"));
            assert_eq!(found.into_values().collect::<Vec<_>>(), [expected], "{statement}");
        }
        // what was wrong elsewhere, and hidden, is none of its doing
        let hidden = "service s0 is base { shutdown { grace 26s; drain 20000ms } }\n";
        let found = offered(&format!("{BASE}{hidden}{others}"));
        assert!(found.values().all(|numbers| !numbers.is_empty()), "{found:?}");
    }
}
