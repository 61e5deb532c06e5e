//! Modules of a WIT world, which the VM has by itself.
//!
//! They are found by function pointers, so that a file without a world contains nothing of worlds.

use std::cell::Cell;

use crate::js::{JsResult, Value};

/// A module whose exports are there.
pub struct ReadyModule {
    /// The names of the exports.
    pub names: Vec<String>,
    /// An object with the exports.
    pub exports: Value,
}

/// How modules of a world are found.
#[derive(Clone, Copy)]
pub struct WorldModules {
    /// The full name of a module, if the world has it.
    pub resolve: fn(specifier: &str) -> Option<&'static str>,
    /// The module of a full name, if the world has it.
    pub load: fn(name: &str) -> Option<JsResult<ReadyModule>>,
}

thread_local! {
    static MODULES: Cell<Option<WorldModules>> = const { Cell::new(None) };
}

/// Sets how modules of a world are found.
pub fn set_world_modules(modules: WorldModules) {
    MODULES.set(Some(modules));
}

/// The full name of a module, if the world has it.
pub fn resolve(specifier: &str) -> Option<&'static str> {
    (MODULES.get()?.resolve)(specifier)
}

/// The module of a full name, if the world has it.
pub fn load(name: &str) -> JsResult<Option<ReadyModule>> {
    match MODULES.get() {
        Some(modules) => (modules.load)(name).transpose(),
        None => Ok(None),
    }
}
