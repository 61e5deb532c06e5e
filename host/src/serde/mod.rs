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

use ::serde::de::{Deserialize, DeserializeOwned};
use ::serde::ser::Serialize;

pub use self::de::ArgumentReader;
pub(crate) use self::de::Kind;
pub use self::options::{BytesAs, Integers, Missing, Options};
pub(crate) use self::parts::{Parts, Source};
pub(crate) use self::ser::Whole;
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
    Ok(writer.finish().err().unwrap_or_default())
}

/// A value in the form in which it is passed most cheaply.
pub(crate) fn capture<T: Serialize + ?Sized>(
    value: &T,
    options: &Options,
) -> Result<Result<Whole, Parts>, ConversionError> {
    let mut writer = ser::Writer::capturing(*options);
    value.serialize(&mut writer)?;
    Ok(writer.finish())
}

/// What a function returns, and whether it is to be thrown: serde has a form for a `Result`.
pub(crate) fn capture_result<T: Serialize + ?Sized>(
    value: &T,
) -> Result<(Result<Whole, Parts>, bool), ConversionError> {
    let mut writer = ser::Writer::capturing(Options::default());
    writer.results = true;
    value.serialize(&mut writer)?;
    let failed = writer.failed;
    Ok((writer.finish(), failed))
}

/// A primitive as a value.
pub(crate) fn from_kind<T: DeserializeOwned>(kind: Kind<'static>) -> Result<T, ConversionError> {
    Ok(T::deserialize(de::Scalar(kind))?)
}

/// Data as a value.
pub(crate) fn from_source<'de, T: Deserialize<'de>>(
    source: Source<'de>,
) -> Result<T, ConversionError> {
    Ok(T::deserialize(&mut de::Input::new(source))?)
}
