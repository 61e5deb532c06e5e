//! The interface `http-tools`.
use crate::bindings::exports::jsvm::engine::http_tools::Guest;
use crate::bindings::exports::jsvm::engine::values::Value as Handle;
use crate::error::Result;
use crate::handle::handle;
use crate::web;

impl Guest for crate::Guest {
    fn get_http_tools() -> Result<Handle> {
        Ok(handle(web::http_tools()?))
    }
}
