//! The components around a VM that make a file of it which needs nothing but WASI.
//!
//! They are compiled, composed with the VM by `wac-graph`, and kept without the module of the VM: who
//! makes such a file puts the module there, with a program in its memory.

use std::path::{Path, PathBuf};
use std::{fs, io};

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, PackageId};
use wasm_encoder::{Module, RawSection};
use wasmparser::BinaryReaderError;

use crate::component::{ComponentError, componentize};
use crate::toolchain::{TARGET, Toolchain};
use crate::{compile, nested};

/// What a module of the VM exports and no other does.
const EXPORT_OF_VM: &[u8] = b"jsvm:engine/vm@0.1.0#eval";

/// Compositions without the VM's module: an empty module is in its place.
#[derive(Clone, Debug)]
pub struct Templates {
    /// Exports `wasi:http/incoming-handler`, and imports what every host of it provides.
    pub http: Vec<u8>,
    /// The same, which also imports `wasi:cli/environment`.
    pub http_with_environment: Vec<u8>,
    /// Exports `wasi:cli/run`.
    pub command: Vec<u8>,
    /// Exports what the VM does, and imports nothing but WASI.
    pub no_host: Vec<u8>,
}

/// What is in the folder of components that goes into templates, and is compiled for them.
pub const SOURCES: [&str; 11] = [
    "Cargo.lock",
    "Cargo.toml",
    "cli-driver",
    "closed",
    "console",
    "data",
    "driver",
    "host",
    "http-driver",
    "no-host",
    "wit",
];

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum StandaloneError {
    /// The components could not be compiled.
    #[error("components/: {0}")]
    Compile(#[from] compile::CompileError),
    /// One of them does not fit its world.
    #[error("components/: {0}")]
    Component(#[from] ComponentError),
    /// They do not fit each other.
    #[error("the components in components/ do not fit the VM: {reason}")]
    Compose {
        /// What does not fit.
        reason: String,
    },
    /// What was composed is not as expected.
    #[error("what was composed of components/ and the VM cannot be read: {0}")]
    Read(#[from] BinaryReaderError),
    /// A compiled component is not where it should be.
    #[error("cannot read {path}: {source}")]
    Missing {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Compiles the components in `folder`, and composes each kind with the component of a VM.
///
/// # Errors
///
/// See [`StandaloneError`].
pub fn templates(
    toolchain: &Toolchain,
    folder: &Path,
    target_dir: &Path,
    vm: &[u8],
) -> Result<Templates, StandaloneError> {
    compile::compile_components(toolchain, folder, target_dir)?;
    let read = |name: &str| {
        let path = target_dir.join(TARGET).join("release");
        let path = path.join(name).with_extension("wasm");
        match fs::read(&path) {
            Ok(core) => Ok(componentize(&core)?),
            Err(source) => Err(StandaloneError::Missing { path, source }),
        }
    };
    let host = read("jsvm_standalone_host")?;
    let closed = read("jsvm_closed")?;
    let http = read("jsvm_http_driver")?;
    let command = read("jsvm_cli_driver")?;
    let no_host = read("jsvm_no_host")?;
    let checked = |composed: Composed| match composed {
        Ok(composed) => hollow(&composed),
        Err(error) => Err(StandaloneError::Compose {
            reason: format!("{error:#}"),
        }),
    };
    let template =
        |driver: &[u8], closed: Option<&[u8]>| checked(compose(vm, &host, driver, closed));
    Ok(Templates {
        http: template(&http, Some(&closed))?,
        http_with_environment: template(&http, None)?,
        command: template(&command, None)?,
        no_host: checked(with_host(vm, &no_host))?,
    })
}

type Composed = Result<Vec<u8>, Box<dyn std::error::Error>>;

const TYPES: &str = "jsvm:engine/types@0.1.0";
const HOST: &str = "jsvm:engine/host@0.1.0";
const EXPORTS: [&str; 2] = ["jsvm:engine/vm@0.1.0", "jsvm:engine/snapshot@0.1.0"];

/// One component that exports what the VM does, and the types that users of it import as well.
fn with_host(vm: &[u8], host: &[u8]) -> Composed {
    let mut graph = CompositionGraph::new();
    let [host, vm] = [("host", host), ("vm", vm)].map(|(name, bytes)| {
        let types = graph.types_mut();
        Package::from_bytes(&format!("jsvm:{name}"), None, bytes.to_vec(), types)
    });
    let host = graph.register_package(host?)?;
    let vm = graph.register_package(vm?)?;
    let host = graph.instantiate(host);
    let vm = graph.instantiate(vm);
    for name in [HOST, TYPES] {
        let export = graph.alias_instance_export(host, name)?;
        graph.set_instantiation_argument(vm, name, export)?;
    }
    for (instance, name) in [(host, TYPES), (vm, EXPORTS[0]), (vm, EXPORTS[1])] {
        let export = graph.alias_instance_export(instance, name)?;
        graph.export(export, name)?;
    }
    Ok(graph.encode(EncodeOptions::default())?)
}

/// One component that exports what the driver does. What `closed` exports is not imported.
fn compose(vm: &[u8], host: &[u8], driver: &[u8], closed: Option<&[u8]>) -> Composed {
    let mut graph = CompositionGraph::new();
    let mut register = |name: &str,
                        bytes: &[u8]|
     -> Result<PackageId, Box<dyn std::error::Error>> {
        let types = graph.types_mut();
        let package = Package::from_bytes(&format!("jsvm:{name}"), None, bytes.to_vec(), types)?;
        Ok(graph.register_package(package)?)
    };
    let host = register("host", host)?;
    let vm = register("vm", vm)?;
    let driver = register("driver", driver)?;
    let closed = closed
        .map(|closed| register("closed", closed))
        .transpose()?;
    let graph = &mut graph;

    let closed = closed.map(|closed| graph.instantiate(closed));
    let connect = |graph: &mut CompositionGraph, from, to, name: &str| {
        let export = graph.alias_instance_export(from, name)?;
        graph.set_instantiation_argument(to, name, export)?;
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let host = graph.instantiate(host);
    let vm = graph.instantiate(vm);
    connect(graph, host, vm, HOST)?;
    let driver = graph.instantiate(driver);
    // It has no functions, and no host knows it.
    for user in [vm, driver] {
        connect(graph, host, user, TYPES)?;
    }
    for name in EXPORTS {
        connect(graph, vm, driver, name)?;
    }
    if let Some(closed) = closed {
        connect(graph, closed, host, "wasi:cli/exit@0.2.0")?;
        connect(graph, closed, driver, "wasi:cli/environment@0.2.0")?;
    }
    let exports: Vec<String> = {
        let package = graph[driver].package().ok_or("the driver is no package")?;
        graph.types()[graph[package].ty()]
            .exports
            .keys()
            .cloned()
            .collect()
    };
    for name in exports {
        let export = graph.alias_instance_export(driver, &name)?;
        graph.export(export, &name)?;
    }
    Ok(graph.encode(EncodeOptions::default())?)
}

/// A composition without the VM's module, and without the names in the others.
fn hollow(composed: &[u8]) -> Result<Vec<u8>, StandaloneError> {
    nested::replace_modules(composed, &mut |module| {
        let is_vm = module
            .windows(EXPORT_OF_VM.len())
            .any(|bytes| bytes == EXPORT_OF_VM);
        let mut replaced = Module::new();
        if !is_vm {
            for section in nested::sections(module)? {
                let (id, data) = section?;
                if id != 0 {
                    replaced.section(&RawSection { id, data });
                }
            }
        }
        Ok(replaced.finish())
    })
}
