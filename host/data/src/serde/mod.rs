//! Any type of serde as a JavaScript value, and back.
//!
//! Values of any type that is `Serialize` go into a VM, and values of any type that is
//! `DeserializeOwned` come out of it. A value crosses in one piece.
//!
//! ```
//! use jsvm_data::Data;
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
//! let order = Order {
//!     id: 7,
//!     lines: vec![Line { name: "pencil".into(), price: 1.5 }],
//!     state: State::Paid { by: "Ada".into() },
//!     stock: HashMap::from([(1, "shelf".to_owned())]),
//! };
//! let data = Data::of(&order)?;
//! assert_eq!(data.to::<Order>()?, order);
//! assert_eq!(
//!     data.root()?.get("id").unwrap().to::<String>().unwrap_err().to_string(),
//!     "expected a string, found bigint 7n"
//! );
//! # Ok::<(), jsvm_data::ConversionError>(())
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

mod captured;
mod data_writer;
mod de;
mod error;
mod hint;
mod iso;
mod options;
mod owned;
mod parts;
mod pass;
mod ser;
mod splice;
#[cfg(test)]
mod tests;
mod wrappers;

use ::serde::de::Deserialize;

pub use self::captured::Captured;
pub use self::data_writer::DataWriter;
pub use self::de::{ArgumentReader, PassedArgument, PassedArguments};
pub use self::options::{BytesAs, Integers, Missing, Options};
pub(crate) use self::owned::from_data;
pub(crate) use self::parts::{Parts, Source};
pub use self::wrappers::{Date, Json, Map, Set, date, json, map, set};
use crate::ConversionError;

/// The largest number of levels that a converted value may have.
///
/// serde calls itself once per level, on the stack of its caller. [`Data`](crate::Data) has no such
/// limit.
pub const MAX_DEPTH: u32 = 256;

/// Data as a value.
pub(crate) fn from_source<'de, T: Deserialize<'de>>(
    source: Source<'de>,
) -> Result<T, ConversionError> {
    Ok(T::deserialize(&mut de::Input::new(source))?)
}
