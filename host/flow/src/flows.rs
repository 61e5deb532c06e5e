//! Flows from outside: what starts them, signals them and looks at them.

mod deploy;
mod engines;
mod past;
mod portable;
mod schedules;
mod view;

pub use deploy::{CodeView, FlowCode};
pub use past::{ForkOutcome, PastTurn};
pub use schedules::{Schedule, ScheduleView};
pub use view::FlowView;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jsvm::{Engine, EngineId, HostFunction, SealKey};

use crate::clock::{SystemTimeSource, Time};
use crate::error::FlowError;
use crate::functions::PureFunctions;
use crate::model::{
    FlowId, FlowRow, FlowState, Lane, ProgramId, StartRecord, Status, StoredFlow, WallTime,
};
use crate::program::{LoadedProgram, Program};
use crate::store::{Change, Posted, Store};
use crate::vault::{RecordKind, Vault};

/// What may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlowLimits {
    /// Bytes of an input or the payload of a signal, as JSON: 1 MiB by default.
    pub payload: usize,
    /// Bytes of the name and of the id of a signal: 200 by default.
    pub name: usize,
}

impl Default for FlowLimits {
    fn default() -> Self {
        FlowLimits {
            payload: 1 << 20,
            name: 200,
        }
    }
}

/// How hard the component of an engine is compressed: it takes some hundredths of a second, once for a store.
const ENGINE_LEVEL: i32 = 3;

/// The most bytes of the name of a lane.
const MAX_LANE: usize = 8 << 10;

/// The flows of a store.
///
/// ```
/// use jsvm::SealKey;
/// use jsvm_flow::{Flows, MemoryStore, ProgramBuilder, Status};
/// # let folder = tempfile::tempdir()?;
/// let file = folder.path().join("hello.js");
/// std::fs::write(&file, "export default async (name) => `Hello, ${name}`")?;
///
/// let mut flows = Flows::new(MemoryStore::new(), &SealKey::generate()?)?;
/// let program = ProgramBuilder::new(flows.engine()).file(&file)?;
/// let id = "greeting-1".parse()?;
/// assert!(flows.start(&program, &id, r#""world""#)?);
/// // The same id again is the same flow:
/// assert!(!flows.start(&program, &id, r#""world""#)?);
/// assert_eq!(flows.show(&id)?.status, Status::Running);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Flows<S> {
    pub(crate) store: S,
    pub(crate) vault: Vault,
    pub(crate) time: Arc<dyn Time>,
    pub(crate) limits: FlowLimits,
    /// How long a turn may take.
    pub(crate) turn_time: Duration,
    engine: Engine,
    functions: PureFunctions,
    engines: HashMap<EngineId, Engine>,
    programs: HashMap<ProgramId, Arc<LoadedProgram>>,
}

impl<S: Store> Flows<S> {
    /// The flows of a store, whose records are sealed with a key.
    ///
    /// # Errors
    /// [`FlowError::NotItsKey`]; [`FlowError::Store`]; [`FlowError::Vm`] if there is no engine.
    pub fn new(mut store: S, key: &SealKey) -> Result<Self, FlowError> {
        let vault = Vault::new(key);
        prove_key(&mut store, &vault)?;
        Ok(Flows {
            store,
            vault,
            time: Arc::new(SystemTimeSource),
            limits: FlowLimits::default(),
            turn_time: Duration::from_secs(10),
            engine: Engine::global()?,
            functions: PureFunctions::default(),
            engines: HashMap::new(),
            programs: HashMap::new(),
        })
    }

    /// Sets where the time comes from: the system by default.
    #[must_use]
    pub fn time(mut self, time: impl Time) -> Self {
        self.time = Arc::new(time);
        self
    }

    /// Sets the engine of new programs.
    #[must_use]
    pub fn with_engine(mut self, engine: &Engine) -> Self {
        self.engine = engine.clone();
        self
    }

