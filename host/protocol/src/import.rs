//! The request of `import()`, if the embedder has chosen that calls of it make requests.
//!
//! | request | arguments | fulfilled with |
//! |---|---|---|
//! | [`IMPORT`] | an object of [`SPECIFIER`], [`IMPORTER`] and [`ATTRIBUTES`] | an [`answer`] |

/// Asks for a module.
pub const IMPORT: &str = "jsvm:import";

/// The specifier, a string.
pub const SPECIFIER: &str = "specifier";
/// The full name of the importing module, or the file name of the script.
pub const IMPORTER: &str = "importer";
/// The import attributes: an object of strings.
pub const ATTRIBUTES: &str = "attributes";

/// The properties of the object that the request is fulfilled with.
pub mod answer {
    /// The full name of the module.
    pub const NAME: &str = "name";
    /// May be missing: an object of [modules](crate::module) by their full names. The VM adds them to
    /// the root [`MODULES`](crate::standalone::MODULES).
    pub const MODULES: &str = "modules";
    /// May be missing: an object of full names. The VM adds them to the root
    /// [`RESOLVED`](crate::standalone::RESOLVED).
    pub const RESOLVED: &str = "resolved";
}
