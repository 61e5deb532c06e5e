//! `fetch` in files for Spin.

use jsvm::{Error, Source, Vm};

/// Lets `fetch` take the path of a request to the application itself, and name Spin's setting where a request
/// is denied.
pub fn adapt_fetch(vm: &Vm) -> Result<(), Error> {
    let adapt = Source::script(include_str!("spin.js")).file_name("jsvm:spin");
    vm.eval(adapt)?.call(())?;
    Ok(())
}
