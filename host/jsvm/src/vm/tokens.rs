//! Tokens: values that data can refer to.

use super::Vm;
use crate::bindings::wit::TokenScope;
use crate::data::Token;
use crate::error::Error;
use crate::value::Value;

/// Tokens.
impl Vm {
    /// Creates a token of a value, which keeps the value alive and can be part of
    /// [`Data`](crate::Data).
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let token = vm.create_token(&vm.eval("n => 2 * n")?)?;
    /// assert_eq!(vm.value_of_token(&token)?.call((21,))?.to::<i32>()?, 42);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ForeignValue`]; [`Error::Conversion`] for a primitive that has no handle: copy it
    /// instead.
    pub fn create_token(&self, value: &Value) -> Result<Token, Error> {
        let handle = value.handle_of(&self.shared)?;
        let number = self.shared.enter(|e| {
            e.vm.roots()
                .call_retain(e.store, handle, TokenScope::Instance)
        })?;
        Ok(Token::new(number, &self.shared.releases))
    }

    /// Returns the value of a token.
    ///
    /// # Errors
    /// [`Error::ForeignValue`] if the token is of another VM.
    pub fn value_of_token(&self, token: &Token) -> Result<Value, Error> {
        if !token.belongs_to(&self.shared.releases) {
            return Err(Error::ForeignValue);
        }
        let handle = self
            .shared
            .enter(|e| e.vm.roots().call_get_retained(e.store, token.number()))?;
        handle
            .map(|handle| Value::from_handle(&self.shared, handle))
            .ok_or(Error::ForeignValue)
    }
}
