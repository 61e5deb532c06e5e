//! The JavaScript VM of jsvm: the component behind the WIT world `js-vm`.
//!
//! The engine (QuickJS-NG) is reached only through [`js`]; everything else is safe Rust that
//! translates between it and the interfaces of the world.

mod backstop;
mod bindings;
mod clock;
mod convert;
mod data;
mod error;
mod host;
mod js;
mod memory;
mod module;
mod random;
mod realm;
mod rejection;
mod request;
mod token;
mod value;
mod vm;

struct Guest;

#[expect(unsafe_code, reason = "the generated macro exports symbols")]
mod exports {
    use super::Guest;
    use super::bindings;
    bindings::export!(Guest with_types_in bindings);
}

impl bindings::Guest for Guest {
    /// Makes the base image: a realm that is ready to run.
    fn wizer_initialize() {
        clock::standing_still(|| js::start(host::should_stop));
        realm::install();
        vm::apply_default_limits();
    }
}
