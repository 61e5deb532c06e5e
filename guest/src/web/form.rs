//! `multipart/form-data` (RFC 7578), as HTML writes it and Fetch reads it.

use data_url::mime::Mime;
use percent_encoding::percent_decode_str;

use super::{blob, bytes, functions, url};
use crate::js::{Call, JsResult, Value};

pub fn natives(object: &Value) -> JsResult<()> {
    blob::natives(object)?;
    functions! { object;
        "writeForm" 1 => write,
        "readForm" 2 => read,
        // Of bytes: a byte order mark at the start belongs to the first name.
        "parseQueryBytes" 1 => |call| url::query_pairs(&bytes::to_vec(&call.arg(0))?),
        "essence" 1 => |call| {
            let kind = media_type(&call.arg(0).to_lossy()?);
            Value::text(&kind.map_or(String::new(), |kind| kind.type_ + "/" + &kind.subtype))
        },
    }
    Ok(())
}

/// A media type (MIME Sniffing Standard).
pub fn media_type(text: &str) -> Option<Mime> {
    text.parse().ok()
}

/// A parameter of a header's value, with what quotes escape.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    let mut rest = text.split_once(';')?.1;
    loop {
        rest = rest.trim_start();
        let (name, after) = rest.split_once('=')?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = after.find(';').unwrap_or(after.len());
                let (value, after) = after.split_at(end);
                (value.trim().to_owned(), after)
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after.trim_start().strip_prefix(';')?;
    }
}

/// The text of an extended value (RFC 8187): `UTF-8'en'na%C3%AFve`.
fn extended(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language, text) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    match charset.trim().to_ascii_lowercase().as_str() {
        "utf-8" => Some(String::from_utf8_lossy(&bytes).into_owned()),
        "iso-8859-1" => Some(bytes.into_iter().map(char::from).collect()),
        _ => None,
    }
}

/// What is before the closing quote, and what is behind it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => {
                // Browsers do not escape the backslash in names of files.
                if character != '"' && character != '\\' {
                    value.push('\\');
                }
                value.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((value, &text[at + 1..])),
            _ => value.push(character),
        }
    }
    None
}

/// Line ends as HTML wants them.
fn with_crlf(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.replace('\n', "\r\n")
}

fn escape(name: &str) -> String {
    let name = name.replace('\r', "%0D").replace('\n', "%0A");
    name.replace('"', "%22")
}

