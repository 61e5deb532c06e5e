//! Makes standalone components: a component contains a VM whose program was evaluated already, and
//! needs nothing but WASI to run.
//!
//! ```
//! use jsvm::{EventLoop, Source};
//! use jsvm_standalone as standalone;
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let vm = jsvm::Engine::global()?.vm().build()?;
//! let server = jsvm_http::install(&vm)?;
//! let program = "export default { fetch: () => new Response('hello') }";
//! let exports = EventLoop::new(&vm).eval(Source::module(program)).await?;
//! assert!(server.register(&exports)?);
//! drop((server, exports));
//!
//! let file = standalone::component(&vm, standalone::ComponentKind::Http)?;
//! assert!(file.starts_with(b"\0asm"));
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every instance starts with the state of the VM when [`component`] was called. The top level of
//! the program has run and does not run again; nothing is parsed or compiled when the component
//! starts. Each instance seeds its random numbers anew.
//!
//! The component also contains a driver from `components/`, which shares the memory of the VM. It carries
//! out the requests of
//! [`jsvm_http`], runs timers, and writes the output of the console. There are no other host
//! functions, and no module can be loaded later except those in the VM.

mod engine;
mod error;
mod imports;
mod inclusion;
mod module;
mod nested;
mod parts;
mod reach;
mod shed;
mod stretches;
mod touch;
mod warm;

use std::collections::HashSet;

use wasmparser::Validator;

use jsvm::Vm;
use jsvm_component::{COMPONENT, template};

use self::engine::EngineFiles;
use self::imports::{renamed, used_exports};
use self::module::{Contents, function_exports};
use self::reach::{Plan, Program};
use self::shed::Shed;
use self::warm::Warm;

pub use engine::size_component;
pub use error::StandaloneError;
pub use imports::DRIVER;
pub use inclusion::{Built, CoreModule, Inclusion};
pub use parts::{FileParts, component_from_parts};

/// The size of an empty module, which marks the place of the VM in a template.
const EMPTY: usize = 8;

pub use jsvm_protocol::standalone::{BEGIN, BUSY_TIMEOUT, EXIT_CODE, MAIN, MODULES, RESOLVED};

/// The kind of a standalone component.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm_standalone::{ComponentKind, component};
/// let file = component(&vm, ComponentKind::Command)?;
/// assert!(file.starts_with(b"\0asm"));
/// # Ok::<(), jsvm_standalone::StandaloneError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ComponentKind {
    /// A server that exports `wasi:http/incoming-handler`, for hosts of the world
    /// `wasi:http/proxy`. The VM needs the root [`jsvm_http::HANDLER`].
    Http,
    /// As [`Http`](Self::Http), with environment variables: it also imports `wasi:cli/environment`
    /// and `wasi:cli/exit`.
    HttpWithEnvironment,
    /// A server that exports `wasi:http/handler` of WASI 0.3, for hosts of the worlds
    /// `wasi:http/service` and `wasi:http/proxy`. An instance answers many requests concurrently,
    /// and they share its heap.
    Service,
    /// As [`Service`](Self::Service), with environment variables.
    ServiceWithEnvironment,
    /// A command that exports `wasi:cli/run`. It calls the root [`MAIN`], if there is one, and ends
    /// when nothing is left to do.
    Command,
}

/// The imports of a standalone component beside those that its [`ComponentKind`] has; none by
/// default.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm_standalone::{ComponentKind, ServiceImports, TargetHost, component_with};
/// let mut imports = ServiceImports::default();
/// imports.keyvalue = true;
/// imports.host = TargetHost::Spin;
/// let file = component_with(&vm, ComponentKind::Command, imports)?;
/// assert!(file.starts_with(b"\0asm"));
/// # Ok::<(), jsvm_standalone::StandaloneError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceImports {
    /// `wasi:keyvalue`, for programs that import [`KEYVALUE`](jsvm_http::services::KEYVALUE).
    pub keyvalue: bool,
    /// `wasi:config`, for programs that import [`CONFIG`](jsvm_http::services::CONFIG).
    pub config: bool,
    /// The host, which decides the versions of the two.
    pub host: TargetHost,
    /// Whether a [`Command`](ComponentKind::Command) lacks `wasi:http`, which `wasmtime run` provides
    /// only on request. A request of its program to another host then traps. Servers have it always.
    pub without_fetch: bool,
    /// Whether a [`Command`](ComponentKind::Command) has `wasi:cli/stdin`. A read of standard input
    /// traps without it.
    pub stdin: bool,
}

