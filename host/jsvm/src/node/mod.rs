//! The modules and globals of Node.js: see [`VmBuilder::node`].

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::{Bytes, Error, HostError, IntoArg, Source, Value, Vm, VmBuilder};

/// The host function that returns the bytecode of a module.
const BYTECODE: &str = "jsvm:node-bytecode";

/// The host function of the object `process`.
const PROCESS: &str = "jsvm:process";

/// The host function that returns the source of the object `process`.
const SOURCE: &str = "jsvm:builtin-source";

/// The root with the modules.
const BUILTINS: &str = "jsvm:builtins";

/// What can be imported, each with a blank around it. Some are found with `node:` alone.
const NAMES: &str = include_str!("names.txt");

/// The version of Node.js whose modules these are.
pub const NODE_VERSION: &str = "24.22.3";

/// Returns the source of the object `process`: a function of the function that answers its calls, of that
/// behind `process.nextTick`, and of one that returns the loader of modules.
pub fn process_source() -> &'static str {
    concat!(
        "((createProcess, createEvents) => createProcess(createEvents))(",
        include_str!("process.js"),
        ", ",
        include_str!("events.js"),
        ")"
    )
}

/// Whether a specifier, with or without `node:`, is a module of Node.js. Returns its full name.
///
/// ```
/// use jsvm::node::builtin_name;
/// assert_eq!(builtin_name("path").as_deref(), Some("node:path"));
/// assert_eq!(builtin_name("node:test").as_deref(), Some("node:test"));
/// assert_eq!(builtin_name("test"), None);
/// ```
pub fn builtin_name(specifier: &str) -> Option<String> {
    let has = |name: &str| NAMES.split_whitespace().any(|known| known == name);
    match specifier.strip_prefix("node:") {
        Some(name) => (has(name) || has(specifier)).then(|| specifier.to_owned()),
        None => has(specifier).then(|| format!("node:{specifier}")),
    }
}

fn bytecode(name: &str) -> Option<&'static [u8]> {
    static MODULES: OnceLock<HashMap<String, Vec<u8>>> = OnceLock::new();
    let modules = MODULES.get_or_init(|| jsvm_component::node_modules().unwrap_or_default());
    modules.get(name).map(Vec::as_slice)
}

/// Adds what a VM with the modules of Node.js calls. A VM that is restored needs it, too.
pub fn add_handlers(builder: VmBuilder) -> VmBuilder {
    builder
        .handler(BYTECODE, |name: String| {
            bytecode(&name).map(|code| Bytes(code.to_vec()))
        })
        .handler(SOURCE, |name: String| match &*name {
            "process" => Ok(process_source()),
            _ => Err(HostError::type_error(format!("no built-in named {name}"))),
        })
}

/// Installs the modules and globals of Node.js in a fresh VM, whose builder has [`add_handlers`].
///
/// With an engine that is older than these modules, only `process` and `global` are installed.
///
/// # Errors
/// [`Error::Limit`].
pub fn install(vm: &Vm) -> Result<(), Error> {
    install_with(vm, vm.create_host_function(PROCESS, 0)?)
}

/// Does the same with a function of the VM that answers the calls of `process`.
///
/// # Errors
/// [`Error::Limit`].
pub fn install_with(vm: &Vm, host: Value) -> Result<(), Error> {
    let optional = |made: Result<Value, Error>| match made {
        Err(Error::MissingFunction(_)) => Ok(Value::UNDEFINED),
        made => made,
    };
    let source = vm.create_host_function(SOURCE, 0)?;
    let bytecode = vm.create_host_function(BYTECODE, 0)?;
    let tick = optional(vm.create_tick_function())?;
    let tools = optional(vm.create_node_tools())?;
    let install = Source::script(include_str!("install.js")).file_name("jsvm:install");
    let builtins = vm
        .eval(install)?
        .call((host, source, tick, bytecode, tools, NAMES))?;
    vm.roots().set(BUILTINS, builtins)
}

/// Emits an event of `process`. Returns whether a listener was called: never, if no script has used `process`.
///
/// # Errors
/// What a listener throws; [`Error::Limit`].
pub fn emit(
    vm: &Vm,
    event: &str,
    first: impl IntoArg,
    second: impl IntoArg,
) -> Result<bool, Error> {
    match vm.roots().get(BUILTINS)? {
        Some(builtins) => builtins.get("emit")?.call((event, first, second))?.to(),
        None => Ok(false),
    }
}

/// An exception that no code caught, for [`handle_exception`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was thrown.
    Exception,
    /// It is the reason of a rejected promise, such as that of an ES module that the program begins with.
    Rejection,
}

