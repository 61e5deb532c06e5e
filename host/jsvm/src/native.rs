//! The native code of engines.
//!
//! That of the engine in this program is compiled by the build script with the feature `precompile`.
//! With `compile`, any engine is compiled when it is first used, and a [`NativeCache`] keeps the result.
//! Crates that use this one need neither feature: the program decides.

#[cfg(feature = "compile")]
pub(crate) use compile::{compiled, prepare};

#[cfg(feature = "precompile")]
static BYTES: &jsvm_native::PageAligned<[u8]> =
    &jsvm_native::PageAligned(*include_bytes!(concat!(env!("OUT_DIR"), "/js-vm.cwasm")));

#[cfg(feature = "precompile")]
static NATIVE: jsvm_native::NativeCode = jsvm_native::NativeCode::new(BYTES);

/// The bytes of the native code in this program; 0 if there is none.
#[must_use]
pub fn native_code_size() -> usize {
    #[cfg(feature = "precompile")]
    let size = NATIVE.size();
    #[cfg(not(feature = "precompile"))]
    let size = 0;
    size
}

#[cfg(feature = "precompile")]
pub(crate) fn precompiled(
    engine: &wasmtime::Engine,
) -> wasmtime::Result<wasmtime::component::Component> {
    // SAFETY: the bytes were made by `Engine::precompile_component` in this crate's build
    // script, and nobody can have changed them since; wasmtime checks version and settings.
    #[expect(unsafe_code, reason = "native code of the build is loaded")]
    unsafe {
        NATIVE.load(engine)
    }
}

/// Sets what an engine needs for [`precompiled`].
#[cfg(any(feature = "precompile", not(feature = "compile")))]
pub(crate) fn prepare_precompiled(config: &mut wasmtime::Config) {
    #[cfg(feature = "precompile")]
    jsvm_native::prepare(config);
    #[cfg(not(feature = "precompile"))]
    let _ = config;
}

/// There is none.
#[cfg(not(any(feature = "compile", feature = "precompile")))]
pub(crate) fn precompiled(
    _: &wasmtime::Engine,
) -> wasmtime::Result<wasmtime::component::Component> {
    Err(wasmtime::format_err!(
        "the crate jsvm was built without native code: enable its feature `precompile` (the \
         default), which compiles the VM when jsvm is built, or `compile`, which does so at first use"
    ))
}

#[cfg(feature = "compile")]
mod compile {
    use jsvm_snapshot::EngineId;
    use wasmtime::component::Component;
    use wasmtime::{Config, Engine, OptLevel};

    use crate::engine::NativeCode;
    use crate::native_cache::{Entry, NativeCache};

    /// Sets what the compiler needs: the same as in the build script.
    pub(crate) fn prepare(config: &mut Config) {
        config.cranelift_opt_level(OptLevel::Speed);
    }

    /// Compiles a component, or takes its native code from a cache.
    pub(crate) fn compiled(
        engine: &Engine,
        id: EngineId,
        component: &[u8],
        cache: Option<&NativeCache>,
    ) -> wasmtime::Result<(Component, NativeCode)> {
        let Some(cache) = cache else {
            let component = Component::new(engine, component)?;
            return Ok((component, NativeCode::Compiled { cache: None }));
        };
        let entry = Entry::new(engine, id);
        let mut failed = None;
        match cache.load(&entry) {
            // If wasmtime refuses it, it was written by a version with the same settings and hash.
            Ok(Some(native)) => {
                if let Ok(component) = deserialize(engine, &native) {
                    return Ok((component, NativeCode::Cached));
                }
            }
            Ok(None) => {}
            Err(error) => failed = Some(error),
        }
        let native = engine.precompile_component(component)?;
        // The next process compiles it again.
        if let Err(error) = cache.store(&entry, &native) {
            failed = Some(error);
        }
        let component = deserialize(engine, &native)?;
        Ok((component, NativeCode::Compiled { cache: failed }))
    }

    fn deserialize(engine: &Engine, native: &[u8]) -> wasmtime::Result<Component> {
        // SAFETY: the bytes were made by `Engine::precompile_component`: just now, or by a process of
        // this user, as the key of the cache shows that nobody else can read. They are a copy in
        // memory, so they do not change any more. wasmtime checks version and settings.
        #[expect(unsafe_code, reason = "native code of a cache is loaded")]
        unsafe {
            Component::deserialize(engine, native)
        }
    }
}
