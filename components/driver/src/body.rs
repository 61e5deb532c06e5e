//! Bodies of messages, in both directions.

use std::collections::BTreeMap;

use jsvm_component_data::{Value, from_bytes, to_bytes};
use wasi::http::types::{Fields, HeaderError, IncomingBody, OutgoingBody};
use wasi::io::poll::Pollable;
use wasi::io::streams::{InputStream, OutputStream, StreamError};

use crate::task::{Outcome, Tasks, Work, type_error};

/// Bytes that are handed over at once.
pub const CHUNK: u64 = 64 << 10;

/// The bodies that are being read or written, by their numbers.
#[derive(Default)]
pub struct Bodies {
    incoming: BTreeMap<u64, Incoming>,
    outgoing: BTreeMap<u64, Outgoing>,
    count: u64,
}

// In both the stream is dropped before the body that it belongs to.
struct Incoming {
    stream: InputStream,
    _body: IncomingBody,
}

struct Outgoing {
    stream: OutputStream,
    body: OutgoingBody,
}

impl Bodies {
    /// Gives a number to an incoming body; `undefined` if there is none.
    pub fn receive(&mut self, body: Result<IncomingBody, ()>) -> Value {
        let Ok(body) = body else {
            return Value::Undefined;
        };
        let Ok(stream) = body.stream() else {
            return Value::Undefined;
        };
        self.count += 1;
        let incoming = Incoming {
            stream,
            _body: body,
        };
        self.incoming.insert(self.count, incoming);
        Value::Number(self.count as f64)
    }

    /// Sends what the VM gives as a body: nothing, bytes, or a number by which bytes are written
    /// later.
    pub fn send(
        &mut self,
        body: Result<OutgoingBody, ()>,
        content: Value,
        tasks: &mut Tasks,
    ) -> Result<(), Value> {
        let refused = || type_error("there is no body to write to");
        let body = body.map_err(|()| refused())?;
        if content == Value::Undefined {
            // A response to HEAD says how long the body would be that it has not got.
            let _ = finish(body);
            return Ok(());
        }
        let stream = body.write().map_err(|()| refused())?;
        match (content.to_u64(), content) {
            (Some(id), _) => {
                self.outgoing.insert(id, Outgoing { stream, body });
            }
            (None, Value::Bytes(bytes)) => tasks.detach(Work::Whole {
                stream,
                body,
                bytes,
                written: 0,
            }),
            _ => return Err(type_error("a body is bytes or a number")),
        }
        Ok(())
    }

    /// The next bytes of an incoming body, or what to wait for.
    pub(crate) fn read(&mut self, id: u64) -> Result<Outcome, Pollable> {
        let Some(incoming) = self.incoming.get(&id) else {
            return Ok(Ok(Value::Undefined));
        };
        let outcome = match incoming.stream.read(CHUNK) {
            Ok(bytes) if bytes.is_empty() => return Err(incoming.stream.subscribe()),
            Ok(bytes) => return Ok(Ok(Value::Bytes(bytes))),
            Err(StreamError::Closed) => Ok(Value::Undefined),
            Err(StreamError::LastOperationFailed(error)) => Err(type_error(format!(
                "the body broke off: {}",
                error.to_debug_string()
            ))),
        };
        self.incoming.remove(&id);
        Ok(outcome)
    }

    /// Forgets an incoming body.
    pub(crate) fn cancel(&mut self, id: u64) {
        self.incoming.remove(&id);
    }

    /// What writes to an outgoing body.
    pub(crate) fn writer(&self, id: u64) -> Option<&OutputStream> {
        self.outgoing.get(&id).map(|outgoing| &outgoing.stream)
    }

    /// Ends an outgoing body, or breaks it off.
    pub(crate) fn end(&mut self, id: u64, is_whole: bool) -> Outcome {
        let Some(Outgoing { stream, body }) = self.outgoing.remove(&id) else {
            return Err(type_error("there is no such body"));
        };
        drop(stream);
        if is_whole {
            return finish(body);
        }
        // What is not finished is reset.
        drop(body);
        Ok(Value::Undefined)
    }
}

/// How far writing came.
pub enum Wrote {
    All,
    Full,
    Failed(Value),
}

/// Writes as much as is accepted now.
pub fn write(stream: &OutputStream, bytes: &[u8], written: &mut usize) -> Wrote {
    let gone = |error| {
        Wrote::Failed(type_error(match error {
            StreamError::Closed => "the connection is closed".to_owned(),
            StreamError::LastOperationFailed(error) => error.to_debug_string(),
        }))
    };
    loop {
        let rest = &bytes[*written..];
        if rest.is_empty() {
            return Wrote::All;
        }
        let part = match stream.check_write() {
            Ok(0) => return Wrote::Full,
            Ok(room) => &rest[..rest.len().min(room.min(CHUNK) as usize)],
            Err(error) => return gone(error),
        };
        if let Err(error) = stream.write(part).and_then(|()| stream.flush()) {
            return gone(error);
        }
        *written += part.len();
    }
}

/// Ends a body whose stream is gone.
pub fn finish(body: OutgoingBody) -> Outcome {
    match OutgoingBody::finish(body, None) {
        Ok(()) => Ok(Value::Undefined),
        Err(error) => Err(type_error(format!("the body cannot be sent: {error:?}"))),
    }
}

/// Names and values of the header fields that the VM gives to a message with this body.
pub fn header_pairs(headers: Value, body: &Value) -> Vec<(String, Vec<u8>)> {
    let mut pairs: Vec<(String, Vec<u8>)> = Vec::new();
    for pair in headers.into_list().unwrap_or_default() {
        let mut pair = pair.into_list().unwrap_or_default().into_iter();
        let name = pair.next().and_then(Value::into_text).unwrap_or_default();
        let value = pair.next().and_then(Value::into_text).unwrap_or_default();
        pairs.push((name, to_bytes(&value)));
    }
    let is_length = |(name, _): &(String, _)| name.eq_ignore_ascii_case("content-length");
    if let (false, Value::Bytes(bytes)) = (pairs.iter().any(is_length), body) {
        let length = bytes.len().to_string();
        pairs.push(("content-length".to_owned(), length.into_bytes()));
    }
    pairs
}

/// Header fields of what the VM gives. Those that belong to the connection are left out.
///
/// # Errors
/// A `TypeError` for what no field can be.
pub fn fields(headers: Value, body: &Value) -> Result<Fields, Value> {
    let fields = Fields::new();
    for (name, value) in header_pairs(headers, body) {
        match fields.append(&name, &value) {
            // A host that counts itself may refuse a length.
            Ok(()) | Err(HeaderError::Forbidden) => {}
            Err(_) => return Err(type_error(format!("the header {name} cannot be sent"))),
        }
    }
    Ok(fields)
}

/// Header fields for the VM.
pub fn head_fields(fields: &Fields) -> Value {
    given(fields.entries())
}

/// Names and values of header fields, for the VM.
pub fn given(pairs: Vec<(String, Vec<u8>)>) -> Value {
    let pairs = pairs.into_iter().map(|(name, value)| {
        let name = Value::Text(name.to_ascii_lowercase());
        Value::List(vec![name, Value::Text(from_bytes(&value))])
    });
    Value::List(pairs.collect())
}
