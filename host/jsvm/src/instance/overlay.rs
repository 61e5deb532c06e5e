//! The pages of a lazy snapshot, mapped into the memory of an instance. Linux only.

pub(crate) use system::Overlay;

#[cfg(all(target_os = "linux", not(jsvm_portable)))]
mod system {
    #![expect(unsafe_code, reason = "memory is mapped into a VM's")]

    use std::io;
    use std::ops::Range;
    use std::ptr;

    use jsvm_snapshot::host::Pages;
    use rustix::mm::{MapFlags, ProtFlags};
    use wasmtime::Store;

    use crate::context::Context;

    /// Pages that are mapped into the memory of an instance. It must be dropped before the
    /// instance's store: wasmtime will use the memory again, and expects its own mapping there.
    #[derive(Debug)]
    pub(crate) struct Overlay {
        start: usize,
        len: usize,
    }

    impl Overlay {
        /// Maps the pages into the memory of the instance in a store, whose image has these
        /// addresses and is as large as that of the snapshot. That of a fresh VM has the size `fresh`.
        pub(crate) fn map(
            pages: &Pages,
            _exclusive: &mut Store<Context>,
            image: Range<*const u8>,
            fresh: u64,
        ) -> io::Result<Overlay> {
            let overlay = Overlay {
                start: image.start.expose_provenance() + fresh as usize,
                len: pages.len(),
            };
            if overlay.start + overlay.len != image.end.addr() {
                // Nothing was mapped, so nothing must be taken away.
                std::mem::forget(overlay);
                return Err(io::Error::other(
                    "the memory is not as large as the snapshot's",
                ));
            }
            // SAFETY: the range is a part of the linear memory of an instance, and of whole pages,
            // since the image begins at and consists of pages of 64 KiB. wasmtime reserves the
            // whole address space of a memory, so that it never moves, and what was in the range
            // is zero and not referred to: the store is borrowed exclusively. The file cannot
            // shrink. The overlay takes the mapping away before the store is dropped.
            unsafe {
                rustix::mm::mmap(
                    ptr::with_exposed_provenance_mut(overlay.start),
                    overlay.len,
                    ProtFlags::READ | ProtFlags::WRITE,
                    MapFlags::PRIVATE | MapFlags::FIXED | MapFlags::NORESERVE,
                    pages.file(),
                    0,
                )?;
            }
            Ok(overlay)
        }
    }

    impl Drop for Overlay {
        fn drop(&mut self) {
            // SAFETY: the range is still the instance's; nobody refers to its memory when it is
            // dropped. It becomes what it was: private memory that is zero.
            let result = unsafe {
                rustix::mm::mmap_anonymous(
                    ptr::with_exposed_provenance_mut(self.start),
                    self.len,
                    ProtFlags::READ | ProtFlags::WRITE,
                    MapFlags::PRIVATE | MapFlags::FIXED | MapFlags::NORESERVE,
                )
            };
            if result.is_err() {
                // The next VM there would see the memory of this one.
                std::process::abort();
            }
        }
    }
}

#[cfg(not(all(target_os = "linux", not(jsvm_portable))))]
mod system {
    use std::convert::Infallible;
    use std::io;
    use std::ops::Range;

    use jsvm_snapshot::host::Pages;
    use wasmtime::Store;

    use crate::context::Context;

    /// There is none.
    #[derive(Debug)]
    pub(crate) struct Overlay(Infallible);

    impl Overlay {
        pub(crate) fn map(
            pages: &Pages,
            _: &mut Store<Context>,
            _: Range<*const u8>,
            _: u64,
        ) -> io::Result<Overlay> {
            pages.never()
        }
    }
}
