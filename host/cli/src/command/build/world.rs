//! Components for WIT worlds.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use heck::ToLowerCamelCase;
use jsvm::{Value, Vm};
use jsvm_standalone::{ComponentKind, Inclusion, ServiceImports};
use jsvm_world::{Built, Features, Options, WorldError, WorldSource, component, driven_component};

use super::evaluate::Evaluated;
use super::report::{Report, ReportKind};
use super::world_scripts::HostUse;
use super::{Build, BuildInputs, Target};
use crate::command::exit::Exit;
use crate::command::output;
use crate::command::progress::Progress;
use crate::command::usage::Usage;
use crate::command::wit::WitFeatures;
use crate::command::wit_packages::wit_of_packages;

/// Options of components for worlds.
#[derive(Args)]
pub struct WorldOptions {
    /// Make a component for a WIT world: a WIT file, a folder with WIT files and deps, or a WIT package in
    /// the binary format. The program exports what the world exports, and imports its imports as modules
    #[arg(long, value_name = "PATH")]
    wit: Option<PathBuf>,

    /// World, such as acme:store/plugin or plugin [default: the only world of the package]
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    #[command(flatten)]
    features: WitFeatures,

    /// Add WASI's clock, entropy and console to the world, if it lacks them. A world that exports
    /// wasi:http/incoming-handler gets them without this option
    #[arg(long, requires = "wit", conflicts_with = "stub_wasi")]
    with_wasi: bool,

    /// Give the program a fixed clock, the same random numbers in each instance, and a console to nowhere,
    /// even if the world has WASI's
    #[arg(long)]
    stub_wasi: bool,
}

/// A world for which a component is made, or whose imports a server or a command has.
pub struct BuildWorld {
    pub(super) source: WorldSource,
    /// The names of imports that were added.
    pub(super) added: Vec<String>,
    /// Whether an option names the world; packages of the program may name others.
    pub(super) is_given: bool,
    /// Whether the program has `fetch`, by interfaces of the world.
    pub(super) fetches: bool,
    /// Whether `node:fs` reads mounted files, by interfaces of the world.
    pub(super) reads_files: bool,
    /// Whether `process.env` has the variables of the host, by an interface of the world.
    pub(super) reads_environment: bool,
}

/// What a program is in a world.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum WorldRole {
    /// It has the exports of the world.
    Exporter,
    /// It is a server or a command, and has imports of the world.
    Importer,
}

/// The beginning of the name of the interface to which the console writes.
const LOGGING: &str = "wasi:logging/logging@";

/// The interfaces that a server exports by its driver.
const HANDLERS: [&str; 2] = ["wasi:http/incoming-handler", "wasi:http/handler"];

impl WorldOptions {
    /// Reads the world of the options, or else those of the packages that the program depends on.
    pub(super) fn read(&self, program: &Path) -> anyhow::Result<Option<BuildWorld>> {
        let Some(path) = &self.wit else {
            return found(program);
        };
        let read = WorldSource::read_with(path, self.world.as_deref(), self.features.features());
        let mut source = read.map_err(|error| failed(path, error))?;
        // Each host of a handler has WASI's clock, entropy and console.
        let is_handler = source.export_names().iter().any(|name| is_handler(name));
        let added = match self.with_wasi || is_handler && !self.stub_wasi {
            true => source.add_wasi().map_err(|error| failed(path, error))?,
            false => Vec::new(),
        };
        // Fails before the program runs, if the world cannot be implemented.
        source.modules().map_err(|error| failed(path, error))?;
        Ok(Some(BuildWorld {
            source,
            added,
            is_given: true,
            fetches: false,
            reads_files: false,
            reads_environment: false,
        }))
    }
}