    /// Adds a function that programs call within a turn, if they [declare](crate::ProgramBuilder::pure_function) it.
    ///
    /// It must be pure: the same arguments give the same result or error, whenever and on whatever machine it is
    /// called. Recovery calls it again, and a flow that gets another result then is stopped. What is not pure is a
    /// [request](crate::ProgramBuilder::request), whose outcome is stored.
    ///
    /// ```
    /// use jsvm::SealKey;
    /// use jsvm_flow::{Flows, MemoryStore, ProgramBuilder};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("price.js");
    /// std::fs::write(&file, "export default async (net) => withTax(net)")?;
    ///
    /// let flows = Flows::new(MemoryStore::new(), &SealKey::generate()?)?;
    /// let mut flows = flows.pure_function("withTax", |net: f64| net * 1.19);
    /// let program = ProgramBuilder::new(flows.engine()).pure_function("withTax").file(&file)?;
    /// let id = "price-1".parse()?;
    /// flows.start(&program, &id, "100")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn pure_function<Args>(
        mut self,
        name: impl Into<String>,
        function: impl HostFunction<Args> + Clone,
    ) -> Self {
        self.functions.insert(name.into(), function);
        self.programs.clear();
        self
    }

    /// Sets what may be stored.
    #[must_use]
    pub fn limits(mut self, limits: FlowLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns the engine of new programs.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns the store.
    pub fn store(&mut self) -> &mut S {
        &mut self.store
    }

    /// Starts a flow with an input, which is JSON. Returns `false` if there is a flow with this id, which
    /// stays as it is.
    ///
    /// # Errors
    /// [`FlowError::NotJson`]; [`FlowError::TooLarge`]; [`FlowError::Store`].
    pub fn start(
        &mut self,
        program: &Program,
        id: &FlowId,
        input: &str,
    ) -> Result<bool, FlowError> {
        self.start_in(program, id, input, None)
    }

    /// As [`start`](Self::start), in a lane: the flow begins when fewer flows of the lane run than its limit.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_in(
        &mut self,
        program: &Program,
        id: &FlowId,
        input: &str,
        lane: Option<Lane>,
    ) -> Result<bool, FlowError> {
        self.check_json("input", input)?;
        if let Some(lane) = &lane {
            self.check_size("name", lane.name.len(), MAX_LANE)?;
        }
        if self.store.row(id)?.is_some() {
            return Ok(false);
        }
        self.keep_program(program)?;
        let row = self.new_row(program.id(), id, input.to_owned(), None, lane)?;
        Ok(self.store.create(&row)?)
    }

    /// Makes the row of a flow that has not run.
    pub(crate) fn new_row(
        &self,
        program: ProgramId,
        id: &FlowId,
        input: String,
        scheduled: Option<WallTime>,
        lane: Option<Lane>,
    ) -> Result<FlowRow, FlowError> {
        let now = self.time.now();
        let start = StartRecord {
            input,
            scheduled,
            signals: Vec::new(),
        };
        let mut state = initial_state(now);
        if let Some(lane) = &lane {
            state.waiting = format!(
                "a place in the lane {}, which has {}",
                lane.name, lane.limit
            );
        }
        Ok(FlowRow {
            id: id.clone(),
            program,
            run: 1,
            created: now,
            turns: 0,
            target: None,
            refusal: None,
            lane,
            input: self.seal_start(id, &start)?,
            seed: self.new_seed(id)?,
            state,
        })
    }

    pub(crate) fn seal_start(
        &self,
        id: &FlowId,
        start: &StartRecord,
    ) -> Result<Vec<u8>, FlowError> {
        let record = postcard::to_stdvec(start).unwrap_or_default();
        self.vault.seal(id, RecordKind::Input, &record)
    }

    pub(crate) fn open_start(&self, id: &FlowId, sealed: &[u8]) -> Result<StartRecord, FlowError> {
        let record = self.vault.open(id, RecordKind::Input, sealed)?;
        postcard::from_bytes(&record).map_err(|_| FlowError::WrongKey)
    }

    pub(crate) fn new_seed(&self, id: &FlowId) -> Result<Vec<u8>, FlowError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(FlowError::Entropy)?;
        self.vault.seal(id, RecordKind::Seed, &seed)
    }

    fn check_json(&self, what: &'static str, text: &str) -> Result<(), FlowError> {
        self.check_size(what, text.len(), self.limits.payload)?;
        let parsed = serde_json::from_str::<serde::de::IgnoredAny>(text);
        parsed.map(drop).map_err(|error| FlowError::NotJson {
            what,
            reason: error.to_string(),
        })
    }

    fn check_size(&self, what: &'static str, bytes: usize, limit: usize) -> Result<(), FlowError> {
        if bytes > limit {
            return Err(FlowError::TooLarge { what, bytes, limit });
        }
        Ok(())
    }

    /// Sends a signal with a payload, which is JSON. A second signal with the same id is ignored: then
    /// `false` is returned.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::Ended`]; [`FlowError::NotJson`]; [`FlowError::TooLarge`];
    /// [`FlowError::Empty`]; [`FlowError::Store`].
    pub fn signal(
        &mut self,
        flow: &FlowId,
        name: &str,
        id: &str,
        payload: &str,
    ) -> Result<bool, FlowError> {
        self.check_json("payload", payload)?;
        for (what, text) in [("name", name), ("id", id)] {
            if text.is_empty() {
                return Err(FlowError::Empty { what });
            }
            self.check_size(what, text.len(), self.limits.name)?;
        }
        let payload = self
            .vault
            .seal(flow, RecordKind::Signal, payload.as_bytes())?;
        match self.store.post(flow, id, name, &payload)? {
            Posted::New => Ok(true),
            Posted::Duplicate => Ok(false),
            Posted::NoFlow => Err(FlowError::NoFlow(flow.to_string())),
            Posted::Ended(status) => Err(FlowError::Ended {
                id: flow.to_string(),
                status,
            }),
        }
    }

    /// Orders the worker to cancel a flow. Returns `false` if it has ended.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::Store`].
    pub fn cancel(&mut self, flow: &FlowId) -> Result<bool, FlowError> {
        self.row(flow)?;
        Ok(self.store.request_cancel(flow)?)
    }

    /// Lets a flow that did not complete go on: one that was stopped from the turn that stopped it, one
    /// that failed or was cancelled from its beginning, with the same input.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::NotRetryable`]; [`FlowError::Store`].
    pub fn retry(&mut self, flow: &FlowId) -> Result<(), FlowError> {
        let row = self.row(flow)?;
        let change = match row.state.status {
            Status::Stopped => Change::State {
                flow: flow.clone(),
                run: row.run,
                state: FlowState {
                    status: Status::Running,
                    result: None,
                    ..row.state
                },
            },
            Status::Failed | Status::Cancelled => Change::Restart {
                flow: flow.clone(),
                run: row.run + 1,
                program: row.program,
                input: row.input,
                seed: self.new_seed(flow)?,
                state: initial_state(self.time.now()),
            },
            status => {
                return Err(FlowError::NotRetryable {
                    id: flow.to_string(),
                    status,
                });
            }
        };
        Ok(self.store.commit(&[change])?)
    }

    pub(crate) fn row(&mut self, flow: &FlowId) -> Result<FlowRow, FlowError> {
        let row = self.store.row(flow)?;
        row.ok_or_else(|| FlowError::NoFlow(flow.to_string()))
    }

    pub(crate) fn stored(&mut self, flow: &FlowId) -> Result<StoredFlow, FlowError> {
        let stored = self.store.load(flow)?;
        stored.ok_or_else(|| FlowError::NoFlow(flow.to_string()))
    }

    /// Removes flows that ended before a time, in nanoseconds since 1970, and the programs and engines that
    /// no flow needs any more. Returns how many flows were removed.
    ///
    /// # Errors
    /// [`FlowError::Store`].
    pub fn collect(&mut self, ended_before: WallTime) -> Result<u64, FlowError> {
        Ok(self.store.collect(ended_before)?)
    }

    /// Returns the program of a flow, on the engine that it needs.
    pub(crate) fn program(&mut self, id: ProgramId) -> Result<Arc<LoadedProgram>, FlowError> {
        if let Some(program) = self.programs.get(&id) {
            return Ok(program.clone());
        }
        let stored = self.store.program(id)?;
        let stored = stored.ok_or_else(|| FlowError::NoProgram(id.to_string()))?;
        let engine = self.engine_of(&stored.engine)?;
        let program = Arc::new(LoadedProgram::new(&stored, engine, self.functions.clone())?);
        self.programs.insert(id, program.clone());
        Ok(program)
    }
}

