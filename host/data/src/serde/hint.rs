//! What Rust has no type for: newtypes by which a value says what it is to become.
//!
//! In any other format they are what is inside of them.

use serde::ser::Serialize;

use super::error::Error;
use super::options::{Integers, Options};
use super::ser::ValueWriter;

/// What a value is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// The sequence is a `Set`.
    Set,
    /// The map is a `Map`, even if all of its keys are strings.
    Map,
    /// The number is a `Date`.
    Date,
    /// Everything in it is as JSON has it.
    Json,
}

impl Hint {
    /// The name of the newtype.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Hint::Set => "$jsvm::Set",
            Hint::Map => "$jsvm::Map",
            Hint::Date => "$jsvm::Date",
            Hint::Json => "$jsvm::Json",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        [Hint::Set, Hint::Map, Hint::Date, Hint::Json]
            .into_iter()
            .find(|hint| hint.name() == name)
    }
}

pub(crate) fn write<T: Serialize + ?Sized>(
    writer: &mut ValueWriter,
    hint: Hint,
    value: &T,
) -> Result<(), Error> {
    match hint {
        Hint::Set | Hint::Map => {
            writer.hint = Some(hint);
            let result = value.serialize(&mut *writer);
            // What was no container has not taken it.
            writer.hint = None;
            result
        }
        Hint::Date => {
            writer.write_class("Date", 2);
            let numbers = writer.options.integers(Integers::Number);
            let options = std::mem::replace(&mut writer.options, numbers);
            let result = value.serialize(&mut *writer);
            writer.options = options;
            result
        }
        Hint::Json => {
            let options = std::mem::replace(&mut writer.options, Options::json());
            let result = value.serialize(&mut *writer);
            writer.options = options;
            result
        }
    }
}
