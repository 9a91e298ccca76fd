//! The triggers of autoscaling.

use std::collections::BTreeMap;

use super::body::{Decoder, Merged, Part, spelling};
use super::codes;
use super::origin::{EndpointId, Origin};
use super::text::Text;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Cron, Percent, Term, TermKind, TimeZone, similar};
use crate::vocabulary::{Presence, keda};

/// One `on ..`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// The name given with `as`.
    pub name: Option<Origin<String>>,
    /// Where it is stated.
    pub stated: Origin<()>,
    /// The type and its own values.
    pub kind: TriggerKind,
    /// The workload that is asked, as written; the graph finds it where it is left out.
    pub from: Option<Reference>,
    /// How KEDA proves who it is.
    pub auth: Vec<Auth>,
    /// What it comes to at the busiest time: messages in a minute where it counts messages, else in its target's unit.
    pub peak: Option<Origin<u32>>,
    /// How many messages one replica handles in a minute.
    pub handles: Option<Origin<u32>>,
}

/// A reference to an endpoint, possibly to a port of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The port's name.
    pub port: Option<String>,
    /// Where it is written.
    pub span: Span,
}

/// A parameter of a trigger that is read from a Secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth {
    /// The trigger's parameter; defaults by type.
    pub parameter: Option<Origin<String>>,
    /// The Secret.
    pub secret: Origin<String>,
    /// Its key.
    pub key: Origin<String>,
}

/// The types of triggers with their values. Required values that are missing have been reported and taint the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggerKind {
    /// Cpu use as a share of the request.
    Cpu(Origin<Percent>),
    /// Memory use as a share of the request.
    Memory(Origin<Percent>),
    /// A metric of the pods; the target as a quantity.
    Metric {
        /// Its name.
        name: Origin<String>,
        /// The average that is aimed at.
        target: Origin<String>,
    },
    /// A Prometheus query.
    Prometheus {
        /// The query.
        query: Origin<String>,
        /// The value that one replica is to have.
        target: Origin<String>,
    },
    /// Messages of a `JetStream` consumer.
    NatsJetstream {
        /// The stream.
        stream: Origin<String>,
        /// The consumer.
        consumer: Origin<String>,
        /// Messages for one replica.
        lag: Origin<u32>,
        /// The account; `$G` by default.
        account: Option<Origin<String>>,
    },
    /// Lag of a Kafka consumer group.
    Kafka {
        /// The topic.
        topic: Origin<String>,
        /// The consumer group.
        consumer: Origin<String>,
        /// Messages for one replica.
        lag: Origin<u32>,
    },
    /// A `RabbitMQ` queue.
    Rabbitmq {
        /// The queue.
        queue: Origin<String>,
        /// What is measured.
        measure: RabbitmqMeasure,
        /// The virtual host.
        vhost: Option<Origin<String>>,
    },
    /// A Redis list or stream.
    Redis(RedisMeasure),
    /// A time of day.
    Cron {
        /// IANA time zone.
        timezone: Origin<String>,
        /// Cron expression of the beginning.
        start: Origin<String>,
        /// Cron expression of the end.
        end: Origin<String>,
        /// Replicas in between.
        replicas: Origin<u32>,
    },
    /// Any other trigger of KEDA.
    Keda {
        /// KEDA's name of the type.
        kind: Origin<String>,
        /// Its metadata.
        metadata: BTreeMap<String, Origin<Text>>,
    },
}

/// What is measured of a `RabbitMQ` queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RabbitmqMeasure {
    /// Messages that wait, for one replica.
    Length(Origin<u32>),
    /// Messages a second, for one replica.
    Rate(Origin<u32>),
}

/// What is measured in Redis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedisMeasure {
    /// The length of a list.
    List {
        /// The list.
        list: Origin<String>,
        /// Entries for one replica.
        length: Origin<u32>,
    },
    /// The lag of a consumer group of a stream.
    Stream {
        /// The stream.
        stream: Origin<String>,
        /// The consumer group.
        consumer: Origin<String>,
        /// Entries for one replica.
        lag: Origin<u32>,
    },
}

