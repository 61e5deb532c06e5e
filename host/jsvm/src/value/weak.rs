//! Handles that do not keep their value alive.

use super::Value;
use crate::error::Error;

/// A handle that does not keep its value alive, from [`Value::downgrade`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let cached = vm.eval("({ large: new Uint8Array(1000) })")?;
/// let weak = cached.downgrade()?;
/// assert!(weak.upgrade()?.is_some());
/// drop(cached);
/// assert!(weak.upgrade()?.is_none());
/// # Ok::<(), jsvm::Error>(())
/// ```
///
/// Inside the VM it is a `WeakRef`, which [`as_value`](Self::as_value) returns: as a
/// [root](crate::Vm::roots) it survives a snapshot.
#[derive(Clone, Debug)]
pub struct WeakValue(Value);

impl WeakValue {
    /// A handle of the value, if it is still there. What only a cycle keeps alive is, until garbage
    /// is collected.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn upgrade(&self) -> Result<Option<Value>, Error> {
        let h = self.0.object()?;
        let target =
            h.vm.enter(|e| e.vm.objects().call_get_weak_target(e.store, h.resource))?;
        Ok(target.map(|target| Value::from_handle(&h.vm, target)))
    }

    /// The `WeakRef`.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// Creates a weak handle from a `WeakRef`.
    ///
    /// # Errors
    /// [`Error::Conversion`] if it is none.
    pub fn from_value(weak_ref: Value) -> Result<Self, Error> {
        if weak_ref.class_name()?.as_deref() == Some("WeakRef") {
            Ok(WeakValue(weak_ref))
        } else {
            let found = weak_ref.type_of()?;
            Err(crate::data::ConversionError::new("a WeakRef", found).into())
        }
    }
}

/// Weak handles.
impl Value {
    /// A handle that does not keep the value alive; see [`WeakValue`].
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` unless it is an object or a symbol of its own.
    pub fn downgrade(&self) -> Result<WeakValue, Error> {
        let h = self.handle("an object or symbol")?;
        let weak_ref =
            h.vm.try_enter(|e| e.vm.objects().call_create_weak_ref(e.store, h.resource))?;
        Ok(WeakValue(Value::from_handle(&h.vm, weak_ref)))
    }
}
