//! The limit of the sum of memory.
//!
//! A request reserves the memory that its VM may use before it begins. When the VM is gone, only the
//! bytes of the response that are not sent yet stay reserved.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The unit of reservations, in bytes.
const UNIT: u64 = 64 << 10;

/// The memory of all VMs and responses.
pub struct MemoryBudget {
    units: Arc<Semaphore>,
    total: u64,
    request: u32,
}

impl MemoryBudget {
    /// Creates a budget in which each request reserves a number of bytes. At least one request has
    /// room.
    pub fn new(total: u64, request: u64) -> Self {
        let request = u32::try_from(request.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let total = (total / UNIT).max(request.into());
        let units = usize::try_from(total).unwrap_or(usize::MAX);
        let units = units.min(Semaphore::MAX_PERMITS);
        MemoryBudget {
            units: Arc::new(Semaphore::new(units)),
            total: units as u64,
            request,
        }
    }

    /// Reserves the memory of a request if there is room now.
    pub fn try_reserve(&self) -> Option<Arc<Reservation>> {
        let permit = self.units.clone().try_acquire_many_owned(self.request);
        permit.ok().map(Reservation::new)
    }

    /// Waits for room and reserves the memory of a request.
    pub async fn reserve(&self) -> Option<Arc<Reservation>> {
        let permit = self.units.clone().acquire_many_owned(self.request).await;
        permit.ok().map(Reservation::new)
    }

    /// The number of reserved bytes.
    pub fn reserved(&self) -> u64 {
        (self.total - self.units.available_permits() as u64) * UNIT
    }
}

/// The memory of a request and its response. It is released when it is dropped.
pub struct Reservation(Mutex<Reserved>);

struct Reserved {
    permit: OwnedSemaphorePermit,
    /// The size of the response that was handed over whole.
    response: u64,
}

impl Reservation {
    fn new(permit: OwnedSemaphorePermit) -> Arc<Self> {
        Arc::new(Reservation(Mutex::new(Reserved {
            permit,
            response: 0,
        })))
    }

    fn reserved(&self) -> MutexGuard<'_, Reserved> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the reservation as long as the bytes, which are a response, or a part of them.
    pub fn attach(self: &Arc<Self>, bytes: Vec<u8>) -> Bytes {
        self.reserved().response = bytes.len() as u64;
        Bytes::from_owner(ReservedBytes {
            bytes,
            _reservation: self.clone(),
        })
    }

    /// Releases all but the memory of the response, because the VM is gone.
    pub fn shrink(&self) {
        let mut reserved = self.reserved();
        let keep = usize::try_from(reserved.response.div_ceil(UNIT)).unwrap_or(usize::MAX);
        let spare = reserved.permit.num_permits().saturating_sub(keep);
        drop(reserved.permit.split(spare));
    }
}

struct ReservedBytes {
    bytes: Vec<u8>,
    _reservation: Arc<Reservation>,
}

impl AsRef<[u8]> for ReservedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_stays_reserved_until_its_last_part_is_dropped() {
        let budget = MemoryBudget::new(4 * UNIT, 3 * UNIT);
        let reservation = budget.try_reserve().unwrap();
        assert!(budget.try_reserve().is_none());
        let mut response = reservation.attach(vec![0; UNIT as usize + 1]);
        reservation.shrink();
        drop(reservation);
        assert_eq!(budget.reserved(), 2 * UNIT);
        drop(response.split_to(UNIT as usize));
        assert_eq!(budget.reserved(), 2 * UNIT);
        drop(response);
        assert_eq!(budget.reserved(), 0);
    }

    #[test]
    fn one_request_always_has_room() {
        let budget = MemoryBudget::new(0, u64::MAX);
        let reservation = budget.try_reserve().unwrap();
        assert!(budget.try_reserve().is_none());
        reservation.shrink();
        assert!(budget.try_reserve().is_some());
    }
}
