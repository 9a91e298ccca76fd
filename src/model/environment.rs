//! A target: its namespace and its guarantees.

use super::body::{Body, Decoder, Merged, Scope};
use super::mesh::{self, MeshMode};
use super::origin::{EnvironmentId, Origin};
use super::parameter::{NamePattern, NamePiece, Parameter, Written};
use super::{KeyedTexts, keyed_texts};
use crate::value::{Cpu, KubernetesVersion, Memory, Requested, Term, TermKind};

/// An environment, or one instance of a parametrised one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its own id.
    pub id: EnvironmentId,
    /// The name of its declaration, at its declaration.
    pub name: Origin<String>,
    /// How the user names it: `prod`, `preview(pr=42)`.
    pub title: String,
    /// How files and folders name it: `prod`, `preview-42`.
    pub slug: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The parameters that tell its instances apart, with the values of this one; none of one without parameters.
    pub telling: Vec<(String, String)>,
    /// What made this instance.
    pub instance: Instance,
    /// Whether other environments may use what is there.
    pub shared: Option<Origin<()>>,
    /// Whether people depend on it.
    pub production: Option<Origin<()>>,
    /// Whether images are named by digest.
    pub immutable: Option<Origin<()>>,
    /// Its namespace; `None` only where its absence has been reported.
    pub namespace: Option<Namespace>,
    /// The Pod Security Standard that it enforces.
    pub profile: Profile,
    /// Whether all traffic that no flow allows is denied.
    pub default_deny: DefaultDeny,
    /// Whether network policies are only reported, not built.
    pub observe: Option<Origin<()>>,
    /// How strictly its pods take the platform's mesh, where it says.
    pub mesh: Option<Origin<MeshMode>>,
    /// How many nodes its pods may run on, where that is fixed.
    pub nodes: Option<Nodes>,
    /// What its pods may take together.
    pub budget: Option<Budget>,
    /// What a `LimitRange` of its namespace asks of every container.
    pub limit_range: LimitRange,
    /// Labels for its objects.
    pub labels: KeyedTexts,
    /// Annotations for its objects.
    pub annotations: KeyedTexts,
    /// Whether something of it could not be read.
    pub tainted: bool,
}

/// What made an instance of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instance {
    /// The environment has no parameters.
    Fixed,
    /// It was asked for, with these parameters.
    Asked,
    /// Nobody asked for it: it stands in with its examples, and is checked but not built.
    Example,
}

/// The namespace of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: Origin<String>,
    /// Whether it is there already.
    pub existing: Option<Origin<()>>,
    /// What it is in every instance.
    pub pattern: NamePattern,
}

/// The Pod Security Standard that a namespace enforces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its level.
    pub level: Origin<ProfileLevel>,
    /// Its version.
    pub version: Origin<PolicyVersion>,
    /// Why it is weaker than `restricted`.
    pub because: Option<Origin<String>>,
}

/// The levels of the Pod Security Standards, strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfileLevel {
    /// `restricted`
    Restricted,
    /// `baseline`
    Baseline,
    /// `privileged`
    Privileged,
}

impl ProfileLevel {
    /// As the namespace's label writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Baseline => "baseline",
            Self::Privileged => "privileged",
        }
    }

    /// The level of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Restricted, Self::Baseline, Self::Privileged].into_iter().find(|level| level.name() == name)
    }
}

/// A version of the Pod Security Standards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyVersion {
    /// Whatever the API server has.
    Latest,
    /// This one.
    Pinned(KubernetesVersion),
}

/// Whether all traffic that no flow allows is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultDeny {
    /// It is.
    On,
    /// It is not, and no policy selects a pod here.
    Off {
        /// Where that is stated.
        stated: Origin<()>,
        /// Why.
        because: Option<Origin<String>>,
    },
}

impl DefaultDeny {
    /// The name of the policy that denies, in every environment.
    pub const POLICY: &str = "default-deny";
}

/// `nodes N zones Z`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nodes {
    /// How many.
    pub count: Origin<u32>,
    /// In how many zones they stand.
    pub zones: Option<Origin<u32>>,
}

