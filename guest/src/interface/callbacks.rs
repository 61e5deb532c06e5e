//! The interface `callbacks`.
use crate::bindings::exports::jsvm::engine::callbacks::Guest;
use crate::bindings::exports::jsvm::engine::values::Value as Handle;
use crate::callback;
use crate::error::Result;
use crate::handle::handle;

impl Guest for crate::Guest {
    fn create_calling_function(name: String, length: u32) -> Result<Handle> {
        Ok(handle(callback::function(&name, length)?))
    }
}
