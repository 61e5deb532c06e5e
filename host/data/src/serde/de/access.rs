//! Arrays, objects, maps and variants.

use std::borrow::Cow;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::super::error::Error;
use super::input::Input;
use super::key::Key;
use super::kind::{Big, Kind};
use super::scalar::Scalar;
use super::under_key_at;
use crate::{CborHead, ViewKind, f64_from_half};

/// How much of a container is left.
pub(super) struct Rest(Option<u64>);

impl Rest {
    /// Checks a length before anything believes it: every item has a byte.
    pub(super) fn new(len: Option<u64>, input: &Input<'_>) -> Result<Self, Error> {
        match len {
            Some(len) if len > input.reader.remaining() as u64 => Err(Error::malformed(
                "more items than there are bytes",
                input.reader.position(),
            )),
            len => Ok(Rest(len)),
        }
    }

    /// Whether there is another item or pair.
    #[inline]
    pub(super) fn next(&mut self, input: &mut Input<'_>) -> bool {
        input.reader.begin_element(&mut self.0)
    }

    fn hint(&self) -> Option<usize> {
        self.0.and_then(|left| usize::try_from(left).ok())
    }
}

/// The elements of an array or members of a `Set`.
pub(super) struct Items<'a, 'de> {
    input: &'a mut Input<'de>,
    rest: Rest,
    index: usize,
}

impl<'a, 'de> Items<'a, 'de> {
    pub(super) fn new(input: &'a mut Input<'de>, len: Option<u64>) -> Result<Self, Error> {
        let rest = Rest::new(len, input)?;
        Ok(Items {
            input,
            rest,
            index: 0,
        })
    }

    /// Checks that everything was read: a type that leaves something is of another length.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        let read = self.index;
        while self.rest.next(self.input) {
            self.input.reader.skip_item()?;
            self.index += 1;
        }
        of_length(read, self.index)
    }
}

pub(super) fn of_length(expected: usize, found: usize) -> Result<(), Error> {
    if expected == found {
        return Ok(());
    }
    Err(Error::new(
        format!("an array of {expected}"),
        format!("an array of {found}"),
    ))
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if !self.rest.next(self.input) {
            return Ok(None);
        }
        let element = seed
            .deserialize(&mut *self.input)
            .map_err(|error| error.under_index(self.index))?;
        self.index += 1;
        Ok(Some(element))
    }

    fn size_hint(&self) -> Option<usize> {
        self.rest.hint()
    }
}

/// The elements of an array with holes, which read as `undefined`.
pub(super) struct WithHoles<'a, 'de> {
    input: &'a mut Input<'de>,
    /// Elements that are there, by index: where their items are.
    elements: std::iter::Peekable<std::collections::btree_map::IntoIter<u64, usize>>,
    index: u64,
    length: u64,
}

impl<'a, 'de> WithHoles<'a, 'de> {
    /// Begins at the properties of the array.
    pub(super) fn new(input: &'a mut Input<'de>, length: u64) -> Result<Self, Error> {
        let at = input.reader.position();
        let CborHead::Map(len) = input.reader.read_head()? else {
            return Err(Error::malformed("an array without properties", at));
        };
        let mut rest = Rest::new(len, input)?;
        let mut elements = std::collections::BTreeMap::new();
        while rest.next(input) {
            let key = input.key()?;
            if let Some(index) = key.and_then(|key| key.parse::<u64>().ok()) {
                elements.insert(index, input.reader.position());
            }
            input.reader.skip_item()?;
        }
        // The length says nothing about how much there is: it may be four billion.
        if length > 16 * elements.len() as u64 + 1024 {
            return Err(Error::new(
                "an array without large holes",
                format!("{} elements in an array of {length}", elements.len()),
            ));
        }
        Ok(WithHoles {
            input,
            elements: elements.into_iter().peekable(),
            index: 0,
            length,
        })
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        of_length(self.index as usize, self.length as usize)
    }
}

