//! The npm package's parts that are made of the component, of the codec of snapshots and of the crate
//! `jsvm-protocol`: core modules, TypeScript that calls their exports as the canonical ABI says, and the
//! names of requests.
//!
//! | module | makes |
//! |---|---|
//! | `module` | the core modules, whose memory is imported so that the embedder bounds it |
//! | `protocol` | the names and records of requests |
//! | `types` | TypeScript types of the WIT's types, and how they lie in memory |
//! | `lift` | code that reads values out of the module's memory |
//! | `lower` | code that writes them there |
//! | `functions` | a method for each export, and a function for each import |

mod functions;
mod lift;
mod lower;
mod module;
mod names;
mod protocol;
mod types;

use std::path::Path;

use wit_parser::{Resolve, WorldItem};

pub use module::ModuleError;

/// The error of [`engine`] and [`codec`].
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

/// A core module of the package, and what calls it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Files {
    /// The core module.
    pub module: Vec<u8>,
    /// The TypeScript source that calls it.
    pub bindings: String,
}

/// Makes the package's files of the engine's component and of the folder of its WIT.
///
/// # Errors
///
/// [`NpmError`] if either is not what this expects.
pub fn engine(component: &[u8], wit: &Path) -> Result<Files, NpmError> {
    Ok(Files {
        module: module::engine(component)?,
        bindings: bindings(wit, "js-vm")?,
    })
}

/// Makes the package's files of the codec of snapshots and of the folder of its WIT.
///
/// # Errors
///
/// [`NpmError`] if either is not what this expects.
pub fn codec(module: &[u8], wit: &Path) -> Result<Files, NpmError> {
    Ok(Files {
        module: module::codec(module)?,
        bindings: bindings(wit, "snapshot-codec")?,
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

/// The bindings of a world.
fn bindings(wit: &Path, world: &str) -> Result<String, NpmError> {
    let wit_error = |error: &dyn std::fmt::Display| NpmError::Wit(format!("{error:#}"));
    let mut resolve = Resolve {
        all_features: true,
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
    functions::write(&resolve, &imports, &exports).map_err(NpmError::Wit)
}