/// How many flows are tried with a key if there is no proof of it.
const TRIED: usize = 16;

/// Refuses a key that is not that of the store, before anything is written with it.
fn prove_key(store: &mut impl Store, vault: &Vault) -> Result<(), FlowError> {
    let nobody: FlowId = "store".parse()?;
    let proof = store.key_proof()?;
    let is_proven = |sealed: &[u8]| vault.open(&nobody, RecordKind::Key, sealed).is_ok();
    if proof.as_deref().is_some_and(is_proven) {
        return Ok(());
    }
    // The store is new or of an earlier version, or the proof is damaged.
    let rows = store.list(None, TRIED)?;
    let opens = |row: &FlowRow| vault.open(&row.id, RecordKind::Seed, &row.seed).is_ok();
    let is_new = proof.is_none() && rows.is_empty();
    if !is_new && !rows.iter().any(opens) {
        return Err(FlowError::NotItsKey);
    }
    match store.put_key_proof(&vault.seal(&nobody, RecordKind::Key, &[])?) {
        // It is kept another time.
        Err(error) if error.is_transient() => Ok(()),
        result => Ok(result?),
    }
}

impl<S: std::fmt::Debug> std::fmt::Debug for Flows<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flows")
            .field("store", &self.store)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The time of a flow's own clock at its beginning: later than that of its program.
const FIRST_MONOTONIC: u64 = 1_000_000_000;

/// The state of a flow that has not run.
pub(crate) fn initial_state(now: WallTime) -> FlowState {
    FlowState {
        status: Status::Running,
        wake: None,
        wall: now,
        monotonic: FIRST_MONOTONIC,
        requests: 0,
        waiting: "its first turn".to_owned(),
        result: None,
        progress: None,
    }
}
