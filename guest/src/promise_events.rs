//! What happened to promises, for whoever wants to know.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use crate::bindings::exports::jsvm::engine::promises::{
    PromiseEvent as Recorded, PromiseEventKind, PromiseEvents,
};
use crate::js::{self, PromiseEvent, Value};

struct Record {
    capacity: usize,
    events: VecDeque<Recorded>,
    lost: u64,
    /// Number of a promise by its address. A promise does not stay alive because of it: the next
    /// one at that address is made there, and gets another number when it is.
    numbers: BTreeMap<usize, u64>,
    last: u64,
}

thread_local! {
    static RECORD: RefCell<Record> = const {
        RefCell::new(Record {
            capacity: 0,
            events: VecDeque::new(),
            lost: 0,
            numbers: BTreeMap::new(),
            last: 0,
        })
    };
}

/// Begins to record, up to that many events; 0 ends it.
pub fn record(capacity: u32) {
    RECORD.with_borrow_mut(|record| {
        record.capacity = capacity as usize;
        if capacity == 0 {
            record.events = VecDeque::new();
            record.numbers = BTreeMap::new();
            record.lost = 0;
        }
    });
    js::on_promise_event((capacity != 0).then_some(happened));
}

/// Takes what was recorded.
pub fn take() -> PromiseEvents {
    RECORD.with_borrow_mut(|record| PromiseEvents {
        events: std::mem::take(&mut record.events).into(),
        lost: std::mem::take(&mut record.lost),
    })
}

fn happened(event: PromiseEvent, promise: &Value, parent: &Value) {
    let Some(address) = promise.address() else {
        return;
    };
    let kind = match event {
        PromiseEvent::Made => PromiseEventKind::Made,
        PromiseEvent::Adopting => PromiseEventKind::Adopting,
        PromiseEvent::Adopted => PromiseEventKind::Adopted,
        PromiseEvent::Fulfilled => PromiseEventKind::Fulfilled,
    };
    RECORD.with_borrow_mut(|record| {
        let parent = parent.address().map(|address| record.number(address));
        if event == PromiseEvent::Made {
            // What was at that address has died.
            record.numbers.remove(&address);
        }
        let promise = record.number(address);
        if record.events.len() < record.capacity {
            record.events.push_back(Recorded {
                kind,
                promise,
                parent,
            });
        } else {
            record.lost += 1;
        }
    });
}

impl Record {
    fn number(&mut self, address: usize) -> u64 {
        *self.numbers.entry(address).or_insert_with(|| {
            self.last += 1;
            self.last
        })
    }
}
