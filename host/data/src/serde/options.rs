//! What can be chosen.

/// What integers of 64 and 128 bits become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Integers {
    /// Bigints, whatever their value: the type of the result depends only on the Rust type.
    #[default]
    Bigint,
    /// Numbers. One that a number cannot hold exactly (beyond 2^53) is an error.
    Number,
    /// Numbers where they are exact, else bigints.
    Either,
}

/// What `None` becomes, and `()` that is the whole value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// `undefined`
    #[default]
    Undefined,
    /// `null`
    Null,
}

/// What bytes become (`serialize_bytes`: [`Bytes`](crate::Bytes), the crate `serde_bytes`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BytesAs {
    /// A `Uint8Array`.
    #[default]
    Uint8Array,
    /// An `ArrayBuffer`.
    ArrayBuffer,
    /// An array of numbers.
    Array,
}

/// How Rust values become JavaScript values.
///
/// ```
/// use jsvm_data::serde::{Integers, Missing, Options};
/// let options = Options::default().integers(Integers::Number).missing(Missing::Null);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub(super) integers: Integers,
    pub(super) missing: Missing,
    pub(super) bytes: BytesAs,
}

impl Options {
    /// As JSON has it: all integers are numbers, `None` is `null`, bytes are arrays of numbers.
    #[must_use]
    pub fn json() -> Self {
        Options {
            integers: Integers::Number,
            missing: Missing::Null,
            bytes: BytesAs::Array,
        }
    }

    /// What integers of 64 and 128 bits become. Default: bigints.
    #[must_use]
    pub fn integers(mut self, integers: Integers) -> Self {
        self.integers = integers;
        self
    }

    /// What `None` becomes. Default: `undefined`.
    #[must_use]
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// What bytes become. Default: `Uint8Array`.
    #[must_use]
    pub fn bytes(mut self, bytes: BytesAs) -> Self {
        self.bytes = bytes;
        self
    }
}
