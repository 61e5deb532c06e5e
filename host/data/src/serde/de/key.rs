//! Keys of objects: strings, from which other types can be read.

use std::borrow::Cow;

use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::super::error::{Error, quoted};
use super::scalar::visit_text;

/// Deserializes the key of an object.
pub(super) struct Key<'de>(pub(super) Cow<'de, str>);

macro_rules! parsed {
    ($($method:ident $visit:ident $type:ident $expected:expr;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0.parse::<$type>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Error::new(concat!("a key that is ", $expected), quoted(&self.0))),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visit_text(self.0, visitor)
    }

    parsed! {
        deserialize_bool visit_bool bool "true or false";
        deserialize_i8 visit_i8 i8 "a whole number that fits i8";
        deserialize_i16 visit_i16 i16 "a whole number that fits i16";
        deserialize_i32 visit_i32 i32 "a whole number that fits i32";
        deserialize_i64 visit_i64 i64 "a whole number that fits i64";
        deserialize_i128 visit_i128 i128 "a whole number that fits i128";
        deserialize_u8 visit_u8 u8 "a whole number that fits u8";
        deserialize_u16 visit_u16 u16 "a whole number that fits u16";
        deserialize_u32 visit_u32 u32 "a whole number that fits u32";
        deserialize_u64 visit_u64 u64 "a whole number that fits u64";
        deserialize_u128 visit_u128 u128 "a whole number that fits u128";
        deserialize_f32 visit_f32 f32 "a number";
        deserialize_f64 visit_f64 f64 "a number";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}
