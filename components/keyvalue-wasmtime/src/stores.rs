//! Key-value storage on `wasi:keyvalue`, whatever its version.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::bindings::exports::jsvm::standalone::keyvalue::{Guest, Page};
use crate::bindings::wasi::keyvalue::store::{Bucket, Error, open};
use crate::version;

/// Implements the interface `keyvalue` for drivers.
pub struct Stores;

/// The name of the default store in wasmtime, which has no other.
const OTHER_DEFAULT: &str = "";

/// How often an increment is tried that others were quicker than.
const MAX_TRIES: u32 = 32;

thread_local! {
    /// The open stores, by their names.
    static OPEN: RefCell<BTreeMap<String, Bucket>> = const { RefCell::new(BTreeMap::new()) };
}

/// Calls `work` with a store. Opens the store if it is not open.
fn with<T>(
    name: Option<String>,
    work: impl FnOnce(&Bucket) -> Result<T, Error>,
) -> Result<T, String> {
    let is_default = name.is_none();
    let name = name.unwrap_or_else(|| version::DEFAULT.to_owned());
    OPEN.with_borrow_mut(|stores| {
        if !stores.contains_key(&name) {
            let mut opened = open(&name);
            // Hosts disagree on the name of the default store.
            if is_default
                && opened.is_err()
                && let Ok(store) = open(OTHER_DEFAULT)
            {
                opened = Ok(store);
            }
            let store = opened.map_err(|error| reason(&name, error))?;
            stores.insert(name.clone(), store);
        }
        work(&stores[&name]).map_err(|error| reason(&name, error))
    })
}

/// Whether another client has changed the value meanwhile. Nothing was written then.
///
/// Neither version of the interface tells this by a type: of its errors only `other` is left for it, which
/// is a text, and `atomics` has no compare-and-swap. This is the text of NATS, and so of wasmCloud. If a
/// host has another one, its error reaches the program.
fn is_conflict(reason: &str) -> bool {
    reason.contains("wrong last sequence")
}

fn reason(name: &str, error: Error) -> String {
    match error {
        Error::NoSuchStore => format!("there is no key-value store {name:?} here"),
        Error::AccessDenied => format!(
            "the key-value store {name:?} may not be used: whoever runs this file must allow it"
        ),
        Error::Other(reason) => reason,
    }
}

impl Guest for Stores {
    fn get(store: Option<String>, key: String) -> Result<Option<Vec<u8>>, String> {
        with(store, |store| store.get(&key))
    }

    fn set(store: Option<String>, key: String, value: Vec<u8>) -> Result<(), String> {
        with(store, |store| store.set(&key, &value))
    }

    fn delete(store: Option<String>, key: String) -> Result<(), String> {
        with(store, |store| store.delete(&key))
    }

    fn exists(store: Option<String>, key: String) -> Result<bool, String> {
        with(store, |store| store.exists(&key))
    }

    fn list_keys(store: Option<String>, page: Option<String>) -> Result<Page, String> {
        with(store, |store| {
            let listed = version::list(store, page)?;
            let next = listed.cursor.map(|cursor| cursor.to_string());
            Ok(Page {
                keys: listed.keys,
                next,
            })
        })
    }

    fn increment(store: Option<String>, key: String, delta: i64) -> Result<i64, String> {
        with(store, |store| {
            for _ in 1..MAX_TRIES {
                match version::increment(store, &key, delta) {
                    Err(Error::Other(reason)) if is_conflict(&reason) => {}
                    result => return result,
                }
            }
            version::increment(store, &key, delta)
        })
    }
}
