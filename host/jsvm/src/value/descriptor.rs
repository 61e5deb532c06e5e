//! Own properties, prototypes, integrity, proxies.

use std::sync::Arc;

use super::{Integrity, Key, Repr, Value};
use crate::arg::{Arg, IntoArg};
use crate::bindings::wit;
use crate::error::Error;
use crate::shared::Shared;

/// An own property, from [`Value::own_property`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let frozen = vm.eval("Object.freeze({ x: 1 })")?;
/// let property = frozen.own_property("x")?.unwrap();
/// assert_eq!(property.value().unwrap().to::<u32>()?, 1);
/// assert!(property.enumerable && !property.writable);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Property {
    /// The content.
    pub content: PropertyContent,
    /// Whether it can be assigned to; `false` for an accessor.
    pub writable: bool,
    /// Whether `for in` and `Object.keys` list it.
    pub enumerable: bool,
    /// Whether it can be deleted or defined anew.
    pub configurable: bool,
}

/// The content of an own property: a value, or accessor functions.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm::PropertyContent;
/// let object = vm.eval("({ get x() { return 1 } })")?;
/// let property = object.own_property("x")?.unwrap();
/// let PropertyContent::Accessor { get, .. } = property.content else { panic!("it has a getter") };
/// assert!(get.is_function()?);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub enum PropertyContent {
    /// A value.
    Value(Value),
    /// Accessor functions, none of which was called; a missing one is `undefined`.
    Accessor {
        /// The getter.
        get: Value,
        /// The setter.
        set: Value,
    },
}

impl Property {
    /// Its value, unless it is an accessor.
    pub fn value(&self) -> Option<&Value> {
        match &self.content {
            PropertyContent::Value(value) => Some(value),
            PropertyContent::Accessor { .. } => None,
        }
    }
}

/// What [`Value::define`] is to make of a property. What is not set stays as it is or, in a new
/// property, is `undefined` or `false`.
///
/// ```
/// use jsvm::PropertyDefinition;
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let account = vm.create_object()?;
/// account.define("id", PropertyDefinition::value(7).enumerable(true))?;
/// let cents = vm.eval("(() => 1250)")?;
/// account.define("cents", PropertyDefinition::getter(&cents))?;
///
/// assert_eq!(account.get("cents")?.to::<i32>()?, 1250);
/// assert!(account.set("id", 8).is_err());
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PropertyDefinition {
    value: Option<Arg>,
    get: Option<Value>,
    set: Option<Value>,
    writable: Option<bool>,
    enumerable: Option<bool>,
    configurable: Option<bool>,
}

impl PropertyDefinition {
    /// One that changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A value.
    pub fn value(value: impl IntoArg) -> Self {
        PropertyDefinition {
            value: Some(value.into_arg()),
            ..Self::default()
        }
    }

    /// A getter. For one with a setter go on with [`with_setter`](Self::with_setter).
    pub fn getter(function: &Value) -> Self {
        PropertyDefinition {
            get: Some(function.clone()),
            ..Self::default()
        }
    }

    /// A setter.
    #[must_use]
    pub fn with_setter(mut self, function: &Value) -> Self {
        self.set = Some(function.clone());
        self
    }

    /// Sets whether it can be assigned to.
    #[must_use]
    pub fn writable(mut self, is: bool) -> Self {
        self.writable = Some(is);
        self
    }

    /// Sets whether `for in` and `Object.keys` list it.
    #[must_use]
    pub fn enumerable(mut self, is: bool) -> Self {
        self.enumerable = Some(is);
        self
    }

    /// Sets whether it can be deleted or defined anew.
    #[must_use]
    pub fn configurable(mut self, is: bool) -> Self {
        self.configurable = Some(is);
        self
    }

    /// The interface's form; `kept` keeps handles alive.
    fn to_wit(
        &self,
        vm: &Arc<Shared>,
        kept: &mut Vec<Value>,
    ) -> Result<wit::PropertyDefinition, Error> {
        let value = self.value.clone();
        let function = |function: &Option<Value>| {
            let function = function.as_ref();
            function.map(|function| function.input(vm)).transpose()
        };
        Ok(wit::PropertyDefinition {
            value: value.map(|value| value.input(vm, kept)).transpose()?,
            get: function(&self.get)?,
            set: function(&self.set)?,
            writable: self.writable,
            enumerable: self.enumerable,
            configurable: self.configurable,
        })
    }
}

