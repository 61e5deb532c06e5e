//! Makes the component.

use std::time::Duration;

use jsvm::Vm;
use jsvm_abi::adapter::{BEGIN, CALL, DROP, END, RESUME, START};
use jsvm_standalone::Inclusion;
use wasmparser::{ComponentTypeRef, Parser, Payload, TypeBounds, Validator, WasmFeatures};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use crate::adapter::{NAME, REALLOC, Stubs, adapter, engine_imports, renamed};
use crate::describe::Description;
use crate::system::System;
use crate::{WorldError, WorldSource};

/// What a component contains, and what it has in place of a clock and entropy if its world has none.
///
/// ```
/// use jsvm_world::Options;
/// let mut options = Options::default();
/// options.clock = std::time::Duration::from_secs(1_700_000_000);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// What to include of the engine.
    pub inclusion: Inclusion,
    /// The time of day since 1970, if the world has no `wasi:clocks/wall-clock`.
    pub clock: Duration,
    /// Where random numbers begin, if the world has no `wasi:random/random`. They are then the same in each
    /// instance.
    pub seed: u64,
    /// Whether clock, entropy and console do not use the world's WASI. The program can still import it.
    pub stub_wasi: bool,
}

/// A component that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Built {
    /// The component.
    pub component: Vec<u8>,
    /// The names of its imports.
    pub imports: Vec<String>,
    /// The names of functions and parts of the engine that were left out, sorted.
    pub left_out: Vec<String>,
}

/// Makes a component of a VM whose program was evaluated with the world.
///
/// Before, the world was [defined](WorldSource::define), the program was evaluated, and its exports were
/// [bound](WorldSource::bind). The VM can be used afterwards. The same state gives the same bytes.
///
/// # Errors
/// [`WorldError::Unsupported`] and [`WorldError::TooLarge`] if the world cannot be implemented, or
/// [`WorldError::Standalone`] if the VM cannot be put into a component.
pub fn component(vm: &Vm, source: &WorldSource, options: &Options) -> Result<Built, WorldError> {
    let mut exports = vec![BEGIN, CALL, END, DROP, REALLOC];
    if source.description()?.world.has_async_exports() {
        exports.extend([START, RESUME]);
    }
    let module = jsvm_standalone::core_module(vm, &exports, &options.inclusion)?;
    let component = encode(&module.module, source, options)?;
    Ok(Built {
        imports: imports(&component)?,
        component,
        left_out: module.left_out,
    })
}

/// Makes a component of the module of a VM.
pub(crate) fn encode(
    module: &[u8],
    source: &WorldSource,
    options: &Options,
) -> Result<Vec<u8>, WorldError> {
    let system = match options.stub_wasi {
        true => System::default(),
        false => source.system(),
    };
    let stubs = Stubs {
        wall: options.clock,
        seed: options.seed,
    };
    let description: Description = source.description()?;
    let mut adapter = adapter(&description, &system, &engine_imports(module)?, stubs)?;
    let (resolve, world) = (&source.resolve, source.world);
    embed_component_metadata(&mut adapter, resolve, world, StringEncoding::UTF8)
        .map_err(|error| WorldError::unfit(format!("{error:#}")))?;
    let component = ComponentEncoder::default()
        .module(&renamed(module)?)
        .and_then(|encoder| encoder.adapter(NAME, &adapter))
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| WorldError::unfit(format!("{error:#}")))?;
    // A world may have types that hosts enable on request.
    let features = WasmFeatures::default()
        | WasmFeatures::CM_ASYNC
        | WasmFeatures::CM_FIXED_LENGTH_LISTS
        | WasmFeatures::CM_MAP;
    Validator::new_with_features(features).validate_all(&component)?;
    Ok(component)
}

/// The names of the imports of a component.
pub(crate) fn imports(component: &[u8]) -> Result<Vec<String>, WorldError> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    let import = import?;
                    // A name for a type of another import is nothing that a host provides.
                    if !matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
                        names.push(import.name.name.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    Ok(names)
}
