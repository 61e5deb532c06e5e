//! What other systems do instead: wasmtime copies the code.

use wasmtime::component::Component;
use wasmtime::{Config, Engine};

use crate::PageAligned;

/// Nothing has to be set.
pub(crate) fn prepare(_: &mut Config) {}

/// # Safety
/// As [`crate::NativeCode::load`].
#[expect(unsafe_code, reason = "native code of the build is loaded")]
pub(crate) unsafe fn load(
    engine: &Engine,
    native: &'static PageAligned<[u8]>,
) -> wasmtime::Result<Component> {
    // SAFETY: the caller's promise.
    unsafe { Component::deserialize(engine, &native.0) }
}
