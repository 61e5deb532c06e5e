//! Calls to the embedder.

use std::cell::Cell;

use jsvm_protocol::webassembly;

use crate::argument;
use crate::bindings::jsvm::engine::console::{self, Level};
use crate::bindings::jsvm::engine::host::{self, InterruptPoint};
use crate::bindings::jsvm::engine::modules::{self, ImportKind, Module};
use crate::bindings::jsvm::engine::types::{Argument, InterruptReason};
use crate::js::{self, JsResult, Thrown, Value};
use crate::poll::{count_host_call, count_import};

/// Calls a host function by its name, which is a string.
#[expect(unsafe_code, reason = "memory of the engine is lent")]
pub fn call(name: &Value, args: &[Value]) -> JsResult<Value> {
    check_company(name)?;
    // SAFETY: the arguments are dropped when the host returns. It cannot call the VM before, and it
    // does not write to what it gets.
    let args = unsafe { argument::lend(args) }?;
    match name.with_text(|name| raw_call(name, &args))? {
        Ok(result) => argument::copy_in(result),
        Err(reason) => Err(argument::thrown(reason)),
    }
}

/// Makes a host call, and tells arguments that cannot be passed from what the host throws.
///
/// # Errors
/// The arguments cannot be passed: the host was not called.
#[expect(unsafe_code, reason = "memory of the engine is lent")]
pub fn ask(name: &Value, args: &[Value]) -> JsResult<JsResult<Value>> {
    check_company(name)?;
    // SAFETY: as in `call`.
    let args = unsafe { argument::lend(args) }?;
    Ok(match name.with_text(|name| raw_call(name, &args))? {
        Ok(result) => argument::copy_in(result),
        Err(reason) => Err(argument::thrown(reason)),
    })
}

/// Creates a function of this name that makes the host call `call` with its arguments.
pub fn function(name: &str, call: &str, length: u32) -> JsResult<Value> {
    js::function(name, length, &[Value::text(call)?], |function| {
        self::call(&function.data[0], function.args)
    })
}

/// Kept as one function: the generated one is large, and would be inlined into each caller.
#[inline(never)]
fn raw_call(name: &str, args: &[Argument]) -> Result<Argument, Argument> {
    count_host_call();
    away(|| host::host_call(name, args))
}

/// Sends a message about modules of WebAssembly. Nothing, if the embedder does not know such messages.
pub fn run_modules(message: Vec<u8>) -> Option<Vec<u8>> {
    if ALONE.get() {
        return None;
    }
    match raw_call(webassembly::CALL, &[Argument::Bytes(message)]) {
        Ok(Argument::Bytes(reply)) => Some(reply),
        _ => None,
    }
}

/// The VM is in a component of its own from now on, in which there are no host functions and no other
/// modules than those that it has.
pub fn leave_alone() {
    ALONE.set(true);
}

/// Fails if there are no host functions.
fn check_company(name: &Value) -> JsResult<()> {
    match ALONE.get() {
        false => Ok(()),
        true => Err(Thrown::type_error(&format!(
            "{} is a host function: a component for a world has none",
            name.to_lossy().unwrap_or_default()
        ))),
    }
}

/// Fails if no module can be loaded.
fn check_modules(specifier: &str) -> JsResult<()> {
    match ALONE.get() {
        false => Ok(()),
        true => Err(Thrown::type_error(&format!(
            "Cannot find '{specifier}': a component has the modules that were there when it was built"
        ))),
    }
}

/// Passes a message of `console` to the embedder.
pub fn console(level: Level, text: &str) {
    count_host_call();
    away(|| console::write(level, text));
}

/// Asks the embedder for the full name of a module.
pub fn resolve_module(specifier: &str, importer: &str, kind: ImportKind) -> JsResult<String> {
    check_modules(specifier)?;
    count_import();
    count_host_call();
    away(|| modules::resolve(specifier, importer, kind)).map_err(argument::thrown)
}

/// Asks the embedder for a module.
pub fn load_module(name: &str) -> JsResult<Module> {
    check_modules(name)?;
    count_import();
    count_host_call();
    away(|| modules::load(name)).map_err(argument::thrown)
}

/// Reports to the engine, between bytecodes, whether the script must stop.
pub fn should_stop() -> bool {
    let stops = should_interrupt(InterruptPoint::Bytecode);
    if stops && !STOPPED.replace(true) {
        // The engine keeps the first stack from now on: what stops later is what was around it.
        drop(js::take_interrupted_stack());
    }
    stops
}

/// Asks the embedder whether to stop.
pub fn should_interrupt(point: InterruptPoint) -> bool {
    POLLS.set(POLLS.get().wrapping_add(1));
    let work = WORK.get().saturating_add(1);
    WORK.set(work);
    let reason = match WORK_LIMIT.get() {
        // The embedder need not know how to count.
        Some(limit) if work > limit && point == InterruptPoint::Bytecode => {
            Some(InterruptReason::WorkLimit)
        }
        _ => away(|| host::should_interrupt(point)),
    };
    if reason.is_some() {
        REASON.set(reason);
    }
    reason.is_some()
}

/// A call from the embedder begins.
pub fn begin() {
    WORK.set(0);
    REASON.set(None);
    STOPPED.set(false);
}

/// How much work a call may do, in units of about 10,000 branches.
pub fn work_limit() -> Option<u64> {
    WORK_LIMIT.get()
}

/// Limits the work of each call.
pub fn set_work_limit(limit: Option<u64>) {
    WORK_LIMIT.set(limit);
}

/// Why the embedder interrupted the script, once.
pub fn take_reason() -> InterruptReason {
    REASON.take().unwrap_or(InterruptReason::Embedder)
}

/// How often the embedder was asked.
pub fn polls() -> u32 {
    POLLS.get()
}

thread_local! {
    static AWAY: Cell<bool> = const { Cell::new(false) };
    /// Whether there are no host functions.
    static ALONE: Cell<bool> = const { Cell::new(false) };
    static POLLS: Cell<u32> = const { Cell::new(0) };
    /// Polls since the call began.
    static WORK: Cell<u64> = const { Cell::new(0) };
    static WORK_LIMIT: Cell<Option<u64>> = const { Cell::new(None) };
    static REASON: Cell<Option<InterruptReason>> = const { Cell::new(None) };
    /// Whether a script was stopped since the call began.
    static STOPPED: Cell<bool> = const { Cell::new(false) };
}

/// Calls an import. Whoever calls the VM meanwhile finds it in the middle of something.
pub fn away<T>(call: impl FnOnce() -> T) -> T {
    let before = AWAY.replace(true);
    let result = call();
    AWAY.set(before);
    result
}

/// Whether an import has been called and has not returned.
pub fn is_away() -> bool {
    AWAY.get()
}
