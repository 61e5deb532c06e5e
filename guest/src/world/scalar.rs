//! Values without parts: booleans, numbers and characters.

use jsvm_abi::Type;

use super::fault::{Fit, unfit};
use super::place::Place;
use crate::js::{JsResult, Tag, Text, Value};

/// Reads a value; `None` if the type has parts or memory of its own.
pub fn lift(ty: &Type, place: Place) -> JsResult<Option<Value>> {
    Ok(Some(match ty {
        Type::Bool => Value::boolean(place.small(1) != 0),
        Type::U8 => Value::number(place.read::<1>()[0].into()),
        Type::S8 => Value::number(i8::from_le_bytes(place.read()).into()),
        Type::U16 => Value::number(u16::from_le_bytes(place.read()).into()),
        Type::S16 => Value::number(i16::from_le_bytes(place.read()).into()),
        Type::U32 => Value::number(place.u32().into()),
        Type::S32 => Value::number(i32::from_le_bytes(place.read()).into()),
        Type::U64 => Value::bigint_u64(u64::from_le_bytes(place.read()))?,
        Type::S64 => Value::bigint_i64(i64::from_le_bytes(place.read()))?,
        Type::F32 => Value::number(f32::from_le_bytes(place.read()).into()),
        Type::F64 => Value::number(f64::from_le_bytes(place.read())),
        Type::Char => {
            let char = char::from_u32(place.u32()).unwrap_or(char::REPLACEMENT_CHARACTER);
            Value::text(char.encode_utf8(&mut [0; 4]))?
        }
        _ => return Ok(None),
    }))
}

/// Writes a value. Returns `false` if the type has parts or memory of its own.
pub fn lower(ty: &Type, value: &Value, place: Place) -> Fit<bool> {
    match ty {
        Type::Bool => match value.tag() {
            Tag::Boolean => place.set_small(1, value.to_boolean().into()),
            _ => return unfit("a boolean", value),
        },
        Type::U8 => {
            let number: u8 = whole("u8", value)?;
            place.write([number], number.into());
        }
        Type::S8 => {
            let number: i8 = whole("s8", value)?;
            place.write(number.to_le_bytes(), extended(number.into()));
        }
        Type::U16 => {
            let number: u16 = whole("u16", value)?;
            place.write(number.to_le_bytes(), number.into());
        }
        Type::S16 => {
            let number: i16 = whole("s16", value)?;
            place.write(number.to_le_bytes(), extended(number.into()));
        }
        Type::U32 => place.set_u32(whole("u32", value)?),
        Type::S32 => {
            let number: i32 = whole("s32", value)?;
            place.write(number.to_le_bytes(), extended(number));
        }
        Type::U64 => {
            let bits = big("u64", value, Value::bigint_u64)?;
            place.write(bits.to_le_bytes(), bits);
        }
        Type::S64 => {
            let bits = big("s64", value, |bits| Value::bigint_i64(bits.cast_signed()))?;
            place.write(bits.to_le_bytes(), bits);
        }
        Type::F32 => {
            let number = number(value)? as f32;
            place.write(number.to_le_bytes(), number.to_bits().into());
        }
        Type::F64 => {
            let number = number(value)?;
            place.write(number.to_le_bytes(), number.to_bits());
        }
        Type::Char => place.set_u32(character(value)?.into()),
        _ => return Ok(false),
    }
    Ok(true)
}

/// The core value of a signed number: an `i32` in the low half of a slot.
fn extended(number: i32) -> u64 {
    number.cast_unsigned().into()
}

fn whole<T: TryFrom<i64>>(name: &str, value: &Value) -> Fit<T> {
    let number = value.as_number().and_then(|number| {
        let whole = number as i64;
        // Exact, and in range.
        (whole as f64 == number).then(|| T::try_from(whole).ok())?
    });
    number.map_or_else(|| unfit(name, value), Ok)
}

fn big(name: &str, value: &Value, of: impl FnOnce(u64) -> JsResult<Value>) -> Fit<u64> {
    if value.tag() == Tag::BigInt {
        let bits = value.bigint_bits()?;
        // Other values have the same lowest bits.
        if of(bits)?.strict_equals(value) {
            return Ok(bits);
        }
    }
    unfit(format!("{name} (a bigint)"), value)
}

fn number(value: &Value) -> Fit<f64> {
    value
        .as_number()
        .map_or_else(|| unfit("a number", value), Ok)
}

fn character(value: &Value) -> Fit<char> {
    let char = match value.tag() {
        // A lone surrogate is no character.
        Tag::String => match value.to_text()? {
            Text::Utf8(text) => {
                let mut chars = text.chars();
                chars.next().filter(|_| chars.next().is_none())
            }
            Text::Utf16(_) => None,
        },
        _ => None,
    };
    char.map_or_else(|| unfit("a string of one character", value), Ok)
}
