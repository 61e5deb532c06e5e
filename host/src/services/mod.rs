//! Key-value storage and configuration, as whoever runs a VM provides them.
//!
//! Programs import `jsvm:keyvalue` and `jsvm:config`. What these do outside of the VM are requests,
//! like all that leaves it: `docs/http.md` says what they are settled with. This module is the side
//! inside the VM.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use jsvm::{EventLoop, Source, services};
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! struct Loader;
//! # use jsvm::{HostError, Import, Module, ModuleLoader};
//! impl ModuleLoader for Loader {
//!     fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
//!         Ok(import.specifier.to_owned())
//!     }
//!     fn load(&self, name: &str) -> Result<Module, HostError> {
//!         services::module(name).ok_or_else(|| HostError::new("there is no such module"))
//!     }
//! }
//! let settings = [("color".to_owned(), "teal".to_owned())];
//! let vm = services::add_to(jsvm::Engine::global()?.vm())
//!     .modules(Loader)
//!     .async_handler(services::CONFIG_GET, move |name: String| {
//!         let found = settings.iter().find(|(known, _)| *known == name);
//!         let found = found.map(|(_, value)| value.clone());
//!         async { found }
//!     })
//!     .build()?;
//! let program = "import { get } from 'jsvm:config'; export const color = await get('color')";
//! let exports = EventLoop::new(&vm).eval(Source::module(program)).await?;
//! assert_eq!(exports.get("color")?.to::<String>()?, "teal");
//! # Ok::<(), jsvm::Error>(()) })?;
//! # Ok::<(), jsvm::Error>(())
//! ```

use crate::builder::VmBuilder;
use crate::module::Module;
use crate::native_module::NativeModule;

/// Reads a value.
pub const KEYVALUE_GET: &str = "jsvm:keyvalue-get";
/// Writes a value.
pub const KEYVALUE_SET: &str = "jsvm:keyvalue-set";
/// Forgets a key.
pub const KEYVALUE_DELETE: &str = "jsvm:keyvalue-delete";
/// Asks whether there is a key.
pub const KEYVALUE_EXISTS: &str = "jsvm:keyvalue-exists";
/// Lists keys, some at a time.
pub const KEYVALUE_LIST: &str = "jsvm:keyvalue-list";
/// Adds to a number.
pub const KEYVALUE_INCREMENT: &str = "jsvm:keyvalue-increment";
/// Reads a setting.
pub const CONFIG_GET: &str = "jsvm:config-get";
/// Reads all settings.
pub const CONFIG_GET_ALL: &str = "jsvm:config-get-all";

/// The module of key-value storage.
pub const KEYVALUE: &str = "jsvm:keyvalue";
/// The module of settings.
pub const CONFIG: &str = "jsvm:config";

/// What makes the requests of the two.
const KEYVALUE_REQUESTS: &str = "jsvm:keyvalue-requests";
const CONFIG_REQUESTS: &str = "jsvm:config-requests";

/// Adds what the modules of this name need to make requests. A loader answers for the modules
/// themselves, with [`module`].
pub fn add_to(builder: VmBuilder) -> VmBuilder {
    let keyvalue = NativeModule::new()
        .request("get", KEYVALUE_GET)
        .request("set", KEYVALUE_SET)
        .request("remove", KEYVALUE_DELETE)
        .request("exists", KEYVALUE_EXISTS)
        .request("list", KEYVALUE_LIST)
        .request("increment", KEYVALUE_INCREMENT);
    let config = NativeModule::new()
        .request("get", CONFIG_GET)
        .request("getAll", CONFIG_GET_ALL);
    builder
        .module(KEYVALUE_REQUESTS, keyvalue)
        .module(CONFIG_REQUESTS, config)
}

/// The module of this name, if it is one of the two.
pub fn module(name: &str) -> Option<Module> {
    match name {
        KEYVALUE => Some(Module::es(include_str!("keyvalue.js"))),
        CONFIG => Some(Module::es(include_str!("config.js"))),
        _ => None,
    }
}

/// Whether a name is that of a module which is here: one of the two, or what they import.
pub fn is_module(name: &str) -> bool {
    [KEYVALUE, CONFIG, KEYVALUE_REQUESTS, CONFIG_REQUESTS].contains(&name)
}
