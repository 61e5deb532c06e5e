//! Events of the waitables that the VM has: calls of the program's own asynchronous imports, and reads and writes of
//! their streams and futures.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::pin::{Pin, pin};
use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use jsvm_component_data::Value;
use jsvm_driver::Outcome;

thread_local! {
    /// What ends the wait for a waitable.
    static WAITING: RefCell<BTreeMap<u32, oneshot::Sender<()>>> = const { RefCell::new(BTreeMap::new()) };
    /// The VM's requests whose task the host has ended, with their waitables.
    static LEFT: RefCell<Vec<(u64, u32)>> = const { RefCell::new(Vec::new()) };
}

/// Waits for an event of a waitable in the current task, for a request of the VM. The outcome is the code of the event,
/// or `undefined` after [`cancel`], which may come before the first poll.
pub fn wait(request: u64, waitable: u32) -> impl Future<Output = Outcome> {
    let (sender, cancelled) = oneshot::channel();
    WAITING.with_borrow_mut(|all| all.insert(waitable, sender));
    let mut left = Left(Some((request, waitable)));
    async move {
        let ended = {
            let event = pin!(Event::of(waitable));
            // An event that is there counts, even after `cancel`: it comes only once.
            match select(event, cancelled).await {
                Either::Left((code, _)) => Some(code),
                Either::Right(_) => None,
            }
        };
        left.end();
        WAITING.with_borrow_mut(|all| all.remove(&waitable));
        Ok(ended.map_or(Value::Undefined, |code| Value::Number(code.into())))
    }
}

/// Takes the requests for which no task waits any more, with their waitables: the host has ended their tasks, and the
/// program may need what they wait for elsewhere.
pub fn take_left() -> Vec<(u64, u32)> {
    LEFT.take()
}

/// A request that is left when this is dropped, unless it is over.
struct Left(Option<(u64, u32)>);

impl Left {
    /// The wait is over.
    fn end(&mut self) {
        self.0 = None;
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        if let Some(left) = self.0 {
            LEFT.with_borrow_mut(|all| all.push(left));
        }
    }
}

/// Ends [`wait`], unless there was an event.
pub fn cancel(waitable: u32) {
    let sender = WAITING.with_borrow_mut(|all| all.remove(&waitable));
    if let Some(sender) = sender {
        // The receiver may be gone.
        let _ = sender.send(());
    }
}

/// `wasip3_task_v2` of the interface that `wit-bindgen` has for other runtimes. `src/rt/async_support/cabi.rs` of its
/// release 0.62 documents it, with its versions. It is there while a task is polled.
#[repr(C)]
struct Task {
    version: u32,
    shared: *mut c_void,
    register: unsafe extern "C" fn(*mut c_void, u32, Callback, *mut c_void) -> *mut c_void,
    unregister: unsafe extern "C" fn(*mut c_void, u32) -> *mut c_void,
    /// Since version 2.
    functions: &'static TaskFunctions,
}

/// `wasip3_task_vtable`. A clone of a task's pointer can be kept, and is to be dropped.
#[repr(C)]
struct TaskFunctions {
    /// Adds a waitable to the task's set. Its event calls the callback, once, after the waitable has left the set.
    register: unsafe extern "C" fn(*mut c_void, u32, Callback, *mut c_void) -> *mut c_void,
    /// Removes a waitable from the set.
    unregister: unsafe extern "C" fn(*mut c_void, u32) -> *mut c_void,
    clone: unsafe extern "C" fn(*mut c_void) -> *mut c_void,
    drop: unsafe extern "C" fn(*mut c_void),
}

type Callback = unsafe extern "C" fn(*mut c_void, u32);

/// The version of [`Task`].
const VERSION: u32 = 2;

unsafe extern "C" {
    /// Sets the current task, and returns the one before.
    fn wasip3_task_set(task: *mut Task) -> *mut Task;
}

/// What a callback writes to.
#[derive(Default)]
struct Happened {
    code: Cell<Option<u32>>,
    waker: Cell<Option<Waker>>,
}

/// Waits for an event.
struct Event {
    waitable: u32,
    /// The task has its address.
    happened: Rc<Happened>,
    /// The task that has its address.
    task: Option<Registered>,
}

struct Registered {
    shared: *mut c_void,
    functions: &'static TaskFunctions,
}

impl Event {
    fn of(waitable: u32) -> Self {
        Event {
            waitable,
            happened: Rc::default(),
            task: None,
        }
    }

    /// Has the current task wait for the waitable.
    fn register(&mut self) {
        // SAFETY: `wit-bindgen` polls futures while its task is set. Its task has version 2, since its release is
        // pinned; the assertion says so.
        unsafe {
            let task = wasip3_task_set(ptr::null_mut());
            wasip3_task_set(task);
            assert!(
                !task.is_null() && (*task).version >= VERSION,
                "no task of wit-bindgen"
            );
            let functions = (*task).functions;
            let shared = (functions.clone)((*task).shared);
            let happened = Rc::as_ptr(&self.happened).cast_mut().cast();
            (functions.register)(shared, self.waitable, happen, happened);
            self.task = Some(Registered { shared, functions });
        }
    }
}

/// Called when there is an event. The task does not wait for the waitable any more.
unsafe extern "C" fn happen(happened: *mut c_void, code: u32) {
    // SAFETY: the address that `register` gave, of what is there until it is unregistered.
    let happened = unsafe { &*happened.cast::<Happened>() };
    happened.code.set(Some(code));
    if let Some(waker) = happened.waker.take() {
        waker.wake();
    }
}

impl Future for Event {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        if let Some(code) = self.happened.code.get() {
            return Poll::Ready(code);
        }
        self.happened.waker.set(Some(context.waker().clone()));
        if self.task.is_none() {
            self.register();
        }
        Poll::Pending
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        let Some(Registered { shared, functions }) = self.task.take() else {
            return;
        };
        // SAFETY: a task that was cloned here. Without an event it still waits for the waitable.
        unsafe {
            if self.happened.code.get().is_none() {
                (functions.unregister)(shared, self.waitable);
            }
            (functions.drop)(shared);
        }
    }
}
