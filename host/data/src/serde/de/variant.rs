//! Variants of enums as serde reads them.

use std::borrow::Cow;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, VariantAccess, Visitor,
};

use super::super::error::Error;
use super::access::Rest;
use super::input::Input;

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
