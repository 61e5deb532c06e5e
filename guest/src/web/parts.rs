//! The parts, and how their names come to life.

use std::cell::RefCell;

use super::{
    blob, common, compression, crypto, encoding, form, headers, http, locale, navigator,
    performance, url,
};
use crate::js::{self, Call, JsResult, Property, Slot, Thrown, Value};

/// A script of `guest/web`, or an npm package. Its completion value is a function that takes its
/// helpers and a function which finds other parts, and returns an object with its names.
struct Part {
    name: &'static str,
    /// Names in the global object.
    globals: &'static [&'static str],
    /// Adds the helpers that are written in Rust.
    natives: fn(&Value) -> JsResult<()>,
}

const NOTHING: fn(&Value) -> JsResult<()> = |_| Ok(());

const PARTS: &[Part] = &[
    Part {
        name: "idl",
        globals: &[],
        natives: NOTHING,
    },
    Part {
        name: "events",
        globals: &["Event", "EventTarget", "CustomEvent"],
        natives: performance::natives,
    },
    Part {
        name: "abort",
        globals: &["AbortController", "AbortSignal"],
        natives: NOTHING,
    },
    Part {
        name: "encoding",
        globals: &["TextEncoder", "TextDecoder"],
        natives: encoding::natives,
    },
    Part {
        name: "url",
        globals: &["URL", "URLSearchParams"],
        natives: url::natives,
    },
    Part {
        name: "crypto",
        globals: &["crypto", "Crypto", "SubtleCrypto"],
        natives: crypto::natives,
    },
    Part {
        name: "performance",
        globals: &[
            "performance",
            "Performance",
            "PerformanceEntry",
            "PerformanceMark",
            "PerformanceMeasure",
        ],
        natives: performance::natives,
    },
    Part {
        name: "headers",
        globals: &["Headers"],
        natives: headers::natives,
    },
    Part {
        name: "blob",
        globals: &["Blob", "File"],
        natives: blob::natives,
    },
    Part {
        name: "form-data",
        globals: &["FormData"],
        natives: form::natives,
    },
    Part {
        name: "body",
        globals: &[],
        natives: http::natives,
    },
    Part {
        name: "request",
        globals: &["Request"],
        natives: NOTHING,
    },
    Part {
        name: "response",
        globals: &["Response"],
        natives: NOTHING,
    },
    Part {
        name: "fetch",
        globals: &[],
        natives: NOTHING,
    },
    Part {
        name: "http",
        globals: &[],
        natives: NOTHING,
    },
    Part {
        name: "messaging",
        globals: &["MessageChannel", "MessagePort", "MessageEvent"],
        natives: NOTHING,
    },
    Part {
        name: "streams",
        globals: &[
            "ReadableStream",
            "ReadableStreamDefaultReader",
            "ReadableStreamBYOBReader",
            "ReadableStreamDefaultController",
            "ReadableByteStreamController",
            "ReadableStreamBYOBRequest",
            "WritableStream",
            "WritableStreamDefaultWriter",
            "WritableStreamDefaultController",
            "TransformStream",
            "TransformStreamDefaultController",
            "ByteLengthQueuingStrategy",
            "CountQueuingStrategy",
            "TextEncoderStream",
            "TextDecoderStream",
        ],
        natives: encoding::stream_natives,
    },
    Part {
        name: "compression",
        globals: &["CompressionStream", "DecompressionStream"],
        natives: compression::natives,
    },
    Part {
        name: "coding",
        globals: &[],
        natives: compression::decoding_natives,
    },
    Part {
        name: "locale",
        globals: &[],
        natives: locale::natives,
    },
    Part {
        name: "locale-date",
        globals: &[],
        natives: locale::natives,
    },
    Part {
        name: "navigator",
        globals: &["navigator", "Navigator"],
        natives: navigator::natives,
    },
    Part {
        name: "web-streams-polyfill",
        globals: &[],
        natives: NOTHING,
    },
];

