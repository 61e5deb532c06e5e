//! `URL` and `URLSearchParams` (URL Standard), with the crates `url` and `form_urlencoded`.

mod file;
mod other;
mod record;

use url::form_urlencoded;

use super::functions;
use crate::js::{self, Call, JsResult, Tag, Value};
use record::Record;

pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "parse" 2 => parse,
        // Text that begins with one ASCII character, without it.
        "skip" 1 => |call| Value::text(call.arg(0).to_lossy()?.get(1..).unwrap_or_default()),
        "get" 2 => get,
        "set" 3 => set,
        "setQuery" 2 => set_query,
        "parseQuery" 1 => parse_query,
        "writeQuery" 1 => |call| write_query(&call.arg(0)).and_then(|text| Value::text(&text)),
        "sort" 1 => sort,
    }
    Ok(())
}

/// `parse(text, base)`: the record of a URL; nothing if it is none. Both are converted to text, and
/// `base` can be left out.
fn parse(call: Call<'_>) -> JsResult<Value> {
    let text = call.arg(0).to_lossy()?;
    let base = call.arg(1);
    let base = if base.is_undefined() {
        None
    } else {
        match Record::parse(&base.to_lossy()?, None) {
            Some(base) => Some(base),
            None => return Ok(Value::UNDEFINED),
        }
    };
    match Record::parse(&text, base.as_ref()) {
        Some(record) => js::hold(record),
        None => Ok(Value::UNDEFINED),
    }
}

fn number(value: &Value) -> u32 {
    value.as_number().unwrap_or(0.0) as u32
}

/// `get(url, member)`, by the order of members in `url.js`.
fn get(call: Call<'_>) -> JsResult<Value> {
    let member = number(&call.arg(1));
    let text = call.arg(0).with_held(|url: &mut Record| url.get(member))?;
    Value::text(&text)
}

/// `set(url, member, text)` returns whether that is a URL, which only `href` asks.
fn set(call: Call<'_>) -> JsResult<Value> {
    let (member, text) = (number(&call.arg(1)), call.arg(2).to_lossy()?);
    let done = call
        .arg(0)
        .with_held(|url: &mut Record| url.set(member, text.as_str()))?;
    Ok(Value::boolean(done))
}

/// `setQuery(url, pairs)`: an empty list takes the query away.
fn set_query(call: Call<'_>) -> JsResult<Value> {
    let query = write_query(&call.arg(1))?;
    call.arg(0).with_held(|url: &mut Record| {
        url.set_query(if query.is_empty() { None } else { Some(&query) });
    })?;
    Ok(Value::UNDEFINED)
}

/// The names and values of a query, one after the other.
pub fn parse_query(call: Call<'_>) -> JsResult<Value> {
    query_pairs(call.arg(0).to_lossy()?.as_bytes())
}

/// The names and values of a query in bytes.
pub fn query_pairs(query: &[u8]) -> JsResult<Value> {
    let mut pairs = Vec::new();
    for (name, value) in form_urlencoded::parse(query) {
        pairs.push(Value::text(&name)?);
        pairs.push(Value::text(&value)?);
    }
    Value::array_of(pairs)
}

/// The elements of a list that the part made.
fn elements(list: &Value) -> JsResult<Vec<Value>> {
    let len = number(&list.get("length")?);
    (0..len).map(|index| list.get(index)).collect()
}

fn write_query(pairs: &Value) -> JsResult<String> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for pair in elements(pairs)?.chunks_exact(2) {
        query.append_pair(&pair[0].to_lossy()?, &pair[1].to_lossy()?);
    }
    Ok(query.finish())
}

/// Names and values by the code units of the names; equal names stay in order.
fn sort(call: Call<'_>) -> JsResult<Value> {
    let mut pairs = Vec::new();
    for pair in elements(&call.arg(0))?.chunks_exact(2) {
        debug_assert!(pair[0].tag() == Tag::String);
        pairs.push((pair[0].to_utf16()?, pair.to_vec()));
    }
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    Value::array_of(pairs.into_iter().flat_map(|(_, pair)| pair).collect())
}
