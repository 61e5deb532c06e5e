//! The npm package's parts that are made of the component, of the codec of snapshots, of the transpiler and of
//! the crate `jsvm-protocol`: core modules, TypeScript that calls their exports as the canonical ABI says, and the
//! names of requests.
//! The parts of the npm package and of the Python package that are made of the component, of the codec of
//! snapshots and of the crate `jsvm-protocol`: core modules, sources that call their exports as the canonical
//! ABI says, and the names of requests.
//!
//! | module | makes |
//! |---|---|
//! | `module` | the core modules, whose memory is imported so that the embedder bounds it |
//! | `unused` | finds what the package does not use of the engine |
//! | `protocol` | the names and records of requests |
//! | `types` | TypeScript types of the WIT's types, and how they lie in memory |
//! | `lift` | code that reads values out of the module's memory |
//! | `lower` | code that writes them there |
//! | `functions` | a method for each export, and a function for each import |
//! | `python` | descriptions of all types and functions, by which Python converts values |

mod functions;
mod lift;
mod lower;
mod module;
mod names;
mod protocol;
mod python;
mod types;
mod unused;

use std::path::Path;

use wit_parser::{Resolve, WorldItem};

pub use module::ModuleError;
use module::{Calls, Growth};

/// The error of [`engine`], [`codec`] and [`transpiler`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpmError {
    /// The WIT cannot be read, or has something for which there is no TypeScript.
    #[error("the WIT: {0}")]
    Wit(String),
    /// A component or module does not have the expected form.
    #[error(transparent)]
    Module(#[from] ModuleError),
}

/// A core module of the packages, and what calls it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Files {
    /// The core module for JavaScript hosts.
    pub module: Vec<u8>,
    /// The core module for Python: its functions are exports. The engine grows its memory itself.
    pub python_module: Vec<u8>,
    /// The TypeScript source that calls it.
    pub bindings: String,
    /// The Python source that describes it.
    pub python: String,
}

/// Makes the package's files of the engine's component and of the folder of its WIT.
///
/// # Errors
///
/// [`NpmError`] if either is not what this expects.
pub fn engine(component: &[u8], wit: &Path) -> Result<Files, NpmError> {
    let (bindings, python) = bindings(wit, "js-vm")?;
    Ok(Files {
        module: module::engine(component, Calls::Table)?,
        python_module: module::engine(component, Calls::Exports)?,
        bindings,
        python,
    })
}

/// Makes the package's files of the codec of snapshots and of the folder of its WIT.
///
/// # Errors
///
/// [`NpmError`] if either is not what this expects.
pub fn codec(module: &[u8], wit: &Path) -> Result<Files, NpmError> {
    let (bindings, python) = bindings(wit, "snapshot-codec")?;
    Ok(Files {
        module: module::helper(module, Growth::Embedder)?,
        python_module: module::helper(module, Growth::Embedder)?,
        bindings,
        python,
    })
}

/// Makes the package's files of the transpiler's component and of the folder of its WIT.
///
/// # Errors
///
/// [`NpmError`] if either is not what this expects.
pub fn transpiler(component: &[u8], wit: &Path) -> Result<Files, NpmError> {
    let (bindings, python) = bindings(wit, "js-transpiler")?;
    Ok(Files {
        module: module::transpiler(component, Growth::Embedder)?,
        python_module: module::transpiler(component, Growth::Own)?,
        bindings,
        python,
    })
}

/// Returns the TypeScript source of the names and records of requests, and of the scripts in a folder of
/// the crate `jsvm-http` that give a VM `fetch`, storage and settings.
///
/// # Errors
///
/// If a script cannot be read.
pub fn protocol(http: &Path) -> std::io::Result<String> {
    let mut scripts = Vec::new();
    for (name, file) in SCRIPTS {
        scripts.push((name, std::fs::read_to_string(http.join(file))?));
    }
    Ok(protocol::write(&scripts))
}

/// The constants of scripts, and their files in the sources of `jsvm-http`.
const SCRIPTS: [(&str, &str); 3] = [
    ("INSTALL_FETCH", "fetch.js"),
    ("KEYVALUE_SOURCE", "services/keyvalue.js"),
    ("CONFIG_SOURCE", "services/config.js"),
];

/// The unstable features of the WIT that the package uses. The others are for tools that make components.
const FEATURES: [&str; 1] = ["http-tools"];

/// Returns the Python source of the versions of requests.
#[must_use]
pub fn python_protocol() -> String {
    format!(
        "\"\"\"Versions of requests. Written by `./just python-wheel`.\"\"\"\n\n\
         OLDEST = {}\nVERSION = {}\n",
        jsvm_protocol::OLDEST,
        jsvm_protocol::VERSION,
    )
}

/// The bindings of a world in TypeScript, and its description in Python.
fn bindings(wit: &Path, world: &str) -> Result<(String, String), NpmError> {
    let wit_error = |error: &dyn std::fmt::Display| NpmError::Wit(format!("{error:#}"));
    let mut resolve = Resolve {
        features: FEATURES.map(str::to_owned).into_iter().collect(),
        ..Resolve::default()
    };
    let (package, _) = resolve.push_dir(wit).map_err(|error| wit_error(&error))?;
    let world = resolve
        .select_world(&[package], Some(world))
        .map_err(|error| wit_error(&error))?;
    let world = &resolve.worlds[world];
    let interfaces = |items: &wit_parser::IndexMap<wit_parser::WorldKey, WorldItem>| {
        items
            .values()
            .filter_map(|item| match item {
                WorldItem::Interface { id, .. } => Some(*id),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    let imports = interfaces(&world.imports);
    let exports = interfaces(&world.exports);
    Ok((
        functions::write(&resolve, &imports, &exports).map_err(NpmError::Wit)?,
        python::write(&resolve, &imports, &exports).map_err(NpmError::Wit)?,
    ))
}
