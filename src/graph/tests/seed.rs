//! The flows of a whole platform, from its text: those that the platform which the language was made for lives by.

use super::fixture::lines;
use crate::graph::derive;
use crate::resolve::{Course, Inputs, load, resolve};
use crate::source::files::MemoryFiles;

const PLATFORM: &str = r#"
platform bitvault {
  registry "registry.example"
}

environment system { shared; namespace "system"; profile privileged because "operators need host access" }
environment prod { namespace "prod" }
environment dev { namespace "dev" }

class cluster {
  port client 4222
  port routes 6222
  port monitoring 8222
  quorum
  trigger nats-jetstream monitoring
  allow self -> self.routes because "members replicate to each other"
}
class database {
  port sql 5432
  port status 8000
  allow self -> self.status because "an instance that is cut off from its peers shuts itself down"
  allow self -> kubernetes-api because "an instance that cannot reach the API server shuts itself down"
  allow operator -> self.status because "the operator asks each instance how it is"
}
class operator {
  port webhook 9443
  allow self -> kubernetes-api because "it watches its objects"
  allow kubernetes-api -> self.webhook because "the API server asks it to judge objects"
}
class scaler {
  port api 6443
  port scaling 9666
  provides triggers
  allow self -> self.scaling because "its metrics server asks its operator"
  allow kubernetes-api -> self.api because "it serves the external metrics API"
}
class scraper { port http 9090; provides scrape; trigger prometheus http }
class adapter {
  port api 6443
  provides custom-metrics
  allow self -> scraper because "it asks for the metrics that it serves"
  allow kubernetes-api -> self.api because "it serves the custom metrics API"
}

managed nats is cluster { match "app" "nats"; replicas 3 }
managed postgres is database { match "app" "db"; replicas 3 }
managed cnpg is operator { in system; match "app" "cnpg" }
managed keda is scaler { in system; match "app" "keda" }
managed prometheus is scraper { in system; match "app" "prometheus" }
managed metrics is adapter { in system; match "app" "metrics" }
managed edge { in system; match "app" "edge"; port https 443 }

external objects { cidr 10.30.0.0/24; port s3 443; host "objects.example" }
external vault { cidr 10.20.0.10/32; port api 8200 }

service bitvaultd {
  image "registry.example/bitvaultd:1.4.2"
  port http 8080
  metrics 8081 "/metrics"
  scale 3..20 { on cpu 70%; on metric requests_per_second 200 from metrics }
}
service web {
  image "registry.example/web:1.4.2"
  port http 3000
  scale 2..10 { on cpu 70% }
}
service worker {
  image "registry.example/worker:1.4.2"
  scale 1..50 { on nats-jetstream { stream "JOBS"; consumer "worker"; lag 100 } }
}

allow edge -> web.http
allow web -> bitvaultd.http
allow bitvaultd -> postgres.sql, nats.client
allow worker -> nats.client
allow bitvaultd, worker -> objects.s3
allow bitvaultd -> vault.api because "unseals tenant keys"
"#;

/// The flows of `prod` and `system`, sorted.
const FLOWS: &[&str] = &[
    "kubernetes-api -> system/cnpg.webhook class: the API server asks it to judge objects",
    "kubernetes-api -> system/keda.api class: it serves the external metrics API",
    "kubernetes-api -> system/metrics.api class: it serves the custom metrics API",
    "prod/bitvaultd -> dns dns: bitvaultd looks up the name of nats",
    "prod/bitvaultd -> prod/nats.client",
    "prod/bitvaultd -> prod/objects.s3",
    "prod/bitvaultd -> prod/postgres.sql",
    "prod/bitvaultd -> prod/vault.api",
    "prod/nats -> dns dns: the members of nats look up each other's names",
    "prod/nats -> prod/nats.routes class: members replicate to each other",
    "prod/postgres -> dns dns: the members of postgres look up each other's names",
    "prod/postgres -> kubernetes-api class: an instance that cannot reach the API server shuts itself down",
    "prod/postgres -> prod/postgres.status class: an instance that is cut off from its peers shuts itself down",
    "prod/web -> dns dns: web looks up the name of bitvaultd",
    "prod/web -> prod/bitvaultd.http",
    "prod/worker -> dns dns: worker looks up the name of nats",
    "prod/worker -> prod/nats.client",
    "prod/worker -> prod/objects.s3",
    "system/cnpg -> dns dns: cnpg looks up the name of postgres",
    "system/cnpg -> kubernetes-api class: it watches its objects",
    "system/cnpg -> prod/postgres.status class: the operator asks each instance how it is",
    "system/edge -> dns dns: edge looks up the name of web",
    "system/edge -> prod/web.http",
    "system/keda -> dns dns: the members of keda look up each other's names",
    "system/keda -> prod/nats.monitoring trigger: keda asks nats how many messages wait for worker",
    "system/keda -> system/keda.scaling class: its metrics server asks its operator",
    "system/metrics -> dns dns: metrics looks up the name of prometheus",
    "system/metrics -> system/prometheus.http class: it asks for the metrics that it serves",
    "system/prometheus -> dns dns: prometheus looks up the name of bitvaultd",
    "system/prometheus -> prod/bitvaultd.metrics scrape: prometheus reads the metrics of bitvaultd",
];

#[test]
fn the_platform_has_its_flows() {
    let files = MemoryFiles::new([("platform.bvl", PLATFORM)]);
    let (mut project, sink) = load(&files, "platform.bvl");
    let messages = |sink: crate::diagnostic::Sink| {
        sink.finish().into_iter().map(|found| found.into_content().message).collect::<Vec<_>>()
    };
    assert_eq!(messages(sink), Vec::<String>::new());
    let resolved = resolve(&mut project, &Inputs::default(), Course::Once);
    assert_eq!(messages(resolved.sink), Vec::<String>::new());
    let model = resolved.model.unwrap();
    let graph = derive(&model);
    assert_eq!(graph.implied.missing, []);
    let mut flows = lines(&model, &graph);
    flows.retain(|line| !line.contains("dev/"));
    flows.sort();
    assert_eq!(flows, FLOWS);
}
