//! Source that is compiled and not run, as functions and as bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jsvm::{
    Bytecode, BytecodeError, BytecodeParts, Engine, Error, HostError, Import, Interrupt, Limit,
    Limits, Module, ModuleLoader, SealKey, Source,
};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

/// Everything is kept.
fn all() -> BytecodeParts {
    BytecodeParts::all()
}

/// Nothing is kept.
fn none() -> BytecodeParts {
    BytecodeParts::empty()
}

#[test]
fn a_script_is_compiled_once_and_run_often() {
    let vm = vm();
    let step = vm
        .compile("globalThis.n = (globalThis.n ?? 0) + 1; n * 10")
        .unwrap();
    assert!(step.is_function().unwrap());
    assert!(eval(&vm, "globalThis.n").is_undefined(), "it does not run");
    for expected in [10, 20, 30] {
        assert_eq!(step.call(()).unwrap().to::<i32>().unwrap(), expected);
    }
    // A declaration of the global scope cannot be repeated, as in any script.
    let once = vm.compile("let declared = 1; declared").unwrap();
    assert_eq!(once.call(()).unwrap().to::<i32>().unwrap(), 1);
    assert_eq!(exception(once.call(())).name, "SyntaxError");
    // A script can have it, and call it.
    let run = eval(&vm, "(run) => run() + run()");
    assert_eq!(run.call((&step,)).unwrap().to::<i32>().unwrap(), 90);
}

#[test]
fn options_are_those_of_eval() {
    let vm = vm();
    let strict = vm
        .compile(Source::script("undeclared = 1").strict())
        .unwrap();
    assert_eq!(exception(strict.call(())).name, "ReferenceError");
    let named = vm
        .compile(Source::script("\nthrow new Error('x')").file_name("job.js"))
        .unwrap();
    let error = exception(named.call(()));
    assert!(error.stack.contains("job.js:2"), "{}", error.stack);
    let waits = vm
        .compile(Source::script("await 1; [40 + await 2]").asynchronous())
        .unwrap();
    for _ in 0..2 {
        let promise = waits.call(()).unwrap();
        vm.run_jobs().unwrap();
        let (value,) = promise.promise_value().unwrap().to::<(i32,)>().unwrap();
        assert_eq!(value, 42);
    }
    let error = exception(vm.compile(Source::script("1 +").file_name("wrong.js")));
    assert_eq!(error.name, "SyntaxError");
    assert!(error.stack.contains("wrong.js:1"), "{}", error.stack);
}

/// Modules that count how often they are asked for.
#[derive(Clone, Default)]
struct Loader(Arc<AtomicUsize>);

impl ModuleLoader for Loader {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        Ok(import.specifier.to_owned())
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        match name {
            "two" => Ok(Module::es("export const two = 2")),
            _ => Err(HostError::new("there is no such module")),
        }
    }
}

#[test]
fn modules_are_compiled_with_what_they_import() {
    let loader = Loader::default();
    let vm = builder().modules(loader.clone()).build().unwrap();
    let source = "import { two } from 'two'; globalThis.runs = (globalThis.runs ?? 0) + 1;
                  export const four = two + await two; export const url = import.meta.url";
    let run = vm
        .compile(Source::module(source).file_name("main"))
        .unwrap();
    assert_eq!(loader.0.load(Ordering::Relaxed), 1);
    for _ in 0..2 {
        let promise = run.call(()).unwrap();
        vm.run_jobs().unwrap();
        let namespace = promise.promise_value().unwrap();
        assert_eq!(namespace.get("four").unwrap().to::<i32>().unwrap(), 4);
        assert_eq!(
            namespace.get("url").unwrap().to::<String>().unwrap(),
            "main"
        );
    }
    // A module runs once.
    assert_eq!(eval(&vm, "runs").to::<i32>().unwrap(), 1);
    let missing = vm.compile(Source::module("import 'missing'"));
    assert_eq!(exception(missing).message, "there is no such module");
    assert_usable(&vm);
}

