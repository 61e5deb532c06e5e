//! What objects are, whatever their prototypes and properties say. No code of a script runs here,
//! except for traps of a proxy in `ownNonIndexKeys`.

use crate::js::{Call, Entry, JsResult, OwnKeys, PromiseState, Value};
use crate::web::functions;

/// The most entries of an iterator that are shown.
const MAX_ENTRIES: usize = 1 << 20;

pub fn add_to(tools: &Value) -> JsResult<()> {
    functions! { tools;
        "classOf" 1 => class_of,
        "isProxy" 1 => |call| Ok(Value::boolean(call.arg(0).is_proxy())),
        "proxyParts" 1 => proxy_parts,
        "promiseParts" 1 => promise_parts,
        "entriesOf" 1 => entries_of,
        "ownNonIndexKeys" 2 => own_non_index_keys,
    }
    Ok(())
}

/// `classOf(value)`: the name of the engine's class of an object; `undefined` for any other value.
fn class_of(call: Call<'_>) -> JsResult<Value> {
    match call.arg(0).class_name() {
        Some(name) => Value::text(&name),
        None => Ok(Value::UNDEFINED),
    }
}

/// `proxyParts(value)`: the target and the handler of a proxy, which are `null` if it is revoked.
fn proxy_parts(call: Call<'_>) -> JsResult<Value> {
    let value = call.arg(0);
    if !value.is_proxy() {
        return Ok(Value::UNDEFINED);
    }
    let part = |part: Option<Value>| part.unwrap_or(Value::NULL);
    Value::array_of(vec![
        part(value.proxy_target()),
        part(value.proxy_handler()),
    ])
}

/// `promiseParts(value)`: the state of a promise, 0 to 2, and its result.
fn promise_parts(call: Call<'_>) -> JsResult<Value> {
    let value = call.arg(0);
    let state = match value.promise_state() {
        None => return Ok(Value::UNDEFINED),
        Some(PromiseState::Pending) => 0.0,
        Some(PromiseState::Fulfilled) => 1.0,
        Some(PromiseState::Rejected) => 2.0,
    };
    Value::array_of(vec![Value::number(state), value.promise_result()])
}

/// `entriesOf(iterator)`: what an iterator of a map or set still gives, in one list, and whether these are
/// keys and values in turn.
fn entries_of(call: Call<'_>) -> JsResult<Value> {
    let (entries, _) = call.arg(0).iterator_entries(MAX_ENTRIES);
    let is_pairs = matches!(entries.first(), Some(Entry::Both(..)));
    let mut list = Vec::with_capacity(2 * entries.len());
    for entry in entries {
        match entry {
            Entry::One(value) => list.push(value),
            Entry::Both(key, value) => list.extend([key, value]),
        }
    }
    Value::array_of(vec![Value::array_of(list)?, Value::boolean(is_pairs)])
}

/// `ownNonIndexKeys(object, onlyEnumerable)`: own keys, symbols too, that are not indices of arrays.
fn own_non_index_keys(call: Call<'_>) -> JsResult<Value> {
    let keys = call.arg(0).own_keys(OwnKeys {
        strings: true,
        symbols: true,
        hidden: !call.arg(1).to_boolean(),
    })?;
    let mut list = Vec::new();
    for key in keys {
        let key = key.to_value()?;
        if key.tag() != crate::js::Tag::String || !is_index(&key.to_lossy()?) {
            list.push(key);
        }
    }
    Value::array_of(list)
}

/// Whether a key is the canonical text of an integer below 2³² − 1.
fn is_index(key: &str) -> bool {
    let is_number = matches!(key.as_bytes(), [b'0'] | [b'1'..=b'9', ..]);
    is_number && key.parse::<u32>().is_ok_and(|index| index != u32::MAX)
}
