//! The parts of a file, for those who encode it with more imports.

use jsvm::Vm;
use wasmparser::{Validator, WasmFeatures};

use crate::imports::{fused, renamed};
use crate::{
    Built, ComponentKind, Inclusion, ServiceImports, StandaloneError, filled, module_for, name,
    nested, read_template,
};

/// The parts of a file. [`component_from_parts`] gives them to the function that encodes them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FileParts<'a> {
    /// The file without additional imports: a component of the two modules.
    pub file: &'a [u8],
    /// The core module of the VM, which contains the program. It defines the memory, and imports everything
    /// from a module with the name [`DRIVER`](crate::DRIVER). The names of imports are
    /// `[vm]INTERFACE#FUNCTION`, such as `[vm]jsvm:engine/host@0.2.0#host-call`.
    pub vm: &'a [u8],
    /// The core module of the driver. It imports the memory as `env` `memory`, functions of the VM from
    /// `__main_module__`, and WASI. It has no custom section with its world: that is the world of
    /// [`file`](Self::file).
    pub driver: &'a [u8],
}

/// Makes a component of the parts of a file, which can have more imports than
/// [`component_of`](crate::component_of) gives it.
///
/// The module of the VM also exports the functions whose names are in `exports`. `encode` gets the parts and
/// returns the component. The component is validated, and its custom sections are left out.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm_standalone::{ComponentKind, Inclusion, ServiceImports, StandaloneError, component_from_parts};
/// let (kind, imports) = (ComponentKind::Command, ServiceImports::default());
/// let built = component_from_parts(&vm, kind, imports, &["cabi_realloc"], &Inclusion::default(), |parts| {
///     assert!(parts.driver.len() < parts.vm.len());
///     Ok::<_, StandaloneError>(parts.file.to_vec())
/// })?;
/// assert!(built.component.starts_with(b"\0asm"));
/// # Ok::<(), StandaloneError>(())
/// ```
///
/// # Errors
/// As [`component`](crate::component()); [`StandaloneError::OldEngine`] if the engine does not export one of the
/// functions; and those of `encode`.
pub fn component_from_parts<E: From<StandaloneError>>(
    vm: &Vm,
    kind: ComponentKind,
    imports: ServiceImports,
    exports: &[&str],
    inclusion: &Inclusion,
    encode: impl FnOnce(FileParts<'_>) -> Result<Vec<u8>, E>,
) -> Result<Built, E> {
    let template = read_template(&name(kind, imports))?;
    let made = module_for(vm, &template, kind, imports, exports, inclusion)?;
    let module = renamed(&made.module)?;
    let file = filled(&template, &module)?;
    let encoded = encode(FileParts {
        file: &file,
        vm: &module,
        driver: fused(&template)?,
    })?;
    let component = finished(&encoded)?;
    Ok(Built {
        component,
        left_out: made.left_out,
    })
}

/// Validates a component, and leaves out its custom sections.
fn finished(encoded: &[u8]) -> Result<Vec<u8>, StandaloneError> {
    let component = nested::replace_modules(encoded, &mut |module| {
        Ok::<_, StandaloneError>(module.to_vec())
    })?;
    // An import may have types that hosts enable on request.
    let features =
        WasmFeatures::default() | WasmFeatures::CM_FIXED_LENGTH_LISTS | WasmFeatures::CM_MAP;
    Validator::new_with_features(features).validate_all(&component)?;
    Ok(component)
}
