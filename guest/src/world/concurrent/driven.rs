//! A service: tasks of its driver wait for what goes on here.

use jsvm_abi::adapter::{CANCEL_WAIT, DRIVEN, WAIT_FOR_EVENT};

use super::waitable;
use crate::js::{self, JsResult, Value};
use crate::{request, root};

/// Whether a driver calls the VM.
pub fn is_driven() -> bool {
    root::get(DRIVEN).is_some()
}

/// Has the driver wait for an event.
///
/// # Errors
/// The VM has no memory.
pub fn wait(waitable: u32) -> JsResult<()> {
    let waitable = Value::number(waitable.into());
    let data = std::slice::from_ref(&waitable);
    let happened = js::function("", 1, data, happened)?;
    // A driver that cannot wait rejects the request. What goes on is never over then.
    request::add(WAIT_FOR_EVENT, data, happened, ignored()?)
}

/// Has the driver stop waiting. What goes on is cancelled when the driver has.
///
/// # Errors
/// The VM has no memory.
pub fn cancel(waitable: u32) -> JsResult<()> {
    let args = [Value::number(waitable.into())];
    request::add(CANCEL_WAIT, &args, ignored()?, ignored()?)
}

fn ignored() -> JsResult<Value> {
    js::function("", 0, &[], |_| Ok(Value::UNDEFINED))
}

/// Called with the code of an event, or with `undefined` if the driver does not wait any more.
fn happened(call: js::Call<'_>) -> JsResult<Value> {
    let waitable = call.data[0].as_number().unwrap_or_default() as u32;
    let code = call.arg(0).as_number().map(|code| code as u32);
    waitable::deliver_driven(waitable, code)?;
    Ok(Value::UNDEFINED)
}
