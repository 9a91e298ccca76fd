//! Serialization without what says nothing: a field whose value is null, an empty list or an empty map is left out, as
//! Go's `omitempty` leaves it out of every manifest that `kubectl` prints.
//!
//! Invariant: an empty *struct* always stays. `podSelector: {}` chooses every pod and `emptyDir: {}` is a volume;
//! without their braces they would be null and mean the opposite or nothing. This is why the work is done on the
//! types as they are serialized, not on loose maps afterwards, where the two kinds of emptiness look the same.
//!
//! Tuples and the payloads of enum variants, of which manifests have none, pass through as they are.

use std::fmt;

use serde::ser::{Error, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// A serializer that prunes on the way to the one within.
pub(super) struct Prune<S>(pub(super) S);

/// A value that is serialized through [`Prune`].
struct Pruned<'a, T: ?Sized>(&'a T);

impl<T: Serialize + ?Sized> Serialize for Pruned<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Prune(serializer))
    }
}

/// A list on its way through [`Prune`]; it keeps every element.
pub(super) struct Elements<S>(S);

impl<S: SerializeSeq> SerializeSeq for Elements<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_element(&Pruned(value))
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

/// A map or struct on its way through [`Prune`]; a map keeps every entry, a struct the fields that say something.
pub(super) struct Entries<S>(S);

impl<S: SerializeMap> SerializeMap for Entries<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.0.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_value(&Pruned(value))
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

impl<S: SerializeMap> SerializeStruct for Entries<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), S::Error> {
        if says_nothing(value) { Ok(()) } else { self.0.serialize_entry(key, &Pruned(value)) }
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

/// Scalars go through untouched.
macro_rules! pass {
    ($($method:ident($type:ty)),* $(,)?) => {
        $(fn $method(self, value: $type) -> Result<S::Ok, S::Error> { self.0.$method(value) })*
    };
}

impl<S: Serializer> Serializer for Prune<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Elements<S::SerializeSeq>;
    type SerializeTuple = S::SerializeTuple;
    type SerializeTupleStruct = S::SerializeTupleStruct;
    type SerializeTupleVariant = S::SerializeTupleVariant;
    type SerializeMap = Entries<S::SerializeMap>;
    type SerializeStruct = Entries<S::SerializeMap>;
    type SerializeStructVariant = S::SerializeStructVariant;

    pass! {
        serialize_bool(bool), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_i128(i128),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_u128(u128),
        serialize_f32(f32), serialize_f64(f64), serialize_unit_struct(&'static str),
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Pruned(value))
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        variant_index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit_variant(name, variant_index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Pruned(value))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        variant_index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_variant(name, variant_index, variant, value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.0.serialize_seq(len).map(Elements)
    }

    fn serialize_tuple(self, len: usize) -> Result<S::SerializeTuple, S::Error> {
        self.0.serialize_tuple(len)
    }

    fn serialize_tuple_struct(self, name: &'static str, len: usize) -> Result<S::SerializeTupleStruct, S::Error> {
        self.0.serialize_tuple_struct(name, len)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        variant_index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<S::SerializeTupleVariant, S::Error> {
        self.0.serialize_tuple_variant(name, variant_index, variant, len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.0.serialize_map(len).map(Entries)
    }

    /// As a map of unknown length: how many fields will be left is known only after each has been asked, and a
    /// writer that was promised one field and got none may write nothing at all where braces belong.
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, S::Error> {
        self.0.serialize_map(None).map(Entries)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        variant_index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<S::SerializeStructVariant, S::Error> {
        self.0.serialize_struct_variant(name, variant_index, variant, len)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Whether a value is null, an empty list or an empty map.
fn says_nothing<T: Serialize + ?Sized>(value: &T) -> bool {
    value.serialize(Probe).is_ok()
}

/// A serializer that succeeds on what says nothing, and fails at the first thing said.
struct Probe;

/// Something is said. Carries nothing: it is an answer, not a fault.
#[derive(Debug)]
struct Said;

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value says something")
    }
}

impl std::error::Error for Said {}

impl Error for Said {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A list or map of which no element has been seen.
struct Nothing;

impl SerializeSeq for Nothing {
    type Ok = ();
    type Error = Said;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Said> {
        Err(Said)
    }

    fn end(self) -> Result<(), Said> {
        Ok(())
    }
}

impl SerializeMap for Nothing {
    type Ok = ();
    type Error = Said;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Said> {
        Err(Said)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Said> {
        Err(Said)
    }

    fn end(self) -> Result<(), Said> {
        Ok(())
    }
}

/// Everything that says something.
macro_rules! said {
    ($($method:ident($($type:ty),*)),* $(,)?) => {
        $(fn $method(self, $(_: $type),*) -> Result<(), Said> { Err(Said) })*
    };
}

/// Everything that says something and has parts of its own.
macro_rules! said_in_parts {
    ($($method:ident($($type:ty),*)),* $(,)?) => {
        $(fn $method(self, $(_: $type),*) -> Result<Impossible<(), Said>, Said> { Err(Said) })*
    };
}

impl Serializer for Probe {
    type Ok = ();
    type Error = Said;
    type SerializeSeq = Nothing;
    type SerializeTuple = Impossible<(), Said>;
    type SerializeTupleStruct = Impossible<(), Said>;
    type SerializeTupleVariant = Impossible<(), Said>;
    type SerializeMap = Nothing;
    type SerializeStruct = Impossible<(), Said>;
    type SerializeStructVariant = Impossible<(), Said>;

    said! {
        serialize_bool(bool), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_i128(i128),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_u128(u128),
        serialize_f32(f32), serialize_f64(f64), serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str),
    }

    said_in_parts! {
        serialize_tuple(usize), serialize_tuple_struct(&'static str, usize),
        serialize_tuple_variant(&'static str, u32, &'static str, usize),
        serialize_struct(&'static str, usize),
        serialize_struct_variant(&'static str, u32, &'static str, usize),
    }

    fn serialize_none(self) -> Result<(), Said> {
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Said> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Said> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Said> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Said> {
        Err(Said)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Nothing, Said> {
        Ok(Nothing)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Nothing, Said> {
        Ok(Nothing)
    }
}
