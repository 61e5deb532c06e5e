//! From data to Rust, straight over the bytes.

mod access;
mod arguments;
mod entries;
mod float;
mod input;
mod key;
mod kind;
mod scalar;
mod variant;

use std::borrow::Cow;

use serde::de::{Deserializer, Visitor};

use self::access::{Items, Numbers, WithHoles};
pub use self::arguments::{ArgumentReader, PassedArgument, PassedArguments};
use self::entries::Entries;
use self::float::Floats;
pub(crate) use self::input::Input;
pub(crate) use self::kind::Kind;
pub(crate) use self::scalar::Scalar;
use self::scalar::visit_text;
use self::variant::Variant;
use super::error::Error;
use super::parts::{Parts, Source};
use super::pass::{self, Passed};
use super::splice::copy;
use crate::{CborHead, CborReader, Data, FIRST_UNSAFE_INTEGER, Token, ViewKind, initial, tags};

/// Whether the item is a string.
pub(super) fn is_string(source: &Source<'_>) -> bool {
    matches!(
        CborReader::at(source.item, source.start).read_head(),
        Ok(CborHead::Text(_) | CborHead::Tag(tags::LATIN1 | tags::UTF16))
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
    fn items<V: Visitor<'de>>(&mut self, len: Option<u64>, visitor: V) -> Result<V::Value, Error> {
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
            Kind::Numbers(bytes) => {
                let mut numbers = Floats::new(bytes);
                let value = visitor.visit_seq(&mut numbers)?;
                numbers.finish()?;
                Ok(value)
            }
            Kind::View(elements, bytes) => {
                let mut numbers = Numbers::new(elements, bytes);
                let value = visitor.visit_seq(&mut numbers)?;
                numbers.finish()?;
                Ok(value)
            }
            Kind::Buffer(bytes) => {
                self.sequence(Kind::View(ViewKind::Uint8, bytes), expected, visitor)
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
    fn object<V: Visitor<'de>>(&mut self, kind: Kind<'de>, visitor: V) -> Result<V::Value, Error> {
        let (len, is_map, name) = match kind {
            Kind::Object(len) => (len, false, None),
            Kind::Map(len) => (len, true, None),
            Kind::Error(name) => {
                let at = self.reader.position();
                match self.reader.read_head()? {
                    CborHead::Map(len) => (len, false, Some(name)),
                    _ => return Err(Error::malformed("an error without properties", at)),
                }
            }
            other => return Err(other.mismatch("an object")),
        };
        self.entries(len, is_map, name, visitor)
    }

    #[inline]
    fn entries<V: Visitor<'de>>(
        &mut self,
        len: Option<u64>,
        is_map: bool,
        name: Option<Cow<'de, str>>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.enter()?;
        let mut entries = Entries::new(self, len, is_map, name)?;
        let value = visitor.visit_map(&mut entries)?;
        entries.finish()?;
        self.leave();
        Ok(value)
    }
}

// What is most frequent is recognised by its head; everything else goes the long way.
macro_rules! scalars {
    ($($method:ident: $($head:pat $(if $guard:expr)? => $visit:ident($($value:expr)?)),*;)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.reader.read_head()? {
                $($head $(if $guard)? => visitor.$visit($($value)?),)*
                head => self.value_of(head, |_, kind| Scalar(kind).$method(visitor)),
            }
        })*
    };
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ident)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let head = self.reader.read_head()?;
            if let CborHead::Unsigned(value) = head
                && let Ok(value) = $type::try_from(value)
            {
                return visitor.$visit(value);
            }
            self.value_of(head, |_, kind| Scalar(kind).$method(visitor))
        })*
    };
}

