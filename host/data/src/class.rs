//! Classes of errors.

/// The built-in class of an error.
///
/// ```
/// use jsvm_data::ErrorClass;
///
/// assert_eq!(ErrorClass::from_name("URIError"), Some(ErrorClass::UriError));
/// assert_eq!(ErrorClass::TypeError.name(), "TypeError");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// `Error`
    Error,
    /// `EvalError`
    EvalError,
    /// `RangeError`
    RangeError,
    /// `ReferenceError`
    ReferenceError,
    /// `SyntaxError`
    SyntaxError,
    /// `TypeError`
    TypeError,
    /// `URIError`
    UriError,
    /// `InternalError`
    InternalError,
    /// `AggregateError`
    AggregateError,
}

impl ErrorClass {
    /// All classes.
    pub const ALL: [ErrorClass; 9] = [
        ErrorClass::Error,
        ErrorClass::EvalError,
        ErrorClass::RangeError,
        ErrorClass::ReferenceError,
        ErrorClass::SyntaxError,
        ErrorClass::TypeError,
        ErrorClass::UriError,
        ErrorClass::InternalError,
        ErrorClass::AggregateError,
    ];

    /// The name of its global constructor.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ErrorClass::Error => "Error",
            ErrorClass::EvalError => "EvalError",
            ErrorClass::RangeError => "RangeError",
            ErrorClass::ReferenceError => "ReferenceError",
            ErrorClass::SyntaxError => "SyntaxError",
            ErrorClass::TypeError => "TypeError",
            ErrorClass::UriError => "URIError",
            ErrorClass::InternalError => "InternalError",
            ErrorClass::AggregateError => "AggregateError",
        }
    }

    /// The class with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}
