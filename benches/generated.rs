//! The platform that the benches generate is sound under all checks and uses every word of the vocabulary: what is
//! measured with it is what the language can say.

#[cfg(test)]
mod change;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the server is a process here, and its folder lies on the disk")]
mod documents;
#[cfg(test)]
mod edits;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the system tells figures in files")]
mod figures;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the server is a process here")]
#[path = "../tests/lsp/pipe.rs"]
mod pipe;
#[cfg(test)]
mod platform;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "what is saved lies on the disk")]
mod soaking;

#[cfg(test)]
mod law {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;
    use std::time::Duration;

    use bvlc::analyze::{Analysis, Inputs, analyze};
    use bvlc::check;
    use bvlc::diagnostic::Severity;
    use bvlc::registry;
    use bvlc::source::files::MemoryFiles;
    use bvlc::syntax::Statement;
    use bvlc::value::Term;
    use bvlc::vocabulary::{Block, EXTERNAL, FILE, FLOW, MANAGED, SERVICE};

    use super::mistakes::{Cluster, MISTAKES, ON_ONE, mistaken};
    use super::platform::platform;
    use super::soaking::{Plan, soak};

    /// Words that the platform cannot use, each with its reason.
    const EXCEPTIONS: &[(&str, &str, &str)] = &[
        ("dns", "kube-dns", "a platform has one kind of DNS, and this one has `node-local`"),
        ("dns", "local-redirect", "a platform has one kind of DNS, and this one has `node-local`"),
        ("dns", "openshift", "a platform has one kind of DNS, and this one has `node-local`"),
        ("dns", "addresses", "a platform has one kind of DNS, and this one has `node-local`"),
    ];

    /// Enough services for every kind that the generator makes.
    const SERVICES: usize = 40;

    fn generated() -> (Analysis, usize) {
        let (files, flows) = platform(SERVICES, 4, 1);
        let files = MemoryFiles::new(files.iter().map(|file| (file.name.as_str(), file.text.as_str())));
        (analyze(&files, "platform.bvl", &Inputs::default()), flows)
    }

    /// The words of a block that are stated, each with the word whose braces it stands in.
    fn walk(owner: &str, block: &Block, statement: &Statement, seen: &mut BTreeSet<(String, String)>) {
        for inner in statement.statements() {
            stated(owner, block, inner, seen);
        }
    }

    fn stated(owner: &str, block: &Block, statement: &Statement, seen: &mut BTreeSet<(String, String)>) {
        let Some(word) = block.word(statement.word()) else { return };
        seen.insert((owner.to_owned(), word.name.to_owned()));
        if word.name == "class" {
            let kinds = [("service", &SERVICE), ("managed", &MANAGED), ("external", &EXTERNAL)];
            let known = |block: &Block| statement.statements().filter(|it| block.word(it.word()).is_some()).count();
            if let Some((owner, block)) = kinds.into_iter().rev().max_by_key(|(_, block)| known(block)) {
                walk(owner, block, statement, seen);
            }
            return;
        }
        if word.name == "allow" {
            return walk("allow", &FLOW, statement, seen);
        }
        let chosen = statement.terms.first().and_then(Term::name).and_then(|name| word.variant(name));
        if let Some(variant) = chosen {
            seen.insert((word.name.to_owned(), variant.name.to_owned()));
        }
        let inner = chosen.map_or(word.name, |variant| variant.name);
        if let Some(block) = chosen.and_then(|variant| variant.block).or(word.block) {
            walk(of_service(inner), block, statement, seen);
        }
    }

    /// What stands in `defaults` are words of services.
    fn of_service(owner: &str) -> &str {
        if owner == "defaults" { "service" } else { owner }
    }

