//! Promises that were rejected while nothing handled them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::error;
use crate::js::Value;

/// A promise that was rejected.
pub struct Rejected {
    pub promise: Value,
    pub reason: Value,
    /// Whether the reason was that memory ran out. Later that cannot be told any more.
    pub out_of_memory: bool,
}

#[derive(Default)]
struct Rejections {
    /// Order number by the promise's address. The promise is kept alive, so the address stays
    /// its own.
    order: BTreeMap<usize, u64>,
    /// In the order of rejection.
    waiting: BTreeMap<u64, Rejected>,
    /// Promises that were taken and that got a handler since.
    handled: Vec<Value>,
    next: u64,
}

thread_local! {
    static TABLE: RefCell<Rejections> = RefCell::default();
}

/// Told by the engine: a promise was rejected, or its rejection is handled now.
pub fn track(promise: &Value, reason: &Value, handled: bool) {
    let Some(address) = promise.address() else {
        return;
    };
    // Values are dropped after the borrow ends: freeing one can free others.
    let _freed = TABLE.with_borrow_mut(|table| {
        if handled {
            let number = table.order.remove(&address);
            let rejected = number.and_then(|number| table.waiting.remove(&number));
            if rejected.is_none() {
                table.handled.push(promise.clone());
            }
            rejected
        } else {
            let number = table.next;
            table.next += 1;
            table.order.insert(address, number);
            let rejected = Rejected {
                promise: promise.clone(),
                reason: reason.clone(),
                out_of_memory: error::is_exhaustion(reason),
            };
            table.waiting.insert(number, rejected)
        }
    });
}

/// The rejections that still have no handler, in order.
pub fn take() -> Vec<Rejected> {
    let (taken, _forgotten) = TABLE.with_borrow_mut(|table| {
        table.order.clear();
        (
            std::mem::take(&mut table.waiting),
            std::mem::take(&mut table.handled),
        )
    });
    taken.into_values().collect()
}

/// The promises that were taken and that got a handler since, in order.
pub fn take_handled() -> Vec<Value> {
    TABLE.with_borrow_mut(|table| std::mem::take(&mut table.handled))
}

/// Whether there are any.
pub fn waiting() -> bool {
    TABLE.with_borrow(|table| !table.waiting.is_empty())
}
