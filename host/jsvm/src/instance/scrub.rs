//! Zeroes the stack of an instance, of which only few pages have ever been touched.
#![cfg_attr(
    all(target_os = "linux", not(jsvm_portable)),
    expect(unsafe_code, reason = "memory is zeroed, or taken back by the system")
)]

use wasmtime::Store;

use crate::context::Context;

/// Zeroes the module's stack, which has this length and ends where the image begins, at `image`.
/// Returns whether that
/// was possible; where it is not known how, an instance is not used twice.
#[cfg(all(target_os = "linux", not(jsvm_portable)))]
pub(super) fn scrub_stack(_exclusive: &mut Store<Context>, image: *const u8, len: usize) -> bool {
    use std::ptr;

    use jsvm_snapshot::host::PAGE;
    use rustix::mm::{Advice, madvise};

    use crate::pagemap;

    /// More pages are not zeroed, but given back.
    const MAX_ZEROED: usize = 64;

    let start = image.wrapping_sub(len).cast_mut();
    // Having the system take pages back interrupts the other processors, and each page that is
    // touched again is a fault. So the few that were written to are zeroed.
    let written = pagemap::written(ptr::slice_from_raw_parts(start, len));
    if let Some(written) = written.filter(|pages| pages.len() <= MAX_ZEROED) {
        for page in written {
            // SAFETY: see below; the page is one of it.
            unsafe { start.add(page * PAGE).write_bytes(0, PAGE) };
        }
        return true;
    }
    // SAFETY: the image is the memory of an instance in the store from offset `len` on
    // (`Exports::memory` has compared the addresses), so this is the memory from its beginning on: whole pages of a private mapping that wasmtime made, which can
    // be written to. Nobody has a reference into them, since the store is borrowed exclusively.
    // What the system puts in their place is zero, as after instantiation: the module has no data
    // in its stack.
    let result = unsafe { madvise(start.cast(), len, Advice::LinuxDontNeed) };
    result.is_ok()
}

/// Elsewhere no call is known that does it.
#[cfg(not(all(target_os = "linux", not(jsvm_portable))))]
pub(super) fn scrub_stack(_: &mut Store<Context>, _image: *const u8, _len: usize) -> bool {
    false
}
