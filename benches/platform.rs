//! A platform of any size, the same for the same seed, sound under all checks.
//!
//! It uses every word of the vocabulary (`benches/generated.rs` holds that): classes with parameters, overlays, a shared
//! environment and three others, five flows a service, and a hub that a tenth of the services call. Used by the benches
//! and by tests, so it knows neither files nor the compiler.

use std::fmt::Write as _;

/// A file of the platform.
pub(crate) struct File {
    /// Its name; all of them lie in one folder.
    pub(crate) name: String,
    /// What it says.
    pub(crate) text: String,
}

/// Marsaglia's xorshift64*: the same numbers on every machine.
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of a seed.
    pub(crate) fn new(seed: usize) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ u64::try_from(seed).unwrap_or(1))
    }

    /// The next number, less than `bound`; 0 where that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % bound.max(1)
    }
}

/// The platform of so many services in so many files, and how many flows it states.
pub(crate) fn platform(services: usize, files: usize, seed: usize) -> (Vec<File>, usize) {
    let mut random = Random::new(seed);
    let mut all = vec![
        File { name: "platform.bvl".to_owned(), text: PLATFORM.to_owned() },
        File { name: "environments.bvl".to_owned(), text: environments(services) },
    ];
    let per_file = services.div_ceil(files.max(1));
    let mut flows = 0;
    for file in 0..files {
        let mut text = String::new();
        for index in file * per_file..services.min((file + 1) * per_file) {
            flows += service(index, services, &mut random, &mut text);
        }
        all.push(File { name: format!("services-{file:05}.bvl"), text });
    }
    (all, flows)
}

