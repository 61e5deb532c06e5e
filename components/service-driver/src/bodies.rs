//! Bodies of messages, in both directions.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jsvm_component_data::Value;
use jsvm_driver::{Outcome, type_error};
use jsvm_protocol::http::MAX_READ_BYTES;
use wasip3::http::types::{ErrorCode, Trailers};
use wasip3::wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamResult, StreamWriter};
use wasip3::{wit_future, wit_stream};

/// The end of a body.
type End = Result<Option<Trailers>, ErrorCode>;

/// A body that arrives.
struct Incoming {
    /// The stream, unless a request reads from it.
    stream: Option<StreamReader<u8>>,
    /// Whether the body was complete.
    end: FutureReader<End>,
    /// The request that reads from it.
    reading: Option<u64>,
    /// Tells the sender that the body was taken, when it is dropped.
    _taken: FutureWriter<Result<(), ErrorCode>>,
}

/// A body that is sent. Dropping it breaks it off.
struct Outgoing {
    stream: StreamWriter<u8>,
    end: FutureWriter<End>,
}

/// A body that is sent in pieces.
struct Pieces {
    /// The body, unless a request writes to it.
    body: Option<Outgoing>,
    /// The request that writes to it.
    writing: Option<u64>,
}

#[derive(Default)]
struct Bodies {
    incoming: BTreeMap<u64, Incoming>,
    outgoing: BTreeMap<u64, Pieces>,
    /// Number of the latest incoming body.
    last: u64,
}

thread_local! {
    static BODIES: RefCell<Bodies> = RefCell::default();
}

/// An incoming body: its bytes, and its end.
pub type Arriving = (StreamReader<u8>, FutureReader<End>);

/// Gives a number to an incoming body. `consume` takes the body out of its message.
pub fn receive(consume: impl FnOnce(FutureReader<Result<(), ErrorCode>>) -> Arriving) -> Value {
    let (taken, is_taken) = wit_future::new(|| Ok(()));
    let (stream, end) = consume(is_taken);
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

/// Waits for the next bytes of an incoming body. The outcome is `undefined` at its end.
pub async fn read(id: u64, request: u64) -> Outcome {
    let taken = BODIES.with_borrow_mut(|bodies| {
        let incoming = bodies.incoming.get_mut(&id)?;
        incoming.reading = Some(request);
        incoming.stream.take()
    });
    let Some(mut stream) = taken else {
        return Ok(Value::Undefined);
    };
    let (result, bytes) = stream.read(Vec::with_capacity(MAX_READ_BYTES)).await;
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

/// Forgets an incoming body. Returns the request that reads from it.
pub fn cancel(id: u64) -> Option<u64> {
    let incoming = BODIES.with_borrow_mut(|bodies| bodies.incoming.remove(&id));
    incoming?.reading
}

/// An outgoing body whose bytes are all there.
pub struct WholeBody {
    body: Outgoing,
    bytes: Vec<u8>,
}

impl WholeBody {
    /// Writes the bytes, and ends the body. The receiver may go before the end.
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

/// The content of an outgoing message.
pub struct Content {
    /// The stream that the receiver reads, if there is a body.
    pub stream: Option<StreamReader<u8>>,
    /// The end of the body.
    pub end: FutureReader<End>,
    /// The body, if all of it is there. It has to be written.
    pub whole: Option<WholeBody>,
}

/// The content that the VM gives to a message: nothing, bytes, or the number of a body that comes in
/// pieces.
///
/// # Errors
/// A `TypeError` for any other value.
pub fn content(value: Value) -> Result<Content, Value> {
    let number = value.to_u64();
    match (number, value) {
        (_, Value::Undefined | Value::Null) => {
            let (_, end) = wit_future::new(|| Ok(None));
            Ok(Content {
                stream: None,
                end,
                whole: None,
            })
        }
        (Some(id), _) => {
            let (body, stream, end) = Outgoing::new();
            let pieces = Pieces {
                body: Some(body),
                writing: None,
            };
            BODIES.with_borrow_mut(|bodies| bodies.outgoing.insert(id, pieces));
            Ok(Content {
                stream: Some(stream),
                end,
                whole: None,
            })
        }
        (None, Value::Bytes(bytes)) => {
            let (body, stream, end) = Outgoing::new();
            Ok(Content {
                stream: Some(stream),
                end,
                whole: Some(WholeBody { body, bytes }),
            })
        }
        _ => Err(type_error("a body is bytes or a number")),
    }
}

/// Writes to an outgoing body, and waits until the receiver has taken all.
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
        // The receiver is gone, so the body can neither be written nor ended.
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

/// The request that writes to an outgoing body.
pub fn writing(id: u64) -> Option<u64> {
    BODIES.with_borrow(|bodies| bodies.outgoing.get(&id)?.writing)
}

/// Breaks off an outgoing body, if it has not ended.
pub fn break_off(id: u64) {
    // What is dropped wakes other tasks, so nothing is borrowed then.
    drop(BODIES.with_borrow_mut(|bodies| bodies.outgoing.remove(&id)));
}

/// Ends an outgoing body. One that is not complete is broken off.
pub async fn end(id: u64, is_complete: bool) -> Outcome {
    let pieces = BODIES.with_borrow_mut(|bodies| bodies.outgoing.remove(&id));
    match pieces.and_then(|pieces| pieces.body) {
        Some(body) if is_complete => body.finish().await,
        // Dropping the body breaks it off.
        Some(_) => Ok(Value::Undefined),
        None if !is_complete => Ok(Value::Undefined),
        None => Err(type_error("there is no such body")),
    }
}