/// A host of standalone components. The hosts differ in their versions of `wasi:keyvalue` and
/// `wasi:config`, neither of which is finished.
///
/// ```
/// use jsvm_standalone::TargetHost;
/// assert_eq!(TargetHost::default(), TargetHost::Wasmtime);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetHost {
    /// wasmtime 48: `wasi:keyvalue@0.2.0-draft` and `wasi:config@0.2.0-rc.1`.
    #[default]
    Wasmtime,
    /// Spin 3: `wasi:keyvalue@0.2.0-draft2` and `wasi:config@0.2.0-draft-2024-09-27`.
    Spin,
}

/// Makes a component from a VM, which can be used afterwards. The same state gives the same bytes.
///
/// The component keeps the limits on memory and stack. A host gives a component less native stack
/// than this library gives a VM; see [`STACK`].
///
/// # Errors
/// [`StandaloneError::Waiting`] if the VM has unsettled requests, [`StandaloneError::OtherEngine`] if it
/// is neither of the engine in this program nor of [`size_component`], or [`Error::Busy`](jsvm::Error::Busy)
/// and [`Error::Gone`](jsvm::Error::Gone).
pub fn component(vm: &Vm, kind: ComponentKind) -> Result<Vec<u8>, StandaloneError> {
    component_with(vm, kind, ServiceImports::default())
}

/// As [`component`], for a program that uses services of its host.
///
/// # Errors
/// As [`component`].
pub fn component_with(
    vm: &Vm,
    kind: ComponentKind,
    imports: ServiceImports,
) -> Result<Vec<u8>, StandaloneError> {
    component_of(vm, kind, imports, &Inclusion::default()).map(|built| built.component)
}

/// As [`component_with`], with a choice of what to include.
///
/// # Errors
/// As [`component`].
pub fn component_of(
    vm: &Vm,
    kind: ComponentKind,
    imports: ServiceImports,
    inclusion: &Inclusion,
) -> Result<Built, StandaloneError> {
    let template = read_template(&name(kind, imports))?;
    let made = module_for(vm, &template, kind, imports, &[], inclusion)?;
    let component = filled(&template, &renamed(&made.module)?)?;
    Validator::new().validate_all(&component)?;
    Ok(Built {
        component,
        left_out: made.left_out,
    })
}

/// Makes the core module of a VM for a template. It exports functions of these names, too.
fn module_for(
    vm: &Vm,
    template: &[u8],
    kind: ComponentKind,
    imports: ServiceImports,
    exports: &[&str],
    inclusion: &Inclusion,
) -> Result<CoreModule, StandaloneError> {
    let engine = EngineFiles::of(vm)?;
    check_exports(&engine, exports)?;
    // Instances of the other kinds are used more often, or run for longer.
    let is_for_one = matches!(
        kind,
        ComponentKind::Http | ComponentKind::HttpWithEnvironment
    );
    let mut used = used_exports(template)?;
    used.extend(exports.iter().map(|name| (*name).to_owned()));
    let wanted = Wanted {
        exports: used,
        touched: is_for_one.then(|| engine.writable()),
        has_http: kind != ComponentKind::Command || !imports.without_fetch,
    };
    warmed_module(vm, &engine, &wanted, inclusion)
}

/// Checks that an engine exports functions of these names.
fn check_exports(engine: &EngineFiles, exports: &[&str]) -> Result<(), StandaloneError> {
    let known = function_exports(&engine.module)?;
    match exports.iter().find(|name| !known.contains(**name)) {
        Some(name) => Err(StandaloneError::OldEngine {
            name: (*name).to_owned(),
        }),
        None => Ok(()),
    }
}

/// Makes the core module of a component from a VM, for components with another driver: its memory is
/// that of the VM, and functions are left out that neither the program nor the exported functions reach.
///
/// The module keeps the imports of the engine, and its exports but for functions whose names are not in
/// `exports`. It has no custom sections. The same state gives the same bytes.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm_standalone::{Inclusion, core_module};
/// let made = core_module(&vm, &["cabi_realloc"], &Inclusion::default())?;
/// assert!(made.module.starts_with(b"\0asm"));
/// # Ok::<(), jsvm_standalone::StandaloneError>(())
/// ```
///
/// # Errors
/// As [`component`]; and [`StandaloneError::OldEngine`] if the engine does not export one of the functions.
pub fn core_module(
    vm: &Vm,
    exports: &[&str],
    inclusion: &Inclusion,
) -> Result<CoreModule, StandaloneError> {
    let engine = EngineFiles::of(vm)?;
    check_exports(&engine, exports)?;
    let wanted = Wanted {
        exports: exports.iter().map(|name| (*name).to_owned()).collect(),
        touched: None,
        has_http: false,
    };
    warmed_module(vm, &engine, &wanted, inclusion)
}

