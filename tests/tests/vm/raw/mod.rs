//! The component in plain wasmtime.

pub mod compose;
pub mod pass;

use std::sync::OnceLock;

use wasmtime::component::{Component, Func, Instance, Linker, Val};
use wasmtime::{Config, Engine, Store};

/// An engine with a stack that is large enough.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut config = Config::new();
        // As VMs are run: with it an instance cannot be entered any more after a call that was refused.
        config.concurrency_support(false);
        config.max_wasm_stack(16 << 20).async_stack_size(24 << 20);
        Engine::new(&config).unwrap()
    })
}

/// The component, compiled once for all tests.
pub fn component() -> &'static Component {
    static COMPILED: OnceLock<Component> = OnceLock::new();
    COMPILED.get_or_init(|| Component::new(engine(), jsvm::COMPONENT).unwrap())
}

/// A function by its interface and its name: `heap#get-limits`.
pub fn function<T: 'static>(instance: &Instance, store: &mut Store<T>, name: &str) -> Func {
    let (interface, function) = name.split_once('#').unwrap();
    let interface = format!("jsvm:engine/{interface}@0.2.0");
    let index = instance.get_export_index(&mut *store, None, &interface);
    let index = instance.get_export_index(&mut *store, index.as_ref(), function);
    let index = index.unwrap_or_else(|| panic!("there is no function {name}"));
    instance.get_func(&mut *store, index).unwrap()
}

/// What a host function answers with that gives its first argument back.
pub fn first(args: &Val) -> Val {
    let Val::List(args) = args else {
        panic!("no list of arguments")
    };
    let undefined = || Val::Variant("undefined".into(), None);
    let first = args.first().cloned().unwrap_or_else(undefined);
    Val::Result(Ok(Some(Box::new(first))))
}

/// Gives the component what it imports: clocks that stand still, entropy that is always the same,
/// and a host whose functions return their first argument.
pub fn imports<T: 'static>(linker: &mut Linker<T>) {
    let mut host = linker.instance("jsvm:engine/host@0.2.0").unwrap();
    host.func_new("host-call", |_, _, args, results| {
        results[0] = first(&args[1]);
        Ok(())
    })
    .unwrap();
    host.func_new("should-interrupt", |_, _, _, results| {
        results[0] = Val::Option(None);
        Ok(())
    })
    .unwrap();
    let mut console = linker.instance("jsvm:engine/console@0.2.0").unwrap();
    console.func_new("write", |_, _, _, _| Ok(())).unwrap();
    let mut modules = linker.instance("jsvm:engine/modules@0.2.0").unwrap();
    for name in ["resolve", "load"] {
        modules
            .func_new(name, |_, _, _, results| {
                let thrown = Val::Variant("text".into(), Some(Box::new(Val::String("no".into()))));
                results[0] = Val::Result(Err(Some(Box::new(thrown))));
                Ok(())
            })
            .unwrap();
    }
    linker.instance("jsvm:engine/types@0.2.0").unwrap();
    let mut clock = linker.instance("wasi:clocks/wall-clock@0.2.0").unwrap();
    clock
        .func_new("now", |_, _, _, results| {
            let fields = [("seconds", Val::U64(1)), ("nanoseconds", Val::U32(0))];
            results[0] = Val::Record(fields.map(|(name, value)| (name.to_owned(), value)).into());
            Ok(())
        })
        .unwrap();
    let mut clock = linker
        .instance("wasi:clocks/monotonic-clock@0.2.0")
        .unwrap();
    clock.func_wrap("now", |_, ()| Ok((0_u64,))).unwrap();
    let mut random = linker.instance("wasi:random/random@0.2.0").unwrap();
    random
        .func_wrap("get-random-u64", |_, ()| Ok((4_u64,)))
        .unwrap();
}
