//! Makes a VM poll when the time of its call is over.
//!
//! A VM counts branches and iterations between two polls, and not time: a script can make each of
//! 10,000 branches expensive. So a thread looks at all VMs every few milliseconds. Where a call has
//! had its time, the thread sets the VM's counters to zero, in the VM's memory, and the next branch
//! polls. The counters count down without regard to other threads, so one write can be lost; the
//! next comes a few milliseconds later.
//!
//! A call costs its VM two plain writes for it. The thread starts with the first call, and sleeps
//! while no VM is called.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::instance::Counters;
use crate::interrupt::{Deadline, InterruptHandle};

/// Time between two looks.
const TICK: Duration = Duration::from_millis(5);

/// How much later than its time a call is made to poll. Nearly every call polls by itself before
/// that; one that had to wait for a processor, and hardly began, is left alone.
const LATE: Duration = Duration::from_millis(20);

/// Looks without any call before the thread sleeps until the next: waking it takes a system call.
const IDLE_TICKS: u32 = 200;

/// What the watchdog knows of a VM.
pub(crate) struct Watched {
    /// Goes up when a call begins and when it ends: odd while one runs. Only the VM's thread
    /// writes it.
    calls: AtomicU64,
    /// The time that a call has, in nanoseconds; the largest number for no limit.
    time: AtomicU64,
    interrupt: InterruptHandle,
    deadline: Deadline,
    /// Whether the counters were set since the last poll.
    forced: AtomicBool,
    /// When the call was first seen, if it had to be made to poll.
    seen: Deadline,
    /// The counters, while the VM has an instance.
    counters: Mutex<Option<Counters>>,
}

impl Watched {
    pub(crate) fn new(interrupt: InterruptHandle, deadline: Deadline) -> Arc<Self> {
        Arc::new(Watched {
            calls: AtomicU64::new(0),
            time: AtomicU64::new(u64::MAX),
            interrupt,
            deadline,
            forced: AtomicBool::new(false),
            seen: Deadline::default(),
            counters: Mutex::new(None),
        })
    }

    /// Sets the time that a call has.
    pub(crate) fn set_time(&self, time: Option<Duration>) {
        let time = time.and_then(|time| u64::try_from(time.as_nanos()).ok());
        self.time.store(time.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Sets where the counters are, or that they are no longer there.
    pub(crate) fn set_counters(&self, counters: Option<Counters>) {
        *self.counters.lock() = counters;
    }

    /// A call begins.
    pub(crate) fn begin(&self) {
        self.count_up();
        Watchdog::wake();
    }

    /// The call has ended.
    pub(crate) fn end(&self) {
        self.count_up();
    }

    fn count_up(&self) {
        // No other thread writes it, so this need not be one instruction.
        let calls = self.calls.load(Ordering::Relaxed);
        self.calls.store(calls.wrapping_add(1), Ordering::Relaxed);
    }

    /// Whether the poll that comes was forced, and then since when the call has been running at
    /// least. The next poll is not, unless it is forced again.
    pub(crate) fn take_forced(&self) -> Option<Instant> {
        // Nearly always there is nothing to take.
        if self.forced.load(Ordering::Relaxed) && self.forced.swap(false, Ordering::Relaxed) {
            self.seen.get()
        } else {
            None
        }
    }

    /// Makes the VM poll. Its call has been running since then.
    pub(crate) fn force_poll(&self, since: Instant) {
        if let Some(counters) = &*self.counters.lock() {
            self.seen.set(since);
            self.forced.store(true, Ordering::Relaxed);
            counters.set_to_zero();
        }
    }

    fn is_due(&self, since: Instant, now: Instant) -> bool {
        let time = Duration::from_nanos(self.time.load(Ordering::Relaxed));
        now - since >= time.saturating_add(LATE)
            || self.deadline.is_past(now)
            || self.interrupt.is_set()
    }
}

/// A VM with the call that it was found in.
struct Entry {
    watched: Weak<Watched>,
    calls: u64,
    since: Instant,
}

/// The thread, which all engines of a program share.
struct Watchdog {
    thread: Thread,
    sleeps: AtomicBool,
    /// VMs that the thread has not seen.
    new: Mutex<Vec<Weak<Watched>>>,
}

static WATCHDOG: OnceLock<Option<Arc<Watchdog>>> = OnceLock::new();

/// Looks after a VM until it is dropped.
pub(crate) fn look_after(watched: &Arc<Watched>) {
    if let Some(watchdog) = WATCHDOG.get_or_init(Watchdog::start) {
        watchdog.new.lock().push(Arc::downgrade(watched));
    }
}

impl Watchdog {
    /// Starts the thread. Without one VMs stop at their own polls.
    fn start() -> Option<Arc<Watchdog>> {
        let (give, take) = std::sync::mpsc::channel::<Arc<Watchdog>>();
        let thread = thread::Builder::new()
            .name("jsvm watchdog".to_owned())
            .spawn(move || {
                if let Ok(watchdog) = take.recv() {
                    watchdog.run();
                }
            });
        let watchdog = Arc::new(Watchdog {
            thread: thread.ok()?.thread().clone(),
            sleeps: AtomicBool::new(false),
            new: Mutex::default(),
        });
        give.send(watchdog.clone()).ok()?;
        Some(watchdog)
    }

    fn wake() {
        if let Some(Some(watchdog)) = WATCHDOG.get()
            && watchdog.sleeps.load(Ordering::Relaxed)
            && watchdog.sleeps.swap(false, Ordering::Relaxed)
        {
            watchdog.thread.unpark();
        }
    }

    fn run(&self) -> ! {
        let mut entries: Vec<Entry> = Vec::new();
        let mut idle = 0;
        loop {
            let now = Instant::now();
            entries.extend(self.new.lock().drain(..).map(|watched| Entry {
                watched,
                calls: 0,
                since: now,
            }));
            let mut is_busy = false;
            entries.retain_mut(|entry| match entry.watched.upgrade() {
                Some(watched) => {
                    is_busy |= entry.look(&watched, now);
                    true
                }
                None => false,
            });
            idle = if is_busy { 0 } else { idle + 1 };
            if idle < IDLE_TICKS {
                thread::sleep(TICK);
                continue;
            }
            self.sleeps.store(true, Ordering::Relaxed);
            // A call that began just now may not have seen that: so this is no sleep without end.
            thread::park_timeout(Duration::from_secs(1));
            idle = IDLE_TICKS - 1;
        }
    }
}

impl Entry {
    /// Makes the VM poll if its call is due. Returns whether something was done since the last look.
    fn look(&mut self, watched: &Watched, now: Instant) -> bool {
        let calls = watched.calls.load(Ordering::Relaxed);
        if calls != self.calls {
            (self.calls, self.since) = (calls, now);
            return true;
        }
        let is_running = calls % 2 == 1;
        if is_running && watched.is_due(self.since, now) {
            watched.force_poll(self.since);
        }
        is_running
    }
}
