//! Bodies of messages, in both directions.

use std::collections::BTreeMap;

use jsvm_component_data::Value;
use jsvm_protocol::http::MAX_READ_BYTES;
use wasi::http::types::{IncomingBody, OutgoingBody};
use wasi::io::poll::Pollable;
use wasi::io::streams::{InputStream, OutputStream, StreamError};

use crate::outcome::{Outcome, Step, type_error};

/// Bytes that are handed over at once.
const CHUNK: u64 = MAX_READ_BYTES as u64;

/// The bodies that are being read or written, by their numbers.
#[derive(Default)]
pub struct Bodies {
    incoming: BTreeMap<u64, Incoming>,
    outgoing: BTreeMap<u64, Outgoing>,
    /// Number of the latest incoming body.
    last: u64,
    /// Standard input, once it is read.
    input: Option<InputStream>,
}

// In all of these the stream is dropped before the body that it belongs to.
struct Incoming {
    stream: InputStream,
    _body: IncomingBody,
}

struct Outgoing {
    stream: OutputStream,
    body: OutgoingBody,
}

/// An outgoing body whose bytes are all there.
pub struct WholeBody {
    stream: OutputStream,
    body: OutgoingBody,
    bytes: Vec<u8>,
    written: usize,
}

/// Bytes for an outgoing body that comes in pieces.
pub struct Piece {
    /// Number of the body.
    pub body: u64,
    bytes: Vec<u8>,
    written: usize,
}

impl Bodies {
    /// Gives a number to an incoming body. The result is `undefined` if there is no body.
    pub fn receive(&mut self, body: Result<IncomingBody, ()>) -> Value {
        let Ok(body) = body else {
            return Value::Undefined;
        };
        let Ok(stream) = body.stream() else {
            return Value::Undefined;
        };
        self.last += 1;
        let incoming = Incoming {
            stream,
            _body: body,
        };
        self.incoming.insert(self.last, incoming);
        Value::Number(self.last as f64)
    }

    /// Prepares the body of a message for `content`, which is nothing, bytes, or the number of a
    /// body that comes in pieces. Bytes are returned: the caller has to write them.
    ///
    /// # Errors
    /// A `TypeError` if there is no such content, or if the message has no body.
    pub fn send(
        &mut self,
        body: Result<OutgoingBody, ()>,
        content: Value,
    ) -> Result<Option<WholeBody>, Value> {
        let refused = || type_error("there is no body to write to");
        let body = body.map_err(|()| refused())?;
        if content == Value::Undefined {
            // A response to HEAD may announce a length without a body, which is an error here.
            let _ = finish(body);
            return Ok(None);
        }
        let stream = body.write().map_err(|()| refused())?;
        match (content.to_u64(), content) {
            (Some(id), _) => {
                self.outgoing.insert(id, Outgoing { stream, body });
                Ok(None)
            }
            (None, Value::Bytes(bytes)) => Ok(Some(WholeBody {
                stream,
                body,
                bytes,
                written: 0,
            })),
            _ => Err(type_error("a body is bytes or a number")),
        }
    }

    /// The next bytes of an incoming body, or a pollable that waits for them.
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

    /// The next bytes of standard input, none at its end, or a pollable that waits for them.
    pub(crate) fn read_input(&mut self, most: u64) -> Result<Outcome, Pollable> {
        let input = self.input.get_or_insert_with(wasi::cli::stdin::get_stdin);
        match input.read(most.min(CHUNK)) {
            Ok(bytes) if bytes.is_empty() => Err(input.subscribe()),
            Ok(bytes) => Ok(Ok(Value::Bytes(bytes))),
            Err(StreamError::Closed) => Ok(Ok(Value::Bytes(Vec::new()))),
            Err(StreamError::LastOperationFailed(error)) => Ok(Err(type_error(format!(
                "cannot read standard input: {}",
                error.to_debug_string()
            )))),
        }
    }

    /// Forgets an incoming body.
    pub(crate) fn cancel(&mut self, id: u64) {
        self.incoming.remove(&id);
    }

    /// Ends an outgoing body. One that is not complete is reset.
    pub(crate) fn end(&mut self, id: u64, is_complete: bool) -> Outcome {
        let Some(Outgoing { stream, body }) = self.outgoing.remove(&id) else {
            return Err(type_error("there is no such body"));
        };
        drop(stream);
        if is_complete {
            return finish(body);
        }
        // Dropping an unfinished body resets it.
        drop(body);
        Ok(Value::Undefined)
    }
}

impl Piece {
    /// Bytes for the body of this number.
    pub fn new(body: u64, bytes: Vec<u8>) -> Self {
        Piece {
            body,
            bytes,
            written: 0,
        }
    }

    /// Writes as much as the stream takes now.
    pub fn step(mut self, bodies: &Bodies) -> Step<Self> {
        let Some(Outgoing { stream, .. }) = bodies.outgoing.get(&self.body) else {
            return Step::Done(Err(type_error("the body was closed")));
        };
        match write(stream, &self.bytes, &mut self.written) {
            Ok(None) => Step::Done(Ok(Value::Undefined)),
            Ok(Some(pollable)) => Step::Wait(self, pollable),
            Err(reason) => Step::Done(Err(reason)),
        }
    }
}

impl WholeBody {
    /// Writes as much as the stream takes now, and ends the body when all is written.
    pub fn step(mut self) -> Step<Self> {
        match write(&self.stream, &self.bytes, &mut self.written) {
            Ok(None) => {
                drop(self.stream);
                Step::Done(finish(self.body))
            }
            Ok(Some(pollable)) => Step::Wait(self, pollable),
            Err(reason) => Step::Done(Err(reason)),
        }
    }
}

/// Writes as much as the stream takes now. Returns a pollable if bytes are left.
fn write(
    stream: &OutputStream,
    bytes: &[u8],
    written: &mut usize,
) -> Result<Option<Pollable>, Value> {
    let failed = |error| {
        type_error(match error {
            StreamError::Closed => "the connection is closed".to_owned(),
            StreamError::LastOperationFailed(error) => error.to_debug_string(),
        })
    };
    loop {
        let rest = &bytes[*written..];
        if rest.is_empty() {
            return Ok(None);
        }
        let part = match stream.check_write().map_err(failed)? {
            0 => return Ok(Some(stream.subscribe())),
            room => &rest[..rest.len().min(room.min(CHUNK) as usize)],
        };
        stream.write(part).map_err(failed)?;
        stream.flush().map_err(failed)?;
        *written += part.len();
    }
}

/// Ends a body. Its stream must be dropped before.
fn finish(body: OutgoingBody) -> Outcome {
    match OutgoingBody::finish(body, None) {
        Ok(()) => Ok(Value::Undefined),
        Err(error) => Err(type_error(format!("the body cannot be sent: {error:?}"))),
    }
}
