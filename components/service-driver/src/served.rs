//! The requests that are being served.

use std::cell::RefCell;
use std::collections::BTreeMap;

use futures_channel::oneshot;
use jsvm_component_data::Value;
use jsvm_driver::{Outcome, print_error, type_error};
use wasip3::http::types::Response;

use crate::bodies::{self, Whole};
use crate::{message, turn};

/// A response, and what is to be written of it.
pub struct Answer {
    /// Its head, with the stream that its body comes through.
    pub response: Response,
    /// The body, if all of it is there.
    pub whole: Option<Whole>,
}

struct Served {
    /// Where the response goes, until it has one.
    answer: Option<oneshot::Sender<Answer>>,
    /// Whoever attends to it is told of what has changed.
    changed: Option<oneshot::Sender<()>>,
    /// Its body, if it has one.
    body: Option<u64>,
}

#[derive(Default)]
struct All {
    /// How many there were.
    count: u64,
    /// Those that are not done, by their numbers.
    served: BTreeMap<u64, Served>,
}

thread_local! {
    static ALL: RefCell<All> = const {
        RefCell::new(All { count: 0, served: BTreeMap::new() })
    };
}

/// A new request: its number, and what waits for its response.
pub fn begin() -> (u64, oneshot::Receiver<Answer>) {
    let (sender, receiver) = oneshot::channel();
    let id = ALL.with_borrow_mut(|all| {
        all.count += 1;
        let served = Served {
            answer: Some(sender),
            changed: None,
            body: None,
        };
        all.served.insert(all.count, served);
        all.count
    });
    (id, receiver)
}

/// Remembers its body.
pub fn arrives(id: u64, body: Option<u64>) {
    ALL.with_borrow_mut(|all| {
        if let Some(served) = all.served.get_mut(&id) {
            served.body = body;
        }
    });
}

/// Whether nothing more comes of it.
pub fn is_done(id: u64) -> bool {
    ALL.with_borrow(|all| !all.served.contains_key(&id))
}

/// What is ready when something has changed for it; nothing if it is done.
pub fn watch(id: u64) -> Option<oneshot::Receiver<()>> {
    ALL.with_borrow_mut(|all| {
        let (sender, receiver) = oneshot::channel();
        all.served.get_mut(&id)?.changed = Some(sender);
        Some(receiver)
    })
}

/// Whether it has no response yet.
pub fn is_unanswered(id: u64) -> bool {
    ALL.with_borrow(|all| {
        let served = all.served.get(&id);
        served.is_some_and(|served| served.answer.is_some())
    })
}

/// Tells all who attend that something has changed.
pub fn tell_all() {
    let told: Vec<_> = ALL.with_borrow_mut(|all| {
        let all = all.served.values_mut();
        all.filter_map(|served| served.changed.take()).collect()
    });
    for told in told {
        // Who does not listen has gone.
        let _ = told.send(());
    }
}

/// Nothing more comes of it. Without a response it has failed; whoever attends to it hears of the end.
fn done(id: u64) {
    // Dropped when nothing is borrowed, since that wakes others.
    let served = ALL.with_borrow_mut(|all| all.served.remove(&id));
    // Nobody needs what has not been read of it.
    if let Some(body) = served.and_then(|served| served.body) {
        turn::stop_reading(body);
    }
}

/// Says why it failed, and answers 500 if it has no response yet. Nothing more comes of it.
pub fn fail(id: u64, reason: &str) {
    print_error(reason);
    done(id);
}

/// What is answered when a program has no answer.
pub fn internal_error() -> Answer {
    let mut head = Value::object([
        ("status", Value::Number(500.0)),
        ("body", Value::Bytes(b"Internal Server Error".to_vec())),
    ]);
    let pair = ["content-type", "text/plain;charset=UTF-8"].map(Value::text);
    let headers = Value::List(vec![Value::List(pair.into())]);
    match response(&mut head, headers) {
        Ok(answer) => answer,
        // A status and a header that any host takes.
        Err(_) => unreachable!("status 500 cannot be sent"),
    }
}

fn response(head: &mut Value, headers: Value) -> Result<Answer, Value> {
    let content = head.take("body");
    let fields = message::fields(headers, &content)?;
    let status = head.take("status").to_u64();
    let status = status.and_then(|status| u16::try_from(status).ok());
    let (stream, end, whole) = bodies::content(content)?;
    // Who writes the body hears of it if nobody takes it.
    let (response, _) = Response::new(fields, stream, end);
    status
        .and_then(|status| response.set_status_code(status).ok())
        .ok_or_else(|| type_error("the status cannot be sent"))?;
    Ok(Answer { response, whole })
}

fn respond(id: u64, mut head: Value) -> Outcome {
    let sender = ALL.with_borrow_mut(|all| {
        let served = all.served.get_mut(&id);
        let served = served.ok_or_else(|| type_error("this request is over"))?;
        let answer = served.answer.take();
        answer.ok_or_else(|| type_error("there is a response already"))
    })?;
    let headers = head.take("headers");
    let is_done = head.take("done") == Value::Bool(true);
    let sent = response(&mut head, headers).and_then(|answer| {
        let sent = sender.send(answer);
        sent.map_err(|_| type_error("the client is gone"))
    });
    if is_done {
        done(id);
    }
    sent.map(|()| Value::Undefined)
}

/// Answers a request of the VM that is about one of these; gives the arguments back if it is about
/// something else.
pub fn answer(name: &str, mut args: Vec<Value>) -> Result<Outcome, Vec<Value>> {
    if !matches!(
        name,
        "jsvm:http-respond" | "jsvm:http-done" | "jsvm:http-failed"
    ) {
        return Err(args);
    }
    let Some(id) = args.first().and_then(Value::to_u64) else {
        return Ok(Err(type_error("a request has a number")));
    };
    let arg = match args.len() > 1 {
        true => args.swap_remove(1),
        false => Value::Undefined,
    };
    match name {
        "jsvm:http-respond" => return Ok(respond(id, arg)),
        "jsvm:http-failed" => fail(id, &arg.into_text().unwrap_or_default()),
        _ => done(id),
    }
    Ok(Ok(Value::Undefined))
}
