//! What time it is for a VM.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// The clock of a VM. It is meant to be implemented.
///
/// `Date` reads [`wall`](Clock::wall), `performance.now()` reads
/// [`monotonic`](Clock::monotonic). Limits on time do not use it.
///
/// ```
/// use std::time::Duration;
/// let clock = jsvm::FixedClock(Duration::from_secs(1_000_000_000));
/// let vm = jsvm::Engine::global()?.vm().clock(clock).build()?;
/// assert_eq!(vm.eval("new Date().toISOString()")?.to::<String>()?, "2001-09-09T01:46:40.000Z");
/// # Ok::<(), jsvm::Error>(())
/// ```
pub trait Clock: Send + Sync {
    /// Time since 1970-01-01T00:00:00Z.
    fn wall(&self) -> Duration;
    /// Time since any fixed instant; it never goes backwards.
    fn monotonic(&self) -> Duration;
}

/// The clocks of the system.
///
/// ```
/// use jsvm::{Clock, SystemClock};
/// let earlier = SystemClock.monotonic();
/// assert!(SystemClock.monotonic() >= earlier);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> Duration {
        // Before 1970 there were no computers that run this.
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

/// A clock that stands still at a time since 1970-01-01T00:00:00Z.
///
/// ```
/// use std::time::Duration;
/// let clock = jsvm::FixedClock(Duration::from_secs(60));
/// let vm = jsvm::Engine::global()?.vm().clock(clock).build()?;
/// assert_eq!(vm.eval("Date.now()")?.to::<f64>()?, 60_000.0);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FixedClock(
    /// Time since 1970-01-01T00:00:00Z.
    pub Duration,
);

impl Clock for FixedClock {
    fn wall(&self) -> Duration {
        self.0
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// A clock that moves when it is told to.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// let clock = Arc::new(jsvm::ManualClock::new(Duration::ZERO));
/// let vm = jsvm::Engine::global()?.vm().clock(clock.clone()).build()?;
/// clock.advance(Duration::from_millis(1500));
/// assert_eq!(vm.eval("Date.now()")?.to::<f64>()?, 1500.0);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Debug)]
pub struct ManualClock {
    start: Duration,
    nanoseconds: AtomicU64,
}

impl ManualClock {
    /// A clock that starts at a time since 1970-01-01T00:00:00Z.
    pub fn new(start: Duration) -> Self {
        ManualClock {
            start,
            nanoseconds: AtomicU64::new(0),
        }
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn wall(&self) -> Duration {
        self.start.saturating_add(self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn wall(&self) -> Duration {
        (**self).wall()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }
}
