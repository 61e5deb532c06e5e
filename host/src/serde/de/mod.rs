//! From data to Rust, straight over the bytes.

mod access;
mod input;
mod key;
mod kind;
mod scalar;

use serde::de::{Deserializer, Visitor};

pub(crate) use self::input::Input;
use self::access::{Entries, Items, Numbers, Variant, WithHoles};
use self::kind::Kind;
use self::scalar::Scalar;
use super::error::Error;
use super::form::{self, Elements};
use super::parts::{Parts, Source};
use super::pass::{self, Passed};
use super::read::{Head, Reader};
use super::splice::copy;
use crate::release::Token;

/// Whether the item is a string.
pub(super) fn is_string(source: &Source<'_>) -> bool {
    let mut reader = Reader::new(source.item);
    reader.set_position(source.start);
    matches!(
        reader.head(),
        Ok(Head::Text | Head::Tag(form::LATIN1 | form::UTF16))
    )
}

/// The error, seen from what has the value under the key that is at `source`.
#[cold]
pub(super) fn under_key_at(error: Error, source: &Source<'_>) -> Error {
    let described = Input::new(*source).value(|_, kind| {
        Ok(match kind {
            Kind::Text(text) => Ok(text.into_owned()),
            Kind::Integer(index) => Err(index.to_string()),
            other => Err(other.describe()),
        })
    });
    match described {
        Ok(Ok(key)) => error.under_key(&key),
        Ok(Err(key)) => error.under_brackets(&key),
        Err(_) => error,
    }
}

impl<'de> Input<'de> {
    #[inline]
    fn items<V: Visitor<'de>>(
        &mut self,
        len: Option<u64>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.enter()?;
        let mut items = Items::new(self, len)?;
        let value = visitor.visit_seq(&mut items)?;
        items.finish()?;
        self.leave();
        Ok(value)
    }

    /// What can be read as an array.
    fn sequence<V: Visitor<'de>>(
        &mut self,
        kind: Kind<'de>,
        expected: impl FnOnce() -> String,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match kind {
            Kind::Array(len) | Kind::Set(len) => self.items(len, visitor),
            Kind::Sparse(length) => {
                self.enter()?;
                let mut elements = WithHoles::new(self, length)?;
                let value = visitor.visit_seq(&mut elements)?;
                elements.finish()?;
                self.leave();
                Ok(value)
            }
            Kind::View(elements, bytes) => {
                let mut numbers = Numbers::new(elements, bytes);
                let value = visitor.visit_seq(&mut numbers)?;
                numbers.finish()?;
                Ok(value)
            }
            Kind::Buffer(bytes) => {
                self.sequence(Kind::View(Elements::Uint8, bytes), expected, visitor)
            }
            Kind::Map(len) => {
                self.enter()?;
                let mut entries = Entries::new(self, len, true, None)?;
                let value = visitor.visit_seq(&mut entries)?;
                entries.finish()?;
                self.leave();
                Ok(value)
            }
            other => Err(other.mismatch(expected())),
        }
    }

    /// What can be read as an object.
    fn object<V: Visitor<'de>>(
        &mut self,
        kind: Kind<'de>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (len, is_map, name) = match kind {
            Kind::Object(len) => (len, false, None),
            Kind::Map(len) => (len, true, None),
            Kind::Error(name) => {
                let at = self.reader.position();
                match self.reader.head()? {
                    Head::Map(len) => (len, false, Some(name)),
                    _ => return Err(Error::malformed("an error without properties", at)),
                }
            }
            other => return Err(other.mismatch("an object")),
        };
        self.enter()?;
        let mut entries = Entries::new(self, len, is_map, name)?;
        let value = visitor.visit_map(&mut entries)?;
        entries.finish()?;
        self.leave();
        Ok(value)
    }
}

macro_rules! scalars {
    ($($method:ident)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.value(|_, kind| Scalar(kind).$method(visitor))
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Input<'de> {
    type Error = Error;

    scalars! {
        deserialize_bool
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_identifier
        deserialize_unit
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.value(|input, kind| match kind {
            Kind::Array(_) | Kind::Set(_) | Kind::Sparse(_) => {
                input.sequence(kind, String::new, visitor)
            }
            Kind::Object(_) | Kind::Map(_) | Kind::Error(_) => input.object(kind, visitor),
            Kind::View(Elements::Uint8 | Elements::Untyped, _) => {
                Scalar(kind).deserialize_any(visitor)
            }
            Kind::View(..) => input.sequence(kind, String::new, visitor),
            scalar => Scalar(scalar).deserialize_any(visitor),
        })
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.value(|input, kind| match kind {
            // The type decides whether it takes numbers one by one.
            Kind::Array(_) => input.sequence(kind, String::new, visitor),
            other => Scalar(other).deserialize_bytes(visitor),
        })
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        const NULL: u8 = 0xf6;
        const UNDEFINED: u8 = 0xf7;
        match self.reader.peek() {
            NULL | UNDEFINED => {
                self.reader.head()?;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match name {
            pass::TOKEN => {
                let token = self.value(|input, kind| match kind {
                    Kind::Opaque(index) => match input.source.tokens.get(index) {
                        Some(token) => Ok(token.clone()),
                        None => Err(Error::malformed("an unknown token", input.reader.position())),
                    },
                    other => Err(other.mismatch("a function or another value that is not data")),
                })?;
                Token::exchange(Some(token));
                visitor.visit_newtype_struct(Scalar(Kind::Undefined))
            }
            pass::DATA => {
                let source = Source {
                    start: self.reader.position(),
                    ..self.source
                };
                self.reader.skip()?;
                let mut parts = Parts::default();
                copy(&source, &mut parts, 0)?;
                Parts::exchange(Some(parts));
                visitor.visit_newtype_struct(Scalar(Kind::Undefined))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.value(|input, kind| input.sequence(kind, || "an array".into(), visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.value(|input, kind| match kind {
            Kind::Array(Some(found)) if found != len as u64 => {
                Err(Error::new(format!("an array of {len}"), format!("an array of {found}")))
            }
            kind => input.sequence(kind, || format!("an array of {len}"), visitor),
        })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.value(|input, kind| input.object(kind, visitor))
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.value(|input, kind| match kind {
            Kind::Object(len) => Variant::read(input, len, visitor),
            other => Scalar(other).deserialize_enum(name, variants, visitor),
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.skip()?;
        visitor.visit_unit()
    }
}