impl TriggerKind {
    /// The word that chooses it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Cpu(_) => "cpu",
            Self::Memory(_) => "memory",
            Self::Metric { .. } => "metric",
            Self::Prometheus { .. } => "prometheus",
            Self::NatsJetstream { .. } => "nats-jetstream",
            Self::Kafka { .. } => "kafka",
            Self::Rabbitmq { .. } => "rabbitmq",
            Self::Redis(_) => "redis",
            Self::Cron { .. } => "cron",
            Self::Keda { .. } => "keda",
        }
    }

    /// Whether only KEDA knows it.
    pub fn is_keda(&self) -> bool {
        !matches!(self, Self::Cpu(_) | Self::Memory(_) | Self::Metric { .. })
    }

    /// Whether KEDA asks someone over the network whom nothing but `from` can name.
    pub fn asks_unnamed(&self) -> bool {
        match self {
            Self::Keda { kind, .. } => keda::is_networked(&kind.value),
            Self::Cpu(_)
            | Self::Memory(_)
            | Self::Metric { .. }
            | Self::Prometheus { .. }
            | Self::NatsJetstream { .. }
            | Self::Kafka { .. }
            | Self::Rabbitmq { .. }
            | Self::Redis(_)
            | Self::Cron { .. } => false,
        }
    }

    /// Whether it asks a workload, which `from` names or which is the only one that fits.
    pub fn needs_source(&self) -> bool {
        match self {
            Self::Metric { .. }
            | Self::Prometheus { .. }
            | Self::NatsJetstream { .. }
            | Self::Kafka { .. }
            | Self::Rabbitmq { .. }
            | Self::Redis(_) => true,
            Self::Cpu(_) | Self::Memory(_) | Self::Cron { .. } | Self::Keda { .. } => false,
        }
    }
}

impl Trigger {
    /// Reads one `on ..`. `None`, and tainted, where a required value is missing.
    pub fn decode(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let stated = entry.origin()?;
        let kind = kind(entry, decoder);
        let arguments = entry.variant.map_or(&[] as &[_], |variant| variant.args);
        let required = arguments.iter().filter(|argument| argument.presence == Presence::Required).count();
        // that one of its own values is missing is said of every statement
        let has_all = entry.args.map_or(0, |part| part.terms.len()) >= required;
        if kind.is_none()
            && has_all
            && !decoder.tainted
            && let Some(missing) = missing(entry)
        {
            decoder.report(super::incomplete(entry, stated.span, &missing));
        }
        let from = entry.clause("from").and_then(|part| reference(part.terms.first()?, part, decoder));
        let mut auth = Vec::new();
        for statement in entry.block.all("auth") {
            let parameter =
                statement.term(0).map(|(term, part)| Origin::new(spelling(term).into_owned(), term.span, part.layer));
            let Some(part) = statement.clause("secret") else { continue };
            let [secret, key] = part.terms else { continue };
            if let (Some(secret), Some(key)) = (decoder.word(secret, part), decoder.read(key, part)) {
                auth.push(Auth { parameter, secret, key });
            }
        }
        auth.shrink_to_fit();
        let (peak, handles) = (decoder.value(&entry.block, "peak"), decoder.value(&entry.block, "handles"));
        let trigger = Self { name: name(entry, decoder), stated, kind: kind?, from, auth, peak, handles };
        trigger.supplied_once(decoder);
        Some(trigger)
    }

