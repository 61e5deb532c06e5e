//! Ticks: callbacks that run before the jobs of promises, as `process.nextTick` of Node.js has them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use crate::js::{self, JsResult, Thrown, Value};

struct Tick {
    callback: Value,
    args: Vec<Value>,
}

thread_local! {
    static TICKS: RefCell<VecDeque<Tick>> = const { RefCell::new(VecDeque::new()) };
    static WAIT: Cell<bool> = const { Cell::new(false) };
}

/// Makes the function that queues a tick.
pub fn function() -> JsResult<Value> {
    js::function("nextTick", 1, &[], |call| {
        let callback = call.arg(0);
        if !callback.is_function() {
            return Err(Thrown::type_error(
                "the callback of a tick must be a function",
            ));
        }
        let args = call.args.get(1..).unwrap_or_default().to_vec();
        TICKS.with_borrow_mut(|ticks| ticks.push_back(Tick { callback, args }));
        Ok(Value::UNDEFINED)
    })
}

/// Runs the first tick. Returns whether there was one.
pub fn run_next() -> JsResult<bool> {
    let Some(tick) = TICKS.with_borrow_mut(VecDeque::pop_front) else {
        return Ok(false);
    };
    tick.callback.call(&Value::UNDEFINED, &tick.args)?;
    Ok(true)
}

/// Whether a tick is queued.
pub fn are_pending() -> bool {
    TICKS.with_borrow(|ticks| !ticks.is_empty())
}

/// Whether ticks wait until no job is left.
pub fn do_wait() -> bool {
    WAIT.get()
}

/// Makes ticks wait until no job is left, since a job runs.
pub fn make_wait() {
    WAIT.set(true);
}

/// Makes ticks run before the next job.
pub fn make_due() {
    WAIT.set(false);
}
