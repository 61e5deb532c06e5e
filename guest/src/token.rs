//! Values kept alive under a number.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::bindings::exports::jsvm::engine::roots::TokenScope;
use crate::js::Value;

struct Tokens {
    kept: BTreeMap<u64, (Value, TokenScope)>,
    last: u64,
}

thread_local! {
    static TABLE: RefCell<Tokens> = const { RefCell::new(Tokens { kept: BTreeMap::new(), last: 0 }) };
}

/// Keeps a value; numbers are never used twice.
pub fn retain(value: Value, scope: TokenScope) -> u64 {
    TABLE.with_borrow_mut(|table| {
        table.last += 1;
        table.kept.insert(table.last, (value, scope));
        table.last
    })
}

/// The value of a token.
pub fn get(token: u64) -> Option<Value> {
    TABLE.with_borrow(|table| table.kept.get(&token).map(|(value, _)| value.clone()))
}

/// Forgets a token. Returns whether there was one.
pub fn release(token: u64) -> bool {
    // The borrow ends before the value is dropped: freeing it can run code that comes here.
    let value = TABLE.with_borrow_mut(|table| table.kept.remove(&token));
    value.is_some()
}

/// Makes tokens part of the VM's state, which holds what they are in from now on.
pub fn adopt(tokens: &[u64]) {
    TABLE.with_borrow_mut(|table| {
        for token in tokens {
            if let Some((_, scope)) = table.kept.get_mut(token) {
                *scope = TokenScope::State;
            }
        }
    });
}

/// Forgets the tokens that belong to the embedder's instance.
pub fn forget_instance() {
    let gone: Vec<_> = TABLE.with_borrow_mut(|table| {
        let gone = table
            .kept
            .extract_if(.., |_, (_, scope)| *scope == TokenScope::Instance);
        gone.collect()
    });
    drop(gone);
}

/// How many tokens there are.
pub fn count() -> usize {
    TABLE.with_borrow(|table| table.kept.len())
}
