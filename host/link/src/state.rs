//! The host state of a linked component.

use std::sync::Arc;
use std::time::Duration;

use jsvm::extension::{ExtensionVm, StopSignal};
use jsvm::{Clock, Seed};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{
    Deterministic, HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView,
    WasiView,
};

use super::error::LinkError;
use super::poll::InterruptiblePoll;
use super::rights::LinkRights;
use super::usage::MemoryUsage;

/// The maximum number of resources of WASI that a component holds, such as streams. The host keeps
/// some hundred bytes for each.
const MAX_HOST_RESOURCES: usize = 10_000;

/// The maximum number of random bytes that the host makes for one call.
const MAX_RANDOM_BYTES: u64 = 16 << 20;

/// The number of random bytes from a seed, after which they repeat.
const SEEDED_BYTES: usize = 64 << 10;

/// The host state of a linked component.
pub(crate) struct LinkState {
    wasi: WasiCtx,
    table: ResourceTable,
    pub(crate) stop: StopSignal,
    pub(crate) usage: MemoryUsage,
}

impl LinkState {
    /// Creates the state of a component whose instances take this many bytes of the host.
    pub(crate) fn new(
        rights: &LinkRights,
        vm: &ExtensionVm,
        instance_bytes: u64,
    ) -> Result<Self, LinkError> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.wall_clock(VmClock(vm.clock.clone()))
            .monotonic_clock(VmClock(vm.clock.clone()));
        if let Some(seed) = &vm.seed {
            let half = seed.as_bytes().first_chunk();
            wasi.secure_random(seeded(seed))
                .insecure_random(seeded(seed))
                .insecure_random_seed(half.map_or(0, |half| u128::from_le_bytes(*half)));
        }
        wasi.max_random_size(MAX_RANDOM_BYTES);
        rights.apply(&mut wasi)?;
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_HOST_RESOURCES);
        Ok(LinkState {
            wasi: wasi.build(),
            table,
            stop: StopSignal::default(),
            usage: MemoryUsage::new(rights.memory, instance_bytes),
        })
    }

    pub(crate) fn interruptible_poll(&mut self) -> InterruptiblePoll<'_> {
        InterruptiblePoll {
            table: &mut self.table,
            stop: &self.stop,
        }
    }
}

fn seeded(seed: &Seed) -> Deterministic {
    let mut bytes = vec![0; SEEDED_BYTES];
    ChaCha20Rng::from_seed(*seed.as_bytes()).fill_bytes(&mut bytes);
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
