//! The native code of the component.
//!
//! With the feature `precompile` the build script has compiled it. With `compile` alone it is
//! compiled at first use, and wasmtime keeps the result in its cache.

pub(crate) use way::{load, prepare};

#[cfg(feature = "precompile")]
mod way {
    use wasmtime::component::Component;
    use wasmtime::{Config, Engine};

    use jsvm_native::{NativeCode, PageAligned};

    static BYTES: &PageAligned<[u8]> = &PageAligned(*include_bytes!(concat!(
        env!("OUT_DIR"),
        "/transpiler.cwasm"
    )));

    static NATIVE: NativeCode = NativeCode::new(BYTES);

    pub(crate) fn prepare(config: &mut Config) -> wasmtime::Result<()> {
        jsvm_native::prepare(config);
        Ok(())
    }

    pub(crate) fn load(engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: the bytes were made by `Engine::precompile_component` in this crate's build
        // script, and nobody can have changed them since; wasmtime checks version and settings.
        #[expect(unsafe_code, reason = "native code is loaded here and nowhere else")]
        unsafe {
            NATIVE.load(engine)
        }
    }
}

#[cfg(not(feature = "precompile"))]
mod way {
    #[cfg(feature = "compile")]
    use wasmtime::{Cache, OptLevel};
    use wasmtime::{Config, Engine, component::Component};

    /// Sets what the compiler needs: the same as in the build script, and the cache.
    #[cfg(feature = "compile")]
    pub(crate) fn prepare(config: &mut Config) -> wasmtime::Result<()> {
        config.cranelift_opt_level(OptLevel::Speed);
        // A system without a folder for caches (a container, say) compiles each time.
        config.cache(Cache::from_file(None).ok());
        Ok(())
    }

    #[cfg(feature = "compile")]
    pub(crate) fn load(engine: &Engine) -> wasmtime::Result<Component> {
        Component::new(engine, crate::COMPONENT)
    }

    #[cfg(not(feature = "compile"))]
    pub(crate) fn prepare(_: &mut Config) -> wasmtime::Result<()> {
        Ok(())
    }

    #[cfg(not(feature = "compile"))]
    pub(crate) fn load(_: &Engine) -> wasmtime::Result<Component> {
        Err(wasmtime::format_err!(
            "the crate jsvm-transpiler was built without native code: enable its feature \
             `precompile` (the default), which compiles the component when the crate is built, or \
             `compile`, which does so at first use"
        ))
    }
}
