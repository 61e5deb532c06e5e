//! Bodies of messages, in both directions.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jsvm_component_data::Value;
use jsvm_driver::{Outcome, type_error};
use wasip3::http::types::{ErrorCode, Trailers};
use wasip3::wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamResult, StreamWriter};
use wasip3::{wit_future, wit_stream};

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// How a body ends.
type End = Result<Option<Trailers>, ErrorCode>;

/// A body that arrives.
struct Incoming {
    /// Nothing while it is read from.
    stream: Option<StreamReader<u8>>,
    /// Whether it was whole.
    end: FutureReader<End>,
    /// The request that reads from it.
    reading: Option<u64>,
    /// What the sender is told when it is dropped.
    _taken: FutureWriter<Result<(), ErrorCode>>,
}

/// A body that is sent. If it is dropped it is broken off.
struct Outgoing {
    stream: StreamWriter<u8>,
    end: FutureWriter<End>,
}

/// A body that is sent piece by piece.
struct Pieces {
    /// Nothing while it is written to.
    body: Option<Outgoing>,
    /// The request that writes to it.
    writing: Option<u64>,
}

#[derive(Default)]
struct Bodies {
    incoming: BTreeMap<u64, Incoming>,
    outgoing: BTreeMap<u64, Pieces>,
    /// The number of the body that came last.
    last: u64,
}

thread_local! {
    static BODIES: RefCell<Bodies> = RefCell::default();
}

/// What takes a body: how the sender is told of the end, and what the body is.
pub type Arriving = (StreamReader<u8>, FutureReader<End>);

/// Gives a number to a body that arrives.
pub fn receive(consume: impl FnOnce(FutureReader<Result<(), ErrorCode>>) -> Arriving) -> Value {
    let (taken, told) = wit_future::new(|| Ok(()));
    let (stream, end) = consume(told);
    let incoming = Incoming {
        stream: Some(stream),
        end,
        reading: None,
        _taken: taken,
    };
    BODIES.with_borrow_mut(|bodies| {
        bodies.last += 1;
        bodies.incoming.insert(bodies.last, incoming);
        Value::Number(bodies.last as f64)
    })
}

/// The next bytes of a body; `undefined` at its end.
pub async fn read(id: u64, request: u64) -> Outcome {
    let taken = BODIES.with_borrow_mut(|bodies| {
        let incoming = bodies.incoming.get_mut(&id)?;
        incoming.reading = Some(request);
        incoming.stream.take()
    });
    let Some(mut stream) = taken else {
        return Ok(Value::Undefined);
    };
    let (result, bytes) = stream.read(Vec::with_capacity(CHUNK)).await;
    if result == StreamResult::Dropped && bytes.is_empty() {
        return ended(id).await;
    }
    BODIES.with_borrow_mut(|bodies| {
        if let Some(incoming) = bodies.incoming.get_mut(&id) {
            incoming.reading = None;
            incoming.stream = Some(stream);
        }
    });
    Ok(Value::Bytes(bytes))
}

async fn ended(id: u64) -> Outcome {
    let incoming = BODIES.with_borrow_mut(|bodies| bodies.incoming.remove(&id));
    match incoming.map(|incoming| incoming.end) {
        Some(end) => match end.await {
            Ok(_) => Ok(Value::Undefined),
            Err(error) => Err(type_error(format!("the body broke off: {error:?}"))),
        },
        None => Ok(Value::Undefined),
    }
}

/// Forgets a body that arrives. Returns the request that reads from it.
pub fn cancel(id: u64) -> Option<u64> {
    let incoming = BODIES.with_borrow_mut(|bodies| bodies.incoming.remove(&id));
    incoming?.reading
}

/// A body of which all is there.
pub struct Whole {
    body: Outgoing,
    bytes: Vec<u8>,
}

impl Whole {
    /// Writes it. Who takes it may go before its end.
    pub async fn write(mut self) {
        if self.body.stream.write_all(self.bytes).await.is_empty() {
            let _ = self.body.finish().await;
        }
    }
}

impl Outgoing {
    fn new() -> (Outgoing, StreamReader<u8>, FutureReader<End>) {
        let (stream, reader) = wit_stream::new();
        let (end, result) = wit_future::new(|| Err(ErrorCode::HttpResponseIncomplete));
        (Outgoing { stream, end }, reader, result)
    }

    async fn finish(self) -> Outcome {
        let Outgoing { stream, end } = self;
        drop(stream);
        match end.write(Ok(None)).await {
            Ok(()) => Ok(Value::Undefined),
            Err(_) => Err(type_error("the connection is closed")),
        }
    }
}

/// What a message takes as its content: bytes, the number of what is written piece by piece, or nothing.
pub type Content = (Option<StreamReader<u8>>, FutureReader<End>, Option<Whole>);

/// The content that the VM gives to a message.
///
/// # Errors
/// A `TypeError` for what no body can be.
pub fn content(value: Value) -> Result<Content, Value> {
    let number = value.to_u64();
    match (number, value) {
        (_, Value::Undefined | Value::Null) => {
            let (_, end) = wit_future::new(|| Ok(None));
            Ok((None, end, None))
        }
        (Some(id), _) => {
            let (body, stream, end) = Outgoing::new();
            let pieces = Pieces {
                body: Some(body),
                writing: None,
            };
            BODIES.with_borrow_mut(|bodies| bodies.outgoing.insert(id, pieces));
            Ok((Some(stream), end, None))
        }
        (None, Value::Bytes(bytes)) => {
            let (body, stream, end) = Outgoing::new();
            Ok((Some(stream), end, Some(Whole { body, bytes })))
        }
        _ => Err(type_error("a body is bytes or a number")),
    }
}

/// Writes to a body, and waits until all is taken.
pub async fn write(id: u64, request: u64, bytes: Vec<u8>) -> Outcome {
    let taken = BODIES.with_borrow_mut(|bodies| {
        let pieces = bodies.outgoing.get_mut(&id)?;
        pieces.writing = Some(request);
        pieces.body.take()
    });
    let Some(mut body) = taken else {
        return Err(type_error("the body was closed"));
    };
    if !body.stream.write_all(bytes).await.is_empty() {
        // Nobody ends what nobody takes.
        BODIES.with_borrow_mut(|bodies| bodies.outgoing.remove(&id));
        return Err(type_error("the connection is closed"));
    }
    BODIES.with_borrow_mut(|bodies| {
        if let Some(pieces) = bodies.outgoing.get_mut(&id) {
            pieces.writing = None;
            pieces.body = Some(body);
        }
    });
    Ok(Value::Undefined)
}

/// The request that writes to a body.
pub fn writing(id: u64) -> Option<u64> {
    BODIES.with_borrow(|bodies| bodies.outgoing.get(&id)?.writing)
}

/// Ends a body that is sent piece by piece, or breaks it off.
pub async fn end(id: u64, is_whole: bool) -> Outcome {
    let pieces = BODIES.with_borrow_mut(|bodies| bodies.outgoing.remove(&id));
    match pieces.and_then(|pieces| pieces.body) {
        Some(body) if is_whole => body.finish().await,
        // What is dropped without an end is broken off.
        Some(_) => Ok(Value::Undefined),
        None if !is_whole => Ok(Value::Undefined),
        None => Err(type_error("there is no such body")),
    }
}
