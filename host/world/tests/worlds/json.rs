//! Values of components as JSON.
//!
//! | type | JSON |
//! |---|---|
//! | numbers | a number, or its text if it is not finite or has 64 bits |
//! | `char`, `string`, `enum` | a string |
//! | lists, tuples | an array |
//! | `map` | an array of pairs |
//! | `record` | an object |
//! | `flags` | an array of names |
//! | `option` | `null`, or `{ "some": value }` |
//! | `variant`, `result` | `{ "case": value }`, or the name |
//! | resources | `{ "resource": "name" }` |

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use wasmtime::component::{ResourceAny, Type, Val};

/// Resources by the names that a case gives them.
pub type Resources = HashMap<String, ResourceAny>;

/// Makes a value of a type.
pub fn to_val(value: &Value, ty: &Type, resources: &Resources) -> Val {
    let text = || {
        value
            .as_str()
            .unwrap_or_else(|| panic!("{value} is no string"))
    };
    let number = || match value {
        Value::String(text) => text.parse::<f64>().unwrap(),
        value => value
            .as_f64()
            .unwrap_or_else(|| panic!("{value} is no number")),
    };
    let whole = || match value {
        Value::String(text) => text.parse::<i128>().unwrap(),
        value => value
            .as_i64()
            .map(i128::from)
            .or(value.as_u64().map(i128::from))
            .unwrap_or_else(|| panic!("{value} is not whole")),
    };
    let array = || {
        value
            .as_array()
            .unwrap_or_else(|| panic!("{value} is no array"))
    };
    let all =
        |ty: &Type| -> Vec<Val> { array().iter().map(|it| to_val(it, ty, resources)).collect() };
    // A case with its payload.
    let case = || match value {
        Value::String(name) => (name.clone(), None),
        Value::Object(object) => {
            let (name, payload) = object.iter().next().unwrap();
            (name.clone(), Some(payload))
        }
        value => panic!("{value} is no case"),
    };
    let payload = |payload: Option<&Value>, ty: Option<Type>| {
        ty.map(|ty| Box::new(to_val(payload.unwrap(), &ty, resources)))
    };
    match ty {
        Type::Bool => Val::Bool(value.as_bool().unwrap()),
        Type::U8 => Val::U8(whole().try_into().unwrap()),
        Type::S8 => Val::S8(whole().try_into().unwrap()),
        Type::U16 => Val::U16(whole().try_into().unwrap()),
        Type::S16 => Val::S16(whole().try_into().unwrap()),
        Type::U32 => Val::U32(whole().try_into().unwrap()),
        Type::S32 => Val::S32(whole().try_into().unwrap()),
        Type::U64 => Val::U64(whole().try_into().unwrap()),
        Type::S64 => Val::S64(whole().try_into().unwrap()),
        Type::Float32 => Val::Float32(number() as f32),
        Type::Float64 => Val::Float64(number()),
        Type::Char => Val::Char(text().chars().next().unwrap()),
        Type::String => Val::String(text().to_owned()),
        Type::List(list) => Val::List(all(&list.ty())),
        Type::FixedLengthList(list) => Val::FixedLengthList(all(&list.ty())),
        Type::Map(map) => Val::Map(
            array()
                .iter()
                .map(|pair| {
                    let key = to_val(&pair[0], &map.key(), resources);
                    (key, to_val(&pair[1], &map.value(), resources))
                })
                .collect(),
        ),
        Type::Tuple(tuple) => {
            let types = tuple.types();
            Val::Tuple(
                array()
                    .iter()
                    .zip(types)
                    .map(|(it, ty)| to_val(it, &ty, resources))
                    .collect(),
            )
        }
        Type::Record(record) => Val::Record(
            record
                .fields()
                .map(|field| {
                    let found = value
                        .get(field.name)
                        .unwrap_or_else(|| panic!("no {}", field.name));
                    (field.name.to_owned(), to_val(found, &field.ty, resources))
                })
                .collect(),
        ),
        Type::Variant(variant) => {
            let (name, found) = case();
            let ty = variant.cases().find(|case| case.name == name).unwrap().ty;
            Val::Variant(name, payload(found, ty))
        }
        Type::Enum(_) => Val::Enum(text().to_owned()),
        Type::Flags(_) => Val::Flags(
            array()
                .iter()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect(),
        ),
        Type::Option(option) => {
            let some = value.get("some");
            Val::Option(some.map(|some| Box::new(to_val(some, &option.ty(), resources))))
        }
        Type::Result(result) => {
            let (name, found) = case();
            Val::Result(match &*name {
                "ok" => Ok(payload(found, result.ok())),
                _ => Err(payload(found, result.err())),
            })
        }
        Type::Own(_) | Type::Borrow(_) => {
            let name = value["resource"].as_str().unwrap();
            Val::Resource(resources[name])
        }
        ty => panic!("{ty:?} is not tested"),
    }
}

/// Makes JSON of a value.
pub fn from_val(value: &Val) -> Value {
    let float = |value: f64| match value.is_finite() && !(value == 0.0 && value.is_sign_negative())
    {
        true => json!(value),
        false => json!(value.to_string()),
    };
    let all = |values: &[Val]| Value::Array(values.iter().map(from_val).collect());
    let case = |name: &str, payload: &Option<Box<Val>>| match payload {
        Some(payload) => Value::Object(Map::from_iter([(name.to_owned(), from_val(payload))])),
        None => json!(name),
    };
    match value {
        Val::Bool(value) => json!(value),
        Val::U8(value) => json!(value),
        Val::S8(value) => json!(value),
        Val::U16(value) => json!(value),
        Val::S16(value) => json!(value),
        Val::U32(value) => json!(value),
        Val::S32(value) => json!(value),
        Val::U64(value) => json!(value.to_string()),
        Val::S64(value) => json!(value.to_string()),
        Val::Float32(value) => float(f64::from(*value)),
        Val::Float64(value) => float(*value),
        Val::Char(value) => json!(value),
        Val::String(value) | Val::Enum(value) => json!(value),
        Val::List(values) | Val::FixedLengthList(values) | Val::Tuple(values) => all(values),
        Val::Map(pairs) => pairs
            .iter()
            .map(|(key, value)| json!([from_val(key), from_val(value)]))
            .collect(),
        Val::Record(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), from_val(value)))
                .collect(),
        ),
        Val::Flags(names) => json!(names),
        Val::Option(None) => Value::Null,
        Val::Option(Some(value)) => json!({ "some": from_val(value) }),
        Val::Variant(name, payload) => case(name, payload),
        Val::Result(Ok(payload)) => case("ok", payload),
        Val::Result(Err(payload)) => case("err", payload),
        Val::Resource(_) => json!("a resource"),
        value => panic!("{value:?} is not tested"),
    }
}
