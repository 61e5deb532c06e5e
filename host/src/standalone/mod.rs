//! Files that stand alone: a component with a VM in it whose program has been evaluated already, and
//! which needs nothing but WASI to run.
//!
//! ```
//! use jsvm::{EventLoop, Source, http, standalone};
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let vm = jsvm::Engine::global()?.vm().build()?;
//! let server = http::install(&vm)?;
//! let program = "export default { fetch: () => new Response('hello') }";
//! let exports = EventLoop::new(&vm).eval(Source::module(program)).await?;
//! assert!(server.register(&exports)?);
//! drop((server, exports));
//!
//! let file = standalone::component(&vm, standalone::Kind::Http)?;
//! assert!(file.starts_with(b"\0asm"));
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What the VM is when [`component`] is called is what every instance of the file begins with. So the
//! top level of the program has run, and runs no more; nothing is parsed or compiled when the file
//! is used. Random numbers are seeded anew in each instance.
//!
//! What drives the VM in the file, and answers its host calls, is in `components/`. It carries out the
//! requests of [`http`](crate::http), runs timers, and writes what the console prints. There is no
//! other host function, and no module can be loaded any more.

#[path = "../../../build/src/nested.rs"]
mod nested;
mod touch;
mod warm;

use std::ops::Range;

use wasmparser::{BinaryReaderError, Validator};

use crate::engine::COMPONENT;
use crate::error::Error;
use crate::snapshot::base;
use crate::vm::Vm;

/// Compositions in which an empty module stands where that of the VM goes.
static TEMPLATES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/templates"));

/// Bytes of an empty module.
const EMPTY: usize = 8;

/// The [root](Vm::set_root) of a function that a [command](Kind::Command) calls.
pub const MAIN: &str = "jsvm:main";

/// The root of a function that is called before anything else when the file runs, with an object of
/// the environment variables and an array of the arguments.
pub const BEGIN: &str = "jsvm:begin";

/// The root of a function that a [command](Kind::Command) asks for its exit code in the end.
pub const EXIT_CODE: &str = "jsvm:exit-code";

/// The root of an object with names of modules, so that they are found when no loader is there any
/// more: its keys are `import` or `require`, the importer and the specifier, with line ends between
/// them.
pub const RESOLVED: &str = "jsvm:resolved";

/// The root of an object with modules by their names, in the form in which a loader answers
/// (`jsvm:load-module` in the WIT).
pub const MODULES: &str = "jsvm:modules";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It answers requests: it exports `wasi:http/incoming-handler`, and imports nothing that a host
    /// of the world `wasi:http/proxy` does not provide. The VM needs the root
    /// [`http::HANDLER`](crate::http::HANDLER).
    Http,
    /// The same, with environment variables: it also imports `wasi:cli/environment` and
    /// `wasi:cli/exit`.
    HttpWithEnvironment,
    /// It answers requests, many at a time in one instance: it exports `wasi:http/handler` of WASI 0.3, and imports
    /// nothing that a host of the world `wasi:http/service` and of the former one does not provide. What a
    /// request changes in the heap is there for those that come to the same instance.
    Service,
    /// The same, with environment variables.
    ServiceWithEnvironment,
    /// It is a command: it exports `wasi:cli/run`, which calls the root [`MAIN`], if there is one, and
    /// ends when nothing is left to do.
    Command,
}

/// What a file takes from its host beside what its [`Kind`] has; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imports {
    /// `wasi:keyvalue`, for programs that import [`KEYVALUE`](crate::services::KEYVALUE).
    pub keyvalue: bool,
    /// `wasi:config`, for programs that import [`CONFIG`](crate::services::CONFIG).
    pub config: bool,
    /// In whose versions.
    pub host: Host,
}