/// Lets the program handle an exception that no code caught: by the events `uncaughtExceptionMonitor` and
/// `uncaughtException` of `process`. Returns whether it does.
///
/// # Errors
/// What a listener throws, which ends the program; [`Error::Limit`].
pub fn handle_exception(vm: &Vm, error: &Value, origin: Origin) -> Result<bool, Error> {
    let origin = match origin {
        Origin::Exception => "uncaughtException",
        Origin::Rejection => "unhandledRejection",
    };
    let handled = tell(vm, "exception", error, origin)?;
    handled.map_or(Ok(false), |handled| handled.to())
}

/// Lets the program handle an unhandled rejection: by the event `unhandledRejection` of `process`, then by
/// those of exceptions. Returns whether it does.
///
/// # Errors
/// What a listener throws, which ends the program; [`Error::Limit`].
pub fn handle_rejection(vm: &Vm, reason: &Value, promise: &Value) -> Result<bool, Error> {
    let handled = tell(vm, "rejection", reason, promise)?;
    handled.map_or(Ok(false), |handled| handled.to())
}

/// Tells the program that a promise whose rejection was reported has got a handler.
///
/// # Errors
/// What a listener of `rejectionHandled` throws; [`Error::Limit`].
pub fn report_handled(vm: &Vm, promise: &Value) -> Result<(), Error> {
    tell(vm, "handled", promise, ()).map(drop)
}

/// Tells the program that it ends, by the event `exit` of `process`, unless it was told before. `failure` is
/// the exit code of a failure, or 0. The program has the exit code `otherwise` if it sets none. Returns the
/// exit code, or nothing if no script has used `process`.
///
/// # Errors
/// What a listener throws; [`Error::Limit`].
pub fn exit(vm: &Vm, failure: u8, otherwise: u8) -> Result<Option<f64>, Error> {
    let code = tell(vm, "exit", u32::from(failure), u32::from(otherwise))?;
    code.map(|code| code.to()).transpose()
}

/// Calls a function of `events.js`, if a script has used `process`.
fn tell(
    vm: &Vm,
    event: &str,
    first: impl IntoArg,
    second: impl IntoArg,
) -> Result<Option<Value>, Error> {
    let Some(builtins) = vm.roots().get(BUILTINS)? else {
        return Ok(None);
    };
    // Programs that an older jsvm froze have no such function.
    let tell = builtins.get("tell")?;
    if tell.is_undefined() {
        return Ok(None);
    }
    let told = tell.call((event, first, second))?;
    Ok((!told.is_undefined()).then_some(told))
}

/// Whether the program has loaded a module of Node.js, by its name without `node:`.
///
/// # Errors
/// [`Error::Limit`].
pub fn has_loaded(vm: &Vm, name: &str) -> Result<bool, Error> {
    match vm.roots().get(BUILTINS)? {
        Some(builtins) => builtins.get("hasLoaded")?.call((name,))?.to(),
        None => Ok(false),
    }
}

/// Prepares a VM for running without its host, as a built file does: modules of Node.js that the program does not
/// reach are removed, and what it may still load is kept.
///
/// `identifiers` are those in the sources of the program, and `imported` the full names of modules of Node.js
/// that its functions may import.
///
/// # Errors
/// [`Error::Limit`].
pub fn settle(vm: &Vm, identifiers: &[String], imported: &[String]) -> Result<(), Error> {
    let Some(builtins) = vm.roots().get(BUILTINS)? else {
        return Ok(());
    };
    let has_modules: bool = builtins
        .get("settle")?
        .call((identifiers, imported))?
        .to()?;
    if !has_modules {
        vm.roots().remove(BUILTINS)?;
    }
    Ok(())
}

/// Answers `process` for VMs whose embedder does not.
pub(crate) fn process(builder: VmBuilder) -> VmBuilder {
    use crate::{Arguments, Data};
    // Standard input is empty.
    let read = async |_: u32| Bytes::default();
    let builder = builder
        .async_handler("jsvm:stdin-read", read)
        .background_handler("jsvm:stdin-read-background", read);
    builder.handler(PROCESS, |Arguments(args): Arguments| {
        let name = args
            .first()
            .map_or(Ok(String::new()), |arg| arg.to::<String>())?;
        Ok(match &*name {
            "env" | "exitCode" | "write" => Data::of(&())?,
            "envNames" => Data::of(&Vec::<String>::new())?,
            "isTerminal" => Data::of(&false)?,
            "readInput" => Data::of(&Bytes::default())?,
            "cwd" => Data::of("/")?,
            "platform" => Data::of("linux")?,
            "version" => Data::of(env!("CARGO_PKG_VERSION"))?,
            "exit" => {
                return Err(HostError::new(
                    "process.exit cannot end the embedder of this VM",
                ));
            }
            _ => {
                return Err(HostError::type_error(format!(
                    "process has no operation {name}"
                )));
            }
        })
    })
}
