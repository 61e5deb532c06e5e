//! Key-value storage on `wasi:keyvalue`, whatever its version.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::bindings::exports::jsvm::standalone::keyvalue::{Guest, Page};
use crate::bindings::wasi::keyvalue::store::{Bucket, Error, open};
use crate::version;

/// Implements the interface `keyvalue` for drivers.
pub struct Stores;

thread_local! {
    /// The open stores, by their names.
    static OPEN: RefCell<BTreeMap<String, Bucket>> = const { RefCell::new(BTreeMap::new()) };
}

/// Calls `work` with a store. Opens the store if it is not open.
fn with<T>(
    name: Option<String>,
    work: impl FnOnce(&Bucket) -> Result<T, Error>,
) -> Result<T, String> {
    let name = name.unwrap_or_else(|| version::DEFAULT.to_owned());
    OPEN.with_borrow_mut(|stores| {
        if !stores.contains_key(&name) {
            let store = open(&name).map_err(|error| reason(&name, error))?;
            stores.insert(name.clone(), store);
        }
        work(&stores[&name]).map_err(|error| reason(&name, error))
    })
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
        with(store, |store| version::increment(store, &key, delta))
    }
}
