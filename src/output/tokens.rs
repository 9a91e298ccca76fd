//! A manifest between its types and its bytes: what serialization gives, one token after the other.
//!
//! The types of Kubernetes are serialized here and nowhere else, whatever form is written: what is generic over a writer
//! is compiled for each of their hundreds, and this writer is small.
//!
//! Invariant: a map or list is followed by exactly as many entries as it says.

use std::cell::Cell;
use std::fmt;

use serde::ser::{self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// A value as tokens.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    tokens: Vec<Token>,
    text: String,
}

/// A scalar, or the head of what follows it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token {
    /// So many keys, each followed by its value.
    Map(usize),
    /// So many values.
    List(usize),
    /// A text, by its place among all texts.
    Text(usize, usize),
    /// A whole number.
    Number(i64),
    /// `true` or `false`
    Flag(bool),
    /// Nothing.
    Null,
}

/// Why a value has no tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(msg: T) -> Self {
        Self(msg.to_string())
    }
}

impl Tokens {
    /// The tokens of a value.
    ///
    /// # Errors
    /// For what no manifest has: floating point numbers, bytes, variants with contents.
    pub(super) fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, Refused> {
        let mut tokens = Self::default();
        value.serialize(&mut tokens)?;
        Ok(tokens)
    }

    /// The token at a place.
    pub(super) fn get(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied()
    }

    /// A text of it.
    pub(super) fn text(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The same with other texts: those for which there is one, by what they are.
    pub(super) fn rewritten(&self, other: impl Fn(&str) -> Option<String>) -> Self {
        let mut rewritten = Self::default();
        for token in &self.tokens {
            match *token {
                Token::Text(from, to) => {
                    let text = self.text(from, to);
                    match other(text) {
                        Some(text) => rewritten.push_text(&text),
                        None => rewritten.push_text(text),
                    }
                }
                Token::Map(_) | Token::List(_) | Token::Number(_) | Token::Flag(_) | Token::Null => {
                    rewritten.tokens.push(*token);
                }
            }
        }
        rewritten
    }

    /// How long its texts are together.
    pub(super) fn weight(&self) -> usize {
        self.text.len()
    }

    fn push_text(&mut self, text: &str) {
        let from = self.text.len();
        self.text.push_str(text);
        self.tokens.push(Token::Text(from, self.text.len()));
    }

    fn begin(&mut self, head: Token) -> Entries<'_> {
        self.tokens.push(head);
        Entries { at: self.tokens.len() - 1, tokens: self, count: 0 }
    }
}

/// A map or list in the making.
pub(super) struct Entries<'t> {
    tokens: &'t mut Tokens,
    at: usize,
    count: usize,
}

impl Entries<'_> {
    fn close(self) {
        match self.tokens.tokens.get_mut(self.at) {
            Some(Token::Map(count) | Token::List(count)) => *count = self.count,
            Some(Token::Text(..) | Token::Number(_) | Token::Flag(_) | Token::Null) | None => {}
        }
    }
}

impl SerializeSeq for Entries<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.count += 1;
        value.serialize(&mut *self.tokens)
    }

    fn end(self) -> Result<(), Refused> {
        self.close();
        Ok(())
    }
}

impl SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        self.count += 1;
        key.serialize(&mut *self.tokens)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(&mut *self.tokens)
    }

    fn end(self) -> Result<(), Refused> {
        self.close();
        Ok(())
    }
}

impl SerializeStruct for Entries<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Refused> {
        self.count += 1;
        self.tokens.push_text(key);
        value.serialize(&mut *self.tokens)
    }

    fn end(self) -> Result<(), Refused> {
        self.close();
        Ok(())
    }
}

fn no<T>(what: &str) -> Result<T, Refused> {
    Err(Refused(format!("no manifest has {what}")))
}

/// Methods for each kind of whole number.
macro_rules! numbers {
    ($($method:ident $number:ty),*) => {
        $(fn $method(self, v: $number) -> Result<(), Refused> {
            self.serialize_i64(i64::from(v))
        })*
    };
}

