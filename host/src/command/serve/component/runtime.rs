//! What components run in.

use std::time::Duration;

use wasmparser::{Parser, Payload};
use wasmtime::component::Linker;
use wasmtime::{
    Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig,
};

use super::guest::Guest;
use super::{Limits, keyvalue, settings};

/// How often it is looked whether a handler has computed for too long.
const TICK: Duration = Duration::from_millis(10);

/// How much native stack an instance has. It is not touched before it is used.
const NATIVE_STACK: usize = 32 << 20;

/// What components find here.
pub fn linker(engine: &Engine, is_service: bool) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    if is_service {
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    }
    keyvalue::add_to_linker(&mut linker)?;
    settings::add_to_linker(&mut linker)?;
    Ok(linker)
}

/// What nobody expects to fail.
pub fn broken(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("components cannot be run here: {error:#}")
}

/// The names that a component exports, as far as it can be read: what is wrong with it is found when it is compiled.
pub fn exports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    // What is inside of it has exports of its own.
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload {
            Ok(Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth = depth.saturating_sub(1),
            Ok(Payload::ComponentExportSection(section)) if depth == 0 => {
                let found = section.into_iter().flatten();
                names.extend(found.map(|export| export.name.name.to_owned()));
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    names
}

/// An engine with room for as many instances as may be at a time.
pub fn engine(limits: &Limits, is_service: bool) -> anyhow::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    // All calls cost more with it.
    config.concurrency_support(is_service);
    // Where nothing can be kept, it is compiled each time.
    config.cache(Cache::new(CacheConfig::new()).ok());
    // Enough for a VM with the most stack of its own that jsvm build gives one.
    config.max_wasm_stack(NATIVE_STACK);
    config.async_stack_size(NATIVE_STACK + (1 << 20));
    // A built file has about ten modules, and four memories.
    let all = limits.concurrent.saturating_mul(64);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits.concurrent)
        .max_component_instance_size(16 << 20)
        .total_core_instances(all)
        .max_core_instance_size(16 << 20)
        .total_memories(limits.concurrent.saturating_mul(8))
        .total_tables(all)
        .table_elements(1 << 16)
        .total_stacks(limits.concurrent)
        .max_memory_size(usize::try_from(limits.memory).unwrap_or(usize::MAX));
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    if let Ok(engine) = Engine::new(&config) {
        return Ok(engine);
    }
    // There is no room for all of them beside each other: each is made when it is needed.
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    Engine::new(&config).map_err(broken)
}

/// Counts time for an engine, as long as it is there.
pub fn tick(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
}
