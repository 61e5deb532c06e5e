//! The clocks of `performance` and of events.

use super::functions;
use crate::clock;
use crate::js::{JsResult, Value};

pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "now" 0 => |_| Ok(Value::number(clock::monotonic_milliseconds())),
        "wallTime" 0 => |_| Ok(Value::number(clock::wall_milliseconds())),
    }
    Ok(())
}