/// Properties as they are, prototypes and proxies.
impl Value {
    /// The own property of a key, if there is one. No getter is called; on a proxy a trap is.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let object = vm.eval("({ get now() { throw 'never called' }, x: 1 })")?;
    /// assert!(object.own_property("now")?.unwrap().value().is_none());
    /// let x = object.own_property("x")?.unwrap();
    /// assert!(x.writable && x.enumerable && x.configurable);
    /// assert!(object.own_property("toString")?.is_none());
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] if a proxy's trap throws; [`Error::Conversion`] if it is no object.
    pub fn own_property<'a>(&self, key: impl Into<Key<'a>>) -> Result<Option<Property>, Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        let property = h.vm.try_enter(|e| {
            e.vm.properties()
                .call_get_own_property(e.store, h.resource, &key)
        })?;
        Ok(property.map(|property| Property {
            content: match property.content {
                wit::PropertyContent::Value(value) => PropertyContent::Value(h.vm.wrap(value)),
                wit::PropertyContent::Accessor(accessor) => PropertyContent::Accessor {
                    get: h.vm.wrap(accessor.get),
                    set: h.vm.wrap(accessor.set),
                },
            },
            writable: property.writable,
            enumerable: property.enumerable,
            configurable: property.configurable,
        }))
    }

    /// Returns whether there is an own property of a key.
    ///
    /// # Errors
    /// As [`own_property`](Self::own_property).
    pub fn has_own<'a>(&self, key: impl Into<Key<'a>>) -> Result<bool, Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        h.vm.try_enter(|e| e.vm.properties().call_has_own(e.store, h.resource, &key))
    }

    /// `Object.defineProperty(value, key, definition)`; see [`PropertyDefinition`].
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if the object does not allow it, or the definition
    /// has both a value and a getter or setter; [`Error::Conversion`] if it is no object;
    /// [`Error::ForeignValue`].
    pub fn define<'a>(
        &self,
        key: impl Into<Key<'a>>,
        definition: PropertyDefinition,
    ) -> Result<(), Error> {
        let h = self.object()?;
        let key = key.into().to_wit(&h.vm)?;
        let mut kept = Vec::new();
        let definition = definition.to_wit(&h.vm, &mut kept)?;
        h.vm.try_enter(|e| {
            e.vm.properties()
                .call_define_property(e.store, h.resource, &key, &definition)
        })
    }

    /// `Object.getPrototypeOf(value)`: an object, or `null`.
    ///
    /// # Errors
    /// As [`own_property`](Self::own_property).
    pub fn prototype(&self) -> Result<Value, Error> {
        let h = self.object()?;
        let output =
            h.vm.try_enter(|e| e.vm.properties().call_get_prototype(e.store, h.resource))?;
        Ok(h.vm.wrap(output))
    }

    /// `Object.setPrototypeOf(value, prototype)`; [`Value::NULL`] for none.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if the object does not allow it, or if it would
    /// become its own prototype; [`Error::ForeignValue`].
    pub fn set_prototype(&self, prototype: &Value) -> Result<(), Error> {
        let h = self.object()?;
        let prototype = prototype.input(&h.vm)?;
        h.vm.try_enter(|e| {
            e.vm.properties()
                .call_set_prototype(e.store, h.resource, &prototype)
        })
    }

    /// Returns the integrity level of the object.
    ///
    /// # Errors
    /// As [`own_property`](Self::own_property).
    pub fn integrity(&self) -> Result<Integrity, Error> {
        let h = self.object()?;
        let level =
            h.vm.try_enter(|e| e.vm.properties().call_get_integrity(e.store, h.resource))?;
        Ok(level.into())
    }

    /// Closes the object: `Object.preventExtensions`, `Object.seal` or `Object.freeze`. It is never
    /// opened again, so [`Integrity::Extensible`] does nothing.
    ///
    /// ```
    /// use jsvm::Integrity;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let config = vm.eval("({ retries: 3 })")?;
    /// config.set_integrity(Integrity::Frozen)?;
    /// assert!(config.set("retries", 4).is_err());
    /// assert_eq!(config.integrity()?, Integrity::Frozen);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it refuses, as a typed array with elements
    /// refuses to be frozen.
    pub fn set_integrity(&self, level: Integrity) -> Result<(), Error> {
        let h = self.object()?;
        let level = level.into();
        h.vm.try_enter(|e| {
            e.vm.properties()
                .call_set_integrity(e.store, h.resource, level)
        })
    }

    /// Target of a proxy, which may be a proxy itself. No trap is called. `None` if it is no proxy
    /// or was revoked.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn proxy_target(&self) -> Result<Option<Value>, Error> {
        let Repr::Handle(h) = &self.0 else {
            return Ok(None);
        };
        let target =
            h.vm.enter(|e| e.vm.objects().call_get_proxy_target(e.store, h.resource))?;
        Ok(target.map(|target| Value::from_handle(&h.vm, target)))
    }

    /// Handler of a proxy. No trap is called. `None` if it is no proxy or was revoked.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn proxy_handler(&self) -> Result<Option<Value>, Error> {
        let Repr::Handle(h) = &self.0 else {
            return Ok(None);
        };
        let handler =
            h.vm.enter(|e| e.vm.objects().call_get_proxy_handler(e.store, h.resource))?;
        Ok(handler.map(|handler| Value::from_handle(&h.vm, handler)))
    }
}