/// One service and its flows; returns how many.
fn service(index: usize, services: usize, random: &mut Random, text: &mut String) -> usize {
    let name = format!("svc-{index:05}");
    let cpu = 50 + random.below(10) * 50;
    let memory = 64 << random.below(4);
    let _ = writeln!(text, "/// Service number {index}.");
    let _ = writeln!(text, "service {name} is web(port = {}) {{", 8000 + index % 1000);
    let _ = writeln!(text, "  image \"registry.example/team-{}/{name}:${{version}}\"", index % 20);
    let _ = writeln!(text, "  cpu {cpu}m..{}m", cpu * 2);
    let _ = writeln!(text, "  memory {memory}Mi..{}Mi", memory * 2);
    match index % 8 {
        0 => text.push_str("  scale 3..20 {\n    on cpu 70%\n    on memory 80%\n    up { window 0s; by 4 every 15s }\n    down { window 5m; by 10% every 60s }\n  }\n"),
        1 => text.push_str("  scale 2..10 { on cpu 60%; on metric requests_per_second 200 from metrics { peak 1800 } }\n  spread node\n"),
        2 => text.push_str("  scale 2..30 {\n    on nats-jetstream from nats { stream \"JOBS\"; consumer \"worker\"; lag 100; peak 6000; handles 300; account \"\\$G\"; auth ca secret \"nats\" \"ca\" }\n    fallback 3 after 5\n    idle 0\n    poll 15s\n    cooldown 2m\n  }\n"),
        3 if index % 16 == 11 => text.push_str("  scale 3\n  stateful { parallel; when-scaled delete; when-deleted keep; service \"members\" }\n  quorum\n  volume data \"/var/lib/app\" 10Gi class \"fast\"\n  volume log \"/var/log/app\" 1Gi\n".replace("members", &format!("{name}-members")).as_str()),
        3 => text.push_str("  scale 4\n  spread zone hard\n  disruption max-unavailable 1\n  ephemeral 100Mi..1Gi\n  scratch \"/tmp\" 64Mi\n  scratch \"/cache\" 32Mi in-memory\n"),
        4 if index % 16 == 4 => text.push_str("  scale 2..9 {\n    on kafka from kafka { topic \"orders\"; consumer \"billing\"; lag 50; peak 3000; handles 400; auth password secret \"kafka\" \"password\" }\n    on keda \"aws-sqs-queue\" { queueURL \"https://sqs.example/q\"; queueLength \"5\"; auth awsAccessKeyID secret \"aws\" \"id\" }\n  }\n"),
        4 => text.push_str("  scale 2..6 { on cron { timezone \"UTC\"; start \"0 8 * * *\"; end \"0 18 * * *\"; replicas 5 } }\n  user 10001\n"),
        5 => text.push_str("  scale 2\n  command \"/bin/app\"\n  args \"--listen\", \":8080\"\n  config settings { LOG_FORMAT \"json\"; MODE \"fast\" }\n  env MODE config settings \"MODE\"\n  secret keys from vault \"big/keys\" { key SIGNING_KEY \"signing\"; key OLD_KEY; refresh 30m }\n  secret certificate from team \"big/certificate\" at \"/etc/certificate\" { key tls.crt \"crt\" }\n"),
        6 => text.push_str("  scale 2..8 {\n    on redis from redis { list \"jobs\"; length 50; peak 3000; handles 400; auth password secret \"redis\" \"password\" }\n    on redis as events from redis { stream \"events\"; consumer \"audit\"; lag 30 }\n    on prometheus \"sum(rate(jobs_total[1m]))\" 20 from prometheus { peak 150; auth bearerToken secret \"prometheus\" \"token\" }\n  }\n  disruption min-available 50%\n"),
        7 if index % 16 == 7 => text.push_str("  scale 2..9 {\n    on rabbitmq from rabbitmq { queue \"mails\"; length 20; peak 900; handles 100; auth secret \"rabbitmq\" \"uri\" }\n    on rabbitmq as rate from rabbitmq { queue \"mails\"; rate 20; vhost \"/\"; auth secret \"rabbitmq\" \"uri\" }\n  }\n  in prod, staging, dev\n  after svc-00000\n"),
        _ => text.push_str("  scale 3\n  rollout { surge 1; unavailable 0; min-ready 5s; deadline 15m }\n  annotation \"example.org/owner\" \"team\"\n"),
    }
    if index % 16 == 4 {
        let _ = writeln!(text, "  selector \"example.org/name\" \"{name}\"");
        let _ = writeln!(text, "  service \"old-{name}\" http, metrics headless");
    }
    if index % 16 == 15 {
        let issuer = if index % 32 == 15 { "cluster-issuer" } else { "issuer" };
        let host = format!("{name}.${{namespace}}.example");
        let _ = writeln!(text, "  expose \"{host}\" http via edge {{ tls {issuer} \"big\"; timeout 9s }}");
        let _ = writeln!(text, "  expose \"{host}/health\" via edge {{ tls {issuer} \"big\"; timeout 9s; exact }}");
        let _ = writeln!(text, "  expose \"static-{host}\" via edge {{ tls secret \"big-tls\" }}");
        let _ = writeln!(text, "  expose \"routed-{host}\" http via lobby {{ timeout 9s }}");
        let _ = writeln!(text, "  expose \"balanced-{host}\" http via balancer {{ tls {issuer} \"big\" }}");
        let _ =
            writeln!(text, "  expose \"plain-{host}\" via edge {{ tls none because \"a load balancer ends TLS\" }}");
    }
    let _ = writeln!(text, "  env DATABASE_URL secret \"db-{}\" \"uri\"", index % 50);
    let _ = writeln!(text, "  env DATABASE_HOST postgres.sql.host");
    let _ = writeln!(text, "  env REGION $region");
    let _ = writeln!(text, "  label \"example.org/team\" \"team-{}\"", index % 20);
    text.push_str("}\n");
    let mut targets: Vec<String> = Vec::new();
    if index % 10 == 3 && index != 0 {
        targets.push("svc-00000.http".to_owned());
    }
    while targets.len() < 3.min(services.saturating_sub(1)) {
        let target = format!("svc-{:05}.http", random.below(services));
        if !target.starts_with(&name) && !targets.contains(&target) {
            targets.push(target);
        }
    }
    let _ = writeln!(text, "allow {name} -> postgres.sql, nats.client");
    for (at, target) in targets.iter().enumerate() {
        let block = match (index + at) % 4 {
            0 => " { timeout 5s }",
            1 => " { timeout 5s; retries 0; background }",
            _ => "",
        };
        let _ = writeln!(text, "allow {name} -> {target}{block}");
    }
    text.push('\n');
    2 + targets.len()
}

/// Environments, each with an overlay for every tenth service.
fn environments(services: usize) -> String {
    let mut text = String::from(
        "environment system {\n  shared\n  immutable\n  namespace \"big-system\"\n  profile privileged because \"operators need host access\"\n  default-deny off because \"each operator's chart brings its own policies\"\n}\n\nenvironment review(pr: int example 4) {\n  shared\n  namespace \"big-review-${pr}\"\n}\n\nenvironment outpost {\n  shared\n  namespace \"big-outpost\"\n}\n\nenvironment legacy {\n  shared\n  namespace \"big-legacy\"\n  profile baseline because \"the archive changes owners until it is rewritten\"\n}\n\nenvironment partners {\n  shared\n  namespace \"big-partners\" existing\n  default-deny off because \"others deploy there\"\n}\n\n",
    );
    for (name, every, own) in [("prod", 10, PROD), ("staging", 5, STAGING), ("dev", 20, DEV)] {
        let _ = writeln!(text, "environment {name} {{");
        let _ = writeln!(
            text,
            "  namespace \"big-{name}\"\n  profile restricted\n  label \"example.org/stage\" \"{name}\""
        );
        text.push_str(own);
        let _ = writeln!(
            text,
            "  defaults {{ shutdown {{ drain {}s }}; alerts 15m }}",
            if name == "prod" { 25 } else { 20 }
        );
        let _ = writeln!(text, "  service * {{ annotation \"example.org/stage\" \"{name}\" }}");
        for index in (0..services).step_by(every) {
            let _ = writeln!(
                text,
                "  service svc-{index:05} {{ shutdown {{ grace 50s }}; alerts 10m severity critical; env STAGE \"{name}\" }}"
            );
        }
        text.push_str("}\n\n");
    }
    text
}

