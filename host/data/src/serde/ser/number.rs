//! Values that are nothing but a number.

use std::fmt::{self, Display};

use serde::ser::{Error, Impossible, Serialize, Serializer};

use super::super::options::{Integers, Options};
use super::MAX_SAFE;

/// A value as a number, if it is written as one.
#[inline]
pub(super) fn as_number<T: Serialize + ?Sized>(value: &T, options: &Options) -> Option<f64> {
    value.serialize(AsNumber(options)).ok()
}

/// It is no number.
#[derive(Debug)]
struct Other;

impl Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a number")
    }
}

impl std::error::Error for Other {}

impl Error for Other {
    fn custom<T: Display>(_: T) -> Self {
        Other
    }
}

/// Serializes numbers, and looks into nothing else.
#[derive(Clone, Copy)]
struct AsNumber<'a>(&'a Options);

type Found = Result<f64, Other>;
type Nothing = Impossible<f64, Other>;

impl AsNumber<'_> {
    fn wide(self, negative: bool, magnitude: u128) -> Found {
        if magnitude > MAX_SAFE || self.0.integers == Integers::Bigint {
            return Err(Other);
        }
        let value = magnitude as f64;
        Ok(if negative { -value } else { value })
    }
}

macro_rules! numbers {
    ($($method:ident $type:ident)*) => {
        $(#[inline]
        fn $method(self, value: $type) -> Found {
            Ok(value.into())
        })*
    };
}

macro_rules! wide {
    ($($method:ident $type:ident $negative:expr, $magnitude:expr;)*) => {
        $(#[inline]
        fn $method(self, value: $type) -> Found {
            self.wide($negative(value), $magnitude(value).into())
        })*
    };
}

impl Serializer for AsNumber<'_> {
    type Ok = f64;
    type Error = Other;
    type SerializeSeq = Nothing;
    type SerializeTuple = Nothing;
    type SerializeTupleStruct = Nothing;
    type SerializeTupleVariant = Nothing;
    type SerializeMap = Nothing;
    type SerializeStruct = Nothing;
    type SerializeStructVariant = Nothing;

    numbers! {
        serialize_i8 i8
        serialize_i16 i16
        serialize_i32 i32
        serialize_u8 u8
        serialize_u16 u16
        serialize_u32 u32
        serialize_f32 f32
        serialize_f64 f64
    }

    wide! {
        serialize_i64 i64 |value| value < 0, i64::unsigned_abs;
        serialize_i128 i128 |value| value < 0, i128::unsigned_abs;
        serialize_u64 u64 |_| false, |value| value;
        serialize_u128 u128 |_| false, |value| value;
    }

    fn serialize_bool(self, _: bool) -> Found {
        Err(Other)
    }

    fn serialize_char(self, _: char) -> Found {
        Err(Other)
    }

    fn serialize_str(self, _: &str) -> Found {
        Err(Other)
    }

    fn serialize_bytes(self, _: &[u8]) -> Found {
        Err(Other)
    }

    fn serialize_none(self) -> Found {
        Err(Other)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Found {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Found {
        Err(Other)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Found {
        Err(Other)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Found {
        Err(Other)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Found {
        // Such a name says how to write what is in it.
        if name.starts_with('$') {
            return Err(Other);
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Found {
        Err(Other)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Nothing, Other> {
        Err(Other)
    }

    fn serialize_tuple(self, _: usize) -> Result<Nothing, Other> {
        Err(Other)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Nothing, Other> {
        Err(Other)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Nothing, Other> {
        Err(Other)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Nothing, Other> {
        Err(Other)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Nothing, Other> {
        Err(Other)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Nothing, Other> {
        Err(Other)
    }

    // Made by formatting, which would be done in vain.
    fn collect_str<T: std::fmt::Display + ?Sized>(self, _: &T) -> Found {
        Err(Other)
    }
}
