//! The vocabulary: which words exist where, what follows them, what they mean. ONE table, from which decoding, errors,
//! "did you mean", completion, hover, the reference and the editors' keyword lists all come.
//!
//! Invariants: a thing is a clause or a block entry, never both; names are unique in a block; no word is listed before
//! it means something.

mod companion;
mod declaration;
mod delivery;
mod entry;
mod environment;
mod external;
mod homes;
mod job;
pub mod keda;
mod made;
mod managed;
mod monitoring;
mod platform;
mod scale;
mod security;
mod service;
mod stateful;
pub mod types;
mod usual;

pub use declaration::{FILE, FLOW, RULE, TEST, THINGS};
pub use environment::ENVIRONMENT;
pub use external::EXTERNAL;
pub use homes::{Form, Home, Opener, homes};
pub use job::JOB;
pub use made::Made;
pub use managed::MANAGED;
pub use platform::{PLATFORM, PLATFORM_DEFAULTS};
pub use scale::TRIGGERS;
pub use service::SERVICE;
pub use types::Type;

use crate::value::{Duration, Term, TermKind, similar};

/// The words that declare what flows begin and end at, and are overlays within an environment, each with its block. Those that
/// declare workloads come first.
static ENDPOINTS: [(&str, &Block); 4] =
    [("service", &SERVICE), ("job", &JOB), ("managed", &MANAGED), ("external", &EXTERNAL)];

/// The block of a word that declares an endpoint.
pub fn endpoint_block(word: &str) -> Option<&'static Block> {
    ENDPOINTS.iter().find(|(name, _)| *name == word).map(|(_, block)| *block)
}

/// The blocks of all words that declare endpoints.
pub fn endpoint_blocks() -> impl Iterator<Item = &'static Block> {
    ENDPOINTS.iter().map(|(_, block)| *block)
}

/// Whether a word declares a workload or an external: a declaration at the top level of a file, an overlay in an environment.
pub fn declares_endpoint(word: &str) -> bool {
    endpoint_block(word).is_some()
}

/// Whether a word declares a workload.
pub fn declares_workload(word: &str) -> bool {
    declares_endpoint(word) && word != EXTERNAL.name
}

/// Names that clauses use, and those of what flows and questions about them mean in every cluster.
const RESERVED: &[&str] = &[
    "because",
    "in",
    "on",
    "from",
    "via",
    "as",
    "is",
    "secret",
    "config",
    "self",
    "host",
    "port",
    "dns",
    "kubernetes-api",
];

/// Whether the language keeps a name for itself, so that no declaration can have it.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// A word that begins a statement.
#[derive(Debug)]
pub struct Word {
    /// As written.
    pub name: &'static str,
    /// What follows it, in order.
    pub args: &'static [Argument],
    /// What may follow those, each by its own name.
    pub clauses: &'static [Clause],
    /// The first term chooses one of these, which then says what follows it.
    pub variants: &'static [Word],
    /// What may stand in its braces.
    pub block: Option<&'static Block>,
    /// Names of arguments and clauses in groups of which a statement has one: each group says the same thing another way.
    pub either: &'static [&'static [&'static str]],
    /// Whether it may be stated once or once for each key.
    pub keyed: Keyed,
    /// One sentence or more: what it says, its unit, its default.
    pub doc: &'static str,
    /// A statement that uses it.
    pub example: &'static str,
    /// What it makes, of which there may be one already that is used by its name.
    pub makes: Option<&'static Made>,
    /// The parts between the word and its clauses where signs part them, which no argument says: `SOURCE, .. -> DESTINATION, ..`.
    pub form: &'static [Slot],
}

/// A part of a statement that has a form of its own.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// What stands before it; `[` where it may be left out.
    pub before: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
}

/// A part of a statement, with what stands before it.
const fn slot(before: &'static str, name: &'static str, what: &'static str) -> Slot {
    Slot { before, name, what }
}

impl Word {
    /// A word without anything, to complete.
    pub const NEW: Self = Self {
        name: "",
        args: &[],
        clauses: &[],
        variants: &[],
        block: None,
        either: &[],
        keyed: Keyed::Once,
        doc: "",
        example: "",
        makes: None,
        form: &[],
    };

    /// Whether it stands for a key of the user's own.
    pub const fn is_own_key(&self) -> bool {
        self.name.is_empty()
    }

    /// The clause of that name.
    pub fn clause(&self, name: &str) -> Option<&'static Clause> {
        self.clauses.iter().find(|clause| clause.name == name)
    }

    /// Whether what stands in its braces means something beside a value: what moves a number of replicas does only between
    /// two of them.
    pub fn opens_block(&self, value: &Term) -> bool {
        let is_replicas = self.args.first().is_some_and(|argument| argument.ty == Type::Replicas);
        !is_replicas || matches!(value.kind, TermKind::Range(_))
    }

    /// The variant of that name.
    pub fn variant(&self, name: &str) -> Option<&'static Word> {
        self.variants.iter().find(|variant| variant.name == name)
    }
}