    /// The codes of checks that speak of the platform with the mistakes.
    fn heard(cluster: Cluster, seed: usize) -> BTreeSet<&'static str> {
        let files = mistaken(cluster, SERVICES, 4, seed);
        let files = MemoryFiles::new(files.iter().map(|file| (file.name.as_str(), file.text.as_str())));
        let analysis = analyze(&files, "platform.bvl", &Inputs::default());
        let codes: BTreeSet<&str> = check::all().map(|check| check.code.id).collect();
        let found = analysis.findings.iter().map(|finding| finding.code.id);
        found.filter(|code| codes.contains(code)).collect()
    }

    #[test]
    fn every_check_finds_its_mistake() {
        let codes: BTreeSet<&str> = check::all().map(|check| check.code.id).collect();
        let planted: BTreeSet<&str> = MISTAKES.iter().map(|(code, _)| *code).collect();
        assert!(planted.is_subset(&codes), "mistakes that no check is for: {:?}", planted.difference(&codes));
        for seed in 1..=3 {
            for (cluster, other) in [(Cluster::Cilium, Cluster::Vpc), (Cluster::Vpc, Cluster::Cilium)] {
                let excused: BTreeSet<&str> =
                    ON_ONE.iter().filter(|(alone, ..)| *alone == other).map(|(_, code, _)| *code).collect();
                let expected: BTreeSet<&str> = codes.difference(&excused).copied().collect();
                let heard = heard(cluster, seed);
                let silent: Vec<_> = expected.difference(&heard).collect();
                assert!(silent.is_empty(), "{cluster:?}, seed {seed}: nothing is heard of {silent:?}");
                let idle: Vec<_> = heard.intersection(&excused).collect();
                assert!(idle.is_empty(), "{cluster:?}: {idle:?} speak there as well, so they need no reason");
            }
        }
    }

    #[test]
    fn it_is_sound() {
        let (analysis, flows) = generated();
        let heard = analysis.findings.iter().filter(|finding| finding.severity != Severity::Hint);
        let said: Vec<String> = heard.map(|finding| format!("{}: {}", finding.code.id, finding.message)).collect();
        assert_eq!(said, [] as [String; 0]);
        assert_eq!(flows, 5 * SERVICES);
    }

    #[test]
    fn it_uses_every_word() {
        let (analysis, _) = generated();
        let mut seen = BTreeSet::new();
        for statement in analysis.trees().iter().flat_map(|tree| tree.statements()) {
            stated("", &FILE, statement, &mut seen);
        }
        let mut excepted: BTreeMap<(&str, &str), &str> =
            EXCEPTIONS.iter().map(|(owner, word, why)| ((*owner, *word), *why)).collect();
        let mut wrong = Vec::new();
        let rows: Vec<_> = registry::words().collect();
        for row in &rows {
            let owner = of_service(row.block.rsplit(' ').next().unwrap_or_default());
            let is_stated = seen.contains(&(owner.to_owned(), row.word.to_owned()));
            match (is_stated, excepted.remove(&(owner, row.word))) {
                (true, None) | (false, Some(_)) => {}
                (true, Some(_)) => wrong.push(format!("`{} {}` is used, so it is no exception", row.block, row.word)),
                (false, None) => wrong.push(format!(
                    "let benches/platform.rs use `{} {}`, or give the reason why it cannot",
                    row.block, row.word
                )),
            }
        }
        assert_eq!(wrong, [] as [String; 0]);
        assert!(excepted.is_empty(), "exceptions that are no words: {excepted:?}");
    }

    #[test]
    fn a_long_session_takes_no_more_memory_and_ends_with_the_truth() {
        let plan = Plan { services: 10, files: 10, edits: 600, pulls: 60, seed: 1 };
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("soaking");
        let soaked = soak(&folder, &plan, |_| {}).unwrap();
        let end = soaked.moments.last().unwrap();
        assert!(end.edits >= plan.edits && end.pulls >= plan.pulls, "{} edits, {} pulls", end.edits, end.pulls);
        assert_eq!(soaked.differing, [] as [String; 0]);
        assert!(soaked.idle <= Duration::from_millis(1), "it runs {:?}, though nobody asks anything", soaked.idle);
        let resident: Vec<u64> = soaked.moments.iter().map(|moment| moment.resident).collect();
        assert!(end.resident * 2 <= resident[resident.len() / 2] * 3, "kibibytes in memory: {resident:?}");
    }
}
