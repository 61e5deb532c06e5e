//! The one runtime and its one context (realm): the ground that all other files here stand on.

use std::cell::Cell;
use std::ffi::CStr;

use rquickjs_sys as q;

use crate::memory;

thread_local! {
    static CONTEXT: Cell<*mut q::JSContext> = const { Cell::new(std::ptr::null_mut()) };
    static INTERRUPT: Cell<Option<fn() -> bool>> = const { Cell::new(None) };
}

/// Returns the context.
///
/// # Panics
/// If [`start`] has not been called.
#[inline]
pub(super) fn ctx() -> *mut q::JSContext {
    let context = CONTEXT.get();
    assert!(!context.is_null(), "the VM was not pre-initialised");
    context
}

/// Returns the runtime.
pub(super) fn runtime() -> *mut q::JSRuntime {
    // SAFETY: live context.
    unsafe { q::JS_GetRuntime(ctx()) }
}

/// Creates the runtime and a context with all intrinsics except `performance`, whose clock is the
/// embedder's.
///
/// # Panics
/// If it is called twice, or if there is no memory for an empty realm.
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

/// Sets a function that the engine calls about every 10,000 branches. If it returns `true`, the
/// script stops.
pub fn on_interrupt(interrupt: fn() -> bool) {
    INTERRUPT.set(Some(interrupt));
    // SAFETY: the callback matches the expected signature and needs no opaque pointer.
    unsafe { q::JS_SetInterruptHandler(runtime(), Some(poll), std::ptr::null_mut()) }
}

unsafe extern "C" fn poll(_: *mut q::JSRuntime, _: *mut q::c_void) -> i32 {
    i32::from(INTERRUPT.get().is_some_and(|interrupt| interrupt()))
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
    super::internals::clear_kept();
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

/// Whether a job is queued.
pub fn is_job_pending() -> bool {
    // SAFETY: only asks.
    unsafe { q::JS_IsJobPending(runtime()) }
}
