//! What the engine is forbidden to do, by `guest/engine/jsvm.c`.

use rquickjs_sys as q;

use super::realm::ctx;

unsafe extern "C" {
    fn jsvm_forbid_compiling(ctx: *mut q::JSContext);
    fn jsvm_allow_compiling(one: q::c_int);
    fn jsvm_forbid_regexps(ctx: *mut q::JSContext);
}

/// From now on the engine compiles what [`allowing_to_compile`] gives it, and nothing else: not for
/// `eval`, not for `Function`, and not for any other way that a script may find.
pub fn forbid_compiling() {
    // SAFETY: live context.
    unsafe { jsvm_forbid_compiling(ctx()) }
}

/// Has the engine compile one text. What runs because of it may compile nothing.
pub(super) fn allowing_to_compile<T>(compile: impl FnOnce() -> T) -> T {
    // SAFETY: plain setter.
    unsafe { jsvm_allow_compiling(1) };
    let result = compile();
    // The engine may have failed before it came to compiling.
    // SAFETY: as above.
    unsafe { jsvm_allow_compiling(0) };
    result
}

/// From now on a literal of a regular expression is an error of syntax.
pub fn forbid_regexps() {
    // SAFETY: live context.
    unsafe { jsvm_forbid_regexps(ctx()) }
}
