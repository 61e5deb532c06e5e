//! The clock of a program that is built.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jsvm::Clock;

/// A clock that stands still. It is advanced only when the top level awaits a timer, to the time
/// when the timer is due. So the same program gives the same component each time.
#[derive(Clone, Default)]
pub struct BuildClock {
    /// Time of day.
    wall: Duration,
    nanoseconds: Arc<AtomicU64>,
}

impl BuildClock {
    pub fn new(wall: Option<Duration>) -> Self {
        BuildClock {
            wall: wall.unwrap_or_default(),
            nanoseconds: Arc::default(),
        }
    }

    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for BuildClock {
    fn wall(&self) -> Duration {
        self.wall
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }
}