    /// The parameter that an authentication supplies: what is stated, else what triggers of that type most often need.
    pub fn parameter<'a>(&self, auth: &'a Auth) -> &'a str {
        if let Some(stated) = &auth.parameter {
            return &stated.value;
        }
        match self.kind {
            TriggerKind::Prometheus { .. } => "bearerToken",
            TriggerKind::NatsJetstream { .. } => "account",
            TriggerKind::Rabbitmq { .. } => "host",
            TriggerKind::Kafka { .. } | TriggerKind::Redis(_) => "password",
            TriggerKind::Cpu(_)
            | TriggerKind::Memory(_)
            | TriggerKind::Metric { .. }
            | TriggerKind::Cron { .. }
            | TriggerKind::Keda { .. } => &auth.key.value,
        }
    }

    /// Reports a parameter that two authentications supply, one of them by its default.
    fn supplied_once(&self, decoder: &mut Decoder<'_>) {
        let mut known: BTreeMap<&str, Span> = BTreeMap::new();
        for auth in &self.auth {
            let (parameter, span) = (self.parameter(auth), auth.secret.span);
            let Some(first) = known.insert(parameter, span) else { continue };
            let title = format!("the trigger {} is given its parameter `{parameter}` twice", self.kind.word());
            decoder.report(
                Diagnostic::new(&codes::BVL0207, span, title)
                    .again(first)
                    .note(format!(
                        "an `auth` that names no parameter supplies `{parameter}`: KEDA would read one of the two"
                    ))
                    .help("keep one, or name the parameter that is meant: `auth PARAMETER secret NAME KEY`"),
            );
        }
    }
}

