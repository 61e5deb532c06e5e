//! The templates of built files: compositions of a VM and the components around it.
//!
//! A built file imports only WASI. The components in `components/` are compiled, composed with the VM
//! by `wac-graph`, and kept without the VM's module. `jsvm build` later puts the module there, with a
//! program in its memory.

mod lean;

use std::path::{Path, PathBuf};
use std::{fs, io};

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection, MemoryType,
    Module, RawSection, TypeSection, ValType,
};
use wasmparser::{BinaryReaderError, Parser, Payload};
use wit_component::{DecodedWasm, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, WorldId, WorldItem, WorldKey};

use crate::component::{ComponentError, componentize};
use crate::toolchain::TARGET;
use crate::{compile, nested};

/// An export that only the module of the VM has.
const EXPORT_OF_VM: &str = "jsvm:engine/jobs@0.2.0#run-jobs";

/// Compositions with an empty module in the place of the VM's module. The name of each says what it
/// exports, which services it imports, and for which host: `http-keyvalue-config-spin`.
#[derive(Clone, Debug)]
pub struct Templates(pub Vec<(String, Vec<u8>)>);

/// Services that a built file may import: the name, with which names of components begin, and the
/// interface that these components provide for the driver.
const SERVICES: [(&str, &str); 2] = [
    ("keyvalue", "jsvm:standalone/keyvalue@0.1.0"),
    ("config", "jsvm:standalone/config@0.1.0"),
];

/// Hosts. They have different versions of the services' interfaces.
const HOSTS: [&str; 2] = ["wasmtime", "spin"];

/// The name of the template that exports the interfaces of the VM, and imports only WASI.
pub const NO_HOST: &str = "no-host";

const ENVIRONMENT: &str = "wasi:cli/environment@0.2.0";
const EXIT: &str = "wasi:cli/exit@0.2.0";

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

