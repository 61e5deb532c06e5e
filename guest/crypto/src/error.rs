//! Why an operation failed.

/// Result of an operation.
pub type Result<T> = core::result::Result<T, Error>;

/// Why an operation failed. The cases are those that the Web Cryptography API tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The bytes are not a valid key: a `DataError`.
    Data(&'static str),
    /// The operation failed for these inputs: an `OperationError`.
    Operation(&'static str),
    /// There is no such algorithm, curve or format: a `NotSupportedError`.
    NotSupported(&'static str),
    /// The key does not suit the operation: an `InvalidAccessError`.
    InvalidAccess(&'static str),
}

impl Error {
    /// The message.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Error::Data(message)
            | Error::Operation(message)
            | Error::NotSupported(message)
            | Error::InvalidAccess(message) => message,
        }
    }

    /// The name of the `DOMException`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Error::Data(_) => "DataError",
            Error::Operation(_) => "OperationError",
            Error::NotSupported(_) => "NotSupportedError",
            Error::InvalidAccess(_) => "InvalidAccessError",
        }
    }
}