fn name(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Origin<String>> {
    let part = entry.clause("as")?;
    decoder.word(part.terms.first()?, part)
}

/// Reads a reference to an endpoint: `nats`, `nats.client`, `system/nats.client`; of a class's parameter `$q` and `q.client`.
pub fn reference(term: &Term, part: Part<'_>, decoder: &mut Decoder<'_>) -> Option<Reference> {
    let path = decoder.path(term, part)?;
    let (name, port) = match path.split_once('.') {
        Some((name, port)) => (name, Some(port.to_owned())),
        None => (&*path, None),
    };
    match decoder.names.endpoint(name) {
        Ok(endpoint) => Some(Reference { endpoint, port, span: term.span }),
        Err(near) => {
            decoder.report(super::unknown_endpoint(name, term.span, &near));
            None
        }
    }
}

/// The words that a trigger lacks; `None` where it has all that it needs, of which one is half written: that is said there.
fn missing(entry: &Merged<'_>) -> Option<String> {
    let has = |word: &str| entry.block.get(word).is_some();
    let needed: &[&str] = match entry.variant.map_or("", |variant| variant.name) {
        "kafka" => &["topic", "consumer", "lag"],
        "rabbitmq" if has("rate") => &["queue"],
        "rabbitmq" => &["queue", "length"],
        "redis" if has("list") => &["list", "length"],
        "nats-jetstream" | "redis" => &["stream", "consumer", "lag"],
        "cron" => &["timezone", "start", "end", "replicas"],
        _ => &[],
    };
    let words: Vec<String> = needed.iter().filter(|word| !has(word)).map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => needed.is_empty().then(|| "its value".to_owned()),
        [only] => Some(only.clone()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}

fn kind(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<TriggerKind> {
    let block = &entry.block;
    Some(match entry.variant?.name {
        "cpu" => TriggerKind::Cpu(decoder.argument(entry, 0)?),
        "memory" => TriggerKind::Memory(decoder.argument(entry, 0)?),
        "metric" => TriggerKind::Metric { name: written(entry, 0, decoder)?, target: written(entry, 1, decoder)? },
        "prometheus" => {
            TriggerKind::Prometheus { query: decoder.argument(entry, 0)?, target: written(entry, 1, decoder)? }
        }
        "nats-jetstream" => TriggerKind::NatsJetstream {
            stream: decoder.value(block, "stream")?,
            consumer: decoder.value(block, "consumer")?,
            lag: decoder.value(block, "lag")?,
            account: decoder.value(block, "account"),
        },
        "kafka" => TriggerKind::Kafka {
            topic: decoder.value(block, "topic")?,
            consumer: decoder.value(block, "consumer")?,
            lag: decoder.value(block, "lag")?,
        },
        "rabbitmq" if is_both(entry, ["length", "rate"], decoder) => return None,
        "rabbitmq" => TriggerKind::Rabbitmq {
            queue: decoder.value(block, "queue")?,
            measure: match decoder.value(block, "rate") {
                Some(rate) => RabbitmqMeasure::Rate(rate),
                None => RabbitmqMeasure::Length(decoder.value(block, "length")?),
            },
            vhost: decoder.value(block, "vhost"),
        },
        "redis" if is_both(entry, ["list", "stream"], decoder) => return None,
        "redis" if is_both(entry, ["length", "lag"], decoder) => return None,
        "redis" => TriggerKind::Redis(match decoder.value(block, "list") {
            Some(list) => RedisMeasure::List { list, length: decoder.value(block, "length")? },
            None => RedisMeasure::Stream {
                stream: decoder.value(block, "stream")?,
                consumer: decoder.value(block, "consumer")?,
                lag: decoder.value(block, "lag")?,
            },
        }),
        "cron" => TriggerKind::Cron {
            timezone: decoder.value::<TimeZone>(block, "timezone")?.map(|zone| zone.0),
            start: decoder.value::<Cron>(block, "start")?.map(|time| time.0),
            end: decoder.value::<Cron>(block, "end")?.map(|time| time.0),
            replicas: decoder.value(block, "replicas")?,
        },
        _ => {
            let kind: Origin<String> = decoder.argument(entry, 0)?;
            known_parameters(&kind.value, entry, decoder);
            let mut metadata = BTreeMap::new();
            for key in &block.entries {
                if key.word.is_own_key()
                    && let Some((term, part)) = key.term(0)
                    && let Some(value) = decoder.text(term, part)
                {
                    metadata.insert(key.key.clone().into_owned(), value);
                }
            }
            TriggerKind::Keda { kind, metadata }
        }
    })
}

/// Reports a trigger that states two words which exclude each other: whichever counted, the other would be passed over.
fn is_both(entry: &Merged<'_>, words: [&str; 2], decoder: &mut Decoder<'_>) -> bool {
    let [Some(one), Some(other)] = words.map(|word| entry.block.get(word)) else { return false };
    let (first, second) = (one.span(decoder.declared), other.span(decoder.declared));
    let title = format!("the trigger {} measures both `{}` and `{}`", name_of(entry), words[0], words[1]);
    decoder.report(
        Diagnostic::new(&codes::BVL0202, second, title)
            .here("one of the two would be passed over")
            .label(first, "measured here")
            .note("a trigger of KEDA measures one thing; with several triggers the largest answer counts")
            .help(format!(
                "keep one, take a weaker layer's away with `without {}`, or state a second trigger with `as NAME`",
                words[0]
            )),
    );
    true
}

fn name_of<'a>(entry: &Merged<'a>) -> &'a str {
    entry.variant.map_or("", |variant| variant.name)
}

/// Reports parameters that a scaler does not read, and that are near one which it does.
fn known_parameters(scaler: &str, entry: &Merged<'_>, decoder: &mut Decoder<'_>) {
    let Some(known) = keda::parameters(scaler) else { return };
    for key in entry.block.entries.iter().filter(|key| key.word.is_own_key() || key.word.name == "auth") {
        let written = &*key.key;
        let Some(near) = similar::slip(written, known).filter(|_| !written.is_empty()) else { continue };
        let span = key.span(decoder.declared);
        decoder.report(
            Diagnostic::new(&codes::BVL0201, span, format!("KEDA's scaler {scaler} reads no `{written}`"))
                .here(format!("did you mean `{near}`?"))
                .note("KEDA passes over what it does not know, and works with its own default or not at all"),
        );
    }
}

/// An argument as it is written: a number with its unit, a word or a string.
fn written(entry: &Merged<'_>, index: usize, decoder: &mut Decoder<'_>) -> Option<Origin<String>> {
    let (term, part) = entry.term(index)?;
    let closed = decoder.close(term, part)?;
    let is_written = matches!(closed.kind, TermKind::Name(_) | TermKind::Number(_) | TermKind::Text(_));
    is_written.then(|| Origin::new(spelling(&closed).into_owned(), term.span, part.layer))
}
