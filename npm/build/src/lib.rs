//! The npm package's part that is made of the component: its core module, and TypeScript that calls
//! the module's exports as the canonical ABI says.
//!
//! | module | makes |
//! |---|---|
//! | `module` | the core module, whose memory is imported so that the embedder bounds it |
//! | `types` | TypeScript types of the WIT's types, and how they lie in memory |
//! | `lift` | code that reads values out of the module's memory |
//! | `lower` | code that writes them there |
//! | `functions` | a method for each export, and a function for each import |

mod functions;
mod lift;
mod lower;
mod module;
mod names;
mod types;

use std::path::Path;

use wit_parser::{Resolve, WorldItem};

pub use module::ModuleError;

/// The error of [`build`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpmError {
    /// The WIT cannot be read, or has something for which there is no TypeScript.
    #[error("the WIT: {0}")]
    Wit(String),
    /// The component has no core module of the expected form.
    #[error(transparent)]
    Module(#[from] ModuleError),
}

/// What the npm package has of the component.
#[derive(Debug)]
#[non_exhaustive]
pub struct Files {
    /// The core module, `js-vm.wasm` of the package.
    pub module: Vec<u8>,
    /// The TypeScript source that calls it.
    pub bindings: String,
}

/// Makes the package's files of the component and of the folder of its WIT.
///
/// # Errors
///
/// [`NpmError`] if either is not what this expects.
pub fn build(component: &[u8], wit: &Path) -> Result<Files, NpmError> {
    let wit_error = |error: &dyn std::fmt::Display| NpmError::Wit(format!("{error:#}"));
    let mut resolve = Resolve {
        all_features: true,
        ..Resolve::default()
    };
    let (package, _) = resolve.push_dir(wit).map_err(|error| wit_error(&error))?;
    let world = resolve
        .select_world(&[package], Some("js-vm"))
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
    Ok(Files {
        module: module::build(component)?,
        bindings: functions::write(&resolve, &imports, &exports).map_err(NpmError::Wit)?,
    })
}
