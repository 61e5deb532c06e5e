//! Why a value does not fit a type.

use crate::js::{Tag, Thrown, Value};
use crate::realm::{Class, intrinsics};

/// Why a value could not be lowered.
pub enum Fault {
    /// It is of another type.
    Unfit(Box<Unfit>),
    /// JavaScript threw, for example in an accessor.
    Thrown(Thrown),
}

/// A value that is of another type.
pub struct Unfit {
    /// Where it is, in the syntax of JavaScript: `crop.sizes[2]`.
    path: String,
    expected: String,
    found: String,
}

/// Result of what lowers.
pub type Fit<T> = Result<T, Fault>;

impl From<Thrown> for Fault {
    fn from(thrown: Thrown) -> Self {
        Fault::Thrown(thrown)
    }
}

/// The value is of another type than this.
#[cold]
pub fn unfit<T>(expected: impl Into<String>, value: &Value) -> Fit<T> {
    unfit_as(expected, describe(value))
}

/// As [`unfit`], with the description of the value.
#[cold]
pub fn unfit_as<T>(expected: impl Into<String>, found: impl Into<String>) -> Fit<T> {
    Err(Fault::Unfit(Box::new(Unfit {
        path: String::new(),
        expected: expected.into(),
        found: found.into(),
    })))
}

impl Fault {
    /// There is no memory for a value.
    #[cold]
    pub fn no_memory() -> Fault {
        Fault::Thrown(Thrown::range_error("there is no memory for the value"))
    }

    /// The value is under this key of another.
    #[cold]
    pub fn under_key(self, key: &str) -> Fault {
        self.under(key)
    }

    /// The value is an element of another.
    #[cold]
    pub fn under_index(self, index: usize) -> Fault {
        self.under(&format!("[{index}]"))
    }

    fn under(mut self, part: &str) -> Fault {
        if let Fault::Unfit(unfit) = &mut self {
            let separator = match unfit.path.as_bytes().first() {
                None | Some(b'[') => "",
                Some(_) => ".",
            };
            unfit.path = format!("{part}{separator}{}", unfit.path);
        }
        self
    }

    /// The error of an argument, by its number from 1 on and its name.
    #[cold]
    pub fn in_argument(self, number: usize, name: &str) -> Thrown {
        match self {
            Fault::Thrown(thrown) => thrown,
            Fault::Unfit(unfit) => {
                let what = unfit.describe();
                Thrown::type_error(&format!("argument {number} ({name}): {what}"))
            }
        }
    }

    /// The error of a result, which begins with its path.
    #[cold]
    pub fn in_result(self, name: &str) -> Thrown {
        match self.under(name) {
            Fault::Thrown(thrown) => thrown,
            Fault::Unfit(unfit) => Thrown::type_error(&unfit.describe()),
        }
    }
}

impl Unfit {
    fn describe(&self) -> String {
        let Unfit {
            path,
            expected,
            found,
        } = self;
        match path.is_empty() {
            true => format!("expected {expected}, found {found}"),
            false => format!("{path}: expected {expected}, found {found}"),
        }
    }
}

/// Describes a value in an error.
pub fn describe(value: &Value) -> String {
    match value.tag() {
        Tag::Undefined => "undefined".to_owned(),
        Tag::Null => "null".to_owned(),
        Tag::Boolean => format!("boolean {}", value.to_boolean()),
        Tag::Number => format!("number {}", shown(value)),
        Tag::BigInt => format!("bigint {}n", shown(value)),
        Tag::String => {
            let text = value.to_lossy().unwrap_or_default();
            match text.chars().count() {
                ..=32 => format!("string {text:?}"),
                _ => "a string".to_owned(),
            }
        }
        Tag::Symbol => "a symbol".to_owned(),
        Tag::Internal => "an internal value".to_owned(),
        Tag::Object if value.is_function() => "a function".to_owned(),
        Tag::Object => match intrinsics().class_of(value) {
            Class::Array => "an array",
            Class::Error => "an error",
            Class::Map => "a Map",
            Class::Set => "a Set",
            Class::Date => "a date",
            Class::RegExp => "a regular expression",
            Class::Boxed => "a boxed primitive",
            Class::ArrayBuffer => "an ArrayBuffer",
            Class::View => "a typed array",
            Class::Plain | Class::Opaque => "an object",
        }
        .to_owned(),
    }
}

/// The digits of a number, if they are not many.
fn shown(value: &Value) -> String {
    let text = value.to_lossy().unwrap_or_default();
    match text.len() {
        ..=40 => text,
        _ => "of many digits".to_owned(),
    }
}
