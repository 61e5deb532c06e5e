//! The one runtime and its one context (realm).

use std::cell::Cell;
use std::ffi::{CStr, CString};

use rquickjs_sys as q;

use super::forbid::allowing_to_compile;
use super::module::Module;
use super::value::{JsResult, Thrown, Value};
use crate::memory;

thread_local! {
    static CONTEXT: Cell<*mut q::JSContext> = const { Cell::new(std::ptr::null_mut()) };
    static INTERRUPT: Cell<Option<fn() -> bool>> = const { Cell::new(None) };
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

/// Version of the engine.
pub fn version() -> String {
    // SAFETY: a zero-terminated constant.
    let version = unsafe { CStr::from_ptr(q::JS_GetVersion()) };
    version.to_string_lossy().into_owned()
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
    let module = Module::compile(source.text, &file_name)?;
    module.set_url(source.file_name)?;
    let (promise, namespace) = module.evaluate()?;
    Ok((promise, Some(namespace)))
}

/// Compiles `source` as the body of a function with these parameters, whose first line is line 1
/// of `file_name`.
pub fn compile_function(source: &str, parameters: &str, file_name: &str) -> JsResult<Value> {
    // What is around the body stands on lines of its own, so that positions are those of the
    // source, and a comment at its end cannot swallow the brace. The engine takes line 0 for 1.
    let text = format!("(function ({parameters}) {{\n\n{source}\n}})");
    run_lines(text, &c_string(file_name), q::JS_EVAL_TYPE_GLOBAL, -1)
}

/// Parses JSON; `file_name` is for errors.
pub fn parse_json(mut text: String, file_name: &str) -> JsResult<Value> {
    let len = text.len();
    text.push('\0');
    let file_name = c_string(file_name);
    // SAFETY: zero-terminated text with its length, and a zero-terminated name.
    unsafe {
        Value::check(q::JS_ParseJSON(
            ctx(),
            text.as_ptr().cast(),
            len as _,
            file_name.as_ptr(),
        ))
    }
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

pub(super) fn run_source(text: String, file_name: &CStr, flags: u32) -> JsResult<Value> {
    run_lines(text, file_name, flags, 1)
}

/// `first_line` is the number of the first line of the text.
fn run_lines(mut text: String, file_name: &CStr, flags: u32, first_line: i32) -> JsResult<Value> {
    let len = text.len();
    text.push('\0');
    let mut options = q::JSEvalOptions {
        version: q::JS_EVAL_OPTIONS_VERSION as i32,
        eval_flags: flags as i32,
        filename: file_name.as_ptr(),
        line_num: first_line,
    };
    // SAFETY: zero-terminated source with its length, valid options.
    allowing_to_compile(|| unsafe {
        Value::check(q::JS_Eval2(
            ctx(),
            text.as_ptr().cast(),
            len as _,
            &raw mut options,
        ))
    })
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

/// Zero-terminated text; what follows a NUL in it is cut off.
pub(super) fn c_string(text: &str) -> CString {
    let end = text.find('\0').unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}
