//! Creating values.

use serde::ser::Serialize;
use wasmtime::component::ResourceAny;

use super::Vm;
use crate::arg::{Arg, IntoArg, IntoArgs, long_text};
use crate::bindings::wit;
use crate::data::{Data, ErrorClass, ViewKind};
use crate::error::Error;
use crate::serde::Options;
use crate::shared::Entered;
use crate::value::{Deferred, Value};

/// Creating values.
impl Vm {
    pub(super) fn make(
        &self,
        call: impl FnOnce(Entered<'_>) -> wasmtime::Result<Result<ResourceAny, wit::Error>>,
    ) -> Result<Value, Error> {
        let handle = self.shared.try_enter(call)?;
        Ok(Value::from_handle(&self.shared, handle))
    }

    /// Creates a JavaScript value from a Rust value: a primitive, anything that implements
    /// `Serialize`, [`Data`], or a [`Value`] of this VM, which is returned as it is.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let list = vm.create_value(vec!["a", "b"])?;
    /// assert_eq!(list.call_method("join", ("-",))?.to::<String>()?, "a-b");
    ///
    /// #[derive(serde::Serialize)]
    /// struct Point {
    ///     x: f64,
    ///     y: f64,
    /// }
    /// let point = vm.create_value(&Point { x: 3.0, y: 4.0 })?;
    /// assert_eq!(point.get("y")?.to::<f64>()?, 4.0);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Conversion`] if it cannot be converted, see the module
    /// [`serde`](mod@crate::serde); [`Error::ForeignValue`]; [`Error::Limit`] if it does not fit
    /// into memory.
    pub fn create_value(&self, value: impl IntoArg) -> Result<Value, Error> {
        match value.into_arg() {
            Arg::Undefined => Ok(Value::UNDEFINED),
            Arg::Null => Ok(Value::NULL),
            Arg::Boolean(value) => Ok(Value::from(value)),
            Arg::Number(value) => Ok(Value::from(value)),
            Arg::Text(text) => self.create_string(&text),
            Arg::Data(data) => self.create_from_data(&data),
            Arg::Invalid(error) => Err(error.into()),
            Arg::Value(value) => {
                value.check(&self.shared)?;
                Ok(value)
            }
        }
    }

    /// Creates a JavaScript value from a Rust value, with options for the conversion.
    ///
    /// ```
    /// use jsvm::serde::{Integers, Options};
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let numbers = Options::default().integers(Integers::Number);
    /// let id = vm.create_value_with(&vec![1u64], &numbers)?.get(0)?;
    /// assert_eq!(id.kind()?, jsvm::ValueKind::Number);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Conversion`] if it cannot be converted or the options do not allow it; and as
    /// [`create_value`](Self::create_value).
    pub fn create_value_with<T: Serialize + ?Sized>(
        &self,
        value: &T,
        options: &Options,
    ) -> Result<Value, Error> {
        self.create_value(Arg::of(value, options))
    }

    /// Creates the value of a JSON text, as `JSON.parse` does. Scripts that replace `JSON.parse` do
    /// not change this.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let order = vm.create_from_json(r#"{ "lines": [{ "price": 2 }] }"#)?;
    /// assert_eq!(order.get("lines")?.get(0)?.get("price")?.to::<u32>()?, 2);
    /// assert_eq!(order.to_json()?.unwrap(), r#"{"lines":[{"price":2}]}"#);
    /// assert!(vm.create_from_json("{").is_err());
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `SyntaxError` if it is not JSON; [`Error::Limit`].
    pub fn create_from_json(&self, text: &str) -> Result<Value, Error> {
        self.make(|e| e.vm.values().call_from_json(e.store, text))
    }

    /// Creates a value from data.
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// let (one, two) = (engine.vm().build()?, engine.vm().build()?);
    /// let copy = two.create_from_data(&one.eval("new Map([['a', 1]])")?.to_data()?)?;
    /// assert_eq!(copy.map_get("a")?.to::<u32>()?, 1);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Conversion`] if the nodes are malformed; [`Error::Exception`] if the VM cannot
    /// create what they describe, such as a regular expression; [`Error::ForeignValue`] if it holds
    /// a token of another VM.
    pub fn create_from_data(&self, data: &Data) -> Result<Value, Error> {
        if let Some(value) = data.as_primitive().and_then(Value::of_primitive) {
            return Ok(value);
        }
        self.check(data)?;
        let form = data.form()?;
        self.make(|e| e.exports.lending.copy_in(e.store, form))
    }

    /// Creates a string.
    ///
    /// # Errors
    /// [`Error::Limit`] if it does not fit into memory.
    pub fn create_string(&self, text: &str) -> Result<Value, Error> {
        if let Some(units) = long_text(text) {
            return self.shared.text(&units);
        }
        let input = wit::Input::Text(text.to_owned());
        self.make(|e| e.vm.values().call_create_primitive(e.store, &input))
    }

    /// Creates a string from UTF-16 code units, lone surrogates included.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_string_from_utf16(&self, units: &[u16]) -> Result<Value, Error> {
        self.shared.text(&wit::Units::Utf16(units.to_vec()))
    }

    /// Creates a BigInt from decimal digits with an optional `-`.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `SyntaxError` if it is no such number.
    pub fn create_bigint(&self, decimal: &str) -> Result<Value, Error> {
        self.make(|e| e.vm.values().call_create_bigint(e.store, decimal))
    }

