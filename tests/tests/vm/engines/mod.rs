//! Engines that are read from components: several in a process, and those that are refused.

mod wrong;

use std::sync::{Arc, LazyLock, OnceLock};

use jsvm::{
    Bytecode, BytecodeError, BytecodeParts, COMPONENT, Engine, EngineComponentError, EngineConfig,
    EngineId, Error, NativeCache, NativeCode, SealKey, Snapshot, SnapshotError, Vm,
    snapshot::Decoder,
};
use jsvm_tests::{altered, builder, eval};

/// The native code of this test's engines, which would otherwise be compiled in each test.
static CACHE: LazyLock<NativeCache> = LazyLock::new(|| {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("engines");
    NativeCache::open(folder).unwrap()
});

fn config() -> EngineConfig {
    EngineConfig::new().max_vms(16).native_cache(CACHE.clone())
}

/// Makes an engine that must be refused.
fn refused(component: &[u8]) -> EngineComponentError {
    match config().build_from_component(component) {
        Err(Error::EngineComponent(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// An engine that is another one than the program's, although it does the same.
fn other() -> &'static Engine {
    static OTHER: OnceLock<Engine> = OnceLock::new();
    OTHER.get_or_init(|| config().build_from_component(&altered::renamed()).unwrap())
}

const COUNTER: &str = "var n = 0; function next() { return ++n } next()";

fn next(vm: &Vm) -> u32 {
    eval(vm, "next()").to().unwrap()
}

#[test]
fn engine_restores_its_own_snapshots_and_no_others() {
    let (ours, theirs) = (Engine::global().unwrap(), other());
    assert_eq!(ours.id(), EngineId::BUILT_IN);
    assert_ne!(theirs.id(), ours.id());
    assert_eq!(theirs.version(), "9.8.7");
    for (engine, foreign) in [(&ours, theirs), (theirs, &ours)] {
        let vm = engine.vm().build().unwrap();
        assert_eq!(vm.engine(), engine.id());
        eval(&vm, COUNTER);
        let first = vm.snapshot().unwrap();
        next(&vm);
        let second = vm.snapshot_since(&first).unwrap();
        let key = SealKey::new([9; 32]);
        let files = [&first, &second].map(|snapshot| {
            let bytes = snapshot.encode().seal(&key).to_bytes().unwrap();
            Decoder::new().key(&key).from_bytes(&bytes).unwrap()
        });
        let [first, second] = files;
        assert_eq!(first.engine(), engine.id());
        assert_eq!(first.engine_version(), engine.version());
        assert_eq!(first.is_of_this_engine(), engine.id() == ours.id());
        let second = second.attach(&first).unwrap();
        for (snapshot, expected) in [(&first, 2), (&second, 3)] {
            assert_eq!(next(&engine.restore(snapshot).unwrap()), expected);
            assert_eq!(next(&engine.vm().resume(snapshot).unwrap()), expected);
            for result in [foreign.restore(snapshot), foreign.vm().resume(snapshot)] {
                match result {
                    Err(Error::Snapshot(SnapshotError::OtherEngine { found, version })) => {
                        assert_eq!(found, engine.id());
                        assert_eq!(version, engine.version());
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        // A delta to a snapshot of another engine would be nonsense.
        let result = foreign.vm().build().unwrap().snapshot_since(&first);
        assert!(matches!(
            result,
            Err(Error::Snapshot(SnapshotError::OtherEngine { .. }))
        ));
    }
}

#[test]
fn engines_with_one_digest_and_different_native_code_share_snapshots() {
    // That of the program was compiled for old processors, by its build script.
    let compiled = config().build_from_component(COMPONENT).unwrap();
    let built_in = Engine::global().unwrap();
    assert_eq!(compiled.id(), built_in.id());
    assert!(matches!(built_in.native_code(), NativeCode::Precompiled));
    assert!(!matches!(compiled.native_code(), NativeCode::Precompiled));
    for (from, to) in [(&compiled, &built_in), (&built_in, &compiled)] {
        let vm = from.vm().seed(3).build().unwrap();
        eval(&vm, COUNTER);
        eval(
            &vm,
            "function* g() { yield Math.random(); yield Math.random() } var it = g(); it.next()",
        );
        let resumed = to.vm().resume(&vm.snapshot().unwrap()).unwrap();
        assert_eq!(
            resumed.snapshot().unwrap().id(),
            vm.snapshot().unwrap().id()
        );
        let random = |vm: &Vm| eval(vm, "it.next().value + next()").to::<f64>().unwrap();
        assert_eq!(random(&resumed), random(&vm));
    }
}

#[test]
fn vms_of_another_engine_are_reused_and_restored_lazily() {
    let engine = config()
        .warm_vms(1)
        .build_from_component(&altered::renamed());
    let engine = engine.unwrap();
    let vm = engine.vm().build().unwrap();
    eval(&vm, COUNTER);
    eval(
        &vm,
        "globalThis.heap = Array.from({ length: 60_000 }, (_, i) => ({ i, text: `${i}` }))",
    );
    let eager = Snapshot::from_bytes(&vm.snapshot().unwrap().to_bytes().unwrap()).unwrap();
    // Which engine it is of is only a name to the program.
    let error = eager.clone().into_lazy().unwrap_err();
    assert!(
        matches!(error, SnapshotError::OtherEngine { .. }),
        "{error}"
    );
    let error = Engine::global()
        .unwrap()
        .prepare(eager.clone())
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Snapshot(SnapshotError::OtherEngine { .. })
    ));
    let lazy = engine.prepare(eager.clone()).unwrap();
    drop(vm);
    for _ in 0..4 {
        for snapshot in [&eager, &lazy] {
            let vm = engine.vm().resume(snapshot).unwrap();
            assert_eq!(vm.snapshot().unwrap().id(), eager.id());
            assert_eq!(next(&vm), 2);
            eval(&vm, "heap.length = 7; heap[0].i = 'changed'");
        }
        let fresh = engine.vm().build().unwrap();
        assert!(eval(&fresh, "globalThis.heap").is_undefined());
    }
}

#[test]
fn limits_hold_in_another_engine() {
    use std::time::{Duration, Instant};

    use jsvm::{Interrupt, Limits};

    let limits = Limits::default().time(Duration::from_millis(50));
    let vm = other().vm().limits(limits).build().unwrap();
    for endless in [
        "for (;;);",
        "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
    ] {
        let start = Instant::now();
        let error = vm.eval(endless).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Interrupted(Interrupt::TimeLimit) | Error::Gone(_)
            ),
            "{error}"
        );
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn bytecode_is_that_of_an_engine() {
    let ours = builder().build().unwrap();
    let theirs = other().vm().build().unwrap();
    for (vm, foreign) in [(&ours, &theirs), (&theirs, &ours)] {
        let code = vm
            .compile_to_bytecode("6 * 7", BytecodeParts::all())
            .unwrap();
        let code = Bytecode::from_bytes(&code.to_bytes()).unwrap();
        assert_eq!(code.engine(), vm.engine());
        let run = vm.load_bytecode(&code).unwrap();
        assert_eq!(run.call(()).unwrap().to::<u32>().unwrap(), 42);
        match foreign.load_bytecode(&code) {
            Err(Error::Bytecode(BytecodeError::OtherEngine { found })) => {
                assert_eq!(found, vm.engine());
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn files_are_made_of_vms_of_the_programs_engine() {
    use jsvm_standalone::{ComponentKind, StandaloneError};

    let vm = other().vm().build().unwrap();
    let error = jsvm_standalone::component(&vm, ComponentKind::Command).unwrap_err();
    assert!(
        matches!(error, StandaloneError::OtherEngine { engine } if engine == other().id()),
        "{error}"
    );
}

#[test]
fn native_code_is_kept_and_a_damaged_entry_is_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = NativeCache::open(folder.path().join("native")).unwrap();
    let build = || {
        let config = config().pooling(false).native_cache(cache.clone());
        let engine = config.build_from_component(&altered::renamed()).unwrap();
        let six = eval(&engine.vm().build().unwrap(), "1 + 2 + 3");
        assert_eq!(six.to::<u32>().unwrap(), 6);
        engine.native_code().clone()
    };
    assert!(matches!(build(), NativeCode::Compiled { cache: None }));
    assert!(matches!(build(), NativeCode::Cached));
    let files = std::fs::read_dir(cache.path()).unwrap();
    let mut files = files.map(|file| file.unwrap().path());
    let entry = files.find(|file| file.extension().is_some()).unwrap();
    let mut bytes = std::fs::read(&entry).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&entry, bytes).unwrap();
    match build() {
        NativeCode::Compiled {
            cache: Some(jsvm::NativeCacheError::NotAuthentic { path }),
        } => assert_eq!(path, entry),
        other => panic!("{other:?}"),
    }
    assert!(matches!(build(), NativeCode::Cached));
}

#[test]
fn engine_outlives_its_name_and_is_used_by_threads() {
    let engine = Arc::new(config().build_from_component(&altered::renamed()).unwrap());
    let threads = [1, 2].map(|number| {
        let engine = engine.clone();
        std::thread::spawn(move || {
            for _ in 0..20 {
                let vm = engine.vm().build().unwrap();
                eval(
                    &vm,
                    &format!("var n = {number}; function next() {{ return ++n }}"),
                );
                let vm = engine.restore(&vm.snapshot().unwrap()).unwrap();
                assert_eq!(next(&vm), number + 1);
            }
        })
    });
    drop(engine);
    for thread in threads {
        thread.join().unwrap();
    }
}
