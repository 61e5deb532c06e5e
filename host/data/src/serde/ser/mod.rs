//! From Rust to data.

mod compound;
mod number;
mod write;

use serde::ser::{Serialize, Serializer};

pub(crate) use self::compound::{ArrayWriter, MapWriter};
pub(crate) use self::write::ValueWriter;
use super::error::Error;
use super::hint::{self, Hint};
use super::options::{BytesAs, Integers, Missing};
use super::pass::{self, Passed};
use crate::{Captured, Data, FIRST_UNSAFE_INTEGER, Token, tags};

/// The largest whole number up to which all are exact.
const MAX_SAFE: u128 = (FIRST_UNSAFE_INTEGER - 1) as u128;

impl ValueWriter {
    /// An integer of 64 or 128 bits.
    fn wide(&mut self, negative: bool, magnitude: u128) -> Result<(), Error> {
        let safe = magnitude <= MAX_SAFE;
        match self.options.integers {
            Integers::Number | Integers::Either if safe => {
                self.write_integer(magnitude as i64 * if negative { -1 } else { 1 })
            }
            Integers::Number => {
                let sign = if negative { "-" } else { "" };
                return Err(Error::new(
                    "an integer that a number can hold exactly",
                    format!("{sign}{magnitude}"),
                ));
            }
            _ => self.write_bigint(negative, magnitude),
        }
        Ok(())
    }

    fn missing(&mut self) {
        match self.options.missing {
            Missing::Undefined => self.write_undefined(),
            Missing::Null => self.write_null(),
        }
    }

    /// The object with one property that stands for a variant with content.
    fn variant(&mut self, name: &str) -> Result<(), Error> {
        self.enter()?;
        self.hint = None;
        self.write_map(1);
        self.write_text(name);
        Ok(())
    }
}

impl<'a> Serializer for &'a mut ValueWriter {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = ArrayWriter<'a>;
    type SerializeTuple = ArrayWriter<'a>;
    type SerializeTupleStruct = ArrayWriter<'a>;
    type SerializeTupleVariant = ArrayWriter<'a>;
    type SerializeMap = MapWriter<'a>;
    type SerializeStruct = MapWriter<'a>;
    type SerializeStructVariant = MapWriter<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.write_boolean(value);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.serialize_i32(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.serialize_i32(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.write_integer(value.into());
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.wide(value < 0, value.unsigned_abs().into())
    }

    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        self.wide(value < 0, value.unsigned_abs())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.serialize_u32(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.serialize_u32(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.write_integer(value.into());
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.wide(false, value.into())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.wide(false, value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.write_number(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.write_text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        match self.options.bytes {
            BytesAs::Uint8Array => {
                self.write_tag(tags::UINT8_ARRAY);
                self.write_buffer(value);
            }
            BytesAs::ArrayBuffer => self.write_buffer(value),
            BytesAs::Array => {
                self.write_array(value.len());
                value
                    .iter()
                    .for_each(|byte| self.write_integer((*byte).into()));
            }
        }
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.missing();
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        // Inside of something it is what JSON calls null; on its own it is the result of a
        // function that has none.
        if self.depth() == 0 {
            self.missing();
        } else {
            self.write_null();
        }
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        if !name.starts_with('$') {
            return value.serialize(self);
        }
        match name {
            pass::TOKEN => {
                if let Some(token) = Token::exchange(None) {
                    self.write_token(token);
                    return Ok(());
                }
            }
            pass::DATA => {
                if let Some(data) = Data::exchange(None) {
                    if self.capture(|| Captured::Data(data.clone())) {
                        return Ok(());
                    }
                    let source = data.source().map_err(Error::from)?;
                    return self.splice(&source);
                }
            }
            _ => {
                if let Some(hint) = Hint::of_name(name) {
                    return hint::write(self, hint, value);
                }
            }
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        if name == "Result" && std::mem::take(&mut self.results) && self.depth() == 0 {
            self.failed = variant == "Err";
            return value.serialize(self);
        }
        self.variant(variant)?;
        value
            .serialize(&mut *self)
            .map_err(|error| error.under_key(variant))?;
        self.leave();
        Ok(())
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<ArrayWriter<'a>, Error> {
        ArrayWriter::new(self, len, None)
    }

    fn serialize_tuple(self, len: usize) -> Result<ArrayWriter<'a>, Error> {
        ArrayWriter::new(self, Some(len), None)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<ArrayWriter<'a>, Error> {
        ArrayWriter::new(self, Some(len), None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<ArrayWriter<'a>, Error> {
        self.variant(variant)?;
        ArrayWriter::new(self, Some(len), Some(variant))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<MapWriter<'a>, Error> {
        MapWriter::new(self, len, None)
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<MapWriter<'a>, Error> {
        MapWriter::new(self, Some(len), None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<MapWriter<'a>, Error> {
        self.variant(variant)?;
        MapWriter::new(self, Some(len), Some(variant))
    }
}
