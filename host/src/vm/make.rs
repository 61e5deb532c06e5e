//! Making values.

use serde::ser::Serialize;
use wasmtime::component::ResourceAny;

use super::Vm;
use crate::arg::{Arg, IntoArg, IntoArgs};
use crate::bindings::exports::jsvm::engine::vm as wit;
use crate::data::{Data, ErrorClass, ViewKind, text};
use crate::error::Error;
use crate::serde::Options;
use crate::shared::Entered;
use crate::value::{Deferred, Value};

/// Making values.
impl Vm {
    pub(super) fn make(
        &self,
        call: impl FnOnce(Entered<'_>) -> wasmtime::Result<Result<ResourceAny, wit::Error>>,
    ) -> Result<Value, Error> {
        let handle = self.shared.try_enter(call)?;
        Ok(Value::from_handle(&self.shared, handle))
    }

    /// Any Rust value as a JavaScript value.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let list = vm.value(vec!["a", "b"])?;
    /// assert_eq!(list.call_method("join", ("-",))?.to::<String>()?, "a-b");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ForeignValue`]; [`Error::Limit`] if it does not fit into memory.
    pub fn value(&self, value: impl IntoArg) -> Result<Value, Error> {
        match value.into_arg() {
            Arg::Undefined => Ok(Value::UNDEFINED),
            Arg::Null => Ok(Value::NULL),
            Arg::Boolean(value) => Ok(Value::from(value)),
            Arg::Number(value) => Ok(Value::from(value)),
            Arg::Text(text) => self.text(&text),
            Arg::Data(data) => self.from_data(&data),
            Arg::Invalid(error) => Err(error.into()),
            Arg::Value(value) => {
                value.check(&self.shared)?;
                Ok(value)
            }
        }
    }

    /// A Rust value as a JavaScript value; see the module [`serde`](mod@crate::serde).
    ///
    /// ```
    /// #[derive(serde::Serialize)]
    /// struct Point {
    ///     x: f64,
    ///     y: f64,
    /// }
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let point = vm.to_value(&Point { x: 3.0, y: 4.0 })?;
    /// assert_eq!(point.get("y")?.to::<f64>()?, 4.0);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Conversion`] if it cannot be converted; and as [`value`](Self::value).
    pub fn to_value<T: Serialize + ?Sized>(&self, value: &T) -> Result<Value, Error> {
        self.value(value)
    }

    /// A Rust value as a JavaScript value, as the options say.
    ///
    /// ```
    /// use jsvm::serde::{Integers, Options};
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let numbers = Options::default().integers(Integers::Number);
    /// let id = vm.to_value_with(&vec![1u64], &numbers)?.get(0)?;
    /// assert_eq!(id.kind()?, jsvm::ValueKind::Number);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Conversion`] if it cannot be converted or the options do not allow it; and as
    /// [`value`](Self::value).
    pub fn to_value_with<T: Serialize + ?Sized>(
        &self,
        value: &T,
        options: &Options,
    ) -> Result<Value, Error> {
        self.value(Arg::of(value, options))
    }

    /// The value of a JSON text, as `JSON.parse` gives it, whatever scripts have made of that.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let order = vm.from_json(r#"{ "lines": [{ "price": 2 }] }"#)?;
    /// assert_eq!(order.get("lines")?.get(0)?.get("price")?.to::<u32>()?, 2);
    /// assert_eq!(order.to_json()?.unwrap(), r#"{"lines":[{"price":2}]}"#);
    /// assert!(vm.from_json("{").is_err());
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `SyntaxError` if it is not JSON; [`Error::Limit`].
    pub fn from_json(&self, text: &str) -> Result<Value, Error> {
        self.make(|e| e.vm.value().call_from_json(e.store, text))
    }

    /// Copies data in.
    ///
    /// # Errors
    /// [`Error::Conversion`] if the nodes are malformed; [`Error::Exception`] if the VM cannot make
    /// of them what they say, such as a regular expression; [`Error::ForeignValue`] if it holds a token of another VM.
    pub fn from_data(&self, data: &Data) -> Result<Value, Error> {
        if let Some(value) = data.immediate() {
            return Ok(value);
        }
        self.check(data)?;
        let form = data.form()?;
        self.make(|e| e.vm.value().call_from_data(e.store, form))
    }

    /// A string.
    ///
    /// # Errors
    /// [`Error::Limit`] if it does not fit into memory.
    pub fn text(&self, text: &str) -> Result<Value, Error> {
        if let Some(units) = text::to_units(text) {
            return self.shared.text(&units);
        }
        let input = wit::Input::Text(text.to_owned());
        self.make(|e| e.vm.value().call_new_primitive(e.store, &input))
    }

    /// A string from UTF-16 code units, lone surrogates included.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn utf16(&self, units: &[u16]) -> Result<Value, Error> {
        self.shared.text(&wit::Units::Utf16(units.to_vec()))
    }

