//! The one runtime and its one context (realm).

use std::cell::Cell;
use std::ffi::{CStr, CString};

use rquickjs_sys as q;

use super::value::{JsResult, Thrown, Value};
use crate::memory;

thread_local! {
    static CONTEXT: Cell<*mut q::JSContext> = const { Cell::new(std::ptr::null_mut()) };
    static INTERRUPT: Cell<Option<fn() -> bool>> = const { Cell::new(None) };
    static LOADER: Cell<Option<ModuleLoader>> = const { Cell::new(None) };
}

/// The context.
///
/// # Panics
/// If [`start`] has not been called.
#[inline]
pub(super) fn ctx() -> *mut q::JSContext {
    let context = CONTEXT.get();
    assert!(!context.is_null(), "the VM was not pre-initialised");
    context
}

pub(super) fn runtime() -> *mut q::JSRuntime {
    // SAFETY: live context.
    unsafe { q::JS_GetRuntime(ctx()) }
}

/// Makes the runtime and a context with all intrinsics except `performance`, whose clock is the
/// embedder's.
///
/// # Panics
/// If it is called twice, or if there is not even memory for an empty realm.
pub fn start() {
    assert!(CONTEXT.get().is_null(), "the VM is there already");
    let functions = memory::engine_functions();
    // SAFETY: the allocation functions follow malloc's rules and the engine copies the table;
    // every pointer is checked before it is used.
    unsafe {
        let runtime = q::JS_NewRuntime2(&raw const functions, std::ptr::null_mut());
        assert!(!runtime.is_null(), "no memory for the runtime");
        let context = q::JS_NewContextRaw(runtime);
        assert!(!context.is_null(), "no memory for the realm");
        CONTEXT.set(context);
        q::JS_AddIntrinsicRegExpCompiler(context);
        let status = q::JS_AddIntrinsicBaseObjects(context)
            | q::JS_AddIntrinsicDate(context)
            | q::JS_AddIntrinsicEval(context)
            | q::JS_AddIntrinsicRegExp(context)
            | q::JS_AddIntrinsicJSON(context)
            | q::JS_AddIntrinsicProxy(context)
            | q::JS_AddIntrinsicMapSet(context)
            | q::JS_AddIntrinsicTypedArrays(context)
            | q::JS_AddIntrinsicPromise(context)
            | q::JS_AddIntrinsicBigInt(context)
            | q::JS_AddIntrinsicWeakRef(context)
            | q::JS_AddIntrinsicDOMException(context)
            | q::JS_AddIntrinsicAToB(context);
        assert!(status >= 0, "no memory for the intrinsics");
    }
}

/// Sets what is asked about every 10,000 branches; `true` stops the script.
pub fn on_interrupt(interrupt: fn() -> bool) {
    INTERRUPT.set(Some(interrupt));
    // SAFETY: the callback matches the expected signature and needs no opaque pointer.
    unsafe { q::JS_SetInterruptHandler(runtime(), Some(poll), std::ptr::null_mut()) }
}

unsafe extern "C" fn poll(_: *mut q::JSRuntime, _: *mut q::c_void) -> i32 {
    i32::from(INTERRUPT.get().is_some_and(|interrupt| interrupt()))
}

/// The global object.
pub fn global() -> Value {
    // SAFETY: returns an owned value and cannot fail.
    unsafe { Value::from_raw(q::JS_GetGlobalObject(ctx())) }
}

/// Bounds the engine's recursion, in bytes of the module's stack below where the realm was made.
pub fn set_max_stack(bytes: u32) {
    // SAFETY: plain setter.
    unsafe { q::JS_SetMaxStackSize(runtime(), bytes as _) }
}

/// Bytes of heap at which the cycle collector runs next.
pub fn gc_threshold() -> u32 {
    // SAFETY: plain getter.
    unsafe { q::JS_GetGCThreshold(runtime()) as u32 }
}

/// Sets at how many bytes of heap the cycle collector runs next.
pub fn set_gc_threshold(bytes: u32) {
    // SAFETY: plain setter.
    unsafe { q::JS_SetGCThreshold(runtime(), bytes as _) }
}

/// Collects cyclic garbage.
pub fn collect_garbage() {
    // SAFETY: callable at any time.
    unsafe { q::JS_RunGC(runtime()) }
}

/// Counts everything in the heap.
pub fn counts() -> q::JSMemoryUsage {
    let mut usage = std::mem::MaybeUninit::uninit();
    // SAFETY: the engine fills the whole record.
    unsafe {
        q::JS_ComputeMemoryUsage(runtime(), usage.as_mut_ptr());
        usage.assume_init()
    }
}

/// Source to evaluate.
pub struct Source<'a> {
    /// The text. It is taken over, since the engine wants it zero-terminated.
    pub text: String,
    /// Name in stacks; of a module also the base of its imports.
    pub file_name: &'a str,
    /// Strict mode (scripts only).
    pub strict: bool,
    /// `await` at the top level (scripts only).
    pub asynchronous: bool,
}

/// Evaluates a script, or a module up to its first `await`. The second part of the result is
/// the namespace of a module.
pub fn eval(source: Source<'_>, module: bool) -> JsResult<(Value, Option<Value>)> {
    let file_name = c_string(source.file_name);
    if !module {
        let mut flags = q::JS_EVAL_TYPE_GLOBAL;
        if source.strict {
            flags |= q::JS_EVAL_FLAG_STRICT;
        }
        if source.asynchronous {
            flags |= q::JS_EVAL_FLAG_ASYNC;
        }
        return Ok((run_source(source.text, &file_name, flags)?, None));
    }
    let compiled = compile_module(source.text, &file_name)?;
    // SAFETY: a compiled module holds the module definition, which the context keeps alive.
    let definition = unsafe { module_definition(&compiled) };
    // SAFETY: `JS_EvalFunction` takes over the reference count.
    let promise = unsafe { Value::check(q::JS_EvalFunction(ctx(), compiled.into_raw())) }?;
    // SAFETY: a linked module has a namespace.
    let namespace = unsafe { Value::check(q::JS_GetModuleNamespace(ctx(), definition)) }?;
    Ok((promise, Some(namespace)))
}