/// What a core module is made for.
struct Wanted {
    /// The functions that it exports.
    exports: HashSet<String>,
    /// If set, it writes to the pages from this address on when it starts.
    touched: Option<usize>,
    /// Whether its program can fetch or serve.
    has_http: bool,
}

fn warmed_module(
    vm: &Vm,
    engine: &EngineFiles,
    wanted: &Wanted,
    inclusion: &Inclusion,
) -> Result<CoreModule, StandaloneError> {
    if let Some(request) = vm.unsettled_requests()?.into_iter().next() {
        return Err(StandaloneError::Waiting { name: request.name });
    }
    let has_modules = vm.roots().get(MODULES)?.is_some();
    let contents = Contents::read(&engine.module)?;
    let exports = &wanted.exports;
    let references = &engine.references;
    inclusion.check(references)?;
    let (module, left_out) = vm.with_memory(|memory| {
        let program = Program {
            base: &engine.base,
            memory,
            start: engine.start as u32,
            constants: engine.constants as u32,
            has_http: wanted.has_http,
            has_modules,
        };
        let plan = Plan::new(references, &contents, exports, program, inclusion);
        let shed = plan.as_ref().map(|plan| Shed {
            plan,
            contents: &contents,
            exports,
        });
        let warm = Warm {
            start: engine.start,
            memory: plan.as_ref().map_or(memory, |plan| &plan.memory),
            touched: wanted.touched,
            shed,
        };
        let module = warm::warmed(&engine.module, &warm)?;
        let left_out = plan.map_or_else(Vec::new, |plan| plan.left_out.into_iter().collect());
        Ok::<_, StandaloneError>((module, left_out))
    })??;
    Ok(CoreModule { module, left_out })
}

/// Returns [`COMPONENT`] with a host without functions, for components that use a VM and give its
/// scripts none. It exports `jsvm:engine/vm`, `snapshot` and `types`, and imports only WASI 0.2.
/// The console prints; any other host call throws a `TypeError` that says why.
///
/// # Errors
/// [`StandaloneError::Unfit`] if this library has a bug.
pub fn without_host() -> Result<Vec<u8>, StandaloneError> {
    let component = filled(&read_template("no-host")?, &engine::module(COMPONENT)?)?;
    Validator::new().validate_all(&component)?;
    Ok(component)
}

fn unfit(reason: impl Into<String>) -> StandaloneError {
    StandaloneError::Unfit {
        reason: reason.into(),
    }
}

fn read_template(name: &str) -> Result<Vec<u8>, StandaloneError> {
    template(name).ok_or_else(|| unfit(format!("no template {name}")))
}

/// Fills a template with the module of the VM.
fn filled(template: &[u8], vm: &[u8]) -> Result<Vec<u8>, StandaloneError> {
    let mut places = 0;
    let file = nested::replace_modules(template, &mut |module| {
        if module.len() != EMPTY {
            return Ok::<_, StandaloneError>(module.to_vec());
        }
        places += 1;
        Ok(vm.to_vec())
    })?;
    if places != 1 {
        return Err(unfit(format!(
            "the template has {places} places for the VM"
        )));
    }
    Ok(file)
}

/// Returns the name of a template.
fn name(kind: ComponentKind, imports: ServiceImports) -> String {
    let mut name = match kind {
        ComponentKind::Http => "http",
        ComponentKind::HttpWithEnvironment => "http-with-environment",
        ComponentKind::Service => "service",
        ComponentKind::ServiceWithEnvironment => "service-with-environment",
        ComponentKind::Command if imports.without_fetch => "command-without-fetch",
        ComponentKind::Command => "command",
    }
    .to_owned();
    if kind == ComponentKind::Command && imports.stdin {
        name.push_str("-with-stdin");
    }
    for (is_there, part) in [(imports.keyvalue, "-keyvalue"), (imports.config, "-config")] {
        if is_there {
            name.push_str(part);
        }
    }
    if imports.keyvalue || imports.config {
        name.push_str(match imports.host {
            TargetHost::Wasmtime => "-wasmtime",
            TargetHost::Spin => "-spin",
        });
    }
    name
}

/// Bytes of a VM's own stack with which too deep a recursion is a `RangeError` also where a host
/// gives a component 512 KiB of native stack, as `wasmtime serve` does.
pub const STACK: u32 = 96 << 10;
