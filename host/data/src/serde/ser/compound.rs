//! Arrays, objects and maps.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::super::de;
use super::super::error::Error;
use super::super::hint::Hint;
use super::ValueWriter;
use super::number::as_number;
use crate::{MIN_PACKED_NUMBERS, tags};

/// Writes the elements of an array.
pub(crate) struct ArrayWriter<'a> {
    writer: &'a mut ValueWriter,
    /// Where the head is.
    start: usize,
    declared: Option<usize>,
    written: usize,
    /// Whether all elements so far are numbers, and many are expected: they are then here, and
    /// nothing is written yet.
    gathers: bool,
    numbers: Vec<u8>,
    /// The variant that it is the content of.
    variant: Option<&'static str>,
}

impl<'a> ArrayWriter<'a> {
    pub(super) fn new(
        writer: &'a mut ValueWriter,
        declared: Option<usize>,
        variant: Option<&'static str>,
    ) -> Result<Self, Error> {
        let is_set = writer.hint.take() == Some(Hint::Set);
        if is_set {
            writer.write_tag(tags::SET);
        }
        writer.enter()?;
        let mut array = ArrayWriter {
            start: writer.position(),
            writer,
            declared,
            written: 0,
            gathers: !is_set && declared.is_some_and(|len| len >= MIN_PACKED_NUMBERS),
            numbers: Vec::new(),
            variant,
        };
        if !array.gathers {
            array.head();
        }
        Ok(array)
    }

    fn head(&mut self) {
        match self.declared {
            Some(len) => self.writer.write_array(len),
            None => self.writer.open_array(),
        }
    }

    /// Begins an array of items with the numbers that there are.
    #[cold]
    fn spill(&mut self) {
        self.gathers = false;
        self.head();
        let numbers = std::mem::take(&mut self.numbers);
        let (numbers, _) = numbers.as_chunks();
        for number in numbers {
            self.writer.write_number(f64::from_le_bytes(*number));
        }
    }

    #[cold]
    fn reserve(&mut self) {
        // A length that a type declares is not believed beyond this.
        const MOST: usize = 1 << 16;
        let expected = self.declared.unwrap_or(0).min(MOST);
        self.numbers.reserve(8 * expected);
    }

    #[inline]
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if self.gathers {
            if let Some(number) = as_number(value, &self.writer.options) {
                if self.numbers.is_empty() {
                    self.reserve();
                }
                self.numbers.extend_from_slice(&number.to_le_bytes());
                self.written += 1;
                return Ok(());
            }
            self.spill();
        }
        value
            .serialize(&mut *self.writer)
            .map_err(|error| in_variant(error.under_index(self.written), self.variant))?;
        self.written += 1;
        Ok(())
    }

    fn finish(self) -> Result<(), Error> {
        let written = self.written;
        match self.declared {
            _ if self.gathers => self.writer.write_packed_numbers(self.numbers),
            None => self.writer.close(),
            Some(declared) if declared != written => {
                let end = self.start + head_len(declared);
                self.writer
                    .amend(self.start, end, |head| head.write_array(written));
            }
            Some(_) => {}
        }
        self.writer.leave();
        if self.variant.is_some() {
            self.writer.leave();
        }
        Ok(())
    }
}

/// Writes the properties of an object or the entries of a `Map`.
pub(crate) struct MapWriter<'a> {
    writer: &'a mut ValueWriter,
    /// Where the head is.
    start: usize,
    declared: Option<usize>,
    written: usize,
    variant: Option<&'static str>,
    /// Whether it is a `Map`, as it has a key that is no string.
    is_map: bool,
    /// Where the last key is.
    key: usize,
}

impl<'a> MapWriter<'a> {
    pub(super) fn new(
        writer: &'a mut ValueWriter,
        declared: Option<usize>,
        variant: Option<&'static str>,
    ) -> Result<Self, Error> {
        writer.enter()?;
        let is_map = writer.hint.take() == Some(Hint::Map);
        if is_map {
            writer.write_tag(tags::MAP);
        }
        let start = writer.position();
        match declared {
            Some(len) => writer.write_map(len),
            None => writer.open_map(),
        }
        Ok(MapWriter {
            writer,
            start,
            declared,
            written: 0,
            variant,
            is_map,
            key: 0,
        })
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
        self.writer.write_text(key);
        value
            .serialize(&mut *self.writer)
            .map_err(|error| in_variant(error.under_key(key), self.variant))?;
        self.written += 1;
        Ok(())
    }

    fn finish(self) -> Result<(), Error> {
        let written = self.written;
        match self.declared {
            None => self.writer.close(),
            Some(declared) if declared != written => {
                let end = self.start + head_len(declared);
                self.writer
                    .amend(self.start, end, |head| head.write_map(written));
            }
            Some(_) => {}
        }
        self.writer.leave();
        if self.variant.is_some() {
            self.writer.leave();
        }
        Ok(())
    }
}

/// How many bytes the head of a container of that length has.
fn head_len(len: usize) -> usize {
    match len {
        0..24 => 1,
        24..0x100 => 2,
        0x100..0x1_0000 => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}

#[cold]
fn in_variant(error: Error, variant: Option<&'static str>) -> Error {
    match variant {
        Some(variant) => error.under_key(variant),
        None => error,
    }
}

impl SerializeSeq for ArrayWriter<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.element(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

impl SerializeTuple for ArrayWriter<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.element(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

impl SerializeTupleStruct for ArrayWriter<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.element(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

impl SerializeTupleVariant for ArrayWriter<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.element(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

impl SerializeMap for MapWriter<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = self.writer.position();
        key.serialize(&mut *self.writer)
            .map_err(|error| in_variant(error, self.variant))?;
        if !self.is_map && !de::is_string(&self.writer.since(self.key)) {
            let start = self.start;
            self.writer
                .amend(start, start, |head| head.write_tag(tags::MAP));
            // Everything has moved by the length of the tag.
            let tag_len = 3;
            self.start += tag_len;
            self.key += tag_len;
            self.is_map = true;
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut *self.writer).map_err(|error| {
            let error = de::under_key_at(error, &self.writer.since(self.key));
            in_variant(error, self.variant)
        })?;
        self.written += 1;
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

impl SerializeStruct for MapWriter<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

impl SerializeStructVariant for MapWriter<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}
