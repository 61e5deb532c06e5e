//! The engines of whose VMs files can be made.

use std::borrow::Cow;

use jsvm::{EngineId, Vm};
use jsvm_component::{
    BASE_IMAGE, BASE_IMAGE_START, COMPONENT, CONSTANT_BYTES, EngineParts, References,
    SIZE_FINGERPRINT, references,
};

use super::error::StandaloneError;
use super::{nested, unfit};

/// The size of a page of a snapshot.
const PAGE: u64 = 4096;

/// Returns the component of the engine that was compiled for size. Files that are made of its VMs are
/// smaller than those of [`Engine::global`](jsvm::Engine::global), and slower. Snapshots of the two
/// engines are not interchangeable.
///
/// ```no_run
/// let component = jsvm_standalone::size_component()?;
/// let engine = jsvm::Engine::from_component(&component)?;
/// let vm = engine.vm().build()?;
/// # Ok::<(), jsvm_standalone::StandaloneError>(())
/// ```
///
/// # Errors
/// [`StandaloneError::Unfit`] if this library has a bug.
pub fn size_component() -> Result<Vec<u8>, StandaloneError> {
    Ok(size_engine()?.component)
}

/// An engine, taken apart.
pub struct EngineFiles {
    /// The core module.
    pub module: Vec<u8>,
    /// What its functions and constants need of each other.
    pub references: References,
    /// The memory of a fresh VM.
    pub base: Cow<'static, [u8]>,
    /// The address of its first byte.
    pub start: u64,
    /// The number of bytes at its beginning that never change.
    pub constants: u64,
}

impl EngineFiles {
    /// Returns the engine of a VM.
    pub fn of(vm: &Vm) -> Result<Self, StandaloneError> {
        let engine = vm.engine();
        if engine == EngineId::BUILT_IN {
            return Ok(EngineFiles {
                module: module(COMPONENT)?,
                references: references()
                    .ok_or_else(|| unfit("the references of the engine cannot be read"))?,
                base: Cow::Borrowed(BASE_IMAGE),
                start: BASE_IMAGE_START,
                constants: CONSTANT_BYTES,
            });
        }
        if engine != EngineId::new(SIZE_FINGERPRINT) {
            return Err(StandaloneError::OtherEngine { engine });
        }
        let small = size_engine()?;
        let parts =
            EngineParts::read(&small.component).map_err(|error| unfit(error.to_string()))?;
        Ok(EngineFiles {
            module: module(&small.component)?,
            references: small.references,
            base: Cow::Owned(parts.image.bytes),
            start: parts.image.start,
            constants: parts.description.constants,
        })
    }

    /// The first address of a page that may change.
    pub fn writable(&self) -> usize {
        (self.start + self.constants / PAGE * PAGE) as usize
    }
}

fn size_engine() -> Result<jsvm_component::SizeEngine, StandaloneError> {
    jsvm_component::size_engine().ok_or_else(|| unfit("the engine for size cannot be read"))
}

/// Returns the core module of an engine's component.
pub fn module(component: &[u8]) -> Result<Vec<u8>, StandaloneError> {
    let mut largest = &[][..];
    for section in nested::sections(component)? {
        let (id, content) = section?;
        // The others are adapters of a few hundred bytes.
        if id == nested::CORE_MODULE && content.len() > largest.len() {
            largest = content;
        }
    }
    Ok(largest.to_vec())
}
