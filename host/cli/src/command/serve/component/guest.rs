//! The host state of an instance.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::Shared;
use super::limits::InstanceLimits;
use super::outgoing::Outgoing;

/// The host state of an instance.
pub struct Guest {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outgoing: Outgoing,
    pub(super) table: ResourceTable,
    pub(super) limits: InstanceLimits,
    pub(super) shared: Arc<Shared>,
}

impl Guest {
    pub(super) fn new(shared: Arc<Shared>, memory: u64) -> Self {
        let wasi = WasiCtx::builder()
            .inherit_stdout()
            .inherit_stderr()
            .envs(&shared.env)
            .build();
        Guest {
            wasi,
            http: WasiHttpCtx::new(),
            outgoing: Outgoing::new(shared.clone()),
            table: ResourceTable::new(),
            limits: InstanceLimits::new(memory),
            shared,
        }
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.outgoing,
        }
    }
}
