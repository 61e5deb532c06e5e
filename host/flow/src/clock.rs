//! Time in a flow, and time outside.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use jsvm::Clock;

use crate::model::WallTime;

/// The clock of a flow's VM: it stands still during a turn.
///
/// Each read advances it by a microsecond, so that loops on the time end. A turn that is repeated reads
/// the same times.
#[derive(Debug, Default)]
pub(crate) struct TurnClock {
    wall: AtomicU64,
    monotonic: AtomicU64,
    reads: AtomicU64,
}

/// Nanoseconds by which a read advances the clock.
const STEP: u64 = 1_000;

impl TurnClock {
    /// Sets the time of a turn, in nanoseconds.
    pub(crate) fn set(&self, wall: WallTime, monotonic: u64) {
        self.wall.store(wall, Ordering::Relaxed);
        self.monotonic.store(monotonic, Ordering::Relaxed);
        self.reads.store(0, Ordering::Relaxed);
    }

    /// Returns the time now without advancing it: wall-clock time, and that of the flow's own clock.
    pub(crate) fn now(&self) -> (WallTime, u64) {
        let passed = self.reads.load(Ordering::Relaxed) * STEP;
        let wall = self.wall.load(Ordering::Relaxed);
        let monotonic = self.monotonic.load(Ordering::Relaxed);
        (
            wall.saturating_add(passed),
            monotonic.saturating_add(passed),
        )
    }

    fn read(&self, time: &AtomicU64) -> Duration {
        let reads = self.reads.fetch_add(1, Ordering::Relaxed) + 1;
        Duration::from_nanos(time.load(Ordering::Relaxed).saturating_add(reads * STEP))
    }
}

impl Clock for TurnClock {
    fn wall(&self) -> Duration {
        self.read(&self.wall)
    }

    fn monotonic(&self) -> Duration {
        self.read(&self.monotonic)
    }
}

/// Tells a worker the time. It is meant to be implemented for tests.
pub trait Time: Send + Sync + 'static {
    /// Returns nanoseconds since 1970-01-01T00:00:00Z. They can jump, also back.
    fn now(&self) -> WallTime;
}

/// The time of the system.
///
/// ```
/// use jsvm_flow::{SystemTimeSource, Time};
/// assert!(SystemTimeSource.now() > 1_700_000_000_000_000_000);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTimeSource;

impl Time for SystemTimeSource {
    fn now(&self) -> WallTime {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let nanoseconds = now.unwrap_or_default().as_nanos();
        u64::try_from(nanoseconds).unwrap_or(u64::MAX)
    }
}

impl<T: Time + ?Sized> Time for std::sync::Arc<T> {
    fn now(&self) -> WallTime {
        (**self).now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_advance_by_a_microsecond_and_turns_repeat() {
        let clock = TurnClock::default();
        for _ in 0..2 {
            clock.set(5_000_000, 1_000);
            assert_eq!(clock.wall(), Duration::from_nanos(5_001_000));
            assert_eq!(clock.monotonic(), Duration::from_nanos(3_000));
            assert_eq!(clock.now(), (5_002_000, 3_000));
        }
    }
}
