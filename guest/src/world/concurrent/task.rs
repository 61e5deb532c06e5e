//! Calls of asynchronous exports.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};

use jsvm_abi::Export;
use jsvm_abi::adapter::{Builtin, CODE_BITS, EXIT, WAIT, YIELD, event};

use super::super::adapter::{self, MAX_SLOTS, Slots};
use super::super::described::Described;
use super::super::export::{self, Bound};
use super::super::lower::{Lowering, sizes};
use super::super::place::Place;
use super::super::settle::run_jobs;
use super::super::{import, resource};
use super::wake::wake;
use super::{Owner, clock, scripts, waitable, writer};
use crate::js::{JsResult, PromiseState, Thrown, Value};
use crate::timer;

/// A call of an export that has not ended.
struct Task {
    number: u32,
    /// The waitable set, or 0 if it has none yet.
    set: u32,
    export: u32,
    /// What the program returned; `None` if the call has returned.
    outcome: Option<Outcome>,
    /// The last argument of the program's function.
    call: Value,
    /// Instances that are lent until the call returns.
    borrowed: Vec<Value>,
    is_cancelled: bool,
    /// Whether it was woken, and does not know yet.
    is_woken: bool,
}

enum Outcome {
    Promise(Value),
    Done(JsResult<Value>),
}

impl Outcome {
    fn is_settled(&self) -> bool {
        match self {
            Outcome::Done(_) => true,
            Outcome::Promise(promise) => promise.promise_state() != Some(PromiseState::Pending),
        }
    }

    fn into_result(self) -> JsResult<Value> {
        match self {
            Outcome::Done(result) => result,
            Outcome::Promise(promise) => match promise.promise_state() {
                Some(PromiseState::Rejected) => Err(Thrown(promise.promise_result())),
                _ => Ok(promise.promise_result()),
            },
        }
    }
}

thread_local! {
    static TASKS: RefCell<Vec<Task>> = const { RefCell::new(Vec::new()) };
    /// The number of the task that runs, or 0.
    static CURRENT: Cell<u32> = const { Cell::new(0) };
    static LAST: Cell<u32> = const { Cell::new(0) };
}

/// The number of the task that runs, or 0.
pub fn current() -> u32 {
    CURRENT.get()
}

fn with<R>(number: u32, run: impl FnOnce(&mut Task) -> R) -> Option<R> {
    TASKS.with_borrow_mut(|tasks| {
        let task = tasks.iter_mut().find(|task| task.number == number);
        task.map(run)
    })
}

/// The waitable set of a task. It is made when it is first needed.
pub fn set_of(number: u32) -> u32 {
    let known = with(number, |task| task.set).unwrap_or_default();
    if known != 0 {
        return known;
    }
    // SAFETY: the world is asynchronous.
    let set = unsafe { adapter::builtin(Builtin::SetNew, &[]) } as u32;
    with(number, |task| task.set = set);
    set
}

/// Begins a call. Returns the code for the adapter.
pub fn start(world: &'static Described, export: u32, bound: &Bound, slots: Place) -> u32 {
    let described = &world.world.exports[export as usize];
    let number = LAST.get().wrapping_add(1).max(1);
    LAST.set(number);
    CURRENT.set(number);
    // SAFETY: the world is asynchronous.
    unsafe { adapter::builtin(Builtin::ContextSet, &[number.into()]) };
    let call = scripts().and_then(|scripts| scripts.new_call.call(&Value::UNDEFINED, &[]));
    let call = call.unwrap_or_else(|thrown| failed(described, export::reason(thrown)));
    // The task is there before the program runs: calls of imports join its set.
    TASKS.with_borrow_mut(|tasks| {
        tasks.push(Task {
            number,
            set: 0,
            export,
            outcome: None,
            call: call.clone(),
            borrowed: Vec::new(),
            is_cancelled: false,
            is_woken: false,
        });
    });
    let outcome = export::invoke(world, export, described, bound, slots, Some(&call));
    let outcome = match outcome {
        Ok(value) if value.is_object() && value.promise_state().is_some() => {
            // The call reports a rejection.
            value.mark_promise_handled();
            Outcome::Promise(value)
        }
        other => Outcome::Done(other),
    };
    with(number, |task| {
        task.outcome = Some(outcome);
        task.borrowed = resource::take_borrowed();
    });
    waitable::adopt(number);
    turn(world, number)
}

