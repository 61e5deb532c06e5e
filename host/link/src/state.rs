//! The host state of a linked component.

use std::sync::Arc;
use std::time::Duration;

use jsvm::Clock;
use jsvm::extension::{ExtensionVm, StopSignal};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wasmtime::ResourceLimiter;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{
    Deterministic, HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView,
    WasiView,
};

use super::error::LinkError;
use super::poll::InterruptiblePoll;
use super::rights::LinkRights;

/// The maximum number of entries in a table of a component.
const TABLE_ENTRIES: usize = 10_000_000;

/// The number of random bytes from a seed, after which they repeat.
const SEEDED_BYTES: usize = 64 << 10;

/// The host state of a linked component.
pub(crate) struct LinkState {
    wasi: WasiCtx,
    table: ResourceTable,
    pub(crate) stop: StopSignal,
    memory: u64,
    max_memory: u64,
    /// Whether the memory limit was reached.
    pub(crate) memory_refused: bool,
}

impl LinkState {
    pub(crate) fn new(rights: &LinkRights, vm: &ExtensionVm) -> Result<Self, LinkError> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.wall_clock(VmClock(vm.clock.clone()))
            .monotonic_clock(VmClock(vm.clock.clone()));
        if let Some(seed) = vm.seed {
            wasi.secure_random(seeded(seed))
                .insecure_random(seeded(seed))
                .insecure_random_seed(seed.into());
        }
        rights.apply(&mut wasi)?;
        Ok(LinkState {
            wasi: wasi.build(),
            table: ResourceTable::new(),
            stop: StopSignal::default(),
            memory: 0,
            max_memory: rights.memory,
            memory_refused: false,
        })
    }

    pub(crate) fn interruptible_poll(&mut self) -> InterruptiblePoll<'_> {
        InterruptiblePoll {
            table: &mut self.table,
            stop: &self.stop,
        }
    }
}

fn seeded(seed: u64) -> Deterministic {
    let mut bytes = vec![0; SEEDED_BYTES];
    ChaCha20Rng::seed_from_u64(seed).fill_bytes(&mut bytes);
    Deterministic::new(bytes)
}

impl WasiView for LinkState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// The clock of the VM, for its components.
struct VmClock(Arc<dyn Clock>);

impl HostWallClock for VmClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.0.wall()
    }
}

impl HostMonotonicClock for VmClock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.monotonic().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl ResourceLimiter for LinkState {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // The sum of all memories of the component. A memory never shrinks.
        let total = self.memory + desired.saturating_sub(current) as u64;
        let allowed = total <= self.max_memory;
        if allowed {
            self.memory = total;
        }
        self.memory_refused |= !allowed;
        Ok(allowed)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ENTRIES)
    }
}
