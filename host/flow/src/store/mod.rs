//! Stores: what outlives a worker.

mod fault;
mod memory;
mod sqlite;

pub use fault::{Fault, FaultStore};
pub use memory::MemoryStore;
pub use sqlite::SqliteStore;

use crate::model::{
    FlowId, FlowRow, FlowState, LogLine, ProgramId, Status, StoredFlow, StoredProgram,
    StoredSchedule, StoredSignal, WallTime,
};

/// A failure of a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file is not a store of flows.
    #[error("{path} is not a store of jsvm flow. Name another file")]
    NotAStore {
        /// The file.
        path: String,
    },
    /// A later version of jsvm wrote the file.
    #[error(
        "a later version of jsvm wrote the store (schema {found}, this version knows {known}). Use that \
         version of jsvm"
    )]
    NewerSchema {
        /// The schema of the file.
        found: i32,
        /// The newest schema that this version knows.
        known: i32,
    },
    /// Another worker owns the store.
    #[error("another worker runs the flows of {path}. Stop it, or let it run them")]
    Owned {
        /// The file.
        path: String,
    },
    /// There is no room: the disk is full.
    #[error("the store cannot grow: the disk is full. Free space; nothing was changed")]
    Full,
    /// Another process writes for too long.
    #[error("the store is busy: another process writes to it. Try again")]
    Busy,
    /// A record cannot be read.
    #[error("the store is damaged: {0}. Restore it from a backup")]
    Damaged(String),
    /// The file cannot be opened.
    #[error("cannot open the store {path}: {reason}")]
    Open {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// Any other failure.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl StoreError {
    /// Whether the same operation can succeed later, and changed nothing.
    pub fn is_transient(&self) -> bool {
        matches!(self, StoreError::Full | StoreError::Busy)
    }
}

/// A change of a flow. Applying a change a second time changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The inputs of a turn, before it runs.
    Begin {
        /// Whether the turn runs now. If not, the next worker runs it, and nothing has left it.
        runs: bool,
        /// The flow.
        flow: FlowId,
        /// The run of the flow.
        run: u32,
        /// The number of the turn.
        turn: u64,
        /// The sealed inputs.
        inputs: Vec<u8>,
        /// Numbers of the signals among them, which no longer wait.
        signals: Vec<u64>,
    },
    /// What a turn did.
    End {
        /// The flow.
        flow: FlowId,
        /// The run of the flow.
        run: u32,
        /// The number of the turn.
        turn: u64,
        /// The digest of what it did.
        digest: [u8; 16],
        /// Nanoseconds that it ran.
        ran: u64,
        /// The sealed lines of its log.
        logs: Vec<Vec<u8>>,
        /// The state of the flow now.
        state: FlowState,
    },
    /// A snapshot, which replaces the journal up to its turn.
    Snapshot {
        /// The flow.
        flow: FlowId,
        /// The run of the flow.
        run: u32,
        /// The number of the turn after which it was taken.
        turn: u64,
        /// The sealed snapshot.
        bytes: Vec<u8>,
    },
    /// Another state without a turn: the flow was cancelled, stopped or retried.
    State {
        /// The flow.
        flow: FlowId,
        /// The run of the flow.
        run: u32,
        /// The state of the flow now.
        state: FlowState,
    },
    /// A move to other code was given up.
    Refuse {
        /// The flow.
        flow: FlowId,
        /// The run of the flow.
        run: u32,
        /// The program that it stays away from.
        target: ProgramId,
        /// Sealed: why.
        reason: Vec<u8>,
    },
    /// The flow begins anew, with another input: journal and snapshot of earlier runs are removed.
    Restart {
        /// The flow.
        flow: FlowId,
        /// The number of the new run.
        run: u32,
        /// The program that it runs now.
        program: ProgramId,
        /// The sealed input.
        input: Vec<u8>,
        /// The sealed seed.
        seed: Vec<u8>,
        /// The state at the beginning.
        state: FlowState,
    },
}

