//! Roots of a VM whose program runs without the embedder that evaluated it: in a file of
//! `jsvm build`, or after it was frozen.
//!
//! | root | value | who uses it |
//! |---|---|---|
//! | [`BEGIN`] | function of an object and an array | the driver, once, before anything else |
//! | [`MAIN`] | function without parameters | the driver of a command |
//! | [`EXIT_CODE`] | function without parameters that returns a number | the driver of a command |
//! | [`BUSY_TIMEOUT`] | number of milliseconds | the driver |
//! | [`RESOLVED`] | object of strings | the VM, before it asks the embedder to resolve a specifier |
//! | [`MODULES`] | object of [modules](crate::module) | the VM, before it asks the embedder for a module |

use core::fmt;

/// The root of the function that a driver calls first, with an object of the environment variables
/// and an array of the arguments. It returns the environment variables that the program sees.
pub const BEGIN: &str = "jsvm:begin";

/// The root of the function that runs a command.
pub const MAIN: &str = "jsvm:main";

/// The root of the function that returns the exit code of a command, when nothing is left to run.
pub const EXIT_CODE: &str = "jsvm:exit-code";

/// The root of the time for which JavaScript may compute without a pause, as a number of
/// milliseconds. Without this root there is no limit.
pub const BUSY_TIMEOUT: &str = "jsvm:busy-timeout";

/// The root of an object with full names of modules. [`ResolvedKey`] makes its keys.
pub const RESOLVED: &str = "jsvm:resolved";

/// The root of an object with [modules](crate::module) by their full names.
pub const MODULES: &str = "jsvm:modules";

/// The host call of `process` in a built file.
///
/// The first argument is the name of an operation: `write` has the number of the stream and a
/// string or a `Uint8Array`, `exit` has the exit code.
pub const PROCESS: &str = "jsvm:process";

/// A key of the root [`RESOLVED`], made by its `Display`.
///
/// ```
/// use jsvm_protocol::standalone::ResolvedKey;
///
/// let key = ResolvedKey { specifier: "./b.js", importer: "/a.js", is_require: false };
/// assert_eq!(key.to_string(), "import\n/a.js\n./b.js");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ResolvedKey<'a> {
    /// The specifier, as the program has it.
    pub specifier: &'a str,
    /// The full name of the module that imports.
    pub importer: &'a str,
    /// Whether the import is a call of `require`.
    pub is_require: bool,
}

impl fmt::Display for ResolvedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_require { "require" } else { "import" };
        write!(f, "{kind}\n{}\n{}", self.importer, self.specifier)
    }
}
