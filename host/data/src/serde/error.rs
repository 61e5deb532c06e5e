//! What serde reports, as a [`ConversionError`].

use std::fmt::{self, Display};

use serde::de::{Expected, Unexpected};

use crate::{CborError, CborErrorKind, ConversionError};

/// A [`ConversionError`] of one word: results of it are returned in registers.
#[derive(Debug)]
pub(crate) struct Error(Box<ConversionError>);

impl Error {
    pub(crate) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Error(Box::new(ConversionError::new(expected, found)))
    }

    /// Data that is not of the form.
    pub(crate) fn malformed(what: impl Display, offset: usize) -> Self {
        Error::new("well-formed data", format!("{what} at offset {offset}"))
    }

    #[cold]
    pub(crate) fn under_key(self, key: &str) -> Self {
        Error(Box::new(self.0.under_key(key)))
    }

    /// As under a key that is written in brackets as it is.
    #[cold]
    pub(crate) fn under_brackets(self, key: &str) -> Self {
        Error(Box::new(self.0.under(&format!("[{key}]"))))
    }

    #[cold]
    pub(crate) fn under_index(self, index: usize) -> Self {
        Error(Box::new(self.0.under_index(index)))
    }
}

impl From<ConversionError> for Error {
    fn from(error: ConversionError) -> Self {
        Error(Box::new(error))
    }
}

impl From<CborError> for Error {
    #[cold]
    fn from(error: CborError) -> Self {
        let what = match error.kind() {
            CborErrorKind::UnexpectedEnd => "the end",
            CborErrorKind::InvalidText => "text that is not UTF-8",
            CborErrorKind::NotAnIndex => "no index",
            _ => "an invalid item",
        };
        Error::malformed(what, error.offset())
    }
}

impl From<Error> for ConversionError {
    fn from(error: Error) -> Self {
        *error.0
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

impl serde::ser::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Error(Box::new(ConversionError::message(message.to_string())))
    }
}

impl serde::de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Error(Box::new(ConversionError::message(message.to_string())))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Error::new(expected.to_string(), described(found))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Error::new(expected.to_string(), described(found))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Error::new(expected.to_string(), format!("an array of {length}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Error::new(one_of("the variant", expected), quoted(variant))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Error::new(one_of("the property", expected), format!("`{field}`"))
    }

    fn missing_field(field: &'static str) -> Self {
        Error::new(format!("a property `{field}`"), "none")
    }

    fn duplicate_field(field: &'static str) -> Self {
        Error::new(format!("one property `{field}`"), "two")
    }
}

fn one_of(what: &str, names: &[&str]) -> String {
    match names {
        [] => "nothing".into(),
        [name] => format!("{what} `{name}`"),
        names => format!("{what} `{}`", names.join("` or `")),
    }
}

fn described(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("boolean {value}"),
        Unexpected::Unsigned(value) => format!("number {value}"),
        Unexpected::Signed(value) => format!("number {value}"),
        Unexpected::Float(value) => format!("number {value}"),
        Unexpected::Char(value) => quoted(value.encode_utf8(&mut [0; 4])),
        Unexpected::Str(text) => quoted(text),
        Unexpected::Bytes(_) => "bytes".into(),
        Unexpected::Unit | Unexpected::Option => "undefined".into(),
        Unexpected::Seq => "an array".into(),
        Unexpected::Map => "an object".into(),
        other => other.to_string(),
    }
}

/// A string as messages show it.
pub(crate) fn quoted(text: &str) -> String {
    // Whoever reads the message has no use for a page of text.
    if text.chars().nth(32).is_some() {
        "a string".into()
    } else {
        format!("string {text:?}")
    }
}
