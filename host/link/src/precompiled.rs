//! Components that another process compiled.

use wasmtime::component::Component;

use super::component::{self, LinkedComponent};
use super::error::LinkError;
use super::linker::Linker;

impl Linker {
    /// Checks what can be known about a component without compiling it.
    ///
    /// # Errors
    /// As [`compile`](Self::compile), except for what the compiler finds.
    pub fn check(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<(), LinkError> {
        component::check(name, bytes.as_ref(), self.limits()).map(drop)
    }

    /// Compiles a component for [`load_precompiled`](Self::load_precompiled), usually in another
    /// process.
    ///
    /// The compiler can take more memory and time than [`CompileLimits`](crate::CompileLimits)
    /// estimate. A process whose limits the system enforces can fail without harm: the program
    /// `jsvm` compiles its linked components so.
    ///
    /// ```
    /// # let component = wat::parse_str(
    /// #     r#"(component
    /// #         (core module $m (func (export "f") (result i32) (i32.const 42)))
    /// #         (core instance $i (instantiate $m))
    /// #         (func (export "answer") (result u32) (canon lift (core func $i "f"))))"#,
    /// # )
    /// # .unwrap();
    /// let linker = jsvm_link::Linker::new()?;
    /// let compiled = linker.precompile(&component)?;
    /// // SAFETY: the bytes are those that `precompile` returned.
    /// let answers = unsafe { linker.load_precompiled("acme:answers", &component, compiled) }?;
    /// assert_eq!(answers.specifiers(), ["acme:answers"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The message of the compiler, or that the component exceeds the limits.
    pub fn precompile(&self, bytes: impl AsRef<[u8]>) -> Result<Vec<u8>, String> {
        let bytes = bytes.as_ref();
        let cost = component::check("component", bytes, self.limits());
        let runtime = cost.and_then(|cost| self.runtime(cost.is_concurrent));
        let runtime = runtime.map_err(|error| error.to_string())?;
        let compiled = runtime.engine.precompile_component(bytes);
        compiled.map_err(|error| format!("{error:#}"))
    }

    /// Links a component that [`precompile`](Self::precompile) compiled. `bytes` are the component
    /// itself.
    ///
    /// # Errors
    /// As [`compile`](Self::compile). [`LinkError::Invalid`] if another version of this crate
    /// compiled it, or for another machine.
    ///
    /// # Safety
    /// `compiled` must be what `precompile` returned for `bytes`. It contains machine code, which is
    /// not checked.
    #[expect(unsafe_code)]
    pub unsafe fn load_precompiled(
        &self,
        name: &str,
        bytes: impl AsRef<[u8]>,
        compiled: impl AsRef<[u8]>,
    ) -> Result<LinkedComponent, LinkError> {
        let cost = component::check(name, bytes.as_ref(), self.limits())?;
        let runtime = self.runtime(cost.is_concurrent)?;
        // SAFETY: the caller promises that the compiler of this crate made it.
        let loaded = unsafe { Component::deserialize(&runtime.engine, compiled) };
        LinkedComponent::link(&runtime, name, loaded, cost)
    }
}
