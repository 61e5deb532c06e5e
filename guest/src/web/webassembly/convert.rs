//! Values between JavaScript and modules: `ToJSValue` and `ToWebAssemblyValue` of the interface.

use wasmi::{F32, F64, Nullable, Ref, RefType, Val, ValType};

use super::world;
use crate::js::{JsResult, Thrown, Value};

/// A value of a module as JavaScript sees it.
pub fn to_js(value: &Val) -> JsResult<Value> {
    match value {
        Val::I32(number) => Ok(Value::number(f64::from(*number))),
        Val::I64(number) => Value::bigint_i64(*number),
        Val::F32(number) => Ok(Value::number(f64::from(f32::from(*number)))),
        Val::F64(number) => Ok(Value::number(f64::from(*number))),
        Val::V128(_) => Err(vector()),
        Val::FuncRef(Nullable::Null) | Val::ExternRef(Nullable::Null) => Ok(Value::NULL),
        Val::FuncRef(Nullable::Val(func)) => world::with(|world| world.object_of(*func, None))?,
        Val::ExternRef(Nullable::Val(held)) => world::with(|world| {
            let world::World { store, externs, .. } = world;
            externs.value(store, held)
        }),
    }
}

/// A value of JavaScript as a module wants it.
pub fn to_wasm(value: &Value, ty: ValType) -> JsResult<Val> {
    Ok(match ty {
        ValType::I32 => Val::I32(to_int32(value)?),
        ValType::I64 => Val::I64(value.bigint_bits()?.cast_signed()),
        ValType::F32 => Val::F32(F32::from(value.to_number()? as f32)),
        ValType::F64 => Val::F64(F64::from(value.to_number()?)),
        ValType::V128 => return Err(vector()),
        ValType::FuncRef => Val::from(to_ref(value, RefType::Func)?),
        ValType::ExternRef => Val::from(to_ref(value, RefType::Extern)?),
    })
}

/// A value of JavaScript as a reference.
pub fn to_ref(value: &Value, ty: RefType) -> JsResult<Ref> {
    if value.strict_equals(&Value::NULL) {
        return Ok(Ref::null(ty));
    }
    world::with(|world| match ty {
        RefType::Func => match world.function_of(value) {
            Some(function) => Ok(Ref::Func(Nullable::Val(function.func))),
            None => Err(Thrown::type_error(
                "the value is neither null nor a function that a WebAssembly module exports",
            )),
        },
        RefType::Extern => {
            let world::World { store, externs, .. } = world;
            Ok(Ref::Extern(Nullable::Val(externs.keep(store, value))))
        }
    })?
}

/// A reference as JavaScript sees it.
pub fn ref_to_js(value: Ref) -> JsResult<Value> {
    to_js(&Val::from(value))
}

fn vector() -> Thrown {
    Thrown::type_error("a value of type v128 cannot be passed to or from JavaScript")
}

/// `ToInt32`
fn to_int32(value: &Value) -> JsResult<i32> {
    let number = value.to_number()?;
    let whole = number as i32;
    if f64::from(whole) == number {
        return Ok(whole);
    }
    if !number.is_finite() {
        return Ok(0);
    }
    const RANGE: f64 = 4_294_967_296.0;
    Ok((number.trunc().rem_euclid(RANGE) as u32).cast_signed())
}

/// The type of a name, as the interface has it.
pub fn type_named(name: &str) -> Option<ValType> {
    Some(match name {
        "i32" => ValType::I32,
        "i64" => ValType::I64,
        "f32" => ValType::F32,
        "f64" => ValType::F64,
        "v128" => ValType::V128,
        "anyfunc" => ValType::FuncRef,
        "externref" => ValType::ExternRef,
        _ => return None,
    })
}

/// The name of a type.
pub fn name_of(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::V128 => "v128",
        ValType::FuncRef => "anyfunc",
        ValType::ExternRef => "externref",
    }
}