/// What became of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Posted {
    /// It waits for the flow.
    New,
    /// A signal with this id was there before.
    Duplicate,
    /// There is no such flow.
    NoFlow,
    /// The flow has ended.
    Ended(Status),
}

/// A flow that has something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueFlow {
    /// The flow.
    pub id: FlowId,
    /// Whether a signal or an order of the user waits, or it was started.
    pub attention: bool,
    /// Whether it is to be cancelled.
    pub cancel: bool,
}

/// Where flows are kept. One worker owns a store at a time; others can start flows, send signals and
/// read meanwhile.
///
/// All changes of one [`commit`](Store::commit) are made together or not at all, and are durable when it
/// returns. The tests of the crate hold for each implementation.
pub trait Store: Send {
    /// Makes this process the worker of the store, until the store is dropped or the process ends. Flows
    /// that ran or waited for a request when the last worker ended are due.
    ///
    /// # Errors
    /// [`StoreError::Owned`] if another process is.
    fn own(&mut self) -> Result<(), StoreError>;

    /// Keeps a program. One that is there stays as it is.
    ///
    /// # Errors
    /// Those of the medium.
    fn put_program(&mut self, program: &StoredProgram) -> Result<(), StoreError>;

    /// Reads a program.
    ///
    /// # Errors
    /// Those of the medium.
    fn program(&mut self, id: ProgramId) -> Result<Option<StoredProgram>, StoreError>;

    /// Keeps the component of an engine under its digest.
    ///
    /// # Errors
    /// Those of the medium.
    fn put_engine(&mut self, id: &[u8; 32], component: &[u8]) -> Result<(), StoreError>;