/// Composes each kind with the component of a VM, whose core module is `core`. The components are
/// compiled, in `target_dir`.
///
/// # Errors
///
/// See [`StandaloneError`].
pub fn templates(target_dir: &Path, vm: &[u8], core: &[u8]) -> Result<Templates, StandaloneError> {
    let read = |name: &str| {
        let path = target_dir.join(TARGET).join("release");
        let path = path.join(name).with_extension("wasm");
        match fs::read(&path) {
            Ok(core) => Ok(componentize(&core)?),
            Err(source) => Err(StandaloneError::Missing { path, source }),
        }
    };
    let host = read("jsvm_standalone_host")?;
    let stubs = read("jsvm_stubs")?;
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
    let no_http = without_http(&command).map_err(unfit)?;
    let lean = lean::component(core, &[&http, &service, &command]).map_err(unfit)?;
    let kinds = [
        ("http", &http, true, None),
        ("http-with-environment", &http, false, None),
        ("service", &service, true, None),
        ("service-with-environment", &service, false, None),
        ("command", &command, false, None),
        ("command-without-fetch", &command, false, Some(&*no_http)),
    ];
    let mut templates = Vec::new();
    for (kind, driver, without_environment, http) in kinds {
        for (services, version) in choices() {
            let chosen = |service: &str| services.contains(&service);
            let adapters = adapters.iter();
            let adapters = adapters.filter(|found| chosen(found.0) && found.1 == version);
            let parts = Parts {
                vm: &lean,
                host: &host,
                driver,
                stubs: &stubs,
                adapters: adapters.map(|found| (found.2, &*found.3)).collect(),
                without_environment,
                http,
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

/// The components of a built file.
struct Parts<'a> {
    vm: &'a [u8],
    host: &'a [u8],
    driver: &'a [u8],
    stubs: &'a [u8],
    /// Components that export an interface to the driver in place of `stubs`, by the interface.
    adapters: Vec<(&'a str, &'a [u8])>,
    /// Whether the file must not import an environment.
    without_environment: bool,
    /// A component in the place of `wasi:http`, if the file must not import it.
    http: Option<&'a [u8]>,
}

type Composed = Result<Vec<u8>, Box<dyn std::error::Error>>;

const STOPWATCH: &str = "jsvm:standalone/stopwatch@0.1.0";
/// What the names of the VM's interfaces begin with.
const ENGINE: &str = "jsvm:engine/";
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
    for name in names(&graph, vm, Direction::Exports)? {
        let export = graph.alias_instance_export(vm, &name)?;
        graph.export(export, &name)?;
    }
    Ok(graph.encode(EncodeOptions::default())?)
}

/// One component that exports what the driver does. The file does not import the exports of `stubs`.
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
    let stubs = register("stubs", parts.stubs)?;
    let mut adapters = Vec::new();
    for (index, (interface, adapter)) in parts.adapters.iter().enumerate() {
        adapters.push((*interface, register(&format!("adapter{index}"), adapter)?));
    }
    let http = parts.http.map(|http| register("http", http)).transpose()?;
    let graph = &mut graph;

    let is_needed = parts.without_environment || adapters.len() < SERVICES.len();
    let stubs = is_needed.then(|| graph.instantiate(stubs));
    let connect = |graph: &mut CompositionGraph, from, to, name: &str| {
        let export = graph.alias_instance_export(from, name)?;
        graph.set_instantiation_argument(to, name, export)?;
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let host = graph.instantiate(host);
    let vm = graph.instantiate(vm);
    for name in HOST {
        connect(graph, host, vm, name)?;
    }
    let driver = graph.instantiate(driver);
    connect(graph, host, driver, TYPES)?;
    for name in names(graph, driver, Direction::Imports)? {
        if name.starts_with(ENGINE) && name != TYPES {
            connect(graph, vm, driver, &name)?;
        }
    }
    connect(graph, host, driver, STOPWATCH)?;
    if let (true, Some(stubs)) = (parts.without_environment, stubs) {
        connect(graph, stubs, host, EXIT)?;
        connect(graph, stubs, driver, ENVIRONMENT)?;
    }
    if let Some(package) = http {
        let names: Vec<String> = {
            let types = graph.types();
            types[graph[package].ty()].exports.keys().cloned().collect()
        };
        let http = graph.instantiate(package);
        for name in names {
            connect(graph, http, driver, &name)?;
        }
    }
    for (_, interface) in SERVICES {
        let adapter = adapters.iter().find(|(name, _)| *name == interface);
        let adapter = adapter.map(|(_, package)| graph.instantiate(*package));
        let from = adapter.or(stubs).ok_or("nothing has a service")?;
        connect(graph, from, driver, interface)?;
    }
    for name in names(graph, driver, Direction::Exports)? {
        let export = graph.alias_instance_export(driver, &name)?;
        graph.export(export, &name)?;
    }
    Ok(graph.encode(EncodeOptions::default())?)
}

/// Which names of a component.
enum Direction {
    Imports,
    Exports,
}

/// The names that the component of an instance imports or exports.
fn names(
    graph: &CompositionGraph,
    instance: NodeId,
    direction: Direction,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let package = graph[instance].package();
    let package = package.ok_or("the instance is not one of a component")?;
    let world = &graph.types()[graph[package].ty()];
    let names = match direction {
        Direction::Imports => &world.imports,
        Direction::Exports => &world.exports,
    };
    Ok(names.keys().cloned().collect())
}

/// A component that exports what a driver imports of `wasi:http`. Each function traps: the driver calls
/// none of them before its VM fetches.
fn without_http(driver: &[u8]) -> Composed {
    let DecodedWasm::Component(mut resolve, world) = wit_component::decode(driver)? else {
        return Err("the driver is no component".into());
    };
    let name = |key: &WorldKey| resolve.name_world_key(key);
    let imports = resolve.worlds[world].imports.clone();
    let (http, others): (Vec<_>, Vec<_>) = imports
        .into_iter()
        .partition(|(key, _)| name(key).starts_with("wasi:http/"));
    // The types of `wasi:http` use those of others.
    let others = others
        .into_iter()
        .filter(|(key, _)| {
            ["wasi:io/", "wasi:clocks/"]
                .iter()
                .any(|used| name(key).starts_with(used))
        })
        .collect();
    let stub = &mut resolve.worlds[world];
    stub.imports = others;
    stub.exports = http.into_iter().collect();
    let mut module = trapping(&resolve, world);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::default())?;
    Ok(componentize(&module)?)
}

/// A core module with the exported functions of a world, all of which trap.
fn trapping(resolve: &Resolve, world: WorldId) -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    let mut add = |name: &str, params: Vec<ValType>, results: Vec<ValType>| {
        let index = types.len();
        types.ty().function(params, results);
        functions.function(index);
        exports.export(name, ExportKind::Func, index);
        let mut body = Function::new([]);
        body.instructions().unreachable().end();
        code.function(&body);
    };
    for (key, item) in &resolve.worlds[world].exports {
        let WorldItem::Interface { id, .. } = item else {
            continue;
        };
        let interface = resolve.name_world_key(key);
        for function in resolve.interfaces[*id].functions.values() {
            let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
            let flat = |types: &[WasmType]| types.iter().map(flat_type).collect();
            let name = format!("{interface}#{}", function.name);
            add(&name, flat(&signature.params), flat(&signature.results));
        }
    }
    add("cabi_realloc", vec![ValType::I32; 4], vec![ValType::I32]);
    exports.export("memory", ExportKind::Memory, 0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = Module::new();
    module.section(&types);
    module.section(&functions);
    module.section(&memories);
    module.section(&exports);
    module.section(&code);
    module.finish()
}

fn flat_type(of: &WasmType) -> ValType {
    match of {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}

/// A composition without the VM's module, and without the names in the others.
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
