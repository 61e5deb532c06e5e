//! Comparing, searching and changing bytes, for `Buffer`.

use crate::js::{Call, JsResult, Thrown, Value};
use crate::web::functions;
use crate::web::{bytes_of, write_bytes};

pub fn add_to(tools: &Value) -> JsResult<()> {
    functions! { tools;
        "compareBytes" 2 => compare,
        "indexOfBytes" 5 => index_of,
        "swapBytes" 2 => swap,
        "isUtf8" 1 => |call| {
            Ok(Value::boolean(str::from_utf8(&bytes_of(&call.arg(0))?).is_ok()))
        },
        "isAscii" 1 => |call| Ok(Value::boolean(bytes_of(&call.arg(0))?.is_ascii())),
    }
    Ok(())
}

/// `compareBytes(a, b)`: -1, 0 or 1.
fn compare(call: Call<'_>) -> JsResult<Value> {
    let order = bytes_of(&call.arg(0))?.cmp(&bytes_of(&call.arg(1))?);
    Ok(Value::number(f64::from(order as i8)))
}

/// `indexOfBytes(bytes, wanted, from, isForward, step)`: where `wanted` begins first, or last if not
/// `isForward`; only at multiples of `step`. -1 if nowhere.
fn index_of(call: Call<'_>) -> JsResult<Value> {
    let (bytes, wanted) = (bytes_of(&call.arg(0))?, bytes_of(&call.arg(1))?);
    let from = call.arg(2).to_number()?.max(0.0) as usize;
    let step = (call.arg(4).as_number().unwrap_or(1.0) as usize).max(1);
    let Some(last) = bytes.len().checked_sub(wanted.len()) else {
        return Ok(Value::number(-1.0));
    };
    let is_at = |at: &usize| bytes[*at..].starts_with(&wanted);
    let found = match call.arg(3).to_boolean() {
        true if wanted.len() > MAX_SIMPLE => find(&bytes, &wanted, from, step),
        true => (from.next_multiple_of(step)..=last)
            .step_by(step)
            .find(is_at),
        false => (0..last.min(from) + 1)
            .rev()
            .filter(|at| at.is_multiple_of(step))
            .find(is_at),
    };
    Ok(Value::number(found.map_or(-1.0, |at| at as f64)))
}

/// Above this length, a search that takes linear time is used.
const MAX_SIMPLE: usize = 32;

/// The first place of `wanted` by the algorithm of Knuth, Morris and Pratt, which takes linear time
/// for any input.
fn find(bytes: &[u8], wanted: &[u8], from: usize, step: usize) -> Option<usize> {
    let mut borders = vec![0; wanted.len()];
    let mut border = 0;
    for at in 1..wanted.len() {
        while border > 0 && wanted[at] != wanted[border] {
            border = borders[border - 1];
        }
        border += usize::from(wanted[at] == wanted[border]);
        borders[at] = border;
    }
    let mut matched = 0;
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        while matched > 0 && *byte != wanted[matched] {
            matched = borders[matched - 1];
        }
        matched += usize::from(*byte == wanted[matched]);
        if matched == wanted.len() {
            let start = at + 1 - matched;
            if start.is_multiple_of(step) {
                return Some(start);
            }
            matched = borders[matched - 1];
        }
    }
    None
}

/// `swapBytes(bytes, size)`: reverses each group of `size` bytes.
fn swap(call: Call<'_>) -> JsResult<Value> {
    let mut bytes = bytes_of(&call.arg(0))?;
    let size = call.arg(1).as_number().unwrap_or(0.0) as usize;
    if size == 0 {
        return Err(Thrown::range_error("a group has no bytes"));
    }
    bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    write_bytes(&call.arg(0), 0, &bytes)?;
    Ok(Value::UNDEFINED)
}
