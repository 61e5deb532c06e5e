//! Imports of modules: those that a source has, and the calls of `import()`.

use std::cell::Cell;

use rquickjs_sys as q;

use super::compile::{c_string, run_source};
use super::realm::{ctx, runtime};
use super::value::{JsResult, Thrown, Value};

/// Compiles a module without loading what it imports: a flag that the engine has by a patch.
const UNRESOLVED: u32 = 1 << 8;

// By `guest/engine/jsvm.c`.
unsafe extern "C" {
    fn jsvm_take_module_imports(ctx: *mut q::JSContext, module: q::JSValue) -> q::JSValue;
    fn jsvm_is_module_loaded(ctx: *mut q::JSContext, name: *const q::c_char) -> q::c_int;
    fn jsvm_set_import_job(runtime: *mut q::JSRuntime, job: q::JSJobFunc);
    fn jsvm_import_now(ctx: *mut q::JSContext, import: *const q::JSValue) -> q::JSValue;
    fn jsvm_import_later(ctx: *mut q::JSContext, import: *const q::JSValue) -> q::c_int;
}

/// Lists what the source of a module imports: specifiers, each with an object of attributes or
/// `undefined`.
pub fn module_imports(text: String, name: &str) -> JsResult<Vec<(Value, Value)>> {
    let flags = q::JS_EVAL_TYPE_MODULE | q::JS_EVAL_FLAG_COMPILE_ONLY | UNRESOLVED;
    let module = run_source(text, &c_string(name), flags)?;
    // SAFETY: a module that nothing refers to; it is freed, so its value is given away.
    let list = unsafe { Value::check(jsvm_take_module_imports(ctx(), module.into_raw())) }?;
    let len = list.get("length")?.to_number()? as u32;
    (0..len / 2)
        .map(|index| Ok((list.get(2 * index)?, list.get(2 * index + 1)?)))
        .collect()
}

/// Whether a module of this full name is loaded.
pub fn is_module_loaded(name: &str) -> JsResult<bool> {
    let name = c_string(name);
    // SAFETY: zero-terminated name.
    let status = unsafe { jsvm_is_module_loaded(ctx(), name.as_ptr()) };
    Ok(Thrown::check(status)? != 0)
}

/// A call of `import()`: its promise's functions, and what it imports.
#[derive(Clone, Copy)]
pub struct ImportCall<'a>(&'a [Value; 5]);

impl<'a> ImportCall<'a> {
    /// The function that rejects its promise.
    pub fn reject(self) -> &'a Value {
        &self.0[1]
    }

    /// The full name of the importing module, or the name of the script; `null` if there is none.
    pub fn importer(self) -> &'a Value {
        &self.0[2]
    }

    /// The specifier, a string.
    pub fn specifier(self) -> &'a Value {
        &self.0[3]
    }

    /// The attributes: an object of strings, or `undefined`.
    pub fn attributes(self) -> &'a Value {
        &self.0[4]
    }

    /// All of it, for a function to keep.
    pub fn parts(self) -> &'a [Value] {
        self.0
    }

    /// The call of which a function kept the parts.
    pub fn of_parts(parts: &'a [Value]) -> Option<Self> {
        parts.try_into().ok().map(ImportCall)
    }

    /// Queues the job that imports the module, as `import()` does.
    pub fn queue(self) -> JsResult<()> {
        // SAFETY: live values, as many as the engine reads; it duplicates them.
        let status = unsafe { jsvm_import_later(ctx(), self.0.as_ptr().cast()) };
        Thrown::check(status).map(drop)
    }
}

/// Takes a call of `import()` over, or returns `false` to have the module imported now.
pub type ImportHook = fn(ImportCall<'_>) -> JsResult<bool>;

thread_local! {
    static HOOK: Cell<Option<ImportHook>> = const { Cell::new(None) };
}

/// Sets what may take calls of `import()` over.
pub fn set_import_hook(hook: Option<ImportHook>) {
    HOOK.set(hook);
    // SAFETY: the job matches the expected signature.
    unsafe { jsvm_set_import_job(runtime(), hook.and(Some(import_job))) }
}

/// Whether something may take calls of `import()` over.
pub fn has_import_hook() -> bool {
    HOOK.get().is_some()
}

/// The engine runs this for each call of `import()`.
unsafe extern "C" fn import_job(
    _: *mut q::JSContext,
    argc: q::c_int,
    argv: *mut q::JSValue,
) -> q::JSValue {
    // SAFETY: the engine passes live values for the duration of the call.
    let parts = unsafe { Value::slice_from_raw(argv, argc as usize) };
    let taken = match (HOOK.get(), ImportCall::of_parts(parts)) {
        (Some(hook), Some(import)) => hook(import),
        _ => Ok(false),
    };
    let result = match taken {
        // SAFETY: the arguments of such a job.
        Ok(false) => unsafe { Value::check(jsvm_import_now(ctx(), argv)) },
        Ok(true) => Ok(Value::UNDEFINED),
        Err(thrown) => reject(parts, thrown),
    };
    match result {
        Ok(value) => value.into_raw(),
        Err(thrown) => thrown.raise(),
    }
}

/// An error is the promise's, but for one that no script may catch.
fn reject(parts: &[Value], thrown: Thrown) -> JsResult<Value> {
    match ImportCall::of_parts(parts) {
        Some(import) if !thrown.is_interrupt() => {
            import.reject().call(&Value::UNDEFINED, &[thrown.0])
        }
        _ => Err(thrown),
    }
}
