//! Makes components.

use std::path::Path;

use jsvm::{Engine, EventLoop, Limits, Source, Vm};
use jsvm_world::{Built, Options, WorldError, WorldSource, component};
use tokio::runtime::Builder;

/// Writes WIT to a file, and reads a world of it.
pub fn world(wit: &str, name: Option<&str>) -> Result<WorldSource, WorldError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.wit");
    std::fs::write(&path, wit).unwrap();
    WorldSource::read(&path, name)
}

/// Evaluates a program for a world, and makes a component of it.
pub fn made(
    source: &WorldSource,
    program: &str,
    options: &Options,
) -> Result<(Vm, Built), WorldError> {
    let vm = Engine::global()?.vm().build()?;
    vm.set_limits(&Limits::default().stack(jsvm_standalone::STACK))?;
    source.define(&vm)?;
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let module = Source::module(program).file_name("app.js");
    let namespace = runtime.block_on(EventLoop::new(&vm).eval(module))?;
    source.bind(&vm, &namespace)?;
    drop(namespace);
    let built = component(&vm, source, options)?;
    Ok((vm, built))
}

/// The text of a file of a case.
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
