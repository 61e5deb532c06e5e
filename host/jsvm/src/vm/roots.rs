//! Keeping values in the state of a VM.

use std::fmt;
use std::str::FromStr;

use super::Vm;
use crate::arg::IntoArg;
use crate::bindings::wit::TokenScope;
use crate::error::Error;
use crate::value::Value;

impl Vm {
    /// Returns the roots: the values that the VM keeps for the embedder, by name or number.
    pub fn roots(&self) -> Roots<'_> {
        Roots { vm: self }
    }
}

/// The values that a VM keeps for its embedder, by name or number, from [`Vm::roots`].
///
/// Roots are part of the VM's state: every VM restored from a later snapshot has them, in this
/// process or another. Scripts cannot see them.
///
/// ```
/// let engine = jsvm::Engine::global()?;
/// let vm = engine.vm().build()?;
/// vm.roots().set("total", vm.eval("[1, 2].reduce((a, b) => a + b)")?)?;
/// let vm = engine.restore(&vm.snapshot()?)?;
/// assert_eq!(vm.roots().get("total")?.unwrap().to::<i32>()?, 3);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Roots<'a> {
    vm: &'a Vm,
}

/// Roots by name.
impl Roots<'_> {
    /// Keeps a value under a name, in place of an earlier value of that name.
    ///
    /// # Errors
    /// [`Error::ForeignValue`]; [`Error::Limit`].
    pub fn set(&self, name: &str, value: impl IntoArg) -> Result<(), Error> {
        let value = self.vm.create_value(value)?;
        let input = value.input(&self.vm.shared)?;
        self.vm
            .shared
            .try_enter(|e| e.vm.roots().call_set_root(e.store, name, &input))
    }

    /// Returns the value of a name, if there is one.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn get(&self, name: &str) -> Result<Option<Value>, Error> {
        let shared = &self.vm.shared;
        let output = shared.enter(|e| e.vm.roots().call_get_root(e.store, name))?;
        Ok(output.map(|output| shared.wrap(output)))
    }

    /// Removes a name. Returns whether there was one.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn remove(&self, name: &str) -> Result<bool, Error> {
        self.vm
            .shared
            .enter(|e| e.vm.roots().call_remove_root(e.store, name))
    }

    /// Returns the names of all roots, sorted.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn names(&self) -> Result<Vec<String>, Error> {
        self.vm
            .shared
            .enter(|e| e.vm.roots().call_get_root_names(e.store))
    }
}

/// Roots by number.
impl Roots<'_> {
    /// Keeps a value under a new number, which can be stored anywhere.
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// let vm = engine.vm().build()?;
    /// let id = vm.roots().insert(&vm.eval("let n = 0; () => ++n")?)?;
    /// let next = engine.restore(&vm.snapshot()?)?.roots().get_by_id(id)?;
    /// assert_eq!(next.unwrap().call(())?.to::<u32>()?, 1);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ForeignValue`]; [`Error::Conversion`] for a primitive that has no handle: copy it
    /// instead.
    pub fn insert(&self, value: &Value) -> Result<RootId, Error> {
        let shared = &self.vm.shared;
        let handle = value.handle_of(shared)?;
        shared
            .enter(|e| e.vm.roots().call_retain(e.store, handle, TokenScope::State))
            .map(RootId)
    }

    /// Returns the value of a number, if there is one.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn get_by_id(&self, id: RootId) -> Result<Option<Value>, Error> {
        let shared = &self.vm.shared;
        let handle = shared.enter(|e| e.vm.roots().call_get_retained(e.store, id.0))?;
        Ok(handle.map(|handle| Value::from_handle(shared, handle)))
    }

    /// Removes a number. Returns whether there was one.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn remove_by_id(&self, id: RootId) -> Result<bool, Error> {
        self.vm
            .shared
            .enter(|e| e.vm.roots().call_release(e.store, id.0))
    }
}

/// The number of a root, from [`Roots::insert`]. It can be stored anywhere, and means the same
/// value in every VM restored from a snapshot.
///
/// ```
/// use jsvm::RootId;
/// let id = RootId::from_number(7);
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootId(u64);

impl RootId {
    /// Creates the id of a number that was stored.
    pub fn from_number(number: u64) -> Self {
        RootId(number)
    }

    /// Returns the number to store.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for RootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RootId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(RootId)
    }
}
