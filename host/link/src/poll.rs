//! `wasi:io/poll` for linked components, which can be interrupted.

use jsvm::extension::StopSignal;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::io::poll as of_futures;
use wasmtime_wasi::p2::bindings::sync::io::poll::{Host, HostPollable, Pollable};
use wasmtime_wasi::runtime::in_tokio;

use super::runtime::{Stopped, TICK};

/// Implements `wasi:io/poll`, and checks regularly whether to stop.
pub(crate) struct InterruptiblePoll<'a> {
    pub(crate) table: &'a mut ResourceTable,
    pub(crate) stop: &'a StopSignal,
}

impl Host for InterruptiblePoll<'_> {
    fn poll(&mut self, pollables: Vec<Resource<Pollable>>) -> wasmtime::Result<Vec<u32>> {
        loop {
            let again = pollables.iter();
            let again = again.map(|pollable| Resource::new_borrow(pollable.rep()));
            let ready = of_futures::Host::poll(self.table, again.collect());
            let ready = in_tokio(async { tokio::time::timeout(TICK, ready).await });
            match ready {
                Ok(ready) => return ready,
                Err(_) if self.stop.is_due() => return Err(Stopped.into()),
                Err(_) => {}
            }
        }
    }
}

impl HostPollable for InterruptiblePoll<'_> {
    fn ready(&mut self, pollable: Resource<Pollable>) -> wasmtime::Result<bool> {
        HostPollable::ready(self.table, pollable)
    }

    fn block(&mut self, pollable: Resource<Pollable>) -> wasmtime::Result<()> {
        self.poll(vec![pollable]).map(drop)
    }

    fn drop(&mut self, pollable: Resource<Pollable>) -> wasmtime::Result<()> {
        HostPollable::drop(self.table, pollable)
    }
}
