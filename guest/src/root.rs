//! Values kept alive under a name.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::js::Value;

thread_local! {
    static TABLE: RefCell<BTreeMap<String, Value>> = const { RefCell::new(BTreeMap::new()) };
}

/// Keeps a value in place of what had that name.
pub fn set(name: String, value: Value) {
    // Here and below, the borrow ends before a value is dropped: freeing it can run code.
    let _replaced = TABLE.with_borrow_mut(|table| table.insert(name, value));
}

/// The value of a root.
pub fn get(name: &str) -> Option<Value> {
    TABLE.with_borrow(|table| table.get(name).cloned())
}

/// Forgets a root. Returns whether there was one.
pub fn remove(name: &str) -> bool {
    let value = TABLE.with_borrow_mut(|table| table.remove(name));
    value.is_some()
}

/// The names of all roots, sorted.
pub fn names() -> Vec<String> {
    TABLE.with_borrow(|table| table.keys().cloned().collect())
}

/// How many roots there are.
pub fn count() -> usize {
    TABLE.with_borrow(BTreeMap::len)
}
