//! Host calls that the VM itself makes. `wit/host.wit` defines their arguments and results.
//!
//! | host call | arguments | result |
//! |---|---|---|
//! | [`CONSOLE`] | level, text | ignored |
//! | [`RESOLVE_MODULE`] | specifier, importer, `true` if by `require` | full name, as a string |
//! | [`LOAD_MODULE`] | full name | a [`module`](crate::module) |

/// Prints a line of the console.
///
/// The first argument is the level: `debug`, `log`, `info`, `warn`, `error` or `trace`. The second
/// is the formatted text without a line end.
pub const CONSOLE: &str = "jsvm:console";

/// Resolves a specifier to the full name of a module.
///
/// The VM asks only for what its root [`RESOLVED`](crate::standalone::RESOLVED) does not hold.
pub const RESOLVE_MODULE: &str = "jsvm:resolve-module";

/// Loads a module by its full name.
///
/// The VM asks only for what its root [`MODULES`](crate::standalone::MODULES) does not hold.
pub const LOAD_MODULE: &str = "jsvm:load-module";

/// Reports whether a console level belongs on standard error: `warn`, `error` and `trace` do.
///
/// ```
/// assert!(jsvm_protocol::host_call::is_error_level("warn"));
/// assert!(!jsvm_protocol::host_call::is_error_level("log"));
/// ```
pub fn is_error_level(level: &str) -> bool {
    matches!(level, "warn" | "error" | "trace")
}
