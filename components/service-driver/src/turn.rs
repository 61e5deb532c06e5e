//! Running the VM, and what it requests meanwhile.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};

use futures_util::future::{AbortHandle, Either, abortable, select};
use jsvm_component_data::Value;
use jsvm_driver::{Outcome, Outside, jobs, print_error, services, settle, type_error};
use wasip3::clocks::monotonic_clock;
use wasip3::spawn_local;

use crate::{bodies, fetch, served};

/// What a request of the VM waits for.
pub type Work = Pin<Box<dyn Future<Output = Outcome>>>;

/// Timers are at whole milliseconds.
const MILLISECOND: u64 = 1_000_000;

/// How long a request without a response is kept when only another request could go on with it.
const PATIENCE: u64 = 10_000 * MILLISECOND;

thread_local! {
    /// What is under way, by the VM's requests.
    static WORKS: RefCell<BTreeMap<u64, AbortHandle>> = const { RefCell::new(BTreeMap::new()) };
    /// When the next timer is to run.
    static TIMER: Cell<Option<u64>> = const { Cell::new(None) };
    /// How often the VM was run.
    static TURNS: Cell<u64> = const { Cell::new(0) };
}

/// Runs the VM until it has done all it can do by now. What it requests becomes a part of the task that this
/// is called in.
pub fn turn() {
    let next = loop {
        let (next, is_settled) = jobs(&mut Here);
        if is_settled {
            break next;
        }
    };
    let next = next.map(|time| monotonic_clock::now().saturating_add(time));
    let before = TIMER.replace(next);
    TURNS.set(TURNS.get() + 1);
    // Who waits for a later time must not oversleep.
    let is_earlier =
        next.is_some_and(|next| before.is_none_or(|before| next + MILLISECOND < before));
    if is_earlier || is_idle() {
        served::tell_all();
    }
}

/// Whether the VM waits for nothing but other requests.
fn is_idle() -> bool {
    TIMER.get().is_none() && WORKS.with_borrow(BTreeMap::is_empty)
}

/// Runs timers until nothing more comes of a request.
pub async fn attend(id: u64) {
    while let Some(changed) = served::watch(id) {
        let turns = TURNS.get();
        let time = match TIMER.get() {
            Some(time) => time,
            None if is_idle() && served::is_unanswered(id) => monotonic_clock::now() + PATIENCE,
            None => {
                // An error says that it is over.
                let _ = changed.await;
                continue;
            }
        };
        let timer = pin!(monotonic_clock::wait_until(time));
        if let Either::Left(_) = select(changed, timer).await {
            continue;
        }
        match TIMER.get() {
            Some(_) => turn(),
            None if turns == TURNS.get() => {
                served::fail(id, "the handler never responds: it waits for nothing");
            }
            None => {}
        }
    }
}

struct Here;

impl Outside for Here {
    fn failed(&mut self, reason: &str) {
        print_error(reason);
    }

    fn cancelled(&mut self, request: u64) {
        stop(request);
    }

    fn requested(&mut self, request: u64, name: &str, args: Vec<Value>) {
        let outcome = match served::answer(name, args) {
            Ok(outcome) => outcome,
            Err(args) if services::knows(name) => services::answer(name, args),
            Err(args) => match begin(request, name, args) {
                Ok(work) => return carry_out(request, work),
                Err(outcome) => outcome,
            },
        };
        settle(request, outcome);
    }
}

/// The requests that are about bodies and about other hosts: what is to be waited for, or the outcome.
fn begin(request: u64, name: &str, args: Vec<Value>) -> Result<Work, Outcome> {
    let mut args = args.into_iter();
    let mut arg = || args.next().unwrap_or(Value::Undefined);
    let no_body = || Err(type_error("a body has a number"));
    match name {
        "jsvm:http-fetch" => fetch::begin(arg()).map_err(Err),
        "jsvm:http-read" => {
            let body = arg().to_u64().ok_or_else(no_body)?;
            Ok(Box::pin(bodies::read(body, request)))
        }
        "jsvm:http-cancel" => {
            let body = arg().to_u64().ok_or_else(no_body)?;
            stop_reading(body);
            Err(Ok(Value::Undefined))
        }
        "jsvm:http-write" => {
            let body = arg().to_u64().ok_or_else(no_body)?;
            let Value::Bytes(bytes) = arg() else {
                return Err(Err(type_error("only bytes can be written")));
            };
            Ok(Box::pin(bodies::write(body, request, bytes)))
        }
        "jsvm:http-end" => {
            let body = arg().to_u64().ok_or_else(no_body)?;
            let is_whole = arg() == Value::Undefined;
            if let Some(writing) = bodies::writing(body) {
                stop(writing);
                settle(writing, Err(type_error("the body was closed")));
            }
            Ok(Box::pin(bodies::end(body, is_whole)))
        }
        name => Err(Err(type_error(format!(
            "{name} is not available in this file"
        )))),
    }
}

/// Has a request of the VM settled when the work for it is done.
fn carry_out(request: u64, work: Work) {
    let (work, handle) = abortable(work);
    WORKS.with_borrow_mut(|works| works.insert(request, handle));
    spawn_local(async move {
        let under_way = UnderWay(request);
        let outcome = work.await;
        drop(under_way);
        if let Ok(outcome) = outcome {
            settle(request, outcome);
        }
        turn();
    });
}

/// Ends the work for a request, without an outcome.
fn stop(request: u64) {
    let work = WORKS.with_borrow_mut(|works| works.remove(&request));
    if let Some(work) = work {
        work.abort();
    }
}

/// Forgets a body that arrives. For who reads from it, it is at its end.
pub fn stop_reading(body: u64) {
    if let Some(reading) = bodies::cancel(body) {
        stop(reading);
        settle(reading, Ok(Value::Undefined));
    }
}

/// Work for a request. A task that is torn down takes it along.
struct UnderWay(u64);

impl Drop for UnderWay {
    fn drop(&mut self) {
        WORKS.with_borrow_mut(|works| works.remove(&self.0));
    }
}
