//! Running a program from its file, as `run` and `snapshot` do.

use std::path::Path;

use jsvm::{Source, Value};

use super::Failed;
use super::package::Package;
use super::program::Program;
use super::session::Session;

/// A program that has run, and all its jobs.
pub struct Launched {
    pub session: Session,
    /// What it evaluated to; of a module, a promise for what it exports.
    pub value: Value,
    pub is_module: bool,
}

/// Runs a program, in a session that `start` makes with the folder of its modules. Why it failed
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
    if !session
        .finish(is_module.then_some(&value))
        .map_err(|error| session.failed(&error))?
    {
        return Err(Failed.into());
    }
    Ok(Launched {
        session,
        value,
        is_module,
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
