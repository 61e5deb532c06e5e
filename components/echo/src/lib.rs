//! Returns what it is given, in every type that there is: what `jsvm run --link` can be tried with.

mod bindings;
mod counters;
mod trouble;
mod values;

struct Echo;

/// What the outside calls.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{Echo, bindings};
    bindings::export!(Echo with_types_in bindings);
}

impl bindings::Guest for Echo {
    fn greet(name: String) -> String {
        format!("Hello, {name}!")
    }
}
