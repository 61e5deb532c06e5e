//! The functions of WASI 0.2 that the component imports.
//!
//! They are added by hand: bindings of the whole packages would want functions that nothing calls.

use wasmtime::component::{ComponentType, Lift, Linker, Lower};

use crate::context::Context;

/// `wasi:clocks/wall-clock.datetime`
#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// Adds the functions to a linker.
pub(crate) fn add_to_linker(linker: &mut Linker<Context>) -> wasmtime::Result<()> {
    let mut wall = linker.instance("wasi:clocks/wall-clock@0.2.0")?;
    wall.func_wrap("now", |mut store, (): ()| {
        let now = store.data_mut().wall()?;
        let datetime = Datetime {
            seconds: now.as_secs(),
            nanoseconds: now.subsec_nanos(),
        };
        Ok((datetime,))
    })?;
    let mut monotonic = linker.instance("wasi:clocks/monotonic-clock@0.2.0")?;
    monotonic.func_wrap("now", |mut store, (): ()| {
        let now = store.data_mut().guarded_monotonic()?;
        Ok((u64::try_from(now.as_nanos()).unwrap_or(u64::MAX),))
    })?;
    let mut random = linker.instance("wasi:random/random@0.2.0")?;
    random.func_wrap("get-random-u64", |mut store, (): ()| {
        Ok((store.data_mut().entropy.next()?,))
    })
}
