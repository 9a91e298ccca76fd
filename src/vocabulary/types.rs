//! What may stand in the place of an argument, and how that is tested: by the readers of `value`, never by rules of its own.

use crate::value::host;
use crate::value::name::dns_label;
use crate::value::text::is_path;
use crate::value::{
    Address, Bounds, Capability, Cidr, Cpu, Cron, Date, Domain, Duration, Exposed, FromTerm, HostName, Image,
    KubernetesVersion, Memory, Mismatch, Percent, Port, Registry, Requested, SeccompProfile, Term, TermKind, TimeZone,
    git, quoted, similar,
};

/// What may stand in the place of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A whole number.
    Integer,
    /// A string.
    Text,
    /// A string that may hold addresses (`"${postgres.sql.host}"`), a number, a word, or a bare address path.
    Value,
    /// A bare word of the user's own choice.
    Name,
    /// A bare word or a string, where keys of Kubernetes' own stand.
    Key,
    /// A duration.
    Duration,
    /// A duration that is handed on in whole seconds: what is written is what is emitted, so that every sum agrees with it.
    Seconds,
    /// A quantity of cpu.
    Cpu,
    /// `REQUEST..LIMIT` of cpu.
    CpuRange,
    /// A quantity of memory.
    Memory,
    /// `REQUEST..LIMIT` of memory.
    MemoryRange,
    /// A percentage.
    Percent,
    /// A whole number or a percentage.
    Count,
    /// `N` or `MIN..MAX`.
    Replicas,
    /// A port number.
    Port,
    /// A port by name or number.
    PortReference,
    /// An address range.
    Cidr,
    /// An IP address.
    Address,
    /// A Kubernetes version, `"1.33"`.
    Version,
    /// A policy version: `"1.33"` or the word `latest`.
    PolicyVersion,
    /// A container image.
    Image,
    /// The host of a registry.
    Registry,
    /// The name of a host.
    Host,
    /// The DNS domain of a cluster.
    Domain,
    /// The address of a Git repository.
    Repository,
    /// A revision in Git.
    Revision,
    /// A folder of a Git repository.
    Folder,
    /// A host and a path at which something is reached from outside.
    Exposed,
    /// An endpoint, possibly with a port: `nats`, `nats.client`, `system/nats.client`.
    Endpoint,
    /// A workload, external or group, by its name alone.
    Member,
    /// An environment.
    Environment,
    /// A store of secrets, as a bare word or a string.
    Store,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One of these numbers.
    OneOf(&'static [u32]),
    /// A cron expression of five fields.
    Cron,
    /// A time zone.
    TimeZone,
    /// A day of the calendar.
    Date,
    /// A capability of Linux, as a bare word or a string.
    Capability,
    /// The path of a seccomp profile on a node.
    SeccompProfile,
    /// A type of KEDA's scalers, as a bare word or a string: a slip in a known one is answered.
    Scaler,
    /// A key that is one of these, or near none of them.
    Parameter(&'static [&'static str]),
    /// A number with any unit, kept as written: a metric's target.
    Quantity,
    /// What holds or does not, in a rule.
    Condition,
    /// What a key of a chart's values may hold: a string, a number, a word, or a list of these.
    Content,
}

