//! `CompressionStream`, `DecompressionStream` (Compression Standard) and the content codings of `fetch`,
//! with the crate `miniz_oxide`.
//!
//! Input goes in by pieces of at most [`PIECE`] bytes, and output comes out by such pieces. So neither a
//! large chunk nor one that decompresses to gigabytes takes memory that the VM does not count.

mod decoder;
mod encoder;
mod gzip;

use std::ops::RangeInclusive;

use self::decoder::{Decoder, Source};
use self::encoder::{Effort, Encoder, Flush};
use super::{blob, bytes, functions};
use crate::js::{self, Call, JsResult, Thrown, Value};

/// The most bytes that go in or come out at a time.
const PIECE: usize = 64 << 10;

/// The least room for output, so that small inputs do not need a large one.
const SMALL_PIECE: usize = 4 << 10;

/// The most content codings of a response, as in other clients: each takes 40 KB and may be a bomb.
const MAX_CODINGS: usize = 5;

/// How compressed data is framed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Gzip,
    /// The format of zlib.
    Deflate,
    Raw,
}

impl Format {
    fn named(name: &str) -> Option<Format> {
        match name {
            "gzip" => Some(Format::Gzip),
            "deflate" => Some(Format::Deflate),
            "deflate-raw" => Some(Format::Raw),
            _ => None,
        }
    }
}

/// An encoder or decoder with its input.
struct Codec {
    direction: Direction,
    input: Vec<u8>,
    /// How many bytes of the input are used.
    used: usize,
    /// Whether no more input comes.
    is_ended: bool,
}

enum Direction {
    Compress(Encoder),
    Decompress(Decoder),
}

/// What a step did: bytes that were used and written.
#[derive(Default)]
struct Progress {
    used: usize,
    written: usize,
}

/// Why data cannot be decompressed.
enum DecodeError {
    Corrupt,
    Truncated,
    TrailingData,
}

impl DecodeError {
    fn message(&self) -> &'static str {
        match self {
            DecodeError::Corrupt => "The compressed data was not valid",
            DecodeError::Truncated => "The compressed data was truncated: its end is missing",
            DecodeError::TrailingData => {
                "The compressed data was not valid: there is trailing data behind its end"
            }
        }
    }
}

impl Codec {
    fn step(&mut self, output: &mut [u8]) -> Result<Progress, DecodeError> {
        let input = self.input.get(self.used..).unwrap_or_default();
        let progress = match &mut self.direction {
            Direction::Compress(encoder) => encoder.step(input, self.is_ended, output),
            Direction::Decompress(decoder) => decoder.step(input, self.is_ended, output)?,
        };
        self.used += progress.used;
        Ok(progress)
    }

    /// The next bytes of output; none if more input is needed, or if the end was written.
    fn next(&mut self) -> Result<Vec<u8>, DecodeError> {
        let left = self.input.len() - self.used;
        let mut output = vec![0; (4 * left).clamp(SMALL_PIECE, PIECE)];
        let mut written = 0;
        loop {
            let progress = match self.step(&mut output[written..]) {
                // The next call finds it again, behind what came before it.
                Err(_) if written > 0 => Progress::default(),
                result => result?,
            };
            written += progress.written;
            let is_stuck = progress.used == 0 && progress.written == 0;
            if is_stuck || written == output.len() {
                output.truncate(written);
                return Ok(output);
            }
        }
    }
}

/// The helpers of the streams.
pub fn natives(object: &Value) -> JsResult<()> {
    blob::natives(object)?;
    decoding_natives(object)?;
    functions! { object;
        // `compressor(format, level?, strategy?)`: nothing if there is no such format.
        "compressor" 3 => |call| {
            let effort = effort(&call);
            codec(call, |format| Direction::Compress(Encoder::new(format, effort)))
        },
        // `takeUnused(codec)`: how many bytes of what was fed it has not used, and forgets.
        "takeUnused" 1 => |call| {
            let unused = call.arg(0).with_held(|codec: &mut Codec| {
                let unused = codec.input.len() - codec.used;
                codec.input.truncate(codec.used);
                unused
            })?;
            Ok(Value::number(unused as f64))
        },
        // `setEffort(codec, level, strategy)`, for what follows.
        "setEffort" 3 => |call| {
            let effort = effort(&call);
            change_encoder(&call, |encoder| encoder.set_effort(effort))
        },
        // `flushOutput(codec, isFull)`: the next output has all input so far.
        "flushOutput" 2 => |call| {
            let flush = match call.arg(1).to_boolean() {
                true => Flush::Full,
                false => Flush::Sync,
            };
            change_encoder(&call, |encoder| encoder.flush(flush))
        },
        // `decompressor(format, hasMembers?)`
        "decompressor" 2 => |call| {
            let source = match call.arg(1).to_boolean() {
                true => Source::Members,
                false => Source::Stream,
            };
            codec(call, |format| Direction::Decompress(Decoder::new(format, source)))
        },
    }
    Ok(())
}

