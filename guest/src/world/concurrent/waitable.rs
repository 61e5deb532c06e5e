//! What goes on, by the handles of the component model.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use jsvm_abi::adapter::Builtin;

use super::super::adapter;
use super::{call, driven, reader, task};
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
    /// By their waitables.
    static LATER: RefCell<Vec<(u32, Later)>> = const { RefCell::new(Vec::new()) };
    static CANCELS: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the turn of a task, so that the VM can wait until what goes on was cancelled.
pub fn can_cancel() -> bool {
    task::current() != 0 || CANCELS.get()
}

/// The next task cancels it, or the driver's.
///
/// # Errors
/// The VM has no memory.
pub fn cancel_later(waitable: u32, what: Later) -> JsResult<()> {
    LATER.with_borrow_mut(|later| later.push((waitable, what)));
    match driven::is_driven() {
        true => driven::cancel(waitable),
        false => Ok(()),
    }
}

/// Cancels what was not.
///
/// # Errors
/// The VM was stopped, or has no memory.
pub fn cancel_now() -> JsResult<()> {
    LATER
        .take()
        .into_iter()
        .try_for_each(|(_, what)| what.cancel())
}

impl Later {
    fn cancel(self) -> JsResult<()> {
        match self {
            Later::Call(subtask) => call::cancel(subtask),
            Later::Read(end) => reader::cancel_end(&end),
        }
    }
}

/// Keeps what goes on. The current task waits for it; without one, the next does, or the driver's.
///
/// # Errors
/// The VM has no memory.
pub fn wait(waitable: u32, pending: Box<dyn Pending>) -> JsResult<()> {
    let task = task::current();
    if task != 0 {
        join(waitable, task::set_of(task));
    }
    insert(waitable, pending, task);
    match driven::is_driven() {
        true => driven::wait(waitable),
        false => Ok(()),
    }
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
        wait(waitable, rest)?;
    }
    Ok(())
}

/// The driver's task has waited, until there was an event with this code or until the program has cancelled what goes
/// on.
///
/// # Errors
/// The VM was stopped, or has no memory.
pub fn deliver_driven(waitable: u32, code: Option<u32>) -> JsResult<()> {
    // The number can be another waitable's afterwards.
    let cancelled: Vec<_> =
        LATER.with_borrow_mut(|later| later.extract_if(.., |(of, _)| *of == waitable).collect());
    let Some((_, cancelled)) = cancelled.into_iter().next() else {
        return code.map_or(Ok(()), |code| deliver(waitable, code));
    };
    if let Some(code) = code
        && let Some(pending) = take(waitable)
        && let Some(rest) = pending.complete(waitable, code)?
    {
        insert(waitable, rest, 0);
    }
    CANCELS.set(true);
    let result = cancelled.cancel();
    CANCELS.set(false);
    result
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