/// How often a word may be stated in one body, and how layers merge it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyed {
    /// Once; a stronger layer replaces it.
    Once,
    /// Once for each first argument; layers merge by it.
    ByArgument,
    /// Once for each variant, or for each name given with `as`.
    ByVariant,
    /// Any number of times; layers add up (flows within classes).
    Each,
}

/// One of the things that follow a word.
#[derive(Debug)]
pub struct Argument {
    /// As the reference names it: `NAME`, `PORT`.
    pub name: &'static str,
    /// What may stand there.
    pub ty: Type,
    /// Whether it may be left out.
    pub presence: Presence,
    /// Whether a value may say nothing.
    pub nothing: Nothing,
    /// About how long a duration there is: what lacks its unit was most likely meant to be near to that.
    pub usual: Option<Duration>,
}

/// Whether a value that says nothing, an empty text or a 0, may stand somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {
    /// It may.
    Allowed,
    /// It may not, for this reason.
    Refused(&'static str),
}

impl Argument {
    const fn new(name: &'static str, ty: Type, presence: Presence) -> Self {
        let nothing = if ty.is_text() { Nothing::Refused("nothing goes by an empty name") } else { Nothing::Allowed };
        Self { name, ty, presence, nothing, usual: None }
    }

    /// The same, of which 0 is no value, nor an empty text, for the reason given.
    #[must_use]
    pub const fn something(self, why: &'static str) -> Self {
        Self { nothing: Nothing::Refused(why), ..self }
    }

    /// The same, which may be an empty text.
    #[must_use]
    pub const fn or_empty(self) -> Self {
        Self { nothing: Nothing::Allowed, ..self }
    }
}

/// Whether an argument may be left out or repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It must be there, in some layer.
    Required,
    /// It may be left out.
    Optional,
    /// One or more, as a list.
    List,
}

/// A required argument.
pub const fn arg(name: &'static str, ty: Type) -> Argument {
    Argument::new(name, ty, Presence::Required)
}

/// An argument that may be left out.
pub const fn optional(name: &'static str, ty: Type) -> Argument {
    Argument::new(name, ty, Presence::Optional)
}

/// An argument that is a list of one or more.
pub const fn list(name: &'static str, ty: Type) -> Argument {
    Argument::new(name, ty, Presence::List)
}

/// Something that may follow a word's arguments, by its own name.
#[derive(Debug)]
pub struct Clause {
    /// As written.
    pub name: &'static str,
    /// What follows it; nothing for a flag such as `udp`.
    pub args: &'static [Argument],
    /// What it says.
    pub doc: &'static str,
}

/// A clause with arguments.
pub const fn clause(name: &'static str, args: &'static [Argument], doc: &'static str) -> Clause {
    Clause { name, args, doc }
}

/// `because "..."`, the written reason that whatever weakens a guarantee carries.
pub const BECAUSE: Clause = clause(
    "because",
    &[arg("REASON", Type::Text)
        .something("whoever reads the output, or reviews the next change, sees nothing else of why")],
    "The written reason of what weakens a guarantee. It stands in the output, in an annotation of the object that the guarantee is about: `bvl.dev/flows` for a flow, `bvl.dev/because` for all else.",
);

/// What may stand between braces.
#[derive(Debug)]
pub struct Block {
    /// What the block belongs to, as messages name it: `service`, `shutdown`.
    pub name: &'static str,
    /// Its words.
    pub words: &'static [Word],
    /// Whether it takes entries of the user's own, `KEY VALUE`, in place of words.
    pub entries: Entries,
}

/// Whether a block takes entries with keys of the user's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entries {
    /// Only listed words.
    Words,
    /// Listed words, and `KEY VALUE` besides.
    Flat,
    /// `KEY VALUE` or `KEY { .. }`.
    Nested,
}

/// The word of entries with keys of the user's own.
pub static ENTRY: Word =
    Word { name: "", args: &[arg("VALUE", Type::Value)], doc: "A key of your own and its value.", ..ENTRY_BASE };

/// [`ENTRY`] where keys may have entries of their own.
pub static NESTED_ENTRY: Word = Word {
    args: &[optional("VALUE", Type::Content)],
    doc: "A key of your own, and its value or entries.",
    block: Some(&NESTED),
    ..ENTRY_BASE
};

/// A key of the user's own, which is judged as any other key is.
pub const OWN_KEY: Argument = arg("KEY", Type::Key);

