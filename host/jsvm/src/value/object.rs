//! Objects, functions and promises: what can be done with a value inside its VM.

use super::{Key, OwnKey, Repr, Value};
use super::{KeyFilter, PromiseState};
use crate::arg::{IntoArg, IntoArgs};
use crate::bindings::wit;
use crate::data::ConversionError;
use crate::error::{Error, Exception};

/// Operations.
impl Value {
    /// `value[key]`
    ///
    /// # Errors
    /// [`Error::Exception`] if an accessor throws; [`Error::Conversion`] if it is no object.
    pub fn get<'a>(&self, key: impl Into<Key<'a>>) -> Result<Value, Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        let output =
            h.vm.try_enter(|e| e.vm.values().value().call_get(e.store, h.resource, &key))?;
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
        h.vm.try_enter(|e| {
            e.vm.values()
                .value()
                .call_set(e.store, h.resource, &key, &to)
        })
    }

    /// `delete value[key]`: whether the property is gone.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn delete<'a>(&self, key: impl Into<Key<'a>>) -> Result<bool, Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        h.vm.try_enter(|e| e.vm.values().value().call_delete(e.store, h.resource, &key))
    }

    /// `key in value`
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn has<'a>(&self, key: impl Into<Key<'a>>) -> Result<bool, Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        h.vm.try_enter(|e| e.vm.values().value().call_has(e.store, h.resource, &key))
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
        let keys = h.vm.try_enter(|e| {
            e.vm.values()
                .value()
                .call_keys(e.store, h.resource, filter.into())
        })?;
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
        self.call_with_this(&Value::UNDEFINED, args)
    }

    /// Calls it with a value as `this`.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_with_this(&self, this: &Value, args: impl IntoArgs) -> Result<Value, Error> {
        let h = self.handle("a function")?;
        let this = this.input(&h.vm)?;
        let args = args.into_args().inputs(&h.vm)?;
        let output = h.vm.try_enter(|e| {
            e.vm.values()
                .value()
                .call_call(e.store, h.resource, &this, args.as_slice())
        })?;
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
            e.vm.values()
                .value()
                .call_call_method(e.store, h.resource, &key, args.as_slice())
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
        let output = h.vm.try_enter(|e| {
            e.vm.values()
                .value()
                .call_construct(e.store, h.resource, args.as_slice())
        })?;
        Ok(h.vm.wrap(output))
    }

    /// `value instanceof constructor`
    ///
    /// # Errors
    /// [`Error::Exception`] if `constructor` is none; [`Error::ForeignValue`].
    pub fn is_instance(&self, constructor: &Value) -> Result<bool, Error> {
        let Repr::Handle(h) = &self.0 else {
            return Ok(false);
        };
        let constructor = constructor.handle_of(&h.vm)?;
        h.vm.try_enter(|e| {
            e.vm.values()
                .value()
                .call_is_instance(e.store, h.resource, constructor)
        })
    }

    /// `value === other`
    ///
    /// # Errors
    /// [`Error::ForeignValue`].
    pub fn strict_equals(&self, other: &Value) -> Result<bool, Error> {
        match (&self.0, &other.0) {
            (Repr::Handle(h), _) => {
                let other = other.input(&h.vm)?;
                h.vm.enter(|e| {
                    e.vm.values()
                        .value()
                        .call_strict_equals(e.store, h.resource, &other)
                })
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
                h.vm.enter(|e| {
                    e.vm.values()
                        .value()
                        .call_same_value(e.store, h.resource, &other)
                })
            }
            (_, Repr::Handle(_)) => other.same_value(self),
            (Repr::Number(a), Repr::Number(b)) => {
                Ok(a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()))
            }
            _ => Ok(self.immediate() == other.immediate()),
        }
    }

    /// Returns the state of a promise, with its value or reason; nothing if it is no promise.
    ///
    /// Reading the reason marks the rejection as handled.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn promise_state(&self) -> Result<Option<PromiseState>, Error> {
        let Repr::Handle(h) = &self.0 else {
            return Ok(None);
        };
        let found = h.vm.enter(|e| {
            let promises = e.vm.promises();
            let Some(state) = promises.call_get_promise_state(&mut *e.store, h.resource)? else {
                return Ok(None);
            };
            let settled = match state {
                wit::PromiseState::Pending => None,
                _ => Some(promises.call_get_promise_result(e.store, h.resource)?),
            };
            Ok(Some((state, settled)))
        })?;
        Ok(found.map(|(state, settled)| {
            let settled = settled.map_or(Value::UNDEFINED, |output| h.vm.wrap(output));
            match state {
                wit::PromiseState::Pending => PromiseState::Pending,
                wit::PromiseState::Fulfilled => PromiseState::Fulfilled(settled),
                wit::PromiseState::Rejected => PromiseState::Rejected(settled),
            }
        }))
    }

    /// Returns whether it is a promise that is not settled yet. Unlike
    /// [`promise_state`](Self::promise_state) it never marks a rejection as handled.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn is_pending(&self) -> Result<bool, Error> {
        let Repr::Handle(h) = &self.0 else {
            return Ok(false);
        };
        let state =
            h.vm.enter(|e| e.vm.promises().call_get_promise_state(e.store, h.resource))?;
        Ok(state == Some(wit::PromiseState::Pending))
    }

    /// Returns the value of a fulfilled promise.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let promise = vm.eval("Promise.resolve(20).then(n => n + 1)")?;
    /// assert!(matches!(promise.promise_value(), Err(jsvm::Error::Unsettled)));
    /// vm.run_jobs()?;
    /// assert_eq!(promise.promise_value()?.to::<u32>()?, 21);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with the reason if it is rejected, which marks the rejection as
    /// handled; [`Error::Unsettled`] if it is pending; [`Error::Conversion`] if it is no promise.
    pub fn promise_value(&self) -> Result<Value, Error> {
        match self.promise_state()? {
            Some(PromiseState::Fulfilled(value)) => Ok(value),
            Some(PromiseState::Rejected(reason)) => {
                Err(Error::Exception(Box::new(Exception::of(reason))))
            }
            Some(PromiseState::Pending) => Err(Error::Unsettled),
            None => Err(ConversionError::new("a promise", self.type_of()?).into()),
        }
    }
}