impl<'t> Serializer for &'t mut Tokens {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Entries<'t>;
    type SerializeTuple = Impossible<(), Refused>;
    type SerializeTupleStruct = Impossible<(), Refused>;
    type SerializeTupleVariant = Impossible<(), Refused>;
    type SerializeMap = Entries<'t>;
    type SerializeStruct = Entries<'t>;
    type SerializeStructVariant = Impossible<(), Refused>;

    numbers!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_u8 u8, serialize_u16 u16, serialize_u32 u32);

    fn serialize_i64(self, v: i64) -> Result<(), Refused> {
        self.tokens.push(Token::Number(v));
        Ok(())
    }

    fn serialize_u64(self, v: u64) -> Result<(), Refused> {
        i64::try_from(v).map_or_else(|_| no("a number of more than 63 bits"), |number| self.serialize_i64(number))
    }

    fn serialize_bool(self, v: bool) -> Result<(), Refused> {
        self.tokens.push(Token::Flag(v));
        Ok(())
    }

    fn serialize_str(self, v: &str) -> Result<(), Refused> {
        self.push_text(v);
        Ok(())
    }

    fn serialize_char(self, v: char) -> Result<(), Refused> {
        self.push_text(v.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.tokens.push(Token::Null);
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refused> {
        self.serialize_str(variant)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Entries<'t>, Refused> {
        Ok(self.begin(Token::List(0)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'t>, Refused> {
        Ok(self.begin(Token::Map(0)))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'t>, Refused> {
        Ok(self.begin(Token::Map(0)))
    }

    fn serialize_f32(self, _: f32) -> Result<(), Refused> {
        no("a floating point number")
    }

    fn serialize_f64(self, _: f64) -> Result<(), Refused> {
        no("a floating point number")
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Refused> {
        no("bytes")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Refused> {
        no("a tuple")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Refused> {
        no("a tuple")
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Refused> {
        no("a variant with contents")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Refused> {
        no("a variant with contents")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Refused> {
        no("a variant with contents")
    }
}

/// The value that the tokens stand for.
impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Cursor { tokens: self, at: &Cell::new(0) }.serialize(serializer)
    }
}

/// The value that begins at a place, which moves behind it as it is serialized.
struct Cursor<'t> {
    tokens: &'t Tokens,
    at: &'t Cell<usize>,
}

impl Serialize for Cursor<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = self.at.replace(self.at.get() + 1);
        match self.tokens.get(at) {
            Some(Token::Map(count)) => {
                let mut map = serializer.serialize_map(Some(count))?;
                for _ in 0..count {
                    map.serialize_key(self)?;
                    map.serialize_value(self)?;
                }
                map.end()
            }
            Some(Token::List(count)) => {
                let mut list = serializer.serialize_seq(Some(count))?;
                for _ in 0..count {
                    list.serialize_element(self)?;
                }
                list.end()
            }
            Some(Token::Text(from, to)) => serializer.serialize_str(self.tokens.text(from, to)),
            Some(Token::Number(number)) => serializer.serialize_i64(number),
            Some(Token::Flag(flag)) => serializer.serialize_bool(flag),
            Some(Token::Null) | None => serializer.serialize_unit(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Refused, Tokens};

    #[test]
    fn tokens_stand_for_what_they_were_made_of() {
        for value in [
            json!(null),
            json!({}),
            json!([]),
            json!({"a": [], "b": {}, "c": [{"d": [[1, -2], ["x"]]}, true, null], "e": {"f": {"g": ""}}}),
        ] {
            assert_eq!(serde_json::to_value(Tokens::of(&value).unwrap()).unwrap(), value);
        }
    }

    #[test]
    fn what_no_manifest_has_is_refused() {
        for (refused, what) in [
            (Tokens::of(&1.5).map(drop), "a floating point number"),
            (Tokens::of(&u64::MAX).map(drop), "a number of more than 63 bits"),
            (Tokens::of(&(1, 2)).map(drop), "a tuple"),
        ] {
            assert_eq!(refused, Err(Refused(format!("no manifest has {what}"))));
        }
    }
}
