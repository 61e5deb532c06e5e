//! Property keys.

use std::sync::Arc;

use super::{Repr, Value};
use crate::bindings::exports::jsvm::engine::vm as wit;
use crate::error::Error;
use crate::shared::Shared;

/// A property key: a name, an index, or a value such as a symbol.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// By name.
    Name(&'a str),
    /// By index.
    Index(u32),
    /// By value: a symbol, or anything else converted as `object[key]` does.
    Value(&'a Value),
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(name: &'a str) -> Self {
        Key::Name(name)
    }
}

impl<'a> From<&'a String> for Key<'a> {
    fn from(name: &'a String) -> Self {
        Key::Name(name)
    }
}

impl From<u32> for Key<'_> {
    fn from(index: u32) -> Self {
        Key::Index(index)
    }
}

impl<'a> From<&'a Value> for Key<'a> {
    fn from(value: &'a Value) -> Self {
        Key::Value(value)
    }
}

/// A property key as [`Value::keys`] lists it.
#[derive(Clone, Debug)]
pub enum OwnKey {
    /// A string that is well-formed Unicode.
    Text(String),
    /// A string with lone surrogates.
    Utf16(Vec<u16>),
    /// A symbol.
    Symbol(Value),
}

impl Key<'_> {
    /// The interface's form.
    pub(super) fn to_wit(self, vm: &Arc<Shared>) -> Result<wit::Key, Error> {
        Ok(match self {
            Key::Name(name) => wit::Key::Name(name.to_owned()),
            Key::Index(index) => wit::Key::Index(index),
            Key::Value(value) => {
                value.check(vm)?;
                match &value.0 {
                    Repr::Handle(handle) => wit::Key::Value(handle.resource),
                    _ => wit::Key::Name(value.to_text()?),
                }
            }
        })
    }
}
