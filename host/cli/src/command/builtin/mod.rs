//! The globals and modules of a program: `process`, `fetch` and modules of Node.js.
//!
//! They are created in the VM at their first use. Every access to the outside is checked against
//! the [`Permissions`] of this process. So a restored program runs with the permissions of the
//! process that restores it.

pub mod error;
mod fs;
pub mod nofollow;
mod process;

use std::path::Path;
use std::sync::Arc;

use jsvm::{Error, HostError, Import, Module, ModuleLoader, Source, Value, Vm, VmBuilder};
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
        services
            .add_to(client.add_to(builder))
            .handler(
                "jsvm:process",
                process::handler(permissions, exit_code, *console),
            )
            .handler("jsvm:builtin-source", |name: String| source(&name))
            .module("jsvm:fs", fs::module(permissions, *memory))
    }
}

/// Adds the handlers of `node:fs` only.
pub fn with_files(builder: VmBuilder, permissions: &Arc<Permissions>, memory: u64) -> VmBuilder {
    builder.module("jsvm:fs", fs::module(permissions, memory))
}

/// The source of `process`: a function of the host function that answers its calls.
pub fn process_source() -> &'static str {
    include_str!("process.js")
}

/// Installs the globals in a fresh VM.
pub fn install(vm: &Vm) -> Result<(), Error> {
    let host = vm.create_host_function("jsvm:process", 0)?;
    let source = vm.create_host_function("jsvm:builtin-source", 0)?;
    let install = vm.eval(Source::script(include_str!("install.js")).file_name("jsvm:install"))?;
    install.call((host, source, tick_function(vm)?))?;
    http::install_fetch(vm)
}

/// Creates the function behind `process.nextTick`; `undefined` if the engine is too old.
pub fn tick_function(vm: &Vm) -> Result<Value, Error> {
    match vm.create_tick_function() {
        Err(Error::MissingFunction(_)) => Ok(Value::UNDEFINED),
        created => created,
    }
}

/// Returns the source of a global that is created at its first use.
fn source(name: &str) -> Result<&'static str, HostError> {
    match name {
        "process" => Ok(include_str!("process.js")),
        _ => Err(HostError::type_error(format!("no built-in named {name}"))),
    }
}

/// A loader of the modules of Node.js, then of the modules of the program.
pub struct WithBuiltins {
    pub modules: NodeModules,
    /// Reports the files that are loaded, under `--watch`.
    pub watched: Option<LoadReporter>,
}

/// Finds a module of Node.js by its name with or without `node:`.
fn builtin(specifier: &str) -> Option<&'static str> {
    match specifier.strip_prefix("node:").unwrap_or(specifier) {
        "fs" => Some("node:fs"),
        "fs/promises" => Some("node:fs/promises"),
        "process" => Some("node:process"),
        _ => None,
    }
}

impl ModuleLoader for WithBuiltins {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        if services::is_module(import.specifier) {
            return Ok(import.specifier.to_owned());
        }
        match builtin(import.specifier) {
            Some(name) => Ok(name.to_owned()),
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
        match builtin(name).filter(|known| *known == name) {
            Some("node:fs") => Ok(Module::common_js(
                include_str!("fs.js"),
                [
                    "promises",
                    "constants",
                    "Stats",
                    "Dirent",
                    "readFileSync",
                    "readdirSync",
                    "statSync",
                    "lstatSync",
                    "accessSync",
                    "existsSync",
                ],
            )),
            Some("node:fs/promises") => Ok(Module::common_js(
                "module.exports = require('node:fs').promises",
                ["readFile", "readdir", "stat", "lstat", "access"],
            )),
            Some(_) => Ok(Module::common_js(
                "module.exports = process",
                [
                    "env", "argv", "exit", "cwd", "nextTick", "platform", "versions", "hrtime",
                ],
            )),
            None => {
                if let Some(watched) = &self.watched {
                    let path = self.modules.root().join(name);
                    watched.report(&path.to_string_lossy());
                }
                self.modules.load(name)
            }
        }
    }
}