impl<'de> SeqAccess<'de> for WithHoles<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if self.index == self.length {
            return Ok(None);
        }
        let index = self.index;
        let element = match self.elements.next_if(|(at, _)| *at == index) {
            Some((_, position)) => {
                self.input.reader.set_position(position);
                seed.deserialize(&mut *self.input)
            }
            None => seed.deserialize(Scalar(Kind::Undefined)),
        };
        let element = element.map_err(|error| error.under_index(index as usize))?;
        self.index += 1;
        Ok(Some(element))
    }

    fn size_hint(&self) -> Option<usize> {
        usize::try_from(self.length - self.index).ok()
    }
}

/// The elements of a typed array.
pub(super) struct Numbers<'de> {
    elements: ViewKind,
    bytes: Cow<'de, [u8]>,
    index: usize,
}

impl<'de> Numbers<'de> {
    pub(super) fn new(elements: ViewKind, bytes: Cow<'de, [u8]>) -> Self {
        Numbers {
            elements,
            bytes,
            index: 0,
        }
    }

    fn len(&self) -> usize {
        self.bytes.len() / self.elements.element_size()
    }

    pub(super) fn finish(&self) -> Result<(), Error> {
        of_length(self.index, self.len())
    }

    #[inline]
    fn get(&self, index: usize) -> Option<Kind<'static>> {
        let size = self.elements.element_size();
        let bytes = self.bytes.get(index * size..(index + 1) * size)?;
        let mut all = [0; 8];
        all[..size].copy_from_slice(bytes);
        let bits = u64::from_le_bytes(all);
        Some(match self.elements {
            ViewKind::Uint8
            | ViewKind::Uint8Clamped
            | ViewKind::DataView
            | ViewKind::Uint16
            | ViewKind::Uint32 => Kind::Integer(bits as i64),
            ViewKind::Int8 => Kind::Integer((bits as i8).into()),
            ViewKind::Int16 => Kind::Integer((bits as i16).into()),
            ViewKind::Int32 => Kind::Integer((bits as i32).into()),
            ViewKind::BigUint64 => Kind::Bigint(Big::Unsigned(bits.into())),
            ViewKind::BigInt64 => Kind::Bigint(match bits as i64 {
                value @ 0.. => Big::Unsigned(value as u128),
                value => Big::Negative(value.into()),
            }),
            ViewKind::Float16 => Kind::Number(f64_from_half(bits as u16)),
            ViewKind::Float32 => Kind::Number(f32::from_bits(bits as u32).into()),
            ViewKind::Float64 => Kind::Number(f64::from_bits(bits)),
        })
    }
}

impl<'de> SeqAccess<'de> for Numbers<'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(number) = self.get(self.index) else {
            return Ok(None);
        };
        let element = seed
            .deserialize(Scalar(number))
            .map_err(|error| error.under_index(self.index))?;
        self.index += 1;
        Ok(Some(element))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.len() - self.index)
    }
}

/// The properties of an object or error, or the entries of a `Map`.
pub(super) struct Entries<'a, 'de> {
    input: &'a mut Input<'de>,
    rest: Rest,
    /// Whether keys are values of any type.
    is_map: bool,
    /// The name of an error, which comes first.
    name: Option<Cow<'de, str>>,
    in_name: Option<Cow<'de, str>>,
    is_error: bool,
    /// Where the last key is.
    key: usize,
    index: usize,
}

impl<'a, 'de> Entries<'a, 'de> {
    pub(super) fn new(
        input: &'a mut Input<'de>,
        len: Option<u64>,
        is_map: bool,
        name: Option<Cow<'de, str>>,
    ) -> Result<Self, Error> {
        let rest = Rest::new(len, input)?;
        Ok(Entries {
            input,
            rest,
            is_map,
            is_error: name.is_some(),
            name,
            in_name: None,
            key: 0,
            index: 0,
        })
    }