const ENTRY_BASE: Word = Word { keyed: Keyed::Once, example: "LOG_LEVEL \"info\"", ..Word::NEW };

/// `without WORD [KEY]`, which any block takes.
pub static WITHOUT: Word = Word {
    name: "without",
    keyed: Keyed::Each,
    doc: "Takes away what weaker layers state, in the braces in which they state it: `without spread`, `without env DEBUG`, `scale { without on cpu }`. A word that stands once for each key wants the key; of keys of your own, as in `config`, the key is enough: `without LOG_LEVEL`. A key that is itself called `without` stands in quotes.",
    example: "without env DEBUG",
    form: TAKEN_AWAY,
    ..Word::NEW
};

/// What stands behind `without`.
const TAKEN_AWAY: &[Slot] = &[
    slot(" ", "WORD", "What is taken away: a word that a weaker layer states, or a key of your own."),
    slot(" [", "KEY", "Which one, where there may be several."),
];

/// What stands behind `allow`.
const FLOW_FORM: &[Slot] = &[
    slot(" ", "SOURCE, ..", "Who begins: workloads, externals, groups."),
    slot(" -> ", "DESTINATION.PORT, ..", "Who is reached, and at which port."),
];

static NESTED: Block = Block { name: "entry", words: &[], entries: Entries::Nested };

