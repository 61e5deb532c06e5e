//! What an item is, as JavaScript has it.

use std::borrow::Cow;

use super::super::error::{Error, quoted};
use super::super::iso;
use super::super::pass::OPAQUE;
use crate::{Node, ViewKind, exact_integer};

/// A bigint.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Big {
    /// One of zero or more.
    Unsigned(u128),
    /// One below zero.
    Negative(i128),
    /// One of more than 128 bits.
    Huge,
}

/// What an item is. Of a container the content is still to be read.
#[derive(Debug)]
pub(crate) enum Kind<'de> {
    Undefined,
    Null,
    Boolean(bool),
    /// A whole number below 2^53.
    Integer(i64),
    /// Any other number.
    Number(f64),
    Bigint(Big),
    Text(Cow<'de, str>),
    /// A string with lone surrogates.
    Broken,
    Array(Option<u64>),
    /// An array of numbers: the bytes of 64-bit floats.
    Numbers(Cow<'de, [u8]>),
    /// An array with holes: its length, then an object.
    Sparse(u64),
    Object(Option<u64>),
    Map(Option<u64>),
    Set(Option<u64>),
    Buffer(Cow<'de, [u8]>),
    View(ViewKind, Cow<'de, [u8]>),
    /// Milliseconds.
    Date(f64),
    Regexp(String),
    /// Its name; the properties follow as an object.
    Error(Cow<'de, str>),
    Symbol,
    Opaque(usize),
}

impl<'de> Kind<'de> {
    #[cold]
    pub(crate) fn describe(&self) -> String {
        match self {
            Kind::Undefined => "undefined".into(),
            Kind::Null => "null".into(),
            Kind::Boolean(value) => format!("boolean {value}"),
            Kind::Integer(value) => format!("number {value}"),
            Kind::Number(value) => format!("number {value}"),
            Kind::Bigint(Big::Unsigned(value)) => format!("bigint {value}n"),
            Kind::Bigint(Big::Negative(value)) => format!("bigint {value}n"),
            Kind::Bigint(Big::Huge) => "a large bigint".into(),
            Kind::Text(text) => quoted(text),
            Kind::Broken => "a string with lone surrogates".into(),
            Kind::Array(_) | Kind::Numbers(_) | Kind::Sparse(_) => "an array".into(),
            Kind::Object(_) => "an object".into(),
            Kind::Map(_) => "a Map".into(),
            Kind::Set(_) => "a Set".into(),
            Kind::Buffer(_) => "an ArrayBuffer".into(),
            Kind::View(ViewKind::DataView, _) => "a DataView".into(),
            Kind::View(..) => "a typed array".into(),
            Kind::Date(time) if time.is_nan() => "an invalid date".into(),
            Kind::Date(_) => "a date".into(),
            Kind::Regexp(_) => "a regular expression".into(),
            Kind::Error(_) => "an error".into(),
            Kind::Symbol => "a symbol".into(),
            Kind::Opaque(_) => OPAQUE.into(),
        }
    }

    /// The same as a node of a graph, for what has nothing in it.
    pub(crate) fn node(&self) -> Result<Node, Error> {
        Ok(match self {
            Kind::Undefined => Node::Undefined,
            Kind::Null => Node::Null,
            Kind::Boolean(value) => Node::Boolean(*value),
            Kind::Integer(value) => Node::Number(*value as f64),
            Kind::Number(value) => Node::Number(*value),
            Kind::Bigint(Big::Unsigned(value)) => Node::Bigint(value.to_string()),
            Kind::Bigint(Big::Negative(value)) => Node::Bigint(value.to_string()),
            Kind::Text(text) => Node::Text(text.as_ref().to_owned()),
            other => return Err(other.mismatch("a primitive")),
        })
    }

    /// A number: whole ones are integers, as in the data form.
    #[inline]
    pub(crate) fn of_number(value: f64) -> Self {
        exact_integer(value).map_or(Kind::Number(value), Kind::Integer)
    }

    /// An error that says that something else was expected.
    #[cold]
    pub(crate) fn mismatch(&self, expected: impl Into<String>) -> Error {
        let expected = match self {
            Kind::Broken => "a string of well-formed Unicode".into(),
            _ => expected.into(),
        };
        Error::new(expected, self.describe())
    }

    pub(crate) fn boolean(&self) -> Result<bool, Error> {
        match self {
            Kind::Boolean(value) => Ok(*value),
            _ => Err(self.mismatch("a boolean")),
        }
    }

    /// A number; of a date its milliseconds.
    #[inline]
    pub(crate) fn number(&self) -> Result<f64, Error> {
        match self {
            Kind::Integer(value) => Ok(*value as f64),
            Kind::Number(value) | Kind::Date(value) => Ok(*value),
            _ => Err(self.mismatch("a number")),
        }
    }

    /// A whole number that fits a type of that name.
    #[inline]
    pub(crate) fn integer<T>(&self, type_name: &str) -> Result<T, Error>
    where
        T: TryFrom<i64> + TryFrom<i128> + TryFrom<u128>,
    {
        let value = match self {
            Kind::Integer(value) => T::try_from(*value).ok(),
            // Up to 2^53 every whole number is exact; beyond, a number only looks whole.
            Kind::Number(value) | Kind::Date(value)
                if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 =>
            {
                T::try_from(*value as i64).ok()
            }
            Kind::Bigint(Big::Unsigned(value)) => T::try_from(*value).ok(),
            Kind::Bigint(Big::Negative(value)) => T::try_from(*value).ok(),
            _ => None,
        };
        value.ok_or_else(|| self.mismatch(format!("a whole number that fits {type_name}")))
    }

    /// A string; of a date what `toISOString` gives, of a regular expression its literal.
    pub(crate) fn string(self) -> Result<Cow<'de, str>, Error> {
        match self {
            Kind::Text(text) => Ok(text),
            Kind::Regexp(literal) => Ok(Cow::Owned(literal)),
            Kind::Date(time) => match iso::iso(time) {
                Some(text) => Ok(Cow::Owned(text)),
                None => Err(self.mismatch("a valid date")),
            },
            _ => Err(self.mismatch("a string")),
        }
    }
}