/// The helpers of `fetch`.
pub fn decoding_natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "contentDecoders" 1 => content_decoders,
        "feed" 3 => feed,
        "endInput" 1 => |call| {
            call.arg(0).with_held(|codec: &mut Codec| codec.is_ended = true)?;
            Ok(Value::UNDEFINED)
        },
        "nextOutput" 1 => next_output,
    }
    Ok(())
}

/// The second and third argument; what is missing or out of range is zlib's default.
fn effort(call: &Call<'_>) -> Effort {
    let number = |index, range: RangeInclusive<i32>, default| {
        let number = call.arg(index).as_number().map(|number| number as i32);
        number
            .filter(|number| range.contains(number))
            .unwrap_or(default)
    };
    let default = Effort::default();
    Effort {
        level: number(1, 0..=9, default.level),
        strategy: number(2, 0..=4, default.strategy),
    }
}

/// Changes the encoder that is the first argument; nothing if that is a decoder.
fn change_encoder(call: &Call<'_>, change: impl FnOnce(&mut Encoder)) -> JsResult<Value> {
    call.arg(0).with_held(|codec: &mut Codec| {
        if let Direction::Compress(encoder) = &mut codec.direction {
            change(encoder);
        }
    })?;
    Ok(Value::UNDEFINED)
}

fn codec(call: Call<'_>, create: impl FnOnce(Format) -> Direction) -> JsResult<Value> {
    match Format::named(&call.arg(0).to_lossy()?) {
        Some(format) => hold(create(format)),
        None => Ok(Value::UNDEFINED),
    }
}

fn hold(direction: Direction) -> JsResult<Value> {
    js::hold(Codec {
        direction,
        input: Vec::new(),
        used: 0,
        is_ended: false,
    })
}

/// `contentDecoders(names)`: decoders for the value of a header `content-encoding`, in the order in which
/// the codings are removed; nothing if one is not known.
fn content_decoders(call: Call<'_>) -> JsResult<Value> {
    let names = call.arg(0).to_lossy()?.to_ascii_lowercase();
    let names = names.split(',').map(str::trim);
    let names: Vec<_> = names
        .filter(|name| !matches!(*name, "" | "identity"))
        .collect();
    if names.len() > MAX_CODINGS {
        let message = format!("The response has more than {MAX_CODINGS} content codings");
        return Err(Thrown::type_error(&message));
    }
    let mut decoders = Vec::new();
    for name in names.iter().rev() {
        let format = match *name {
            "gzip" | "x-gzip" => Format::Gzip,
            "deflate" => Format::Deflate,
            _ => return Ok(Value::UNDEFINED),
        };
        decoders.push(hold(Direction::Decompress(Decoder::new(
            format,
            Source::Content,
        )))?);
    }
    Value::array_of(decoders)
}

/// `feed(codec, bytes, at)`: gives the bytes from a position on, as many as it takes. Returns the position
/// behind them. The input before must be used up.
fn feed(call: Call<'_>) -> JsResult<Value> {
    let value = call.arg(1);
    let at = call.arg(2).as_number().unwrap_or(0.0) as usize;
    let end = bytes::len(&value)?.min(at.saturating_add(PIECE));
    let piece = bytes::part(&value, at..end)?;
    call.arg(0).with_held(|codec: &mut Codec| {
        codec.input = piece;
        codec.used = 0;
    })?;
    Ok(Value::number(end as f64))
}

/// `nextOutput(codec)`: the next bytes; nothing if more input is needed, or after the end.
fn next_output(call: Call<'_>) -> JsResult<Value> {
    let output = call.arg(0).with_held(|codec: &mut Codec| codec.next())?;
    match output {
        Ok(output) if output.is_empty() => Ok(Value::UNDEFINED),
        // Copied: so the limit of the VM's memory applies to it.
        Ok(output) => bytes::uint8_array(&output),
        Err(error) => Err(Thrown::type_error(error.message())),
    }
}