/// Whether source parses, as a module or as a script.
pub fn compiles(text: &str, module: bool) -> bool {
    let flags = if module {
        let mut source = text.to_owned();
        source.push('\0');
        // SAFETY: zero-terminated; only parses.
        return unsafe { q::JS_DetectModule(source.as_ptr().cast(), text.len() as _) };
    } else {
        q::JS_EVAL_TYPE_GLOBAL | q::JS_EVAL_FLAG_COMPILE_ONLY
    };
    run_source(text.to_owned(), c"<detect>", flags).is_ok()
}

fn run_source(mut text: String, file_name: &CStr, flags: u32) -> JsResult<Value> {
    let len = text.len();
    text.push('\0');
    let mut options = q::JSEvalOptions {
        version: q::JS_EVAL_OPTIONS_VERSION as i32,
        eval_flags: flags as i32,
        filename: file_name.as_ptr(),
        line_num: 1,
    };
    // SAFETY: zero-terminated source with its length, valid options.
    unsafe {
        Value::check(q::JS_Eval2(
            ctx(),
            text.as_ptr().cast(),
            len as _,
            &raw mut options,
        ))
    }
}

fn compile_module(text: String, name: &CStr) -> JsResult<Value> {
    let compiled = run_source(
        text,
        name,
        q::JS_EVAL_TYPE_MODULE | q::JS_EVAL_FLAG_COMPILE_ONLY,
    )?;
    // SAFETY: what was compiled as a module holds a module definition.
    let definition = unsafe { module_definition(&compiled) };
    // SAFETY: live definition.
    let meta = unsafe { Value::check(q::JS_GetImportMeta(ctx(), definition)) }?;
    meta.set("url", Value::text(&name.to_string_lossy())?)?;
    Ok(compiled)
}

/// # Safety
/// `compiled` must be a compiled module.
unsafe fn module_definition(compiled: &Value) -> *mut q::JSModuleDef {
    // SAFETY: a module value holds a pointer to its definition.
    unsafe { q::JS_VALUE_GET_PTR(compiled.raw()).cast() }
}

/// Whether a job is queued.
pub fn is_job_pending() -> bool {
    // SAFETY: only asks.
    unsafe { q::JS_IsJobPending(runtime()) }
}

/// Runs one job. Returns whether there was one.
pub fn execute_job() -> JsResult<bool> {
    let mut context = std::ptr::null_mut();
    // SAFETY: valid destination.
    let status = unsafe { q::JS_ExecutePendingJob(runtime(), &raw mut context) };
    Ok(Thrown::check(status)? != 0)
}

/// How imported modules are found.
#[derive(Clone, Copy)]
pub struct ModuleLoader {
    /// Full name of a module from the specifier and the name of the importing module.
    pub resolve: fn(specifier: &str, importer: &str) -> JsResult<String>,
    /// Source of a module from its full name.
    pub load: fn(name: &str) -> JsResult<String>,
}

/// Sets how imported modules are found.
pub fn set_module_loader(loader: ModuleLoader) {
    LOADER.set(Some(loader));
    // SAFETY: the callbacks match the expected signatures and need no opaque pointer.
    unsafe {
        q::JS_SetModuleLoaderFunc(
            runtime(),
            Some(resolve_module),
            Some(load_module),
            std::ptr::null_mut(),
        );
    }
}

fn loader() -> JsResult<ModuleLoader> {
    LOADER
        .get()
        .ok_or_else(|| Thrown::error("modules cannot be imported here"))
}

unsafe extern "C" fn resolve_module(
    _: *mut q::JSContext,
    importer: *const q::c_char,
    specifier: *const q::c_char,
    _: *mut q::c_void,
) -> *mut q::c_char {
    // SAFETY: the engine passes zero-terminated strings that live during the call.
    let (importer, specifier) = unsafe {
        (
            CStr::from_ptr(importer).to_string_lossy(),
            CStr::from_ptr(specifier).to_string_lossy(),
        )
    };
    let resolved = loader().and_then(|loader| (loader.resolve)(&specifier, &importer));
    match resolved {
        Ok(name) => {
            let name = c_string(&name);
            // SAFETY: zero-terminated; the engine copies it with its own allocator, as the
            // caller expects, and frees the copy.
            unsafe { q::js_strdup(ctx(), name.as_ptr()) }
        }
        Err(thrown) => {
            thrown.raise();
            std::ptr::null_mut()
        }
    }
}

unsafe extern "C" fn load_module(
    _: *mut q::JSContext,
    name: *const q::c_char,
    _: *mut q::c_void,
) -> *mut q::JSModuleDef {
    // SAFETY: the engine passes a zero-terminated string that lives during the call.
    let name = unsafe { CStr::from_ptr(name) };
    let compiled = loader()
        .and_then(|loader| (loader.load)(&name.to_string_lossy()))
        .and_then(|text| compile_module(text, name));
    match compiled {
        // SAFETY: a compiled module; the context keeps the definition alive after the value
        // has gone.
        Ok(compiled) => unsafe { module_definition(&compiled) },
        Err(thrown) => {
            thrown.raise();
            std::ptr::null_mut()
        }
    }
}

/// Zero-terminated text; what follows a NUL in it is cut off.
fn c_string(text: &str) -> CString {
    let end = text.find('\0').unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}