fn unescape(name: &str) -> String {
    let name = name.replace("%0D", "\r").replace("%0A", "\n");
    name.replace("%22", "\"")
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        let at = from
            + haystack
                .get(from..)?
                .iter()
                .position(|byte| *byte == first)?;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// `writeForm(list)`: of names, values, names of files and their types, one after the other, the
/// boundary and the bytes. A value is text or has bytes.
///
/// The boundary is the first of a row that is nowhere in the form: so it takes no entropy, and
/// whoever writes a value cannot end it.
fn write(call: Call<'_>) -> JsResult<Value> {
    let list = call.arg(0);
    let len = list.get("length")?.as_number().unwrap_or(0.0) as u32;
    let text = |index: u32| list.get(index)?.to_lossy();
    let mut parts = Vec::new();
    for index in (0..len).step_by(4) {
        let name = escape(&with_crlf(&text(index)?));
        let value = list.get(index + 1)?;
        let mut head = format!("Content-Disposition: form-data; name=\"{name}\"");
        let content = if value.is_object() {
            let (file, kind) = (escape(&text(index + 2)?), text(index + 3)?);
            let kind = if kind.is_empty() {
                "application/octet-stream"
            } else {
                &kind
            };
            head += &format!("; filename=\"{file}\"\r\nContent-Type: {kind}");
            bytes::to_vec(&value)?
        } else {
            with_crlf(&value.to_lossy()?).into_bytes()
        };
        parts.push((head, content));
    }
    let boundary = (0_u64..)
        .map(|number| format!("----jsvm-form-{number:016}"))
        .find(|boundary| {
            let is_in = |text: &[u8]| find(text, boundary.as_bytes()).is_some();
            !parts
                .iter()
                .any(|(head, content)| is_in(head.as_bytes()) || is_in(content))
        })
        .unwrap_or_default();
    let mut all = Vec::new();
    for (head, content) in parts {
        all.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
        all.extend_from_slice(&content);
        all.extend_from_slice(b"\r\n");
    }
    all.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Value::array_of(vec![Value::text(&boundary)?, bytes::uint8_array(&all)?])
}

/// One part of a form.
struct Entry {
    name: String,
    /// Name and type of a file.
    file: Option<(String, String)>,
    content: Vec<u8>,
}

/// `readForm(type, bytes)`: a list as `writeForm` takes it, in which a value that is no file has no
/// name of a file; nothing if the bytes are no such form.
fn read(call: Call<'_>) -> JsResult<Value> {
    let kind = media_type(&call.arg(0).to_lossy()?);
    let boundary = kind
        .as_ref()
        .and_then(|kind| kind.get_parameter("boundary"));
    let Some(boundary) = boundary else {
        return Ok(Value::UNDEFINED);
    };
    let Some(entries) = entries(&bytes::to_vec(&call.arg(1))?, boundary) else {
        return Ok(Value::UNDEFINED);
    };
    let mut list = Vec::with_capacity(entries.len() * 4);
    for entry in entries {
        list.push(Value::text(&entry.name)?);
        match entry.file {
            Some((name, kind)) => {
                list.push(Value::array_buffer_of(entry.content)?);
                list.push(Value::text(&name)?);
                list.push(Value::text(&kind)?);
            }
            None => {
                list.push(Value::text(&String::from_utf8_lossy(&entry.content))?);
                list.extend([Value::UNDEFINED, Value::UNDEFINED]);
            }
        }
    }
    Value::array_of(list)
}

fn entries(bytes: &[u8], boundary: &str) -> Option<Vec<Entry>> {
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let mut entries = Vec::new();
    // What is before the first boundary does not count.
    let mut rest = match bytes.strip_prefix(first.as_bytes()) {
        Some(rest) => rest,
        None => &bytes[find(bytes, next.as_bytes())? + next.len()..],
    };
    loop {
        if rest.starts_with(b"--") {
            return Some(entries);
        }
        // White space may follow a boundary.
        let line = find(rest, b"\r\n")?;
        if !rest[..line].iter().all(|byte| b" \t".contains(byte)) {
            return None;
        }
        rest = &rest[line + 2..];
        let (name, file, after) = head(rest)?;
        let end = find(after, next.as_bytes())?;
        entries.push(Entry {
            name,
            file,
            content: after[..end].to_vec(),
        });
        rest = &after[end + next.len()..];
    }
}

type Head<'a> = (String, Option<(String, String)>, &'a [u8]);

/// Name and file of a part by its headers, and what is behind them.
fn head(bytes: &[u8]) -> Option<Head<'_>> {
    let (mut name, mut file, mut kind) = (None, None, None);
    let mut rest = bytes;
    loop {
        let end = find(rest, b"\r\n")?;
        let (line, after) = (&rest[..end], &rest[end + 2..]);
        rest = after;
        if line.is_empty() {
            break;
        }
        let line = String::from_utf8_lossy(line);
        let (key, value) = line.split_once(':')?;
        match &*key.trim().to_ascii_lowercase() {
            "content-disposition" => {
                let what = value.split(';').next().unwrap_or_default();
                if !what.trim().eq_ignore_ascii_case("form-data") {
                    return None;
                }
                name = parameter(value, "name");
                file = parameter(value, "filename")
                    .map(|file| unescape(&file))
                    .or_else(|| extended(&parameter(value, "filename*")?));
            }
            "content-type" => kind = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let kind = kind.unwrap_or_else(|| "text/plain".to_owned());
    let file = file.map(|file| (file, kind));
    Some((unescape(&name?), file, rest))
}
