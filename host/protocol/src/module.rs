//! The record that describes a module: the result of [`LOAD_MODULE`](crate::host_call::LOAD_MODULE),
//! and the values in the root [`MODULES`](crate::standalone::MODULES).
//!
//! A module is a string, the source of an ES module, or an object with these properties:
//!
//! | property | value |
//! |---|---|
//! | [`KIND`] | [`kind::ES`], [`kind::COMMONJS`], [`kind::JSON`] or [`kind::NATIVE`] |
//! | [`TEXT`] | the source; a native module has none |
//! | [`URL`] | the value of `import.meta.url`; the full name if missing |
//! | [`MAPPINGS`] | `mappings` of a source map (ECMA-426) with one source |
//! | [`EXPORTS`] | of a CommonJS module: an array of names; of a native module: an object of [`export`]s |

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
    /// A module of values, functions and classes of the embedder.
    pub const NATIVE: &str = "native";
}

/// The properties of an export of a native module.
///
/// | [`TYPE`](export::TYPE) | other properties | the export |
/// |---|---|---|
/// | `value` | [`VALUE`](export::VALUE) | that value |
/// | `function` | [`NAME`](export::NAME), [`LENGTH`](export::LENGTH) | a function that makes a host call of this name |
/// | `request` | [`NAME`](export::NAME), [`LENGTH`](export::LENGTH) | a function that queues a request of this name |
/// | `class` | [`NAME`](export::NAME), [`LENGTH`](export::LENGTH), [`MEMBERS`](export::MEMBERS) | a class |
pub mod export {
    /// What the export is.
    pub const TYPE: &str = "type";
    /// The value of an export of type `value`.
    pub const VALUE: &str = "value";
    /// The name of the host call or request.
    pub const NAME: &str = "name";
    /// The property `length` of the JavaScript function.
    pub const LENGTH: &str = "length";
    /// The members of a class: an array of objects with the properties [`KEY`], `kind`, [`NAME`]
    /// and [`LENGTH`].
    pub const MEMBERS: &str = "members";
    /// The property key of a member.
    pub const KEY: &str = "key";
}
