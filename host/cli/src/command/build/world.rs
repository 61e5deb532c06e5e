//! Components for WIT worlds.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use jsvm::{Value, Vm};
use jsvm_standalone::StandaloneError;
use jsvm_world::{Features, Options, WorldError, WorldSource, component};

use super::report::{Report, ReportKind};
use super::uses::Uses;
use super::{Build, Target, still_waiting, unknown_name};
use crate::command::exit::Exit;
use crate::command::output;
use crate::command::progress::Progress;
use crate::command::usage::Usage;

/// Options of components for worlds.
#[derive(Args)]
pub struct WorldOptions {
    /// Make a component for a WIT world: a WIT file, a folder with WIT files and deps, or a WIT package in
    /// the binary format. The program exports what the world exports, and imports its imports as modules
    #[arg(long, value_name = "PATH")]
    #[arg(conflicts_with_all = ["kind", "host", "host_environment", "fetch", "busy_timeout"])]
    wit: Option<PathBuf>,

    /// World, such as acme:store/plugin or plugin [default: the only world of the package]
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    /// Open a gate of the WIT: items that are marked @unstable(feature = NAME); can be repeated
    #[arg(
        long,
        value_name = "NAME",
        requires = "wit",
        conflicts_with = "wit_all_features"
    )]
    wit_feature: Vec<String>,

    /// Open all gates of the WIT
    #[arg(long, requires = "wit")]
    wit_all_features: bool,

    /// Add WASI's clock, entropy and console to the world, if it lacks them
    #[arg(long, requires = "wit", conflicts_with = "stub_wasi")]
    with_wasi: bool,

    /// Give the program a fixed clock, the same random numbers in each instance, and a console to nowhere,
    /// even if the world has WASI's
    #[arg(long, requires = "wit")]
    stub_wasi: bool,
}

/// A world for which a component is made.
pub struct BuildWorld {
    source: WorldSource,
    /// The names of imports that were added.
    added: Vec<String>,
}

impl WorldOptions {
    /// Whether a component is made for a world.
    pub fn is_set(&self) -> bool {
        self.wit.is_some()
    }

    /// Reads the world, if there is one.
    pub(super) fn read(&self) -> anyhow::Result<Option<BuildWorld>> {
        let Some(path) = &self.wit else {
            return Ok(None);
        };
        let features = match self.wit_all_features {
            true => Features::All,
            false => Features::Some(self.wit_feature.clone()),
        };
        let read = WorldSource::read_with(path, self.world.as_deref(), features);
        let mut source = read.map_err(|error| failed(path, error))?;
        let added = match self.with_wasi {
            true => source.add_wasi().map_err(|error| failed(path, error))?,
            false => Vec::new(),
        };
        // Fails before the program runs, if the world cannot be implemented.
        source.modules().map_err(|error| failed(path, error))?;
        Ok(Some(BuildWorld { source, added }))
    }
}

impl BuildWorld {
    /// Gives a VM the world.
    pub fn define(&self, vm: &Vm) -> anyhow::Result<()> {
        Ok(self.source.define(vm)?)
    }

    /// Finds the exports of the program.
    pub fn bind(&self, vm: &Vm, exports: &Value) -> anyhow::Result<()> {
        match self.source.bind(vm, exports) {
            Err(error @ WorldError::Exports { .. }) => {
                output::print_error(&format!("jsvm: {error}"));
                Err(Exit::FAILED.into())
            }
            bound => Ok(bound?),
        }
    }
}

/// Says what is wrong with the WIT.
fn failed(path: &Path, error: WorldError) -> anyhow::Error {
    match error {
        WorldError::NoWit { .. } | WorldError::NoWorld { .. } => {
            Usage(format!("--wit {}: {error}", path.display())).into()
        }
        error => {
            output::print_error(&format!("jsvm: {error}"));
            Exit::FAILED.into()
        }
    }
}

impl Build {
    /// Makes a component for a world.
    pub(super) fn run_world(&self, target: &Target) -> anyhow::Result<()> {
        let started = Instant::now();
        let output = self.output();
        let mut known = self.known();
        known.world = self.world.read()?;

        let uses = Uses::default();
        let evaluated = self.evaluate(&known, target, Some(&uses))?;
        self.judge(&uses.taken(), &evaluated)?;
        if let Some(world) = &mut known.world {
            // Modules that no source names are not imported.
            world
                .source
                .retain_modules(|names| names.iter().any(|name| evaluated.mentions(name)));
        }
        drop(evaluated);

        let evaluated = self.evaluate(&known, target, None)?;
        let Some(BuildWorld { source, added }) = known.world else {
            unreachable!("the world was read");
        };
        let mut identifiers = evaluated.identifiers();
        let modules = evaluated.modules.clone();
        let evaluated_modules = modules.count();
        let evaluation = started.elapsed();
        let session = evaluated.ready(None)?;
        modules.add_identifiers(&mut identifiers);
        let waiting = Progress::new(format!("writing {}", output.display()));
        let mut options = Options::default();
        options.inclusion = self.inclusion(identifiers);
        options.clock = self.clock.unwrap_or_default();
        options.stub_wasi = self.world.stub_wasi;
        let built = component(session.vm(), &source, &options).map_err(|error| match error {
            WorldError::Standalone(StandaloneError::Waiting { name }) => still_waiting(&name),
            WorldError::Standalone(StandaloneError::UnknownName { name }) => {
                unknown_name(&name).into()
            }
            error => error.into(),
        })?;
        let heap = session.vm().heap().usage()?.used;
        target.write(|writer| Ok(writer.write_all(&built.component)?))?;
        drop(waiting);
        let added = added
            .into_iter()
            .filter(|name| built.imports.contains(name));
        self.report(&Report {
            kind: ReportKind::World {
                name: source.name(),
                added: added.collect(),
                imports: built.imports,
            },
            size: built.component.len(),
            heap,
            modules: evaluated_modules,
            evaluation,
            total: started.elapsed(),
            left_out: built.left_out,
        });
        // The process is about to end: freeing the memory piece by piece would only take time.
        std::mem::forget(session);
        Ok(())
    }
}
