//! Properties and entries as serde reads them.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::super::error::Error;
use super::input::Input;
use super::key::Key;
use super::kind::Kind;
use super::scalar::Scalar;
use super::under_key_at;

use super::access::{Items, Rest};

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
