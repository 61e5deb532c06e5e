//! Modules of values, functions and classes of the embedder.

use crate::bindings::jsvm::engine::modules::{
    MemberKind, NativeClass, NativeContent, NativeExport, NativeFunction, NativeMember,
};
use crate::js::{self, JsResult, Loaded, Property, Synthetic, Thrown, Value};
use crate::{data, host, request};

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

/// A module with exports of the embedder.
pub fn synthetic(module: &str, exports: Vec<NativeExport>) -> JsResult<Loaded> {
    let made = Value::object()?;
    let mut names = Vec::new();
    for NativeExport { name, content } in exports {
        let value = make(&name, content).map_err(|thrown| in_export(module, &name, thrown))?;
        made.define(&*name, value, Property::PLAIN)?;
        names.push(name);
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

fn make(name: &str, content: NativeContent) -> JsResult<Value> {
    match content {
        NativeContent::Value(value) => data::copy_in(value),
        NativeContent::HostFunction(NativeFunction { call, length }) => {
            host::function(name, &call, length)
        }
        NativeContent::RequestFunction(NativeFunction { call, length }) => {
            request::function(&call, length)
        }
        NativeContent::Class(described) => class(name, described),
    }
}

fn class(shown: &str, described: NativeClass) -> JsResult<Value> {
    let NativeClass {
        call,
        length,
        members,
    } = described;
    let make = js::compile_function(&format!("return ({CLASS})"), "", "<class>")?;
    let make = make.call(&Value::UNDEFINED, &[])?;
    let construct = host::function(shown, &call, length)?;
    let made = make.call(&Value::UNDEFINED, &[Value::text(shown)?, construct])?;
    let (class, member) = (made.get("Class")?, made.get("member")?);
    let prototype = class.get("prototype")?;
    let number = |length: u32| Value::number(f64::from(length));
    class.define("length", number(length), Property::READ_ONLY)?;
    for described in members {
        let NativeMember {
            key,
            kind,
            call,
            length,
        } = described;
        let call = host::function(&key, &call, length)?;
        if kind == MemberKind::StaticMethod {
            class.define(&*key, call, Property::HIDDEN)?;
            continue;
        }
        let function = member.call(&Value::UNDEFINED, &[call])?;
        function.define("name", Value::text(&key)?, Property::READ_ONLY)?;
        function.define("length", number(length), Property::READ_ONLY)?;
        match kind {
            MemberKind::Getter => prototype.define_accessor(&*key, Some(function), None)?,
            MemberKind::Setter => prototype.define_accessor(&*key, None, Some(function))?,
            MemberKind::Method | MemberKind::StaticMethod => {
                prototype.define(&*key, function, Property::HIDDEN)?;
            }
        }
    }
    Ok(class)
}