macro_rules! strings {
    ($($method:ident)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.reader.read_head()? {
                CborHead::Text(len) => visit_text(self.reader.read_text(len)?, visitor),
                head => self.value_of(head, |_, kind| Scalar(kind).$method(visitor)),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Input<'de> {
    type Error = Error;

    scalars! {
        deserialize_bool: CborHead::Boolean(value) => visit_bool(value);
        deserialize_f32: CborHead::Float(value) => visit_f64(value);
        deserialize_f64: CborHead::Float(value) => visit_f64(value),
            CborHead::Unsigned(value) if value < FIRST_UNSAFE_INTEGER => visit_f64(value as f64);
        deserialize_unit: CborHead::Undefined | CborHead::Null => visit_unit();
        deserialize_char: ;
    }

    integers! {
        deserialize_i8 visit_i8 i8
        deserialize_i16 visit_i16 i16
        deserialize_i32 visit_i32 i32
        deserialize_i64 visit_i64 i64
        deserialize_i128 visit_i128 i128
        deserialize_u8 visit_u8 u8
        deserialize_u16 visit_u16 u16
        deserialize_u32 visit_u32 u32
        deserialize_u64 visit_u64 u64
        deserialize_u128 visit_u128 u128
    }

    strings! { deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let head = self.reader.read_head()?;
        match head {
            CborHead::Text(len) => return visit_text(self.reader.read_text(len)?, visitor),
            CborHead::Array(len) => return self.items(len, visitor),
            CborHead::Map(len) => return self.entries(len, false, None, visitor),
            CborHead::Boolean(value) => return visitor.visit_bool(value),
            CborHead::Float(value) => return visitor.visit_f64(value),
            CborHead::Unsigned(value) if value < FIRST_UNSAFE_INTEGER => {
                return visitor.visit_u64(value);
            }
            _ => {}
        }
        self.value_of(head, |input, kind| match kind {
            Kind::Array(_) | Kind::Numbers(_) | Kind::Set(_) | Kind::Sparse(_) => {
                input.sequence(kind, String::new, visitor)
            }
            Kind::Object(_) | Kind::Map(_) | Kind::Error(_) => input.object(kind, visitor),
            Kind::View(ViewKind::Uint8 | ViewKind::DataView, _) => {
                Scalar(kind).deserialize_any(visitor)
            }
            Kind::View(..) => input.sequence(kind, String::new, visitor),
            scalar => Scalar(scalar).deserialize_any(visitor),
        })
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.value(|input, kind| match kind {
            // The type decides whether it takes numbers one by one.
            Kind::Array(_) | Kind::Numbers(_) => input.sequence(kind, String::new, visitor),
            other => Scalar(other).deserialize_bytes(visitor),
        })
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.reader.peek() {
            Some(initial::NULL | initial::UNDEFINED) => {
                self.reader.read_head()?;
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
                    Kind::Opaque(index) => match input.source.token(index) {
                        Some(token) => Ok(token.clone()),
                        None => Err(Error::malformed(
                            "an unknown token",
                            input.reader.position(),
                        )),
                    },
                    other => Err(other.mismatch(pass::OPAQUE)),
                })?;
                Token::exchange(Some(token));
                visitor.visit_newtype_struct(Scalar(Kind::Undefined))
            }
            pass::DATA => {
                let source = Source {
                    start: self.reader.position(),
                    ..self.source
                };
                self.reader.skip_item()?;
                let mut parts = Parts::default();
                copy(&source, &mut parts, 0)?;
                Data::exchange(Some(Data::from_parts(parts)));
                visitor.visit_newtype_struct(Scalar(Kind::Undefined))
            }
            _ => visitor.visit_newtype_struct(self),
        }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.reader.read_head()? {
            CborHead::Array(len) => self.items(len, visitor),
            head => self.value_of(head, |input, kind| {
                input.sequence(kind, || "an array".into(), visitor)
            }),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.value(|input, kind| match kind {
            Kind::Array(Some(found)) if found != len as u64 => Err(Error::new(
                format!("an array of {len}"),
                format!("an array of {found}"),
            )),
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
        match self.reader.read_head()? {
            CborHead::Map(len) => self.entries(len, false, None, visitor),
            head => self.value_of(head, |input, kind| input.object(kind, visitor)),
        }
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
        self.reader.skip_item()?;
        visitor.visit_unit()
    }
}
