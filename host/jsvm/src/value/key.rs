//! Property keys.

use std::sync::Arc;

use super::{Repr, Value};
use crate::bindings::wit;
use crate::error::Error;
use crate::shared::Shared;

/// A property key: a name, an index, or a value such as a symbol.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm::Key;
/// let list = vm.eval("['a', 'b']")?;
/// assert_eq!(list.get("length")?.to::<u32>()?, 2); // Key::Name
/// assert_eq!(list.get(1)?.to::<String>()?, "b"); // Key::Index
/// let iterator = vm.eval("Symbol.iterator")?;
/// assert!(list.get(Key::Value(&iterator))?.is_function()?);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
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

/// A property key, from [`Value::keys`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm::{KeyFilter, OwnKey};
/// let keys = vm.eval("({ [Symbol('s')]: 1 })")?.keys(KeyFilter::SYMBOLS)?;
/// let OwnKey::Symbol(symbol) = &keys[0] else { panic!("it is a symbol") };
/// assert_eq!(symbol.symbol_description()?.as_deref(), Some("s"));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
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