/// `budget { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Where it is stated.
    pub stated: Origin<()>,
    /// The sum of cpu limits.
    pub cpu: Option<Origin<Cpu>>,
    /// The sum of memory limits.
    pub memory: Option<Origin<Memory>>,
    /// The number of pods.
    pub pods: Option<Origin<u32>>,
    /// The number of volumes that outlive their pods.
    pub volumes: Option<Origin<u32>>,
    /// The sum of their sizes.
    pub storage: Option<Origin<Memory>>,
    /// The sum of cpu requests.
    pub requests_cpu: Option<Origin<Cpu>>,
    /// The sum of memory requests.
    pub requests_memory: Option<Origin<Memory>>,
}

/// `limit-range { .. }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LimitRange {
    /// Of cpu.
    pub cpu: Option<Bound<Cpu>>,
    /// Of memory.
    pub memory: Option<Bound<Memory>>,
}

/// What a `LimitRange` asks of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound<T> {
    /// The least request and the largest limit; no largest one where `..none` is written.
    pub range: Origin<Requested<T>>,
    /// How many times the request a limit may be at most.
    pub ratio: Option<Origin<u32>>,
}

/// Who an environment is: what is known of it before its body is read.
#[derive(Debug, Clone)]
pub struct EnvironmentIdentity {
    /// Its own id.
    pub id: EnvironmentId,
    /// The name of its declaration.
    pub name: Origin<String>,
    /// How the user names it.
    pub title: String,
    /// How files and folders name it.
    pub slug: String,
    /// What made this instance.
    pub instance: Instance,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The parameters that tell its instances apart, with the values of this one.
    pub telling: Vec<(String, String)>,
}

impl Environment {
    /// Reads an environment, its overlays left aside.
    pub fn decode(identity: EnvironmentIdentity, body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        let mut environment = Self {
            id: identity.id,
            name: identity.name,
            title: identity.title,
            slug: identity.slug,
            namespace: namespace(body, &identity.parameters, decoder),
            parameters: identity.parameters,
            telling: identity.telling,
            instance: identity.instance,
            shared: body.flag("shared"),
            production: body.flag("production"),
            immutable: body.flag("immutable"),
            profile: profile(body, decoder),
            default_deny: default_deny(body, decoder),
            observe: body.flag("observe"),
            mesh: mesh::of_environment(body, decoder),
            nodes: nodes(body, decoder),
            budget: budget(body, decoder),
            limit_range: limit_range(body, decoder),
            labels: keyed_texts(body, "label", decoder),
            annotations: keyed_texts(body, "annotation", decoder),
            tainted: false,
        };
        environment.tainted = decoder.tainted;
        environment
    }

    /// Whether policies are enforced here: the deny is on and not only observed.
    pub fn is_denied(&self) -> bool {
        self.default_deny == DefaultDeny::On && self.observe.is_none()
    }

    /// Whether each of its instances has a namespace that somebody else makes: neither a name that is known while others are
    /// built nor a label of bvlc's tells them.
    pub fn is_unlabeled(&self) -> bool {
        match self.instance {
            Instance::Asked | Instance::Example => self.namespace.as_ref().is_some_and(|one| one.existing.is_some()),
            Instance::Fixed => false,
        }
    }

    /// Its only parameter, where a number can be the value of that: none where no number alone tells instances apart.
    pub fn number(&self) -> Option<&Parameter> {
        match self.parameters.as_slice() {
            [only] if matches!(only.written, Written::Whole | Written::Text) => Some(only),
            [..] => None,
        }
    }

    /// The namespace of the instance of a number, or of what stands in its place; `None` where no number alone tells instances apart.
    pub fn numbered(&self, number: &str) -> Option<String> {
        let pattern = &self.namespace.as_ref()?.pattern;
        self.number().filter(|parameter| pattern.holds(&parameter.name)).map(|_| pattern.with(number))
    }

    /// The namespace's name; empty only where its absence has been reported.
    pub fn namespace_name(&self) -> &str {
        self.namespace.as_ref().map_or("", |namespace| &namespace.name.value)
    }
}

fn namespace(body: &Body<'_>, parameters: &[Parameter], decoder: &mut Decoder<'_>) -> Option<Namespace> {
    let entry = body.get("namespace")?;
    let name = decoder.argument(entry, 0)?;
    let existing = entry.has("existing").then(|| Origin::new((), name.span, name.layer));
    let pattern = pattern(entry, parameters);
    Some(Namespace { name, existing, pattern })
}

