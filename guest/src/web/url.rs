//! `URL` and `URLSearchParams` (URL Standard), with the crates `url` and `form_urlencoded`.

use url::{Position, Url, form_urlencoded, quirks};

use super::functions;
use crate::js::{self, Call, JsResult, Tag, Value};

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
        match Url::parse(&base.to_lossy()?) {
            Ok(base) => Some(base),
            Err(_) => return Ok(Value::UNDEFINED),
        }
    };
    match Url::options().base_url(base.as_ref()).parse(&text) {
        Ok(url) => js::hold(url),
        Err(_) => Ok(Value::UNDEFINED),
    }
}

fn number(value: &Value) -> u32 {
    value.as_number().unwrap_or(0.0) as u32
}

/// `get(url, member)`, by the order of members in `url.js`.
fn get(call: Call<'_>) -> JsResult<Value> {
    let member = number(&call.arg(1));
    let text = call.arg(0).with_held(|url: &mut Url| match member {
        1 => origin(url),
        2 => quirks::protocol(url).to_owned(),
        3 => quirks::username(url).to_owned(),
        4 => quirks::password(url).to_owned(),
        5 => quirks::host(url).to_owned(),
        6 => quirks::hostname(url).to_owned(),
        7 => quirks::port(url).to_owned(),
        8 => quirks::pathname(url).to_owned(),
        9 => quirks::search(url).to_owned(),
        10 => quirks::hash(url).to_owned(),
        _ => quirks::href(url).to_owned(),
    })?;
    Value::text(&text)
}

/// `set(url, member, text)` returns whether that is a URL, which only `href` asks.
fn set(call: Call<'_>) -> JsResult<Value> {
    let (member, text) = (number(&call.arg(1)), call.arg(2).to_lossy()?);
    let text = text.as_str();
    let done = call.arg(0).with_held(|url: &mut Url| {
        // What cannot be set stays as it is.
        let _ = match member {
            0 => return quirks::set_href(url, text).is_ok(),
            2 => quirks::set_protocol(url, text),
            3 => quirks::set_username(url, text),
            4 => quirks::set_password(url, text),
            5 => keep_path(quirks::set_host(url, text), url),
            6 => keep_path(quirks::set_hostname(url, text), url),
            7 => quirks::set_port(url, text),
            8 => {
                set_path(url, text);
                Ok(())
            }
            9 => {
                quirks::set_search(url, text);
                Ok(())
            }
            _ => {
                quirks::set_hash(url, text);
                Ok(())
            }
        };
        true
    })?;
    Ok(Value::boolean(done))
}

/// The origin. The crate follows `blob:` URLs to any scheme, the standard to those of the web only.
fn origin(url: &Url) -> String {
    let is_of_web = |url: Url| matches!(url.scheme(), "http" | "https");
    if url.scheme() == "blob" && !Url::parse(url.path()).is_ok_and(is_of_web) {
        return "null".to_owned();
    }
    quirks::origin(url)
}

/// After the host was set: a `/.` that kept an empty first segment from being taken for a host goes.
fn keep_path(result: Result<(), ()>, url: &mut Url) -> Result<(), ()> {
    if url.has_authority()
        && url[Position::AfterPort..].starts_with("/.//")
        && let Ok(parsed) = Url::parse(url.as_str())
    {
        *url = parsed;
    }
    result
}

/// Sets the path. The crate has another path than the standard for schemes that are not special.
fn set_path(url: &mut Url, text: &str) {
    const SPECIAL: [&str; 6] = ["http", "https", "ws", "wss", "ftp", "file"];
    if url.cannot_be_a_base() || SPECIAL.contains(&url.scheme()) {
        quirks::set_pathname(url, text);
        return;
    }
    // What would end the path, or be cut off at the end of a URL.
    let mut path = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '?' | '#' | ' ' | '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' => {
                path.push_str(&format!("%{:02X}", u32::from(character)));
            }
            _ => path.push(character),
        }
    }
    if !path.is_empty() && !path.starts_with('/') || path.is_empty() && !url.has_authority() {
        path.insert(0, '/');
    }
    let before = &url[..Position::BeforePath];
    let before = match url.has_authority() {
        true => before.to_owned(),
        // So that no segment is taken for a host.
        false => format!("{}:/.", url.scheme()),
    };
    let written = format!("{before}{path}{}", &url[Position::AfterPath..]);
    if let Ok(parsed) = Url::parse(&written) {
        *url = parsed;
    }
}

/// `setQuery(url, pairs)`: an empty list takes the query away.
fn set_query(call: Call<'_>) -> JsResult<Value> {
    let query = write_query(&call.arg(1))?;
    call.arg(0).with_held(|url: &mut Url| {
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
