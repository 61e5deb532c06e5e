//! Components for any WIT world, from JavaScript programs.
//!
//! [`WorldSource`] reads a world from WIT. A VM gets it before the program is evaluated, and the component
//! is made of the VM afterwards:
//!
//! ```no_run
//! use jsvm::{EventLoop, Source};
//! use jsvm_world::{Options, WorldSource, component};
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let world = WorldSource::read("wit".as_ref(), None)?;
//! let vm = jsvm::Engine::global()?.vm().build()?;
//! world.define(&vm)?;
//! let program = "export function greet(name) { return `Hello, ${name}!` }";
//! let namespace = EventLoop::new(&vm).eval(Source::module(program)).await?;
//! world.bind(&vm, &namespace)?;
//! drop(namespace);
//! let built = component(&vm, &world, &Options::default())?;
//! std::fs::write("greeter.wasm", built.component)?;
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The component imports what its world imports and the program uses. The VM's clock, entropy and console
//! are those of WASI if the world has them. Otherwise the clock stands still, random numbers are the same in
//! each instance, and nothing is printed.
//!
//! A world with asynchronous functions, futures or streams makes a component for hosts with the asynchronous
//! component model, such as wasmtime with `Config::wasm_component_model_async`. Other components do not need it.
//!
//! For authors, [`WorldSource::declarations`] has the types of a world for TypeScript.

mod adapter;
mod check;
mod component;
mod declare;
mod describe;
mod driven;
mod environment;
mod error;
mod fetch;
mod files;
mod lock;
mod logging;
mod mismatch;
mod names;
mod retain;
mod scripts;
mod source;
mod stubs;
mod system;
mod union;
mod versions;
mod wasi;

pub use component::{Built, Options, component};
pub use driven::driven_component;
pub use error::{MissingExport, WorldError};
pub use lock::LockError;
pub use source::{Features, WorldSource};
pub use stubs::StubModule;
pub use union::WorldPart;
pub use versions::InterfaceVersions;

#[cfg(test)]
mod tests;
