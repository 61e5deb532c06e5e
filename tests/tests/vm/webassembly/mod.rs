//! `WebAssembly`: what `tests/cases/web` cannot show, since it needs modules in the text format, limits or
//! snapshots.

mod bounds;
mod damaged;
mod freed;
mod limits;
mod state;

use jsvm::{Limits, Value, ViewKind, Vm};
use jsvm_tests::builder;

/// A VM with modules as globals, each a `Uint8Array`.
fn vm_with(limits: Limits, modules: &[(&str, &str)]) -> Vm {
    let vm = builder().limits(limits).build().unwrap();
    for (name, text) in modules {
        let bytes = wat::parse_str(text).unwrap();
        let bytes = vm.create_typed_array(ViewKind::Uint8, &bytes).unwrap();
        vm.global().unwrap().set(*name, &bytes).unwrap();
    }
    vm
}

/// The text of a script's value.
#[track_caller]
fn text(vm: &Vm, source: &str) -> String {
    let value: Value = jsvm_tests::eval(vm, source);
    vm.global()
        .unwrap()
        .get("String")
        .unwrap()
        .call((&value,))
        .unwrap()
        .to()
        .unwrap()
}

/// Instantiates the module `bytes` as `i`.
const INSTANCE: &str =
    "var i = new WebAssembly.Instance(new WebAssembly.Module(bytes), globalThis.imports).exports;";
