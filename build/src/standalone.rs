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

/// Compositions without the VM's module: an empty module is in its place. Each has a name of what it
/// is, and of what it takes from its host besides: `http-keyvalue-config-spin`.
#[derive(Clone, Debug)]
pub struct Templates(pub Vec<(String, Vec<u8>)>);

/// What files may take from their hosts besides, with the component that does it for a version, and
/// the interface that it has in all of them.
const SERVICES: [(&str, &str); 2] = [
    ("keyvalue", "jsvm:standalone/keyvalue@0.1.0"),
    ("config", "jsvm:standalone/config@0.1.0"),
];

/// Hosts, whose versions of these interfaces differ.
const HOSTS: [&str; 2] = ["wasmtime", "spin"];

/// What the template is called that exports what the VM does, and imports nothing but WASI.
pub const NO_HOST: &str = "no-host";

const ENVIRONMENT: &str = "wasi:cli/environment@0.2.0";
const EXIT: &str = "wasi:cli/exit@0.2.0";

/// What is in the folder of components that goes into templates, and is compiled for them.
pub const SOURCES: [&str; 16] = [
    "Cargo.lock",
    "Cargo.toml",
    "cli-driver",
    "closed",
    "config-spin",
    "config-wasmtime",
    "console",
    "data",
    "driver",
    "host",
    "http-driver",
    "keyvalue-spin",
    "keyvalue-wasmtime",
    "no-host",
    "service-driver",
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
    let service = read("jsvm_service_driver")?;
    let command = read("jsvm_cli_driver")?;
    let mut adapters = Vec::new();
    for (service, interface) in SERVICES {
        for version in HOSTS {
            let component = read(&format!("jsvm_{service}_{version}"))?;
            adapters.push((service, version, interface, component));
        }
    }
    let unfit = |error: Box<dyn std::error::Error>| StandaloneError::Compose {
        reason: format!("{error:#}"),
    };
    let kinds = [
        ("http", &http, true),
        ("http-with-environment", &http, false),
        ("service", &service, true),
        ("service-with-environment", &service, false),
        ("command", &command, false),
    ];
    let mut templates = Vec::new();
    for (kind, driver, is_closed) in kinds {
        for (services, version) in choices() {
            // No Spin has WASI 0.3 yet.
            if kind.starts_with("service") && version != HOSTS[0] {
                continue;
            }
            let chosen = |service: &str| services.contains(&service);
            let adapters = adapters.iter();
            let adapters = adapters.filter(|found| chosen(found.0) && found.1 == version);
            let parts = Parts {
                vm,
                host: &host,
                driver,
                closed: &closed,
                adapters: adapters.map(|found| (found.2, &*found.3)).collect(),
                is_closed,
            };
            let composed = compose(&parts).map_err(unfit)?;
            let mut name = kind.to_owned();
            for part in &services {
                name = name + "-" + part;
            }
            if !services.is_empty() {
                name = name + "-" + version;
            }
            templates.push((name, hollow(&composed)?));
        }
    }
    let no_host = with_host(vm, &read("jsvm_no_host")?).map_err(unfit)?;
    templates.push((NO_HOST.to_owned(), hollow(&no_host)?));
    Ok(Templates(templates))
}

/// Which services a file may have, and in whose version.
fn choices() -> Vec<(Vec<&'static str>, &'static str)> {
    let [keyvalue, config] = SERVICES.map(|(name, _)| name);
    let mut choices = vec![(vec![], HOSTS[0])];
    for version in HOSTS {
        for services in [vec![keyvalue], vec![config], vec![keyvalue, config]] {
            choices.push((services, version));
        }
    }
    choices
}

/// What a file consists of.
struct Parts<'a> {
    vm: &'a [u8],
    host: &'a [u8],
    driver: &'a [u8],
    closed: &'a [u8],
    /// What has an interface for the driver that `closed` has otherwise.
    adapters: Vec<(&'a str, &'a [u8])>,
    /// Whether it must not import an environment.
    is_closed: bool,
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
fn compose(parts: &Parts<'_>) -> Composed {
    let mut graph = CompositionGraph::new();
    let mut register = |name: &str,
                        bytes: &[u8]|
     -> Result<PackageId, Box<dyn std::error::Error>> {
        let types = graph.types_mut();
        let package = Package::from_bytes(&format!("jsvm:{name}"), None, bytes.to_vec(), types)?;
        Ok(graph.register_package(package)?)
    };
    let host = register("host", parts.host)?;
    let vm = register("vm", parts.vm)?;
    let driver = register("driver", parts.driver)?;
    let closed = register("closed", parts.closed)?;
    let mut adapters = Vec::new();
    for (index, (interface, adapter)) in parts.adapters.iter().enumerate() {
        adapters.push((*interface, register(&format!("adapter{index}"), adapter)?));
    }
    let graph = &mut graph;

    let is_needed = parts.is_closed || adapters.len() < SERVICES.len();
    let closed = is_needed.then(|| graph.instantiate(closed));
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
    if let (true, Some(closed)) = (parts.is_closed, closed) {
        connect(graph, closed, host, EXIT)?;
        connect(graph, closed, driver, ENVIRONMENT)?;
    }
    for (_, interface) in SERVICES {
        let adapter = adapters.iter().find(|(name, _)| *name == interface);
        let adapter = adapter.map(|(_, package)| graph.instantiate(*package));
        let from = adapter.or(closed).ok_or("nothing has a service")?;
        connect(graph, from, driver, interface)?;
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