impl Block {
    /// The word of that name.
    pub fn word(&self, name: &str) -> Option<&'static Word> {
        match self.entries {
            // files are no layers: nothing stated outside of all braces is weaker than anything there
            Entries::Words if name == WITHOUT.name && !std::ptr::eq(self, &raw const FILE) => {
                self.words.iter().find(|word| word.name == name).or(Some(&WITHOUT))
            }
            Entries::Words => self.words.iter().find(|word| word.name == name),
            Entries::Flat => self.words.iter().find(|word| word.name == name).or(Some(&ENTRY)),
            Entries::Nested => Some(&NESTED_ENTRY),
        }
    }

    /// The word of a statement that begins with this term. Among keys of one's own, a key that is called `without` stands in quotes.
    pub fn word_at(&self, term: &Term) -> Option<&'static Word> {
        if self.entries != Entries::Words && term.is_name(WITHOUT.name) {
            return Some(&WITHOUT);
        }
        self.word(term.name().or_else(|| term.text()).unwrap_or_default())
    }

    /// The listed word that `name` most likely was meant to be. What has a place within them is no slip, and neither is what has
    /// one anywhere else, unless it is nearly the same.
    pub fn did_you_mean(&'static self, name: &str) -> Option<&'static str> {
        let near = similar::closest(name, self.words.iter().map(|word| word.name))?;
        let is_slip = self.homes(name).is_empty() && (similar::is_sure(name, near) || homes(name).is_empty());
        is_slip.then_some(near)
    }

    /// Whether what other languages call `name` is said by the word that this block belongs to.
    pub fn is_said_before(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        ELSEWHERE.iter().any(|(field, word)| *field == lower && *word == self.name)
    }

    /// The word that says here what Kubernetes and other languages call `name`.
    pub fn counterpart(&self, name: &str) -> Option<&'static Word> {
        self.counterparts(name).next()
    }

    /// The words that say here what Kubernetes says in one field: `cpu` and `memory` what stands in `resources`.
    pub fn counterparts(&self, name: &str) -> impl Iterator<Item = &'static Word> {
        let lower = name.to_ascii_lowercase();
        let words = ELSEWHERE.iter().filter(move |(field, _)| *field == lower).map(|(_, word)| *word);
        words.filter_map(|word| self.words.iter().find(|known| known.name == word))
    }

    /// The word as which one that is misspelled is read: the nearest, where nothing else can have been meant.
    pub fn read_as(&'static self, name: &str) -> Option<&'static str> {
        self.did_you_mean(name).filter(|near| self.counterpart(name).is_none() && similar::is_sure(name, near))
    }

    /// Whether `name` is read as `word`: it is that, or is no word and nearest to it.
    pub fn reads(&'static self, name: &str, word: &str) -> bool {
        name == word || self.word(name).is_none() && self.did_you_mean(name) == Some(word)
    }

    /// The word that `name` was most likely meant for.
    pub fn meant(&'static self, name: &str) -> Option<&'static str> {
        self.counterpart(name).map(|word| word.name).or_else(|| self.did_you_mean(name))
    }
}

/// Fields of Kubernetes' objects and words of other languages in lower case, and the words that say the same.
const ELSEWHERE: &[(&str, &str)] = &[
    ("activedeadlineseconds", "deadline"),
    ("allowprivilegeescalation", "privilege-escalation"),
    ("annotations", "annotation"),
    ("autoscale", "scale"),
    ("autoscaling", "scale"),
    ("backofflimit", "retries"),
    ("capabilities", "capability"),
    ("concurrencypolicy", "concurrency"),
    ("const", "let"),
    ("containerport", "port"),
    ("cron", "schedule"),
    ("cronjob", "job"),
    ("deny", "never"),
    ("depends-on", "after"),
    ("depends_on", "after"),
    ("dependson", "after"),
    ("deployment", "service"),
    ("emptydir", "scratch"),
    ("env", "environment"),
    ("environment", "env"),
    ("forbid", "never"),
    ("horizontalpodautoscaler", "scale"),
    ("fsgroup", "files-group"),
    ("host", "expose"),
    ("hostname", "expose"),
    ("hosts", "expose"),
    ("hpa", "scale"),
    ("initcontainer", "init"),
    ("initcontainers", "init"),
    ("httproute", "expose"),
    ("imagepullsecret", "pull-secret"),
    ("imagepullsecrets", "pull-secret"),
    ("import", "use"),
    ("include", "use"),
    ("ingress", "expose"),
    ("labels", "label"),
    ("limits", "cpu"),
    ("limits", "memory"),
    ("liveness", "live"),
    ("livenessprobe", "health"),
    ("livenessprobe", "live"),
    ("max", "scale"),
    ("maxreplicas", "scale"),
    ("min", "scale"),
    ("minreplicas", "scale"),
    ("pdb", "disruption"),
    ("persistentvolumeclaim", "volume"),
    ("poddisruptionbudget", "disruption"),
    ("podmanagementpolicy", "parallel"),
    ("ports", "port"),
    ("probes", "health"),
    ("readiness", "ready"),
    ("readinessprobe", "health"),
    ("readinessprobe", "ready"),
    ("readonlyrootfilesystem", "writable-root"),
    ("replica", "scale"),
    ("replicas", "scale"),
    ("requests", "cpu"),
    ("requests", "memory"),
    ("resources", "cpu"),
    ("resources", "memory"),
    ("retry", "retries"),
    ("route", "expose"),
    ("runasgroup", "group"),
    ("runasuser", "user"),
    ("scale", "replicas"),
    ("seccompprofile", "seccomp"),
    ("secret", "pull-secret"),
    ("securitycontext", "security"),
    ("sidecars", "sidecar"),
    ("startingdeadlineseconds", "starting-deadline"),
    ("startup", "start"),
    ("startupprobe", "health"),
    ("startupprobe", "start"),
    ("statefulset", "service"),
    ("statefulset", "stateful"),
    ("storage", "volume"),
    ("strategy", "rollout"),
    ("terminationgraceperiodseconds", "shutdown"),
    ("topologyspreadconstraints", "spread"),
    ("ttlsecondsafterfinished", "ttl"),
    ("var", "param"),
    ("variable", "param"),
    ("volumeclaimtemplates", "volume"),
    ("volumemounts", "scratch"),
    ("volumemounts", "volume"),
    ("volumes", "scratch"),
    ("volumes", "volume"),
];

/// A statement's terms, told apart: arguments first, then clauses.
#[derive(Debug)]
pub struct Split<'a> {
    /// The word that they follow.
    pub word: &'static Word,
    /// The variant that the first term chose.
    pub variant: Option<&'static Word>,
    /// The arguments (without the variant's name).
    pub args: &'a [Term],
    /// Each clause with its own terms; the clause's name is the term before them.
    pub clauses: Vec<(&'static Clause, &'a Term, &'a [Term])>,
}

/// Tells arguments and clauses apart: a clause begins at each bare word that the table lists as a clause of that word,
/// except where the word's key stands.
pub fn split<'a>(word: &'static Word, terms: &'a [Term]) -> Split<'a> {
    let variant = terms.first().and_then(Term::name).and_then(|name| word.variant(name));
    let rest = if variant.is_some() { terms.get(1..).unwrap_or_default() } else { terms };
    let find = |term: &Term| {
        let name = term.name()?;
        variant.and_then(|variant| variant.clause(name)).or_else(|| word.clause(name))
    };
    let has_key =
        word.keyed == Keyed::ByArgument && word.args.first().is_some_and(|first| first.presence == Presence::Required);
    let skipped = usize::from(has_key);
    let first = rest.iter().skip(skipped).position(|term| find(term).is_some()).map_or(rest.len(), |at| at + skipped);
    let (args, mut tail) = rest.split_at(first.min(rest.len()));
    let mut clauses = Vec::new();
    while let Some((head, behind)) = tail.split_first() {
        let Some(clause) = find(head) else { break };
        let length = behind.iter().position(|term| find(term).is_some()).unwrap_or(behind.len());
        let (own, next) = behind.split_at(length);
        clauses.push((clause, head, own));
        tail = next;
    }
    Split { word, variant, args, clauses }
}
