//! Zeroes the stack of an instance, of which only few pages have ever been touched.
#![cfg_attr(
    all(target_os = "linux", not(jsvm_portable)),
    expect(unsafe_code, reason = "the system is asked to take pages back")
)]

use wasmtime::Store;

use crate::context::Context;

/// Zeroes the module's stack, which ends where the image begins, at `image`. Returns whether that
/// was possible; where it is not known how, an instance is not used twice.
#[cfg(all(target_os = "linux", not(jsvm_portable)))]
pub(super) fn scrub_stack(_exclusive: &mut Store<Context>, image: *const u8) -> bool {
    use crate::snapshot::base;

    let len = base::START as usize;
    let start = image.wrapping_sub(len).cast_mut();
    // SAFETY: the image is the memory of an instance in the store from offset `START` on (the
    // component's function `memory` says so, and it is built with this crate), so this is the
    // memory from its beginning on: whole pages of a private mapping that wasmtime made.
    // Nobody has a reference into them, since the store is borrowed exclusively. What the system
    // puts in their place is zero, or what the module's data has there, as after instantiation.
    let result =
        unsafe { rustix::mm::madvise(start.cast(), len, rustix::mm::Advice::LinuxDontNeed) };
    result.is_ok()
}

/// Elsewhere no call is known that does it.
#[cfg(not(all(target_os = "linux", not(jsvm_portable))))]
pub(super) fn scrub_stack(_exclusive: &mut Store<Context>, _image: *const u8) -> bool {
    false
}
