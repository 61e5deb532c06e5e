//! The interface `roots`.
use crate::bindings::exports::jsvm::engine::roots::{Guest, TokenScope};
use crate::bindings::exports::jsvm::engine::values::{Input, Output, Value as Handle, ValueBorrow};
use crate::convert::{input, output};
use crate::error::Result;
use crate::handle::{handle, held};
use crate::{root, token};

impl Guest for crate::Guest {
    fn retain(value: ValueBorrow<'_>, scope: TokenScope) -> u64 {
        token::retain(held(&value).clone(), scope)
    }

    fn get_retained(token: u64) -> Option<Handle> {
        token::get(token).map(handle)
    }

    fn release(token: u64) -> bool {
        token::release(token)
    }

    fn set_root(name: String, value: Input<'_>) -> Result<()> {
        root::set(name, input(&value)?);
        Ok(())
    }

    fn get_root(name: String) -> Option<Output> {
        root::get(&name).map(output)
    }

    fn remove_root(name: String) -> bool {
        root::remove(&name)
    }

    fn get_root_names() -> Vec<String> {
        root::names()
    }
}
