//! Arrays of numbers that are bytes.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

use super::super::error::Error;
use super::access::of_length;
use super::kind::Kind;
use super::scalar::Scalar;
use crate::exact_integer;

/// The elements of an array of numbers.
pub(super) struct Floats<'de> {
    bytes: Cow<'de, [u8]>,
    index: usize,
}

impl<'de> Floats<'de> {
    pub(super) fn new(bytes: Cow<'de, [u8]>) -> Self {
        Floats { bytes, index: 0 }
    }

    fn numbers(&self) -> &[[u8; 8]] {
        self.bytes.as_chunks().0
    }

    pub(super) fn finish(&self) -> Result<(), Error> {
        of_length(self.index, self.numbers().len())
    }
}

impl<'de> SeqAccess<'de> for Floats<'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(number) = self.numbers().get(self.index) else {
            return Ok(None);
        };
        let element = seed
            .deserialize(Float(f64::from_le_bytes(*number)))
            .map_err(|error| error.under_index(self.index))?;
        self.index += 1;
        Ok(Some(element))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.numbers().len() - self.index)
    }
}

/// One of them: what it is read as nearly always is done here, the rest as of any number.
struct Float(f64);

impl Float {
    #[cold]
    fn scalar<'de>(&self) -> Scalar<'de> {
        Scalar(match exact_integer(self.0) {
            Some(whole) => Kind::Integer(whole),
            None => Kind::Number(self.0),
        })
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ident)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let exact = exact_integer(self.0);
            match exact.and_then(|whole| $type::try_from(whole).ok()) {
                Some(value) => visitor.$visit(value),
                None => self.scalar().$method(visitor),
            }
        })*
    };
}

macro_rules! forwarded {
    ($($method:ident($($name:ident: $type:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, Error> {
            self.scalar().$method($($name,)* visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Float {
    type Error = Error;

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(self.0)
    }

    #[inline]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(self.0)
    }

    integers! {
        deserialize_i8 visit_i8 i8
        deserialize_i16 visit_i16 i16
        deserialize_i32 visit_i32 i32
        deserialize_i64 visit_i64 i64
        deserialize_u8 visit_u8 u8
        deserialize_u16 visit_u16 u16
        deserialize_u32 visit_u32 u32
        deserialize_u64 visit_u64 u64
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name.starts_with('$') {
            return self.scalar().deserialize_newtype_struct(name, visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    forwarded! {
        deserialize_any()
        deserialize_bool()
        deserialize_i128()
        deserialize_u128()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier()
        deserialize_ignored_any()
    }
}
