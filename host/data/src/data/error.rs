//! A value that does not have the expected type.

use std::fmt;

/// A value does not have the expected type.
///
/// ```
/// let data = jsvm_data::Data::of(&(1, 2, "x"))?;
/// let error = data.to::<Vec<f64>>().unwrap_err();
/// assert_eq!(error.to_string(), r#"[2]: expected a number, found string "x""#);
/// # Ok::<(), jsvm_data::ConversionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversionError {
    /// Where it is in the value that was converted: `orders[3].price`; empty for the value
    /// itself.
    pub path: String,
    /// What was expected; empty if the type only says what is wrong, and that is in `found`.
    pub expected: String,
    /// What it is.
    pub found: String,
}

impl ConversionError {
    /// An error at the value itself.
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        ConversionError {
            path: String::new(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// An error at the value itself that only a sentence describes.
    pub(crate) fn message(message: String) -> Self {
        ConversionError::new(String::new(), message)
    }

    /// The same error, seen from the object that has the value as its property `key`.
    #[must_use]
    pub fn under_key(self, key: &str) -> Self {
        if is_identifier(key) {
            self.under(key)
        } else {
            self.under(&format!("[{key:?}]"))
        }
    }

    /// The same error, seen from the array that has the value as its element `index`.
    #[must_use]
    pub fn under_index(self, index: usize) -> Self {
        self.under(&format!("[{index}]"))
    }

    /// The same error with a step before its path.
    pub(crate) fn under(mut self, step: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{step}{separator}{}", self.path);
        self
    }
}

/// Whether a property of that name is written with a dot.
fn is_identifier(key: &str) -> bool {
    let of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    key.chars().all(of_name) && key.starts_with(|c: char| !c.is_numeric())
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        if self.expected.is_empty() {
            return f.write_str(&self.found);
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for ConversionError {}
