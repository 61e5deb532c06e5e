//! How code is run without copying it.

use std::ptr::NonNull;
use std::sync::Arc;

use rustix::mm::{MprotectFlags, mprotect};
use wasmtime::component::Component;
use wasmtime::{Config, CustomCodeMemory, Engine};

use crate::PageAligned;

/// The alignment of code that Cranelift chooses for this processor, and the size of a page.
const PAGE: usize = 4096;

const _: () = assert!(align_of::<PageAligned<[u8; 1]>>() == PAGE);

/// Has the engine make code executable by [`Protection`], which does so with memory that is not wasmtime's, too.
pub(crate) fn prepare(config: &mut Config) {
    config.with_custom_code_memory(Some(Arc::new(Protection)));
}

/// # Safety
/// As [`crate::NativeCode::load`], and no component that lives has its code there.
#[expect(unsafe_code, reason = "native code of the build is loaded")]
pub(crate) unsafe fn load(
    engine: &Engine,
    native: &'static PageAligned<[u8]>,
) -> wasmtime::Result<Component> {
    // SAFETY: the caller's promise; the memory is static, and nothing writes to it.
    unsafe { Component::deserialize_raw(engine, NonNull::from(&native.0)) }
}

/// What memory may be used for, by `mprotect` as in wasmtime.
struct Protection;

impl Protection {
    fn set(start: *const u8, len: usize, flags: MprotectFlags) -> wasmtime::Result<()> {
        // SAFETY: wasmtime asks for it where it has loaded code. The pages hold that code alone.
        #[expect(unsafe_code, reason = "native code is made executable")]
        unsafe { mprotect(start.cast_mut().cast(), len, flags) }?;
        Ok(())
    }
}

impl CustomCodeMemory for Protection {
    fn required_alignment(&self) -> usize {
        PAGE
    }

    fn publish_executable(&self, start: *const u8, len: usize) -> wasmtime::Result<()> {
        Self::set(start, len, MprotectFlags::READ | MprotectFlags::EXEC)
    }

    fn unpublish_executable(&self, start: *const u8, len: usize) -> wasmtime::Result<()> {
        Self::set(start, len, MprotectFlags::READ | MprotectFlags::WRITE)
    }
}
