//! Handles of JavaScript values.

mod buffer;
mod bulk;
mod check;
mod collection;
mod convert;
mod descriptor;
mod iterate;
mod key;
mod kind;
mod object;
mod weak;

use std::sync::Arc;

use wasmtime::component::ResourceAny;

use crate::bindings::wit;
use crate::data::{ConversionError, Node, ViewKind};
use crate::error::Error;
use crate::shared::Shared;

pub use buffer::ViewSpan;
pub use convert::InspectOptions;
pub use descriptor::{Property, PropertyContent, PropertyDefinition};
pub use iterate::Iterate;
pub use key::{Key, OwnKey};
pub use kind::{Integrity, KeyFilter, PromiseState, ValueKind};
pub use weak::WeakValue;

/// A JavaScript value: a primitive as it is, or a handle of a value inside a VM.
///
/// A handle keeps its value alive; dropping the last clone of it lets the value be collected
/// (the VM learns of it with the next call). A handle works with the VM it came from; with
/// another one it is [`Error::ForeignValue`]. Every function that calls into the VM can fail with
/// the [errors of every call](Error#errors-of-every-call).
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

/// A promise with the functions that settle it, from
/// [`Vm::create_promise`](crate::Vm::create_promise).
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let deferred = vm.create_promise()?;
/// deferred.reject.call(("no",))?;
/// assert_eq!(deferred.promise.promise_value().unwrap_err().to_string(), "uncaught no");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deferred {
    /// The promise.
    pub promise: Value,
    /// Call it with one argument to resolve the promise.
    pub resolve: Value,
    /// Call it with one argument to reject the promise.
    pub reject: Value,
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
        Value(Repr::Handle(Arc::new(Handle {
            vm: vm.clone(),
            resource,
        })))
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
        self.handle("a value that has a handle")
            .map(|handle| handle.resource)
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
        node.describe()
    }

    /// A primitive that needs no handle.
    pub(crate) fn of_primitive(node: &Node) -> Option<Self> {
        match node {
            Node::Undefined => Some(Value::UNDEFINED),
            Node::Null => Some(Value::NULL),
            Node::Boolean(value) => Some((*value).into()),
            Node::Number(value) => Some((*value).into()),
            _ => None,
        }
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

    /// Returns the kind of the value.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn kind(&self) -> Result<ValueKind, Error> {
        Ok(match &self.0 {
            Repr::Undefined => ValueKind::Undefined,
            Repr::Null => ValueKind::Null,
            Repr::Boolean(_) => ValueKind::Boolean,
            Repr::Number(_) => ValueKind::Number,
            Repr::Handle(h) => {
                let kind =
                    h.vm.enter(|e| e.vm.values().value().call_kind(e.store, h.resource))?;
                kind.into()
            }
        })
    }

    /// Returns whether it is `undefined`.
    pub fn is_undefined(&self) -> bool {
        matches!(self.0, Repr::Undefined)
    }

    /// Returns whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.0, Repr::Null)
    }

    /// The type of its elements, if it is a typed array or `DataView`.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn view_kind(&self) -> Result<Option<ViewKind>, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                let kind =
                    h.vm.enter(|e| e.vm.buffers().call_get_view_kind(e.store, h.resource))?;
                Ok(kind.map(Into::into))
            }
            _ => Ok(None),
        }
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
