//! Timers: `setTimeout`, `setInterval`, `setImmediate` and what clears them (HTML, "Timers").
//!
//! They are part of the VM's state and measure time on the embedder's monotonic clock. The
//! embedder only learns when the next is due, and runs them with `run-jobs`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::clock;
use crate::js::{self, Call, JsResult, Property, Thrown, Value};

/// When a timer is due, in nanoseconds of the monotonic clock, and its place among those that
/// are due at the same time.
type Due = (u64, u64);

struct Timer {
    id: u32,
    callback: Value,
    args: Vec<Value>,
    /// Nanoseconds after which it is due again, of an interval.
    period: Option<u64>,
    /// Whether the program runs on because of it.
    is_ref: bool,
}

struct Timers {
    by_due: BTreeMap<Due, Timer>,
    due_by_id: BTreeMap<u32, Due>,
    /// Of an interval whose callback is running: cleared, it is not set again.
    running: Option<u32>,
    /// Whether the program will run on because of that interval, if the callback says so.
    running_ref: Option<bool>,
    last_id: u32,
    /// How many times a timer was set.
    set: u64,
    /// How many timers are set because of which the program does not run on.
    unref: usize,
}

thread_local! {
    static TIMERS: RefCell<Timers> = const {
        RefCell::new(Timers {
            by_due: BTreeMap::new(),
            due_by_id: BTreeMap::new(),
            running: None,
            running_ref: None,
            last_id: 0,
            set: 0,
            unref: 0,
        })
    };
}

impl Timers {
    fn insert(&mut self, at: u64, timer: Timer) {
        self.set += 1;
        self.unref += usize::from(!timer.is_ref);
        self.due_by_id.insert(timer.id, (at, self.set));
        self.by_due.insert((at, self.set), timer);
    }

    fn take(&mut self, due: Due) -> Option<Timer> {
        let timer = self.by_due.remove(&due)?;
        self.due_by_id.remove(&timer.id);
        self.unref -= usize::from(!timer.is_ref);
        Some(timer)
    }
}

/// Adds the functions to the global object.
pub fn install(global: &Value) -> JsResult<()> {
    let functions = [
        js::function("setTimeout", 2, &[], |call| set(call, Kind::Timeout))?,
        js::function("setInterval", 2, &[], |call| set(call, Kind::Interval))?,
        js::function("setImmediate", 1, &[], |call| set(call, Kind::Immediate))?,
        js::function("clearTimeout", 1, &[], clear)?,
        js::function("clearInterval", 1, &[], clear)?,
        js::function("clearImmediate", 1, &[], clear)?,
    ];
    for function in functions {
        let name = function.get("name")?.to_lossy()?;
        global.define(&*name, function, Property::HIDDEN)?;
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Timeout,
    Interval,
    Immediate,
}

fn set(call: Call<'_>, kind: Kind) -> JsResult<Value> {
    let callback = call.arg(0);
    if !callback.is_function() {
        return Err(Thrown::type_error(
            "the callback of a timer must be a function",
        ));
    }
    let (delay, own_args) = match kind {
        Kind::Immediate => (0, 1),
        Kind::Timeout => (milliseconds(&call.arg(1))?, 2),
        // Without a pause an interval would always be due.
        Kind::Interval => (milliseconds(&call.arg(1))?.max(1), 2),
    };
    let delay = delay * 1_000_000;
    let args = call.args.get(own_args..).unwrap_or_default().to_vec();
    let at = clock::monotonic_nanoseconds().saturating_add(delay);
    let id = TIMERS.with_borrow_mut(|timers| {
        timers.last_id = timers.last_id.wrapping_add(1).max(1);
        let timer = Timer {
            id: timers.last_id,
            callback,
            args,
            period: (kind == Kind::Interval).then_some(delay),
            is_ref: true,
        };
        timers.insert(at, timer);
        timers.last_id
    });
    Ok(Value::number(f64::from(id)))
}

/// A delay as Web IDL's `long`: what is out of range wraps around, and what is below 0 counts
/// as 0.
fn milliseconds(delay: &Value) -> JsResult<u64> {
    let delay = delay.to_number()?;
    if !delay.is_finite() {
        return Ok(0);
    }
    let wrapped = delay.trunc().rem_euclid(4_294_967_296.0) as u32;
    Ok(u64::try_from(wrapped.cast_signed()).unwrap_or(0))
}

fn clear(call: Call<'_>) -> JsResult<Value> {
    let id = call.arg(0);
    let Some(id) = id.as_number() else {
        return Ok(Value::UNDEFINED);
    };
    // The timer is dropped after the borrow ends: freeing values can run code that comes here.
    let _timer = TIMERS.with_borrow_mut(|timers| {
        let id = id as u32;
        if timers.running == Some(id) {
            timers.running = None;
        }
        let due = *timers.due_by_id.get(&id)?;
        timers.take(due)
    });
    Ok(Value::UNDEFINED)
}

/// The timers that are due at a moment.
pub struct Batch {
    now: u64,
    /// Timers that are set later are not in it.
    set: u64,
}

/// The timers that are due now, if any is set.
pub fn due() -> Option<Batch> {
    let set = TIMERS.with_borrow(|timers| (!timers.by_due.is_empty()).then_some(timers.set))?;
    Some(Batch {
        now: clock::monotonic_nanoseconds(),
        set,
    })
}

impl Batch {
    /// Runs the next of them. Returns whether there was one.
    pub fn run_next(&self) -> JsResult<bool> {
        let timer = TIMERS.with_borrow_mut(|timers| {
            let mut due = timers.by_due.range(..=(self.now, u64::MAX));
            let due = *due.find(|((_, set), _)| *set <= self.set)?.0;
            let timer = timers.take(due)?;
            timers.running = timer.period.map(|_| timer.id);
            timers.running_ref = None;
            Some(timer)
        });
        let Some(timer) = timer else {
            return Ok(false);
        };
        let result = timer.callback.call(&Value::UNDEFINED, &timer.args);
        let mut timer = timer;
        if let Some(period) = timer.period {
            let at = clock::monotonic_nanoseconds().saturating_add(period);
            let _cleared = TIMERS.with_borrow_mut(|timers| {
                if timers.running.take() == Some(timer.id) {
                    timer.is_ref = timers.running_ref.take().unwrap_or(timer.is_ref);
                    timers.insert(at, timer);
                    None
                } else {
                    Some(timer)
                }
            });
        }
        result.map(|_| true)
    }
}

/// Sets whether the program runs on because of a timer.
pub fn set_ref(id: u32, is_ref: bool) {
    TIMERS.with_borrow_mut(|timers| {
        let Some(due) = timers.due_by_id.get(&id) else {
            if timers.running == Some(id) {
                timers.running_ref = Some(is_ref);
            }
            return;
        };
        if let Some(timer) = timers.by_due.get_mut(due)
            && timer.is_ref != is_ref
        {
            timer.is_ref = is_ref;
            timers.unref = match is_ref {
                true => timers.unref - 1,
                false => timers.unref + 1,
            };
        }
    });
}

/// Nanoseconds until the first timer is due, if one is set. Timers because of which the program does not
/// run on count only if something else is awaited: such a timer, or a request.
pub fn until_next(is_awaiting: bool) -> Option<u64> {
    let at = TIMERS.with_borrow(|timers| {
        let counts = is_awaiting || timers.by_due.len() > timers.unref;
        counts.then_some(timers.by_due.first_key_value()?.0.0)
    })?;
    Some(at.saturating_sub(clock::monotonic_nanoseconds()))
}