/// What a namespace's name is whatever the parameters' values: as it is read, with marks for those values.
fn pattern(entry: &Merged<'_>, parameters: &[Parameter]) -> NamePattern {
    // no name of a namespace holds it
    const MARK: char = '\0';
    let text = entry.term(0).and_then(|(term, part)| {
        let mark = |name: &str| Term { span: term.span, kind: TermKind::Text(format!("{MARK}{name}{MARK}").into()) };
        let bound = parameters.iter().map(|parameter| (parameter.name.as_str().into(), mark(&parameter.name)));
        let scope = Scope { bound: bound.collect(), parent: Some(part.scope), ..Scope::default() };
        if let TermKind::Text(text) = scope.close(term).ok()?.kind { Some(text) } else { None }
    });
    let text = text.unwrap_or_default();
    let pieces = text.split(MARK).enumerate().map(|(at, piece)| {
        let piece = piece.to_owned();
        if at % 2 == 0 { NamePiece::Text(piece) } else { NamePiece::Parameter(piece) }
    });
    NamePattern { pieces: pieces.filter(|piece| *piece != NamePiece::Text(String::new())).collect() }
}

fn profile(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Profile {
    let mut profile = Profile {
        level: decoder.built_in(ProfileLevel::Restricted),
        version: decoder.built_in(PolicyVersion::Latest),
        because: None,
    };
    let Some(entry) = body.get("profile") else { return profile };
    if let Some(word) = decoder.word_at(entry, 0) {
        profile.level = word.map(|word| ProfileLevel::named(&word).unwrap_or(ProfileLevel::Restricted));
    }
    if let Some(part) = entry.clause("version")
        && let Some(term) = part.terms.first()
    {
        let latest = decoder.word(term, part).filter(|word| word.value == "latest");
        profile.version = if let Some(latest) = latest {
            latest.map(|_| PolicyVersion::Latest)
        } else {
            let read = decoder.read::<KubernetesVersion>(term, part);
            read.map_or(profile.version, |version| version.map(PolicyVersion::Pinned))
        };
    }
    profile.because = decoder.because(entry);
    profile
}

fn default_deny(body: &Body<'_>, decoder: &mut Decoder<'_>) -> DefaultDeny {
    let Some(entry) = body.get("default-deny") else { return DefaultDeny::On };
    let off = decoder.word_at(entry, 0).is_some_and(|word| word.value == "off");
    match entry.origin() {
        Some(stated) if off => DefaultDeny::Off { stated, because: decoder.because(entry) },
        _ => DefaultDeny::On,
    }
}

fn nodes(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Nodes> {
    let entry = body.get("nodes")?;
    Some(Nodes { count: decoder.argument(entry, 0)?, zones: decoder.clause(entry, "zones") })
}

fn budget(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Budget> {
    let entry = body.get("budget")?;
    let empty = Body::default();
    let requests = entry.block.get("requests").map_or(&empty, |requests| &requests.block);
    Some(Budget {
        stated: entry.origin()?,
        cpu: decoder.value(&entry.block, "cpu"),
        memory: decoder.value(&entry.block, "memory"),
        pods: decoder.value(&entry.block, "pods"),
        volumes: decoder.value(&entry.block, "volumes"),
        storage: decoder.value(&entry.block, "storage"),
        requests_cpu: decoder.value(requests, "cpu"),
        requests_memory: decoder.value(requests, "memory"),
    })
}

fn limit_range(body: &Body<'_>, decoder: &mut Decoder<'_>) -> LimitRange {
    let empty = Body::default();
    let block = body.get("limit-range").map_or(&empty, |entry| &entry.block);
    LimitRange { cpu: bound(block, "cpu", decoder), memory: bound(block, "memory", decoder) }
}

fn bound<T>(block: &Body<'_>, word: &str, decoder: &mut Decoder<'_>) -> Option<Bound<T>>
where
    Requested<T>: crate::value::FromTerm,
{
    let entry = block.get(word)?;
    let range = decoder.argument(entry, 0)?;
    Some(Bound { range, ratio: decoder.clause(entry, "ratio") })
}
