//! What a rule can ask of what it binds: ONE table of records and their fields, by name, with type, documentation and the way in
//! which each is read from the model and the graph. The judge of types, the evaluation, completion, hover, the reference and
//! the tests read it.
//!
//! Invariants: names are unique in a record; a field that may be absent says when; reading one never fails.

mod ends;
mod environment;
mod parts;
mod workload;

pub use ends::{END, FLOW};
pub(super) use ends::{endpoint, place};
pub use environment::{ENVIRONMENT, EXTERNAL};
pub use workload::{JOB, MANAGED, SERVICE, WORKLOAD};

use std::borrow::Cow;

use crate::graph::Flow;
use crate::model::environment::Budget;
use crate::model::resources::Resource;
use crate::model::{
    Contained, Environment, Exposure, External, Job, Layer, Managed, Model, NamedPort, Origin, Program, Service,
    Workload,
};
use crate::source::Span;
use crate::value::{Cpu, Duration, Image, Memory};

/// A kind of thing, and what can be asked of it.
#[derive(Debug)]
pub struct Record {
    /// As messages name it: `service`.
    pub name: &'static str,
    /// Its fields, in the order of the reference.
    pub fields: &'static [&'static [Field]],
}

impl Record {
    /// Its fields.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().copied().flatten()
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name == name)
    }
}

/// Something that can be asked.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub ty: Ty,
    /// When there is none of it; `None` where it is always there.
    pub absent: Option<&'static str>,
    /// What mistake it is that there is none, if it is one of every workload that has none.
    pub(super) lack: Option<Lack>,
    /// What it says.
    pub doc: &'static str,
    /// How it is read.
    pub(super) read: Read,
}

/// A mistake that is told by itself, whatever a rule asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// Something without which nothing is built.
    Needed,
    /// An amount of cpu or memory of a container.
    Amount,
}

/// How a field is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Read {
    /// From the thing alone.
    Plain(for<'a> fn(World<'a>, Thing<'a>) -> Found<'a>),
    /// By a key: `s.label("team")`.
    Keyed(for<'a> fn(World<'a>, Thing<'a>, &str) -> Found<'a>),
}

impl Field {
    const fn new(
        name: &'static str,
        ty: Ty,
        doc: &'static str,
        read: for<'a> fn(World<'a>, Thing<'a>) -> Found<'a>,
    ) -> Self {
        Self { name, ty, absent: None, lack: None, doc, read: Read::Plain(read) }
    }

    const fn keyed(
        name: &'static str,
        absent: &'static str,
        doc: &'static str,
        read: for<'a> fn(World<'a>, Thing<'a>, &str) -> Found<'a>,
    ) -> Self {
        Self { name, ty: Ty::Text, absent: Some(absent), lack: None, doc, read: Read::Keyed(read) }
    }

    const fn absent(self, when: &'static str) -> Self {
        Self { absent: Some(when), ..self }
    }

    const fn lacking(self, lack: Lack) -> Self {
        Self { lack: Some(lack), ..self }
    }

    /// Whether it is asked for by a key.
    pub fn is_keyed(&self) -> bool {
        match self.read {
            Read::Plain(_) => false,
            Read::Keyed(_) => true,
        }
    }
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub enum Ty {
    /// Something that holds or does not.
    Bool,
    /// A whole number.
    Number,
    /// A length of time.
    Duration,
    /// An amount of cpu.
    Cpu,
    /// An amount of memory or disk.
    Memory,
    /// A text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Several texts.
    Texts,
    /// A thing.
    Thing(&'static Record),
    /// Several things of one kind.
    Things(&'static Record),
}

impl Ty {
    /// As a message names it, with its article.
    pub fn name(self) -> String {
        match self {
            Self::Bool => "true or false".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Duration => "a duration".to_owned(),
            Self::Cpu => "an amount of cpu".to_owned(),
            Self::Memory => "an amount of memory".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Word(words) => format!("one of {}", super::super::prose::listed(&ticked(words))),
            Self::Texts => "several texts".to_owned(),
            Self::Thing(record) => format!("a thing with fields ({})", record.name),
            Self::Things(record) => format!("several things ({})", record.name),
        }
    }

    /// What a thing of it is, where it is one.
    pub fn thing(self) -> Option<&'static Record> {
        match self {
            Self::Thing(record) => Some(record),
            Self::Bool
            | Self::Number
            | Self::Duration
            | Self::Cpu
            | Self::Memory
            | Self::Text
            | Self::Word(_)
            | Self::Texts
            | Self::Things(_) => None,
        }
    }

    /// What each of several is, where it is several.
    pub fn each(self) -> Option<Self> {
        match self {
            Self::Things(record) => Some(Self::Thing(record)),
            Self::Texts => Some(Self::Text),
            Self::Bool
            | Self::Number
            | Self::Duration
            | Self::Cpu
            | Self::Memory
            | Self::Text
            | Self::Word(_)
            | Self::Thing(_) => None,
        }
    }

    /// Whether it can be counted with.
    pub(super) fn is_amount(self) -> bool {
        match self {
            Self::Number | Self::Duration | Self::Cpu | Self::Memory => true,
            Self::Bool | Self::Text | Self::Word(_) | Self::Texts | Self::Thing(_) | Self::Things(_) => false,
        }
    }

    /// Whether values of the two can be compared.
    pub(super) fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Word(_) | Self::Text, Self::Word(_) | Self::Text) => true,
            (one, other) => std::mem::discriminant(&one) == std::mem::discriminant(&other),
        }
    }

    /// A value of it as it is written.
    pub(super) fn show(self, value: &Value<'_>) -> String {
        match value {
            Value::Is(is) => is.to_string(),
            Value::Number(number) => {
                let amount = u64::try_from(number.unsigned_abs()).unwrap_or(u64::MAX);
                let sign = if *number < 0 { "-" } else { "" };
                let shown = match self {
                    Self::Duration => Duration::from_millis(amount).to_string(),
                    Self::Cpu => Cpu::from_millis(amount).to_string(),
                    Self::Memory => Memory::from_bytes(amount).to_string(),
                    Self::Bool
                    | Self::Number
                    | Self::Text
                    | Self::Word(_)
                    | Self::Texts
                    | Self::Thing(_)
                    | Self::Things(_) => amount.to_string(),
                };
                format!("{sign}{shown}")
            }
            Value::Text(text) => text.to_string(),
            Value::Texts(texts) => texts.iter().map(|(text, _)| text.to_string()).collect::<Vec<_>>().join(", "),
            Value::Thing(thing) => thing.name().unwrap_or_default(),
            Value::Things(things) => things.iter().filter_map(Thing::name).collect::<Vec<_>>().join(", "),
        }
    }
}

