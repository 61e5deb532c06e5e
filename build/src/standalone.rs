//! The templates of built files: components around a VM's module.
//!
//! A built file imports only WASI. The modules in `components/` are compiled, [fused](crate::fuse) to one
//! that shares the VM's memory, and encoded with it as a component, which is kept without the VM's module.
//! `jsvm build` later puts the module there, with a program in its memory.
//!
//! The template with the interfaces of the VM is another one: a composition of two components.

mod encode;

use std::path::{Path, PathBuf};
use std::{fs, io};

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId};
use wasm_encoder::{Module, RawSection};
use wasmparser::{BinaryReaderError, Parser, Payload};

use crate::component::{ComponentError, componentize};
use crate::fuse::{FuseError, Imports, Source, VmModule, fuse};
use crate::toolchain::TARGET;
use crate::{compile, nested};

/// An export that only the module of the VM has.
const EXPORT_OF_VM: &str = "jsvm:engine/jobs@0.2.0#run-jobs";

/// Compositions with an empty module in the place of the VM's module. The name of each says what it
/// exports, which services it imports, and for which host: `http-keyvalue-config-spin`.
#[derive(Clone, Debug)]
pub struct Templates(pub Vec<(String, Vec<u8>)>);

/// Services that a built file may import: the names with which names of modules begin.
const SERVICES: [&str; 2] = ["keyvalue", "config"];

/// Hosts. They have different versions of the services' interfaces.
const HOSTS: [&str; 2] = ["wasmtime", "spin"];

/// The name of the template that exports the interfaces of the VM, and imports only WASI.
pub const NO_HOST: &str = "no-host";

/// Why the templates cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum StandaloneError {
    /// The components could not be compiled.
    #[error("components/: {0}")]
    Compile(#[from] compile::CompileError),
    /// One of them does not fit its world.
    #[error("components/: {0}")]
    Component(#[from] ComponentError),
    /// They do not fit each other.
    #[error(transparent)]
    Fuse(#[from] FuseError),
    /// A component does not fit the VM.
    #[error("the components in components/ do not fit the VM: {reason}")]
    Compose {
        /// The error of the composition.
        reason: String,
    },
    /// A composition cannot be read.
    #[error("cannot read a composition of components/ and the VM: {0}")]
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

/// Makes each kind of file for the component of a VM, whose core module is `core`. The modules around it
/// are compiled, in `target_dir`.
///
/// # Errors
///
/// See [`StandaloneError`].
pub fn templates(target_dir: &Path, vm: &[u8], core: &[u8]) -> Result<Templates, StandaloneError> {
    let read = |name: &str| {
        let path = target_dir.join(TARGET).join("release");
        let path = path.join(name).with_extension("wasm");
        fs::read(&path).map_err(|source| StandaloneError::Missing { path, source })
    };
    let source = |name: &str| Ok::<_, StandaloneError>(Source::read(read(name)?)?);
    let vm_module = VmModule::read(core)?;
    let host = source("jsvm_standalone_host")?;
    let stubs = source("jsvm_stubs")?;
    let http = source("jsvm_http_driver")?;
    let service = source("jsvm_service_driver")?;
    let command = source("jsvm_cli_driver")?;
    let mut adapters = Vec::new();
    for service in SERVICES {
        for version in HOSTS {
            let adapter = source(&format!("jsvm_{service}_{version}"))?;
            adapters.push((service, version, adapter));
        }
    }
    let kinds = [
        ("http", &http, [true, false, false]),
        ("http-with-environment", &http, [true, true, false]),
        ("service", &service, [true, false, false]),
        ("service-with-environment", &service, [true, true, false]),
        ("command", &command, [true, true, false]),
        ("command-with-stdin", &command, [true, true, true]),
        ("command-without-fetch", &command, [false, true, false]),
        (
            "command-without-fetch-with-stdin",
            &command,
            [false, true, true],
        ),
    ];
    let mut templates = Vec::new();
    for (kind, driver, [http, environment, stdin]) in kinds {
        for (services, version) in choices() {
            let mut sources = vec![driver, &host];
            let chosen = |service: &str| services.contains(&service);
            let adapters = adapters.iter();
            let adapters = adapters.filter(|found| chosen(found.0) && found.1 == version);
            sources.extend(adapters.map(|found| &found.2));
            if !environment || services.len() < SERVICES.len() {
                sources.push(&stubs);
            }
            let imports = Imports {
                http,
                stdin,
                environment,
            };
            let fused = fuse(&vm_module, &sources, imports)?;
            let mut name = kind.to_owned();
            for part in &services {
                name = name + "-" + part;
            }
            if !services.is_empty() {
                name = name + "-" + version;
            }
            templates.push((name, hollow(&encode::component(&vm_module, &fused)?)?));
        }
    }
    let no_host = componentize(&read("jsvm_no_host")?)?;
    let no_host = with_host(vm, &no_host).map_err(|error| StandaloneError::Compose {
        reason: format!("{error:#}"),
    })?;
    templates.push((NO_HOST.to_owned(), hollow(&no_host)?));
    Ok(Templates(templates))
}

/// Which services a file may have, and in whose version.
fn choices() -> Vec<(Vec<&'static str>, &'static str)> {
    let [keyvalue, config] = SERVICES;
    let mut choices = vec![(vec![], HOSTS[0])];
    for version in HOSTS {
        for services in [vec![keyvalue], vec![config], vec![keyvalue, config]] {
            choices.push((services, version));
        }
    }
    choices
}

type Composed = Result<Vec<u8>, Box<dyn std::error::Error>>;

/// The interfaces that the VM imports from the component with the host functions. `types` has no
/// functions, and no host knows it.
const HOST: [&str; 4] = [
    TYPES,
    "jsvm:engine/host@0.2.0",
    "jsvm:engine/console@0.2.0",
    "jsvm:engine/modules@0.2.0",
];
const TYPES: &str = "jsvm:engine/types@0.2.0";

/// Composes a component that exports the interfaces of the VM, and the types that its users import.
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
    for name in HOST {
        let export = graph.alias_instance_export(host, name)?;
        graph.set_instantiation_argument(vm, name, export)?;
    }
    let types = graph.alias_instance_export(host, TYPES)?;
    graph.export(types, TYPES)?;
    for name in names(&graph, vm)? {
        let export = graph.alias_instance_export(vm, &name)?;
        graph.export(export, &name)?;
    }
    Ok(graph.encode(EncodeOptions::default())?)
}

/// The names that the component of an instance exports.
fn names(
    graph: &CompositionGraph,
    instance: NodeId,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let package = graph[instance].package();
    let package = package.ok_or("the instance is not one of a component")?;
    let world = &graph.types()[graph[package].ty()];
    Ok(world.exports.keys().cloned().collect())
}

/// A component without the VM's module, and without the names in the others.
fn hollow(composed: &[u8]) -> Result<Vec<u8>, StandaloneError> {
    nested::replace_modules(composed, &mut |module| {
        let mut replaced = Module::new();
        if !is_vm(module)? {
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

/// Whether a module is the module of the VM.
fn is_vm(module: &[u8]) -> Result<bool, BinaryReaderError> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload? {
            for export in section {
                if export?.name == EXPORT_OF_VM {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