#[test]
fn bytes_run_in_another_vm() {
    let source = "function twice(n) { return 2 * n } twice(21)";
    for keep in [
        all(),
        none(),
        BytecodeParts::SOURCE,
        BytecodeParts::POSITIONS,
    ] {
        let compiled = vm().compile_to_bytecode(source, keep).unwrap();
        let bytes = compiled.to_bytes();
        assert_eq!(Bytecode::from_bytes(&bytes).unwrap(), compiled);
        let vm = vm();
        let run = vm.load_bytecode(&compiled).unwrap();
        assert_eq!(run.call(()).unwrap().to::<i32>().unwrap(), 42);
        assert_eq!(run.call(()).unwrap().to::<i32>().unwrap(), 42);
        let text = eval(&vm, "twice.toString()").to::<String>().unwrap();
        assert_eq!(
            text.contains("2 * n"),
            keep.contains(BytecodeParts::SOURCE),
            "{text}"
        );
    }
    let failing = Source::script("\n\n(() => { throw new Error('x') })()").file_name("far.js");
    for keep in [all(), none()] {
        let compiled = vm().compile_to_bytecode(failing.clone(), keep).unwrap();
        let error = exception(vm().load_bytecode(&compiled).unwrap().call(()));
        assert_eq!(
            error.stack.contains("far.js:3"),
            keep == all(),
            "{}",
            error.stack
        );
    }
    let large = vm().compile_to_bytecode(source, all()).unwrap().to_bytes();
    let small = vm().compile_to_bytecode(source, none()).unwrap().to_bytes();
    assert!(small.len() < large.len());
}

#[test]
fn modules_and_asynchronous_scripts_run_from_bytes() {
    let vm = builder().modules(Loader::default()).build().unwrap();
    let module =
        Source::module("import { two } from 'two'; export default two * await 4").file_name("m");
    let compiled = vm.compile_to_bytecode(module, none()).unwrap();
    let other = builder().modules(Loader::default()).build().unwrap();
    let promise = other.load_bytecode(&compiled).unwrap().call(()).unwrap();
    other.run_jobs().unwrap();
    let namespace = promise.promise_value().unwrap();
    assert_eq!(namespace.get("default").unwrap().to::<i32>().unwrap(), 8);
    // Where the import cannot be answered, it says so.
    let alone = jsvm_tests::vm();
    let error = exception(alone.load_bytecode(&compiled));
    assert!(
        error.message.starts_with("cannot find module 'two'"),
        "{error}"
    );
    assert_usable(&alone);

    let waits = Source::script("1 + await 2").asynchronous();
    let compiled = vm.compile_to_bytecode(waits, all()).unwrap();
    let promise = alone.load_bytecode(&compiled).unwrap().call(()).unwrap();
    alone.run_jobs().unwrap();
    assert_eq!(promise.promise_value().unwrap().to::<i32>().unwrap(), 3);
}

#[test]
fn every_damage_is_found() {
    let compiled = vm().compile_to_bytecode("'some text' + 1", all()).unwrap();
    let bytes = compiled.to_bytes();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(Bytecode::from_bytes(&damaged).is_err(), "byte {at}");
    }
    for len in 0..bytes.len() {
        assert!(Bytecode::from_bytes(&bytes[..len]).is_err(), "{len} bytes");
    }
    assert!(Bytecode::from_bytes(&[&bytes[..], b"x"].concat()).is_err());
    let error = |bytes: &[u8]| Bytecode::from_bytes(bytes).unwrap_err();
    assert!(matches!(error(b"var x = 1"), BytecodeError::NotBytecode));
    let last = bytes.len() - 1;
    let mut damaged = bytes;
    damaged[last] ^= 1;
    assert!(matches!(error(&damaged), BytecodeError::Damaged));
}

