//! `toLocaleString` of numbers, dates and lists. The formats are in `guest/web/locale.js` and
//! `locale-date.js`, which run at the first use.

use super::functions;
use super::parts::named_part;
use crate::bindings::exports::jsvm::engine::realm::TimeZoneName;
use crate::js::{self, Call, JsResult, Property, Tag, Thrown, Value};
use crate::realm::intrinsics;
use crate::time_zone;

/// The helpers of both parts.
pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "isLocale" 1 => |call| Ok(Value::boolean(is_locale(&call.arg(0).to_lossy()?))),
        "isCurrency" 1 => |call| {
            let code = call.arg(0).to_lossy()?;
            let is_letter = |byte: u8| byte.is_ascii_uppercase();
            Ok(Value::boolean(code.len() == 3 && code.bytes().all(is_letter)))
        },
        "isUTC" 0 => |_| Ok(Value::boolean(matches!(zone_name().as_str(), "UTC" | "Etc/UTC"))),
        "zoneName" 0 => |_| Value::text(&zone_name()),
    }
    Ok(())
}

/// The name of the VM's time zone, as ECMAScript has it.
fn zone_name() -> String {
    match time_zone::name() {
        TimeZoneName::Rules(name) => name,
        TimeZoneName::Fixed(0) => "UTC".to_owned(),
        TimeZoneName::Fixed(minutes) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.abs();
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
    }
}

/// Whether text has the form of a language tag.
fn is_locale(text: &str) -> bool {
    let mut subtags = text.split('-');
    let is_language = subtags.next().is_some_and(|language| {
        matches!(language.len(), 2..=3 | 5..=8)
            && language.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    is_language
        && subtags.all(|subtag| {
            matches!(subtag.len(), 1..=8) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Replaces the methods of the engine, which know no options.
pub fn install(global: &Value) -> JsResult<()> {
    let prototype = |class: &str| global.get(class)?.get("prototype");
    for class in ["Number", "BigInt"] {
        let method = js::function("toLocaleString", 0, &[Value::text(class)?], number)?;
        prototype(class)?.define("toLocaleString", method, Property::HIDDEN)?;
    }
    for (name, wanted) in [
        ("toLocaleString", "any"),
        ("toLocaleDateString", "date"),
        ("toLocaleTimeString", "time"),
    ] {
        let method = js::function(name, 0, &[Value::text(wanted)?], date)?;
        prototype("Date")?.define(name, method, Property::HIDDEN)?;
    }
    for list in [prototype("Array")?, prototype("Int8Array")?.prototype()?] {
        let engine = list.get("toLocaleString")?;
        let method = js::function("toLocaleString", 0, &[engine], elements)?;
        list.define("toLocaleString", method, Property::HIDDEN)?;
    }
    Ok(())
}

/// `toLocaleString(locales, options)` of an array. The engine's method gives its elements no arguments.
fn elements(call: Call<'_>) -> JsResult<Value> {
    if call.arg(0).is_undefined() && call.arg(1).is_undefined() {
        let engine = call.data.first().cloned().unwrap_or(Value::UNDEFINED);
        return engine.call(call.this, &[]);
    }
    let format = named_part("locale")?.get("formatElements")?;
    format.call(
        &Value::UNDEFINED,
        &[call.this.clone(), call.arg(0), call.arg(1)],
    )
}

/// `toLocaleString(locales, options)` of a number or `BigInt`.
fn number(call: Call<'_>) -> JsResult<Value> {
    let class = call
        .data
        .first()
        .map_or(Ok(String::new()), Value::to_lossy)?;
    let tag = match class.as_str() {
        "Number" => Tag::Number,
        _ => Tag::BigInt,
    };
    let value = match call.this.is_object() && call.this.class_name().as_deref() == Some(&*class) {
        true => intrinsics().unboxed(call.this)?,
        false => call.this.clone(),
    };
    if value.tag() != tag {
        let message = format!("{class}.prototype.toLocaleString: this is not a {class}");
        return Err(Thrown::type_error(&message));
    }
    let format = named_part("locale")?.get("formatNumber")?;
    format.call(&Value::UNDEFINED, &[value, call.arg(0), call.arg(1)])
}

/// `toLocaleString(locales, options)` of a date.
fn date(call: Call<'_>) -> JsResult<Value> {
    let format = named_part("locale-date")?.get("formatDate")?;
    let wanted = call.data.first().cloned().unwrap_or(Value::UNDEFINED);
    let args = [call.this.clone(), wanted, call.arg(0), call.arg(1)];
    format.call(&Value::UNDEFINED, &args)
}
