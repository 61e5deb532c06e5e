//! `WebAssembly`: what `tests/cases/web` cannot show, since it needs modules in the text format, limits or
//! snapshots.

/// Tests that run twice: while modules are interpreted, and as native code.
macro_rules! both {
    ($($(#[$attribute:meta])* fn $name:ident() $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports, reason = "not every test needs everything")]
            use super::*;

            fn run() $body

            $(#[$attribute])*
            #[test]
            fn interpreted() {
                run();
            }

            $(#[$attribute])*
            #[test]
            fn compiled() {
                super::super::compiled(run);
            }
        })*
    };
}

mod bounds;
mod damaged;
mod freed;
mod limits;
mod native;
mod state;

use std::cell::Cell;
use std::sync::{Arc, LazyLock};

use jsvm::{Limits, Value, ViewKind, Vm, VmBuilder};
use jsvm_modules::Modules;

thread_local! {
    static COMPILES: Cell<bool> = const { Cell::new(false) };
}

/// Settings of VMs whose modules run in the way that is tested.
fn builder() -> VmBuilder {
    static MODULES: LazyLock<Arc<Modules>> = LazyLock::new(|| Arc::new(Modules::new()));
    let builder = jsvm_tests::builder();
    match COMPILES.get() {
        true => builder.module_compiler(MODULES.clone()),
        false => builder,
    }
}

/// Runs a test with native code.
fn compiled(test: fn()) {
    COMPILES.set(true);
    test();
}

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
