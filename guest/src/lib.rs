//! The JavaScript VM of jsvm: the component behind the WIT world `js-vm`.
//!
//! The engine (QuickJS-NG) is reached only through [`js`]; everything else is safe Rust that
//! translates between it and the interfaces of the world.

mod argument;
mod bindings;
mod boot;
mod callback;
mod clock;
mod compiled;
mod console;
mod convert;
mod data;
mod entry;
mod error;
mod frames;
mod handle;
mod host;
mod inspect;
mod interface;
mod jobs;
mod js;
mod limits;
mod memory;
mod module;
mod node;
mod poll;
mod promise_events;
mod random;
mod realm;
mod rejection;
mod removal;
mod request;
mod root;
mod shared_heap;
mod snapshot;
mod sourcemap;
mod sweep;
mod tick;
mod time_zone;
mod timer;
mod token;
mod value;
mod web;
mod world;

/// Implements the exports of the world.
struct Guest;

/// The exports of the module.
#[expect(unsafe_code, reason = "symbols are exported")]
// A macro of the bindings, which are a file of the build script, expands here.
#[allow(clippy::undocumented_unsafe_blocks)]
mod exports {
    use super::Guest;
    use super::bindings;
    use super::{boot, clock, host, js, limits, sweep};

    bindings::export!(Guest with_types_in bindings);

    /// Makes the base image: a realm that is ready to run. The build calls it once, keeps the
    /// memory that it leaves, and removes it from the component.
    #[unsafe(no_mangle)]
    extern "C" fn jsvm_init() {
        clock::standing_still(js::start);
        boot::install();
        limits::apply_defaults();
        js::on_interrupt(host::should_stop);
        // Otherwise the first collection of every VM would free what only this function needed.
        limits::collect_garbage();
        sweep::sweep();
    }
}
