//! Key-value storage and settings that the embedder provides.
//!
//! Programs import `jsvm:keyvalue` and `jsvm:config`. These modules make requests, which the
//! embedder settles as `docs/reference/http-protocol.md` describes. This module is the side inside
//! the VM.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use jsvm::{EventLoop, Source};
//! use jsvm_http::services;
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

use jsvm::{Module, NativeModule, VmBuilder};

pub use jsvm_protocol::config::{GET as CONFIG_GET, GET_ALL as CONFIG_GET_ALL, MODULE as CONFIG};
pub use jsvm_protocol::keyvalue::{
    DELETE as KEYVALUE_DELETE, EXISTS as KEYVALUE_EXISTS, GET as KEYVALUE_GET,
    INCREMENT as KEYVALUE_INCREMENT, LIST as KEYVALUE_LIST, MODULE as KEYVALUE,
    SET as KEYVALUE_SET,
};

use jsvm_protocol::config::REQUESTS_MODULE as CONFIG_REQUESTS;
use jsvm_protocol::keyvalue::REQUESTS_MODULE as KEYVALUE_REQUESTS;

/// Adds the native modules by which the two modules make requests. The embedder's loader returns
/// the modules themselves, with [`module`].
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

/// Returns the module of this name, if it is one of the two.
pub fn module(name: &str) -> Option<Module> {
    match name {
        KEYVALUE => Some(Module::es(include_str!("keyvalue.js"))),
        CONFIG => Some(Module::es(include_str!("config.js"))),
        _ => None,
    }
}

/// Whether a name is that of one of the two modules, or of a native module that they import.
pub fn is_module(name: &str) -> bool {
    [KEYVALUE, CONFIG, KEYVALUE_REQUESTS, CONFIG_REQUESTS].contains(&name)
}
