//! The component in plain wasmtime.

pub mod compose;
pub mod pass;

use std::sync::OnceLock;

use wasmtime::component::{Component, Linker, Val};
use wasmtime::{Config, Engine};

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

/// What a host function answers with that gives data back.
pub fn reply(data: Val) -> Val {
    let reply = Val::Variant("data".into(), Some(Box::new(data)));
    Val::Result(Ok(Some(Box::new(reply))))
}

/// Gives the component what it imports: clocks that stand still, entropy that is always the same,
/// and a host whose functions return their arguments.
pub fn imports<T: 'static>(linker: &mut Linker<T>) {
    let mut host = linker.instance("jsvm:engine/host@0.1.0").unwrap();
    host.func_new("host-call", |_, _, args, results| {
        // Calls of functions give back their arguments, the console is ignored.
        results[0] = reply(args[1].clone());
        Ok(())
    })
    .unwrap();
    host.func_new("poll", |_, _, _, results| {
        results[0] = Val::Bool(false);
        Ok(())
    })
    .unwrap();
    linker.instance("jsvm:engine/types@0.1.0").unwrap();
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
