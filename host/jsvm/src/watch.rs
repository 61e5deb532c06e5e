//! Whether a call may go on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use jsvm_snapshot::Limits;

use crate::bindings::wit;
use crate::error::Interrupt;
use crate::extension::{StopSignal, StopWhen, asks_to_stop};
use crate::host_import::InterruptPoint;
use crate::interrupt::{Deadline, InterruptHandle};
use crate::watchdog::Watched;

/// How much work a built-in may do past [`Limits::work`] before it is stopped for good, in polls:
/// a second or two.
const WORK_GRACE: u64 = 1_000;

/// Watches one call. The clock is first read when the VM first polls, about 50 µs into a call: short
/// calls pay nothing.
pub(crate) struct Watch {
    limits: WatchedLimits,
    pub(crate) interrupt: InterruptHandle,
    pub(crate) deadline: Deadline,
    /// What the watchdog knows of the VM.
    pub(crate) watched: Arc<Watched>,
    /// The embedder's own reason to stop.
    stop_when: Option<StopWhen>,
    call: Call,
    /// The longest way between two polls, if that is measured.
    gaps: Option<Gaps>,
    /// Whether a built-in had to be stopped, which ends the instance.
    pub(crate) stopped_builtin: bool,
}

/// The limits of one call.
struct WatchedLimits {
    time: Option<Duration>,
    cpu_time: Option<Duration>,
    work: Option<u64>,
    grace: Duration,
}

/// What is known of the call that runs.
#[derive(Default)]
struct Call {
    started: Option<Instant>,
    /// CPU time of the thread when it began, if that is limited.
    cpu_started: Option<Duration>,
    polls: u64,
    /// Who interrupts it.
    interrupt: Option<Interrupt>,
    /// Whether the VM was told to stop at a bytecode.
    is_told: bool,
    /// When a built-in was first found to run too long, and the number of the poll.
    overdue: Option<(Instant, u64)>,
}

#[derive(Default)]
struct Gaps {
    longest: Duration,
    last: Option<Instant>,
}

impl Watch {
    pub(crate) fn new(limits: &Limits, stop_when: Option<StopWhen>, measures_gaps: bool) -> Self {
        let (interrupt, deadline) = (InterruptHandle::default(), Deadline::default());
        let watch = Watch {
            limits: WatchedLimits::of(limits),
            watched: Watched::new(interrupt.clone(), deadline.clone()),
            interrupt,
            deadline,
            stop_when,
            call: Call::default(),
            gaps: measures_gaps.then(Gaps::default),
            stopped_builtin: false,
        };
        watch.tell_watchdog();
        watch
    }

    /// Replaces the limits, for the call that runs as well.
    pub(crate) fn set_limits(&mut self, limits: &Limits) {
        self.limits = WatchedLimits::of(limits);
        self.tell_watchdog();
    }

    /// The watchdog knows of one time, at which it begins to make the VM poll.
    fn tell_watchdog(&self) {
        let WatchedLimits { time, cpu_time, .. } = self.limits;
        let first = time.into_iter().chain(cpu_time).min();
        self.watched.set_time(first);
    }

    /// A call begins.
    pub(crate) fn begin(&mut self) {
        self.call = Call {
            cpu_started: self
                .limits
                .cpu_time
                .map(|_| ThreadTime::now().as_duration()),
            ..Call::default()
        };
        if let Some(gaps) = &mut self.gaps {
            gaps.last = Some(Instant::now());
        }
        self.watched.begin();
    }

    /// The call has ended. Returns who interrupted it, if anybody did, and whether the VM was told.
    pub(crate) fn end(&mut self) -> Interrupted {
        self.watched.end();
        if let Some(gaps) = &mut self.gaps {
            gaps.note(Instant::now());
        }
        Interrupted {
            by: self.call.interrupt,
            is_told: self.call.is_told,
        }
    }

    /// The longest time between two polls, the beginning and the end of a call, if that is measured.
    pub(crate) fn longest_gap(&self) -> Option<Duration> {
        self.gaps.as_ref().map(|gaps| gaps.longest)
    }

    /// The stop condition for extensions that run on behalf of this call.
    pub(crate) fn stop(&mut self) -> StopSignal {
        let started = *self.call.started.get_or_insert_with(Instant::now);
        let cpu_until = self.limits.cpu_time.zip(self.call.cpu_started);
        StopSignal {
            is_stopped: self.call.interrupt.is_some(),
            cpu_until: cpu_until
                .map(|(limit, started)| (std::thread::current().id(), started + limit)),
            until: self.limits.time.and_then(|time| started.checked_add(time)),
            deadline: self.deadline.clone(),
            interrupt: self.interrupt.clone(),
            stop_when: self.stop_when.clone(),
        }
    }

