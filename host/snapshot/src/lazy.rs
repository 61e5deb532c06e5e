//! Lazy snapshots: VMs take a page only when they touch it.
//!
//! The memory beyond that of a fresh VM is written to a file in memory once. A host maps this file,
//! privately, into each VM that it restores. Only Linux has such files; elsewhere a lazy snapshot
//! is restored like any other.

use std::sync::Arc;

use super::base::BaseImage;
use super::{Snapshot, SnapshotError};

/// The size in bytes of the largest image that stays in memory after its VM is gone: a host keeps
/// instances up to it, and a lazy snapshot its whole memory, so that such an instance is restored by
/// writing only the pages that it changed.
pub const MAX_KEPT: u64 = 8 << 20;

impl Snapshot {
    /// Prepares the snapshot for being restored often: the memory for the whole state is taken once,
    /// and each VM copies a page when it first changes it.
    ///
    /// VMs that take over the memory of an earlier one (`EngineConfig::warm_vms`) are restored
    /// faster, too. It makes no difference to what a VM does. On systems other than Linux the
    /// snapshot is restored like any other.
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
    /// [`SnapshotError::MissingParent`]; [`SnapshotError::Io`] if there is no memory for it;
    /// [`SnapshotError::OtherEngine`] if it was read from bytes and is of another engine than the one
    /// in this program. Use `Engine::prepare` then.
    pub fn into_lazy(self) -> Result<Snapshot, SnapshotError> {
        let base = match &self.base {
            Some(base) => base.clone(),
            None => return Err(self.other_engine()),
        };
        self.prepared(&base)
    }

    /// Prepares the snapshot for VMs of the engine with this base image.
    pub(crate) fn prepared(mut self, base: &BaseImage) -> Result<Snapshot, SnapshotError> {
        self.check_engine(base)?;
        let image = self.complete()?;
        let pages = Pages::new(image, base)?;
        let is_kept = image.size <= MAX_KEPT;
        let flat = is_kept.then(|| image.flat(base)).transpose()?;
        self.pages = pages.map(Arc::new);
        self.flat = flat.map(Arc::from);
        Ok(self)
    }
}

pub use system::Pages;

#[cfg(all(target_os = "linux", not(jsvm_portable)))]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt;

    use rustix::fs::{MemfdFlags, SealFlags};

    use crate::base::BaseImage;
    use crate::image::Image;

    /// The part of an image beyond that of a fresh VM, in a file in memory that nobody can change.
    #[derive(Debug)]
    pub struct Pages {
        file: File,
        len: usize,
    }

    impl Pages {
        /// Returns nothing if the image is not larger than that of a fresh VM.
        pub(crate) fn new(image: &Image, base: &BaseImage) -> io::Result<Option<Self>> {
            let size = base.size();
            let Some(len) = image.size.checked_sub(size).filter(|len| *len > 0) else {
                return Ok(None);
            };
            let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
            let file = File::from(rustix::fs::memfd_create(c"jsvm-snapshot", flags)?);
            file.set_len(len)?;
            image.for_each_run(base, size..u64::MAX, |offset, bytes| {
                file.write_all_at(bytes, offset - size)
            })?;
            // If the file could shrink, a VM could find nothing where its memory should be.
            let seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL;
            rustix::fs::fcntl_add_seals(&file, seals)?;
            let len = usize::try_from(len).map_err(io::Error::other)?;
            Ok(Some(Pages { file, len }))
        }

        /// Returns the file. It is sealed: its size and content never change.
        pub fn file(&self) -> &File {
            &self.file
        }

        /// Returns the size of the file in bytes.
        #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
        pub fn len(&self) -> usize {
            self.len
        }
    }
}

#[cfg(not(all(target_os = "linux", not(jsvm_portable))))]
mod system {
    use std::convert::Infallible;
    use std::io;

    use crate::base::BaseImage;
    use crate::image::Image;

    /// Memory that can be mapped; there is none on this system.
    #[derive(Debug)]
    pub struct Pages(Infallible);

    impl Pages {
        pub(crate) fn new(_: &Image, _: &BaseImage) -> io::Result<Option<Self>> {
            Ok(None)
        }

        /// Cannot be called: there is no value of this type.
        pub fn never(&self) -> ! {
            match self.0 {}
        }
    }
}
