//! Zeroes the stack of an instance, of which only few pages have ever been touched.
#![cfg_attr(
    all(target_os = "linux", not(jsvm_portable)),
    expect(unsafe_code, reason = "memory is zeroed, or taken back by the system")
)]

use wasmtime::Store;

use crate::context::Context;

/// Zeroes the module's stack, which ends where the image begins, at `image`. Returns whether that
/// was possible; where it is not known how, an instance is not used twice.
#[cfg(all(target_os = "linux", not(jsvm_portable)))]
pub(super) fn scrub_stack(_exclusive: &mut Store<Context>, image: *const u8) -> bool {
    use rustix::mm::{Advice, madvise};

    use crate::snapshot::base;

    let len = base::START as usize;
    let start = image.wrapping_sub(len).cast_mut();
    if let Some(touched) = touched::pages(start.addr(), len) {
        for offset in touched {
            // SAFETY: see below; the page is one of it.
            unsafe { start.add(offset).write_bytes(0, touched::PAGE) };
        }
        return true;
    }
    // SAFETY: the image is the memory of an instance in the store from offset `START` on (the
    // component's function `memory` says so, and it is built with this crate), so this is the
    // memory from its beginning on: whole pages of a private mapping that wasmtime made, which can
    // be written to. Nobody has a reference into them, since the store is borrowed exclusively. What
    // the system puts in their place is zero, or what the module's data has there, as after
    // instantiation; and the module has no data in its stack.
    let result = unsafe { madvise(start.cast(), len, Advice::LinuxDontNeed) };
    result.is_ok()
}

/// Elsewhere no call is known that does it.
#[cfg(not(all(target_os = "linux", not(jsvm_portable))))]
pub(super) fn scrub_stack(_exclusive: &mut Store<Context>, _image: *const u8) -> bool {
    false
}

/// Which pages of a stretch of memory there are.
///
/// Having the system take all pages back is a call that interrupts the other processors, and each page
/// that is touched again is a fault. So the few that were touched are zeroed.
#[cfg(all(target_os = "linux", not(jsvm_portable)))]
mod touched {
    use std::fs::File;
    use std::os::unix::fs::FileExt;
    use std::sync::OnceLock;

    pub(super) const PAGE: usize = 4096;

    /// More are not zeroed, but given back.
    const MOST: usize = 64;

    /// What is known of a page, as the system's documentation "pagemap" has it: eight bytes each, and
    /// one of these bits if the page is in memory or was swapped out.
    const EXISTS: u64 = 1 << 63 | 1 << 62;

    /// Where pages begin that have ever been touched, as offsets. Nothing if that cannot be known, or
    /// if they are many.
    pub(super) fn pages(start: usize, len: usize) -> Option<Vec<usize>> {
        static MAP: OnceLock<Option<File>> = OnceLock::new();
        let map = MAP.get_or_init(|| {
            // Elsewhere pages can have another size.
            let is_known = cfg!(target_arch = "x86_64");
            is_known.then(|| File::open("/proc/self/pagemap").ok())?
        });
        let mut entries = vec![0; len / PAGE * 8];
        let offset = (start / PAGE * 8) as u64;
        map.as_ref()?.read_exact_at(&mut entries, offset).ok()?;
        let (entries, _) = entries.as_chunks();
        let touched = entries.iter().enumerate();
        let touched = touched.filter(|(_, entry)| u64::from_ne_bytes(**entry) & EXISTS != 0);
        let touched: Vec<_> = touched.map(|(index, _)| index * PAGE).collect();
        (touched.len() <= MOST).then_some(touched)
    }
}
