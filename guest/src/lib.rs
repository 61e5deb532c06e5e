//! The JavaScript VM of jsvm: the component behind the WIT world `js-vm`.
//!
//! The engine (QuickJS-NG) is reached only through [`js`]; everything else is safe Rust that
//! translates between it and the interfaces of the world.

mod backstop;
mod batch;
mod bindings;
mod clock;
mod commonjs;
mod compiled;
mod console;
mod convert;
mod data;
mod error;
mod handle;
mod host;
mod inspect;
mod jobs;
mod js;
mod memory;
mod module;
mod native_module;
mod promise_events;
mod random;
mod realm;
mod rejection;
mod request;
mod root;
mod snapshot;
mod sourcemap;
mod sweep;
mod time_zone;
mod timer;
mod token;
mod value;
mod vm;
mod web;

/// Implements the exports of the world.
struct Guest;

/// What the outside calls.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::Guest;
    use super::bindings;
    use super::{clock, host, js, realm, sweep, vm};

    bindings::export!(Guest with_types_in bindings);

    /// Makes the base image: a realm that is ready to run. The build calls it once and keeps the
    /// memory that it leaves; it is not part of the finished component.
    #[unsafe(no_mangle)]
    extern "C" fn jsvm_init() {
        clock::standing_still(js::start);
        realm::install();
        vm::apply_default_limits();
        js::on_interrupt(host::should_stop);
        // What was needed only for that: the first collection of a VM would find it.
        vm::collect_garbage();
        sweep::sweep();
    }
}
