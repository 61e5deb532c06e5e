//! `TextEncoder` and `TextDecoder` (Encoding Standard), with `encoding_rs`.

use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, REPLACEMENT};

use super::{bytes, functions};
use crate::js::{self, Call, JsResult, Thrown, Value, View};

pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "encode" 1 => |call| bytes::uint8_array(call.arg(0).to_lossy()?.as_bytes()),
        "encodeInto" 2 => encode_into,
        "isUint8Array" 1 => |call| {
            Ok(Value::boolean(call.arg(0).view_kind() == Some(js::ViewKind::Uint8)))
        },
        "decoder" 3 => decoder,
        "decode" 3 => decode,
    }
    Ok(())
}

/// The helpers of the streams.
pub fn stream_natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "splitPair" 2 => split_pair,
    }
    Ok(())
}

/// `encodeInto(text, array)` returns how many code units were read, and how many bytes written.
fn encode_into(call: Call<'_>) -> JsResult<Value> {
    let text = call.arg(0).to_lossy()?;
    let view = bytes::view(&call.arg(1))?;
    let (mut read, mut written) = (0, 0);
    for character in text.chars() {
        if written + character.len_utf8() > view.len {
            break;
        }
        written += character.len_utf8();
        read += character.len_utf16();
    }
    if written > 0 {
        view.buffer
            .write_buffer(view.offset, &text.as_bytes()[..written])?;
    }
    Value::array_of(vec![
        Value::number(read as f64),
        Value::number(written as f64),
    ])
}

/// `splitPair(half, chunk)`: both together, without a first half of a pair of surrogates at the
/// end, and that half.
fn split_pair(call: Call<'_>) -> JsResult<Value> {
    let mut units = call.arg(0).to_utf16()?;
    units.extend(call.arg(1).to_utf16()?);
    let is_half = units
        .last()
        .is_some_and(|unit| (0xd800..0xdc00).contains(unit));
    let half = units.split_off(units.len() - usize::from(is_half));
    Value::array_of(vec![Value::utf16(&units)?, Value::utf16(&half)?])
}

/// Room in bytes beyond the length of the input, so that a decoder always makes progress.
const MARGIN: usize = 64;

/// A decoder, between two calls of `decode`.
struct State {
    encoding: &'static Encoding,
    fatal: bool,
    ignore_bom: bool,
    /// In the middle of a stream.
    decoder: Option<Decoder>,
}

/// `decoder(label, fatal, ignoreBOM)` returns the name of the encoding and the decoder; nothing
/// if there is no such encoding.
fn decoder(call: Call<'_>) -> JsResult<Value> {
    let label = call.arg(0).to_lossy()?;
    let encoding = Encoding::for_label(label.as_bytes());
    let Some(encoding) = encoding.filter(|encoding| *encoding != REPLACEMENT) else {
        return Ok(Value::UNDEFINED);
    };
    let state = State {
        encoding,
        fatal: call.arg(1).to_boolean(),
        ignore_bom: call.arg(2).to_boolean(),
        decoder: None,
    };
    Value::array_of(vec![
        Value::text(&encoding.name().to_ascii_lowercase())?,
        js::hold(state)?,
    ])
}

/// `decode(decoder, bytes, stream)`
fn decode(call: Call<'_>) -> JsResult<Value> {
    let (holder, input, stream) = (call.arg(0), call.arg(1), call.arg(2).to_boolean());
    let view = if input.is_undefined() {
        None
    } else {
        Some(bytes::view(&input)?)
    };
    let text = holder.with_held(|state: &mut State| state.decode(view.as_ref(), stream))??;
    match text {
        Some(text) => Value::text(&text),
        None => Err(Thrown::type_error(
            "The encoded data was not valid for the encoding",
        )),
    }
}

impl State {
    /// Decodes bytes. The result is missing if they are not valid and that is fatal.
    fn decode(&mut self, view: Option<&View>, stream: bool) -> JsResult<Option<String>> {
        let mut decoder = self.decoder.take().unwrap_or_else(|| {
            if self.ignore_bom {
                self.encoding.new_decoder_without_bom_handling()
            } else {
                self.encoding.new_decoder_with_bom_removal()
            }
        });
        let mut text = String::with_capacity(view.map_or(0, |view| view.len) + MARGIN);
        let mut is_valid = true;
        if let Some(view) = view {
            bytes::for_each_piece(view, |bytes| {
                is_valid = self.push(&mut decoder, bytes, &mut text, false);
                is_valid
            })?;
        }
        if stream && is_valid {
            self.decoder = Some(decoder);
        } else if is_valid {
            is_valid = self.push(&mut decoder, &[], &mut text, true);
        }
        Ok(is_valid.then_some(text))
    }

    /// Decodes the next bytes, or with `is_last` the end. Returns `false` if they are not valid and
    /// that is fatal.
    fn push(&self, decoder: &mut Decoder, bytes: &[u8], text: &mut String, is_last: bool) -> bool {
        let mut rest = bytes;
        loop {
            let Some(more) = decoder.max_utf8_buffer_length(rest.len()) else {
                return false;
            };
            text.reserve(more.min(rest.len() + MARGIN));
            let (read, is_done) = if self.fatal {
                let (result, read) =
                    decoder.decode_to_string_without_replacement(rest, text, is_last);
                match result {
                    DecoderResult::InputEmpty => (read, true),
                    DecoderResult::OutputFull => (read, false),
                    DecoderResult::Malformed(..) => return false,
                }
            } else {
                let (result, read, _) = decoder.decode_to_string(rest, text, is_last);
                (read, result == CoderResult::InputEmpty)
            };
            rest = &rest[read..];
            if is_done {
                return true;
            }
        }
    }
}
