//! Any type of serde as a JavaScript value, and back.
//!
//! Whatever goes into a VM ([`Vm::to_value`](crate::Vm::to_value), arguments of a call, results of
//! host functions) can be of any type that is `Serialize`, and whatever comes out of it
//! ([`Value::to`](crate::Value::to), parameters of host functions) of any type that is
//! `DeserializeOwned`. A value crosses in one piece.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use std::collections::HashMap;
//!
//! #[derive(Serialize, Deserialize, PartialEq, Debug)]
//! struct Order {
//!     id: u64,
//!     lines: Vec<Line>,
//!     state: State,
//!     stock: HashMap<u32, String>,
//! }
//!
//! #[derive(Serialize, Deserialize, PartialEq, Debug)]
//! struct Line {
//!     name: String,
//!     price: f64,
//! }
//!
//! #[derive(Serialize, Deserialize, PartialEq, Debug)]
//! enum State {
//!     Open,
//!     Paid { by: String },
//! }
//!
//! let vm = jsvm::Engine::global()?.vm().build()?;
//! let order = Order {
//!     id: 7,
//!     lines: vec![Line { name: "pencil".into(), price: 1.5 }],
//!     state: State::Paid { by: "Ada".into() },
//!     stock: HashMap::from([(1, "shelf".to_owned())]),
//! };
//! let value = vm.to_value(&order)?;
//! let text = vm.eval("o => `${typeof o.id} ${o.lines[0].price} ${o.state.Paid.by} ${o.stock.get(1)}`")?;
//! assert_eq!(text.call((&value,))?.to::<String>()?, "bigint 1.5 Ada shelf");
//! assert_eq!(value.to::<Order>()?, order);
//!
//! vm.eval("(o) => { o.lines[0].price = 'free' }")?.call((&value,))?;
//! assert_eq!(
//!     value.to::<Order>().unwrap_err().to_string(),
//!     r#"lines[0].price: expected a number, found string "free""#
//! );
//! # Ok::<(), jsvm::Error>(())
//! ```
//!
//! # From Rust to JavaScript
//!
//! | Rust | JavaScript |
//! |---|---|
//! | `None`; `()` that is the whole value | `undefined`, or by [`Options::missing`] `null` |
//! | `()`, unit structs inside of something (such as `serde_json::Value::Null`) | `null` |
//! | `bool` | boolean |
//! | integers up to 32 bits, floats | number |
//! | integers of 64 and 128 bits | bigint, or by [`Options::integers`] number |
//! | `char`, strings, enum variants without content | string |
//! | enum variants with content | `{ Variant: content }` |
//! | sequences, tuples, sets | array; as [`Set`]: `Set` |
//! | structs; maps of which all keys are strings | object |
//! | maps with any other key; as [`Map`] any map | `Map` |
//! | `serialize_bytes`: [`Bytes`](crate::Bytes), crate `serde_bytes` | `Uint8Array`, or by [`Options::bytes`] something else |
//! | [`Date`] of milliseconds | `Date` |
//! | [`Json`] of anything | as JSON has it, with numbers and `null` |
//! | [`Data`](crate::Data), [`Token`](crate::Token) | what it holds |
//!
//! A map without keys is an object: wrap it in [`Map`] if it is to be a `Map` always.
//!
//! # From JavaScript to Rust
//!
//! Nothing is coerced: a string is no number. `undefined` and `null` are `None` and `()`. An integer
//! type takes a number or bigint that it can hold exactly, a float type any number.
//!
//! | JavaScript | is read as |
//! |---|---|
//! | array, `Set`, typed array | sequence, with `undefined` for holes |
//! | object, error (with its `name`) | map or struct, without what has a symbol as key; string keys as numbers too |
//! | `Map` | map with keys of any type, or a sequence of pairs |
//! | any buffer or view | the bytes that it covers |
//! | `Date` | milliseconds as a number, or a string as `toISOString` gives it |
//! | regular expression | its literal as a string |
//! | `Number`, `String` and such objects | what is in them |
//! | function, promise and such | [`Token`](crate::Token) |
//! | anything | [`Data`](crate::Data) |
//!
//! What JavaScript shares is read as often as it is referred to, up to 16 MiB and 64 times the size
//! of the data. A cycle is an error: [`Data`](crate::Data) holds it. A bigint beyond 128 bits, a
//! string with lone surrogates (as a `String`) and a symbol are errors, too. Tokens and `Data` can be
//! anywhere in a type, except in what serde buffers: `flatten`, `untagged` and internally tagged
//! enums.

mod de;
mod error;
pub(crate) mod form;
mod hint;
mod iso;
mod options;
mod owned;
mod parts;
mod pass;
pub(crate) mod read;
mod ser;
mod splice;
#[cfg(test)]
mod tests;
mod wrappers;

use ::serde::de::{Deserialize, DeserializeOwned};
use ::serde::ser::Serialize;

pub use self::de::ArgumentReader;
pub(crate) use self::de::Kind;
pub use self::options::{BytesAs, Integers, Missing, Options};
pub(crate) use self::owned::from_data;
pub(crate) use self::parts::{Parts, Source};
pub(crate) use self::ser::{Whole, Writer};
pub use self::wrappers::{Date, Json, Map, Set, date, json, map, set};
use crate::data::ConversionError;

/// How deep values may be nested that are converted: serde calls itself once per level, on the
/// stack of its caller. [`Data`](crate::Data) has no such limit.
pub const MAX_DEPTH: u32 = 256;

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
