//! A tree as a source of types, so that a field of another type is known by its place, and one that no type asks for, too.
//!
//! Invariants: a fault is placed at the innermost value that has it; fields that no type asks for are kept as strays and
//! skipped without being walked through, so that nothing here recurses deeper than the types do.

use std::cell::RefCell;
use std::fmt;

use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::tree::{Entry, Node, Value};
use crate::source::Span;

/// A field holds something else than its type says.
#[derive(Debug)]
pub(super) struct Misfit {
    /// The innermost place that is known; none until one is passed on the way out.
    pub(super) span: Option<Span>,
    /// The names of the fields and the numbers of the elements that lead there, from the outside.
    pub(super) path: Vec<String>,
    /// What does not fit.
    pub(super) reason: String,
}

impl Misfit {
    fn within(mut self, span: Span, step: String) -> Self {
        self.span.get_or_insert(span);
        self.path.insert(0, step);
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(msg: T) -> Self {
        Self { span: None, path: Vec::new(), reason: msg.to_string() }
    }

    fn invalid_type(unexp: Unexpected<'_>, exp: &dyn Expected) -> Self {
        Self::custom(format!("{}, where {} belongs", shown(unexp), wanted(&exp.to_string())))
    }

    fn invalid_value(unexp: Unexpected<'_>, exp: &dyn Expected) -> Self {
        Self::invalid_type(unexp, exp)
    }
}

/// What is there, in the words of the house.
fn shown(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(truth) => format!("the boolean `{truth}`"),
        Unexpected::Unsigned(number) => format!("the number `{number}`"),
        Unexpected::Signed(number) => format!("the number `{number}`"),
        Unexpected::Float(number) => format!("the number `{number}`"),
        Unexpected::Str(text) => format!("the text `{text}`"),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a map".to_owned(),
        Unexpected::Char(_)
        | Unexpected::Bytes(_)
        | Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant
        | Unexpected::Other(_) => found.to_string(),
    }
}

/// What a type says that it expects, in the words of the house.
fn wanted(expected: &str) -> String {
    match expected {
        "a string" | "string" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "i32" | "i64" | "u16" | "u32" | "u64" => "a whole number".to_owned(),
        _ if expected.starts_with("a ") || expected.starts_with("an ") => expected.to_owned(),
        _ => format!("a map of the type {}", expected.strip_prefix("struct ").unwrap_or(expected)),
    }
}

/// A type as `serde` knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Its name: `NetworkPolicyIngressRule`.
    pub(super) name: &'static str,
    /// Its fields, as they are written.
    pub(super) fields: &'static [&'static str],
}

/// A field that the type around it has not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stray<'de> {
    /// The field.
    pub(super) entry: &'de Entry,
    /// The type.
    pub(super) shape: Shape,
}

/// What is kept while a tree is read.
pub(super) type Strays<'de> = RefCell<Vec<Stray<'de>>>;

/// A value to be read as a type.
#[derive(Clone, Copy)]
pub(super) struct Source<'de, 'r> {
    node: &'de Node,
    /// The field of a type that it is the value of.
    field: Option<Stray<'de>>,
    strays: &'r Strays<'de>,
}

impl<'de, 'r> Source<'de, 'r> {
    /// A whole tree; what no type of it asks for is kept there.
    pub(super) fn of(node: &'de Node, strays: &'r Strays<'de>) -> Self {
        Self { node, field: None, strays }
    }

    fn items(self, rest: &'de [Node]) -> Items<'de, 'r> {
        Items { rest, at: 0, strays: self.strays }
    }

    fn entries(self, rest: &'de [Entry], shape: Option<Shape>) -> Entries<'de, 'r> {
        Entries { rest, current: None, shape, strays: self.strays }
    }
}

impl<'de> Deserializer<'de> for Source<'de, '_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(*truth),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Natural(number) => visitor.visit_u64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(self.items(items)),
            Value::Map(entries) => visitor.visit_map(self.entries(entries, None)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            Value::Bool(_)
            | Value::Integer(_)
            | Value::Natural(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.node.text() {
            Some(text) => visitor.visit_enum(text.into_deserializer()),
            None => Err(de::Error::custom(format!("{}, where a name belongs", self.node.value.name()))),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.strays.borrow_mut().extend(self.field);
        visitor.visit_unit()
    }

    // `null` where a list or map belongs is none of it, as for the API server
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.node.value == Value::Null { visitor.visit_seq(self.items(&[])) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.node.value == Value::Null {
            visitor.visit_map(self.entries(&[], None))
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match &self.node.value {
            Value::Map(entries) => visitor.visit_map(self.entries(entries, Some(Shape { name, fields }))),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Natural(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_) => self.deserialize_map(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct identifier
    }
}

struct Items<'de, 'r> {
    rest: &'de [Node],
    at: usize,
    strays: &'r Strays<'de>,
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let Some((item, rest)) = self.rest.split_first() else { return Ok(None) };
        let at = self.at;
        (self.rest, self.at) = (rest, at + 1);
        let source = Source::of(item, self.strays);
        seed.deserialize(source).map(Some).map_err(|misfit| misfit.within(item.span, format!("[{at}]")))
    }
}

struct Entries<'de, 'r> {
    rest: &'de [Entry],
    current: Option<&'de Entry>,
    /// The type whose fields they are; none of a map whose keys people choose.
    shape: Option<Shape>,
    strays: &'r Strays<'de>,
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        let Some((entry, rest)) = self.rest.split_first() else { return Ok(None) };
        (self.rest, self.current) = (rest, Some(entry));
        seed.deserialize((*entry.key).into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let Some(entry) = self.current.take() else { return Err(de::Error::custom("a key without a value")) };
        let field = self.shape.map(|shape| Stray { entry, shape });
        let source = Source { node: &entry.value, field, strays: self.strays };
        seed.deserialize(source).map_err(|misfit| misfit.within(entry.value.span, entry.key.to_string()))
    }
}
