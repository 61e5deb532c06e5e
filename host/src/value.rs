//! Handles of JavaScript values.

use std::sync::Arc;

use wasmtime::component::ResourceAny;

use crate::arg::{IntoArg, IntoArgs};
use crate::bindings::exports::jsvm::engine::vm as wit;
use crate::data::{ConversionError, Data, FromJs, Node, ViewKind};
use crate::error::Error;
use crate::shared::Shared;

pub use wit::{KeyFilter, PromiseState, ValueKind};

/// A JavaScript value: a primitive as it is, or a handle of a value inside a VM.
///
/// A handle keeps its value alive; dropping the last clone of it lets the value be collected
/// (the VM learns of it with the next call). A handle works with the VM it came from; with
/// another one it is [`Error::ForeignValue`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let point = vm.eval("({ x: 3, y: 4, len() { return Math.hypot(this.x, this.y) } })")?;
/// assert_eq!(point.get("x")?.to::<i32>()?, 3);
/// point.set("x", 6)?;
/// point.set("y", 8)?;
/// assert_eq!(point.call_method("len", ())?.to::<f64>()?, 10.0);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone)]
pub struct Value(Repr);

#[derive(Clone)]
enum Repr {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    Handle(Arc<Handle>),
}

struct Handle {
    vm: Arc<Shared>,
    resource: ResourceAny,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.vm.releases.handle(self.resource);
    }
}

/// A promise with the functions that settle it.
#[derive(Clone, Debug)]
pub struct Deferred {
    /// The promise.
    pub promise: Value,
    /// Call it with one argument to resolve the promise.
    pub resolve: Value,
    /// Call it with one argument to reject the promise.
    pub reject: Value,
}

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

/// How [`Value::inspect`] writes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InspectOptions {
    /// How many levels of nested objects are written out.
    pub depth: u32,
    /// Whether to use ANSI colours.
    pub colors: bool,
}

impl Default for InspectOptions {
    fn default() -> Self {
        InspectOptions { depth: 2, colors: false }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value(Repr::Boolean(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value(Repr::Number(value))
    }
}

impl Value {
    /// `undefined`
    pub const UNDEFINED: Value = Value(Repr::Undefined);
    /// `null`
    pub const NULL: Value = Value(Repr::Null);

    pub(crate) fn from_output(vm: &Arc<Shared>, output: wit::Output) -> Self {
        Value(match output {
            wit::Output::Undefined => Repr::Undefined,
            wit::Output::Null => Repr::Null,
            wit::Output::Boolean(value) => Repr::Boolean(value),
            wit::Output::Number(value) => Repr::Number(value),
            wit::Output::Value(handle) => return Self::from_handle(vm, handle),
        })
    }

    pub(crate) fn from_handle(vm: &Arc<Shared>, resource: ResourceAny) -> Self {
        Value(Repr::Handle(Arc::new(Handle { vm: vm.clone(), resource })))
    }

    /// Checks that it can be used with a VM.
    pub(crate) fn check(&self, vm: &Arc<Shared>) -> Result<(), Error> {
        match &self.0 {
            Repr::Handle(handle) if !Arc::ptr_eq(&handle.vm, vm) => Err(Error::ForeignValue),
            _ => Ok(()),
        }
    }

    /// Its handle in a VM.
    pub(crate) fn handle_of(&self, vm: &Arc<Shared>) -> Result<ResourceAny, Error> {
        self.check(vm)?;
        self.handle("a value that has a handle").map(|handle| handle.resource)
    }

    /// Its form as an argument for a VM; the handle in it lives as long as `self`.
    pub(crate) fn input(&self, vm: &Arc<Shared>) -> Result<wit::Input, Error> {
        self.check(vm)?;
        Ok(match &self.0 {
            Repr::Undefined => wit::Input::Undefined,
            Repr::Null => wit::Input::Null,
            Repr::Boolean(value) => wit::Input::Boolean(*value),
            Repr::Number(value) => wit::Input::Number(*value),
            Repr::Handle(handle) => wit::Input::Value(handle.resource),
        })
    }

    fn handle(&self, expected: &str) -> Result<&Handle, Error> {
        match &self.0 {
            Repr::Handle(handle) => Ok(handle),
            _ => Err(ConversionError::new(expected, self.describe()).into()),
        }
    }

    fn object(&self) -> Result<&Handle, Error> {
        self.handle("an object")
    }

    fn describe(&self) -> String {
        let node = self.immediate().unwrap_or(Node::Undefined);
        Data::from_nodes(vec![node]).root().describe()
    }

    /// A primitive that needs no VM.
    fn immediate(&self) -> Option<Node> {
        match self.0 {
            Repr::Undefined => Some(Node::Undefined),
            Repr::Null => Some(Node::Null),
            Repr::Boolean(value) => Some(Node::Boolean(value)),
            Repr::Number(value) => Some(Node::Number(value)),
            Repr::Handle(_) => None,
        }
    }

    /// What it is.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn kind(&self) -> Result<ValueKind, Error> {
        Ok(match &self.0 {
            Repr::Undefined => ValueKind::Undefined,
            Repr::Null => ValueKind::Null,
            Repr::Boolean(_) => ValueKind::Boolean,
            Repr::Number(_) => ValueKind::Number,
            Repr::Handle(h) => h.vm.enter(|e| e.vm.value().call_kind(e.store, h.resource))?,
        })
    }

    /// Whether it is `undefined`.
    pub fn is_undefined(&self) -> bool {
        matches!(self.0, Repr::Undefined)
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.0, Repr::Null)
    }