#[derive(Default)]
struct Loaded {
    /// The exports of each part that has run.
    parts: [Option<Value>; PARTS.len()],
    /// Getters of the global object, with the name of each.
    getters: Vec<(usize, &'static str, Value)>,
}

thread_local! {
    static LOADED: RefCell<Loaded> = RefCell::default();
}

/// Makes the accessors.
pub fn install(global: &Value) -> JsResult<()> {
    for (part, name) in parts_and_names() {
        let number = LOADED.with_borrow(|loaded| loaded.getters.len()) as u16;
        let getter = js::define_accessor(global, name, number, first_use, assign)?;
        LOADED.with_borrow_mut(|loaded| loaded.getters.push((part, name, getter)));
    }
    Ok(())
}

/// The names that the web platform has in the global object, and whether each belongs to
/// `performance`. (`atob` and `btoa` are the engine's.)
pub fn names() -> impl Iterator<Item = (&'static str, bool)> {
    let lazy = parts_and_names();
    let lazy = lazy.map(|(part, name)| (name, PARTS[part].name == "performance"));
    lazy.chain(["structuredClone", "reportError", "self"].map(|name| (name, false)))
}

fn parts_and_names() -> impl Iterator<Item = (usize, &'static str)> {
    PARTS
        .iter()
        .enumerate()
        .flat_map(|(part, description)| description.globals.iter().map(move |name| (part, *name)))
}

/// Part and name of an accessor.
fn named(number: u16) -> JsResult<(usize, &'static str)> {
    let found = parts_and_names().nth(usize::from(number));
    found.ok_or_else(|| Thrown::error("there is no such part"))
}

/// The getter of a name.
fn first_use(number: u16) -> JsResult<Value> {
    let (part, name) = named(number)?;
    load(part)?.get(name)
}

/// The setter of a name: it becomes an ordinary property, as if the name had been one.
fn assign(number: u16, value: &Value) -> JsResult<()> {
    let (_, name) = named(number)?;
    js::global().define(name, value.clone(), Property::HIDDEN)
}

/// `need(name)`: another part, for the parts themselves. `need(name, true)` is nothing where the
/// part was not needed before, so that there is no object of it.
fn need(call: Call<'_>) -> JsResult<Value> {
    let name = call.arg(0).to_lossy()?;
    if !call.arg(1).to_boolean() {
        return named_part(&name);
    }
    let part = position(&name);
    let known = LOADED.with_borrow(|loaded| loaded.parts.get(part?)?.clone());
    Ok(known.unwrap_or(Value::UNDEFINED))
}

fn position(name: &str) -> Option<usize> {
    PARTS.iter().position(|part| part.name == name)
}

/// A function that returns the helpers on which embedders build HTTP.
pub fn http_tools() -> JsResult<Value> {
    js::function("httpTools", 0, &[], |_| named_part("http"))
}

/// Returns the exports of a part.
pub fn named_part(name: &str) -> JsResult<Value> {
    match position(name) {
        Some(part) => load(part),
        None => Err(Thrown::error("there is no such part")),
    }
}

/// Returns the exports of a part. The part runs the first time.
fn load(number: usize) -> JsResult<Value> {
    let known = LOADED.with_borrow(|loaded| loaded.parts.get(number).cloned().flatten());
    if let Some(known) = known {
        return Ok(known);
    }
    let part = &PARTS[number];
    let natives = Value::object()?;
    common::natives(&natives)?;
    (part.natives)(&natives)?;
    let need = js::function("need", 1, &[], need)?;
    let exports = js::run_compiled(part.name)?.call(&Value::UNDEFINED, &[natives, need])?;
    LOADED.with_borrow_mut(|loaded| loaded.parts[number] = Some(exports.clone()));
    settle(number, &exports)?;
    Ok(exports)
}

/// Replaces the accessors of a part by ordinary properties, except those that a script has
/// replaced, deleted or frozen.
fn settle(number: usize, exports: &Value) -> JsResult<()> {
    let global = js::global();
    let getters = LOADED.with_borrow_mut(|loaded| {
        let mine = loaded.getters.extract_if(.., |(part, ..)| *part == number);
        mine.collect::<Vec<_>>()
    });
    for (_, name, getter) in getters {
        let property = global.own_property(name)?;
        let untouched = property.is_some_and(|property| match property.slot {
            Slot::Accessor { get, .. } => get.strict_equals(&getter),
            Slot::Data(_) => false,
        });
        if untouched {
            let value = exports.get(name)?;
            // It fails where the global object is frozen, and then the accessor stays.
            let _ = global.define(name, value, Property::HIDDEN);
        }
    }
    Ok(())
}