    /// Creates a symbol, different from all others.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_symbol(&self, description: &str) -> Result<Value, Error> {
        self.make(|e| {
            e.vm.values()
                .call_create_symbol(e.store, Some(description), false)
        })
    }

    /// Returns the symbol of `Symbol.for(key)`, which is created on first use.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_symbol_for(&self, key: &str) -> Result<Value, Error> {
        self.make(|e| e.vm.values().call_create_symbol(e.store, Some(key), true))
    }

    /// Creates an empty object.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_object(&self) -> Result<Value, Error> {
        self.make(|e| e.vm.values().call_create_object(e.store, None))
    }

    /// Creates an array.
    ///
    /// # Errors
    /// [`Error::Limit`]; [`Error::ForeignValue`].
    pub fn create_array(&self, elements: impl IntoArgs) -> Result<Value, Error> {
        let elements = elements.into_args().inputs(&self.shared)?;
        self.make(|e| {
            e.vm.values()
                .call_create_array(e.store, elements.as_slice())
        })
    }

    /// Creates an `ArrayBuffer` with these bytes.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_array_buffer(&self, bytes: &[u8]) -> Result<Value, Error> {
        self.make(|e| e.vm.buffers().call_create_array_buffer(e.store, bytes))
    }

    /// Creates a typed array or `DataView` over an array buffer: `length` elements from the byte
    /// `byte_offset` on, or as many as there is room for.
    ///
    /// ```
    /// use jsvm::ViewKind;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let buffer = vm.create_array_buffer(&[1, 0, 2, 0])?;
    /// let view = vm.create_view(ViewKind::Uint16, &buffer, 2, None)?;
    /// assert_eq!(view.get(0)?.to::<u16>()?, 2);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `RangeError` if it does not fit or is not aligned.
    pub fn create_view(
        &self,
        kind: ViewKind,
        buffer: &Value,
        byte_offset: u32,
        length: Option<u32>,
    ) -> Result<Value, Error> {
        let buffer = buffer.handle_of(&self.shared)?;
        self.make(|e| {
            e.vm.buffers()
                .call_create_view(e.store, kind.into(), buffer, byte_offset, length)
        })
    }

    /// Creates a `Date` from milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_date(&self, milliseconds: f64) -> Result<Value, Error> {
        self.make(|e| e.vm.objects().call_create_date(e.store, milliseconds))
    }

    /// Creates an error, with a `cause` if one is given.
    ///
    /// # Errors
    /// [`Error::Limit`]; [`Error::ForeignValue`].
    pub fn create_error(
        &self,
        class: ErrorClass,
        message: &str,
        cause: Option<&Value>,
    ) -> Result<Value, Error> {
        let cause = cause.map(|cause| cause.input(&self.shared)).transpose()?;
        self.make(|e| {
            e.vm.objects()
                .call_create_error(e.store, class.into(), message, cause.as_ref())
        })
    }

    /// Creates a promise and the functions that settle it.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let deferred = vm.create_promise()?;
    /// deferred.resolve.call((7,))?;
    /// assert_eq!(deferred.promise.promise_value()?.to::<u32>()?, 7);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_promise(&self) -> Result<Deferred, Error> {
        let deferred = self
            .shared
            .try_enter(|e| e.vm.promises().call_create_promise(e.store))?;
        Ok(Deferred {
            promise: Value::from_handle(&self.shared, deferred.promise),
            resolve: Value::from_handle(&self.shared, deferred.resolve),
            reject: Value::from_handle(&self.shared, deferred.reject),
        })
    }

    /// Creates a JavaScript function that calls the host function of a name; see
    /// [`VmBuilder::handler`](crate::VmBuilder::handler). `length` is its property of that name.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_host_function(&self, name: &str, length: u32) -> Result<Value, Error> {
        self.make(|e| {
            e.vm.functions()
                .call_create_host_function(e.store, name, length)
        })
    }

    /// Creates a JavaScript function that queues a request of a name and returns a promise; see
    /// [`take_requests`](Self::take_requests).
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_request_function(&self, name: &str, length: u32) -> Result<Value, Error> {
        self.make(|e| {
            e.vm.functions()
                .call_create_request_function(e.store, name, length)
        })
    }

    /// Creates a JavaScript function `nextTick(callback, ...arguments)` that queues a tick, as
    /// `process.nextTick` of Node.js does. [`run_jobs`](Self::run_jobs) runs ticks before the jobs of
    /// promises, and counts them as jobs. Ticks that a job queues run when no job is left; the code of
    /// an ES module is a job in this sense.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// vm.global()?.set("nextTick", vm.create_tick_function()?)?;
    /// vm.eval("let log = []; Promise.resolve().then(() => log.push('job')); nextTick(() => log.push('tick'))")?;
    /// vm.run_jobs()?;
    /// assert_eq!(vm.eval("log.join()")?.to::<String>()?, "tick,job");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Limit`], [`Error::MissingFunction`].
    pub fn create_tick_function(&self) -> Result<Value, Error> {
        let handle = self.shared.try_enter(|e| {
            Ok(match e.exports.added.create_tick_function(e.store)? {
                Ok(created) => created.map(Ok),
                Err(missing) => Ok(Err(missing)),
            })
        })?;
        Ok(Value::from_handle(&self.shared, handle?))
    }

    /// Creates the function that returns what the modules of Node.js need of the engine. Only their loader
    /// may get it.
    #[cfg(feature = "node")]
    pub(crate) fn create_node_tools(&self) -> Result<Value, Error> {
        let handle = self.shared.try_enter(|e| {
            Ok(match e.exports.added.create_node_tools(e.store)? {
                Ok(created) => created.map(Ok),
                Err(missing) => Ok(Err(missing)),
            })
        })?;
        Ok(Value::from_handle(&self.shared, handle?))
    }
}
