//! Maps and sets, through the methods that scripts cannot have replaced.

use std::cell::RefCell;

use super::Intrinsics;
use crate::js::{self, Call, JsResult, Thrown, Value};

/// What the callback of `forEach` has seen.
struct Seen {
    entries: Vec<[Value; 2]>,
    /// How many are wanted.
    limit: usize,
}

thread_local! {
    /// Where the callback of `forEach` puts what it sees; one list per call under way.
    static SEEN: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) };
}

impl Intrinsics {
    /// `new Map()`
    pub fn new_map(&self) -> JsResult<Value> {
        self.map.construct(&[])
    }

    /// `map.set(key, value)`
    pub fn map_set(&self, map: &Value, key: Value, value: Value) -> JsResult<()> {
        self.map_set.call(map, &[key, value]).map(drop)
    }

    /// Keys and values of a map in order.
    pub fn map_entries(&self, map: &Value) -> JsResult<Vec<[Value; 2]>> {
        for_each(&self.map_for_each, map, usize::MAX)
    }

    /// The first `count` keys and values of a map.
    pub fn map_start(&self, map: &Value, count: usize) -> JsResult<Vec<[Value; 2]>> {
        for_each(&self.map_for_each, map, count)
    }

    /// `new Set()`
    pub fn new_set(&self) -> JsResult<Value> {
        self.set.construct(&[])
    }

    /// `set.add(member)`
    pub fn set_add(&self, set: &Value, member: Value) -> JsResult<()> {
        self.set_add.call(set, &[member]).map(drop)
    }

    /// Members of a set in order.
    pub fn set_members(&self, set: &Value) -> JsResult<Vec<Value>> {
        self.set_start(set, usize::MAX)
    }

    /// The first `count` members of a set.
    pub fn set_start(&self, set: &Value, count: usize) -> JsResult<Vec<Value>> {
        let entries = for_each(&self.set_for_each, set, count)?;
        Ok(entries.into_iter().map(|[member, _]| member).collect())
    }
}

fn for_each(method: &Value, collection: &Value, limit: usize) -> JsResult<Vec<[Value; 2]>> {
    let callback = js::function("", 2, &[], see)?;
    SEEN.with_borrow_mut(|seen| {
        seen.push(Seen {
            entries: Vec::new(),
            limit,
        })
    });
    let result = method.call(collection, &[callback]);
    let seen = SEEN.with_borrow_mut(Vec::pop);
    let entries = seen.map(|seen| seen.entries).unwrap_or_default();
    match result {
        // The callback stops by throwing.
        Err(_) if entries.len() == limit => Ok(entries),
        result => result.map(|_| entries),
    }
}

/// `forEach` passes the value first, then the key.
fn see(call: Call<'_>) -> JsResult<Value> {
    let entry = [call.arg(1), call.arg(0)];
    SEEN.with_borrow_mut(|seen| match seen.last_mut() {
        Some(list) if list.entries.len() < list.limit => {
            list.entries.push(entry);
            Ok(Value::UNDEFINED)
        }
        _ => Err(Thrown(Value::UNDEFINED)),
    })
}
