//! Keeping values alive without a handle.

use std::fmt;
use std::str::FromStr;

use super::Vm;
use crate::arg::IntoArg;
use crate::bindings::exports::jsvm::engine::vm::TokenScope;
use crate::error::Error;
use crate::release::Token;
use crate::value::Value;

/// A value that was [exported](Vm::export): a number that can be stored anywhere and means the
/// same in every VM restored from a snapshot.
///
/// ```
/// use jsvm::ExportToken;
/// let token = ExportToken::from_number(7);
/// assert_eq!(token.to_string().parse(), Ok(token));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExportToken(u64);

impl ExportToken {
    /// The token of a number that was stored.
    pub fn from_number(number: u64) -> Self {
        ExportToken(number)
    }

    /// The number to store.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ExportToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ExportToken {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(ExportToken)
    }
}

/// Keeping values.
impl Vm {
    /// Keeps a value alive under a number that is plain data.
    ///
    /// # Errors
    /// [`Error::ForeignValue`]; [`Error::Conversion`] for a primitive that has no handle: copy it
    /// instead.
    pub fn retain(&self, value: &Value) -> Result<Token, Error> {
        let handle = value.handle_of(&self.shared)?;
        let number = self
            .shared
            .enter(|e| e.vm.call_retain(e.store, handle, TokenScope::Instance))?;
        Ok(Token::new(number, &self.shared.releases))
    }

    /// A handle for a token.
    ///
    /// # Errors
    /// [`Error::ForeignValue`] if the token is of another VM.
    pub fn retained(&self, token: &Token) -> Result<Value, Error> {
        if !token.belongs_to(&self.shared.releases) {
            return Err(Error::ForeignValue);
        }
        let handle = self
            .shared
            .enter(|e| e.vm.call_retained(e.store, token.number()))?;
        handle
            .map(|handle| Value::from_handle(&self.shared, handle))
            .ok_or(Error::ForeignValue)
    }

    /// Keeps a value alive under a number that is part of the VM's state: every VM restored from
    /// a snapshot that is taken from now on can [`import`](Self::import) it.
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// let vm = engine.vm().build()?;
    /// let token = vm.export(&vm.eval("let n = 0; () => ++n")?)?;
    /// let next = engine.restore(&vm.snapshot()?)?.import(token)?;
    /// assert_eq!(next.unwrap().call(())?.to::<u32>()?, 1);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ForeignValue`]; [`Error::Conversion`] for a primitive that has no handle: copy it
    /// instead.
    pub fn export(&self, value: &Value) -> Result<ExportToken, Error> {
        let handle = value.handle_of(&self.shared)?;
        self.shared
            .enter(|e| e.vm.call_retain(e.store, handle, TokenScope::State))
            .map(ExportToken)
    }

    /// The value that was exported, or nothing if there is no such token.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn import(&self, token: ExportToken) -> Result<Option<Value>, Error> {
        let handle = self
            .shared
            .enter(|e| e.vm.call_retained(e.store, token.0))?;
        Ok(handle.map(|handle| Value::from_handle(&self.shared, handle)))
    }

    /// Ends the export of a value. Returns whether there was such a token.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn unexport(&self, token: ExportToken) -> Result<bool, Error> {
        self.shared.enter(|e| e.vm.call_release(e.store, token.0))
    }

    /// Keeps a value alive under a name that is part of the VM's state, in place of what had that
    /// name. Scripts cannot see it.
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// let vm = engine.vm().build()?;
    /// vm.set_root("total", vm.eval("[1, 2].reduce((a, b) => a + b)")?)?;
    /// let vm = engine.restore(&vm.snapshot()?)?;
    /// assert_eq!(vm.root("total")?.unwrap().to::<i32>()?, 3);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ForeignValue`]; [`Error::Limit`].
    pub fn set_root(&self, name: &str, value: impl IntoArg) -> Result<(), Error> {
        let value = self.value(value)?;
        let input = value.input(&self.shared)?;
        self.shared
            .try_enter(|e| e.vm.call_set_root(e.store, name, &input))
    }

    /// The value that has a name, if there is one.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn root(&self, name: &str) -> Result<Option<Value>, Error> {
        let output = self.shared.enter(|e| e.vm.call_root(e.store, name))?;
        Ok(output.map(|output| self.shared.wrap(output)))
    }

    /// Forgets a name. Returns whether there was one.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn remove_root(&self, name: &str) -> Result<bool, Error> {
        self.shared.enter(|e| e.vm.call_remove_root(e.store, name))
    }

    /// The names of all roots, sorted.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn roots(&self) -> Result<Vec<String>, Error> {
        self.shared.enter(|e| e.vm.call_roots(e.store))
    }
}
