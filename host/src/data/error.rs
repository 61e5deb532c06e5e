//! A value that does not have the expected type.

use std::fmt;

/// A value does not have the expected type.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let error = vm.eval("[1, 2, 'x']")?.to::<Vec<f64>>().unwrap_err();
/// assert_eq!(error.to_string(), r#"[2]: expected a number, found string "x""#);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversionError {
    /// Where it is in the value that was converted: `orders[3].price`; empty for the value
    /// itself.
    pub path: String,
    /// What was expected.
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

    /// The same error, seen from the object that has the value as its property `key`.
    #[must_use]
    pub fn under_key(mut self, key: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{key}{separator}{}", self.path);
        self
    }

    /// The same error, seen from the array that has the value as its element `index`.
    #[must_use]
    pub fn under_index(self, index: usize) -> Self {
        self.under_key(&format!("[{index}]"))
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for ConversionError {}
