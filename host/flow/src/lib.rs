//! Durable programs: ordinary async functions in JavaScript or TypeScript that outlive their process.
//!
//! A *flow* is a call of a program's default function. It waits for requests, timers and signals, for
//! milliseconds or for weeks. A [`Worker`] runs the flows of a [`Store`]; when it is killed, the next one
//! goes on where it was. `docs/guides/durable.md` describes the guarantee.
//!
//! | to | see |
//! |---|---|
//! | seal a program | [`ProgramBuilder`] |
//! | start, signal, query, cancel, export flows | [`Flows`] |
//! | run them | [`Worker`] |
//! | keep them | [`Store`], [`SqliteStore`], [`MemoryStore`] |
//! | carry out their requests | [`Effects`], [`HttpEffects`] |
//! | test what is built on this | [`FaultStore`], [`Time`] |
//!
//! # How it works
//!
//! A flow runs in turns. The inputs of a turn are committed; then the VM runs until it waits; then what it
//! requested leaves. To recover a flow, the newest snapshot of its VM is resumed, and the turns after it
//! run again with the same inputs, the same time and the same random numbers, while nothing leaves. A
//! snapshot replaces the journal when it costs less than the turns.

mod clock;
mod effects;
mod error;
mod flows;
mod functions;
mod look;
mod model;
mod program;
mod recover;
mod schedule;
mod secrets;
mod store;
mod turn;
mod vault;
mod vm;
mod worker;

pub use clock::{SystemTimeSource, Time};
pub use effects::{Call, EffectRequest, Effects, HttpCall, HttpEffects, IDEMPOTENCY_KEY};
pub use error::FlowError;
pub use flows::{
    CodeView, FlowCode, FlowLimits, FlowView, Flows, ForkOutcome, PastTurn, Schedule, ScheduleView,
};
pub use look::{FlowFrame, FlowInside};
pub use model::{
    FlowId, FlowRow, FlowState, JournalEntry, Lane, LogLine, MAX_ID, Missed, ProgramId, Status,
    StoredFlow, StoredProgram, StoredSchedule, StoredSignal, WallTime,
};
pub use program::{DECLARATIONS, Program, ProgramBuilder};
pub use store::{
    Change, DueFlow, Fault, FaultStore, MemoryStore, Posted, SqliteStore, Store, StoreError,
};
pub use turn::Failure;
pub use worker::{Observer, StopWorker, TurnReport, Until, Worker, WorkerConfig, WorkerMetrics};
