//! The globals and modules of a program: `process`, `fetch` and modules of Node.js.
//!
//! They are created in the VM at their first use. Every access to the outside is checked against
//! the [`Permissions`] of this process. So a restored program runs with the permissions of the
//! process that restores it.

mod budget;
pub mod error;
pub mod files;
mod fs;
mod modules;
mod net;
pub mod nofollow;
mod process;
mod signals;
mod stdin;
pub mod test_options;

use std::path::Path;
use std::sync::Arc;

use jsvm::{Error, HostError, Import, Module, ModuleLoader, Vm, VmBuilder, node};
use jsvm_http::services;
use jsvm_http::{self as http, Client};
use jsvm_node::NodeModules;

use super::options::Console;
use super::permissions::Permissions;
use super::services::Services;
use super::watch::LoadReporter;
pub use process::ExitCode;

/// The handlers of a program's globals and modules.
pub struct Builtins {
    pub permissions: Arc<Permissions>,
    /// The limit of the program's memory.
    pub memory: u64,
    pub services: Services,
    pub console: Console,
    pub exit_code: ExitCode,
}

impl Builtins {
    /// Adds the handlers to the builder of a VM that [`install`] was or will be called for.
    pub fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        let Builtins {
            permissions,
            memory,
            services,
            console,
            exit_code,
        } = self;
        let client = Client::new({
            let permissions = permissions.clone();
            move |url| permissions.net(url)
        });
        let client = client.egress(permissions.egress().clone());
        let builder = modules::add_to(builder, permissions);
        let builder = net::add_to(signals::add_to(stdin::add_to(builder)), permissions);
        node::add_handlers(services.add_to(client.add_to(builder)))
            .handler(
                "jsvm:process",
                process::handler(permissions, exit_code, *console),
            )
            .module("jsvm:fs", fs::module(permissions, *memory))
    }
}

/// Adds the handlers of modules of Node.js, and of `node:fs`.
pub fn with_files(builder: VmBuilder, permissions: &Arc<Permissions>, memory: u64) -> VmBuilder {
    node::add_handlers(builder).module("jsvm:fs", fs::module(permissions, memory))
}

/// Keeps standard input and the signals of this process from programs, because the command uses them
/// itself: programs find the input at its end, and get no signals.
pub fn reserve_process() {
    stdin::close();
    signals::reserve();
}

/// Installs the globals in a fresh VM.
pub fn install(vm: &Vm) -> Result<(), Error> {
    node::install(vm)?;
    http::install_fetch(vm)
}

/// A loader of the modules of Node.js, then of the modules of the program.
pub struct WithBuiltins {
    pub modules: NodeModules,
    /// Reports the files that are loaded, under `--watch`.
    pub watched: Option<LoadReporter>,
}

impl ModuleLoader for WithBuiltins {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        if services::is_module(import.specifier) {
            return Ok(import.specifier.to_owned());
        }
        match node::builtin_name(import.specifier) {
            Some(name) => Ok(name),
            None => {
                let resolved = self.modules.resolve(import);
                if let (Err(_), Some(watched)) = (&resolved, &self.watched) {
                    // The program is run again when the missing file appears.
                    let folder = Path::new(import.importer).parent();
                    let missing = folder.unwrap_or(Path::new("")).join(import.specifier);
                    watched.report(&missing.to_string_lossy());
                }
                resolved
            }
        }
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        if let Some(module) = services::module(name) {
            return Ok(module);
        }
        if let Some(watched) = &self.watched {
            let path = self.modules.root().join(name);
            watched.report(&path.to_string_lossy());
        }
        self.modules.load(name)
    }
}

/// Runs blocking work on another thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    tokio::task::spawn_blocking(work).await?
}