/// Reads the worlds of the packages that a program depends on.
fn found(program: &Path) -> anyhow::Result<Option<BuildWorld>> {
    let Ok(program) = program.canonicalize() else {
        // The program is missing, which is found later.
        return Ok(None);
    };
    let folder = match program.is_dir() {
        true => Some(&*program),
        false => program.parent(),
    };
    let parts = wit_of_packages(folder.unwrap_or(&program))?;
    if parts.is_empty() {
        return Ok(None);
    }
    let source = WorldSource::read_union(&parts, Features::default()).map_err(|error| {
        Usage(format!(
            "cannot use the WIT of the program's packages: {error}"
        ))
    })?;
    Ok(Some(BuildWorld {
        source,
        added: Vec::new(),
        is_given: false,
        fetches: false,
        reads_files: false,
        reads_environment: false,
    }))
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

    /// Decides what a program is. `is_server` says whether it has a fetch handler.
    ///
    /// # Errors
    /// The exports of the program cannot be read.
    pub fn role(&self, exports: &Value, is_server: bool) -> Result<WorldRole, jsvm::Error> {
        let names = self.source.export_names();
        for name in &names {
            if exported(exports, name)? {
                return Ok(WorldRole::Exporter);
            }
        }
        Ok(match (is_server, self.is_given) {
            (true, true) if names.iter().all(|name| is_handler(name)) => WorldRole::Importer,
            (true, true) => WorldRole::Exporter,
            (true, false) => WorldRole::Importer,
            // The error says what is missing.
            (false, true) => WorldRole::Exporter,
            (false, false) => WorldRole::Importer,
        })
    }

    /// Keeps what the program uses. Returns whether it uses anything.
    pub fn retain(
        &mut self,
        role: WorldRole,
        evaluated: &Evaluated,
        options: &WorldOptions,
        host: HostUse,
    ) -> anyhow::Result<bool> {
        match role {
            WorldRole::Importer => self.source.remove_exports(),
            // Packages with WIT are for platforms, which have WASI's clock, entropy and console.
            WorldRole::Exporter if !self.is_given && !options.stub_wasi => {
                self.added = self.source.add_wasi()?;
            }
            WorldRole::Exporter => {}
        }
        if role == WorldRole::Exporter {
            if host.fetch {
                self.added.extend(self.source.add_fetch()?);
            }
            let uses_fetch = host.fetch || evaluated.fetches();
            self.fetches = uses_fetch && self.source.can_fetch();
            if self.fetches {
                self.source.share_streams();
            }
        }
        self.reads_files = evaluated.has_files()? && (host.files || self.source.can_read_files());
        if self.reads_files {
            self.added.extend(self.source.add_files()?);
        }
        self.reads_environment = role == WorldRole::Exporter && host.environment_of(evaluated);
        if self.reads_environment {
            self.added.extend(self.source.add_environment()?);
        }
        let logs_to_host = role == WorldRole::Importer && host.logs_of(evaluated);
        if logs_to_host {
            self.added.extend(self.source.add_logging()?);
        }
        // Modules that no source names are not imported.
        let (fetches, reads_files) = (self.fetches, self.reads_files);
        let reads_environment = self.reads_environment;
        // The console uses it.
        let logs = self.is_given && !options.stub_wasi || logs_to_host;
        let source = self.source.clone();
        self.source.retain_modules(|names| {
            names.iter().any(|name| evaluated.mentions(name))
                || fetches && source.is_for_fetch(names)
                || reads_files && source.is_for_files(names)
                || reads_environment && source.is_for_environment(names)
                || logs && names.iter().any(|name| name.starts_with(LOGGING))
        });
        Ok(role == WorldRole::Exporter || !self.source.modules()?.is_empty())
    }
}

/// Whether an exported interface is one of a server's.
fn is_handler(name: &str) -> bool {
    let name = name.split('@').next();
    name.is_some_and(|name| HANDLERS.contains(&name))
}

/// Whether a program has an export for the item of a world, by any of the names that it may have.
fn exported(exports: &Value, name: &str) -> Result<bool, jsvm::Error> {
    if exports.is_undefined() {
        return Ok(false);
    }
    let without_version = name.split('@').next().unwrap_or(name);
    let short = without_version.rsplit('/').next().unwrap_or(name);
    for name in [name, without_version, &*short.to_lower_camel_case()] {
        if !exports.get(name)?.is_undefined() {
            return Ok(true);
        }
    }
    Ok(false)
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
    /// Fails if options are set that a program with the exports of a world does not have.
    pub(super) fn check_exporter(&self) -> Result<(), Usage> {
        let options = [
            ("--kind", self.kind.is_some()),
            ("--busy-timeout", self.busy_timeout.is_some()),
        ];
        match options.into_iter().find(|(_, is_set)| *is_set) {
            Some((option, _)) => Err(Usage(format!(
                "{option} is for servers and commands: this program has the exports of a world. Leave it out"
            ))),
            None => Ok(()),
        }
    }

    /// Makes a component with the exports of a world.
    pub(super) fn finish_world(
        &self,
        evaluated: Evaluated,
        world: BuildWorld,
        known: &BuildInputs,
        target: &Target,
        started: Instant,
    ) -> anyhow::Result<()> {
        let output = self.output();
        world.install_files(evaluated.session().vm())?;
        let environment = world.environment(evaluated.session().vm())?;
        let mut identifiers = evaluated.identifiers();
        let mut comments = evaluated.script_comments();
        world.add_identifiers(&mut identifiers);
        let BuildWorld {
            source,
            added,
            fetches,
            ..
        } = world;
        let modules = evaluated.modules.clone();
        let evaluated_modules = modules.count();
        let evaluation = started.elapsed();
        let uses_fetch = evaluated.fetches();
        let session = evaluated.ready(None, environment)?;
        self.adapt_late_fetch(known, &modules, session.vm())?;
        if uses_fetch && !fetches {
            super::fetch::refuse_in_world(session.vm())?;
        }
        modules.add_identifiers(&mut identifiers);
        modules.add_comments(&mut comments);
        let waiting = Progress::new(format!("writing {}", output.display()));
        let mut options = Options::default();
        options.inclusion = self.inclusion(identifiers, comments);
        options.clock = self.clock.unwrap_or_default();
        options.stub_wasi = self.world.stub_wasi;
        let built = component(session.vm(), &source, &options).map_err(explained)?;
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

/// Makes a server or a command that imports what its program uses of a world. Returns it, the functions and
/// parts that were left out, and what it imports.
pub(super) fn with_imports(
    vm: &Vm,
    world: &BuildWorld,
    kind: ComponentKind,
    services: ServiceImports,
    inclusion: Inclusion,
) -> anyhow::Result<Built> {
    let mut options = Options::default();
    options.inclusion = inclusion;
    driven_component(vm, &world.source, kind, services, &options).map_err(explained)
}

fn explained(error: WorldError) -> anyhow::Error {
    match error {
        WorldError::Standalone(error) => super::explained(error),
        error => error.into(),
    }
}
