//! Builds the artefact that `jsvm-component` publishes: the component `js-vm.wasm`, the memory of a
//! fresh VM, and the components around a VM in built files. One module for each stage, in the order
//! in which [`build`] runs them.
//!
//! Two engines are built, one for speed and one for size: see [`Goal`].
//!
//! | stage | input | output |
//! |---|---|---|
//! | [`toolchain`] | the machine | compilers |
//! | [`engine`] | the crate with the engine's sources, patches | the sources to compile |
//! | [`compile`] | sources | a core module |
//! | [`references`] | the core module | what its functions and constants need of each other |
//! | [`parts`] | scripts and npm packages | scripts that the next stage compiles into the module |
//! | [`preinit`] | the core module | the module after its initialisation |
//! | [`node`] | Node.js, `guest/node` | the modules of Node.js, which the stage before compiles |
//! | [`instrument`] | the core module | the module with a CPU backstop in its loops |
//! | [`image`] | the core module | the memory of a fresh VM |
//! | [`component`] | the core module | the component |
//! | [`package`] | the component, `wit/` | the component with the documentation of its world |
//! | [`describe`] | the component, constants | the component with a description of itself |
//! | [`fuse`] | core modules of `components/` | one that shares the VM's memory |
//! | [`standalone`] | fused modules, the component | templates of built files |
//! | [`licences`] | cargo's metadata | the licences of everything inside |
//!
//! [`transpiler`] builds another component, of `transpiler/`, and [`snapshot_codec`] a core module, of
//! `npm/snapshot/`.
//!
//! [`artefact`] writes the results into `artefacts/` of a crate with a record of the sources
//! ([`sources`]), and compares them with the present sources. [`verify`] builds again elsewhere and
//! compares the bytes.

pub mod artefact;
pub mod compile;
pub mod component;
pub mod describe;
pub mod engine;
pub mod fuse;
#[path = "../../host/component/src/image.rs"]
pub mod image;
pub mod instrument;
pub mod licences;
#[path = "../../host/standalone/src/nested.rs"]
pub mod nested;
pub mod node;
pub mod package;
pub mod parts;
pub mod preinit;
#[path = "../../host/component/src/references.rs"]
pub mod reference_types;
pub mod references;
#[path = "../../host/component/src/section.rs"]
pub mod section;
pub mod snapshot_codec;
pub mod sources;
pub mod standalone;
pub mod toolchain;
pub mod transpiler;
pub mod verify;
pub mod wrapper;

use std::path::Path;
use std::time::Instant;

use crate::compile::{Goal, Reproducible, Run};
use crate::toolchain::Toolchain;

/// The sources to build, and the folder to build in.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The checkout.
    pub root: &'a Path,
    /// Folder for everything that compilers write. No other process may use it.
    pub target_dir: &'a Path,
    /// A program that calls [`wrapper::run`] first. With it the result does not depend on paths.
    pub wrapper: &'a Path,
}

/// The results of all stages.
#[derive(Clone, Debug)]
pub struct Built {
    /// The engine for speed.
    pub speed: Engine,
    /// The engine for size.
    pub size: Engine,
    /// The version of the WIT package that they implement.
    pub wit: String,
    /// The components around a VM, without the VM's module.
    pub templates: standalone::Templates,
    /// The modules of Node.js as bytecode.
    pub node: node::Modules,
    /// The licences of everything inside, as Markdown.
    pub licences: String,
}

/// An engine.
#[derive(Clone, Debug)]
pub struct Engine {
    /// The component.
    pub component: Vec<u8>,
    /// Its core module.
    pub core: Vec<u8>,
    /// The memory of a fresh instance.
    pub image: image::BaseImage,
    /// What the component says about itself.
    pub description: section::Description,
    /// What functions and constants of the module need of each other.
    pub references: references::References,
}

