//! A turn as work for a thread: what it needs, and what it leaves.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jsvm::{Error, Interrupt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::live::{SnapshotCost, TakenSnapshot};
use crate::error::FlowError;
use crate::model::{FlowId, Turn, WallTime};
use crate::program::LoadedProgram;
use crate::recover::Tail;
use crate::turn::{Ran, Whose};
use crate::vm::FlowVm;

/// A turn whose inputs are committed, with the VM that runs it.
pub(super) struct TurnJob {
    pub(super) flow: FlowId,
    pub(super) run: u32,
    pub(super) number: u64,
    pub(super) turn: Turn,
    pub(super) vm: FlowVm,
    pub(super) program: Arc<LoadedProgram>,
    pub(super) time_limit: Duration,
    /// The turns since the newest snapshot, without this one.
    pub(super) tail: Tail,
    /// Bytes of its sealed inputs.
    pub(super) bytes: usize,
    pub(super) policy: SnapshotPolicy,
    pub(super) ready_since: Instant,
}

/// When a turn ends with a snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) struct SnapshotPolicy {
    pub(super) cost: SnapshotCost,
    pub(super) max_tail: u32,
    pub(super) ratio: u32,
}

/// A turn that ran.
pub(super) struct FinishedTurn {
    pub(super) flow: FlowId,
    pub(super) run: u32,
    pub(super) number: u64,
    pub(super) wall: WallTime,
    pub(super) bytes: usize,
    pub(super) ready_since: Instant,
    pub(super) done: Result<DoneTurn, FlowError>,
}

/// What a turn left.
pub(super) struct DoneTurn {
    pub(super) vm: FlowVm,
    pub(super) ran: Ran,
    pub(super) snapshot: Option<TakenSnapshot>,
}

impl TurnJob {
    /// Runs the turn, and takes a snapshot if that is worth it.
    pub(super) fn run(self) -> FinishedTurn {
        let finished = self.finished();
        let done = self.run_vm();
        FinishedTurn { done, ..finished }
    }

    /// Describes the turn as one that panicked.
    fn finished(&self) -> FinishedTurn {
        FinishedTurn {
            flow: self.flow.clone(),
            run: self.run,
            number: self.number,
            wall: self.turn.wall,
            bytes: self.bytes,
            ready_since: self.ready_since,
            done: Err(FlowError::Panicked),
        }
    }

    fn run_vm(self) -> Result<DoneTurn, FlowError> {
        let whose = Whose {
            id: &self.flow,
            run: self.run,
        };
        let vm = self.vm;
        let ran = vm.run(&whose, &self.turn, Some(self.time_limit));
        let ran = ran.map_err(|error| match error {
            Error::Interrupted(Interrupt::TimeLimit | Interrupt::Deadline) => {
                FlowError::TurnTime(self.time_limit)
            }
            error => error.into(),
        })?;
        let mut tail = self.tail;
        tail.add(ran.nanoseconds(), self.bytes);
        let SnapshotPolicy {
            cost,
            max_tail,
            ratio,
        } = self.policy;
        let is_worth = ran.end.is_none() && cost.is_worth(tail, max_tail, ratio);
        let snapshot = is_worth
            .then(|| TakenSnapshot::take(&vm, &self.program))
            .transpose()?;
        Ok(DoneTurn { vm, ran, snapshot })
    }
}

/// Runs turns: on the thread that asks for it, or on threads of its own.
pub(super) struct TurnRunner {
    /// Nothing if turns run where they are started.
    pool: Option<rayon::ThreadPool>,
    sender: UnboundedSender<FinishedTurn>,
    finished: UnboundedReceiver<FinishedTurn>,
    /// Turns that were started, and not received.
    running: usize,
}

impl TurnRunner {
    /// Makes a runner with so many threads.
    pub(super) fn new(threads: usize) -> Result<Self, FlowError> {
        let build = || {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .thread_name(|number| format!("jsvm-flow-{number}"))
                .build()
        };
        let pool = match threads {
            0 | 1 => None,
            _ => Some(build().map_err(|error| FlowError::Threads(error.to_string()))?),
        };
        let (sender, finished) = unbounded_channel();
        Ok(TurnRunner {
            pool,
            sender,
            finished,
            running: 0,
        })
    }

    /// Starts a turn. It is returned if it ran on this thread.
    pub(super) fn start(&mut self, job: TurnJob) -> Option<FinishedTurn> {
        let Some(pool) = &self.pool else {
            return Some(job.run());
        };
        self.running += 1;
        let sender = self.sender.clone();
        pool.spawn(move || {
            let panicked = job.finished();
            // A turn that panics stops its flow, and not the process.
            let finished = catch_unwind(AssertUnwindSafe(|| job.run()));
            let finished = finished.unwrap_or(panicked);
            // The worker may be gone: then nothing has left this turn.
            let _ = sender.send(finished);
        });
        None
    }

    /// Returns how many turns run now.
    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// Takes a turn that has ended, if there is one.
    pub(super) fn take(&mut self) -> Option<FinishedTurn> {
        let finished = self.finished.try_recv().ok()?;
        self.running -= 1;
        Some(finished)
    }

    /// Waits for a turn to end: for ever, if none runs.
    pub(super) async fn next(&mut self) -> FinishedTurn {
        match self.finished.recv().await {
            Some(finished) => {
                self.running -= 1;
                finished
            }
            // There is a sender here.
            None => std::future::pending().await,
        }
    }

    /// Forgets the turns that run.
    pub(super) fn forget(&mut self) {
        (self.sender, self.finished) = unbounded_channel();
        self.running = 0;
    }
}
