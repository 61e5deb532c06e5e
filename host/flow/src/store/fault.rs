//! A store that fails on purpose.

use std::time::Duration;

use super::{Change, DueFlow, Posted, Store, StoreError};
use crate::model::{
    FlowId, FlowRow, ProgramId, Status, StoredFlow, StoredProgram, StoredSchedule, StoredSignal,
    WallTime,
};

/// A failure of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The disk is full: nothing is changed.
    Full,
    /// The answer is lost: the changes are made, and an error is returned.
    AnswerLost,
    /// The connection is lost: nothing is changed, and that is not known.
    RequestLost,
    /// The changes are made twice.
    Twice,
    /// The answer comes late.
    Late(Duration),
}

/// Chooses the fault of the next operation.
type Plan = Box<dyn FnMut() -> Option<Fault> + Send>;

/// A store whose operations fail by a plan. For tests of what is built on stores.
///
/// The plan is asked for what changes flows: [`commit`](Store::commit), [`fire`](Store::fire) and
/// [`admit`](Store::admit). Another plan can be given for what the worker [reads](Self::reads).
///
/// ```
/// use jsvm_flow::{Fault, FaultStore, MemoryStore, Store};
/// let mut store = FaultStore::new(MemoryStore::new(), || Some(Fault::Full));
/// assert!(store.commit(&[]).unwrap_err().is_transient());
/// ```
pub struct FaultStore<S> {
    inner: S,
    plan: Plan,
    reads: Plan,
}

impl<S: Store> FaultStore<S> {
    /// Wraps a store. The plan is asked once for each change.
    pub fn new(inner: S, plan: impl FnMut() -> Option<Fault> + Send + 'static) -> Self {
        FaultStore {
            inner,
            plan: Box::new(plan),
            reads: Box::new(|| None),
        }
    }

    /// Sets the plan of reads. A fault lets one fail, or come [late](Fault::Late).
    #[must_use]
    pub fn reads(mut self, plan: impl FnMut() -> Option<Fault> + Send + 'static) -> Self {
        self.reads = Box::new(plan);
        self
    }

    /// Returns the store inside.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: std::fmt::Debug> std::fmt::Debug for FaultStore<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaultStore")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

fn lost() -> StoreError {
    StoreError::Failed("the connection to the store was lost".to_owned())
}

impl<S: Store> FaultStore<S> {
    fn write<T>(
        &mut self,
        mut work: impl FnMut(&mut S) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match (self.plan)() {
            None => work(&mut self.inner),
            Some(Fault::Full) => Err(StoreError::Full),
            Some(Fault::RequestLost) => Err(lost()),
            Some(Fault::AnswerLost) => {
                work(&mut self.inner)?;
                Err(lost())
            }
            Some(Fault::Twice) => {
                let result = work(&mut self.inner)?;
                work(&mut self.inner)?;
                Ok(result)
            }
            Some(Fault::Late(time)) => {
                let result = work(&mut self.inner)?;
                std::thread::sleep(time);
                Ok(result)
            }
        }
    }

    fn read<T>(
        &mut self,
        work: impl FnOnce(&mut S) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match (self.reads)() {
            None => work(&mut self.inner),
            Some(Fault::Late(time)) => {
                std::thread::sleep(time);
                work(&mut self.inner)
            }
            Some(_) => Err(lost()),
        }
    }
}

impl<S: Store> Store for FaultStore<S> {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.write(|inner| inner.commit(changes))
    }

    fn own(&mut self) -> Result<(), StoreError> {
        self.inner.own()
    }

    fn put_program(&mut self, program: &StoredProgram) -> Result<(), StoreError> {
        self.inner.put_program(program)
    }

    fn program(&mut self, id: ProgramId) -> Result<Option<StoredProgram>, StoreError> {
        self.read(|inner| inner.program(id))
    }

    fn put_engine(&mut self, id: &[u8; 32], component: &[u8]) -> Result<(), StoreError> {
        self.inner.put_engine(id, component)
    }

    fn engine(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|inner| inner.engine(id))
    }

    fn key_proof(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.key_proof()
    }

    fn put_key_proof(&mut self, sealed: &[u8]) -> Result<(), StoreError> {
        self.inner.put_key_proof(sealed)
    }

    fn create(&mut self, row: &FlowRow) -> Result<bool, StoreError> {
        self.inner.create(row)
    }

    fn import(&mut self, flow: &StoredFlow, signals: &[StoredSignal]) -> Result<bool, StoreError> {
        self.inner.import(flow, signals)
    }

    fn post(
        &mut self,
        flow: &FlowId,
        id: &str,
        name: &str,
        payload: &[u8],
    ) -> Result<Posted, StoreError> {
        self.inner.post(flow, id, name, payload)
    }

    fn signals(&mut self, flow: &FlowId) -> Result<Vec<StoredSignal>, StoreError> {
        self.read(|inner| inner.signals(flow))
    }

    fn request_cancel(&mut self, flow: &FlowId) -> Result<bool, StoreError> {
        self.inner.request_cancel(flow)
    }

    fn set_target(&mut self, flow: &FlowId, target: Option<ProgramId>) -> Result<bool, StoreError> {
        self.inner.set_target(flow, target)
    }

    fn admit(&mut self) -> Result<u64, StoreError> {
        self.write(S::admit)
    }

    fn put_schedule(&mut self, schedule: &StoredSchedule) -> Result<(), StoreError> {
        self.inner.put_schedule(schedule)
    }

    fn remove_schedule(&mut self, name: &FlowId) -> Result<bool, StoreError> {
        self.inner.remove_schedule(name)
    }

    fn schedules(&mut self, due: Option<WallTime>) -> Result<Vec<StoredSchedule>, StoreError> {
        self.read(|inner| inner.schedules(due))
    }

    fn fire(
        &mut self,
        name: &FlowId,
        expected: WallTime,
        next: WallTime,
        flow: Option<&FlowRow>,
    ) -> Result<bool, StoreError> {
        self.write(|inner| inner.fire(name, expected, next, flow))
    }

    fn row(&mut self, flow: &FlowId) -> Result<Option<FlowRow>, StoreError> {
        self.read(|inner| inner.row(flow))
    }

    fn load(&mut self, flow: &FlowId) -> Result<Option<StoredFlow>, StoreError> {
        self.read(|inner| inner.load(flow))
    }

    fn due(&mut self, now: WallTime, limit: usize) -> Result<Vec<DueFlow>, StoreError> {
        self.read(|inner| inner.due(now, limit))
    }

    fn ahead(&mut self, now: WallTime) -> Result<Vec<FlowId>, StoreError> {
        self.read(|inner| inner.ahead(now))
    }

    fn next_wake(&mut self) -> Result<Option<WallTime>, StoreError> {
        self.read(|inner| inner.next_wake())
    }

    fn list(&mut self, status: Option<Status>, limit: usize) -> Result<Vec<FlowRow>, StoreError> {
        self.inner.list(status, limit)
    }

    fn count(&mut self) -> Result<Vec<(Status, u64)>, StoreError> {
        self.inner.count()
    }

    fn logs(&mut self, flow: &FlowId, from: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.inner.logs(flow, from)
    }

    fn remove(&mut self, flow: &FlowId) -> Result<bool, StoreError> {
        self.inner.remove(flow)
    }

    fn collect(&mut self, ended_before: WallTime) -> Result<u64, StoreError> {
        self.inner.collect(ended_before)
    }
}