/// The error of the stage that failed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
#[expect(missing_docs, reason = "each variant is named after its stage")]
pub enum Error {
    Toolchain(#[from] toolchain::ToolchainError),
    Engine(#[from] engine::EngineError),
    Compile(#[from] compile::CompileError),
    Instrument(#[from] instrument::InstrumentError),
    Node(#[from] node::NodeError),
    Parts(#[from] parts::PartsError),
    References(#[from] references::ReferencesError),
    Preinit(#[from] preinit::PreinitError),
    Image(#[from] image::ImageError),
    Component(#[from] component::ComponentError),
    Package(#[from] package::PackageError),
    Standalone(#[from] standalone::StandaloneError),
    Licences(#[from] licences::LicencesError),
}

/// Runs all stages. Calls `progress` with one line after each.
///
/// # Errors
///
/// The error of the first stage that fails.
pub fn build(options: Options<'_>, progress: &mut dyn FnMut(&str)) -> Result<Built, Error> {
    let mut start = Instant::now();
    let mut done = |stage: &str, bytes: usize| {
        let milliseconds = start.elapsed().as_millis();
        progress(&format!("{stage}: {milliseconds} ms, {bytes} bytes"));
        start = Instant::now();
    };
    let guest = options.root.join("guest");
    let components = options.root.join("components");
    let toolchain = Toolchain::find()?;
    let parts = parts::read(&guest)?;
    let node_parts = node::read(&guest)?;
    let sources = engine::prepare(&toolchain, &guest)?;
    let target_dirs =
        ["guest", "guest-size", "components"].map(|name| options.target_dir.join(name));
    let [speed, size, run_components] =
        [&target_dirs[0], &target_dirs[1], &target_dirs[2]].map(|target_dir| Run {
            toolchain: &toolchain,
            target_dir,
            rust_flags: &[],
            reproducible: Some(Reproducible {
                root: options.root,
                wrapper: options.wrapper,
            }),
        });
    // The guest is linked by one thread for most of the time: the others fill the other cores.
    let (speed, size, compiled) = std::thread::scope(|scope| {
        let others = scope.spawn(|| {
            let compiled = compile::compile_workspace(run_components, &components);
            (
                compiled,
                compile::compile(size, &guest, &sources, Goal::Size),
            )
        });
        let speed = compile::compile(speed, &guest, &sources, Goal::Speed);
        match others.join() {
            Ok((compiled, size)) => (speed, size, compiled),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    compiled.map_err(standalone::StandaloneError::from)?;
    let (speed, size) = (speed?, size?);
    done("compile", speed.len() + size.len());
    let node = preinit::compile_apart(&speed, &node_parts)?;
    done("modules of Node.js", node.iter().map(|it| it.1.len()).sum());
    let speed = self::engine(speed, options.root, &parts, &mut done)?;
    let size = self::engine(size, options.root, &parts, &mut done)?;
    let wit = describe::wit_version(&speed.component)
        .map_err(image::ImageError::from)?
        .ok_or(image::ImageError::Unfit("it exports no interface"))?;
    // Both engines fit them: they have the same imports and exports.
    let templates = standalone::templates(&target_dirs[2], &speed.component, &speed.core)?;
    done("templates", templates.0.iter().map(|it| it.1.len()).sum());
    let licences = licences::collect(&toolchain, options.root)?;
    done("licences", licences.len());
    Ok(Built {
        speed,
        size,
        wit,
        templates,
        node,
        licences,
    })
}

/// Runs the stages from a compiled guest to a component.
fn engine(
    core: Vec<u8>,
    root: &Path,
    parts: &[parts::Part],
    done: &mut dyn FnMut(&str, usize),
) -> Result<Engine, Error> {
    let constants = describe::constants(&core).map_err(image::ImageError::from)?;
    let references = references::read(&core, constants, &root.join("guest/src"))?;
    let core = references::removed(&core).map_err(references::ReferencesError::from)?;
    done("references", core.len());
    let core = preinit::preinitialize(&core, parts)?;
    done("pre-initialise", core.len());
    let poll_counters = instrument::counters(&core)?;
    let core = instrument::instrument(&core)?;
    done("instrument", core.len());
    let image = image::read(&core)?;
    done("base image", image.bytes.len());
    let description = section::Description {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        requests: jsvm_protocol::VERSION,
        constants,
        poll_counters: poll_counters.into(),
    };
    let component = component::componentize(&core)?;
    let component = package::documented(component, &root.join("wit"))?;
    let component = describe::described(component, &description);
    done("componentize", component.len());
    Ok(Engine {
        component,
        core,
        image,
        description,
        references,
    })
}
