//! The VM with the ready-made host that has no functions.

use jsvm_build::component::interface;
use jsvm_standalone as standalone;
use wasmtime::Store;
use wasmtime::component::{Instance, Val};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use super::run::{Program, State};

const EVALUATOR: &str = "jsvm:engine/evaluator@0.2.0";

#[test]
fn it_imports_nothing_but_wasi() {
    let found = interface(&standalone::without_host().unwrap()).unwrap();
    assert!(
        found.exports.contains(&EVALUATOR.to_owned()),
        "{:?}",
        found.exports
    );
    for export in found.exports {
        assert!(export.starts_with("jsvm:engine/"), "{export}");
        assert!(export.ends_with("@0.2.0"), "{export}");
    }
    for import in found.imports {
        assert!(import.starts_with("wasi:"), "{import}");
        assert!(import.ends_with("@0.2.0"), "{import}");
    }
}

/// An instance that is called by names.
struct Vm {
    store: Store<State>,
    instance: Instance,
}

impl Vm {
    fn call(&mut self, name: &str, args: &[Val]) -> Val {
        let vm = self
            .instance
            .get_export_index(&mut self.store, None, EVALUATOR)
            .unwrap();
        let index = self
            .instance
            .get_export_index(&mut self.store, Some(&vm), name)
            .unwrap();
        let function = self.instance.get_func(&mut self.store, index).unwrap();
        let mut result = [Val::Bool(false)];
        function.call(&mut self.store, args, &mut result).unwrap();
        let [result] = result;
        result
    }
}

/// What is inside of a result that is no error.
#[track_caller]
fn ok(value: Val) -> Val {
    match value {
        Val::Result(Ok(Some(value))) => *value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn host_calls_throw_and_the_console_prints() {
    let program = Program::new(&standalone::without_host().unwrap());
    let output = || MemoryOutputPipe::new(1 << 16);
    let (stdout, stderr) = (output(), output());
    let mut wasi = WasiCtx::builder();
    wasi.stdout(stdout.clone()).stderr(stderr.clone());
    let mut store = Store::new(program.linker.engine(), State::new(wasi.build()));
    let instance = program.linker.instantiate(&mut store, &program.component);
    let instance = instance.unwrap();
    let mut vm = Vm { store, instance };

    let text = |text: &str| Val::String(text.to_owned());
    vm.call("define-function", &[text("acme:rate")]);
    let thrown = vm.call("evaluate", &[text("globalThis['acme:rate']()")]);
    let thrown = format!("{thrown:?}");
    assert!(thrown.contains("TypeError"), "{thrown}");
    assert!(
        thrown.contains("acme:rate is not there: this VM has no host"),
        "{thrown}"
    );
    let missing = vm.call("evaluate", &[text("await import('acme')")]);
    let missing = format!("{missing:?}");
    assert!(missing.contains("Cannot find 'acme'"), "{missing}");

    let source = "console.log('%s, Zoë', 'hello', [1]); console.warn('x'.repeat(5000))";
    ok(vm.call("evaluate", &[text(source)]));
    assert_eq!(stdout.contents(), "hello, Zoë [ 1 ]\n".as_bytes());
    assert_eq!(
        stderr.contents(),
        format!("{}\n", "x".repeat(5000)).as_bytes()
    );
}