#[test]
fn sealed_bytes_need_their_key() {
    let compiled = vm().compile_to_bytecode("6 * 7", none()).unwrap();
    let (key, other) = (SealKey::generate().unwrap(), SealKey::generate().unwrap());
    let sealed = compiled.to_sealed_bytes(&key).unwrap();
    let opened = Bytecode::from_sealed_bytes(&sealed, &key).unwrap();
    assert_eq!(opened, compiled);
    let run = vm().load_bytecode(&opened).unwrap();
    assert_eq!(run.call(()).unwrap().to::<i32>().unwrap(), 42);

    let wrong = |bytes: &[u8], key| Bytecode::from_sealed_bytes(bytes, key).unwrap_err();
    assert!(matches!(wrong(&sealed, &other), BytecodeError::WrongKey));
    assert!(matches!(
        wrong(&compiled.to_bytes(), &key),
        BytecodeError::NotSealed
    ));
    assert!(matches!(
        Bytecode::from_bytes(&sealed),
        Err(BytecodeError::Sealed)
    ));
    for at in 0..sealed.len() {
        let mut forged = sealed.clone();
        forged[at] ^= 0x80;
        assert!(
            Bytecode::from_sealed_bytes(&forged, &key).is_err(),
            "byte {at}"
        );
    }
    for len in 0..sealed.len() {
        assert!(Bytecode::from_sealed_bytes(&sealed[..len], &key).is_err());
    }
}

#[test]
fn a_compiled_script_survives_a_snapshot() {
    let engine = Engine::global().unwrap();
    let vm = builder().modules(Loader::default()).build().unwrap();
    vm.roots()
        .set(
            "step",
            vm.compile("globalThis.n = (globalThis.n ?? 0) + 1")
                .unwrap(),
        )
        .unwrap();
    let module = vm
        .compile(Source::module("import { two } from 'two'; export { two }"))
        .unwrap();
    vm.roots().set("module", module).unwrap();
    let loaded = vm.compile_to_bytecode("n * 100", none()).unwrap();
    vm.roots()
        .set("loaded", vm.load_bytecode(&loaded).unwrap())
        .unwrap();
    vm.roots().get("step").unwrap().unwrap().call(()).unwrap();
    vm.heap().collect_garbage().unwrap();

    let vm = engine.restore(&vm.snapshot().unwrap()).unwrap();
    vm.heap().collect_garbage().unwrap();
    let call = |name| vm.roots().get(name).unwrap().unwrap().call(()).unwrap();
    assert_eq!(call("step").to::<i32>().unwrap(), 2);
    assert_eq!(call("loaded").to::<i32>().unwrap(), 200);
    let promise = call("module");
    vm.run_jobs().unwrap();
    let namespace = promise.promise_value().unwrap();
    assert_eq!(namespace.get("two").unwrap().to::<i32>().unwrap(), 2);
}

#[test]
fn limits_hold() {
    let limits = Limits::default()
        .time(std::time::Duration::from_millis(30))
        .memory(4 << 20);
    let vm = builder().limits(limits).build().unwrap();
    let forever = vm.compile("for (;;);").unwrap();
    let late = forever.call(()).unwrap_err();
    assert!(
        matches!(late, Error::Interrupted(Interrupt::TimeLimit)),
        "{late}"
    );
    let huge = format!("[{}]", "'some text', ".repeat(300_000));
    let vm = builder()
        .limits(Limits::default().memory(3 << 20))
        .build()
        .unwrap();
    for result in [
        vm.compile(&huge).map(drop),
        vm.compile_to_bytecode(&huge, all()).map(drop),
    ] {
        let full = result.unwrap_err();
        assert!(matches!(full, Error::Limit(Limit::Memory)), "{full}");
    }
    assert_usable(&vm);
}

#[test]
fn nothing_is_left_of_what_is_dropped() {
    let vm = vm();
    let used = || {
        vm.heap().collect_garbage().unwrap();
        vm.heap().usage().unwrap().used
    };
    let round = || {
        let script = vm
            .compile("(function () { return { a: [1, 2, `x${3}`] } })()")
            .unwrap();
        script.call(()).unwrap();
        let code = vm
            .compile_to_bytecode("[() => 1, class {}]", all())
            .unwrap();
        vm.load_bytecode(&code).unwrap().call(()).unwrap();
    };
    round();
    let before = used();
    for _ in 0..50 {
        round();
    }
    let after = used();
    assert!(after < before + 2000, "{before} bytes, then {after}");
}
