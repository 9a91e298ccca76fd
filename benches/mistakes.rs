//! The generated platform with a mistake planted for each check.
//!
//! A mistake is a few statements of their own in a file beside the sound ones; where it needs a peer, that is a service
//! that the seed chooses. What no cluster can be together stands on two: see [`Cluster`].

use super::platform::{File, Random, platform};

/// What the platform says of its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cluster {
    /// Cilium, all of its addresses stated, and a port for health that every service has.
    Cilium,
    /// Amazon's plugin, next to nothing stated.
    Vpc,
}

/// The statements of the sound platform that are others on a cluster: what stands there, and what stands in its place.
fn changes(cluster: Cluster) -> &'static [(&'static str, &'static str)] {
    match cluster {
        Cluster::Cilium => &[
            UNUSED,
            ("kubernetes \"1.33\" up-to \"1.36\"", "kubernetes \"1.29\" up-to \"1.35\""),
            ("cni calico", "cni cilium"),
            ("delivery argocd { in system", "delivery argocd { in review"),
            ("dns node-local 169.254.20.10, 10.96.0.10", "dns node-local 169.254.20.10"),
            ("  defaults {\n", "  defaults {\n    health 8081 { live \"/healthz\"; ready \"/readyz\" every 5s }\n"),
        ],
        Cluster::Vpc => &[
            UNUSED,
            ("kubernetes \"1.33\" up-to \"1.36\"", "kubernetes \"1.33\" up-to \"1.99\""),
            ("cni calico", "cni aws-vpc"),
            ("  api-server 10.40.0.0/28 6443\n", ""),
            ("  node-cidr 10.0.0.0/16\n", ""),
        ],
    }
}

/// A registry beside the one that images come from.
const UNUSED: (&str, &str) = (
    "  registry \"registry.example\" { pull-secret \"registry\" }\n",
    "  registry \"registry.example\" { pull-secret \"registry\" }\n  registry \"mirror.example\"\n",
);

/// The codes of checks that speak on one cluster alone, and why not on the other.
pub(crate) const ON_ONE: &[(Cluster, &str, &str)] = &[
    (Cluster::Cilium, "BVL0320", "only Cilium knows nodes by an identity of their own"),
    (Cluster::Cilium, "BVL0323", "the other one states both addresses of its DNS"),
    (Cluster::Cilium, "BVL0404", "the newest version of the other one is not known"),
    (Cluster::Cilium, "BVL0706", "the oldest version of the other one has a `sleep` of its own"),
    (Cluster::Cilium, "BVL0709", "the defaults of the other one state no port for health"),
    (Cluster::Cilium, "BVL0721", "the oldest version of the other one has a `sleep` of its own"),
    (Cluster::Cilium, "BVL0914", "the other one has Argo CD in one place"),
    (Cluster::Cilium, "BVL0905", "the oldest version of the other one takes any name of a variable"),
    (Cluster::Vpc, "BVL0317", "the other one states the addresses of its nodes"),
    (Cluster::Vpc, "BVL0318", "the other one states where the Kubernetes API is"),
    (Cluster::Vpc, "BVL0321", "only Amazon's plugin counts ports"),
    (Cluster::Vpc, "BVL0326", "only Amazon's plugin asks for one number on both sides of a Service"),
    (Cluster::Vpc, "BVL0327", "only Amazon's plugin keeps one family of addresses"),
    (Cluster::Vpc, "BVL0710", "where the defaults state a port for health, that is the finding"),
    (Cluster::Vpc, "BVL0904", "the other one targets versions that are known"),
];

/// The platform of so many services in so many files, with the mistakes.
pub(crate) fn mistaken(cluster: Cluster, services: usize, files: usize, seed: usize) -> Vec<File> {
    let (mut all, _) = platform(services, files, seed);
    for file in all.iter_mut().filter(|file| file.name == "platform.bvl") {
        for (old, new) in changes(cluster) {
            file.text = file.text.replacen(old, new, 1);
        }
        file.text.insert_str(0, "use \"mistakes.bvl\"\n");
    }
    let mut random = Random::new(seed);
    let mut text = LAB.to_owned();
    let mut left: Vec<&str> = MISTAKES.iter().map(|(_, statements)| *statements).collect();
    while !left.is_empty() {
        let statements = left.swap_remove(random.below(left.len()));
        let peer = format!("svc-{:05}", 1 + random.below(services.saturating_sub(1)));
        text.push_str(&statements.replace("PEER", &peer));
        text.push('\n');
    }
    all.push(File { name: "mistakes.bvl".to_owned(), text });
    all
}

