//! How much of files is read at the same time.

use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

/// The unit of the room, in bytes.
const UNIT: u64 = 1 << 10;

/// Room for what is read at the same time, for all ways in which a program reads.
pub struct ReadBudget {
    room: Semaphore,
    units: u32,
}

impl ReadBudget {
    /// Makes room for so many bytes.
    pub fn new(bytes: u64) -> Self {
        let units = units(bytes);
        ReadBudget {
            room: Semaphore::new(units as usize),
            units,
        }
    }

    /// Waits for room for some bytes: at most for all that there is.
    ///
    /// # Errors
    /// None in practice: the room is never closed.
    pub async fn acquire(&self, bytes: u64) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.room.acquire_many(units(bytes).min(self.units)).await
    }
}

/// The number of units that some bytes take.
fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}
