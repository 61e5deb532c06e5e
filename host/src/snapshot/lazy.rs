//! Snapshots whose pages a restored VM takes only when it touches them.
//!
//! What is beyond the memory of a fresh VM is put into a file in memory once, and mapped,
//! privately, into each VM that is restored. This is done on Linux alone; elsewhere such a
//! snapshot is restored like any other.

use std::sync::Arc;

use super::Snapshot;
use crate::error::Error;
use crate::instance::LARGEST_KEPT;

impl Snapshot {
    /// The same snapshot in a form that takes memory for the whole state once, and from which VMs
    /// with large heaps are restored in no time: each copies the pages that it changes when it
    /// changes them.
    ///
    /// VMs that take the memory of [another](crate::EngineConfig::warm_vms) are restored quicker, too. It makes
    /// no difference to what a VM does. Where the system does not offer it (it is Linux that does), the
    /// snapshot is restored as any other.
    ///
    /// ```
    /// let engine = jsvm::Engine::global()?;
    /// let vm = engine.vm().build()?;
    /// vm.eval("var list = Array.from({ length: 50_000 }, (_, i) => ({ i }))")?;
    /// let snapshot = vm.snapshot()?.into_lazy()?;
    /// for _ in 0..100 {
    ///     let vm = engine.restore(&snapshot)?;
    ///     assert_eq!(vm.eval("list[49_999].i")?.to::<u32>()?, 49_999);
    /// }
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`SnapshotError::MissingParent`](super::SnapshotError::MissingParent);
    /// [`Error::Engine`] if there is no memory for it.
    pub fn into_lazy(mut self) -> Result<Snapshot, Error> {
        let image = self.complete()?;
        let pages = system::Pages::new(image)
            .map_err(|error| Error::Engine(format!("no memory for the snapshot: {error}")))?;
        let is_kept = image.size <= LARGEST_KEPT;
        let flat = is_kept.then(|| image.flat()).transpose()?;
        self.pages = pages.map(Arc::new);
        self.flat = flat.map(Arc::from);
        Ok(self)
    }
}

pub(crate) use system::{Overlay, Pages};

#[cfg(all(target_os = "linux", not(jsvm_portable)))]
mod system {
    #![expect(unsafe_code, reason = "memory is mapped into a VM's")]

    use std::fs::File;
    use std::io;
    use std::ops::Range;
    use std::os::unix::fs::FileExt;
    use std::ptr;

    use rustix::fs::{MemfdFlags, SealFlags};
    use rustix::mm::{MapFlags, ProtFlags};
    use wasmtime::Store;

    use crate::context::Context;
    use crate::snapshot::base;
    use crate::snapshot::image::Image;

    /// The part of an image that is beyond that of a fresh VM, in a file in memory that nobody
    /// can change any more.
    #[derive(Debug)]
    pub(crate) struct Pages {
        file: File,
        len: usize,
    }

    impl Pages {
        /// Nothing, if there is no such part.
        pub(crate) fn new(image: &Image) -> io::Result<Option<Self>> {
            let Some(len) = image.size.checked_sub(base::SIZE).filter(|len| *len > 0) else {
                return Ok(None);
            };
            let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
            let file = File::from(rustix::fs::memfd_create(c"jsvm-snapshot", flags)?);
            file.set_len(len)?;
            image.for_each_run(base::SIZE..u64::MAX, |offset, bytes| {
                file.write_all_at(bytes, offset - base::SIZE)
            })?;
            // If it could be made shorter, a VM could find nothing where its memory should be.
            let seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL;
            rustix::fs::fcntl_add_seals(&file, seals)?;
            let len = usize::try_from(len).map_err(io::Error::other)?;
            Ok(Some(Pages { file, len }))
        }

        /// Maps the pages into the memory of the instance in a store, whose image has these
        /// addresses and is as large as that of the snapshot.
        pub(crate) fn map(
            &self,
            _exclusive: &mut Store<Context>,
            image: Range<*const u8>,
        ) -> io::Result<Overlay> {
            let overlay = Overlay {
                start: image.start.expose_provenance() + base::SIZE as usize,
                len: self.len,
            };
            if overlay.start + overlay.len != image.end.addr() {
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
                    &self.file,
                    0,
                )?;
            }
            Ok(overlay)
        }
    }

    /// Pages that are mapped into the memory of an instance. It must be dropped before the
    /// instance's store: wasmtime will use the memory again, and expects its own mapping there.
    #[derive(Debug)]
    pub(crate) struct Overlay {
        start: usize,
        len: usize,
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

    use wasmtime::Store;

    use crate::context::Context;
    use crate::snapshot::image::Image;

    /// There are none.
    #[derive(Debug)]
    pub(crate) struct Pages(Infallible);

    impl Pages {
        pub(crate) fn new(_: &Image) -> io::Result<Option<Self>> {
            Ok(None)
        }

        pub(crate) fn map(
            &self,
            _: &mut Store<Context>,
            _: Range<*const u8>,
        ) -> io::Result<Overlay> {
            match self.0 {}
        }
    }

    /// There is none.
    #[derive(Debug)]
    pub(crate) struct Overlay(Infallible);
}
