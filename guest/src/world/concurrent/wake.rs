//! Wakes tasks whose promises were settled in the turn of another.
#![allow(unsafe_code)]

use jsvm_abi::adapter::Builtin;

use super::super::adapter;
use super::task;
use super::waitable::{self, Pending};
use crate::js::JsResult;

/// A future without a value that wakes a task.
struct Signal {
    task: u32,
}

impl Pending for Signal {
    fn complete(self: Box<Self>, waitable: u32, _: u32) -> JsResult<Option<Box<dyn Pending>>> {
        task::set_woken(self.task, false);
        // SAFETY: an end of this side, which was read.
        unsafe { adapter::builtin(Builtin::SignalDropReadable, &[waitable.into()]) };
        Ok(None)
    }
}

/// Makes the adapter resume a task that waits.
pub fn wake(number: u32) {
    let set = task::set_of(number);
    task::set_woken(number, true);
    // SAFETY: the ends are of this side. The read goes on until there is a value, which is written at once.
    unsafe {
        let ends = adapter::builtin(Builtin::SignalNew, &[]);
        let (readable, writable) = (ends as u32, ends >> 32);
        adapter::builtin(Builtin::SignalRead, &[readable.into(), 0]);
        waitable::join(readable, set);
        waitable::insert(readable, Box::new(Signal { task: number }), number);
        adapter::builtin(Builtin::SignalWrite, &[writable, 0]);
        adapter::builtin(Builtin::SignalDropWritable, &[writable]);
    }
}