    /// The type of its elements, if it is a typed array or `DataView`.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn view_kind(&self) -> Result<Option<ViewKind>, Error> {
        match &self.0 {
            Repr::Handle(h) => h.vm.enter(|e| e.vm.value().call_view_kind(e.store, h.resource)),
            _ => Ok(None),
        }
    }

    /// Converts it to a Rust type, without coercion; see [`FromJs`].
    ///
    /// # Errors
    /// [`Error::Conversion`] if it is of another type; [`Error::Exception`] if an accessor
    /// throws; [`Error::Limit`] if it is too large.
    pub fn to<T: FromJs>(&self) -> Result<T, Error> {
        Ok(self.to_data()?.root().to()?)
    }

    /// Copies it out as data. Accessors are called.
    ///
    /// # Errors
    /// As [`to`](Self::to).
    pub fn to_data(&self) -> Result<Data, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                let nodes =
                    h.vm.try_enter(|e| e.vm.value().call_to_data(e.store, h.resource))?;
                Ok(h.vm.data(nodes))
            }
            _ => Ok(Data::from_nodes(self.immediate().into_iter().collect())),
        }
    }

    /// As `Boolean(value)`.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn to_bool(&self) -> Result<bool, Error> {
        Ok(match &self.0 {
            Repr::Undefined | Repr::Null => false,
            Repr::Boolean(value) => *value,
            Repr::Number(value) => *value != 0.0 && !value.is_nan(),
            Repr::Handle(h) => h.vm.enter(|e| e.vm.value().call_to_bool(e.store, h.resource))?,
        })
    }

    /// As `Number(value)`.
    ///
    /// # Errors
    /// [`Error::Exception`] if the conversion throws, as for a symbol.
    pub fn to_number(&self) -> Result<f64, Error> {
        Ok(match &self.0 {
            Repr::Undefined => f64::NAN,
            Repr::Null => 0.0,
            Repr::Boolean(value) => f64::from(u8::from(*value)),
            Repr::Number(value) => *value,
            Repr::Handle(h) => {
                h.vm.try_enter(|e| e.vm.value().call_to_number(e.store, h.resource))?
            }
        })
    }

    /// As `BigInt(value)`, in decimal.
    ///
    /// # Errors
    /// [`Error::Exception`] if the conversion throws; [`Error::Conversion`] for a primitive that
    /// has no whole value.
    pub fn to_bigint(&self) -> Result<String, Error> {
        match &self.0 {
            Repr::Boolean(value) => Ok(u8::from(*value).to_string()),
            // The exact value of a double, which can be beyond any integer type.
            Repr::Number(value) if value.is_finite() && value.fract() == 0.0 => {
                Ok(format!("{:.0}", value + 0.0))
            }
            Repr::Handle(h) => h.vm.try_enter(|e| e.vm.value().call_to_bigint(e.store, h.resource)),
            _ => Err(ConversionError::new("a whole number", self.describe()).into()),
        }
    }

    /// As `String(value)`. Lone surrogates become U+FFFD; [`to_utf16`](Self::to_utf16) keeps
    /// them.
    ///
    /// # Errors
    /// [`Error::Exception`] if the conversion throws.
    pub fn to_text(&self) -> Result<String, Error> {
        Ok(match &self.0 {
            Repr::Undefined => "undefined".into(),
            Repr::Null => "null".into(),
            Repr::Boolean(value) => value.to_string(),
            Repr::Number(value) => ryu_js::Buffer::new().format(*value).to_owned(),
            Repr::Handle(h) => {
                h.vm.try_enter(|e| e.vm.value().call_to_text(e.store, h.resource))?
            }
        })
    }

    /// As `String(value)`, as UTF-16 code units.
    ///
    /// # Errors
    /// [`Error::Exception`] if the conversion throws.
    pub fn to_utf16(&self) -> Result<Vec<u16>, Error> {
        match &self.0 {
            Repr::Handle(h) => h.vm.try_enter(|e| e.vm.value().call_to_utf16(e.store, h.resource)),
            _ => Ok(self.to_text()?.encode_utf16().collect()),
        }
    }

    /// The bytes of an array buffer, or those that a typed array or `DataView` covers.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is neither, or detached.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let h = self.handle("an ArrayBuffer or a view of one")?;
        h.vm.try_enter(|e| e.vm.value().call_to_bytes(e.store, h.resource))
    }

    /// The value as a console shows it.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let value = vm.eval("({ a: [1, 'x'], m: new Map([[1, 2]]) })")?;
    /// assert_eq!(value.inspect(Default::default())?, "{ a: [ 1, 'x' ], m: Map(1) { 1 => 2 } }");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn inspect(&self, options: InspectOptions) -> Result<String, Error> {
        let colored = |code: &str, text: String| {
            if options.colors { format!("\u{1b}[{code}m{text}\u{1b}[39m") } else { text }
        };
        Ok(match &self.0 {
            Repr::Undefined => colored("90", "undefined".into()),
            Repr::Null if options.colors => "\u{1b}[1mnull\u{1b}[22m".into(),
            Repr::Number(value) if *value == 0.0 && value.is_sign_negative() => {
                colored("33", "-0".into())
            }
            Repr::Boolean(_) | Repr::Number(_) => colored("33", self.to_text()?),
            Repr::Null => "null".into(),
            Repr::Handle(h) => {
                let options =
                    wit::InspectOptions { depth: options.depth, colors: options.colors };
                h.vm.enter(|e| e.vm.value().call_inspect(e.store, h.resource, options))?
            }
        })
    }

    /// `value[key]`
    ///
    /// # Errors
    /// [`Error::Exception`] if an accessor throws; [`Error::Conversion`] if it is no object.
    pub fn get<'a>(&self, key: impl Into<Key<'a>>) -> Result<Value, Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        let output = h.vm.try_enter(|e| e.vm.value().call_get(e.store, h.resource, &key))?;
        Ok(h.vm.wrap(output))
    }

    /// `value[key] = to` in strict mode.
    ///
    /// # Errors
    /// [`Error::Exception`] if the property cannot be set; [`Error::Conversion`] if it is no
    /// object; [`Error::ForeignValue`].
    pub fn set<'a>(&self, key: impl Into<Key<'a>>, to: impl IntoArg) -> Result<(), Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        let mut kept = Vec::new();
        let to = to.into_arg().input(&h.vm, &mut kept)?;
        h.vm.try_enter(|e| e.vm.value().call_set(e.store, h.resource, &key, &to))
    }

    /// `delete value[key]`: whether the property is gone.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn delete<'a>(&self, key: impl Into<Key<'a>>) -> Result<bool, Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        h.vm.try_enter(|e| e.vm.value().call_delete(e.store, h.resource, &key))
    }

    /// `key in value`
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn has<'a>(&self, key: impl Into<Key<'a>>) -> Result<bool, Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        h.vm.try_enter(|e| e.vm.value().call_has(e.store, h.resource, &key))
    }

    /// Own keys in the order that JavaScript defines.
    ///
    /// ```
    /// use jsvm::{KeyFilter, OwnKey};
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let keys = vm.eval("({ b: 1, 2: 1, a: 1 })")?.keys(KeyFilter::STRINGS)?;
    /// let keys: Vec<_> = keys.iter().map(|key| match key {
    ///     OwnKey::Text(text) => &**text,
    ///     _ => "?",
    /// }).collect();
    /// assert_eq!(keys, ["2", "b", "a"]);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn keys(&self, filter: KeyFilter) -> Result<Vec<OwnKey>, Error> {
        let h = self.object()?;
        let keys = h.vm.try_enter(|e| e.vm.value().call_keys(e.store, h.resource, filter))?;
        let keys = keys.into_iter().map(|key| match key {
            wit::OwnKey::Text(text) => OwnKey::Text(text),
            wit::OwnKey::Utf16(units) => OwnKey::Utf16(units),
            wit::OwnKey::Symbol(symbol) => OwnKey::Symbol(Value::from_handle(&h.vm, symbol)),
        });
        Ok(keys.collect())
    }

    /// Calls it with `this` undefined.
    ///
    /// # Errors
    /// [`Error::Exception`] if it throws or is no function; [`Error::Limit`];
    /// [`Error::ForeignValue`].
    pub fn call(&self, args: impl IntoArgs) -> Result<Value, Error> {
        self.call_with(&Value::UNDEFINED, args)
    }

    /// Calls it with a value as `this`.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_with(&self, this: &Value, args: impl IntoArgs) -> Result<Value, Error> {
        let h = self.handle("a function")?;
        let this = this.input(&h.vm)?;
        let args = args.into_args().inputs(&h.vm)?;
        let output = h
            .vm
            .try_enter(|e| e.vm.value().call_call(e.store, h.resource, &this, args.as_slice()))?;
        Ok(h.vm.wrap(output))
    }

    /// `value[key](...args)`
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_method<'a>(
        &self,
        key: impl Into<Key<'a>>,
        args: impl IntoArgs,
    ) -> Result<Value, Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        let args = args.into_args().inputs(&h.vm)?;
        let output = h.vm.try_enter(|e| {
            e.vm.value().call_call_method(e.store, h.resource, &key, args.as_slice())
        })?;
        Ok(h.vm.wrap(output))
    }

    /// `new value(...args)`
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn construct(&self, args: impl IntoArgs) -> Result<Value, Error> {
        let h = self.handle("a constructor")?;
        let args = args.into_args().inputs(&h.vm)?;
        let output = h
            .vm
            .try_enter(|e| e.vm.value().call_construct(e.store, h.resource, args.as_slice()))?;
        Ok(h.vm.wrap(output))
    }

    /// `value instanceof constructor`
    ///
    /// # Errors
    /// [`Error::Exception`] if `constructor` is none; [`Error::ForeignValue`].
    pub fn is_instance(&self, constructor: &Value) -> Result<bool, Error> {
        let Repr::Handle(h) = &self.0 else { return Ok(false) };
        let constructor = constructor.handle_of(&h.vm)?;
        h.vm.try_enter(|e| e.vm.value().call_is_instance(e.store, h.resource, constructor))
    }

    /// `value === other`
    ///
    /// # Errors
    /// [`Error::ForeignValue`].
    pub fn strict_equals(&self, other: &Value) -> Result<bool, Error> {
        match (&self.0, &other.0) {
            (Repr::Handle(h), _) => {
                let other = other.input(&h.vm)?;
                h.vm.enter(|e| e.vm.value().call_strict_equals(e.store, h.resource, &other))
            }
            (_, Repr::Handle(_)) => other.strict_equals(self),
            _ => Ok(self.immediate() == other.immediate()),
        }
    }

    /// `Object.is(value, other)`
    ///
    /// # Errors
    /// [`Error::ForeignValue`].
    pub fn same_value(&self, other: &Value) -> Result<bool, Error> {
        match (&self.0, &other.0) {
            (Repr::Handle(h), _) => {
                let other = other.input(&h.vm)?;
                h.vm.enter(|e| e.vm.value().call_same_value(e.store, h.resource, &other))
            }
            (_, Repr::Handle(_)) => other.same_value(self),
            (Repr::Number(a), Repr::Number(b)) => {
                Ok(a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
            }
            _ => Ok(self.immediate() == other.immediate()),
        }
    }

    /// State of a promise, or `None` if it is none.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn promise_state(&self) -> Result<Option<PromiseState>, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                h.vm.enter(|e| e.vm.value().call_promise_state(e.store, h.resource))
            }
            _ => Ok(None),
        }
    }

    /// What a promise was fulfilled with, or its reason; `undefined` while it is pending or if it
    /// is no promise. Reading a reason marks the rejection as handled.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn promise_result(&self) -> Result<Value, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                let output =
                    h.vm.enter(|e| e.vm.value().call_promise_result(e.store, h.resource))?;
                Ok(h.vm.wrap(output))
            }
            _ => Ok(Value::UNDEFINED),
        }
    }
}

impl Key<'_> {
    fn to_wit(self, vm: &Arc<Shared>) -> Result<wit::Key, Error> {
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

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Repr::Undefined => f.write_str("undefined"),
            Repr::Null => f.write_str("null"),
            Repr::Boolean(value) => value.fmt(f),
            Repr::Number(value) => value.fmt(f),
            Repr::Handle(_) => f.write_str("Value(..)"),
        }
    }
}
