//! Runs a program of a WIT world without building it: imports are stubs, and one export is called.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use jsvm::{Error, HostError, Import, Module, ModuleLoader, Source, Vm, VmBuilder};
use jsvm_node::NodeModules;
use jsvm_world::{InterfaceVersions, WorldSource};

use super::builtin::{WithBuiltins, install};
use super::launch::Launched;
use super::options::Console;
use super::output;
use super::value_format::ValueFormat;
use super::watch::LoadReporter;
use super::wit::{WitFeatures, read_world};

/// The world of a program that becomes a component.
#[derive(Args)]
#[command(next_help_heading = "Worlds")]
pub struct CallOptions {
    /// Let the program import what a WIT world imports, from a file or a folder with its folder
    /// deps. Functions throw, but for those of components that --link links
    #[arg(long, value_name = "PATH")]
    wit: Option<PathBuf>,

    /// The world, if there are several
    #[arg(long, value_name = "NAME", requires = "wit")]
    world: Option<String>,

    #[command(flatten)]
    features: WitFeatures,

    /// Call an export and print its result: a JavaScript expression, in which the exports of the
    /// world are variables, and properties of "exports". Arguments and results must have the types of
    /// the world. The console then prints to standard error
    #[arg(long, value_name = "CALL", requires = "wit", conflicts_with = "watch")]
    call: Option<String>,
}

/// A world, and the stubs of its imports.
pub struct StubbedWorld {
    stubs: BTreeMap<String, String>,
    interfaces: InterfaceVersions,
}

impl CallOptions {
    /// Reads the world, if one is named.
    pub fn read(&self) -> anyhow::Result<Option<StubbedWorld>> {
        let Some(world) = self.source()? else {
            return Ok(None);
        };
        let stubs = world.stubs().into_iter();
        Ok(Some(StubbedWorld {
            stubs: stubs.map(|stub| (stub.name, stub.source)).collect(),
            interfaces: world.interface_versions(),
        }))
    }

    fn source(&self) -> anyhow::Result<Option<WorldSource>> {
        Ok(match &self.wit {
            Some(wit) => Some(read_world(
                wit,
                self.world.as_deref(),
                self.features.features(),
            )?),
            None => None,
        })
    }

    /// Returns where the console prints.
    pub fn console(&self) -> Console {
        match self.call {
            Some(_) => Console::Stderr,
            None => Console::Both,
        }
    }

    /// Carries out the call, if one was given, and prints its result.
    pub fn call(&self, program: &Launched) -> anyhow::Result<bool> {
        let (Some(call), Some(world)) = (&self.call, self.source()?) else {
            return Ok(false);
        };
        let session = &program.session;
        let failed = |error: Error| session.failed(&error);
        let format = ValueFormat::new(session, false)?;
        let exports = session.settled(&program.value, &[]).map_err(failed)?;
        let source = world.checker();
        let source = Source::script(&source).file_name("jsvm:world");
        let checker = session.enter(|vm| vm.eval(source)).map_err(failed)?;
        let exports = session
            .enter(|_| checker.call((exports,)))
            .map_err(failed)?;
        let text = caller(&world, call);
        let caller = session
            .eval(Source::script(&text), "<call>", &text)
            .map_err(failed)?;
        let result = session.enter(|_| caller.call((exports,))).map_err(failed)?;
        let result = session.settled(&result, &[]).map_err(failed)?;
        // Jobs that the call started run before its value is printed.
        session.run_until_waiting(&[]).map_err(failed)?;
        output::print(&format.text(session, &result)?);
        Ok(true)
    }
}

/// Returns a function that gets the exports and evaluates the call.
fn caller(world: &WorldSource, call: &str) -> String {
    let variables = world.export_variables();
    format!(
        "(async (exports) => {{ const {{ {} }} = exports; return (\n{call}\n) }})",
        variables.join(", ")
    )
}

impl StubbedWorld {
    /// Creates a VM that finds the stubs.
    pub fn build(self, builder: &VmBuilder, modules: NodeModules) -> anyhow::Result<Vm> {
        let loader = WithStubs {
            stubs: self.stubs,
            interfaces: self.interfaces,
            others: WithBuiltins {
                modules,
                watched: LoadReporter::from_env(),
            },
        };
        let vm = builder.clone().modules(loader).build()?;
        install(&vm)?;
        Ok(vm)
    }
}

/// A loader of stubs, then of the modules of a program.
struct WithStubs {
    stubs: BTreeMap<String, String>,
    interfaces: InterfaceVersions,
    others: WithBuiltins,
}

impl ModuleLoader for WithStubs {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        let specifier = import.specifier;
        let name = self.interfaces.compatible(specifier).unwrap_or(specifier);
        match self.stubs.contains_key(name) {
            true => Ok(name.to_owned()),
            false => self.others.resolve(import),
        }
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        match self.stubs.get(name) {
            Some(source) => Ok(Module::es(source.clone())),
            None => self.others.load(name),
        }
    }
}
