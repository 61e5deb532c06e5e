//! The interface `node-tools`.
use crate::bindings::exports::jsvm::engine::node_tools::Guest;
use crate::bindings::exports::jsvm::engine::values::Value as Handle;
use crate::error::Result;
use crate::handle::handle;
use crate::node;

impl Guest for crate::Guest {
    fn create_node_tools() -> Result<Handle> {
        Ok(handle(node::tools()?))
    }
}
