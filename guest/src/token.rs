//! Values kept alive under a number.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::js::Value;

struct Tokens {
    kept: BTreeMap<u64, Value>,
    last: u64,
}

thread_local! {
    static TABLE: RefCell<Tokens> = const { RefCell::new(Tokens { kept: BTreeMap::new(), last: 0 }) };
}

/// Keeps a value; numbers are never used twice.
pub fn retain(value: Value) -> u64 {
    TABLE.with_borrow_mut(|table| {
        table.last += 1;
        table.kept.insert(table.last, value);
        table.last
    })
}

/// The value of a token.
pub fn get(token: u64) -> Option<Value> {
    TABLE.with_borrow(|table| table.kept.get(&token).cloned())
}

/// Forgets a token. Returns whether there was one.
pub fn release(token: u64) -> bool {
    // The borrow ends before the value is dropped: freeing it can run code that comes here.
    let value = TABLE.with_borrow_mut(|table| table.kept.remove(&token));
    value.is_some()
}

/// How many tokens there are.
pub fn count() -> usize {
    TABLE.with_borrow(|table| table.kept.len())
}
