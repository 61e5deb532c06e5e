//! Measures how long calls of JavaScript take from a component: of functions in a VM that it is composed
//! with or, with the feature `import`, of an interface that somebody else implements in JavaScript.
//!
//! Prints a line of JSON for each kind of call: its name, and nanoseconds per call in some rounds.

#[cfg(feature = "import")]
mod imported;
mod measure;
#[cfg(not(feature = "import"))]
mod vm;

use wasi::exports::cli::run::Guest;

#[cfg(feature = "import")]
use imported::Script;
#[cfg(not(feature = "import"))]
use vm::Script;

struct Caller;

/// What the outside calls.
mod exports {
    use super::Caller;
    wasi::cli::command::export!(Caller);
}

/// A record.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    x: i32,
    y: i32,
}

/// Functions in JavaScript that return what they are given, and an object with a method.
trait Functions {
    /// Many bytes as they are passed. Whoever makes many makes them so, and reads them so: the time of a
    /// call has nothing of it.
    type Bulk;
    fn bulk(bytes: Vec<u8>) -> Self::Bulk;
    fn len(bulk: &Self::Bulk) -> usize;

    fn number(&self, value: u32) -> u32;
    fn text(&self, value: &str) -> String;
    fn point(&self, value: Point) -> Point;
    fn numbers(&self, value: &[f64]) -> Vec<f64>;
    fn bytes(&self, value: &Self::Bulk) -> Self::Bulk;
    /// Adds to a counter that began with 0.
    fn add(&self, by: u32) -> u32;
}

impl Guest for Caller {
    fn run() -> Result<(), ()> {
        std::panic::set_hook(Box::new(|panic| {
            let text = format!("{panic}\n");
            // Nobody is left to be told if it fails.
            let _ = wasi::cli::stderr::get_stderr().blocking_write_and_flush(text.as_bytes());
        }));
        let script = Script::new();
        measure::all(&script);
        Ok(())
    }
}
