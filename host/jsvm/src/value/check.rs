//! What a value is.

use super::{Repr, Value, ValueKind};
use crate::error::Error;

/// Questions that only [`kind`](Value::kind) needs to be asked for.
macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident => $($kind:ident)|+;)*) => {
        /// What it is. None of these runs code of a script, and none can be deceived by one.
        impl Value {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// [`Error::Gone`].
                pub fn $name(&self) -> Result<bool, Error> {
                    Ok(matches!(self.kind()?, $(ValueKind::$kind)|+))
                }
            )*
        }
    };
}

checks! {
    /// Returns whether it is `true` or `false`.
    is_boolean => Boolean;
    /// Returns whether it is a number.
    is_number => Number;
    /// Returns whether it is a string.
    is_string => String;
    /// Returns whether it is a symbol.
    is_symbol => Symbol;
    /// Returns whether it is a BigInt.
    is_bigint => BigInt;
    /// Returns whether it is an array. (A proxy of one is a proxy.)
    is_array => Array;
    /// Whether it can be called.
    is_function => Function;
    /// Returns whether it is an error made by an `Error` constructor, or a `DOMException`.
    is_error => Error;
    /// Returns whether it is a promise.
    is_promise => Promise;
    /// Returns whether it is a `Date`.
    is_date => Date;
    /// Returns whether it is a regular expression.
    is_regexp => Regexp;
    /// Returns whether it is a `Map`.
    is_map => Map;
    /// Returns whether it is a `Set`.
    is_set => Set;
    /// Returns whether it is an `ArrayBuffer` or `SharedArrayBuffer`.
    is_array_buffer => ArrayBuffer;
    /// Returns whether it is a typed array.
    is_typed_array => TypedArray;
    /// Returns whether it is a `DataView`.
    is_data_view => DataView;
}

/// Further questions.
impl Value {
    /// Returns whether it is an object, functions included.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn is_object(&self) -> Result<bool, Error> {
        Ok(self.type_of_kind(self.kind()?).is_none())
    }

    /// Returns whether it is a proxy, callable or not.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let proxy = vm.eval("new Proxy(() => 1, {})")?;
    /// assert!(proxy.is_proxy()? && proxy.is_function()?);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn is_proxy(&self) -> Result<bool, Error> {
        Ok(match self.kind()? {
            ValueKind::Proxy => true,
            ValueKind::Function => self.class_name()?.as_deref() == Some("Proxy"),
            _ => false,
        })
    }

    /// `typeof value`
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn type_of(&self) -> Result<&'static str, Error> {
        let kind = self.kind()?;
        Ok(match (kind, self.type_of_kind(kind)) {
            (_, Some(name)) => name,
            (ValueKind::Function, None) => "function",
            (_, None) => "object",
        })
    }

    /// What `typeof` says of a primitive; nothing for an object.
    fn type_of_kind(&self, kind: ValueKind) -> Option<&'static str> {
        Some(match kind {
            ValueKind::Undefined => "undefined",
            // As the language has it.
            ValueKind::Null => "object",
            ValueKind::Boolean => "boolean",
            ValueKind::Number => "number",
            ValueKind::BigInt => "bigint",
            ValueKind::String => "string",
            ValueKind::Symbol => "symbol",
            _ => return None,
        })
    }

    /// Name of the class of an object as the VM knows it, such as `Map`, which scripts cannot
    /// change. That of a proxy is `Proxy`; `None` for what is no object.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let map = vm.eval("Object.setPrototypeOf(new Map, { constructor: Set })")?;
    /// assert_eq!(map.class_name()?.as_deref(), Some("Map"));
    /// assert_eq!(vm.eval("1")?.class_name()?, None);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn class_name(&self) -> Result<Option<String>, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                h.vm.enter(|e| e.vm.values().value().call_class_name(e.store, h.resource))
            }
            _ => Ok(None),
        }
    }

    /// A number that two handles have in common if and only if they are of the same object or
    /// symbol: a key for maps of the embedder's. It means nothing after the value has died. `None`
    /// for other values.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn identity(&self) -> Result<Option<u32>, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                h.vm.enter(|e| e.vm.values().value().call_identity(e.store, h.resource))
            }
            _ => Ok(None),
        }
    }

    /// Description of a symbol, if it is one and has one. Lone surrogates become U+FFFD.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn symbol_description(&self) -> Result<Option<String>, Error> {
        match &self.0 {
            Repr::Handle(h) => h.vm.enter(|e| {
                e.vm.values()
                    .call_get_symbol_description(e.store, h.resource)
            }),
            _ => Ok(None),
        }
    }

    /// Returns `Symbol.keyFor(value)`: the key of a symbol that
    /// [`Vm::create_symbol_for`](crate::Vm::create_symbol_for) or `Symbol.for` gave.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn symbol_key(&self) -> Result<Option<String>, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                h.vm.enter(|e| e.vm.values().call_get_symbol_key(e.store, h.resource))
            }
            _ => Ok(None),
        }
    }

    /// The VM that it belongs to. A primitive without a handle belongs to none.
    pub fn vm(&self) -> Option<crate::Vm> {
        match &self.0 {
            Repr::Handle(h) => Some(crate::Vm {
                shared: h.vm.clone(),
            }),
            _ => None,
        }
    }
}
