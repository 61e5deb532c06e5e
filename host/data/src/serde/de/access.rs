//! Arrays, objects, maps and variants.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, SeqAccess};

use super::super::error::Error;
use super::input::Input;
use super::kind::{Big, Kind};
use super::scalar::Scalar;
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

    pub(super) fn hint(&self) -> Option<usize> {
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
