//! The requests that the program serves.

use std::cell::RefCell;
use std::collections::BTreeMap;

use futures_channel::oneshot;
use jsvm_component_data::Value;
use jsvm_driver::{Outcome, ServedEvent, ServedRequest, ServedResponse, print_error, type_error};
use wasip3::http::types::Response;

use crate::bodies::{self, WholeBody};
use crate::message::new_fields;

/// A response that is ready to be sent.
pub struct ReadyResponse {
    /// The head, with the stream of the body.
    pub response: Response,
    /// The body, if all of it is there. It has to be written.
    pub whole: Option<WholeBody>,
}

struct Served {
    /// The channel to the task that sends the response. It is taken when there is a response.
    response: Option<oneshot::Sender<ReadyResponse>>,
    /// Wakes the task of this request.
    changed: Option<oneshot::Sender<()>>,
    /// Whether the client wants no body.
    is_head: bool,
    /// Number of the request's body.
    body: Option<u64>,
    /// Number of the response's body, if it comes in pieces.
    pieces: Option<u64>,
}

#[derive(Default)]
struct AllServed {
    /// Number of the latest request.
    last: u64,
    /// The requests that are not done, by their numbers.
    served: BTreeMap<u64, Served>,
}

thread_local! {
    static ALL: RefCell<AllServed> = const {
        RefCell::new(AllServed { last: 0, served: BTreeMap::new() })
    };
}

/// Adds a request. Returns its number, and a channel for its response.
pub fn begin() -> (u64, oneshot::Receiver<ReadyResponse>) {
    let (sender, receiver) = oneshot::channel();
    let id = ALL.with_borrow_mut(|all| {
        all.last += 1;
        let served = Served {
            response: Some(sender),
            changed: None,
            is_head: false,
            body: None,
            pieces: None,
        };
        all.served.insert(all.last, served);
        all.last
    });
    (id, receiver)
}

/// Sets the number of a request's body.
pub fn set_body(id: u64, body: Option<u64>) {
    ALL.with_borrow_mut(|all| {
        if let Some(served) = all.served.get_mut(&id) {
            served.body = body;
        }
    });
}

/// Says that the client of a request wants no body.
pub fn set_head(id: u64) {
    ALL.with_borrow_mut(|all| {
        if let Some(served) = all.served.get_mut(&id) {
            served.is_head = true;
        }
    });
}

/// Whether a request is done.
pub fn is_done(id: u64) -> bool {
    ALL.with_borrow(|all| !all.served.contains_key(&id))
}

/// A channel that tells the task of a request to look again. `None` if the request is done.
pub fn watch(id: u64) -> Option<oneshot::Receiver<()>> {
    ALL.with_borrow_mut(|all| {
        let (sender, receiver) = oneshot::channel();
        all.served.get_mut(&id)?.changed = Some(sender);
        Some(receiver)
    })
}

/// Whether a request has no response yet.
pub fn is_unanswered(id: u64) -> bool {
    ALL.with_borrow(|all| {
        let served = all.served.get(&id);
        served.is_some_and(|served| served.response.is_some())
    })
}

/// Number of the response's body, if the request is not done and the body comes in pieces.
pub fn pieces(id: u64) -> Option<u64> {
    ALL.with_borrow(|all| all.served.get(&id)?.pieces)
}

/// Wakes the tasks of all requests.
pub fn wake_all() {
    let senders: Vec<_> = ALL.with_borrow_mut(|all| {
        let all = all.served.values_mut();
        all.filter_map(|served| served.changed.take()).collect()
    });
    for sender in senders {
        // The receiver may be gone.
        let _ = sender.send(());
    }
}

/// Ends a request, and wakes its task. Without a response the request has failed.
///
/// Returns the number of its body, which the caller must stop reading.
#[must_use]
pub fn finish(id: u64) -> Option<u64> {
    // The entry is dropped while nothing is borrowed, because dropping it wakes other tasks.
    let served = ALL.with_borrow_mut(|all| all.served.remove(&id));
    served.and_then(|served| served.body)
}

/// The response when the program has none.
pub fn internal_error() -> ReadyResponse {
    match ready(ServedResponse::internal_error()) {
        Ok(response) => response,
        // Every host takes this status and this header.
        Err(_) => unreachable!("status 500 cannot be sent"),
    }
}

fn ready(response: ServedResponse) -> Result<ReadyResponse, Value> {
    let fields = new_fields(response.headers, &response.body)?;
    let content = bodies::content(response.body)?;
    // The second part says whether the response was sent. The task that writes the body notices too.
    let (outgoing, _) = Response::new(fields, content.stream, content.end);
    let status = response.status;
    status
        .and_then(|status| outgoing.set_status_code(status).ok())
        .ok_or_else(|| type_error("the status cannot be sent"))?;
    Ok(ReadyResponse {
        response: outgoing,
        whole: content.whole,
    })
}

/// The answer to a request of the VM.
pub struct Answer {
    /// How the VM's request is settled.
    pub outcome: Outcome,
    /// An incoming body to stop reading.
    pub unread: Option<u64>,
}

/// Answers a request of the VM about a request that the program serves.
pub fn answer(request: ServedRequest) -> Answer {
    let ServedRequest { id, event } = request;
    let unread = match event {
        ServedEvent::Respond(response) => return respond(id, response),
        ServedEvent::Fail(reason) => {
            print_error(&reason);
            finish(id)
        }
        ServedEvent::Done => finish(id),
    };
    Answer {
        outcome: Ok(Value::Undefined),
        unread,
    }
}

fn respond(id: u64, response: ServedResponse) -> Answer {
    let sender = ALL.with_borrow_mut(|all| {
        let served = all.served.get_mut(&id);
        let served = served.ok_or_else(|| type_error("this request is over"))?;
        served.pieces = response.body.to_u64();
        let sender = served.response.take();
        let sender = sender.ok_or_else(|| type_error("there is a response already"))?;
        Ok((sender, served.is_head))
    });
    let (sender, is_head) = match sender {
        Ok(found) => found,
        Err(reason) => {
            return Answer {
                outcome: Err(reason),
                unread: None,
            };
        }
    };
    let is_done = response.is_done;
    let response = match is_head {
        true => response,
        false => response.with_length(),
    };
    let outcome = ready(response).and_then(|response| {
        let result = sender.send(response);
        result.map_err(|_| type_error("the client is gone"))
    });
    Answer {
        outcome: outcome.map(|()| Value::Undefined),
        unread: if is_done { finish(id) } else { None },
    }
}