/// Words in ticks.
pub(super) fn ticked<N: AsRef<str>>(words: &[N]) -> Vec<String> {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect()
}

/// Where fields are read.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    pub(super) model: &'a Model,
}

/// What a rule speaks of.
#[derive(Debug, Clone, Copy)]
pub enum Thing<'a> {
    /// A workload.
    Workload(&'a Workload),
    /// An external.
    External(&'a External),
    /// An environment.
    Environment(&'a Environment),
    /// A flow.
    Flow(&'a Flow),
    /// An end of one.
    End(&'a Flow, Side),
    /// A port.
    Port(&'a NamedPort),
    /// A container.
    Container(&'a Workload, Contained<'a>),
    /// An image.
    Image(&'a Origin<Image>),
    /// What a container takes of cpu.
    Cpu(&'a Resource<Cpu>),
    /// What one takes of memory or disk.
    Memory(&'a Resource<Memory>),
    /// What is reached from outside.
    Exposure(&'a Exposure),
    /// What an environment's pods may take together.
    Budget(&'a Budget),
}

/// An end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Where it begins.
    From,
    /// Where it ends.
    To,
}

impl<'a> Thing<'a> {
    fn service(self) -> Option<&'a Service> {
        self.workload()?.service()
    }

    fn job(self) -> Option<&'a Job> {
        self.workload()?.job()
    }

    fn managed(self) -> Option<&'a Managed> {
        self.workload()?.managed()
    }

    fn program(self) -> Option<&'a Program> {
        self.workload()?.program()
    }

    pub(super) fn workload(self) -> Option<&'a Workload> {
        if let Self::Workload(workload) = self { Some(workload) } else { None }
    }

    /// Its name, where it has one.
    pub(super) fn name(&self) -> Option<String> {
        match self {
            Self::Workload(workload) => Some(workload.name.value.clone()),
            Self::External(external) => Some(external.name.value.clone()),
            Self::Environment(environment) => Some(environment.title.clone()),
            Self::Port(port) => Some(port.name.value.clone()),
            Self::Container(workload, contained) => {
                Some(contained.companion.map_or(&workload.name, |companion| &companion.name).value.clone())
            }
            Self::Image(image) => Some(image.value.to_string()),
            Self::Exposure(exposure) => Some(exposure.address.value.to_string()),
            Self::Flow(_) | Self::End(..) | Self::Cpu(_) | Self::Memory(_) | Self::Budget(_) => None,
        }
    }
}

/// Where a value stands, and the layer that states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub span: Span,
    /// The layer.
    pub layer: Layer,
}

/// A value.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// What holds or does not.
    Is(bool),
    /// A number; of what has a unit so many of its smallest part.
    Number(i128),
    /// A text or a word.
    Text(Cow<'a, str>),
    /// Several, each where it stands.
    Texts(Vec<(Cow<'a, str>, Option<Place>)>),
    /// A thing.
    Thing(Thing<'a>),
    /// Several.
    Things(Vec<Thing<'a>>),
}

/// A value that is there or not, and where it stands.
#[derive(Debug, Clone)]
pub struct Found<'a> {
    /// The value.
    pub value: Option<Value<'a>>,
    /// Its place; `None` for what no statement says.
    pub place: Option<Place>,
}

impl<'a> Found<'a> {
    /// Nothing.
    pub(super) const NONE: Self = Self { value: None, place: None };

    /// What no statement says.
    pub(super) fn known(value: Value<'a>) -> Self {
        Self { value: Some(value), place: None }
    }

    /// What a statement says.
    fn of<T>(origin: &Origin<T>, value: Value<'a>) -> Self {
        Self { value: Some(value), place: Some(Place { span: origin.span, layer: origin.layer }) }
    }

    fn text(origin: &'a Origin<String>) -> Self {
        Self::of(origin, Value::Text(Cow::Borrowed(&origin.value)))
    }

    fn word(origin: &Origin<impl Copy>, word: &'static str) -> Self {
        Self::of(origin, Value::Text(Cow::Borrowed(word)))
    }

    fn number(origin: &Origin<u32>) -> Self {
        Self::of(origin, Value::Number(origin.value.into()))
    }

    fn time(origin: &Origin<Duration>) -> Self {
        Self::of(origin, Value::Number(origin.value.millis().into()))
    }

    fn cpu<T>(origin: &Origin<T>, cpu: Cpu) -> Self {
        Self::of(origin, Value::Number(cpu.millis().into()))
    }

    fn memory<T>(origin: &Origin<T>, memory: Memory) -> Self {
        Self::of(origin, Value::Number(memory.bytes().into()))
    }

    fn flag(stated: Option<&Origin<()>>) -> Self {
        stated.map_or_else(|| Self::known(Value::Is(false)), |origin| Self::of(origin, Value::Is(true)))
    }

    fn thing(thing: Thing<'a>) -> Self {
        Self::known(Value::Thing(thing))
    }

    fn things(things: impl Iterator<Item = Thing<'a>>) -> Self {
        Self::known(Value::Things(things.collect()))
    }

    fn maybe(found: Option<Self>) -> Self {
        found.unwrap_or(Self::NONE)
    }
}

/// What a rule can speak of, by name, in the order of the vocabulary.
pub static COLLECTIONS: [(&str, &Record, &str); 7] = [
    ("services", &SERVICE, "Every service."),
    ("jobs", &JOB, "Every job, scheduled or not."),
    ("managed", &MANAGED, "Every workload that an operator or a chart deploys."),
    ("workloads", &WORKLOAD, "All of these: services, jobs and managed workloads."),
    ("externals", &EXTERNAL, "Every external, once for each environment."),
    ("flows", &FLOW, "Every flow, declared and derived, once for each source, target and port."),
    ("environments", &ENVIRONMENT, "Every environment, and an example of each that has parameters."),
];

/// What can be spoken of by that name.
pub fn collection(name: &str) -> Option<&'static Record> {
    COLLECTIONS.iter().find(|(known, ..)| *known == name).map(|(_, record, _)| *record)
}

/// Every record, those of which others are made behind these.
pub fn records() -> Vec<&'static Record> {
    let mut all: Vec<&'static Record> = Vec::new();
    let mut left: Vec<&'static Record> = COLLECTIONS.iter().rev().map(|(_, record, _)| *record).collect();
    while let Some(record) = left.pop() {
        if all.iter().any(|known| std::ptr::eq(*known, record)) {
            continue;
        }
        all.push(record);
        let inner = record.fields().filter_map(|field| match field.ty {
            Ty::Thing(record) | Ty::Things(record) => Some(record),
            Ty::Bool | Ty::Number | Ty::Duration | Ty::Cpu | Ty::Memory | Ty::Text | Ty::Word(_) | Ty::Texts => None,
        });
        let at = left.len();
        left.extend(inner);
        if let Some(new) = left.get_mut(at..) {
            new.reverse();
        }
    }
    all.sort_by_key(|record| {
        COLLECTIONS.iter().position(|(_, known, _)| std::ptr::eq(*known, *record)).unwrap_or(COLLECTIONS.len())
    });
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{COLLECTIONS, records};
    use crate::vocabulary::THINGS;

    #[test]
    fn the_vocabulary_lists_what_can_be_spoken_of() {
        assert_eq!(COLLECTIONS.map(|(name, ..)| name).as_slice(), THINGS);
    }

    #[test]
    fn fields_are_told_apart_and_documented() {
        for record in records() {
            let names: BTreeSet<&str> = record.fields().map(|field| field.name).collect();
            assert_eq!(names.len(), record.fields().count(), "{}", record.name);
            for field in record.fields() {
                assert!(field.doc.ends_with('.'), "{}.{}", record.name, field.name);
                assert!(field.absent.is_none_or(|when| !when.ends_with('.')), "{}.{}", record.name, field.name);
            }
        }
    }
}
