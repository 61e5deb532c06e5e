//! The record that describes a module in the root [`MODULES`](crate::standalone::MODULES). The WIT
//! interface `modules` has the same fields.
//!
//! A module is a string, the source of an ES module, or an object with these properties:
//!
//! | property | value |
//! |---|---|
//! | [`KIND`] | [`kind::ES`], [`kind::COMMONJS`] or [`kind::JSON`] |
//! | [`TEXT`] | the source |
//! | [`URL`] | the value of `import.meta.url`; if missing, it is made of the full name |
//! | [`MAPPINGS`] | `mappings` of a source map (ECMA-426) with one source |
//! | [`EXPORTS`] | of a CommonJS module: an array of names |

/// The kind of the module.
pub const KIND: &str = "kind";
/// The source text.
pub const TEXT: &str = "text";
/// The value of `import.meta.url`.
pub const URL: &str = "url";
/// The mappings of a source map, by which the VM translates positions in stacks.
pub const MAPPINGS: &str = "mappings";
/// The exports.
pub const EXPORTS: &str = "exports";

/// The values of [`KIND`].
pub mod kind {
    /// An ES module.
    pub const ES: &str = "module";
    /// A CommonJS module.
    pub const COMMONJS: &str = "commonjs";
    /// A JSON document, which is the default export.
    pub const JSON: &str = "json";
}
