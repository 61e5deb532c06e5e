//! Requests: work that a script asked for and that the embedder does outside.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::bindings::exports::jsvm::engine::requests::Request;
use crate::bindings::jsvm::engine::types::Data;
use crate::data::{self, CopyError, Kept};
use crate::js::{self, Call, JsResult, Tag, Thrown, Value};

struct Pending {
    name: String,
    args: Kept,
    resolve: Value,
    reject: Value,
    abort: Option<Abort>,
}

struct Requests {
    /// By number, so in order.
    pending: BTreeMap<u64, Pending>,
    last: u64,
    /// The greatest number that the embedder has taken.
    taken: u64,
    /// Taken, and given up since.
    cancelled: Vec<u64>,
}

thread_local! {
    static TABLE: RefCell<Requests> = const {
        RefCell::new(Requests {
            pending: BTreeMap::new(),
            last: 0,
            taken: 0,
            cancelled: Vec::new(),
        })
    };
}

/// A function that queues a request when it is called.
pub fn function(name: &str, length: u32) -> JsResult<Value> {
    js::function(name, length, &[Value::text(name)?], queue)
}

fn queue(call: Call<'_>) -> JsResult<Value> {
    let name = call.data[0].to_lossy()?;
    let signal = match Signal::among(call.args) {
        Ok(signal) => signal,
        Err(thrown) => return rejected(thrown),
    };
    if let Some(signal) = &signal
        && signal.is_aborted()?
    {
        return rejected(Thrown(signal.reason()?));
    }
    let args = match data::copy_out_list(call.args) {
        // The script can change its buffers as soon as this returns.
        Ok(args) => match args.keep() {
            Ok(args) => args,
            Err(thrown) => return rejected(thrown),
        },
        // An asynchronous function reports everything through its promise.
        Err(error) => return rejected(error.into_thrown()),
    };
    let (promise, resolve, reject) = match js::new_promise() {
        Ok(parts) => parts,
        Err(thrown) => {
            args.release();
            return Err(thrown);
        }
    };
    let id = insert(Pending {
        name,
        args,
        resolve,
        reject,
        abort: None,
    });
    if let Some(signal) = signal {
        let abort = signal.on_abort(id)?;
        TABLE.with_borrow_mut(|table| {
            if let Some(request) = table.pending.get_mut(&id) {
                request.abort = Some(abort);
            }
        });
    }
    Ok(promise)
}

/// Queues a request that `resolve` or `reject` is called for.
pub fn add(name: &str, args: &[Value], resolve: Value, reject: Value) -> JsResult<()> {
    let args = data::copy_out_list(args).map_err(CopyError::into_thrown)?;
    insert(Pending {
        name: name.to_owned(),
        args: args.keep()?,
        resolve,
        reject,
        abort: None,
    });
    Ok(())
}

fn insert(request: Pending) -> u64 {
    TABLE.with_borrow_mut(|table| {
        table.last += 1;
        table.pending.insert(table.last, request);
        table.last
    })
}

/// An asynchronous function reports everything through its promise, but for what no script may
/// catch.
fn rejected(thrown: Thrown) -> JsResult<Value> {
    if thrown.is_interrupt() {
        Err(thrown)
    } else {
        Value::settled_promise(Err(thrown))
    }
}

/// Called by the signal of a request.
fn abort(call: Call<'_>) -> JsResult<Value> {
    let (id, signal) = (&call.data[0], Signal(call.data[1].clone()));
    let id = id.as_number().unwrap_or(0.0) as u64;
    let request = TABLE.with_borrow_mut(|table| {
        let request = table.pending.remove(&id)?;
        if id <= table.taken {
            table.cancelled.push(id);
        }
        Some(request)
    });
    if let Some(request) = request {
        request.args.release();
        request
            .reject
            .call(&Value::UNDEFINED, &[signal.reason()?])?;
    }
    Ok(Value::UNDEFINED)
}

/// An `AbortSignal` (DOM), by what it can do.
struct Signal(Value);

/// A signal with the listener that was added to it.
struct Abort {
    signal: Value,
    listener: Value,
}

impl Signal {
    /// The signal that a request was given: its last argument, or the property `signal` of that.
    fn among(args: &[Value]) -> JsResult<Option<Signal>> {
        let Some(last) = args.last() else {
            return Ok(None);
        };
        if !last.is_object() || last.is_function() {
            return Ok(None);
        }
        if Self::is_signal(last)? {
            return Ok(Some(Signal(last.clone())));
        }
        let signal = last.get("signal")?;
        Ok(Self::is_signal(&signal)?.then_some(Signal(signal)))
    }

    fn is_signal(value: &Value) -> JsResult<bool> {
        Ok(value.is_object()
            && value.get("aborted")?.tag() == Tag::Boolean
            && value.get("addEventListener")?.is_function())
    }

    fn is_aborted(&self) -> JsResult<bool> {
        Ok(self.0.get("aborted")?.to_boolean())
    }

    fn reason(&self) -> JsResult<Value> {
        self.0.get("reason")
    }

    fn on_abort(self, id: u64) -> JsResult<Abort> {
        let Signal(signal) = self;
        let data = [Value::number(id as f64), signal.clone()];
        let listener = js::function("", 0, &data, abort)?;
        let args = [Value::text("abort")?, listener.clone()];
        signal.get("addEventListener")?.call(&signal, &args)?;
        Ok(Abort { signal, listener })
    }
}

impl Abort {
    /// The request is settled: a signal can live longer than that.
    fn forget(self) -> JsResult<()> {
        let args = [Value::text("abort")?, self.listener];
        let remove = self.signal.get("removeEventListener")?;
        remove.call(&self.signal, &args).map(drop)
    }
}

/// Whether a request is not settled.
pub fn are_pending() -> bool {
    TABLE.with_borrow(|table| !table.pending.is_empty())
}

/// Whether requests were made that the embedder has not taken, and whether some were cancelled.
pub fn waiting() -> (bool, bool) {
    TABLE.with_borrow(|table| {
        let last = table.pending.last_key_value();
        let untaken = last.is_some_and(|(id, _)| *id > table.taken);
        (untaken, !table.cancelled.is_empty())
    })
}

/// The requests that were given up since the last call.
pub fn take_cancelled() -> Vec<u64> {
    TABLE.with_borrow_mut(|table| std::mem::take(&mut table.cancelled))
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
                args: request.args.duplicate(),
            })
            .collect()
    })
}

/// Settles a request. Returns whether there was one.
pub fn settle(id: u64, outcome: Result<Data, Data>) -> JsResult<bool> {
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
    request.args.release();
    let settle = if fulfil {
        &request.resolve
    } else {
        &request.reject
    };
    if !fulfil {
        // No script made the error, so it has no frames.
        value.write_stack(&request.reject);
    }
    settle.call(&Value::UNDEFINED, &[value])?;
    if let Some(abort) = request.abort {
        abort.forget()?;
    }
    Ok(true)
}
