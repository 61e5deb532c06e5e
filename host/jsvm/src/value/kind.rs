//! What a value is, and what of it is asked for.

use bitflags::bitflags;

use super::Value;

/// The kind of a value, from [`Value::kind`].
///
/// ```
/// use jsvm::ValueKind;
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// assert_eq!(vm.eval("new Map()")?.kind()?, ValueKind::Map);
/// assert_eq!(vm.eval("'text'")?.kind()?, ValueKind::String);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueKind {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A BigInt.
    BigInt,
    /// A string.
    String,
    /// A symbol.
    Symbol,
    /// An object of none of the kinds below.
    Object,
    /// An array.
    Array,
    /// A callable object.
    Function,
    /// An error.
    Error,
    /// A promise.
    Promise,
    /// A `Date`.
    Date,
    /// A regular expression.
    Regexp,
    /// A `Map`.
    Map,
    /// A `Set`.
    Set,
    /// An `ArrayBuffer` or `SharedArrayBuffer`.
    ArrayBuffer,
    /// A typed array of any element type.
    TypedArray,
    /// A `DataView`.
    DataView,
    /// A proxy. A callable proxy is a [`Function`](ValueKind::Function).
    Proxy,
    /// A `WeakRef`, `WeakMap` or `WeakSet`.
    Weak,
}

bitflags! {
    /// The own keys that [`Value::keys`] lists.
    ///
    /// ```
    /// use jsvm::KeyFilter;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let array = vm.eval("[1, 2]")?;
    /// assert_eq!(array.keys(KeyFilter::STRINGS)?.len(), 2);
    /// // With `length`:
    /// assert_eq!(array.keys(KeyFilter::STRINGS | KeyFilter::HIDDEN)?.len(), 3);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct KeyFilter: u8 {
        /// String keys, indices included.
        const STRINGS = 1;
        /// Symbol keys.
        const SYMBOLS = 1 << 1;
        /// Keys of properties that are not enumerable, too.
        const HIDDEN = 1 << 2;
    }
}

/// The state of a promise, with its value or reason, from [`Value::promise_state`].
///
/// ```
/// use jsvm::PromiseState;
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let promise = vm.eval("Promise.reject(new Error('no'))")?;
/// let Some(PromiseState::Rejected(reason)) = promise.promise_state()? else {
///     panic!("it is rejected");
/// };
/// assert_eq!(reason.get("message")?.to::<String>()?, "no");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub enum PromiseState {
    /// Not settled yet.
    Pending,
    /// Settled with a value.
    Fulfilled(Value),
    /// Settled with a reason.
    Rejected(Value),
}

impl PromiseState {
    /// Returns whether the promise is not settled yet.
    pub fn is_pending(&self) -> bool {
        matches!(self, PromiseState::Pending)
    }

    /// Returns whether the promise was fulfilled.
    pub fn is_fulfilled(&self) -> bool {
        matches!(self, PromiseState::Fulfilled(_))
    }

    /// Returns whether the promise was rejected.
    pub fn is_rejected(&self) -> bool {
        matches!(self, PromiseState::Rejected(_))
    }

    /// Returns the value that the promise was fulfilled with.
    pub fn into_value(self) -> Option<Value> {
        match self {
            PromiseState::Fulfilled(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the reason that the promise was rejected with.
    pub fn into_reason(self) -> Option<Value> {
        match self {
            PromiseState::Rejected(reason) => Some(reason),
            _ => None,
        }
    }
}

/// The integrity level of an object, from [`Value::integrity`]. Each level includes the
/// restrictions of the levels before.
///
/// ```
/// use jsvm::Integrity;
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// assert_eq!(vm.eval("Object.freeze([1])")?.integrity()?, Integrity::Frozen);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Integrity {
    /// Properties can be added.
    Extensible,
    /// Properties cannot be added.
    NotExtensible,
    /// Properties cannot be deleted or redefined.
    Sealed,
    /// Properties cannot be assigned to.
    Frozen,
}
