//! Requests for key-value storage, which programs import as [`MODULE`].
//!
//! | request | arguments | fulfilled with |
//! |---|---|---|
//! | [`GET`] | store, key | a `Uint8Array`, or `undefined` |
//! | [`SET`] | store, key, `Uint8Array` | `undefined` |
//! | [`DELETE`] | store, key | `undefined` |
//! | [`EXISTS`] | store, key | a boolean |
//! | [`LIST`] | store, `undefined` or [`page::NEXT`] of an earlier page | a [`page`] |
//! | [`INCREMENT`] | store, key, whole number | a whole number |
//!
//! A store is the name of a store as a string, or `undefined` for the default store. A key is a
//! string. Opening a store makes no request, so a program may open one while it is built or frozen.
//! If the store does not exist, its first request is rejected.

/// Reads the value of a key. The result is `undefined` if the key does not exist.
pub const GET: &str = "jsvm:keyvalue-get";

/// Writes the value of a key. The driver settles the request when the value is written.
pub const SET: &str = "jsvm:keyvalue-set";

/// Deletes a key. The key need not exist.
pub const DELETE: &str = "jsvm:keyvalue-delete";

/// Reports whether a key exists.
pub const EXISTS: &str = "jsvm:keyvalue-exists";

/// Lists some of the keys, in no particular order.
pub const LIST: &str = "jsvm:keyvalue-list";

/// Adds to the number under a key, or to 0, in one step. The result is the sum. If the value is not
/// a number, the driver rejects the request.
pub const INCREMENT: &str = "jsvm:keyvalue-increment";

/// The module that programs import.
pub const MODULE: &str = "jsvm:keyvalue";

/// The module whose functions make the requests. [`MODULE`] imports it.
pub const REQUESTS_MODULE: &str = "jsvm:keyvalue-requests";

/// The requests, each after the export of [`REQUESTS_MODULE`] that makes it.
pub const REQUESTS: [(&str, &str); 6] = [
    ("get", GET),
    ("set", SET),
    ("remove", DELETE),
    ("exists", EXISTS),
    ("list", LIST),
    ("increment", INCREMENT),
];

/// The properties of the result of [`LIST`].
///
/// | property | value |
/// |---|---|
/// | `keys` | array of strings |
/// | `next` | string: the argument that gets the next page; `undefined` on the last page |
pub mod page {
    /// The keys, as an array of strings.
    pub const KEYS: &str = "keys";
    /// Where the next page begins, as a string.
    pub const NEXT: &str = "next";
}
