//! Whole values that need not be written.

use serde::de::DeserializeOwned;
use serde::ser::Serialize;

use super::de::{Kind, Scalar};
use super::options::Options;
use super::ser::ValueWriter;
use crate::{ConversionError, Data, Node};

/// A Rust value in the form in which it is passed to a VM most cheaply: a primitive as it is,
/// anything else as [`Data`].
///
/// ```
/// use jsvm_data::Captured;
/// use jsvm_data::serde::Options;
///
/// let options = Options::default();
/// assert_eq!(Captured::of(&1.5, &options)?, Captured::Number(1.5));
/// assert!(matches!(Captured::of(&[1, 2], &options)?, Captured::Data(_)));
/// # Ok::<(), jsvm_data::ConversionError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Captured {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// Anything else.
    Data(Data),
}

impl Captured {
    /// Captures a value of a type that serde can serialize.
    ///
    /// # Errors
    /// As [`Data::of_with`].
    pub fn of<T: Serialize + ?Sized>(
        value: &T,
        options: &Options,
    ) -> Result<Captured, ConversionError> {
        let mut writer = ValueWriter::new(*options);
        value.serialize(&mut writer)?;
        Ok(writer.into_captured())
    }

    /// Captures what a function returned. A `Result` is told apart from other values: `Ok` has the
    /// content of `Ok` and all other values, `Err` has the content of `Err`.
    ///
    /// ```
    /// use jsvm_data::Captured;
    ///
    /// let failed: Result<u8, &str> = Err("too late");
    /// assert_eq!(Captured::of_result(&failed)?, Err(Captured::Text("too late".into())));
    /// assert_eq!(Captured::of_result(&7)?, Ok(Captured::Number(7.0)));
    /// # Ok::<(), jsvm_data::ConversionError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Data::of`].
    pub fn of_result<T: Serialize + ?Sized>(
        value: &T,
    ) -> Result<Result<Captured, Captured>, ConversionError> {
        let mut writer = ValueWriter::new(Options::default());
        writer.results = true;
        value.serialize(&mut writer)?;
        let failed = writer.failed;
        let captured = writer.into_captured();
        Ok(if failed { Err(captured) } else { Ok(captured) })
    }

    /// Converts it to a Rust type, without coercion; see the module [`serde`](crate::serde).
    ///
    /// # Errors
    /// If it is of another type.
    pub fn convert<T: DeserializeOwned>(self) -> Result<T, ConversionError> {
        let kind = match self {
            Captured::Undefined => Kind::Undefined,
            Captured::Null => Kind::Null,
            Captured::Boolean(value) => Kind::Boolean(value),
            Captured::Number(value) => Kind::of_number(value),
            Captured::Text(text) => Kind::Text(text.into()),
            Captured::Data(data) => return data.convert(),
        };
        Ok(T::deserialize(Scalar(kind))?)
    }
}

impl From<Captured> for Data {
    fn from(captured: Captured) -> Self {
        Data::from_nodes(vec![match captured {
            Captured::Undefined => Node::Undefined,
            Captured::Null => Node::Null,
            Captured::Boolean(value) => Node::Boolean(value),
            Captured::Number(value) => Node::Number(value),
            Captured::Text(text) => Node::Text(text),
            Captured::Data(data) => return data,
        }])
    }
}
