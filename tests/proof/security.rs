//! What the check of `security` refuses is what the second opinion refuses of the pods that come of it, which shares nothing
//! with the check: for everything that can be asked for, by whichever container, under every level, on both sides of each change of
//! version.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use bvlc::analyze::{Analysis, Inputs, Mode, analyze};
use bvlc::query::manifests::{Subject, Terms, read, verify};
use bvlc::source::files::MemoryFiles;
use bvlc::source::{Provenance, SourceMap};
use bvlc::value::Capability;
use bvlc::verify::pod_security::PolicyVersion;

use super::platforms::manifests;

/// Everything that Kubernetes judges of what `security` can ask for, each with the name of its service.
fn demands() -> Vec<(String, String)> {
    let named = |name: &str| name.to_ascii_lowercase().replace('_', "-");
    let added = Capability::all().map(|one| (named(one.name()), format!("capability {one} because \"R\"")));
    let others = [
        ("nothing", "group 2"),
        ("local", "seccomp localhost \"profiles/app.json\""),
        ("unconfined", "seccomp unconfined because \"R\""),
        ("escalating", "privilege-escalation because \"R\""),
        ("writable", "writable-root because \"R\""),
    ];
    added.chain(others.map(|(name, asked)| (name.to_owned(), asked.to_owned()))).collect()
}

/// Where a demand may stand: in the braces of a service, or in those of a container beside its own.
const WITHIN: [[&str; 2]; 3] = [
    ["", ""],
    ["init beside { image \"registry.example/init:1.0\"; cpu 1; memory 1Gi; ", "}"],
    ["sidecar beside { image \"registry.example/sidecar:1.0\"; cpu 1; memory 1Gi; ", "}"],
];

fn analyzed(profile: &str, [before, behind]: [&str; 2], waivers: &str) -> Analysis {
    let mut text = format!(
        "platform shop {{ kubernetes \"1.33\" }}
         environment prod {{ namespace \"shop\"; profile {profile} because \"R\" }}
         class base {{
           image \"registry.example/app:1.0\"; port http 8080; cpu 1; memory 1Gi; scale 2
           health 8081 {{ live \"/healthz\"; ready \"/readyz\" every 5s }}
           shutdown {{ pre-stop 5s; drain 20s }}
         }}\n{waivers}"
    );
    for (name, asked) in demands() {
        let _ = writeln!(
            text,
            "service {name} is base {{ {before}security {{ {asked} }}{behind} }}\nallow {name} -> nothing.http"
        );
        if profile.starts_with("privileged") {
            let _ = writeln!(text, "waive privileged-service on {name} because \"R\"");
        }
    }
    let files = MemoryFiles::new([("platform.bvl", text.as_str())]);
    analyze(&files, "platform.bvl", &Inputs { mode: Mode::Build, ..Inputs::default() })
}

/// The services of whose pods the check says that the API server refuses them, and those of which it says that bvlc does.
fn told(analysis: &Analysis) -> BTreeSet<String> {
    let found = analysis.findings.iter().filter(|finding| finding.code.id == "BVL0415");
    found.flat_map(|finding| finding.subjects.iter().cloned()).collect()
}

/// The services of whose pods the second opinion says so.
fn refused(analysis: &Analysis) -> BTreeSet<String> {
    let built = manifests(analysis);
    let objects = built.environments.iter().flat_map(|emitted| &emitted.objects);
    let documents: Vec<String> = objects.map(|object| serde_json::to_string(object).unwrap()).collect();
    let mut sources = SourceMap::default();
    let file = sources.add("built.yaml", documents.join("\n---\n"), Provenance::User);
    let read = read(&sources, &[file]);
    assert!(read.broken.is_empty() && read.unknown.is_empty());
    let terms = Terms { subjects: vec![Subject::PodSecurity], version: PolicyVersion(33), ..Terms::default() };
    let found = verify(&read, &terms).findings;
    let named = found.iter().filter(|finding| finding.code.id == "BVL1110").map(|finding| {
        let title = finding.message.strip_prefix("Deployment shop/").unwrap();
        title.split(':').next().unwrap().to_owned()
    });
    named.collect()
}

#[test]
fn what_is_refused_of_security_is_what_the_api_server_refuses() {
    let own = BTreeSet::from(["writable".to_owned()]);
    let mut seen = BTreeSet::new();
    let levels = ["restricted", "baseline", "privileged"];
    let versions = ["latest", "\"1.18\"", "\"1.19\"", "\"1.21\"", "\"1.22\"", "\"1.33\""];
    let all = levels.into_iter().flat_map(|level| versions.map(|version| (level, version)));
    for within in WITHIN {
        for (level, version) in all.clone() {
            let profile = format!("{level} version {version}");
            let told = told(&analyzed(&profile, within, ""));
            let waived = |name: &String| format!("waive security-beyond-profile on {name} because \"R\"\n");
            let accepted = analyzed(&profile, within, &told.iter().map(waived).collect::<String>());
            assert!(accepted.checked().is_some(), "{profile}: {:#?}", accepted.findings);
            let mut expected = refused(&accepted);
            if level == "restricted" {
                assert!(!expected.contains("writable"), "{profile}: Kubernetes asks for no read-only root");
                expected.extend(own.iter().cloned());
            }
            assert_eq!(told, expected, "{profile}");
            seen.insert(told.len());
        }
    }
    // of 41 capabilities, the 28 beyond those of a runtime, or 40; unconfined; gain of privileges; a writable root
    assert_eq!(seen, BTreeSet::from([0, 28, 29, 30, 31, 43]));
}
