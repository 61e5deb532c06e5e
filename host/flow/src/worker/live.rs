//! Flows that the worker has taken up.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::AbortHandle;
use jsvm::Error;

use crate::error::FlowError;
use crate::model::{FlowRow, Input};
use crate::program::LoadedProgram;
use crate::recover::Tail;
use crate::vm::FlowVm;

/// A flow that runs, or waits for requests.
pub(super) struct LiveFlow {
    /// Nothing while the flow only waits for requests, and others needed the room.
    pub(super) vm: Option<FlowVm>,
    pub(super) program: Arc<LoadedProgram>,
    pub(super) seed: [u8; 32],
    pub(super) row: FlowRow,
    /// Requests that were sent.
    pub(super) in_flight: HashMap<u64, AbortHandle>,
    /// Inputs of the next turn.
    pub(super) ready: Vec<Input>,
    /// Numbers of the signals among them.
    pub(super) signals: Vec<u64>,
    /// Whether a turn runs even without inputs.
    pub(super) attention: bool,
    pub(super) tail: Tail,
    /// The tick of its last turn.
    pub(super) used: u64,
    /// The number of the turn that runs now: its VM is there.
    pub(super) running: Option<u64>,
    /// Whether the system's clock was put back while a turn ran.
    pub(super) clock_was_put_back: bool,
    /// Bytes of the VM's memory after the last turn.
    pub(super) memory: u64,
    /// When it got the first of its inputs.
    pub(super) ready_since: Option<Instant>,
}

impl LiveFlow {
    pub(super) fn new(
        program: Arc<LoadedProgram>,
        seed: [u8; 32],
        row: FlowRow,
        tail: Tail,
    ) -> Self {
        LiveFlow {
            vm: None,
            program,
            seed,
            row,
            in_flight: HashMap::new(),
            ready: Vec::new(),
            signals: Vec::new(),
            attention: false,
            tail,
            used: 0,
            running: None,
            clock_was_put_back: false,
            memory: 0,
            ready_since: None,
        }
    }

    /// Gives up all requests.
    pub(super) fn abort_all(&mut self) {
        for (_, handle) in self.in_flight.drain() {
            handle.abort();
        }
    }

    /// Returns a warning if the memory has grown, and the heap comes near to its limit.
    pub(super) fn warn_of_memory(&mut self, vm: &FlowVm) -> Result<Option<String>, Error> {
        let memory = vm.vm.with_memory(<[u8]>::len)? as u64;
        let limit = self.program.config.limits.memory;
        // To count what the heap has takes long, and memory that has not grown tells enough.
        if memory <= std::mem::replace(&mut self.memory, memory) || memory < near(limit) {
            return Ok(None);
        }
        let used = vm.vm.heap().usage()?.used;
        Ok((used >= near(limit)).then(|| {
            format!(
                "the heap of the flow has {used} bytes, and its limit is {limit}. When it has no room, the program gets \
                 an InternalError: begin anew with continueWith, or start flows with a higher --memory"
            )
        }))
    }

    /// Returns how many requests have no outcome in the store.
    pub(super) fn unstored_requests(&self) -> usize {
        let is_outcome = |input: &&Input| matches!(input, Input::Outcome { .. });
        self.in_flight.len() + self.ready.iter().filter(is_outcome).count()
    }
}

/// The bytes of a heap from which on a flow is warned.
fn near(limit: u64) -> u64 {
    limit / 4 * 3
}

impl Drop for LiveFlow {
    fn drop(&mut self) {
        self.abort_all();
    }
}

/// What a snapshot of a flow costs, as measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct SnapshotCost {
    /// Nanoseconds to take and encode one; a moving mean.
    time: u64,
    /// Nanoseconds of the last one.
    last: u64,
    /// Bytes of one; a moving mean.
    bytes: usize,
}

impl Default for SnapshotCost {
    fn default() -> Self {
        // What a small VM needs.
        SnapshotCost {
            time: 100_000,
            last: 100_000,
            bytes: 4 << 10,
        }
    }
}

impl SnapshotCost {
    /// Whether a snapshot now is cheaper than to keep and repeat the tail: when the time that the tail ran,
    /// or the bytes that it has, are so many times those of a snapshot.
    pub(super) fn is_worth(self, tail: Tail, max_tail: u32, ratio: u32) -> bool {
        tail.turns >= max_tail
            || tail.ran > self.time.saturating_mul(ratio.into())
            || tail.bytes > self.bytes.saturating_mul(ratio as usize)
    }

    /// Learns from a snapshot.
    pub(super) fn learn(&mut self, taken: &TakenSnapshot) {
        let time = u64::try_from(taken.time.as_nanos()).unwrap_or(u64::MAX);
        // One that the system interrupted does not count: it would make the next tails long.
        let usual = time.min(std::mem::replace(&mut self.last, time));
        self.time = mean(self.time, usual);
        self.bytes = mean(self.bytes as u64, taken.bytes.len() as u64) as usize;
    }
}

/// Moves a mean by an eighth of the way to a value.
fn mean(mean: u64, value: u64) -> u64 {
    mean - mean / 8 + value / 8
}

/// A snapshot of a VM, as what differs from its program.
pub(super) struct TakenSnapshot {
    pub(super) bytes: Vec<u8>,
    /// How long it took.
    pub(super) time: Duration,
}

impl TakenSnapshot {
    pub(super) fn take(vm: &FlowVm, program: &LoadedProgram) -> Result<Self, FlowError> {
        let began = Instant::now();
        let delta = vm.vm.snapshot_since(&program.base)?;
        let bytes = delta.to_bytes().map_err(Error::from)?;
        let time = began.elapsed();
        Ok(TakenSnapshot { bytes, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_worth_a_long_tail_alone() {
        let cost = SnapshotCost {
            time: 1_000,
            last: 1_000,
            bytes: 100,
        };
        let tail = |turns, ran, bytes| Tail { turns, ran, bytes };
        assert!(!cost.is_worth(tail(10, 4_000, 400), 256, 4));
        assert!(cost.is_worth(tail(10, 4_001, 0), 256, 4));
        assert!(cost.is_worth(tail(10, 0, 401), 256, 4));
        assert!(cost.is_worth(tail(256, 0, 0), 256, 4));
    }

    #[test]
    fn a_snapshot_that_was_interrupted_does_not_count() {
        let mut cost = SnapshotCost::default();
        let mut learn = |time| {
            cost.learn(&TakenSnapshot {
                bytes: vec![0; 4 << 10],
                time: Duration::from_micros(time),
            });
            cost.time / 1_000
        };
        assert_eq!(learn(50_000), 100);
        assert_eq!(learn(100), 100);
        // Flows that have grown do.
        for _ in 0..40 {
            learn(50_000);
        }
        assert!(learn(50_000) > 45_000);
    }
}