    /// Reads the component of an engine.
    ///
    /// # Errors
    /// Those of the medium.
    fn engine(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Reads what proves that a key is that of the store, if there is something.
    ///
    /// # Errors
    /// Those of the medium.
    fn key_proof(&mut self) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps what proves that a key is that of the store, in the place of what was there.
    ///
    /// # Errors
    /// Those of the medium.
    fn put_key_proof(&mut self, sealed: &[u8]) -> Result<(), StoreError>;

    /// Adds a flow, which is due at once. Returns `false`, and changes nothing, if there is one with its
    /// id.
    ///
    /// # Errors
    /// Those of the medium.
    fn create(&mut self, row: &FlowRow) -> Result<bool, StoreError>;

    /// Adds a flow with its state, as [`load`](Self::load) returned it. Returns `false`, and changes
    /// nothing, if there is one with its id.
    ///
    /// # Errors
    /// Those of the medium.
    fn import(&mut self, flow: &StoredFlow, signals: &[StoredSignal]) -> Result<bool, StoreError>;

    /// Adds a signal for a flow that has not ended.
    ///
    /// # Errors
    /// Those of the medium.
    fn post(
        &mut self,
        flow: &FlowId,
        id: &str,
        name: &str,
        payload: &[u8],
    ) -> Result<Posted, StoreError>;

    /// Reads the signals that wait for a flow, in order.
    ///
    /// # Errors
    /// Those of the medium.
    fn signals(&mut self, flow: &FlowId) -> Result<Vec<StoredSignal>, StoreError>;

    /// Orders the worker to cancel a flow. Returns whether there is such a flow that runs.
    ///
    /// # Errors
    /// Those of the medium.
    fn request_cancel(&mut self, flow: &FlowId) -> Result<bool, StoreError>;

    /// Sets the program that a flow moves to at its next checkpoint. Returns whether there is such a flow
    /// that runs.
    ///
    /// # Errors
    /// Those of the medium.
    fn set_target(&mut self, flow: &FlowId, target: Option<ProgramId>) -> Result<bool, StoreError>;

    /// Lets flows begin that wait for a place in their [lanes](crate::Lane), oldest first. Returns how many.
    ///
    /// # Errors
    /// Those of the medium.
    fn admit(&mut self) -> Result<u64, StoreError>;

    /// Keeps a schedule, in the place of one with its name.
    ///
    /// # Errors
    /// Those of the medium.
    fn put_schedule(&mut self, schedule: &StoredSchedule) -> Result<(), StoreError>;

    /// Removes a schedule. Returns whether there was one.
    ///
    /// # Errors
    /// Those of the medium.
    fn remove_schedule(&mut self, name: &FlowId) -> Result<bool, StoreError>;

    /// Lists the schedules by name: all, or those that are due at a time.
    ///
    /// # Errors
    /// Those of the medium.
    fn schedules(&mut self, due: Option<WallTime>) -> Result<Vec<StoredSchedule>, StoreError>;

    /// Starts the flow of a schedule, if there is none with its id, and sets when the next one is started: all
    /// or nothing. Without a flow, the time is left out. Returns `false`, and changes nothing, if the schedule
    /// is not at the expected time any more.
    ///
    /// # Errors
    /// Those of the medium.
    fn fire(
        &mut self,
        name: &FlowId,
        expected: WallTime,
        next: WallTime,
        flow: Option<&FlowRow>,
    ) -> Result<bool, StoreError>;

    /// Makes changes.
    ///
    /// # Errors
    /// Those of the medium. After an error that is not [transient](StoreError::is_transient) it is not
    /// known whether the changes were made.
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError>;

    /// Reads the row of a flow.
    ///
    /// # Errors
    /// Those of the medium.
    fn row(&mut self, flow: &FlowId) -> Result<Option<FlowRow>, StoreError>;

    /// Reads a flow with its state.
    ///
    /// # Errors
    /// Those of the medium.
    fn load(&mut self, flow: &FlowId) -> Result<Option<StoredFlow>, StoreError>;

    /// Lists running flows that have something to do now: at most `limit` of those that need attention,
    /// and as many whose timers are due.
    ///
    /// # Errors
    /// Those of the medium.
    fn due(&mut self, now: WallTime, limit: usize) -> Result<Vec<DueFlow>, StoreError>;

    /// Lists running flows with timers whose last turn is later than a time: the clock was put back.
    ///
    /// # Errors
    /// Those of the medium.
    fn ahead(&mut self, now: WallTime) -> Result<Vec<FlowId>, StoreError>;

    /// Returns when the first timer of a running flow, or the first schedule, is due.
    ///
    /// # Errors
    /// Those of the medium.
    fn next_wake(&mut self) -> Result<Option<WallTime>, StoreError>;

    /// Lists rows, newest first: all, or those with a status.
    ///
    /// # Errors
    /// Those of the medium.
    fn list(&mut self, status: Option<Status>, limit: usize) -> Result<Vec<FlowRow>, StoreError>;

    /// Counts flows by status.
    ///
    /// # Errors
    /// Those of the medium.
    fn count(&mut self) -> Result<Vec<(Status, u64)>, StoreError>;

    /// Reads the sealed lines of a flow's log from a number on, with their numbers.
    ///
    /// # Errors
    /// Those of the medium.
    fn logs(&mut self, flow: &FlowId, from: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError>;

    /// Removes a flow with all that belongs to it. Returns whether there was one.
    ///
    /// # Errors
    /// Those of the medium.
    fn remove(&mut self, flow: &FlowId) -> Result<bool, StoreError>;

    /// Removes flows that ended before a time, and programs and engines that no flow needs. Returns how
    /// many flows were removed.
    ///
    /// # Errors
    /// Those of the medium.
    fn collect(&mut self, ended_before: WallTime) -> Result<u64, StoreError>;
}

/// Decodes a line of a log that was unsealed.
pub(crate) fn decode_log(bytes: &[u8]) -> Result<LogLine, StoreError> {
    postcard::from_bytes(bytes)
        .map_err(|_| StoreError::Damaged("a line of a log cannot be read".to_owned()))
}
