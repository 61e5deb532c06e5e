//! Answers requests for key-value storage and for settings. WASI does both without waiting.

use jsvm_component_data::Value;
use jsvm_protocol::keyvalue::page;
use jsvm_protocol::{config as settings, keyvalue as storage};

use crate::bindings::jsvm::standalone::{config, keyvalue};
use crate::outcome::{Outcome, type_error};
use crate::request::{Args, ServiceRequest};

/// JavaScript numbers hold all whole numbers below this one.
const MAX_EXACT: u64 = 1 << 53;

/// Answers a request.
pub fn answer(request: ServiceRequest) -> Outcome {
    let ServiceRequest { name, mut args } = request;
    let answered = match &*name {
        settings::GET => {
            let value = config::get(&key(&mut args)?);
            value.map(|value| value.map_or(Value::Undefined, Value::Text))
        }
        settings::GET_ALL => config::get_all().map(|all| {
            let pairs = all.into_iter();
            let pairs = pairs.map(|(name, value)| [name, value].map(Value::Text).into());
            Value::List(pairs.map(Value::List).collect())
        }),
        name => return answer_keyvalue(name, args.text().as_deref(), args),
    };
    answered.map_err(type_error)
}

fn answer_keyvalue(name: &str, store: Option<&str>, mut args: Args) -> Outcome {
    if name == storage::LIST {
        let listed = keyvalue::list_keys(store, args.text().as_deref()).map_err(type_error)?;
        let keys = listed.keys.into_iter().map(Value::Text).collect();
        let next = listed.next.map_or(Value::Undefined, Value::Text);
        return Ok(Value::object([
            (page::KEYS, Value::List(keys)),
            (page::NEXT, next),
        ]));
    }
    let key = key(&mut args)?;
    let done = |()| Value::Undefined;
    let answered = match (name, args.value()) {
        (storage::GET, _) => {
            let found = keyvalue::get(store, &key);
            found.map(|found| found.map_or(Value::Undefined, Value::Bytes))
        }
        (storage::SET, Value::Bytes(bytes)) => keyvalue::set(store, &key, &bytes).map(done),
        (storage::SET, _) => Err("a value is bytes".to_owned()),
        (storage::DELETE, _) => keyvalue::delete(store, &key).map(done),
        (storage::EXISTS, _) => keyvalue::exists(store, &key).map(Value::Bool),
        (storage::INCREMENT, Value::Number(delta))
            if delta.fract() == 0.0 && delta.abs() < MAX_EXACT as f64 =>
        {
            keyvalue::increment(store, &key, delta as i64).and_then(number)
        }
        (storage::INCREMENT, _) => Err("the increment is not a whole number".to_owned()),
        (name, _) => Err(format!("{name} is not available in this file")),
    };
    answered.map_err(type_error)
}

fn number(sum: i64) -> Result<Value, String> {
    if sum.unsigned_abs() < MAX_EXACT {
        Ok(Value::Number(sum as f64))
    } else {
        Err(format!(
            "the sum is {sum}, which a JavaScript number cannot hold"
        ))
    }
}

fn key(args: &mut Args) -> Result<String, Value> {
    args.text().ok_or_else(|| type_error("a key is a string"))
}
