//! Calls to the embedder.

use std::cell::Cell;

use jsvm_protocol::host_call::CONSOLE;

use crate::bindings::jsvm::engine::host;
use crate::bindings::jsvm::engine::types::{Data, Reply};
use crate::data::{self, CopyError};
use crate::js::{JsResult, Thrown, Value};
use crate::poll::count_host_call;

/// Calls a host function by its name.
#[expect(unsafe_code, reason = "memory of the engine is lent")]
pub fn call(name: &str, args: &[Value]) -> JsResult<Value> {
    let args = data::copy_out_list(args).map_err(CopyError::into_thrown)?;
    // SAFETY: the arguments are dropped when the host returns. It cannot call the VM before, and it
    // does not write to what it gets.
    let args = unsafe { args.lend() }?;
    match raw_call(name, args) {
        Ok(reply) => match reply {
            Reply::Undefined => Ok(Value::UNDEFINED),
            Reply::Null => Ok(Value::NULL),
            Reply::Boolean(value) => Ok(Value::boolean(value)),
            Reply::Number(value) => Ok(Value::number(value)),
            Reply::Text(text) => Value::text(&text),
            Reply::Data(data) => data::copy_in(data),
        },
        Err(reason) => Err(Thrown(data::copy_in(reason)?)),
    }
}

/// Prints a message of `console` by the embedder, which may ignore it.
pub fn console(level: &str, text: &str) {
    let args = data::list_of_texts(&[level, text]);
    let _ = raw_call(CONSOLE, args);
}

/// Kept as one function: the generated one is large, and would be inlined into each caller.
#[inline(never)]
fn raw_call(name: &str, args: Data) -> Result<Reply, Data> {
    count_host_call();
    away(|| host::host_call(name, &args))
}

/// Reports to the engine, between bytecodes, whether the script must stop.
pub fn should_stop() -> bool {
    poll(host::PollPoint::Bytecode)
}

/// Asks the embedder whether to stop.
pub fn poll(point: host::PollPoint) -> bool {
    POLLS.set(POLLS.get().wrapping_add(1));
    away(|| host::poll(point))
}

/// How often the embedder was asked.
pub fn polls() -> u32 {
    POLLS.get()
}

thread_local! {
    static AWAY: Cell<bool> = const { Cell::new(false) };
    static POLLS: Cell<u32> = const { Cell::new(0) };
}

/// Calls an import. Whoever calls the VM meanwhile finds it in the middle of something.
pub fn away<T>(call: impl FnOnce() -> T) -> T {
    let before = AWAY.replace(true);
    let result = call();
    AWAY.set(before);
    result
}

/// Whether an import has been called and has not returned.
pub fn is_away() -> bool {
    AWAY.get()
}
