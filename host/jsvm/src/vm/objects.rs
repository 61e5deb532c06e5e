//! Creating objects of the more special kinds.

use std::error::Error as StdError;

use super::Vm;
use crate::arg::{Args, IntoArg, IntoArgs};
use crate::data::ViewKind;
use crate::error::Error;
use crate::function::HostError;
use crate::value::Value;

/// Creating objects of the more special kinds.
impl Vm {
    /// Creates an empty object with a prototype; [`Value::NULL`] for none.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let animal = vm.eval("({ speak() { return `I am ${this.name}` } })")?;
    /// let dog = vm.create_object_with_prototype(&animal)?;
    /// dog.set("name", "Rex")?;
    /// assert_eq!(dog.call_method("speak", ())?.to::<String>()?, "I am Rex");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is neither an object nor `null`;
    /// [`Error::ForeignValue`].
    pub fn create_object_with_prototype(&self, prototype: &Value) -> Result<Value, Error> {
        let prototype = prototype.input(&self.shared)?;
        self.make(|e| e.vm.values().call_create_object(e.store, Some(&prototype)))
    }

    /// Creates a `Map` with these keys and values. Of equal keys the last counts.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let ages = vm.create_map([("Ann", 7), ("Bob", 9)])?;
    /// assert_eq!(ages.map_get("Bob")?.to::<u32>()?, 9);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ForeignValue`]; [`Error::Limit`].
    pub fn create_map<K: IntoArg, V: IntoArg>(
        &self,
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Value, Error> {
        let mut kept = Vec::new();
        let mut inputs = Vec::new();
        for (key, value) in entries {
            let key = key.into_arg().input(&self.shared, &mut kept)?;
            let value = value.into_arg().input(&self.shared, &mut kept)?;
            inputs.push((key, value));
        }
        self.make(|e| e.vm.collections().call_create_map(e.store, &inputs))
    }

    /// Creates a `Set` with these members.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let set = vm.create_set(vec!["a", "b", "a"])?;
    /// assert_eq!(set.size()?, 2);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ForeignValue`]; [`Error::Limit`].
    pub fn create_set(&self, members: impl IntoArgs) -> Result<Value, Error> {
        let members = Args::inputs(members.into_args(), &self.shared)?;
        self.make(|e| {
            e.vm.collections()
                .call_create_set(e.store, members.as_slice())
        })
    }

    /// Creates a regular expression.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `SyntaxError` if it is none.
    pub fn create_regexp(&self, source: &str, flags: &str) -> Result<Value, Error> {
        self.make(|e| e.vm.objects().call_create_regexp(e.store, source, flags))
    }

    /// Creates a typed array over a buffer of its own, or a `DataView`, with these bytes. The order
    /// of the bytes in an element is little-endian.
    ///
    /// ```
    /// use jsvm::ViewKind;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let bytes: Vec<u8> = [1.5_f32, 2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    /// let floats = vm.create_typed_array(ViewKind::Float32, &bytes)?;
    /// assert_eq!(floats.get(0)?.to::<f64>()?, 1.5);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `RangeError` if they are not a whole number of elements;
    /// [`Error::Limit`].
    pub fn create_typed_array(&self, kind: ViewKind, bytes: &[u8]) -> Result<Value, Error> {
        self.make(|e| {
            e.vm.buffers()
                .call_create_typed_array(e.store, kind.into(), bytes)
        })
    }

    /// Creates a proxy: `new Proxy(target, handler)`.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().function("read", |key: String| key + "!").build()?;
    /// let handler = vm.eval("({ get: (target, key) => read(key) })")?;
    /// let proxy = vm.create_proxy(&vm.create_object()?, &handler)?;
    /// assert_eq!(proxy.get("answer")?.to::<String>()?, "answer!");
    /// assert!(proxy.proxy_handler()?.unwrap().strict_equals(&handler)?);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if one of them is not an object;
    /// [`Error::ForeignValue`]; [`Error::Conversion`] for a primitive without a handle.
    pub fn create_proxy(&self, target: &Value, handler: &Value) -> Result<Value, Error> {
        let target = target.handle_of(&self.shared)?;
        let handler = handler.handle_of(&self.shared)?;
        self.make(|e| e.vm.objects().call_create_proxy(e.store, target, handler))
    }

    /// The symbol of a name that the language defines, such as `iterator` for `Symbol.iterator`, or
    /// nothing if it defines none.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let iterator = vm.well_known_symbol("iterator")?.unwrap();
    /// assert!(vm.eval("[]")?.get(&iterator)?.is_function()?);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn well_known_symbol(&self, name: &str) -> Result<Option<Value>, Error> {
        let symbol = self
            .shared
            .enter(|e| e.vm.values().call_get_well_known_symbol(e.store, name))?;
        Ok(symbol.map(|symbol| Value::from_handle(&self.shared, symbol)))
    }

    /// Creates an `Error` with the text of a Rust error. Its [sources](StdError::source) become the
    /// chain of `cause`.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let missing = std::fs::read("no/such/file").unwrap_err();
    /// let error = vm.create_error_from(&missing)?;
    /// assert!(error.is_error()?);
    /// assert_eq!(error.get("message")?.to::<String>()?, missing.to_string());
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_error_from(&self, error: &dyn StdError) -> Result<Value, Error> {
        self.create_from_data(&HostError::from(error).into_data())
    }

    /// Creates a JavaScript function that calls the host function of a name with `this` before its
    /// arguments. `length` is its property of that name; see
    /// [`create_host_function`](Self::create_host_function).
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?
    ///     .vm()
    ///     .handler("area", |this: jsvm::Data, factor: f64| -> Result<f64, jsvm::HostError> {
    ///         let this = this.root()?;
    ///         let side = |key| this.get(key).map_or(Ok(0.0), |side| side.to::<f64>());
    ///         Ok(side("width")? * side("height")? * factor)
    ///     })
    ///     .build()?;
    /// let rectangle = vm.eval("({ width: 2, height: 3 })")?;
    /// rectangle.set("area", vm.create_host_method("area", 1)?)?;
    /// // What is not data, such as the method itself, is a token in `this`.
    /// assert_eq!(rectangle.call_method("area", (10,))?.to::<f64>()?, 60.0);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn create_host_method(&self, name: &str, length: u32) -> Result<Value, Error> {
        self.make(|e| {
            e.vm.functions()
                .call_create_host_method(e.store, name, length)
        })
    }

    /// Makes a promise's rejection count as handled, now or when it comes. It does nothing for
    /// anything but a promise.
    ///
    /// # Errors
    /// [`Error::ForeignValue`].
    pub fn mark_handled(&self, promise: &Value) -> Result<(), Error> {
        promise.check(&self.shared)?;
        match promise.handle_of(&self.shared) {
            Ok(handle) => self
                .shared
                .enter(|e| e.vm.promises().call_mark_handled(e.store, handle)),
            Err(_) => Ok(()),
        }
    }
}
