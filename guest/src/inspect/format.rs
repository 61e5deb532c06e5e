//! Several values as one text, with the format specifiers of the Console Standard.

use super::collection::more;
use super::primitive::{number_text, start, string_len};
use super::{Options, peek, try_inspect};
use crate::js::{JsResult, Tag, Thrown, Value};
use crate::realm::{intrinsics, readers};

/// The most code units of a string that is not nested.
const MAX_TEXT: usize = 16 << 20;

/// Writes values as `console.log` does: separated by spaces, strings as they are, specifiers in
/// the first one replaced.
///
/// The specifiers `%s`, `%d`, `%i`, `%f` and `%j` convert as the language does and so can run
/// code of a script; if that throws, the text says so.
///
/// # Errors
/// Only the interrupt of a script, which nothing may swallow.
pub fn format(args: &[Value], options: &Options) -> JsResult<String> {
    let Some((first, rest)) = args.split_first() else {
        return Ok(String::new());
    };
    let (mut text, rest) = if first.tag() != Tag::String {
        (try_inspect(first, options)?, rest)
    } else if rest.is_empty() {
        return plain(first);
    } else {
        substitute(&plain(first)?, rest, options)?
    };
    for value in rest {
        text.push(' ');
        if value.tag() == Tag::String {
            text.push_str(&plain(value)?);
        } else {
            text.push_str(&try_inspect(value, options)?);
        }
    }
    Ok(text)
}

/// A string as it is, up to a length that nobody wants to read.
pub fn plain(value: &Value) -> JsResult<String> {
    let len = string_len(value);
    let text = start(value, MAX_TEXT)?.to_lossy()?;
    Ok(if len > MAX_TEXT {
        text + &more(len - MAX_TEXT, "character")
    } else {
        text
    })
}

/// Replaces the specifiers in `template` and returns the values that it did not use.
fn substitute<'a>(
    template: &str,
    mut values: &'a [Value],
    options: &Options,
) -> JsResult<(String, &'a [Value])> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('%') {
        let (before, specifier) = rest.split_at(start);
        text.push_str(before);
        let letter = specifier.as_bytes().get(1).copied();
        if letter == Some(b'%') {
            text.push('%');
            rest = &specifier[2..];
            continue;
        }
        let (
            Some(letter @ (b's' | b'd' | b'i' | b'f' | b'j' | b'o' | b'O' | b'c')),
            Some((value, others)),
        ) = (letter, values.split_first())
        else {
            text.push('%');
            rest = &specifier[1..];
            continue;
        };
        values = others;
        rest = &specifier[2..];
        text.push_str(&or_placeholder(convert(letter, value, options))?);
    }
    text.push_str(rest);
    Ok((text, values))
}

/// What a specifier makes of a value.
fn convert(specifier: u8, value: &Value, options: &Options) -> JsResult<String> {
    let tag = value.tag();
    match specifier {
        b'c' => Ok(String::new()),
        b'j' => stringify(value),
        b'O' => try_inspect(value, options),
        b'o' => {
            let options = Options {
                show_hidden: true,
                show_proxy: true,
                depth: 4,
                ..*options
            };
            try_inspect(value, &options)
        }
        b's' => string(value, options),
        b'd' | b'i' if tag == Tag::BigInt => Ok(format!("{}n", value.to_lossy()?)),
        _ if tag == Tag::Symbol => Ok("NaN".to_owned()),
        b'd' => number_text(&readers().to_number(value)?),
        b'i' => number_text(&readers().parse_int(value)?),
        _ => number_text(&readers().parse_float(value)?),
    }
}

/// `%s`: as `String(value)`, but objects that have no conversion of their own are inspected.
fn string(value: &Value, options: &Options) -> JsResult<String> {
    match value.tag() {
        Tag::Number => number_text(value),
        Tag::BigInt => Ok(format!("{}n", value.to_lossy()?)),
        Tag::Object if !value.is_function() && !has_own_conversion(value) => {
            let options = Options {
                depth: 0,
                colors: false,
                ..*options
            };
            try_inspect(value, &options)
        }
        _ => plain(&readers().to_string(value)?),
    }
}

/// Whether a script gave the object a conversion to a string.
fn has_own_conversion(object: &Value) -> bool {
    let Some(object) = peek::resolve(object) else {
        return false;
    };
    let to_primitive = intrinsics().well_known("toPrimitive");
    peek::chain(&object)
        .find(|holder| {
            peek::own(holder, "toString").is_some()
                || to_primitive.as_ref().is_some_and(|symbol| {
                    peek::own(holder, crate::js::Key::Value(symbol)).is_some()
                })
        })
        .is_some_and(|holder| {
            if holder.strict_equals(&object) {
                return true;
            }
            let constructor = peek::own_value(&holder, "constructor");
            constructor.is_none_or(|constructor| {
                !constructor.is_function() || readers().is_scripted(&constructor)
            })
        })
}

fn stringify(value: &Value) -> JsResult<String> {
    let json = readers().stringify(value).and_then(|json| plain(&json));
    json.or_else(|thrown| {
        let message = peek::get_text(&thrown.0, "message");
        if thrown.0.is_error() && message.as_deref() == Some("circular reference") {
            Ok("[Circular]".to_owned())
        } else {
            Err(thrown)
        }
    })
}

/// What stands for a value whose conversion threw.
pub fn or_placeholder(result: JsResult<String>) -> JsResult<String> {
    result.or_else(|thrown| {
        if thrown.is_interrupt() {
            return Err(thrown);
        }
        let Thrown(reason) = thrown;
        Ok(match peek::get_text(&reason, "message") {
            Some(message) => format!("<Inspection threw ({message})>"),
            None => "<Inspection threw>".to_owned(),
        })
    })
}
