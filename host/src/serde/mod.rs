//! Any type of serde as a JavaScript value, and back.

mod date;
mod de;
mod error;
mod form;
mod hint;
mod options;
mod parts;
mod pass;
mod read;
mod ser;
mod splice;
mod string;
#[cfg(test)]
mod tests;

use ::serde::de::Deserialize;
use ::serde::ser::Serialize;

pub use self::options::{BytesAs, Integers, Missing, Options};
pub(crate) use self::parts::{Parts, Source};
use crate::data::ConversionError;

/// How deep values may be nested that are converted: serde calls itself once per level, on the
/// stack of its caller. [`Data`](crate::Data) has no such limit.
pub const MAX_DEPTH: u32 = 256;

/// A value as data.
pub(crate) fn to_parts<T: Serialize + ?Sized>(
    value: &T,
    options: &Options,
) -> Result<Parts, ConversionError> {
    let mut writer = ser::Writer::new(*options);
    value.serialize(&mut writer)?;
    Ok(writer.finish())
}

/// Data as a value.
pub(crate) fn from_source<'de, T: Deserialize<'de>>(
    source: Source<'de>,
) -> Result<T, ConversionError> {
    Ok(T::deserialize(&mut de::Input::new(source))?)
}