/// Goes on with the current task after an event. Returns the code for the adapter.
pub fn resume(world: &'static Described, event: u32, waitable: u32, code: u32) -> u32 {
    // SAFETY: the world is asynchronous.
    let number = unsafe { adapter::builtin(Builtin::ContextGet, &[]) } as u32;
    CURRENT.set(number);
    let delivered = deliver(number, event, waitable, code).and_then(|()| {
        // A host may prefer some events: a program that always calls something would never hear of others.
        for _ in 0..MAX_EVENTS {
            if !poll(number)? {
                break;
            }
        }
        Ok(())
    });
    if let Err(thrown) = delivered {
        failed_task(world, number, thrown);
    }
    turn(world, number)
}

/// The most events that are taken before jobs run.
const MAX_EVENTS: u32 = 64;

fn deliver(number: u32, event: u32, waitable: u32, code: u32) -> JsResult<()> {
    match event {
        event::NONE => Ok(()),
        event::CANCELLED => cancel(number),
        _ => waitable::deliver(waitable, code),
    }
}

/// Takes an event that is there already. Returns whether there was one.
fn poll(number: u32) -> JsResult<bool> {
    let mut payload = [0_u32; 2];
    let place = payload.as_mut_ptr() as usize as u64;
    let set = set_of(number);
    // SAFETY: the payload is there during the call.
    let found = unsafe { adapter::builtin(Builtin::SetPoll, &[set.into(), place]) } as u32;
    // The component model has written to it.
    // SAFETY: it is there.
    let [waitable, code] = unsafe { std::ptr::read_volatile(&raw const payload) };
    deliver(number, found, waitable, code)?;
    Ok(found != event::NONE)
}

/// Runs what is queued, and returns if the result is there.
fn turn(world: &'static Described, number: u32) -> u32 {
    loop {
        if let Err(thrown) = waitable::cancel_now().and_then(|()| run_jobs()) {
            failed_task(world, number, thrown);
        }
        export::report_rejections();
        let settled = with(number, |task| match &task.outcome {
            Some(outcome) if outcome.is_settled() => task.outcome.take(),
            _ => None,
        });
        if let Some(outcome) = settled.flatten() {
            end_call(world, number, outcome);
            continue;
        }
        wake_settled();
        resource::drop_collected();
        match next(number) {
            Ok(Some(code)) => {
                CURRENT.set(0);
                return code;
            }
            Ok(None) => {}
            Err(thrown) => failed_task(world, number, thrown),
        }
    }
}

/// What the task does next; `None` if there are jobs to run.
fn next(number: u32) -> JsResult<Option<u32>> {
    let has_returned = with(number, |task| task.outcome.is_none()).unwrap_or(true);
    let timer = timer::until_next(true);
    let is_waiting = waitable::is_awaited_by(number);
    // Something that goes on writes to a stream, and waits for a timer.
    let writes = writer::is_any_open() && timer.is_some();
    if has_returned && !is_waiting && !writes {
        exit(number);
        return Ok(Some(EXIT));
    }
    if let Some(nanoseconds) = timer {
        match clock::arm(nanoseconds)? {
            clock::Armed::Waits => {}
            clock::Armed::IsDue => return Ok(None),
            clock::Armed::HasNone if !waitable::is_any() => {
                // SAFETY: exports are called by the adapter alone.
                unsafe { adapter::sleep(nanoseconds) };
                return Ok(None);
            }
            // Other tasks and events have their turn before the timer.
            clock::Armed::HasNone if nanoseconds == 0 => return Ok(Some(YIELD)),
            clock::Armed::HasNone => {}
        }
    }
    Ok(Some(WAIT | set_of(number) << CODE_BITS))
}

/// The task ends.
fn exit(number: u32) {
    let has_left_timer = clock::disarm(number);
    let task = TASKS.with_borrow_mut(|tasks| {
        let index = tasks.iter().position(|task| task.number == number)?;
        Some(tasks.swap_remove(index))
    });
    let Some(task) = task else {
        return;
    };
    if task.set != 0 {
        // SAFETY: a set of this side, which nothing is in and nobody waits for.
        unsafe { adapter::builtin(Builtin::SetDrop, &[task.set.into()]) };
    }
    if has_left_timer {
        let other = TASKS.with_borrow(|tasks| tasks.first().map(|task| task.number));
        if let Some(other) = other {
            wake(other);
        }
    }
}

