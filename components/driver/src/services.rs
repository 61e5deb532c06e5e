//! Requests for key-value storage and for settings. WASI has them without waiting.

use jsvm_component_data::Value;

use crate::bindings::jsvm::standalone::{config, keyvalue};
use crate::task::{Outcome, type_error};

/// Whole numbers from here on are not all numbers of JavaScript.
const INEXACT: u64 = 1 << 53;

/// Whether a request is one of these.
pub fn knows(name: &str) -> bool {
    name.starts_with("jsvm:keyvalue-") || name.starts_with("jsvm:config-")
}

/// Carries it out.
pub fn answer(name: &str, args: Vec<Value>) -> Outcome {
    let mut args = args.into_iter();
    let mut next = || args.next().unwrap_or(Value::Undefined);
    let answered = match name {
        "jsvm:config-get" => {
            let value = config::get(&text(next())?);
            value.map(|value| value.map_or(Value::Undefined, Value::Text))
        }
        "jsvm:config-get-all" => config::get_all().map(|all| {
            let pairs = all.into_iter();
            let pairs = pairs.map(|(name, value)| [name, value].map(Value::Text).into());
            Value::List(pairs.map(Value::List).collect())
        }),
        name => {
            let store = next().into_text();
            return keys(name, store.as_deref(), next(), next());
        }
    };
    answered.map_err(type_error)
}

fn keys(name: &str, store: Option<&str>, key: Value, value: Value) -> Outcome {
    if name == "jsvm:keyvalue-list" {
        let page = keyvalue::list_keys(store, key.into_text().as_deref()).map_err(type_error)?;
        let keys = page.keys.into_iter().map(Value::Text).collect();
        let next = page.next.map_or(Value::Undefined, Value::Text);
        return Ok(Value::object([("keys", Value::List(keys)), ("next", next)]));
    }
    let key = text(key)?;
    let done = |()| Value::Undefined;
    let answered = match name {
        "jsvm:keyvalue-get" => {
            let found = keyvalue::get(store, &key);
            found.map(|found| found.map_or(Value::Undefined, Value::Bytes))
        }
        "jsvm:keyvalue-set" => match value {
            Value::Bytes(bytes) => keyvalue::set(store, &key, &bytes).map(done),
            _ => Err("a value is bytes".to_owned()),
        },
        "jsvm:keyvalue-delete" => keyvalue::delete(store, &key).map(done),
        "jsvm:keyvalue-exists" => keyvalue::exists(store, &key).map(Value::Bool),
        "jsvm:keyvalue-increment" => match value {
            Value::Number(delta) if delta.fract() == 0.0 && delta.abs() < INEXACT as f64 => {
                keyvalue::increment(store, &key, delta as i64).and_then(number)
            }
            _ => Err("what is added is a whole number".to_owned()),
        },
        name => Err(format!("{name} is not available in this file")),
    };
    answered.map_err(type_error)
}

fn number(sum: i64) -> Result<Value, String> {
    match sum.unsigned_abs() < INEXACT {
        true => Ok(Value::Number(sum as f64)),
        false => Err(format!(
            "the sum is {sum}, which is no number of JavaScript"
        )),
    }
}

fn text(value: Value) -> Result<String, Value> {
    value
        .into_text()
        .ok_or_else(|| type_error("a key is a string"))
}
