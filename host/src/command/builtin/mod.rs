//! What a program finds around it beside the language: `process`, `fetch` and modules of Node.
//!
//! None of it is in the VM before it is used. What leaves the VM is checked here, against the
//! [`Permissions`] of the command line that is in force: a restored program has those of the
//! process that it is restored in.

pub mod error;
mod fs;
mod process;

use std::path::Path;
use std::sync::Arc;

use jsvm::http::{self, Client};
use jsvm::program::NodeModules;
use jsvm::{Error, HostError, Import, Module, ModuleLoader, Vm, VmBuilder, services};

use super::options::Console;
use super::permissions::Permissions;
use super::services::Services;
use super::watch::Watched;
pub use process::ExitCode;

/// Sets up what programs find around them, and answers for it.
pub struct Builtins {
    pub permissions: Arc<Permissions>,
    pub services: Services,
    pub console: Console,
    pub exit_code: ExitCode,
}

impl Builtins {
    /// Adds what answers the calls of a VM that was or will be [`install`]ed into.
    pub fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        let Builtins {
            permissions,
            services,
            console,
            exit_code,
        } = self;
        let client = Client::new({
            let permissions = permissions.clone();
            move |url| permissions.net(url)
        });
        services
            .add_to(client.add_to(builder))
            .handler(
                "jsvm:process",
                process::handler(permissions, exit_code, *console),
            )
            .handler("jsvm:builtin-source", |name: String| source(&name))
            .module("jsvm:fs", fs::module(permissions))
    }
}

/// Adds what answers `node:fs` alone.
pub fn with_files(builder: VmBuilder, permissions: &Arc<Permissions>) -> VmBuilder {
    builder.module("jsvm:fs", fs::module(permissions))
}

/// The source of `process`: a function of what answers its calls.
pub fn process_source() -> &'static str {
    include_str!("process.js")
}

/// Makes the globals of a VM in which nothing has run.
pub fn install(vm: &Vm) -> Result<(), Error> {
    let host = vm.host_function("jsvm:process", 0)?;
    let source = vm.host_function("jsvm:builtin-source", 0)?;
    let install = vm.eval(include_str!("install.js"))?;
    install.call((host, source))?;
    http::install_fetch(vm)
}

/// The source of what is made when it is first used.
fn source(name: &str) -> Result<&'static str, HostError> {
    match name {
        "process" => Ok(include_str!("process.js")),
        _ => Err(HostError::type_error(format!("there is no {name} here"))),
    }
}

/// Modules of Node, and behind them those of the program.
pub struct WithBuiltins {
    pub modules: NodeModules,
    /// Who wants to know what is loaded.
    pub watched: Option<Watched>,
}

/// A module of Node by its name with or without `node:`.
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
                    // When it comes into being, the import is worth another try.
                    let folder = Path::new(import.importer).parent();
                    let missing = folder.unwrap_or(Path::new("")).join(import.specifier);
                    watched.tell(&missing.to_string_lossy());
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
                    watched.tell(&path.to_string_lossy());
                }
                self.modules.load(name)
            }
        }
    }
}