/// Where most mistakes are made, and what they are made beside.
const LAB: &str = r#"environment lab { shared; namespace "big-lab" }
class lab {
  image "registry.example/lab:1"
  port http 8080
  cpu 100m..500m
  memory 128Mi..256Mi
  scale 2
  health 8081 { live "/healthz"; ready "/readyz" every 5s }
}
service hub is lab { in lab }
"#;

/// The codes of checks, each with statements that only it has something against, or that others have as well.
pub(crate) const MISTAKES: &[(&str, &str)] = &[
    ("BVL0301", "never edge -> svc-00000"),
    ("BVL0302", "never edge ~> vault"),
    (
        "BVL0303",
        "service only-dev is lab { in dev }\nservice only-prod is lab { in prod }\nallow only-dev, only-prod -> svc-00000.http\nnever only-dev -> only-prod",
    ),
    ("BVL0304", "never cnpg -> keda"),
    (
        "BVL0305",
        "external world { cidr 0.0.0.0/0 except 169.254.169.254/32; port https 443 }\nallow PEER -> world.https",
    ),
    ("BVL0306", "external link { cidr 169.254.0.0/16; port https 443 }\nallow PEER -> link.https"),
    (
        "BVL0307",
        "external outside { cidr 10.77.0.0/24 except 10.78.0.0/25; port https 443 }\nallow PEER -> outside.https",
    ),
    ("BVL0308", "external among-pods { cidr 10.244.7.0/24; port https 443 }\nallow PEER -> among-pods.https"),
    (
        "BVL0309",
        r#"external named { host "named.example"; port https 443 }
allow PEER -> named.https"#,
    ),
    (
        "BVL0310",
        r#"managed unmatched { in lab; port http 7001; disruption none because "a test" }
allow PEER -> unmatched.http"#,
    ),
    (
        "BVL0311",
        r#"managed twin-a { in lab; match "app" "twin"; port http 7001; disruption none because "a test" }
managed twin-b { in lab; match "app" "twin"; port http 7002; disruption none because "a test" }
allow PEER -> twin-a.http, twin-b.http"#,
    ),
    ("BVL0312", "allow prod/svc-00000 -> staging/PEER.http"),
    ("BVL0313", "service lonely is lab { in lab }"),
    (
        "BVL0314",
        r#"service unserved is lab { in lab; scale 2..5 { on kafka { topic "orders"; consumer "billing"; lag 5 } } }
allow unserved -> ledger.entries"#,
    ),
    ("BVL0315", "service unreachable is lab { in prod; env VAULT vault.host }\nallow unreachable -> svc-00000.http"),
    ("BVL0316", "service unclear is lab { in prod; env BROKER kafka.nosuch.host }\nallow unclear -> kafka.client"),
    ("BVL0319", "external plain { cidr 10.79.0.1; port cache 6379 }\nallow PEER -> plain.cache"),
    (
        "BVL0322",
        r#"managed cluster { in lab; match "cnpg.io/cluster" "lab"; port sql 5432; service "lab-rw" sql; replicas 3; disruption by-operator }
allow PEER -> cluster.sql"#,
    ),
    (
        "BVL0325",
        r#"managed lab-keda is keda.operator { in lab }
service unanswered is lab { in lab; scale 2..5 { on keda "aws-sqs-queue" { queueURL "https://sqs.example/q" } } }
allow unanswered -> hub.http"#,
    ),
    ("BVL0401", r#"environment weak { shared; namespace "big-weak"; profile baseline }"#),
    ("BVL0402", r#"environment open { shared; namespace "big-open"; default-deny off }"#),
    ("BVL0403", "service among-operators is lab { in system }\nallow among-operators -> cnpg.webhook"),
    ("BVL0404", r#"environment ahead { shared; namespace "big-ahead"; profile restricted version "1.36" }"#),
    (
        "BVL0406",
        r#"service moving is lab { in lab; image "registry.example/moving" }
allow moving -> hub.http"#,
    ),
    (
        "BVL0407",
        r#"environment frozen { shared; namespace "big-frozen"; immutable }
service tagged is lab { in frozen }
allow PEER -> tagged.http"#,
    ),
    ("BVL0408", "service low is lab { in lab; port dns 53 }\nallow hub -> low.dns"),
    (
        "BVL0409",
        r#"service literal is lab { in lab; env STORE "postgres://app:hunter22@store.example/db" }
allow literal -> hub.http"#,
    ),
    (
        "BVL0410",
        r#"service named-secret is lab { in lab; env DB_PASSWORD "correct-horse" }
allow named-secret -> hub.http"#,
    ),
    ("BVL0411", "service root is lab { in lab; user 0 }\nallow root -> hub.http"),
    (
        "BVL0412",
        r#"managed refused { in lab; match "app" "refused"; port http 7001; disruption none because "a test"; profile baseline }
allow hub -> refused.http"#,
    ),
    (
        "BVL0413",
        r#"environment wide { shared; namespace "big-wide"; profile privileged because "a test" }
managed modest { in wide; match "app" "modest"; port http 7001; disruption none because "a test"; profile baseline }
allow hub -> modest.http"#,
    ),
    (
        "BVL0414",
        r#"service unexpanded is lab { in lab; env PASSWORD secret "unexpanded" "password"; args "--password", "$(PASSWORD)" }
allow unexpanded -> hub.http"#,
    ),
    (
        "BVL0415",
        r#"service rewriting is lab { in lab; security { writable-root because "a test" } }
allow hub -> rewriting.http"#,
    ),
    (
        "BVL0416",
        r#"service adding is lab { in lab; security { capability NET_BIND_SERVICE because "a test" } }
allow hub -> adding.http"#,
    ),
    (
        "BVL0417",
        "service unreasoned is lab { in lab; security { capability NET_BIND_SERVICE } }\nallow hub -> unreasoned.http",
    ),
    (
        "BVL0501",
        r#"service unsized { in lab; image "registry.example/lab:1"; scale 2; port http 8080 }
allow hub -> unsized.http"#,
    ),
    ("BVL0502", "service unlimited is lab { in lab; cpu 100m..none }\nallow unlimited -> hub.http"),
    ("BVL0503", "service upside-down is lab { in lab; cpu 600m..500m }\nallow upside-down -> hub.http"),
    ("BVL0504", "service far is lab { in lab; cpu 10m..500m }\nallow far -> hub.http"),
    ("BVL0505", "service turned is lab { in lab; scale 5..2 { on cpu 70% } }\nallow turned -> hub.http"),
    ("BVL0506", "service aimless is lab { in lab; scale 2..5 { on cpu 0% } }\nallow aimless -> hub.http"),
    ("BVL0507", "service beyond is lab { in lab; scale 2..5 { on cpu 501% } }\nallow beyond -> hub.http"),
    (
        "BVL0508",
        r#"service twice is lab { in lab; scale 2..5 { on cron as a { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 3 }; on cron as b { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 4 } } }
allow twice -> hub.http"#,
    ),
    (
        "BVL0509",
        r#"service idling is lab { in lab; scale 2..5 { on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 3 }; idle 1 } }
allow idling -> hub.http"#,
    ),
    (
        "BVL0510",
        "service asleep is lab { in lab; scale 0..5 { on cpu 70% }; disruption max-unavailable 1 }\nallow asleep -> hub.http",
    ),
    ("BVL0511", "service unmoved is lab { in lab; scale 2..5 }\nallow unmoved -> hub.http"),
    (
        "BVL0512",
        r#"service mixed is lab { in lab; scale 2..5 { on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 3 }; on metric requests 200 from metrics } }
allow mixed -> hub.http"#,
    ),
    (
        "BVL0513",
        r#"service woooooooooooooooooooooooooooooooooooooooooooooooooooooo is lab { in lab; scale 2..5 { on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 3 } } }
allow woooooooooooooooooooooooooooooooooooooooooooooooooooooo -> hub.http"#,
    ),
    (
        "BVL0514",
        r#"environment tight { shared; namespace "big-tight"; budget { cpu 1; memory 100Gi } }
service squeezed is lab { in tight; scale 2..5 { on cpu 70% } }
allow squeezed -> hub.http"#,
    ),
    (
        "BVL0515",
        r#"environment snug { shared; namespace "big-snug"; budget { pods 5 } }
service grown is lab { in snug; scale 2..9 { on cpu 70% } }
allow grown -> hub.http"#,
    ),
    (
        "BVL0516",
        r#"managed uncounted { in tight; match "app" "uncounted"; port http 7001; disruption none because "a test" }
allow hub -> uncounted.http"#,
    ),
    (
        "BVL0517",
        r#"service unbounded is lab { in tight; cpu 100m..none because "a test" }
allow unbounded -> hub.http"#,
    ),
    (
        "BVL0518",
        r#"service scratched is lab { in lab; ephemeral 1Mi..2Mi; scratch "/tmp" 3Mi }
allow scratched -> hub.http"#,
    ),
    ("BVL0519", "service fallen is lab { in lab; scale 2..5 { on cpu 70%; fallback 3 } }\nallow fallen -> hub.http"),
    (
        "BVL0520",
        r#"service instant is lab { in lab; scale 2..5 { on cron { timezone "UTC"; start "0 8 * * *"; end "0 8 * * *"; replicas 3 } } }
allow instant -> hub.http"#,
    ),
    (
        "BVL0521",
        "service patient is lab { in lab; scale 2..5 { on cpu 70%; down { window 2h } } }\nallow patient -> hub.http",
    ),
    (
        "BVL0522",
        r#"service awake is lab { in lab; scale 2..5 { on cron { timezone "UTC"; start "0 8 * * *"; end "0 18 * * *"; replicas 3 }; cooldown 10m } }
allow awake -> hub.http"#,
    ),
    (
        "BVL0523",
        r#"managed crowded { in lab; match "app" "crowded"; port sql 5432; disruption none because "a test"; connections 1 }
allow hub -> crowded.sql { pool 5 }"#,
    ),
    (
        "BVL0524",
        r#"managed counted { in lab; match "app" "counted"; port sql 5432; disruption none because "a test"; connections 1 }
allow hub -> counted.sql"#,
    ),
    (
        "BVL0525",
        r#"environment brief { shared; namespace "big-brief"; budget { pods 3 } }
service stopping is lab { in brief; health { starts-within 5s } }
allow stopping -> hub.http"#,
    ),
    (
        "BVL0526",
        r#"environment ranged { shared; namespace "big-ranged"; limit-range { cpu 200m..2 } }
service below is lab { in ranged }
allow below -> hub.http"#,
    ),
    ("BVL0528", r#"environment inverted { shared; namespace "big-inverted"; limit-range { cpu 2..200m } }"#),
    (
        "BVL0527",
        r"service busy is lab { in lab; scale 2..5 { on metric requests 200 from metrics { peak 1001 } } }
allow busy -> hub.http",
    ),
    ("BVL0601", "service held is lab { in lab; disruption min-available 2 }\nallow held -> hub.http"),
    ("BVL0602", "service single is lab { in lab; scale 1 }\nallow single -> hub.http"),
    ("BVL0603", "service careless is lab { in lab; disruption none }\nallow careless -> hub.http"),
    (
        "BVL0604",
        r#"managed minority { in lab; match "app" "minority"; port sql 5432; replicas 5; quorum; disruption min-available 2 }
allow hub -> minority.sql"#,
    ),
    (
        "BVL0605",
        r#"managed even { in lab; match "app" "even"; port sql 5432; replicas 4; quorum }
allow hub -> even.sql"#,
    ),
    ("BVL0606", "service stuck is lab { in lab; rollout { surge 0; unavailable 0 } }\nallow stuck -> hub.http"),
    (
        "BVL0607",
        "service alone is lab { in lab; scale 1; disruption max-unavailable 1; rollout { surge 0; unavailable 50% } }\nallow alone -> hub.http",
    ),
    (
        "BVL0608",
        r#"environment live { shared; namespace "big-live"; production }
service heaped is lab { in live; spread none }
allow heaped -> hub.http"#,
    ),
    ("BVL0609", "service excessive is lab { in lab; disruption max-unavailable 150% }\nallow excessive -> hub.http"),
    (
        "BVL0610",
        r#"class operated { match "app" "operated"; port sql 5432; replicas 3; disruption by-operator }
managed budgeted is operated { in lab; disruption min-available 2 }
allow hub -> budgeted.sql"#,
    ),
    (
        "BVL0611",
        r#"managed unheld { in lab; match "app" "unheld"; port sql 5432; replicas 3; quorum; disruption none because "a test" }
allow hub -> unheld.sql"#,
    ),
    (
        "BVL0612",
        "service hasty is lab { in lab; scale 4; disruption min-available 3; rollout { surge 1; unavailable 2 } }\nallow hasty -> hub.http",
    ),
    (
        "BVL0613",
        "service vital is lab { in lab; tier critical; scale 1; disruption max-unavailable 1 }\nallow vital -> ledger.entries",
    ),
    (
        "BVL0614",
        "service leaning is lab { in lab; tier critical }\nservice leaned-on is lab { in lab; tier best-effort }\nallow leaning -> leaned-on.http",
    ),
    (
        "BVL0615",
        r#"environment uneven { shared; namespace "big-uneven"; nodes 4 zones 3 }
service unplaced is lab { in uneven; scale 8; spread zone hard }
allow unplaced -> hub.http"#,
    ),
    (
        "BVL0616",
        r#"environment one-zone { shared; namespace "big-one-zone"; production; nodes 3 zones 1 }
service together is lab { in one-zone; spread zone }
allow together -> hub.http"#,
    ),
    ("BVL0617", r#"environment few { shared; namespace "big-few"; nodes 2 zones 3 }"#),
    ("BVL0701", "service cut is lab { in lab; shutdown { grace 20s } }\nallow cut -> hub.http"),
    ("BVL0702", "service tight-stop is lab { in lab; shutdown { grace 29s } }\nallow tight-stop -> hub.http"),
    (
        "BVL0703",
        "service undrained is lab { in lab; shutdown { pre-stop 30s; grace 30s; drain 0s; finish 0s } }\nallow hub -> undrained.http",
    ),
    ("BVL0704", "service abrupt is lab { in lab; shutdown { pre-stop 0s } }\nallow hub -> abrupt.http"),
    ("BVL0705", "service hurried is lab { in lab; shutdown { pre-stop 2s } }\nallow hub -> hurried.http"),
    ("BVL0707", "service slow is lab { in lab }\nallow hub -> slow.http { timeout 90s }"),
    (
        "BVL0708",
        "service middle is lab { in lab }\nservice end is lab { in lab }\nallow hub -> middle.http { timeout 2s }\nallow middle -> end.http { timeout 5s }",
    ),
    (
        "BVL0709",
        r#"service one-port is lab { in lab; health 8080 { live "/healthz" } }
allow hub -> one-port.http"#,
    ),
    (
        "BVL0711",
        r#"service pathless is lab { in lab; health 8081 { live "healthz" } }
allow hub -> pathless.http"#,
    ),
    (
        "BVL0712",
        r#"service unasked is lab { in lab; health 8081 { live "/healthz" fail 0 } }
allow hub -> unasked.http"#,
    ),
    (
        "BVL0713",
        r#"service limited is lab { in lab; health 8081 { start "/healthz" fail 3 within 60s } }
allow hub -> limited.http"#,
    ),
    (
        "BVL0714",
        r#"service late is lab { in lab; health 8081 { live "/healthz" every 2s; ready "/readyz" every 9s } }
allow hub -> late.http"#,
    ),
    (
        "BVL0715",
        r#"service waiting is lab { in lab; health 8081 { live "/healthz" every 10s timeout 11s } }
allow hub -> waiting.http"#,
    ),
    (
        "BVL0716",
        r#"service lingering is lab { in lab; health 8081 { live "/healthz" every 20s; ready "/readyz" every 20s } }
allow hub -> lingering.http"#,
    ),
    (
        "BVL0717",
        r#"service unwatched is lab { in lab; health 8081 { live "/healthz" after 40s } }
allow hub -> unwatched.http"#,
    ),
    ("BVL0718", "service lasting is lab { in lab; shutdown { grace 20m } }\nallow lasting -> hub.http"),
    (
        "BVL0719",
        r#"managed gate { in lab; match "app" "gate"; port http 7001; disruption none because "a test"; deregister 30s }
service behind is lab { in lab }
allow gate -> behind.http"#,
    ),
    (
        "BVL0720",
        r#"service slow-start is lab { in lab; health 8081 { live "/healthz"; starts-within 5m } }
allow hub -> slow-start.http"#,
    ),
    (
        "BVL0721",
        r#"service shell-less is lab { in lab; image "registry.example/lab:1" shell-less }
allow hub -> shell-less.http"#,
    ),
    (
        "BVL0801",
        "service chicken is lab { in lab; after egg }\nservice egg is lab { in lab; after chicken }\nallow chicken -> egg.http",
    ),
    ("BVL0802", "service outsider is lab { in lab; after vault }\nallow outsider -> hub.http"),
    ("BVL0803", "service orderly is lab { in lab; after twin-a }\nallow orderly -> hub.http"),
    ("BVL0804", "service rushed is lab { in lab; rollout { min-ready 60s; deadline 60s } }\nallow rushed -> hub.http"),
    (
        "BVL0805",
        "job never-due { in lab; image \"registry.example/run:1.0\"; cpu 100m; memory 64Mi; deadline 1h; schedule \"0 3 30 2 *\" }\nallow never-due -> hub.http",
    ),
    (
        "BVL0807",
        "job hopeless { in lab; image \"registry.example/run:1.0\"; cpu 100m; memory 64Mi; retries 3; deadline 70s }\nallow hopeless -> hub.http",
    ),
    (
        "BVL0808",
        "job again { in lab; image \"registry.example/run:1.0\"; cpu 100m; memory 64Mi; ttl 1h }\nallow again -> hub.http",
    ),
    (
        "BVL0809",
        "job hanging { in lab; image \"registry.example/run:1.0\"; cpu 100m; memory 64Mi; schedule \"0 3 * * *\" }\nallow hanging -> hub.http",
    ),
    (
        "BVL0901",
        r#"service labeled is lab { in lab; label "example.org/team" "-team-" }
allow labeled -> hub.http"#,
    ),
    ("BVL0902", r#"environment same { shared; namespace "big-lab" }"#),
    ("BVL0903", r#"environment preview(pr: int example 4) { namespace "big-preview" }"#),
    (
        "BVL0905",
        r#"service relaxed is lab { in lab; env "app:level" "info" }
allow relaxed -> hub.http"#,
    ),
    (
        "BVL0907",
        "service doubled is lab { in lab; port a 8001 service-port 80; port b 8002 service-port 80 }\nallow hub -> doubled.a, doubled.b",
    ),
    (
        "BVL0908",
        r#"service mounted is lab { in lab; scratch "/" 1Mi }
allow mounted -> hub.http"#,
    ),
    (
        "BVL0909",
        r#"service twofold is lab { in lab; env DRAIN "3"; shutdown { drain-env DRAIN } }
allow twofold -> hub.http"#,
    ),
    (
        "BVL0912",
        r#"service unstored is lab { in lab; secret keys from nowhere "lab/keys" { key KEY } }
allow unstored -> hub.http"#,
    ),
    (
        "BVL0915",
        r#"service talking is lab { in lab; port one 8701; sidecar other { image "registry.example/other:1.0"; cpu 10m; memory 16Mi; port two 8701 } }
allow hub -> talking.one, talking.two"#,
    ),
    (
        "BVL0916",
        r#"service unkeyed is lab { in lab; config lamps { HUE "red" }; env SHADE config "unkeyed-lamps" "TINT" }
allow unkeyed -> hub.http"#,
    ),
    (
        "BVL0913",
        r#"service keyless is lab { in lab; secret keys from vault "lab/keys" { key KEY }; env KEYS secret keys "keys" }
allow keyless -> hub.http"#,
    ),
    (
        "BVL0917",
        r#"service piling is lab { in lab; volume pile "/pile" 1Gi }
allow piling -> hub.http"#,
    ),
    ("BVL0918", "service voting is lab { in lab; quorum; scale 3 }\nallow voting -> hub.http"),
    ("BVL0910", r#"environment borrowed { shared; namespace "kube-system" }"#),
    ("BVL0324", "service untold is lab { in lab; env HUB hub.host }\nallow untold -> hub.http, shell-less.http"),
    (
        "BVL0330",
        r#"managed door { in lab; match "app" "door"; entry ingress "door"; disruption none because "it restarts at once" }
service first-face is lab { in lab; expose "faces.example" via door { tls secret "faces" } }
service second-face is lab { in lab; expose "faces.example" via door { tls secret "faces" } }"#,
    ),
    (
        "BVL0331",
        r#"managed hatch { in lab; match "app" "hatch"; entry ingress "hatch"; disruption none because "it restarts at once" }
service bare-faced is lab { in lab; expose "bare.example" via hatch }"#,
    ),
    (
        "BVL0332",
        r#"managed arch { in lab; match "app" "arch"; entry gateway "arch"; disruption none because "it restarts at once" }
service certified is lab { in lab; expose "certified.example" via arch { tls secret "certified" } }"#,
    ),
    (
        "BVL0333",
        r#"managed porch { in lab; match "app" "porch"; entry ingress "porch"; disruption none because "it restarts at once" }
service one-name is lab { in lab; expose "names.example" via porch { tls secret "names" } }
service other-name is lab { in lab; expose "names.example/other" via porch { tls secret "other-names" } }"#,
    ),
    (
        "BVL0329",
        r"external upstream { cidr 10.83.0.0/24 }
external downstream { cidr 10.84.0.0/24; port https 443 }
allow upstream -> hub.http
allow upstream -> downstream.https",
    ),
    (
        "BVL0328",
        r#"environment rented(pr: int example 1) { namespace "rented-${pr}" existing }
service tenant is lab { in rented }
allow tenant -> hub.http"#,
    ),
    ("BVL0327", "external sixfold { cidr 2001:db8:6::/64; port https 443 }\nallow hub -> sixfold.https"),
    ("BVL0326", "service renumbered is lab { in lab; port web 9300 service-port 9400 }\nallow hub -> renumbered.web"),
    (
        "BVL0321",
        r"external wide {
  cidr 10.81.0.0/24
  port p1 9001
  port p2 9002
  port p3 9003
  port p4 9004
  port p5 9005
  port p6 9006
  port p7 9007
  port p8 9008
  port p9 9009
  port p10 9010
  port p11 9011
  port p12 9012
  port p13 9013
  port p14 9014
  port p15 9015
  port p16 9016
  port p17 9017
  port p18 9018
  port p19 9019
  port p20 9020
  port p21 9021
  port p22 9022
  port p23 9023
  port p24 9024
  port p25 9025
}
allow hub -> wide.p1, wide.p2, wide.p3, wide.p4, wide.p5, wide.p6, wide.p7, wide.p8, wide.p9, wide.p10, wide.p11, wide.p12, wide.p13, wide.p14, wide.p15, wide.p16, wide.p17, wide.p18, wide.p19, wide.p20, wide.p21, wide.p22, wide.p23, wide.p24, wide.p25",
    ),
    (
        "BVL0710",
        r#"service same-port is lab { in lab; health 8080 { live "/healthz" } }
allow hub -> same-port.http"#,
    ),
    (
        "BVL1001",
        r#"rule "the lab keeps ten" in lab { for s in services require s.scale.min >= 10 else "${s.name} keeps ${s.scale.min}" }"#,
    ),
    ("BVL1002", r#"rule "nothing stops late" { for s in services require s.shutdown.grace <= 512Mi }"#),
    (
        "BVL1003",
        r#"environment bare { shared; namespace "big-bare" }
rule "nothing bare is large" in bare { for s in services require s.memory.limit <= 1Gi }"#,
    ),
    ("BVL1004", r#"test "the hub is built" { expect object Deploymnt/hub }"#),
];