    /// A BigInt from decimal digits with an optional `-`.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `SyntaxError` if it is no such number.
    pub fn bigint(&self, decimal: &str) -> Result<Value, Error> {
        self.make(|e| e.vm.value().call_new_bigint(e.store, decimal))
    }

    /// A new symbol.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn symbol(&self, description: &str) -> Result<Value, Error> {
        self.make(|e| {
            e.vm.value()
                .call_new_symbol(e.store, Some(description), false)
        })
    }

    /// The symbol of `Symbol.for(key)`.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn symbol_for(&self, key: &str) -> Result<Value, Error> {
        self.make(|e| e.vm.value().call_new_symbol(e.store, Some(key), true))
    }

    /// An empty object.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn object(&self) -> Result<Value, Error> {
        self.make(|e| e.vm.value().call_new_object(e.store))
    }

    /// An array.
    ///
    /// # Errors
    /// [`Error::Limit`]; [`Error::ForeignValue`].
    pub fn array(&self, elements: impl IntoArgs) -> Result<Value, Error> {
        let elements = elements.into_args().inputs(&self.shared)?;
        self.make(|e| e.vm.value().call_new_array(e.store, elements.as_slice()))
    }

    /// An `ArrayBuffer` with these bytes.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn array_buffer(&self, bytes: &[u8]) -> Result<Value, Error> {
        self.make(|e| e.vm.value().call_new_array_buffer(e.store, bytes))
    }

    /// A typed array or `DataView` over an array buffer: `length` elements from the byte
    /// `byte_offset` on, or as many as there is room for.
    ///
    /// ```
    /// use jsvm::ViewKind;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let buffer = vm.array_buffer(&[1, 0, 2, 0])?;
    /// let view = vm.view(ViewKind::Uint16, &buffer, 2, None)?;
    /// assert_eq!(view.get(0)?.to::<u16>()?, 2);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `RangeError` if it does not fit or is not aligned.
    pub fn view(
        &self,
        kind: ViewKind,
        buffer: &Value,
        byte_offset: u32,
        length: Option<u32>,
    ) -> Result<Value, Error> {
        let buffer = buffer.handle_of(&self.shared)?;
        self.make(|e| {
            e.vm.value()
                .call_new_view(e.store, kind, buffer, byte_offset, length)
        })
    }

    /// A date from milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn date(&self, milliseconds: f64) -> Result<Value, Error> {
        self.make(|e| e.vm.value().call_new_date(e.store, milliseconds))
    }

    /// An error, with a cause if it is given.
    ///
    /// # Errors
    /// [`Error::Limit`]; [`Error::ForeignValue`].
    pub fn error(
        &self,
        class: ErrorClass,
        message: &str,
        cause: Option<&Value>,
    ) -> Result<Value, Error> {
        let cause = cause.map(|cause| cause.input(&self.shared)).transpose()?;
        self.make(|e| {
            e.vm.value()
                .call_new_error(e.store, class, message, cause.as_ref())
        })
    }

    /// A promise and the functions that settle it.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn promise(&self) -> Result<Deferred, Error> {
        let deferred = self
            .shared
            .try_enter(|e| e.vm.value().call_new_promise(e.store))?;
        Ok(Deferred {
            promise: Value::from_handle(&self.shared, deferred.promise),
            resolve: Value::from_handle(&self.shared, deferred.resolve),
            reject: Value::from_handle(&self.shared, deferred.reject),
        })
    }

    /// A JavaScript function that calls the host function of a name; see
    /// [`VmBuilder::handler`](crate::VmBuilder::handler). `length` is its property of that name.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn host_function(&self, name: &str, length: u32) -> Result<Value, Error> {
        self.make(|e| e.vm.value().call_new_host_function(e.store, name, length))
    }

    /// A JavaScript function that queues a request of a name and returns a promise; see
    /// [`take_requests`](Self::take_requests).
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn request_function(&self, name: &str, length: u32) -> Result<Value, Error> {
        self.make(|e| {
            e.vm.value()
                .call_new_request_function(e.store, name, length)
        })
    }
}
