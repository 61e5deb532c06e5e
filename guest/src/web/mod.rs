//! The web platform, as far as it needs no input or output: see `docs/reference/web.md`.
//!
//! Most of it is JavaScript in parts, one file each in `guest/web`, with helpers that are written
//! in Rust here. A part is compiled by the build and kept as bytecode among the constants; each
//! of its names is an accessor of the global object that runs the part when it is first used.

mod blob;
mod bytes;
mod clone;
mod common;
mod compression;
mod crypto;
mod encoding;
mod form;
mod headers;
mod http;
mod locale;
mod navigator;
mod part_names;
mod parts;
mod performance;
mod registry;
mod url;
mod webassembly;

use crate::js::{self, Call, JsResult, Property, Thrown, Value};

pub use bytes::{len as bytes_len, part as bytes_part, to_vec as bytes_of};
pub use compression::natives as compression_tools;
pub use parts::{http_tools, named_part, names};
pub use registry::stand_in;

/// Defines functions that are written in Rust on an object.
macro_rules! functions {
    ($object:expr; $($name:literal $length:literal => $run:expr,)*) => {
        $($object.define($name, $crate::js::function($name, $length, &[], $run)?,
            $crate::js::Property::HIDDEN)?;)*
    };
}
pub(crate) use functions;

/// Puts the names of all parts and the functions that need none into the global object.
pub fn install() -> JsResult<()> {
    let global = js::global();
    common::keep(&global)?;
    parts::install(&global)?;
    locale::install(&global)?;
    functions! { global;
        "structuredClone" 1 => clone::structured_clone,
        "reportError" 1 => report_error,
    }
    global.define("self", global.clone(), Property::HIDDEN)?;
    // The engine's own take a missing argument for the text "undefined".
    for name in ["atob", "btoa"] {
        let engine = global.get(name)?;
        let checked = js::function(name, 1, &[engine], |call| {
            require(call, 1)?;
            call.data[0].call(&Value::UNDEFINED, call.args)
        })?;
        global.define(name, checked, Property::HIDDEN)?;
    }
    Ok(())
}

/// `reportError(error)`: whoever runs the jobs of the VM is told.
fn report_error(call: Call<'_>) -> JsResult<Value> {
    require(call, 1)?;
    js::throw_later(&call.arg(0))?;
    Ok(Value::UNDEFINED)
}

/// Writes to the bytes of a value. What does not fit is not written.
pub fn write_bytes(value: &Value, offset: usize, bytes: &[u8]) -> JsResult<()> {
    let view = bytes::view(value)?;
    let room = view.len.saturating_sub(offset).min(bytes.len());
    if room == 0 {
        return Ok(());
    }
    view.buffer
        .write_buffer(view.offset + offset, &bytes[..room])
}

/// Refuses a call with fewer arguments than it needs.
fn require(call: Call<'_>, count: usize) -> JsResult<()> {
    let given = call.args.len();
    if given >= count {
        return Ok(());
    }
    let plural = if count == 1 { "" } else { "s" };
    let message = format!("{count} argument{plural} required, but only {given} present");
    Err(Thrown::type_error(&message))
}
