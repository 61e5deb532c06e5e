//! Maps, sets and dates, whatever scripts made of their prototypes.

use crate::bindings::exports::jsvm::engine::values::Output;
use crate::convert::output;
use crate::js::{JsResult, Thrown, Value};
use crate::realm::{Method, intrinsics, readers};

/// A kind of collection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Map,
    Set,
    WeakMap,
    WeakSet,
}

fn kind(value: &Value) -> JsResult<Kind> {
    match value.class_name().as_deref() {
        Some("Map") => Ok(Kind::Map),
        Some("Set") => Ok(Kind::Set),
        Some("WeakMap") => Ok(Kind::WeakMap),
        Some("WeakSet") => Ok(Kind::WeakSet),
        _ => Err(wrong("a Map, Set, WeakMap or WeakSet")),
    }
}

fn wrong(expected: &str) -> Thrown {
    Thrown::type_error(&format!("the value is not {expected}"))
}

/// `map.get(key)`
pub fn get(map: &Value, key: Value) -> JsResult<Value> {
    match kind(map)? {
        Kind::Map => Method::MapGet.call(map, &[key]),
        Kind::WeakMap => Method::WeakMapGet.call(map, &[key]),
        Kind::Set | Kind::WeakSet => Err(wrong("a Map or WeakMap")),
    }
}

/// `map.set(key, to)`
pub fn set(map: &Value, key: Value, to: Value) -> JsResult<()> {
    let method = match kind(map)? {
        Kind::Map => Method::MapSet,
        Kind::WeakMap => Method::WeakMapSet,
        Kind::Set | Kind::WeakSet => return Err(wrong("a Map or WeakMap")),
    };
    method.call(map, &[key, to]).map(drop)
}

/// `set.add(member)`
pub fn add(set: &Value, member: Value) -> JsResult<()> {
    let method = match kind(set)? {
        Kind::Set => Method::SetAdd,
        Kind::WeakSet => Method::WeakSetAdd,
        Kind::Map | Kind::WeakMap => return Err(wrong("a Set or WeakSet")),
    };
    method.call(set, &[member]).map(drop)
}

/// `collection.has(key)`
pub fn has(collection: &Value, key: Value) -> JsResult<bool> {
    let method = match kind(collection)? {
        Kind::Map => Method::MapHas,
        Kind::Set => Method::SetHas,
        Kind::WeakMap => Method::WeakMapHas,
        Kind::WeakSet => Method::WeakSetHas,
    };
    Ok(method.call(collection, &[key])?.to_boolean())
}

/// `collection.delete(key)`
pub fn delete(collection: &Value, key: Value) -> JsResult<bool> {
    let method = match kind(collection)? {
        Kind::Map => Method::MapDelete,
        Kind::Set => Method::SetDelete,
        Kind::WeakMap => Method::WeakMapDelete,
        Kind::WeakSet => Method::WeakSetDelete,
    };
    Ok(method.call(collection, &[key])?.to_boolean())
}

/// `collection.clear()`
pub fn clear(collection: &Value) -> JsResult<()> {
    let method = match kind(collection)? {
        Kind::Map => Method::MapClear,
        Kind::Set => Method::SetClear,
        Kind::WeakMap | Kind::WeakSet => return Err(wrong("a Map or Set")),
    };
    method.call(collection, &[]).map(drop)
}

/// `collection.size`
pub fn size(collection: &Value) -> JsResult<u32> {
    let size = match kind(collection)? {
        Kind::Map => readers().map_size(collection)?,
        Kind::Set => readers().set_size(collection)?,
        Kind::WeakMap | Kind::WeakSet => return Err(wrong("a Map or Set")),
    };
    Ok(u32::try_from(size).unwrap_or(u32::MAX))
}

/// Some entries of a map.
pub fn entries(map: &Value, start: u32, count: u32) -> JsResult<Vec<(Output, Output)>> {
    if kind(map)? != Kind::Map {
        return Err(wrong("a Map"));
    }
    let entries = intrinsics().map_start(map, end(start, count))?;
    let entries = entries.into_iter().skip(start as usize);
    Ok(entries
        .map(|[key, value]| (output(key), output(value)))
        .collect())
}

/// Some members of a set.
pub fn members(set: &Value, start: u32, count: u32) -> JsResult<Vec<Output>> {
    if kind(set)? != Kind::Set {
        return Err(wrong("a Set"));
    }
    let members = intrinsics().set_start(set, end(start, count))?;
    Ok(members
        .into_iter()
        .skip(start as usize)
        .map(output)
        .collect())
}

fn end(start: u32, count: u32) -> usize {
    start.saturating_add(count) as usize
}

/// Milliseconds of a date.
pub fn time(date: &Value) -> JsResult<f64> {
    Method::DateGetTime.call(date, &[])?.to_number()
}

/// `date.setTime(milliseconds)`
pub fn set_time(date: &Value, milliseconds: f64) -> JsResult<()> {
    let milliseconds = Value::number(milliseconds);
    Method::DateSetTime.call(date, &[milliseconds]).map(drop)
}

/// `new Map(entries)`
pub fn new_map(entries: Vec<(Value, Value)>) -> JsResult<Value> {
    let map = intrinsics().new_map()?;
    for (key, value) in entries {
        Method::MapSet.call(&map, &[key, value])?;
    }
    Ok(map)
}

/// `new Set(members)`
pub fn new_set(members: Vec<Value>) -> JsResult<Value> {
    let set = intrinsics().new_set()?;
    for member in members {
        Method::SetAdd.call(&set, &[member])?;
    }
    Ok(set)
}