/// What only one of the environments states: guarantees, then what is different there.
const PROD: &str = "  production
  nodes 6 zones 3
  annotation \"example.org/on-call\" \"yes\"
  budget { cpu 100000000; memory 100000000Gi; pods 100000000; volumes 100000000; storage 100000000Gi; requests { cpu 100000000; memory 100000000Gi } }
";
const STAGING: &str = "  limit-range { cpu 10m..64 ratio 10; memory 1Mi..64Gi }
  job reindex { retries 1; alerts 2h severity info }
  managed ledger { match \"stage\" \"staging\" }
  external vault { cidr 10.21.0.10/32 }
  allow svc-00000 -> kafka.client { timeout 5s }
";
const DEV: &str = "  observe
  mesh none
  without allow svc-00000 -> objects
";

const PLATFORM: &str = r#"use std.kafka
use std.nats
use std.postgres
use std.rabbitmq
use std.redis
use std.keda
use std.prometheus
use std.ingress
use "environments.bvl"
use "services-*.bvl"

platform big {
  edition 2026
  kubernetes "1.33" up-to "1.36"
  api-server 10.40.0.0/28 6443
  registry "registry.example" { pull-secret "registry" }
  secret-store vault
  secret-store team namespaced
  delivery argocd { in system; repository "https://git.example.com/big/deploy.git"; revision "main"; path "deploy"; project big; pull-requests review { github "big" "big"; label "preview"; token "github" "token"; every 3m }; clusters outpost { label "fleet" "big" } }
  label "app.kubernetes.io/part-of" "big"
  annotation "example.org/contact" "platform-team"
  domain "cluster.local"
  cni calico
  mesh istio none trust-domain "cluster.local"
  dns node-local 169.254.20.10, 10.96.0.10
  node-cidr 10.0.0.0/16
  pod-cidr 10.244.0.0/16
  service-cidr 10.96.0.0/12
  drain-limit 10m
  severity unspread-production deny
  defaults {
    shutdown { pre-stop 5s; drain 20s; finish 3s }
    spread zone
    alerts 20m severity info
  }
}

param version: string = "1.4.2"
param region: string = "eu"
let log = "info-${region}"

class base {
  health 8081 { live "/healthz"; ready "/readyz" every 5s; start "/healthz" every 5s within 2m; starts-within 90s }
  tier standard
  shutdown { grace 40s; drain-env DRAIN_SECONDS }
  env LOG_LEVEL $log
}

class web(port: int = 8080) is base {
  port http $port service-port 80
  metrics 9102 "/metrics"
  without alerts
}

managed postgres is postgres.cloudnative-pg { replicas 3; cpu 1..2; memory 1Gi..2Gi; match "cnpg.io/cluster" "big-db" }
managed nats is nats.cluster { replicas 3; cpu 1..2; memory 1Gi..2Gi }
managed redis is redis.replication { replicas 3; cpu 1..2; memory 1Gi..2Gi; connections 1000 }
managed kafka is kafka.strimzi { replicas 3; cpu 1..2; memory 1Gi..2Gi; profile restricted }
managed rabbitmq is rabbitmq.cluster { replicas 3; cpu 1..2; memory 1Gi..2Gi }
managed ledger {
  match "app" "ledger"
  service "ledger" entries
  port entries 7000
  replicas 4
  quorum
  profile restricted
  tier critical
  label "example.org/team" "ledger"
  annotation "example.org/owner" "ledger-team"
  cpu 1..2
  memory 1Gi..2Gi
  allow self -> self.entries because "members agree on what is written"
}
managed cnpg is postgres.operator { in system }
managed redis-operator is redis.operator { in system }
managed keda is keda.operator { in system }
managed strimzi is kafka.operator { in system }
managed rabbitmq-operator is rabbitmq.operator { in system }
managed probe {
  in system
  match "app" "probe"
  host-network
  port answers 9800
  cpu 10m..100m
  memory 16Mi..64Mi
  disruption none because "a node's probe ends with its node"
}
managed partners { in partners; every-pod }
managed prometheus is prometheus.server { in system; monitors { label "release" "big" } }
managed metrics is prometheus.adapter { in system }
managed edge is ingress.nginx { in system; deregister 4s }
managed lobby { in system; match "app" "lobby"; entry gateway "lobby"; disruption none because "it restarts at once" }

external objects { cidr 10.30.0.0/24 except 10.30.0.128/25; port s3 443; host "objects.big.internal" }
external vault { cidr 10.20.0.10/32; port api 8200; connections 500; deregister 4s }
external balancer { cidr 10.22.0.0/24; entry ingress "balancer" }

/// Keeps what nobody reads any more.
service archive is base {
  in legacy
  image "registry.example/archive:1.0"
  alerts 30m
  port http 8080
  cpu 100m..500m
  memory 128Mi..256Mi
  scale 2
  user 0
  security {
    writable-root because "it writes beside its program"
    capability CHOWN because "it hands files to their owners"
    privilege-escalation because "its workers are started by sudo"
    seccomp localhost "profiles/archive.json"
    group 0
    files-group 2000
  }
  init unpack {
    image "registry.example/unpack:1.0"
    command "/bin/unpack"
    args "--all"
    cpu 10m..50m
    memory 16Mi..32Mi
    ephemeral 16Mi..64Mi
    env LEVEL "info"
    user 10001
    security { group 10001 }
  }
  sidecar shipper {
    image "registry.example/shipper:1.0"
    command "/bin/ship"
    args "--follow"
    port ship 9200
    health 9201 { ready "/readyz" every 5s }
    metrics 9202
    cpu 10m..50m
    memory 16Mi..32Mi
    ephemeral 16Mi..64Mi
    env LEVEL "info"
    user 10001
    security { group 10001 }
    stops-within 2s
  }
}

/// Watches the nodes.
service tracer is base {
  in system
  image "registry.example/tracer@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  port http 8080
  cpu 100m..500m
  memory 128Mi..256Mi
  scale 2
  security { seccomp unconfined because "it records performance events" }
}

/// Runs to its end each night.
job reindex {
  in prod, staging
  image "registry.example/reindex:1.0"
  command "/bin/reindex"
  args "--all"
  schedule "0 3 * * *" {
    timezone "Europe/Berlin"
    concurrency replace
    starting-deadline 1h
    succeeded-history 7
    failed-history 3
    suspend
  }
  deadline 1h
  alerts 1h
  retries 2
  ttl 24h
  cpu 100m..500m
  memory 128Mi..256Mi
  ephemeral 64Mi..256Mi
  env LEVEL "info"
  config settings { MODE "full" }
  secret store from vault "big/store" { key TOKEN "token" }
  scratch "/tmp" 64Mi
  user 10001
  security { group 10001; seccomp localhost "profiles/reindex.json" }
  init warm { image "registry.example/warm:1.0"; cpu 10m..50m; memory 16Mi..32Mi }
  shutdown { grace 60s; finish 50s }
  after svc-00000
  label "example.org/team" "search"
  annotation "example.org/runbook" "reindex"
}

group stores postgres, redis

rule "images come from one registry" in prod, staging {
  for s in services
    where s.name != "none"
    require all c in s.containers: c.image.registry == "registry.example"
    else "${s.name} takes one from elsewhere"
}

test "what is stated comes so" {
  given region "us"
  expect flow svc-00000 -> postgres in prod
  expect deny archive -> postgres
  expect path svc-00000 ~> redis
  expect no path redis ~> archive
  expect warning mutable-tag on tracer
}
test "services are built" {
  expect object Deployment/svc-00000 where spec.replicas >= 2 in prod
  expect no object Ingress/tracer
}
test "a short grace is refused" { expect error shutdown-exceeds-grace on svc-00000 }

waive privileged-service on tracer because "no other profile lets it record them"
waive added-capability on archive because "files of all users are kept"
waive even-quorum on ledger because "the fourth member only answers reads"

allow edge -> svc-00000.http
allow svc-00000 -> objects.s3, vault.api because "keeps what the others send" { pool 10 }
allow svc-00000 -> archive.http, archive.ship, tracer.http
allow svc-00000 -> redis.client { pool 10 }
allow svc-00000 -> ledger.entries
allow probe, partners -> svc-00000.http
allow reindex -> svc-00000.http
never edge -> stores
"#;
