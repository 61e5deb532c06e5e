//! Waiting inside of a linked component: for time, or for input and output.

use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::io::poll as of_futures;
use wasmtime_wasi::p2::bindings::sync::io::poll::{Host, HostPollable, Pollable};
use wasmtime_wasi::runtime::in_tokio;

use super::runtime::TICK;
use super::stop::{Stop, Stopped};

/// Answers `wasi:io/poll`, and looks up now and then.
pub(crate) struct Waiting<'a> {
    pub(crate) table: &'a mut ResourceTable,
    pub(crate) stop: &'a Stop,
}

impl Host for Waiting<'_> {
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

impl HostPollable for Waiting<'_> {
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
