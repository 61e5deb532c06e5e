//! A store in memory, for tests and programs that need no more.

mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use self::tables::{FlowTable, Tables};
use super::{Change, DueFlow, Posted, Store, StoreError};
use crate::model::{
    FlowId, FlowRow, ProgramId, Status, StoredFlow, StoredProgram, StoredSchedule, StoredSignal,
    WallTime,
};

/// A [`Store`] in memory. Its clones share the flows; one of them can be the worker's.
///
/// ```
/// use jsvm_flow::{MemoryStore, Store};
/// let mut store = MemoryStore::new();
/// store.own()?;
/// assert!(store.clone().own().is_err());
/// # Ok::<(), jsvm_flow::StoreError>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    shared: Arc<Mutex<Tables>>,
    owns: bool,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Clone for MemoryStore {
    fn clone(&self) -> Self {
        MemoryStore {
            shared: self.shared.clone(),
            owns: false,
        }
    }
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        if self.owns {
            self.shared.lock().is_owned = false;
        }
    }
}

impl Store for MemoryStore {
    fn own(&mut self) -> Result<(), StoreError> {
        let mut tables = self.shared.lock();
        if !self.owns && tables.is_owned {
            let path = "memory".to_owned();
            return Err(StoreError::Owned { path });
        }
        if self.owns {
            return Ok(());
        }
        tables.is_owned = true;
        for table in tables.flows.values_mut() {
            table.attention |= table.busy;
        }
        drop(tables);
        self.owns = true;
        Ok(())
    }

    fn put_program(&mut self, program: &StoredProgram) -> Result<(), StoreError> {
        let mut tables = self.shared.lock();
        let entry = tables.programs.entry(program.id);
        entry.or_insert_with(|| program.clone());
        Ok(())
    }

    fn program(&mut self, id: ProgramId) -> Result<Option<StoredProgram>, StoreError> {
        Ok(self.shared.lock().programs.get(&id).cloned())
    }

    fn put_engine(&mut self, id: &[u8; 32], component: &[u8]) -> Result<(), StoreError> {
        let mut tables = self.shared.lock();
        tables
            .engines
            .entry(*id)
            .or_insert_with(|| component.to_vec());
        Ok(())
    }

