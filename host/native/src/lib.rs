//! Native code of a WebAssembly component that runs where it lies in the program.
//!
//! A build script makes the code (`jsvm-precompile`), and the program contains it. wasmtime copies code that it loads
//! from bytes: megabytes of fresh pages in each process, and most of the time until the first call. On Linux with
//! x86-64, the pages of the program's own file are made executable instead. They stay read-only, all processes of the
//! program share them, and each is read when it is first used. Other systems copy: their pages have other sizes,
//! or signatures that forbid it. So does each further engine of a process, since wasmtime knows an address as code of
//! one component.
//!
//! ```ignore
//! static BYTES: &PageAligned<[u8]> =
//!     &PageAligned(*include_bytes!(concat!(env!("OUT_DIR"), "/component.cwasm")));
//! static NATIVE: NativeCode = NativeCode::new(BYTES);
//!
//! let mut config = wasmtime::Config::new();
//! jsvm_native::prepare(&mut config);
//! let engine = wasmtime::Engine::new(&config)?;
//! // SAFETY: the build script of this crate made the bytes.
//! let component = unsafe { NATIVE.load(&engine) }?;
//! ```

use std::sync::atomic::{AtomicBool, Ordering};

use wasmtime::component::Component;
use wasmtime::{Config, Engine};

#[cfg(all(target_os = "linux", target_arch = "x86_64", not(jsvm_portable)))]
mod in_place;

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", not(jsvm_portable))))]
#[path = "copied.rs"]
mod in_place;

/// Bytes that begin with a page of memory.
#[repr(C, align(4096))]
#[derive(Debug)]
pub struct PageAligned<T: ?Sized>(pub T);

/// Sets what an engine needs that is to [load](NativeCode::load) code without copying it.
pub fn prepare(config: &mut Config) {
    in_place::prepare(config);
}

/// Native code that is a part of the program.
#[derive(Debug)]
pub struct NativeCode {
    bytes: &'static PageAligned<[u8]>,
    /// Whether a component runs it where it lies.
    is_taken: AtomicBool,
}

impl NativeCode {
    /// Names the bytes, and reads nothing of them.
    pub const fn new(bytes: &'static PageAligned<[u8]>) -> Self {
        NativeCode {
            bytes,
            is_taken: AtomicBool::new(false),
        }
    }

    /// How many bytes it has.
    pub const fn size(&self) -> usize {
        self.bytes.0.len()
    }

    /// Loads the component. It runs where it lies if it is the first of the process that does, and a system that
    /// forbids programs to make pages of their own file executable, by a policy of security, gets a copy.
    ///
    /// # Errors
    /// If the code was made by another version of wasmtime, with other settings than the engine's, or for a
    /// processor that has instructions which this one lacks.
    ///
    /// # Safety
    /// [`Engine::precompile_component`] made the bytes, and nobody has changed them since, as for
    /// [`Component::deserialize`].
    #[expect(unsafe_code, reason = "native code of the build is loaded")]
    pub unsafe fn load(&'static self, engine: &Engine) -> wasmtime::Result<Component> {
        if !self.is_taken.swap(true, Ordering::Relaxed) {
            // SAFETY: the caller's promise. No other component has its code there.
            let loaded = unsafe { in_place::load(engine, self.bytes) };
            if loaded.is_ok() {
                return loaded;
            }
        }
        // SAFETY: the caller's promise.
        unsafe { Component::deserialize(engine, &self.bytes.0) }
    }
}
