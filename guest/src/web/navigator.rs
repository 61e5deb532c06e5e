//! What `navigator` says of this VM.

use super::functions;
use crate::js::{JsResult, Value};

const USER_AGENT: &str = concat!("jsvm/", env!("CARGO_PKG_VERSION"));

pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "userAgent" 0 => |_| Value::text(USER_AGENT),
    }
    Ok(())
}
