//! Every line of what is previewed of the examples has a place in the spec, or stands among those that no statement decides.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::client::{Client, Counts, STANDARD};
use crate::corpus::{Platform, platforms};

/// The lines that no statement of a spec decides, `KIND: LINE`, each once, in order. Whoever adds one says with it that nobody
/// can change that line by a statement of their own.
const UNDECIDED: &str = "tests/lsp/undecided.txt";

/// What rolls the pods when one of many values changes.
const HASH: &str = "bvl.dev/config-hash:";

/// A kind, a line of it, and what states it: of containers beside a workload's own, of what others make of it, of environments.
const LEADS: [(&str, &str, &str); 24] = [
    ("Deployment", "cpu: 50m", "cpu 50m..200m"),
    ("Deployment", "memory: 32Mi", "memory 32Mi..64Mi"),
    ("Deployment", "to", "args \"copy\", \"--to\", \"/srv/theme\""),
    ("Deployment", "restartPolicy: Always", "sidecar grpc-web {"),
    ("Deployment", "sizeLimit: 64Mi", "scratch \"/srv/theme\" 64Mi"),
    ("Deployment", "runAsUser: 10001", "user 10001"),
    ("Deployment", "shop.example/stage: prod", "label \"shop.example/stage\" \"prod\""),
    ("Deployment", "prometheus.io/port: \"9102\"", "metrics 9102 \"/metrics\""),
    ("PodDisruptionBudget", "maxUnavailable: 1", "disruption max-unavailable 1"),
    ("PodDisruptionBudget", "minAvailable: 50%", "disruption min-available 50%"),
    ("PodDisruptionBudget", "shop.example/team: checkout", "label \"shop.example/team\" $team"),
    (
        "PodDisruptionBudget",
        "app.kubernetes.io/name: checkout",
        "service checkout is web, owned(team = \"checkout\") {",
    ),
    ("NetworkPolicy", "cidr: 10.30.0.0/24", "cidr 10.30.0.0/24"),
    ("NetworkPolicy", "cidr: 10.60.0.0/28", "api-server 10.60.0.0/28 443"),
    ("NetworkPolicy", "port: 5432", "allow bitvault-worker -> postgres.sql, nats.client"),
    ("NetworkPolicy", "app.kubernetes.io/name: greeter", "allow web -> greeter.http { timeout 5s }"),
    (
        "ExternalSecret",
        "property: signing-key",
        "secret sessions from vault \"bitvault/${environment}/sessions\" { key SESSION_KEY \"signing-key\" }",
    ),
    (
        "Ingress",
        "nginx.ingress.kubernetes.io/proxy-read-timeout: \"15\"",
        "expose \"${namespace}.apps.shop.example\" { tls cluster-issuer \"letsencrypt\"; timeout 15s }",
    ),
    (
        "Ingress",
        "cert-manager.io/cluster-issuer: letsencrypt",
        "expose \"${namespace}.apps.shop.example\" { tls cluster-issuer \"letsencrypt\"; timeout 15s }",
    ),
    ("Ingress", "argocd.argoproj.io/sync-wave: \"3\"", "after checkout, search-index"),
    ("ResourceQuota", "limits.cpu: \"160\"", "cpu 160"),
    ("ResourceQuota", "requests.memory: 120Gi", "requests { cpu 60; memory 120Gi }"),
    ("Namespace", "name: shop-prod", "namespace \"shop-prod\""),
    ("Namespace", "pod-security.kubernetes.io/enforce-version: v1.29", "profile restricted version \"1.29\""),
];

/// A line that has a value, and the line of the spec that it leads to.
struct Shown {
    kind: String,
    line: String,
    stated: Option<String>,
}

/// A preview at a place: its lines with values.
fn shown(platform: &Platform, answer: &Value) -> Vec<Shown> {
    let text = answer["text"].as_str().unwrap();
    let places: BTreeMap<u64, &Value> = answer["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["line"].as_u64().unwrap(), &entry["location"]))
        .collect();
    let stated = |row: u64| {
        let place = places.get(&row)?;
        let uri = place["uri"].as_str().unwrap();
        if uri.starts_with(&format!("file://{STANDARD}/")) {
            return Some(uri.to_owned());
        }
        let source = uri.strip_prefix(&Client::uri("")).unwrap();
        let line = usize::try_from(place["range"]["start"]["line"].as_u64().unwrap()).unwrap();
        Some(platform[source].lines().nth(line).unwrap().trim().to_owned())
    };
    let (mut kind, mut found, mut text_behind) = (String::new(), Vec::new(), None);
    let lines: Vec<&str> = text.lines().collect();
    for (row, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if text_behind.is_some_and(|behind| indent > behind) || line.is_empty() {
            continue;
        }
        text_behind = None;
        if let Some(named) = line.strip_prefix("kind: ") {
            named.clone_into(&mut kind);
        }
        let code = line.trim_start_matches([' ', '-']);
        if code.ends_with("|-") || code.ends_with('|') {
            text_behind = Some(indent);
        }
        // a comment says why there is nothing to show, and the hash of a configuration is that of all its values
        if code.is_empty() || code.ends_with(':') || code.starts_with('#') || code.starts_with(HASH) {
            continue;
        }
        let kind = if line.starts_with("apiVersion") { "*".to_owned() } else { kind.clone() };
        found.push(Shown { kind, line: code.to_owned(), stated: stated(row as u64) });
    }
    found
}

/// Everything that is previewed of a platform.
fn all(platform: &Platform) -> Vec<Shown> {
    let mut client = Client::pulling(platform, Counts::Utf16);
    for (path, text) in platform {
        client.open(path, text);
    }
    let mut found = Vec::new();
    let declared = |text: &str, words: &[&str]| -> Vec<(usize, String)> {
        let mut at = 0;
        let mut found = Vec::new();
        for line in text.split_inclusive('\n') {
            let mut words_of = line.split([' ', '(']);
            if words_of.next().is_some_and(|word| words.contains(&word)) {
                let word = line.len() - line.trim_start_matches(|letter| letter != ' ').len();
                found.push((at + word + 1, words_of.next().unwrap_or_default().to_owned()));
            }
            at += line.len();
        }
        found
    };
    let environments: BTreeSet<String> =
        platform.values().flat_map(|text| declared(text, &["environment"])).map(|(_, name)| name).collect();
    for (path, text) in platform {
        for (at, _) in declared(text, &["service", "job", "managed", "environment"]) {
            for environment in &environments {
                let mut place = client.at(path, at);
                place["environment"] = json!(environment);
                let answer =
                    client.ask("workspace/executeCommand", json!({"command": "bvlc.preview", "arguments": [place]}));
                found.extend(shown(platform, &answer));
            }
        }
    }
    client.end();
    found
}

#[test]
fn every_line_of_a_preview_has_a_place_or_is_decided_by_nobody() {
    let mut undecided = BTreeSet::new();
    let mut leads = LEADS.to_vec();
    for (_, platform) in platforms("examples") {
        for Shown { kind, line, stated } in all(&platform) {
            let is_here = (kind.as_str(), line.as_str(), stated.as_deref().unwrap_or_default());
            leads.retain(|lead| *lead != is_here);
            if stated.is_none() {
                undecided.insert(format!("{kind}: {line}"));
            }
        }
    }
    assert!(leads.is_empty(), "no line leads there: {leads:#?}");
    let mut found = undecided.into_iter().collect::<Vec<_>>().join("\n");
    found.push('\n');
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(UNDECIDED, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(UNDECIDED).unwrap(), "BLESS=1 writes {UNDECIDED}: look at what it adds");
}
