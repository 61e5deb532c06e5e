//! What the store of a linked component holds.

use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wasmtime::ResourceLimiter;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{
    Deterministic, HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView,
    WasiView,
};

use super::error::LinkError;
use super::rights::LinkRights;
use super::stop::Stop;
use super::waiting::Waiting;
use crate::clock::Clock;

/// Entries that the tables of one component may have.
const TABLE_ENTRIES: usize = 10_000_000;

/// Random bytes of a seed, after which they repeat.
const SEEDED_BYTES: usize = 64 << 10;

/// What the store of a linked component holds.
pub(crate) struct LinkState {
    wasi: WasiCtx,
    table: ResourceTable,
    pub(crate) stop: Stop,
    memory: u64,
    most_memory: u64,
    /// Whether more memory was refused.
    pub(crate) memory_refused: bool,
}

/// What a component knows of the VM that it is linked to.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: Option<u64>,
}

impl LinkState {
    pub(crate) fn new(rights: &LinkRights, around: &Surroundings) -> Result<Self, LinkError> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.wall_clock(ClockOf(around.clock.clone()))
            .monotonic_clock(ClockOf(around.clock.clone()));
        if let Some(seed) = around.seed {
            wasi.secure_random(seeded(seed))
                .insecure_random(seeded(seed))
                .insecure_random_seed(seed.into());
        }
        rights.apply(&mut wasi)?;
        Ok(LinkState {
            wasi: wasi.build(),
            table: ResourceTable::new(),
            stop: Stop::default(),
            memory: 0,
            most_memory: rights.memory,
            memory_refused: false,
        })
    }

    pub(crate) fn waiting(&mut self) -> Waiting<'_> {
        Waiting {
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

/// A component has the clock of its VM.
struct ClockOf(Arc<dyn Clock>);

impl HostWallClock for ClockOf {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.0.wall()
    }
}

impl HostMonotonicClock for ClockOf {
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
        // All of its memories together; none ever shrinks.
        let total = self.memory + desired.saturating_sub(current) as u64;
        let allowed = total <= self.most_memory;
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
