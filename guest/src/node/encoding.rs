//! Strings as bytes and back, in the encodings of `Buffer`.

use crate::js::{Call, JsResult, Thrown, Units, Value};
use crate::web::functions;
use crate::web::{bytes_len, bytes_part, write_bytes};

/// The encodings of `Buffer`.
#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
    Utf16,
    Hex,
    Base64,
    Base64Url,
}

impl Encoding {
    fn of(value: &Value) -> JsResult<Encoding> {
        Ok(match &*value.to_lossy()? {
            "utf8" => Encoding::Utf8,
            "latin1" => Encoding::Latin1,
            "ascii" => Encoding::Ascii,
            "utf16le" => Encoding::Utf16,
            "hex" => Encoding::Hex,
            "base64" => Encoding::Base64,
            "base64url" => Encoding::Base64Url,
            other => return Err(Thrown::type_error(&format!("Unknown encoding: {other}"))),
        })
    }
}

pub fn add_to(tools: &Value) -> JsResult<()> {
    functions! { tools;
        "utf8Length" 1 => |call| {
            Ok(Value::number(call.arg(0).to_string_value()?.with_text(str::len)? as f64))
        },
        "encode" 2 => |call| {
            let bytes = encode(Encoding::of(&call.arg(0))?, &call.arg(1), usize::MAX)?;
            Value::array_buffer_of(bytes)
        },
        "decode" 4 => decode,
        "write" 5 => write,
    }
    Ok(())
}

/// `decode(encoding, bytes, start, end)`
fn decode(call: Call<'_>) -> JsResult<Value> {
    let encoding = Encoding::of(&call.arg(0))?;
    let position = |index: usize| call.arg(index).to_number().map(|at| at.max(0.0) as usize);
    let end = position(3)?.min(bytes_len(&call.arg(1))?);
    let bytes = bytes_part(&call.arg(1), position(2)?..end)?;
    match encoding {
        Encoding::Utf8 => Value::text(&String::from_utf8_lossy(&bytes)),
        Encoding::Latin1 => Value::latin1(&bytes),
        Encoding::Ascii => {
            let bytes: Vec<u8> = bytes.iter().map(|byte| byte & 0x7f).collect();
            Value::latin1(&bytes)
        }
        Encoding::Utf16 => Value::utf16_le(bytes.as_chunks().0),
        Encoding::Hex => {
            let digits = |byte: &u8| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
            Value::latin1(&bytes.iter().flat_map(digits).collect::<Vec<u8>>())
        }
        Encoding::Base64 => Value::latin1(&to_base64(&bytes, BASE64, true)),
        Encoding::Base64Url => Value::latin1(&to_base64(&bytes, BASE64_URL, false)),
    }
}

/// `write(encoding, bytes, text, offset, length)`: writes at most `length` bytes, and returns how many.
fn write(call: Call<'_>) -> JsResult<Value> {
    let encoding = Encoding::of(&call.arg(0))?;
    let offset = call.arg(3).to_number()?.max(0.0) as usize;
    let room = bytes_len(&call.arg(1))?.saturating_sub(offset);
    let room = room.min(call.arg(4).to_number()?.max(0.0) as usize);
    let bytes = encode(encoding, &call.arg(2), room)?;
    write_bytes(&call.arg(1), offset, &bytes)?;
    Ok(Value::number(bytes.len() as f64))
}

/// At most `room` bytes of a string. No character is cut.
fn encode(encoding: Encoding, text: &Value, room: usize) -> JsResult<Vec<u8>> {
    let text = text.to_string_value()?;
    if let Encoding::Utf8 = encoding {
        return text.with_text(|text| {
            let mut end = room.min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.as_bytes()[..end].to_vec()
        });
    }
    let bytes = text.with_units(|units| match encoding {
        Encoding::Utf8 => Vec::new(),
        Encoding::Latin1 | Encoding::Ascii => match units {
            Units::Latin1(units) => units[..room.min(units.len())].to_vec(),
            Units::Utf16(units) => units.iter().take(room).map(|unit| *unit as u8).collect(),
        },
        Encoding::Utf16 => each(units)
            .take(room / 2)
            .flat_map(u16::to_le_bytes)
            .collect(),
        Encoding::Hex => from_hex(each(units), room),
        Encoding::Base64 | Encoding::Base64Url => from_base64(each(units), room),
    })?;
    Ok(bytes.unwrap_or_default())
}

/// The code units of a string.
fn each(units: Units<'_>) -> impl Iterator<Item = u16> {
    let (narrow, wide) = match units {
        Units::Latin1(units) => (units, &[][..]),
        Units::Utf16(units) => (&[][..], units),
    };
    let narrow = narrow.iter().map(|unit| u16::from(*unit));
    narrow.chain(wide.iter().copied())
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// It ends before the first pair that is not two digits.
fn from_hex(mut units: impl Iterator<Item = u16>, room: usize) -> Vec<u8> {
    let digit = |unit: u16| char::from_u32(unit.into()).and_then(|digit| digit.to_digit(16));
    let mut bytes = Vec::new();
    while bytes.len() < room
        && let (Some(high), Some(low)) =
            (units.next().and_then(digit), units.next().and_then(digit))
    {
        bytes.push((high << 4 | low) as u8);
    }
    bytes
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn to_base64(bytes: &[u8], alphabet: &[u8; 64], is_padded: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut bits = 0;
        for (index, byte) in group.iter().enumerate() {
            bits |= u32::from(*byte) << (16 - 8 * index);
        }
        for index in 0..=group.len() {
            text.push(alphabet[(bits >> (18 - 6 * index) & 63) as usize]);
        }
        if is_padded {
            text.extend(std::iter::repeat_n(b'=', 3 - group.len()));
        }
    }
    text
}

/// As Node.js reads it: both alphabets, up to the first `=`; whatever else is there is skipped.
fn from_base64(units: impl Iterator<Item = u16>, room: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for unit in units {
        let value = match u8::try_from(unit) {
            Ok(unit @ b'A'..=b'Z') => unit - b'A',
            Ok(unit @ b'a'..=b'z') => unit - b'a' + 26,
            Ok(unit @ b'0'..=b'9') => unit - b'0' + 52,
            Ok(b'+' | b'-') => 62,
            Ok(b'/' | b'_') => 63,
            Ok(b'=') => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            if bytes.len() == room {
                break;
            }
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
