//! The transpiler: from the sources in `transpiler/` to a component.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use wasm_encoder::{Module, RawSection};
use wasmparser::BinaryReaderError;

use crate::compile::{self, CompileError, Reproducible, Run};
use crate::component::{ComponentError, componentize};
use crate::licences::{self, LicencesError};
use crate::toolchain::{TARGET, Toolchain, ToolchainError};
use crate::{Options, nested};

/// File that cargo makes of the package.
const CORE: &str = "jsvm_transpiler_guest.wasm";

/// Scanning and hashing use vectors, which makes a conversion a tenth quicker.
const RUST_FLAGS: [&str; 1] = ["-Ctarget-feature=+simd128"];

/// The id of a custom section.
const CUSTOM: u8 = 0;

/// The results.
#[derive(Clone, Debug)]
pub struct Built {
    /// The component.
    pub component: Vec<u8>,
    /// The licences of everything inside, as Markdown.
    pub licences: String,
}

/// The error of the stage that failed.
#[derive(Debug, thiserror::Error)]
pub enum TranspilerError {
    /// The compiler was not found.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// The sources do not compile.
    #[error("transpiler/: {0}")]
    Compile(#[from] CompileError),
    /// The compiled module is not where it should be.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Where it should be.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The module does not fit its world.
    #[error("transpiler/: {0}")]
    Component(#[from] ComponentError),
    /// The names in the module cannot be removed.
    #[error("cannot read the component of transpiler/: {0}")]
    Names(#[from] BinaryReaderError),
    /// The licences cannot be listed.
    #[error(transparent)]
    Licences(#[from] LicencesError),
}

/// Builds the component. Calls `progress` with one line after each stage.
///
/// # Errors
///
/// See [`TranspilerError`].
pub fn build(
    options: Options<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<Built, TranspilerError> {
    let mut start = Instant::now();
    let mut done = |stage: &str, bytes: usize| {
        let milliseconds = start.elapsed().as_millis();
        progress(&format!("{stage}: {milliseconds} ms, {bytes} bytes"));
        start = Instant::now();
    };
    let toolchain = Toolchain::find()?;
    let target_dir = options.target_dir.join("transpiler");
    let run = Run {
        toolchain: &toolchain,
        target_dir: &target_dir,
        rust_flags: &RUST_FLAGS,
        reproducible: Some(Reproducible {
            root: options.root,
            wrapper: options.wrapper,
        }),
    };
    compile::compile_workspace(run, &options.root.join("transpiler"))?;
    let path = target_dir.join(TARGET).join("release").join(CORE);
    let core = fs::read(&path).map_err(|source| TranspilerError::Read { path, source })?;
    done("compile", core.len());
    let component = without_names(&componentize(&core)?)?;
    done("componentize", component.len());
    let licences = licences::collect_transpiler(&toolchain, options.root)?;
    done("licences", licences.len());
    Ok(Built {
        component,
        licences,
    })
}

/// A component whose modules have no custom sections, which are mostly names.
fn without_names(component: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    nested::replace_modules(component, &mut |module| {
        let mut replaced = Module::new();
        for section in nested::sections(module)? {
            let (id, data) = section?;
            if id != CUSTOM {
                replaced.section(&RawSection { id, data });
            }
        }
        Ok(replaced.finish())
    })
}
