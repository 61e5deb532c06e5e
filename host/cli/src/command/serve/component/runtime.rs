//! The engine and the linker of served components.

use std::time::Duration;

use wasmparser::{Parser, Payload};
use wasmtime::component::Linker;
use wasmtime::{
    Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig,
};

use super::guest::Guest;
use super::{Limits, keyvalue, settings};

/// The interval of the checks whether a handler computes for too long.
pub const TICK: Duration = Duration::from_millis(10);

/// The native stack of an instance. Unused parts take no memory.
const NATIVE_STACK: usize = 32 << 20;

/// Creates the linker with the interfaces that components can import.
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

/// Describes an error in setting up the engine.
pub fn setup_error(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("cannot set up the engine for components: {error:#}")
}

/// Returns the names that a component exports, as far as it can be read. Compiling it reports
/// errors.
pub fn exports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    // Nested modules and components have exports of their own.
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

/// Creates an engine with room for the maximum number of concurrent instances.
pub fn engine(limits: &Limits, is_service: bool) -> anyhow::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    // It makes every call slower.
    config.concurrency_support(is_service);
    // Without a cache folder, components are compiled each time.
    config.cache(Cache::new(CacheConfig::new()).ok());
    // Enough for a VM with the largest stack that jsvm build allows.
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
    // The address space has no room for all of them: create each when it is needed.
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    Engine::new(&config).map_err(setup_error)
}