/// Hosts whose versions of `wasi:keyvalue` and `wasi:config` differ: neither is finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// wasmtime 48: `wasi:keyvalue@0.2.0-draft` and `wasi:config@0.2.0-rc.1`.
    #[default]
    Wasmtime,
    /// Spin 3: `wasi:keyvalue@0.2.0-draft2` and `wasi:config@0.2.0-draft-2024-09-27`.
    Spin,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StandaloneError {
    /// The VM cannot be read.
    #[error(transparent)]
    Vm(#[from] Error),
    /// The VM has requests that nobody has settled: they would be lost.
    #[error("the VM waits for the request {name}, which only a file that runs can make")]
    Waiting {
        /// The first of them.
        name: String,
    },
    /// This library is broken.
    #[error("the component cannot be made: {reason}")]
    Unfit {
        /// What is wrong.
        reason: String,
    },
}

impl From<BinaryReaderError> for StandaloneError {
    fn from(error: BinaryReaderError) -> Self {
        StandaloneError::Unfit {
            reason: error.to_string(),
        }
    }
}

/// Makes a file of a VM, which can be used on. The same state gives the same bytes.
///
/// The limits on memory and stack are part of it. A host gives a component less native stack than
/// this library does a VM; see [`STACK`].
///
/// # Errors
/// [`StandaloneError::Waiting`] if the VM has unsettled requests, or [`Error::Busy`] and
/// [`Error::Gone`].
pub fn component(vm: &Vm, kind: Kind) -> Result<Vec<u8>, StandaloneError> {
    component_with(vm, kind, Imports::default())
}

/// As [`component`], for a program that uses more of its host.
///
/// # Errors
/// As [`component`].
pub fn component_with(vm: &Vm, kind: Kind, imports: Imports) -> Result<Vec<u8>, StandaloneError> {
    if let Some(request) = vm.unsettled_requests()?.into_iter().next() {
        return Err(StandaloneError::Waiting { name: request.name });
    }
    // The others' instances are used more often, or run for longer.
    let is_for_one = matches!(kind, Kind::Http | Kind::HttpWithEnvironment);
    let touched = is_for_one.then_some(base::WRITABLE);
    let warmed =
        vm.with_memory(|memory| warm::warmed(&engine()?, base::START, memory, touched))??;
    filled(&name(kind, imports), &warmed)
}

/// [`COMPONENT`] with a host in it, for components that use a VM and have no
/// functions to give to its scripts: it exports `jsvm:engine/vm`, `snapshot` and `types`, and imports
/// nothing but WASI 0.2. The console prints; any other host call is a `TypeError` that says why.
///
/// # Errors
/// [`StandaloneError::Unfit`], if this library is broken.
pub fn without_host() -> Result<Vec<u8>, StandaloneError> {
    filled("no-host", &engine()?)
}

/// The template of a name with a module in the place of the VM's.
fn filled(name: &str, vm: &[u8]) -> Result<Vec<u8>, StandaloneError> {
    let unfit = |reason: String| StandaloneError::Unfit { reason };
    let template = template(name).map_err(unfit)?;
    let mut places = 0;
    let file = nested::replace_modules(&template, &mut |module| {
        if module.len() != EMPTY {
            return Ok::<_, StandaloneError>(module.to_vec());
        }
        places += 1;
        Ok(vm.to_vec())
    })?;
    if places != 1 {
        return Err(unfit(format!("there are {places} places for the VM")));
    }
    Validator::new().validate_all(&file)?;
    Ok(file)
}

/// What a template is called.
fn name(kind: Kind, imports: Imports) -> String {
    let mut name = match kind {
        Kind::Http => "http",
        Kind::HttpWithEnvironment => "http-with-environment",
        Kind::Service => "service",
        Kind::ServiceWithEnvironment => "service-with-environment",
        Kind::Command => "command",
    }
    .to_owned();
    for (is_there, part) in [(imports.keyvalue, "-keyvalue"), (imports.config, "-config")] {
        if is_there {
            name.push_str(part);
        }
    }
    if imports.keyvalue || imports.config {
        name.push_str(match imports.host {
            Host::Wasmtime => "-wasmtime",
            Host::Spin => "-spin",
        });
    }
    name
}

/// The template of this name, as `build.rs` has written it.
fn template(wanted: &str) -> Result<Vec<u8>, String> {
    let length: usize = env!("JSVM_TEMPLATES").parse().unwrap_or_default();
    let all = zstd::bulk::decompress(TEMPLATES, length).map_err(|error| error.to_string())?;
    let cut = || format!("there is no template {wanted}");
    let mut rest = &*all;
    loop {
        let mut take = |length: usize| {
            let (taken, behind) = rest.split_at_checked(length)?;
            rest = behind;
            Some(taken)
        };
        let mut length = || {
            let bytes = take(4)?.try_into().ok()?;
            Some(u32::from_le_bytes(bytes) as usize)
        };
        let (name, template) = (length().ok_or_else(cut)?, length().ok_or_else(cut)?);
        let name = take(name).ok_or_else(cut)?;
        let template = take(template).ok_or_else(cut)?;
        if name == wanted.as_bytes() {
            return Ok(template.to_vec());
        }
    }
}

/// Bytes of a VM's own stack with which too deep a recursion is a `RangeError` also where a host gives
/// a component 512 KiB of native stack, as `wasmtime serve` does.
pub const STACK: u32 = 96 << 10;

/// The core module of the VM.
fn engine() -> Result<Vec<u8>, StandaloneError> {
    let mut largest = Vec::new();
    for section in nested::sections(COMPONENT)? {
        let (id, content) = section?;
        // The others are adapters of some hundred bytes.
        if id == nested::CORE_MODULE && content.len() > largest.len() {
            largest = content.to_vec();
        }
    }
    Ok(largest)
}

/// Where a memory is not zero, without gaps that are too short to be worth a segment.
fn stretches(memory: &[u8], gap: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(start) = memory[at..].iter().position(|byte| *byte != 0) {
        let start = at + start;
        let end = memory[start..].iter().position(|byte| *byte == 0);
        let end = end.map_or(memory.len(), |length| start + length);
        match found.last_mut() {
            Some(last) if start - last.end < gap => last.end = end,
            _ => found.push(start..end),
        }
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::stretches;

    #[test]
    fn zeros_are_left_out_where_that_is_shorter() {
        let mut memory = vec![0; 100];
        memory[3] = 1;
        memory[8] = 2;
        memory[50..53].fill(3);
        memory[99] = 4;
        assert_eq!(stretches(&memory, 10), [3..9, 50..53, 99..100]);
        assert_eq!(stretches(&memory, 4), [3..4, 8..9, 50..53, 99..100]);
        assert!(stretches(&[0; 10], 4).is_empty());
        assert!(stretches(&[], 4).is_empty());
    }
}