    /// Passes over what the type did not want.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        while self.rest.next(self.input) {
            self.input.reader.skip_item()?;
            self.input.reader.skip_item()?;
        }
        Ok(())
    }

    #[cold]
    fn located(&self, error: Error) -> Error {
        let mut source = self.input.source;
        source.start = self.key;
        under_key_at(error, &source)
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        if let Some(name) = self.name.take() {
            self.in_name = Some(name);
            return seed.deserialize(Key(Cow::Borrowed("name"))).map(Some);
        }
        loop {
            if !self.rest.next(self.input) {
                return Ok(None);
            }
            self.key = self.input.reader.position();
            if !self.is_map
                && !self.is_error
                && let Some(key) = self.input.plain_key()?
            {
                return match seed.deserialize(Key(Cow::Borrowed(key))) {
                    Ok(key) => Ok(Some(key)),
                    Err(error) => Err(self.located(error)),
                };
            }
            let key = if self.is_map {
                seed.deserialize(&mut *self.input)
            } else {
                match self.input.key()? {
                    // What JSON has no place for, a Rust type has none for either.
                    None => {
                        self.input.reader.skip_item()?;
                        continue;
                    }
                    // An own name hides the inherited one; there is only one here.
                    Some(key) if self.is_error && key == "name" => {
                        self.input.reader.skip_item()?;
                        continue;
                    }
                    Some(key) => seed.deserialize(Key(key)),
                }
            };
            return key.map(Some).map_err(|error| self.located(error));
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        if let Some(name) = self.in_name.take() {
            return seed
                .deserialize(Scalar(Kind::Text(name)))
                .map_err(|error| error.under_key("name"));
        }
        match seed.deserialize(&mut *self.input) {
            Ok(value) => Ok(value),
            Err(error) => Err(self.located(error)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        self.rest.hint()
    }
}

/// The entries of a `Map` where an array is wanted: arrays of key and value.
impl<'de> SeqAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if !self.rest.next(self.input) {
            return Ok(None);
        }
        let pair = seed
            .deserialize(Pair(&mut *self.input))
            .map_err(|error| error.under_index(self.index))?;
        self.index += 1;
        Ok(Some(pair))
    }

    fn size_hint(&self) -> Option<usize> {
        self.rest.hint()
    }
}

/// A key and a value, as an array.
struct Pair<'a, 'de>(&'a mut Input<'de>);

impl<'de> Deserializer<'de> for Pair<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut items = Items::new(self.0, Some(2))?;
        let value = visitor.visit_seq(&mut items)?;
        items.finish()?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.reader.skip_item()?;
        self.0.reader.skip_item()?;
        visitor.visit_unit()
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

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// The one property of an object, as a variant with content.
pub(super) struct Variant<'a, 'de> {
    input: &'a mut Input<'de>,
    name: Cow<'de, str>,
}

impl<'a, 'de> Variant<'a, 'de> {
    /// Reads an enum from an object, of which the head was read.
    pub(super) fn read<V: Visitor<'de>>(
        input: &'a mut Input<'de>,
        len: Option<u64>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        const EXPECTED: &str = "a string or an object with one property";
        input.enter()?;
        let mut rest = Rest::new(len, input)?;
        let name = loop {
            if !rest.next(input) {
                return Err(Error::new(EXPECTED, "an object without any"));
            }
            match input.key()? {
                Some(name) => break name,
                None => input.reader.skip_item()?,
            }
        };
        let value = visitor.visit_enum(Variant {
            input: &mut *input,
            name,
        })?;
        while rest.next(input) {
            if input.key()?.is_some() {
                return Err(Error::new(EXPECTED, "an object with several"));
            }
            input.reader.skip_item()?;
        }
        input.leave();
        Ok(value)
    }
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name: serde::de::value::StrDeserializer<'_, Error> = (*self.name).into_deserializer();
        let variant = seed.deserialize(name)?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        serde::Deserialize::deserialize(self.input)
            .map_err(|error: Error| error.under_key(&self.name))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.input)
            .map_err(|error| error.under_key(&self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.input
            .deserialize_tuple(len, visitor)
            .map_err(|error| error.under_key(&self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.input
            .deserialize_struct("", fields, visitor)
            .map_err(|error| error.under_key(&self.name))
    }
}