    /// Stops the script if its time is over, which code that ran on its behalf may have used up.
    pub(crate) fn check_after_call(&mut self) {
        let now = Instant::now();
        if self.due(now).is_some() {
            // There may be no poll any more before the call ends.
            self.call.is_told = true;
            self.watched.force_poll(self.call.started.unwrap_or(now));
        }
    }

    /// Allows next to no time from now on.
    pub(crate) fn hurry(&mut self) {
        self.limits.time = Some(Duration::from_millis(20));
        self.limits.grace = Duration::ZERO;
        self.tell_watchdog();
        self.begin();
    }

    /// Who interrupts the call now, if anybody does. An answer stays what it was until the call has
    /// ended: a script that discards it gets it again.
    fn due(&mut self, now: Instant) -> Option<Interrupt> {
        if self.call.interrupt.is_none() {
            self.call.interrupt = self.newly_due(now);
        }
        self.call.interrupt
    }

    fn newly_due(&mut self, now: Instant) -> Option<Interrupt> {
        let started = *self.call.started.get_or_insert(now);
        if self.deadline.is_past(now) {
            Some(Interrupt::Deadline)
        } else if self.limits.time.is_some_and(|time| now - started >= time) {
            Some(Interrupt::TimeLimit)
        } else if self.limits.work.is_some_and(|work| self.call.polls > work) {
            Some(Interrupt::WorkLimit)
        } else if self.is_cpu_time_over() {
            Some(Interrupt::CpuTimeLimit)
        } else if self.interrupt.is_set() {
            Some(Interrupt::Handle)
        // A panic must not unwind through the VM: it is a reason to stop, too.
        } else if self.stop_when.as_ref().is_some_and(asks_to_stop) {
            Some(Interrupt::Embedder)
        } else {
            None
        }
    }

    fn is_cpu_time_over(&mut self) -> bool {
        let Some(limit) = self.limits.cpu_time else {
            return false;
        };
        // The limit may have been set during the call.
        let now = ThreadTime::now().as_duration();
        let started = *self.call.cpu_started.get_or_insert(now);
        now.saturating_sub(started) >= limit
    }

    /// Who interrupts the script at this point, if anybody does.
    pub(crate) fn poll(&mut self, point: InterruptPoint) -> Option<Interrupt> {
        let now = Instant::now();
        if let Some(gaps) = &mut self.gaps {
            gaps.note(now);
        }
        match self.watched.take_forced() {
            // It says nothing about how much was done.
            Some(since) => {
                self.call.started.get_or_insert(since);
            }
            None => self.call.polls += 1,
        }
        let interrupt = self.due(now)?;
        match point {
            InterruptPoint::Bytecode => {
                self.call.is_told = true;
                Some(interrupt)
            }
            InterruptPoint::Builtin => {
                // The next bytecode may be near: it leaves the VM usable.
                let polls = self.call.polls;
                let (since, first) = *self.call.overdue.get_or_insert((now, polls));
                self.stopped_builtin = match interrupt {
                    Interrupt::WorkLimit => polls - first >= WORK_GRACE,
                    _ => now - since >= self.limits.grace,
                };
                self.stopped_builtin.then_some(interrupt)
            }
        }
    }
}

/// Who interrupted a call.
#[derive(Clone, Copy)]
pub(crate) struct Interrupted {
    /// Who did, if anybody did.
    pub(crate) by: Option<Interrupt>,
    /// Whether the VM was told to stop at a bytecode. Whatever the call resulted in then, its script
    /// was stopped.
    pub(crate) is_told: bool,
}

impl Interrupted {
    /// What a call resulted in: if its script was stopped, just that. The script may have discarded
    /// what stopped it, and ended in another way.
    pub(crate) fn explain<T>(self, result: Result<T, wit::Error>) -> Result<T, wit::Error> {
        if self.is_told {
            let reason = self.by.map_or(wit::InterruptReason::Embedder, Into::into);
            Err(wit::Error::Interrupted(reason))
        } else {
            result
        }
    }
}

impl WatchedLimits {
    fn of(limits: &Limits) -> Self {
        WatchedLimits {
            time: limits.time,
            cpu_time: limits.cpu_time,
            work: limits.work,
            grace: limits.grace,
        }
    }
}

impl Gaps {
    fn note(&mut self, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            self.longest = self.longest.max(now - last);
        }
    }
}
