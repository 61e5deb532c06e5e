//! Requests: work that a script asked for and that the embedder does outside.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::bindings::exports::jsvm::engine::vm::Request;
use crate::bindings::jsvm::engine::types::Node;
use crate::js::{self, Call, JsResult, Value};
use crate::{data, token};

struct Pending {
    name: String,
    args: Vec<Node>,
    resolve: Value,
    reject: Value,
}

struct Requests {
    /// By number, so in order.
    pending: BTreeMap<u64, Pending>,
    last: u64,
    /// The greatest number that the embedder has taken.
    taken: u64,
}

thread_local! {
    static TABLE: RefCell<Requests> =
        const { RefCell::new(Requests { pending: BTreeMap::new(), last: 0, taken: 0 }) };
}

/// A function that queues a request when it is called.
pub fn function(name: &str, length: u32) -> JsResult<Value> {
    js::function(name, length, &[Value::text(name)?], queue)
}

fn queue(call: Call<'_>) -> JsResult<Value> {
    let name = call.data[0].to_lossy()?;
    let args = match data::copy_out_list(call.args) {
        Ok(args) => args,
        // An asynchronous function reports everything through its promise.
        Err(error) => {
            let thrown = error.into_thrown();
            return if thrown.is_interrupt() {
                Err(thrown)
            } else {
                Value::settled_promise(Err(thrown))
            };
        }
    };
    let (promise, resolve, reject) = js::new_promise().inspect_err(|_| token::release_in(&args))?;
    token::adopt(&args);
    TABLE.with_borrow_mut(|table| {
        table.last += 1;
        table.pending.insert(
            table.last,
            Pending {
                name,
                args,
                resolve,
                reject,
            },
        );
    });
    Ok(promise)
}

/// The unsettled requests; only those not taken yet, or all.
pub fn take(all: bool) -> Vec<Request> {
    TABLE.with_borrow_mut(|table| {
        let first = if all { 0 } else { table.taken + 1 };
        table.taken = table.last;
        let requests = table.pending.range(first..);
        requests
            .map(|(id, request)| Request {
                id: *id,
                name: request.name.clone(),
                args: token::lend(&request.args),
            })
            .collect()
    })
}

/// Settles a request. Returns whether there was one.
pub fn settle(id: u64, outcome: Result<Vec<Node>, Vec<Node>>) -> JsResult<bool> {
    if !TABLE.with_borrow(|table| table.pending.contains_key(&id)) {
        return Ok(false);
    }
    // Copied in first: malformed data leaves the request as it is.
    let (value, fulfil) = match outcome {
        Ok(value) => (data::copy_in(value)?, true),
        Err(reason) => (data::copy_in(reason)?, false),
    };
    let Some(request) = TABLE.with_borrow_mut(|table| table.pending.remove(&id)) else {
        return Ok(false);
    };
    token::release_in(&request.args);
    let settle = if fulfil {
        &request.resolve
    } else {
        &request.reject
    };
    settle.call(&Value::UNDEFINED, &[value])?;
    Ok(true)
}