    fn engine(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.shared.lock().engines.get(id).cloned())
    }

    fn key_proof(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.shared.lock().key_proof.clone())
    }

    fn put_key_proof(&mut self, sealed: &[u8]) -> Result<(), StoreError> {
        self.shared.lock().key_proof = Some(sealed.to_vec());
        Ok(())
    }

    fn create(&mut self, row: &FlowRow) -> Result<bool, StoreError> {
        let mut tables = self.shared.lock();
        Ok(tables.insert(row))
    }

    fn import(&mut self, flow: &StoredFlow, signals: &[StoredSignal]) -> Result<bool, StoreError> {
        let mut tables = self.shared.lock();
        if !tables.insert(&flow.row) {
            return Ok(false);
        }
        let numbered: Vec<_> = signals
            .iter()
            .map(|signal| StoredSignal {
                number: tables.number(),
                ..signal.clone()
            })
            .collect();
        if let Some(table) = tables.flows.get_mut(&flow.row.id) {
            table.snapshot.clone_from(&flow.snapshot);
            let entries = flow.journal.iter();
            table.journal = entries.map(|entry| (entry.turn, entry.clone())).collect();
            table.signals = numbered.into_iter().map(|signal| (signal, true)).collect();
        }
        Ok(true)
    }

    fn post(
        &mut self,
        flow: &FlowId,
        id: &str,
        name: &str,
        payload: &[u8],
    ) -> Result<Posted, StoreError> {
        let mut tables = self.shared.lock();
        let number = tables.number();
        let Some(table) = tables.flows.get_mut(flow) else {
            return Ok(Posted::NoFlow);
        };
        if table.signals.iter().any(|(signal, _)| signal.id == id) {
            return Ok(Posted::Duplicate);
        }
        let status = table.row.state.status;
        if status.is_ended() && status != Status::Stopped {
            return Ok(Posted::Ended(status));
        }
        let signal = StoredSignal {
            number,
            id: id.to_owned(),
            name: name.to_owned(),
            payload: payload.to_vec(),
        };
        table.signals.push((signal, true));
        table.attention = true;
        Ok(Posted::New)
    }

    fn signals(&mut self, flow: &FlowId) -> Result<Vec<StoredSignal>, StoreError> {
        let tables = self.shared.lock();
        let signals = tables.flows.get(flow).into_iter();
        let waiting = signals
            .flat_map(|table| &table.signals)
            .filter(|(_, waits)| *waits);
        Ok(waiting.map(|(signal, _)| signal.clone()).collect())
    }

    fn request_cancel(&mut self, flow: &FlowId) -> Result<bool, StoreError> {
        let mut tables = self.shared.lock();
        let table = tables
            .flows
            .get_mut(flow)
            .filter(|table| table.is_running());
        Ok(table.is_some_and(|table| {
            table.cancel = true;
            table.attention = true;
            true
        }))
    }

    fn set_target(&mut self, flow: &FlowId, target: Option<ProgramId>) -> Result<bool, StoreError> {
        let mut tables = self.shared.lock();
        let table = tables
            .flows
            .get_mut(flow)
            .filter(|table| table.is_running());
        Ok(table.is_some_and(|table| {
            table.row.target = target;
            table.row.refusal = None;
            true
        }))
    }

    fn admit(&mut self) -> Result<u64, StoreError> {
        let mut tables = self.shared.lock();
        let mut places: BTreeMap<String, i64> = BTreeMap::new();
        for table in tables.flows.values().filter(|table| table.is_running()) {
            if let (Some(lane), false) = (&table.row.lane, table.held) {
                *places.entry(lane.name.clone()).or_insert(0) -= 1;
            }
        }
        let mut held: Vec<_> = tables.flows.values_mut().collect();
        held.retain(|table| table.held && table.is_running());
        held.sort_by_key(|table| table.number);
        let mut limits = BTreeMap::new();
        let mut admitted = 0;
        for table in held {
            let Some(lane) = &table.row.lane else {
                continue;
            };
            let limit = *limits.entry(lane.name.clone()).or_insert(lane.limit);
            let taken = places.entry(lane.name.clone()).or_insert(0);
            if -*taken < i64::from(limit) {
                *taken -= 1;
                table.held = false;
                table.attention = true;
                admitted += 1;
            }
        }
        Ok(admitted)
    }

    fn put_schedule(&mut self, schedule: &StoredSchedule) -> Result<(), StoreError> {
        let mut tables = self.shared.lock();
        let schedules = &mut tables.schedules;
        schedules.insert(schedule.name.clone(), schedule.clone());
        Ok(())
    }

    fn remove_schedule(&mut self, name: &FlowId) -> Result<bool, StoreError> {
        Ok(self.shared.lock().schedules.remove(name).is_some())
    }

    fn schedules(&mut self, due: Option<WallTime>) -> Result<Vec<StoredSchedule>, StoreError> {
        let tables = self.shared.lock();
        let all = tables.schedules.values();
        let due = all.filter(|schedule| due.is_none_or(|now| schedule.next <= now));
        Ok(due.cloned().collect())
    }

    fn fire(
        &mut self,
        name: &FlowId,
        expected: WallTime,
        next: WallTime,
        flow: Option<&FlowRow>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.shared.lock();
        let Some(schedule) = tables.schedules.get_mut(name) else {
            return Ok(false);
        };
        if schedule.next != expected {
            return Ok(false);
        }
        schedule.next = next;
        if let Some(row) = flow {
            schedule.last = Some(row.id.clone());
            tables.insert(row);
        }
        Ok(true)
    }

    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let mut tables = self.shared.lock();
        changes.iter().for_each(|change| tables.apply(change));
        Ok(())
    }

    fn row(&mut self, flow: &FlowId) -> Result<Option<FlowRow>, StoreError> {
        let tables = self.shared.lock();
        Ok(tables.flows.get(flow).map(|table| table.row.clone()))
    }

    fn load(&mut self, flow: &FlowId) -> Result<Option<StoredFlow>, StoreError> {
        let tables = self.shared.lock();
        Ok(tables.flows.get(flow).map(|table| StoredFlow {
            row: table.row.clone(),
            snapshot: table.snapshot.clone(),
            journal: table.journal.values().cloned().collect(),
        }))
    }

    fn due(&mut self, now: WallTime, limit: usize) -> Result<Vec<DueFlow>, StoreError> {
        let tables = self.shared.lock();
        let running = || tables.flows.values().filter(|table| table.is_running());
        let mut attention: Vec<_> = running()
            .filter(|table| table.attention && !table.waits_for_lane())
            .collect();
        attention.sort_by_key(|table| table.number);
        let is_due = |table: &&FlowTable| table.row.state.wake.is_some_and(|wake| wake <= now);
        let mut timers: Vec<_> = running()
            .filter(|table| !table.attention)
            .filter(is_due)
            .collect();
        timers.sort_by_key(|table| table.row.state.wake);
        let attention = attention.into_iter().take(limit);
        Ok(attention
            .chain(timers.into_iter().take(limit))
            .map(FlowTable::due)
            .collect())
    }

    fn ahead(&mut self, now: WallTime) -> Result<Vec<FlowId>, StoreError> {
        let tables = self.shared.lock();
        let running = tables.flows.values().filter(|table| table.is_running());
        let ahead =
            running.filter(|table| table.row.state.wake.is_some() && table.row.state.wall > now);
        Ok(ahead.map(|table| table.row.id.clone()).collect())
    }

    fn next_wake(&mut self) -> Result<Option<WallTime>, StoreError> {
        let tables = self.shared.lock();
        let running = tables.flows.values().filter(|table| table.is_running());
        let timers = running.filter_map(|table| table.row.state.wake);
        let schedules = tables.schedules.values().map(|schedule| schedule.next);
        Ok(timers.chain(schedules).min())
    }

    fn list(&mut self, status: Option<Status>, limit: usize) -> Result<Vec<FlowRow>, StoreError> {
        let tables = self.shared.lock();
        let mut found: Vec<_> = tables
            .flows
            .values()
            .filter(|table| status.is_none_or(|status| table.row.state.status == status))
            .collect();
        found.sort_by_key(|table| std::cmp::Reverse(table.number));
        let rows = found.into_iter().take(limit);
        Ok(rows.map(|table| table.row.clone()).collect())
    }

    fn count(&mut self) -> Result<Vec<(Status, u64)>, StoreError> {
        let tables = self.shared.lock();
        let mut counts = BTreeMap::new();
        for table in tables.flows.values() {
            let status = table.row.state.status;
            counts.entry(status.as_str()).or_insert((status, 0)).1 += 1;
        }
        Ok(counts.into_values().collect())
    }

    fn logs(&mut self, flow: &FlowId, from: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let tables = self.shared.lock();
        let logs = tables.flows.get(flow).into_iter();
        let lines = logs.flat_map(|table| table.logs.values());
        let mut lines: Vec<_> = lines
            .filter(|(number, _)| *number >= from)
            .cloned()
            .collect();
        lines.sort_by_key(|(number, _)| *number);
        Ok(lines)
    }

    fn remove(&mut self, flow: &FlowId) -> Result<bool, StoreError> {
        Ok(self.shared.lock().flows.remove(flow).is_some())
    }

    fn collect(&mut self, ended_before: WallTime) -> Result<u64, StoreError> {
        let mut tables = self.shared.lock();
        let Tables {
            flows,
            programs,
            engines,
            schedules,
            ..
        } = &mut *tables;
        let before = flows.len();
        flows.retain(|_, table| {
            table.row.state.status == Status::Running || table.row.state.wall >= ended_before
        });
        programs.retain(|id, _| {
            flows
                .values()
                .any(|table| table.row.program == *id || table.row.target == Some(*id))
                || schedules.values().any(|schedule| schedule.program == *id)
        });
        engines.retain(|id, _| programs.values().any(|program| program.engine == *id));
        Ok((before - flows.len()) as u64)
    }
}
