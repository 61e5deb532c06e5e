//! The codec of snapshots in the npm package: from the sources in `npm/snapshot/` to a core module.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use wasm_encoder::{Module, RawSection};
use wasmparser::BinaryReaderError;

use crate::compile::{self, CompileError, Reproducible, Run};
use crate::licences::{self, LicencesError};
use crate::toolchain::{TARGET, Toolchain, ToolchainError};
use crate::{Options, nested};

/// File that cargo makes of the package.
const CORE: &str = "jsvm_snapshot_codec.wasm";

/// The crate `getrandom` calls a function of the package.
const RUST_FLAGS: [&str; 1] = ["--cfg=getrandom_backend=\"custom\""];

/// The id of a custom section.
const CUSTOM: u8 = 0;

/// The results.
#[derive(Clone, Debug)]
pub struct Built {
    /// The core module.
    pub module: Vec<u8>,
    /// The licences of everything inside, as Markdown.
    pub licences: String,
}

/// The error of the stage that failed.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotCodecError {
    /// The compiler was not found.
    #[error(transparent)]
    Toolchain(#[from] ToolchainError),
    /// The sources do not compile.
    #[error("npm/snapshot/: {0}")]
    Compile(#[from] CompileError),
    /// The compiled module is not where it should be.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Where it should be.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The names in the module cannot be removed.
    #[error("cannot read the module of npm/snapshot/: {0}")]
    Names(#[from] BinaryReaderError),
    /// The licences cannot be listed.
    #[error(transparent)]
    Licences(#[from] LicencesError),
}

/// Builds the module. Calls `progress` with one line after each stage.
///
/// # Errors
///
/// See [`SnapshotCodecError`].
pub fn build(
    options: Options<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<Built, SnapshotCodecError> {
    let mut start = Instant::now();
    let mut done = |stage: &str, bytes: usize| {
        let milliseconds = start.elapsed().as_millis();
        progress(&format!("{stage}: {milliseconds} ms, {bytes} bytes"));
        start = Instant::now();
    };
    let toolchain = Toolchain::find()?;
    let target_dir = options.target_dir.join("snapshot");
    let run = Run {
        toolchain: &toolchain,
        target_dir: &target_dir,
        rust_flags: &RUST_FLAGS,
        reproducible: Some(Reproducible {
            root: options.root,
            wrapper: options.wrapper,
        }),
    };
    compile::compile_small(run, &options.root.join("npm/snapshot"))?;
    let path = target_dir.join(TARGET).join("release").join(CORE);
    let core = fs::read(&path).map_err(|source| SnapshotCodecError::Read { path, source })?;
    done("compile", core.len());
    let mut module = Module::new();
    // Custom sections are names and the world, which `npm/build` reads from the WIT.
    for section in nested::sections(&core)? {
        let (id, data) = section?;
        if id != CUSTOM {
            module.section(&RawSection { id, data });
        }
    }
    let module = module.finish();
    done("remove names", module.len());
    let licences = licences::collect_snapshot_codec(&toolchain, options.root)?;
    done("licences", licences.len());
    Ok(Built { module, licences })
}