impl Type {
    /// Whether what stands there is a text that names something.
    pub const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Key
                | Self::Store
                | Self::Cron
                | Self::TimeZone
                | Self::Date
                | Self::Capability
                | Self::SeccompProfile
                | Self::Scaler
                | Self::Parameter(_)
                | Self::Registry
                | Self::Host
                | Self::Domain
                | Self::Repository
                | Self::Revision
                | Self::Folder
                | Self::Exposed
        )
    }

    /// Whether a range may stand there.
    pub const fn takes_range(self) -> bool {
        matches!(self, Self::CpuRange | Self::MemoryRange | Self::Replicas)
    }

    /// What is expected, to follow "expected".
    pub fn expected(self) -> String {
        match self {
            Self::Integer => u32::EXPECTED.to_owned(),
            Self::Text => "a string in double quotes".to_owned(),
            Self::Value => "a string, a number or an address such as `postgres.sql.host`".to_owned(),
            Self::Name => "a name".to_owned(),
            Self::Key => "a key: a bare word or a string".to_owned(),
            Self::Duration | Self::Seconds => Duration::EXPECTED.to_owned(),
            Self::Cpu => Cpu::EXPECTED.to_owned(),
            Self::CpuRange => "cpu as `request..limit`, such as `500m..2`".to_owned(),
            Self::Memory => Memory::EXPECTED.to_owned(),
            Self::MemoryRange => "memory as `request..limit`, such as `512Mi..1Gi`".to_owned(),
            Self::Percent => Percent::EXPECTED.to_owned(),
            Self::Count => "a whole number or a percentage, such as `1` or `50%`".to_owned(),
            Self::Replicas => "a number of replicas or a range, such as `3` or `3..20`".to_owned(),
            Self::Port => Port::EXPECTED.to_owned(),
            Self::PortReference => "a port's name or number".to_owned(),
            Self::Cidr => Cidr::EXPECTED.to_owned(),
            Self::Address => Address::EXPECTED.to_owned(),
            Self::Version => KubernetesVersion::EXPECTED.to_owned(),
            Self::PolicyVersion => "a version such as `\"1.33\"`, or `latest`".to_owned(),
            Self::Image => Image::EXPECTED.to_owned(),
            Self::Registry => Registry::EXPECTED.to_owned(),
            Self::Host => HostName::EXPECTED.to_owned(),
            Self::Domain => Domain::EXPECTED.to_owned(),
            Self::Repository => git::Repository::EXPECTED.to_owned(),
            Self::Revision => git::Revision::EXPECTED.to_owned(),
            Self::Folder => git::Folder::EXPECTED.to_owned(),
            Self::Exposed => Exposed::EXPECTED.to_owned(),
            Self::Endpoint => "a workload or external, possibly with a port, such as `postgres.sql`".to_owned(),
            Self::Member => "a workload, external or group, by its name alone".to_owned(),
            Self::Environment => "an environment".to_owned(),
            Self::Store => "a store of secrets".to_owned(),
            Self::Choice(words) => one_of(words),
            Self::OneOf(numbers) => one_of(numbers),
            Self::Cron => Cron::EXPECTED.to_owned(),
            Self::TimeZone => TimeZone::EXPECTED.to_owned(),
            Self::Date => Date::EXPECTED.to_owned(),
            Self::Capability => Capability::EXPECTED.to_owned(),
            Self::SeccompProfile => SeccompProfile::EXPECTED.to_owned(),
            Self::Scaler => "a type of KEDA's scalers, such as `nats-jetstream`".to_owned(),
            Self::Parameter(known) => format!("a parameter of KEDA's scaler, such as {}", one_of(known)),
            Self::Quantity => "a number, such as `200` or `500m`".to_owned(),
            Self::Content => "a string, a number, a word or a list of these".to_owned(),
            Self::Condition => "what holds or does not, such as `s.scale.min >= 2`".to_owned(),
        }
    }

    /// Whether what stands there names a declaration, and so cannot vary: what there is where would depend on values.
    pub const fn is_declared(self) -> bool {
        matches!(self, Self::Endpoint | Self::Member | Self::Environment)
    }

    /// Whether what stands there is a word, which a variable may stand for as a bare word or a string.
    pub const fn is_word(self) -> bool {
        matches!(self, Self::Choice(_) | Self::Name | Self::Key | Self::Store)
    }

    /// Whether a closed term may stand there. Terms with variables are judged where they have been replaced.
    ///
    /// # Errors
    /// A [`Mismatch`] says what is wrong and what could stand there.
    pub fn check(self, term: &Term) -> Result<(), Mismatch> {
        fn read<T: FromTerm>(term: &Term) -> Result<(), Mismatch> {
            T::from_term(term).map(drop)
        }
        match self {
            Self::Integer => read::<u32>(term),
            Self::Text => read::<String>(term),
            Self::Duration => read::<Duration>(term),
            Self::Seconds => Duration::from_term(term).and_then(|duration| Self::whole(term, duration)),
            Self::Cpu => read::<Cpu>(term),
            Self::CpuRange => read::<Requested<Cpu>>(term),
            Self::Memory => read::<Memory>(term),
            Self::MemoryRange => read::<Requested<Memory>>(term),
            Self::Percent => read::<Percent>(term),
            Self::Replicas => read::<Bounds<u32>>(term),
            Self::Port => read::<Port>(term),
            Self::Cidr => read::<Cidr>(term),
            Self::Address => read::<Address>(term),
            Self::PolicyVersion if term.is_name("latest") => Ok(()),
            Self::Version | Self::PolicyVersion => read::<KubernetesVersion>(term),
            Self::Image => read::<Image>(term),
            Self::Registry => read::<Registry>(term),
            Self::Host => read::<HostName>(term),
            Self::Domain => read::<Domain>(term),
            Self::Repository => read::<git::Repository>(term),
            Self::Revision => read::<git::Revision>(term),
            Self::Folder => read::<git::Folder>(term),
            Self::Exposed => read::<Exposed>(term),
            Self::Count => match term.number() {
                Some(text) if text.ends_with('%') => read::<Percent>(term),
                Some(_) => read::<u32>(term),
                None => Err(self.mismatch(term)),
            },
            Self::PortReference if matches!(term.kind, TermKind::Number(_)) => read::<Port>(term),
            Self::PortReference | Self::Name => self.plain_name(term),
            Self::Cron => read::<Cron>(term),
            Self::TimeZone => read::<TimeZone>(term),
            Self::Date => read::<Date>(term),
            Self::Capability => read::<Capability>(term),
            Self::SeccompProfile => read::<SeccompProfile>(term),
            Self::Scaler => Self::near(term, super::keda::SCALERS, "scaler"),
            Self::Parameter(known) => Self::near(term, known, "parameter"),
            Self::Key | Self::Store if matches!(term.kind, TermKind::Name(_) | TermKind::Text(_)) => Ok(()),
            Self::Value => Self::value(term),
            Self::Quantity if term.number().is_some() => Ok(()),
            Self::Endpoint | Self::Member | Self::Environment if matches!(term.kind, TermKind::Name(_)) => Ok(()),
            Self::Choice(words) => match term.name() {
                Some(name) if words.contains(&name) => Ok(()),
                name => {
                    let quoted = || words.iter().copied().find(|word| term.text() == Some(word));
                    let near = name.map_or_else(quoted, |name| meant(name, words));
                    let mismatch = self.mismatch(term);
                    Err(if let Some(near) = near { mismatch.suggest(near) } else { mismatch })
                }
            },
            Self::OneOf(numbers) => match u32::from_term(term) {
                Ok(number) if numbers.contains(&number) => Ok(()),
                _ => Err(self.mismatch(term)),
            },
            // what it says is told where what it speaks of is known
            Self::Condition => Ok(()),
            Self::Content => {
                let is_word = |member: &&Term| member.name().is_none();
                term.members().iter().filter(is_word).try_for_each(Self::value)
            }
            Self::Endpoint | Self::Member | Self::Environment => {
                let is_name = |text: &&str| is_path(text, |part| dns_label(part).is_ok());
                let mismatch = self.mismatch(term);
                // at most one dot stands in a name, before its port
                let host = term.text().filter(|text| !is_name(text) || text.matches('.').count() > 1);
                let host = host.filter(|_| self != Self::Environment).and_then(host::in_text);
                Err(match (term.text().filter(is_name), host) {
                    (_, Some(host)) => mismatch.help(host::as_external(host)),
                    (Some(text), None) => mismatch.suggest(text).help("names stand without quotes"),
                    (None, None) => mismatch,
                })
            }
            Self::Key | Self::Store | Self::Quantity => Err(self.mismatch(term)),
        }
    }

    /// Whether a duration is whole seconds; both neighbors could stand there, unless one is no time at all.
    fn whole(term: &Term, duration: Duration) -> Result<(), Mismatch> {
        if duration.is_whole() {
            return Ok(());
        }
        let written = term.number().unwrap_or_default();
        let mut mismatch = Mismatch::new(format!("`{written}` is no whole number of seconds"))
            .help("it is handed on in whole seconds, so that nothing finer could take effect");
        let (above, one) = (Duration::from_secs(duration.secs()), Duration::from_secs(1));
        if above > one {
            mismatch = mismatch.suggest(above.saturating_sub(one).to_string());
        }
        Err(mismatch.suggest(above.to_string()))
    }

    /// Whether a key is known, or at least no slip of one that is.
    fn near(term: &Term, known: &[&'static str], what: &str) -> Result<(), Mismatch> {
        let Some(text) = term.name().or_else(|| term.text()) else { return Err(Self::Key.mismatch(term)) };
        let meant = match similar::slip(text, known) {
            Some(near) => vec![near],
            // what a newer KEDA may know is let through, unless it is a part of what this one knows
            None if known.contains(&text) => return Ok(()),
            None => similar::whole(text, known),
        };
        if meant.is_empty() {
            return Ok(());
        }
        let write = |near: &&str| if term.text().is_some() { quoted(near) } else { (*near).to_owned() };
        let unknown = Mismatch::new(format!("KEDA knows no {what} `{text}`"));
        Err(meant.iter().map(write).fold(unknown, Mismatch::suggest))
    }

    /// Whether a term is a text, a number or an address. A bare word is a word of the language or a declaration: a text stands
    /// in quotes, and `true` and `false` are values by themselves.
    fn value(term: &Term) -> Result<(), Mismatch> {
        match term.name() {
            None if term.text().is_some() || term.number().is_some() || matches!(term.kind, TermKind::Address(_)) => {
                Ok(())
            }
            Some(name) if name.contains('.') || matches!(name, "true" | "false") => Ok(()),
            Some(name) => Err(Self::Value.mismatch(term).help("a text stands in quotes").suggest(quoted(name))),
            None => Err(Self::Value.mismatch(term)),
        }
    }

    fn plain_name(self, term: &Term) -> Result<(), Mismatch> {
        match (term.name(), term.text()) {
            (Some(name), _) if !name.contains(['.', '/']) => Ok(()),
            (_, Some(text)) if is_word(text) => {
                Err(self.mismatch(term).help(format!("a name stands without quotes: write `{text}`")).suggest(text))
            }
            (_, Some(_) | None) => Err(self.mismatch(term)),
        }
    }

    fn mismatch(self, term: &Term) -> Mismatch {
        Mismatch::new(format!("expected {}, found {}", self.expected(), term.describe()))
    }
}

/// The word that was most likely meant: the nearest one, or the only one of whose parts the name is one or that it goes on from, such
/// as `nats` of `nats-jetstream` and `aws-vpc-cni` of `aws-vpc`.
pub fn meant(name: &str, words: &[&'static str]) -> Option<&'static str> {
    if let Some(near) = similar::closest(name, words.iter().copied()) {
        return Some(near);
    }
    let goes_on = |word: &str| name.strip_prefix(word).is_some_and(|rest| rest.starts_with('-'));
    let mut alike = words.iter().filter(|word| word.split('-').any(|part| part == name) || goes_on(word));
    alike.next().copied().filter(|_| alike.next().is_none())
}

/// Whether a text would be a bare word without its quotes.
fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|other| other.is_ascii_alphanumeric() || matches!(other, '-' | '_'))
}

/// ``one of `a`, `b` or `c` ``
pub fn one_of(words: &[impl std::fmt::Display]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => format!("`{only}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", first.join(", "))
        }
    }
}
