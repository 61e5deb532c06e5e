//! Running a program from its file, as `run` and `snapshot` do.

use std::path::Path;

use jsvm::{PromiseState, Source, Value};

use super::package::Package;
use super::program::Program;
use super::session::Session;
use super::{Exit, output};

/// A program that was evaluated. Its jobs are left to be run.
pub struct Launched {
    pub session: Session,
    /// What it evaluated to; of a module, a promise for what it exports.
    pub value: Value,
    pub is_module: bool,
    /// As stacks show it.
    name: String,
}

impl Launched {
    /// Runs the program until nothing is left to do. Why it failed has been printed if it did.
    pub fn run(&self) -> anyhow::Result<()> {
        let run = self.session.run(&self.promise());
        run.map_err(|error| self.session.failed(&error))
    }

    /// Runs the program until there is nothing to do but to wait.
    pub fn run_until_waiting(&self) -> anyhow::Result<bool> {
        let run = self.session.run_until_waiting(&self.promise());
        run.map_err(|error| self.session.failed(&error))
    }

    /// Fails if it is a module whose evaluation never ended.
    pub fn require_settled(&self) -> anyhow::Result<()> {
        if self.is_module && self.value.promise_state()? == Some(PromiseState::Pending) {
            output::print_error(&format!(
                "Warning: unsettled top-level await in {}",
                self.name
            ));
            return Err(Exit::UNSETTLED.into());
        }
        Ok(())
    }

    /// The promise of a module.
    fn promise(&self) -> Vec<&Value> {
        self.is_module.then_some(&self.value).into_iter().collect()
    }
}

/// Evaluates a program, in a session that `start` makes with the folder of its modules. Why it failed
/// has been printed if it did.
pub fn launch(
    file: &Path,
    args: Vec<String>,
    start: impl FnOnce(&Path) -> anyhow::Result<Session>,
) -> anyhow::Result<Launched> {
    let program = Program::read(file)?;
    let package = Package::find(&program.folder);
    let root = package.as_ref().map_or(&*program.folder, Package::folder);
    let session = start(root)?;
    let is_module = is_module(file, &program, package.as_ref(), &session)?;
    let Program { name, text, .. } = program;
    let name = session.modules().name_of(name);

    let mut script_args = vec![name.clone()];
    script_args.extend(args);
    session.vm().global()?.set("scriptArgs", script_args)?;

    let source = if is_module {
        Source::module
    } else {
        Source::script
    };
    let value = session.eval(source(&text), &name, &text);
    let value = value.map_err(|error| session.failed(&error))?;
    Ok(Launched {
        session,
        value,
        is_module,
        name,
    })
}

fn is_module(
    file: &Path,
    program: &Program,
    package: Option<&Package>,
    session: &Session,
) -> anyhow::Result<bool> {
    let extension = file.extension().and_then(|extension| extension.to_str());
    match (extension, package) {
        (Some("mjs"), _) => return Ok(true),
        (Some("cjs"), _) => return Ok(false),
        (Some("js"), Some(package)) => {
            if let Some(is_module) = package.is_module(session.vm())? {
                return Ok(is_module);
            }
        }
        _ => {}
    }
    Ok(program.may_be_module() && session.enter(|vm| vm.detect_module(&program.text))?)
}
