//! What goes on, by the handles of the component model.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::collections::BTreeMap;

use jsvm_abi::adapter::Builtin;

use super::super::adapter;
use super::{call, reader, task};
use crate::js::{JsResult, Value};

/// A call, a read or a write that goes on.
pub trait Pending {
    /// Something has happened; `code` is that of the event. Returns what still goes on.
    ///
    /// # Errors
    /// The VM was stopped, or has no memory.
    fn complete(self: Box<Self>, waitable: u32, code: u32) -> JsResult<Option<Box<dyn Pending>>>;

    /// Whether a task that has returned waits for it.
    fn is_awaited(&self) -> bool {
        true
    }
}

struct Waiting {
    pending: Box<dyn Pending>,
    /// The number of the task in whose set it is, or 0.
    task: u32,
}

/// What cannot be cancelled where no task is, since to cancel is to wait.
pub enum Later {
    /// The call of an import.
    Call(u32),
    /// A read of a stream, by its end.
    Read(Value),
}

thread_local! {
    static WAITING: RefCell<BTreeMap<u32, Waiting>> = const { RefCell::new(BTreeMap::new()) };
    static LATER: RefCell<Vec<Later>> = const { RefCell::new(Vec::new()) };
}

/// The next task cancels it.
pub fn cancel_later(what: Later) {
    LATER.with_borrow_mut(|later| later.push(what));
}

/// Cancels what was not.
///
/// # Errors
/// The VM was stopped, or has no memory.
pub fn cancel_now() -> JsResult<()> {
    for what in LATER.take() {
        match what {
            Later::Call(subtask) => call::cancel(subtask)?,
            Later::Read(end) => reader::cancel_end(&end)?,
        }
    }
    Ok(())
}

/// Keeps what goes on. The current task waits for it; without one, the next does.
pub fn wait(waitable: u32, pending: Box<dyn Pending>) {
    let task = task::current();
    if task != 0 {
        join(waitable, task::set_of(task));
    }
    insert(waitable, pending, task);
}

/// Keeps what goes on in the set of a task, which it has joined.
pub fn insert(waitable: u32, pending: Box<dyn Pending>, task: u32) {
    let waiting = Waiting { pending, task };
    WAITING.with_borrow_mut(|all| all.insert(waitable, waiting));
}

/// The task waits for what was begun where no task was.
pub fn adopt(task: u32) {
    let orphans: Vec<u32> = WAITING.with_borrow_mut(|all| {
        let orphans = all.iter_mut().filter(|(_, waiting)| waiting.task == 0);
        orphans
            .map(|(waitable, waiting)| {
                waiting.task = task;
                *waitable
            })
            .collect()
    });
    for waitable in orphans {
        join(waitable, task::set_of(task));
    }
}

/// Moves a waitable to a set; 0 is none.
pub fn join(waitable: u32, set: u32) {
    // SAFETY: handles of this side.
    unsafe { adapter::builtin(Builtin::Join, &[waitable.into(), set.into()]) };
}

/// Takes out what goes on, because it is to be cancelled.
pub fn take(waitable: u32) -> Option<Box<dyn Pending>> {
    let waiting = WAITING.with_borrow_mut(|all| all.remove(&waitable))?;
    if waiting.task != 0 {
        join(waitable, 0);
    }
    Some(waiting.pending)
}

/// There is an event.
///
/// # Errors
/// The VM was stopped, or has no memory.
pub fn deliver(waitable: u32, code: u32) -> JsResult<()> {
    if let Some(pending) = take(waitable)
        && let Some(rest) = pending.complete(waitable, code)?
    {
        wait(waitable, rest);
    }
    Ok(())
}

/// Whether a task waits for something.
pub fn is_awaited_by(task: u32) -> bool {
    WAITING.with_borrow(|all| {
        let mut all = all.values();
        all.any(|waiting| waiting.task == task && waiting.pending.is_awaited())
    })
}

/// Whether anything goes on that a task waits for.
pub fn is_any() -> bool {
    WAITING.with_borrow(|all| all.values().any(|waiting| waiting.pending.is_awaited()))
}
