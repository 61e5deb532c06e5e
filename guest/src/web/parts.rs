//! The parts, and how their names come to life.

use std::cell::RefCell;

use super::part_names::PARTS;
use super::{
    blob, common, compression, crypto, encoding, form, headers, http, locale, navigator,
    performance, url, webassembly,
};
use crate::js::{self, Call, JsResult, Property, Slot, Thrown, Value};

/// A function that adds the helpers of a part to an object.
type Natives = fn(&Value) -> JsResult<()>;

/// The helpers that are written in Rust, by the part. The build knows these functions, too.
const NATIVES: &[(&str, Natives)] = &[
    ("events", performance::natives),
    ("encoding", encoding::natives),
    ("url", url::natives),
    ("crypto", crypto::natives),
    ("subtle", crypto::subtle::natives),
    ("subtle-params", crypto::subtle::tools),
    ("subtle-keys", crypto::subtle::tools),
    ("subtle-agreement", crypto::subtle::tools),
    ("subtle-secret", crypto::subtle::secret_natives),
    ("subtle-ec", crypto::ec::natives),
    ("subtle-okp", crypto::okp::natives),
    ("subtle-448", crypto::okp::natives_448),
    ("subtle-rsa", crypto::rsa::natives),
    ("node-crypto", crypto::node::natives),
    ("node-keys", crypto::node::natives),
    ("node-support", crypto::node::natives),
    ("performance", performance::natives),
    ("headers", headers::natives),
    ("blob", blob::natives),
    ("form-data", form::natives),
    ("body", http::natives),
    ("streams", encoding::stream_natives),
    ("compression", compression::natives),
    ("coding", compression::decoding_natives),
    ("locale", locale::natives),
    ("locale-date", locale::natives),
    ("navigator", navigator::natives),
    ("webassembly", webassembly::natives),
];

struct Loaded {
    /// The exports of each part that has run.
    parts: [Option<Value>; PARTS.len()],
    /// Getters of the global object, with the name of each.
    getters: Vec<(usize, &'static str, Value)>,
}

thread_local! {
    static LOADED: RefCell<Loaded> = const {
        RefCell::new(Loaded {
            parts: [const { None }; PARTS.len()],
            getters: Vec::new(),
        })
    };
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
    let lazy = lazy.map(|(part, name)| (name, PARTS[part].0 == "performance"));
    lazy.chain(["structuredClone", "reportError", "self"].map(|name| (name, false)))
}

fn parts_and_names() -> impl Iterator<Item = (usize, &'static str)> {
    PARTS
        .iter()
        .enumerate()
        .flat_map(|(part, (_, globals))| globals.iter().map(move |name| (part, *name)))
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
    Ok(loaded(&name))
}

/// The exports of a part, or `undefined` if it was not needed before.
pub fn loaded(name: &str) -> Value {
    let part = position(name);
    let known = LOADED.with_borrow(|loaded| loaded.parts.get(part?)?.clone());
    known.unwrap_or(Value::UNDEFINED)
}

fn position(name: &str) -> Option<usize> {
    PARTS.iter().position(|(part, _)| *part == name)
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
    let (name, _) = PARTS[number];
    // First, since a file that was built without the part has no helpers of it, either.
    let part = js::run_compiled(name)?;
    let helpers = Value::object()?;
    common::natives(&helpers)?;
    // Not known to the compiler, which would call them directly: `jsvm build` leaves some out of the table.
    let mut all = std::hint::black_box(NATIVES).iter();
    if let Some((_, natives)) = all.find(|(part, _)| *part == name) {
        natives(&helpers)?;
    }
    let need = js::function("need", 1, &[], need)?;
    let exports = part.call(&Value::UNDEFINED, &[helpers, need])?;
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
