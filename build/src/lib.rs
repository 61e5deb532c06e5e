//! Turns the guest's sources into what is shipped: the component `js-vm.wasm` and its native
//! code. One module per stage, in the order in which [`build`] runs them.
//!
//! | stage | from | to |
//! |---|---|---|
//! | [`toolchain`] | the machine | compilers |
//! | [`engine`] | the crate with the engine's sources | what of it is compiled |
//! | [`compile`] | sources | a core module |
//! | [`parts`] | scripts and npm packages | what the next stage compiles into the module |
//! | [`preinit`] | | the same with its initialisation done |
//! | [`instrument`] | | the same with a CPU backstop in its loops |
//! | [`image`] | | the memory of a fresh VM |
//! | [`component`] | | the component |
//! | [`precompile`] | | native code |
//! | `standalone` | sources in `components/`, the component | what `jsvm build` puts around a VM |

pub mod compile;
pub mod component;
pub mod config;
pub mod engine;
pub mod image;
pub mod instrument;
#[cfg(feature = "standalone")]
pub mod nested;
pub mod parts;
pub mod precompile;
pub mod preinit;
#[cfg(feature = "standalone")]
pub mod standalone;
pub mod toolchain;

use std::path::Path;
use std::time::Instant;

use crate::toolchain::Toolchain;

/// What to build.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Folder of the guest's package.
    pub guest: &'a Path,
    /// Folder of the components that go around a VM.
    pub components: &'a Path,
    /// Folder for everything that compiling it writes. It must belong to the caller alone.
    pub target_dir: &'a Path,
    /// Target triple of the native code.
    pub target: &'a str,
}

/// What was built.
#[derive(Clone, Debug)]
pub struct Artifacts {
    /// The component.
    pub component: Vec<u8>,
    /// What tells it from others.
    pub fingerprint: [u8; 32],
    /// The memory of a fresh instance.
    pub image: image::BaseImage,
    /// Bytes at its beginning that never change.
    pub constants: u64,
    /// Its native code for the target, as wasmtime loads it.
    pub native: Vec<u8>,
    /// What goes around a VM so that it needs nothing but WASI.
    #[cfg(feature = "standalone")]
    pub templates: standalone::Templates,
}

/// Why nothing was built: the stage that failed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
#[expect(missing_docs, reason = "each variant is named after its stage")]
pub enum Error {
    Toolchain(#[from] toolchain::ToolchainError),
    Engine(#[from] engine::EngineError),
    Compile(#[from] compile::CompileError),
    Instrument(#[from] instrument::InstrumentError),
    Parts(#[from] parts::PartsError),
    Preinit(#[from] preinit::PreinitError),
    Image(#[from] image::ImageError),
    Component(#[from] component::ComponentError),
    Precompile(#[from] precompile::PrecompileError),
    #[cfg(feature = "standalone")]
    Standalone(#[from] standalone::StandaloneError),
}

/// Runs all stages. `progress` is called with one line after each.
///
/// # Errors
///
/// That of the first stage that fails.
pub fn build(options: Options<'_>, progress: &mut dyn FnMut(&str)) -> Result<Artifacts, Error> {
    let mut start = Instant::now();
    let mut done = |stage: &str, bytes: &[u8]| {
        let (milliseconds, size) = (start.elapsed().as_millis(), bytes.len());
        progress(&format!("{stage}: {milliseconds} ms, {size} bytes"));
        start = Instant::now();
    };
    let toolchain = Toolchain::find()?;
    let parts = parts::read(options.guest)?;
    let engine = engine::prepare(&toolchain, options.guest, options.target_dir)?;
    let core = compile::compile(&toolchain, options.guest, &engine, options.target_dir)?;
    done("compile", &core);
    let constants = image::constants(&core).map_err(image::ImageError::from)?;
    let core = preinit::preinitialize(&core, &parts)?;
    done("pre-initialise", &core);
    let core = instrument::instrument(&core)?;
    done("instrument", &core);
    let image = image::read(&core)?;
    done("base image", &image.bytes);
    let component = component::componentize(&core)?;
    done("componentize", &component);
    let native = precompile::precompile(&component, options.target)?;
    done("precompile", &native);
    #[cfg(feature = "standalone")]
    let templates = {
        let target_dir = options.target_dir.join("components");
        let templates =
            standalone::templates(&toolchain, options.components, &target_dir, &component)?;
        for (name, template) in &templates.0 {
            done(name, template);
        }
        templates
    };
    Ok(Artifacts {
        fingerprint: image::fingerprint(&component),
        component,
        image,
        constants,
        native,
        #[cfg(feature = "standalone")]
        templates,
    })
}
