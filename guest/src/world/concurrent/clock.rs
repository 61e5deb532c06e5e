//! Waits for timers beside everything else.
#![allow(unsafe_code)]

use std::cell::Cell;

use jsvm_abi::adapter::{BLOCKED, Builtin, CODE_BITS};

use super::super::adapter;
use super::task;
use super::waitable::{self, Pending};
use crate::clock::monotonic_nanoseconds;
use crate::js::JsResult;
use crate::timer;

/// A call of the clock that goes on.
#[derive(Clone, Copy)]
struct Alarm {
    subtask: u32,
    /// When it is over.
    at: u64,
    task: u32,
}

thread_local! {
    static ALARM: Cell<Option<Alarm>> = const { Cell::new(None) };
}

/// What was done for a timer.
pub enum Armed {
    /// A task is resumed when the timer is due.
    Waits,
    /// The timer is due.
    IsDue,
    /// The world has no clock that can be waited for beside other things.
    HasNone,
}

struct Rings;

impl Pending for Rings {
    fn complete(self: Box<Self>, waitable: u32, code: u32) -> JsResult<Option<Box<dyn Pending>>> {
        // It was started, and goes on.
        if code < RETURNED {
            return Ok(Some(self));
        }
        ALARM.set(None);
        // SAFETY: a subtask of this side that is over.
        unsafe { adapter::builtin(Builtin::SubtaskDrop, &[waitable.into()]) };
        Ok(None)
    }

    fn is_awaited(&self) -> bool {
        false
    }
}

/// The state of a subtask that has returned.
const RETURNED: u32 = 2;

/// Makes sure that a task is resumed when so many nanoseconds have passed.
///
/// # Errors
/// The VM was stopped.
pub fn arm(nanoseconds: u64) -> JsResult<Armed> {
    let at = monotonic_nanoseconds().saturating_add(nanoseconds);
    if let Some(alarm) = ALARM.get() {
        if alarm.at <= at {
            return Ok(Armed::Waits);
        }
        cancel(alarm);
    }
    // SAFETY: the world is asynchronous.
    let state = unsafe { adapter::builtin(Builtin::WaitFor, &[nanoseconds]) } as u32;
    if state == BLOCKED {
        return Ok(Armed::HasNone);
    }
    let (subtask, state) = (state >> CODE_BITS, state & ((1 << CODE_BITS) - 1));
    if state >= RETURNED {
        return Ok(Armed::IsDue);
    }
    let task = task::current();
    ALARM.set(Some(Alarm { subtask, at, task }));
    waitable::wait(subtask, Box::new(Rings))?;
    Ok(Armed::Waits)
}

/// A task ends, which does not wait for the clock any more. Returns whether another task has to.
pub fn disarm(number: u32) -> bool {
    if let Some(alarm) = ALARM.get()
        && alarm.task == number
    {
        cancel(alarm);
    }
    ALARM.get().is_none() && timer::until_next(true).is_some()
}

fn cancel(alarm: Alarm) {
    ALARM.set(None);
    drop(waitable::take(alarm.subtask));
    // SAFETY: a subtask of this side that is not over; cancelling waits until it is.
    unsafe {
        adapter::builtin(Builtin::SubtaskCancel, &[alarm.subtask.into()]);
        adapter::builtin(Builtin::SubtaskDrop, &[alarm.subtask.into()]);
    }
}
