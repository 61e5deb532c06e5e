//! The interface `functions`.
use crate::bindings::exports::jsvm::engine::functions::Guest;
use crate::bindings::exports::jsvm::engine::values::Value as Handle;
use crate::error::Result;
use crate::handle::handle;
use crate::js::{self, Value};
use crate::{host, request};

impl Guest for crate::Guest {
    fn create_host_function(name: String, length: u32) -> Result<Handle> {
        Ok(handle(host::function(&name, &name, length)?))
    }

    fn create_host_method(name: String, length: u32) -> Result<Handle> {
        let data = [Value::text(&name)?];
        Ok(handle(js::function(&name, length, &data, |call| {
            let mut args = vec![call.this.clone()];
            args.extend_from_slice(call.args);
            host::call(&call.data[0], &args)
        })?))
    }

    fn create_request_function(name: String, length: u32) -> Result<Handle> {
        Ok(handle(request::function(&name, length)?))
    }
}
