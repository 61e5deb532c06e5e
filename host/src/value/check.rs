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
    /// Whether it is `true` or `false`.
    is_boolean => Boolean;
    /// Whether it is a number.
    is_number => Number;
    /// Whether it is a string.
    is_string => Text;
    /// Whether it is a symbol.
    is_symbol => Symbol;
    /// Whether it is a BigInt.
    is_bigint => Bigint;
    /// Whether it is an array. (A proxy of one is a proxy.)
    is_array => Array;
    /// Whether it can be called.
    is_function => Function;
    /// Whether it is an error made by an `Error` constructor, or a `DOMException`.
    is_error => Error;
    /// Whether it is a promise.
    is_promise => Promise;
    /// Whether it is a `Date`.
    is_date => Date;
    /// Whether it is a regular expression.
    is_regexp => Regexp;
    /// Whether it is a `Map`.
    is_map => Map;
    /// Whether it is a `Set`.
    is_set => Set;
    /// Whether it is an `ArrayBuffer` or `SharedArrayBuffer`.
    is_array_buffer => ArrayBuffer;
    /// Whether it is a typed array.
    is_typed_array => TypedArray;
    /// Whether it is a `DataView`.
    is_data_view => DataView;
}

/// Further questions.
impl Value {
    /// Whether it is an object, functions included.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn is_object(&self) -> Result<bool, Error> {
        Ok(self.type_of_kind(self.kind()?).is_none())
    }

    /// Whether it is a proxy, callable or not.
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
            ValueKind::Bigint => "bigint",
            ValueKind::Text => "string",
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
                h.vm.enter(|e| e.vm.value().call_class_name(e.store, h.resource))
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
                h.vm.enter(|e| e.vm.value().call_identity(e.store, h.resource))
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
            Repr::Handle(h) => {
                h.vm.enter(|e| e.vm.value().call_symbol_description(e.store, h.resource))
            }
            _ => Ok(None),
        }
    }

    /// `Symbol.keyFor(value)`: the key of a symbol that [`Vm::symbol_for`](crate::Vm::symbol_for)
    /// or `Symbol.for` gave.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn symbol_key(&self) -> Result<Option<String>, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                h.vm.enter(|e| e.vm.value().call_symbol_key(e.store, h.resource))
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