/// The caller does not want the result any more.
fn cancel(number: u32) -> JsResult<()> {
    let call = with(number, |task| {
        task.is_cancelled = true;
        task.call.clone()
    });
    let Some(call) = call else {
        return Ok(());
    };
    let has_signal = scripts()?.abort.call(&Value::UNDEFINED, &[call])?;
    if !has_signal.to_boolean() {
        let outcome = with(number, |task| task.outcome.take()).flatten();
        if outcome.is_some() {
            give_up(number);
        }
    }
    Ok(())
}

/// Ends the call without a result.
fn give_up(number: u32) {
    release_borrowed(number);
    // SAFETY: the current task was cancelled, and has not returned.
    unsafe { adapter::builtin(Builtin::TaskCancel, &[]) };
}

fn release_borrowed(number: u32) {
    let borrowed = with(number, |task| std::mem::take(&mut task.borrowed));
    for instance in borrowed.into_iter().flatten() {
        let _ = resource::release(&instance);
    }
}

/// Passes the result to the caller.
fn end_call(world: &'static Described, number: u32, outcome: Outcome) {
    let state = with(number, |task| (task.export, task.is_cancelled));
    let Some((export, is_cancelled)) = state else {
        return;
    };
    let described = &world.world.exports[export as usize];
    let outcome = outcome.into_result();
    if is_cancelled && outcome.is_err() {
        return give_up(number);
    }
    if let Err(reason) = return_value(world, number, export, described, outcome) {
        failed(described, reason);
    }
}

fn return_value(
    world: &'static Described,
    number: u32,
    export: u32,
    described: &Export,
    outcome: JsResult<Value>,
) -> Result<(), String> {
    let owned = Owner::Export(export).set();
    let Some(returns) = described.returns else {
        return Ok(());
    };
    let mut slots: Box<Slots> = Box::new([0; MAX_SLOTS]);
    // SAFETY: the slots outlive the call.
    let mut place = unsafe { Place::in_slots(slots.as_mut_ptr() as usize) };
    let mut lowering = Lowering::new(world);
    match described.function.result {
        Some(ty) => {
            if world.return_signature(export).has_arguments_in_memory {
                let (size, align) = sizes(world, [ty].into_iter());
                let block = lowering.block(size, align);
                let block = block.map_err(|_| "there is no memory for the result".to_owned())?;
                place.set_u32(block.address() as u32);
                place = block.place();
            }
            export::lower(world, ty, outcome, place, &mut lowering)?;
        }
        None => drop(outcome.map_err(export::reason)?),
    }
    // No JavaScript runs from here on until the caller has read the result.
    let finished = lowering.finish();
    finished.map_err(|fault| export::reason(fault.in_result("result")))?;
    lowering.given.pass();
    release_borrowed(number);
    // SAFETY: the slots are those of the import.
    unsafe { adapter::call(returns, &mut slots) };
    // SAFETY: the caller has read the result.
    drop(unsafe { lowering.free() });
    drop(owned);
    Ok(())
}

/// A synchronous call is over: what it has begun is waited for by a task, if there is one, and tasks go on
/// whose promises were settled.
pub fn after_synchronous_call() {
    if let Some(task) = TASKS.with_borrow(|tasks| tasks.first().map(|task| task.number)) {
        waitable::adopt(task);
    }
    wake_settled();
}

/// Wakes tasks whose promises were settled, but for the current one.
fn wake_settled() {
    let current = current();
    let settled: Vec<u32> = TASKS.with_borrow(|tasks| {
        let settled = tasks.iter().filter(|task| {
            let is_settled = task.outcome.as_ref().is_some_and(Outcome::is_settled);
            is_settled && !task.is_woken && task.number != current
        });
        settled.map(|task| task.number).collect()
    });
    settled.into_iter().for_each(wake);
}

/// A task knows that it was woken, or is being woken.
pub fn set_woken(number: u32, is_woken: bool) {
    with(number, |task| task.is_woken = is_woken);
}

/// Ends the instance: the result of a call cannot be passed.
fn failed(export: &Export, reason: String) -> ! {
    export::fail(&format!("{}: {reason}", export.name))
}

/// Ends the instance: the VM was stopped, or has no memory.
fn failed_task(world: &Described, number: u32, thrown: Thrown) -> ! {
    let export = with(number, |task| task.export);
    let reason = export::reason(thrown);
    match export.and_then(|export| world.world.exports.get(export as usize)) {
        Some(export) => failed(export, reason),
        None => export::fail(&reason),
    }
}

/// The world of the VM.
pub fn world() -> JsResult<&'static Described> {
    import::world()
}
