//! Runs the VM, and the work that it requests.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};

use futures_util::future::{AbortHandle, Either, abortable, select};
use jsvm_abi::adapter::{CANCEL_WAIT, WAIT_FOR_EVENT};
use jsvm_component_data::Value;
use jsvm_driver::{
    HttpRequest, JobEvents, Outcome, Request, STOPPED, data, heap, limited, print_error, roots,
    run_jobs, services, settle, type_error, value, values,
};
use jsvm_protocol::http::LOST;
use wasip3::clocks::monotonic_clock;
use wasip3::spawn_local;

use crate::{bodies, events, fetch, served};

type Work = Pin<Box<dyn Future<Output = Outcome>>>;

/// Timers have a resolution of a millisecond.
const MILLISECOND: u64 = 1_000_000;

/// How long a request may stay without a response while only another request could go on with it.
const PATIENCE: u64 = 10_000 * MILLISECOND;

thread_local! {
    /// The work under way, by the VM's requests.
    static WORK: RefCell<BTreeMap<u64, AbortHandle>> = const { RefCell::new(BTreeMap::new()) };
    /// When the next timer is due.
    static TIMER: Cell<Option<u64>> = const { Cell::new(None) };
    /// How often the VM has run.
    static TURNS: Cell<u64> = const { Cell::new(0) };
}

/// Runs the VM until it can do nothing more. The work that it requests belongs to the task that
/// calls this.
pub fn turn() {
    for (request, waitable) in events::take_left() {
        carry_out(request, Box::pin(events::wait(request, waitable)));
    }
    let next = loop {
        let turn = run_jobs(&mut Events);
        if turn.is_idle {
            break turn.next_timer;
        }
    };
    let next = next.map(|time| monotonic_clock::now().saturating_add(time));
    let before = TIMER.replace(next);
    TURNS.set(TURNS.get() + 1);
    // Tasks that wait for a later time must look again.
    let is_earlier =
        next.is_some_and(|next| before.is_none_or(|before| next + MILLISECOND < before));
    if is_earlier || waits_only_for_requests() {
        served::wake_all();
    }
}

/// Whether the VM waits for nothing but further requests of clients.
fn waits_only_for_requests() -> bool {
    TIMER.get().is_none() && WORK.with_borrow(BTreeMap::is_empty)
}

/// Runs timers until a request is done.
pub async fn attend(id: u64) {
    while let Some(changed) = served::watch(id) {
        let turns = TURNS.get();
        let time = match TIMER.get() {
            Some(time) => time,
            None if waits_only_for_requests() && served::is_unanswered(id) => {
                monotonic_clock::now() + PATIENCE
            }
            None => {
                // An error means that the request is done.
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
                fail(id, "the handler never responds: it waits for nothing");
            }
            None => {}
        }
    }
}

/// Ends a request, and prints the reason. Without a response the client gets status 500. A response that
/// has begun is broken off.
pub fn fail(id: u64, reason: &str) {
    print_error(reason);
    if let Some(body) = served::pieces(id) {
        stop_writing(body, "the body was broken off");
        bodies::break_off(body);
    }
    if let Some(unread) = served::finish(id) {
        stop_reading(unread);
    }
}

/// The requests that nothing ends any more, because the job that would have was stopped: what waited
/// for it is garbage.
fn lost() -> Vec<u64> {
    let Some(values::Output::Value(lost)) = roots::get_root(LOST) else {
        return Vec::new();
    };
    heap::collect_garbage();
    let found =
        limited(|| lost.call_data(&values::Input::Undefined, &data(Value::List(Vec::new()))));
    let ids = found.ok().and_then(|found| value(found).into_list());
    let ids = ids.unwrap_or_default();
    // Those that are done are garbage, too.
    let ids = ids.iter().filter_map(Value::to_u64);
    ids.filter(|id| !served::is_done(*id)).collect()
}

struct Events;

impl JobEvents for Events {
    fn on_error(&mut self, reason: &str) {
        print_error(reason);
    }

    fn on_stop(&mut self) {
        let lost = lost();
        if lost.is_empty() {
            print_error(STOPPED);
        }
        for id in lost {
            fail(id, STOPPED);
        }
    }

    fn on_cancel(&mut self, request: u64) {
        abort(request);
    }

    fn on_request(&mut self, id: u64, name: &str, args: Vec<Value>) {
        let waitable = || args.first().and_then(Value::to_u64).unwrap_or_default() as u32;
        match name {
            WAIT_FOR_EVENT => return carry_out(id, Box::pin(events::wait(id, waitable()))),
            CANCEL_WAIT => {
                events::cancel(waitable());
                return settle(id, Ok(Value::Undefined));
            }
            _ => {}
        }
        let outcome = match Request::read(name, args) {
            Ok(Request::Http(request)) => return begin(id, request),
            Ok(Request::Served(request)) => {
                let answer = served::answer(request);
                if let Some(unread) = answer.unread {
                    stop_reading(unread);
                }
                answer.outcome
            }
            Ok(Request::Service(request)) => services::answer(request),
            Ok(Request::Input(_)) => Err(type_error("a server has no standard input")),
            Err(reason) => Err(reason),
        };
        settle(id, outcome);
    }
}

/// Begins the work for a request about another host or a body.
fn begin(id: u64, request: HttpRequest) {
    let work: Work = match request {
        HttpRequest::Fetch(request) => match fetch::send(request) {
            Ok(response) => Box::pin(response),
            Err(reason) => return settle(id, Err(reason)),
        },
        HttpRequest::Read { body } => Box::pin(bodies::read(body, id)),
        HttpRequest::Write { body, bytes } => Box::pin(bodies::write(body, id, bytes)),
        HttpRequest::Cancel { body } => {
            stop_reading(body);
            return settle(id, Ok(Value::Undefined));
        }
        HttpRequest::End { body, is_complete } => {
            stop_writing(body, "the body was closed");
            Box::pin(bodies::end(body, is_complete))
        }
    };
    carry_out(id, work);
}

/// Does the work for a request of the VM, and settles it.
fn carry_out(request: u64, work: Work) {
    let (work, handle) = abortable(work);
    WORK.with_borrow_mut(|all| all.insert(request, handle));
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

/// Stops the work for a request, without an outcome.
fn abort(request: u64) {
    let handle = WORK.with_borrow_mut(|all| all.remove(&request));
    if let Some(handle) = handle {
        handle.abort();
    }
}

/// Rejects a request that writes to an outgoing body.
fn stop_writing(body: u64, reason: &str) {
    if let Some(writing) = bodies::writing(body) {
        abort(writing);
        settle(writing, Err(type_error(reason)));
    }
}

/// Gives up an incoming body. A request that reads from it gets its end.
fn stop_reading(body: u64) {
    if let Some(reading) = bodies::cancel(body) {
        abort(reading);
        settle(reading, Ok(Value::Undefined));
    }
}

/// Removes the entry of a request from `WORK` when its task ends or is dropped.
struct UnderWay(u64);

impl Drop for UnderWay {
    fn drop(&mut self) {
        WORK.with_borrow_mut(|all| all.remove(&self.0));
    }
}
