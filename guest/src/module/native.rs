//! Modules of values, functions and classes of the embedder.

use jsvm_protocol::module::{KIND, export};

use crate::js::{self, Call, JsResult, Loaded, OwnKeys, Property, Synthetic, Thrown, Value};
use crate::{host, request};

/// Makes a class whose instances hold a value that only the members see. Private names can only
/// be written in source.
const CLASS: &str = r"(name, construct) => {
    let get, set;
    const Class = { [name]: class {
        #state;
        constructor(...args) { this.#state = construct(...args); }
        static {
            get = (object) => object.#state;
            set = (object, state) => { object.#state = state; };
        }
    } }[name];
    const member = (call) => ({
        method(...args) {
            const [state, result] = call(get(this), ...args);
            set(this, state);
            return result;
        },
    }).method;
    return { Class, member };
}";

/// A module with the exports that an object describes: see the WIT interface `host`.
pub fn synthetic(name: &str, exports: &Value) -> JsResult<Loaded> {
    let made = Value::object()?;
    let mut names = Vec::new();
    for key in exports.own_keys(OwnKeys::ENUMERABLE)? {
        let shown = key.to_value()?.to_lossy()?;
        let value =
            make(&shown, &exports.get(&key)?).map_err(|thrown| in_export(name, &shown, thrown))?;
        made.define(&key, value, Property::PLAIN)?;
        names.push(shown);
    }
    Ok(Loaded::Synthetic(Synthetic {
        exports: names,
        evaluate: js::function("", 0, &[made], |call| Ok(call.data[0].clone()))?,
    }))
}

fn in_export(module: &str, export: &str, Thrown(cause): Thrown) -> Thrown {
    let cause = cause.to_lossy().unwrap_or_default();
    Thrown::type_error(&format!("export {export} of module {module}: {cause}"))
}

fn make(key: &str, described: &Value) -> JsResult<Value> {
    let kind = described.get(export::TYPE)?.to_lossy()?;
    match &*kind {
        "value" => described.get(export::VALUE),
        "function" => host_function(key, described),
        "request" => {
            let (name, length) = target(described)?;
            request::function(&name, length)
        }
        "class" => class(key, described),
        _ => Err(Thrown::type_error(&format!("unknown type {kind}"))),
    }
}

/// Name and length of the host function behind an export.
fn target(described: &Value) -> JsResult<(String, u32)> {
    let name = described.get(export::NAME)?.to_lossy()?;
    let length = described.get(export::LENGTH)?.to_number()? as u32;
    Ok((name, length))
}

/// A function that is called `shown` and makes a host call of the name in its description.
fn host_function(shown: &str, described: &Value) -> JsResult<Value> {
    let (name, length) = target(described)?;
    js::function(shown, length, &[Value::text(&name)?], |call: Call<'_>| {
        host::call(&call.data[0].to_lossy()?, call.args)
    })
}

fn class(shown: &str, described: &Value) -> JsResult<Value> {
    let make = js::compile_function(&format!("return ({CLASS})"), "", "<class>")?;
    let make = make.call(&Value::UNDEFINED, &[])?;
    let construct = host_function(shown, described)?;
    let made = make.call(&Value::UNDEFINED, &[Value::text(shown)?, construct])?;
    let (class, member) = (made.get("Class")?, made.get("member")?);
    let prototype = class.get("prototype")?;
    let members = described.get(export::MEMBERS)?;
    let count = members.get("length")?.to_number()? as u32;
    let length = described.get(export::LENGTH)?;
    class.define("length", length, Property::READ_ONLY)?;
    for index in 0..count {
        let described = members.get(index)?;
        let key = described.get(export::KEY)?.to_lossy()?;
        let call = host_function(&key, &described)?;
        let kind = described.get(KIND)?.to_lossy()?;
        if kind == "static" {
            class.define(&*key, call, Property::HIDDEN)?;
            continue;
        }
        let function = member.call(&Value::UNDEFINED, &[call])?;
        function.define("name", Value::text(&key)?, Property::READ_ONLY)?;
        function.define(
            "length",
            described.get(export::LENGTH)?,
            Property::READ_ONLY,
        )?;
        match &*kind {
            "method" => prototype.define(&*key, function, Property::HIDDEN)?,
            "getter" => prototype.define_accessor(&*key, Some(function), None)?,
            "setter" => prototype.define_accessor(&*key, None, Some(function))?,
            _ => {
                return Err(Thrown::type_error(&format!(
                    "unknown kind {kind} of member {key}"
                )));
            }
        }
    }
    Ok(class)
}
