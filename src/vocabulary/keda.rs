//! What KEDA calls its scalers, and what they read: a slip in one of these names would be passed over by KEDA, and is
//! answered with the name that was meant. A name that is near none of them is left to KEDA, which may be newer.
//!
//! Names are those of kedacore/keda v2.20: `pkg/scaling/scalers_builder.go` for the types, and the structures of
//! `pkg/scalers/*_scaler.go` for what each reads, authentication included.

/// The types of scalers.
pub const SCALERS: &[&str] = &[
    "activemq",
    "apache-iggy",
    "apache-kafka",
    "arangodb",
    "artemis-queue",
    "aws-cloudwatch",
    "aws-dynamodb",
    "aws-dynamodb-streams",
    "aws-kinesis-stream",
    "aws-sqs-queue",
    "azure-app-insights",
    "azure-blob",
    "azure-cosmosdb",
    "azure-data-explorer",
    "azure-eventhub",
    "azure-log-analytics",
    "azure-monitor",
    "azure-pipelines",
    "azure-queue",
    "azure-servicebus",
    "beanstalkd",
    "cassandra",
    "couchdb",
    "cpu",
    "cron",
    "datadog",
    "dynatrace",
    "elastic-forecast",
    "elasticsearch",
    "etcd",
    "external",
    "external-push",
    "forgejo-runner",
    "gcp-cloudtasks",
    "gcp-pubsub",
    "gcp-stackdriver",
    "gcp-storage",
    "github-runner",
    "gitlab-runner",
    "graphite",
    "huawei-cloudeye",
    "ibmmq",
    "influxdb",
    "ionos-monitoring",
    "kafka",
    "kubernetes-resource",
    "kubernetes-workload",
    "liiklus",
    "loki",
    "memory",
    "metrics-api",
    "mongodb",
    "mssql",
    "mysql",
    "nats-jetstream",
    "new-relic",
    "nsq",
    "openstack-metric",
    "openstack-swift",
    "opensearch",
    "postgresql",
    "predictkube",
    "prometheus",
    "pulsar",
    "rabbitmq",
    "redis",
    "redis-cluster",
    "redis-cluster-streams",
    "redis-sentinel",
    "redis-sentinel-streams",
    "redis-streams",
    "selenium-grid",
    "solace-event-queue",
    "solr",
    "splunk",
    "splunk-observability",
    "stan",
    "sumologic",
    "temporal",
];

/// The types of scalers that ask nobody, or only the Kubernetes API, which KEDA may always reach: `cron` reads the clock,
/// `cpu` and `memory` are left to the autoscaler, `kubernetes-resource` reads an object and `kubernetes-workload` counts pods.
const LOCAL: &[&str] = &["cpu", "cron", "kubernetes-resource", "kubernetes-workload", "memory"];

/// What authenticates to Kafka.
pub(super) const KAFKA: &[&str] = &[
    "ca",
    "cert",
    "kerberosConfig",
    "kerberosDisableFAST",
    "kerberosServiceName",
    "key",
    "keyPassword",
    "keytab",
    "oauthExtensions",
    "oauthTokenEndpointUri",
    "password",
    "realm",
    "sasl",
    "saslTokenProvider",
    "scopes",
    "tls",
    "username",
];

/// What authenticates to the monitoring port of NATS.
pub(super) const NATS: &[&str] = &["account", "accountID", "natsServerMonitoringEndpoint"];

/// What authenticates to Prometheus.
pub(super) const PROMETHEUS: &[&str] = &[
    "GoogleApplicationCredentials",
    "apiKey",
    "authMode",
    "authModes",
    "awsAccessKeyID",
    "awsAccessKeyId",
    "awsRegion",
    "awsRoleArn",
    "awsSecretAccessKey",
    "awsSessionToken",
    "bearerToken",
    "ca",
    "cert",
    "clientID",
    "clientSecret",
    "customAuthHeader",
    "customAuthValue",
    "endpointParams",
    "key",
    "keyParamName",
    "method",
    "oauthTokenURI",
    "password",
    "scopes",
    "token",
    "username",
];

/// What authenticates to `RabbitMQ`.
pub(super) const RABBITMQ: &[&str] = &[
    "ca",
    "cert",
    "clientID",
    "clientSecret",
    "endpointParams",
    "host",
    "key",
    "keyPassword",
    "oauthTokenURI",
    "password",
    "protocol",
    "scopes",
    "tls",
    "username",
    "vhostName",
    "workloadIdentityResource",
];

/// What authenticates to Redis.
pub(super) const REDIS: &[&str] = &[
    "Cert",
    "address",
    "addresses",
    "ca",
    "cert",
    "host",
    "hosts",
    "key",
    "keyPassword",
    "password",
    "port",
    "ports",
    "sentinelMaster",
    "sentinelPassword",
    "sentinelUsername",
    "tls",
    "username",
];

/// What some scalers read that the language has no trigger for.
const PARAMETERS: &[(&str, &[&str])] = &[
    (
        "aws-sqs-queue",
        &[
            "activationQueueLength",
            "awsAccessKeyID",
            "awsAccessKeyIDFromEnv",
            "awsAccessKeyId",
            "awsEndpoint",
            "awsRegion",
            "awsRoleArn",
            "awsSecretAccessKey",
            "awsSecretAccessKeyFromEnv",
            "awsSessionToken",
            "awsSessionTokenFromEnv",
            "identityOwner",
            "queueLength",
            "queueURL",
            "queueURLFromEnv",
            "scaleOnDelayed",
            "scaleOnInFlight",
        ],
    ),
    ("cron", &["desiredReplicas", "end", "start", "timezone"]),
];

/// Whether the scaler of that type asks someone over the network; one that is not known is taken to do as most do.
pub fn is_networked(scaler: &str) -> bool {
    !LOCAL.contains(&scaler)
}

/// What the scaler of that type reads, where that is known.
pub fn parameters(scaler: &str) -> Option<&'static [&'static str]> {
    PARAMETERS.iter().find(|(known, _)| *known == scaler).map(|(_, parameters)| *parameters)
}
