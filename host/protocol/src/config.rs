//! Requests for settings, which programs import as [`MODULE`].
//!
//! | request | arguments | fulfilled with |
//! |---|---|---|
//! | [`GET`] | name | a string, or `undefined` |
//! | [`GET_ALL`] | | an array of pairs of strings |

/// Reads a setting. The result is `undefined` if the setting does not exist.
pub const GET: &str = "jsvm:config-get";

/// Reads all settings.
pub const GET_ALL: &str = "jsvm:config-get-all";

/// The module that programs import.
pub const MODULE: &str = "jsvm:config";

/// The module whose functions make the requests. [`MODULE`] imports it.
pub const REQUESTS_MODULE: &str = "jsvm:config-requests";

/// The requests, each after the export of [`REQUESTS_MODULE`] that makes it.
pub const REQUESTS: [(&str, &str); 2] = [("get", GET), ("getAll", GET_ALL)];
