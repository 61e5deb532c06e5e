//! JavaScript values as data (`wit/data.md`), as far as requests and their results need them.

mod read;
mod write;

/// What crosses: an item of CBOR and the chunks that it refers to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// One data item.
    pub item: Vec<u8>,
    /// Long strings and buffers.
    pub chunks: Vec<Vec<u8>>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string. A lone surrogate is U+FFFD.
    Text(String),
    /// The bytes of an `ArrayBuffer` or `Uint8Array`; what is written is a `Uint8Array`.
    Bytes(Vec<u8>),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Map(Vec<(String, Value)>),
    /// A `TypeError` with a message; it is only written.
    TypeError(String),
    /// An `Error` with a name, a message and a `code`; it is only written.
    Coded {
        /// The name.
        name: &'static str,
        /// The message.
        message: String,
        /// The property `code`.
        code: &'static str,
    },
    /// Anything else; it is written as `undefined`.
    Other,
}

/// Data that is not what it should be: malformed, or nested deeper than a request can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Value {
    /// A value from its form.
    ///
    /// # Errors
    /// [`Malformed`]; the VM makes nothing that is.
    pub fn read(form: Form) -> Result<Value, Malformed> {
        read::read(form)
    }

    /// Its form.
    pub fn write(self) -> Form {
        write::write(self)
    }

    /// An object.
    pub fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
        let properties = properties.map(|(key, value)| (key.to_owned(), value));
        Value::Map(properties.into())
    }

    /// A string.
    pub fn text(text: impl Into<String>) -> Value {
        Value::Text(text.into())
    }

    /// A property of an object, taken out of it; `undefined` if it has none of that name.
    pub fn take(&mut self, key: &str) -> Value {
        let Value::Map(properties) = self else {
            return Value::Undefined;
        };
        let found = properties.iter_mut().find(|(name, _)| name == key);
        found.map_or(Value::Undefined, |(_, value)| {
            std::mem::replace(value, Value::Undefined)
        })
    }

    /// The string that it is.
    pub fn into_text(self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of the array that it is.
    pub fn into_list(self) -> Option<Vec<Value>> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The whole number that it is, if it is one from 0 to 2^53.
    pub fn to_u64(&self) -> Option<u64> {
        match self {
            Value::Number(number) if number.fract() == 0.0 && (0.0..9e15).contains(number) => {
                Some(*number as u64)
            }
            _ => None,
        }
    }
}

/// A string of which each character stands for a byte, as the Fetch Standard has header values.
/// What is no byte becomes `?`.
pub fn to_bytes(text: &str) -> Vec<u8> {
    let bytes = text.chars().map(|c| u8::try_from(c).unwrap_or(b'?'));
    bytes.collect()
}

/// The opposite of [`to_bytes`].
pub fn from_bytes(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => text.to_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests;
