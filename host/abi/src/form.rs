//! The bytes of a description: numbers as unsigned LEB128, texts and lists with their length, structs as
//! their fields, and enums as their number and fields.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::world::World;

/// The first byte: the version of the form.
const VERSION: u8 = 2;

/// The bytes do not describe a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DamagedWorld;

impl fmt::Display for DamagedWorld {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the description of the world is damaged, or of another version")
    }
}

impl core::error::Error for DamagedWorld {}

impl World {
    /// Returns the description as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from([VERSION]);
        self.put(&mut bytes);
        bytes
    }

    /// Reads a description.
    ///
    /// # Errors
    /// The bytes are damaged, or of another version. Indices of types are checked by
    /// [`Layouts::of`](crate::Layouts::of); others are taken as they are.
    #[inline(never)]
    pub fn from_bytes(bytes: &[u8]) -> Result<World, DamagedWorld> {
        let (version, mut bytes) = bytes.split_first().ok_or(DamagedWorld)?;
        let world = World::take(&mut bytes)?;
        (*version == VERSION && bytes.is_empty())
            .then_some(world)
            .ok_or(DamagedWorld)
    }
}

/// A part of the form.
pub(crate) trait Part: Sized {
    fn put(&self, bytes: &mut Vec<u8>);
    fn take(bytes: &mut &[u8]) -> Result<Self, DamagedWorld>;
}

impl Part for u32 {
    fn put(&self, bytes: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }

    #[inline(never)]
    fn take(bytes: &mut &[u8]) -> Result<u32, DamagedWorld> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let (byte, rest) = bytes.split_first().ok_or(DamagedWorld)?;
            *bytes = rest;
            if shift == 28 && *byte > 0xf {
                return Err(DamagedWorld);
            }
            value |= u32::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DamagedWorld)
    }
}

impl Part for bool {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.push((*self).into());
    }

    fn take(bytes: &mut &[u8]) -> Result<bool, DamagedWorld> {
        match u32::take(bytes)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DamagedWorld),
        }
    }
}

impl Part for String {
    fn put(&self, bytes: &mut Vec<u8>) {
        (self.len() as u32).put(bytes);
        bytes.extend_from_slice(self.as_bytes());
    }

    #[inline(never)]
    fn take(bytes: &mut &[u8]) -> Result<String, DamagedWorld> {
        let len = u32::take(bytes)? as usize;
        let (text, rest) = bytes.split_at_checked(len).ok_or(DamagedWorld)?;
        *bytes = rest;
        let text = core::str::from_utf8(text).map_err(|_| DamagedWorld)?;
        Ok(text.into())
    }
}

// Reading is done once, when a component is built: small code matters more than its time.
impl<T: Part> Part for Vec<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        (self.len() as u32).put(bytes);
        self.iter().for_each(|part| part.put(bytes));
    }

    #[inline(never)]
    fn take(bytes: &mut &[u8]) -> Result<Vec<T>, DamagedWorld> {
        // A length is not believed before its elements have come: each takes a byte or more.
        let len = u32::take(bytes)?;
        (0..len).map(|_| T::take(bytes)).collect()
    }
}

impl<T: Part> Part for Option<T> {
    fn put(&self, bytes: &mut Vec<u8>) {
        match self {
            None => bytes.push(0),
            Some(part) => {
                bytes.push(1);
                part.put(bytes);
            }
        }
    }

    fn take(bytes: &mut &[u8]) -> Result<Option<T>, DamagedWorld> {
        match u32::take(bytes)? {
            0 => Ok(None),
            1 => Ok(Some(T::take(bytes)?)),
            _ => Err(DamagedWorld),
        }
    }
}

/// Defines structs and enums with their form.
macro_rules! parts {
    () => {};
    ($(#[$outer:meta])* pub struct $name:ident {
        $($(#[$inner:meta])* pub $field:ident: $ty:ty,)*
    } $($rest:tt)*) => {
        $(#[$outer])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$inner])* pub $field: $ty,)* }

        impl crate::form::Part for $name {
            fn put(&self, bytes: &mut Vec<u8>) {
                $(crate::form::Part::put(&self.$field, bytes);)*
            }

            #[inline(never)]
            fn take(bytes: &mut &[u8]) -> Result<Self, crate::form::DamagedWorld> {
                Ok($name { $($field: crate::form::Part::take(bytes)?,)* })
            }
        }

        parts! { $($rest)* }
    };
    ($(#[$outer:meta])* pub enum $name:ident {
        $($(#[$inner:meta])* $case:ident $(($($ty:ty),*))?,)*
    } $($rest:tt)*) => {
        $(#[$outer])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$inner])* $case $(($($ty),*))?,)* }

        impl crate::form::Part for $name {
            fn put(&self, bytes: &mut Vec<u8>) {
                let mut number = 0;
                $(parts!(@put self $name $case number bytes $(($($ty),*))?);)*
                let _ = number;
            }

            #[inline(never)]
            fn take(bytes: &mut &[u8]) -> Result<Self, crate::form::DamagedWorld> {
                let found = u32::take(bytes)?;
                let mut number = 0;
                $(
                    if found == number {
                        return Ok(parts!(@take bytes $name $case $(($($ty),*))?));
                    }
                    number += 1;
                )*
                let _ = number;
                Err(crate::form::DamagedWorld)
            }
        }

        parts! { $($rest)* }
    };
    (@put $self:ident $name:ident $case:ident $number:ident $bytes:ident) => {
        if let $name::$case = $self {
            return crate::form::Part::put(&$number, $bytes);
        }
        $number += 1;
    };
    (@put $self:ident $name:ident $case:ident $number:ident $bytes:ident ($one:ty)) => {
        if let $name::$case(one) = $self {
            crate::form::Part::put(&$number, $bytes);
            return crate::form::Part::put(one, $bytes);
        }
        $number += 1;
    };
    (@put $self:ident $name:ident $case:ident $number:ident $bytes:ident ($one:ty, $two:ty)) => {
        if let $name::$case(one, two) = $self {
            crate::form::Part::put(&$number, $bytes);
            crate::form::Part::put(one, $bytes);
            return crate::form::Part::put(two, $bytes);
        }
        $number += 1;
    };
    (@put $self:ident $name:ident $case:ident $number:ident $bytes:ident
        ($one:ty, $two:ty, $three:ty)) => {
        if let $name::$case(one, two, three) = $self {
            crate::form::Part::put(&$number, $bytes);
            crate::form::Part::put(one, $bytes);
            crate::form::Part::put(two, $bytes);
            return crate::form::Part::put(three, $bytes);
        }
        $number += 1;
    };
    (@take $bytes:ident $name:ident $case:ident) => { $name::$case };
    (@take $bytes:ident $name:ident $case:ident ($($ty:ty),*)) => {
        $name::$case($(<$ty as crate::form::Part>::take($bytes)?),*)
    };
}
pub(crate) use parts;
