//! What a store in memory has.

use std::collections::{BTreeMap, HashMap};

use crate::model::{
    FlowId, FlowRow, FlowState, JournalEntry, ProgramId, Status, StoredProgram, StoredSchedule,
    StoredSignal,
};
use crate::store::{Change, DueFlow};

#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) flows: BTreeMap<FlowId, FlowTable>,
    pub(super) programs: HashMap<ProgramId, StoredProgram>,
    pub(super) engines: HashMap<[u8; 32], Vec<u8>>,
    pub(super) key_proof: Option<Vec<u8>>,
    pub(super) schedules: BTreeMap<FlowId, StoredSchedule>,
    pub(super) last_number: u64,
    pub(super) is_owned: bool,
}

#[derive(Debug)]
pub(super) struct FlowTable {
    pub(super) number: u64,
    pub(super) row: FlowRow,
    pub(super) snapshot: Option<(u64, Vec<u8>)>,
    pub(super) journal: BTreeMap<u64, JournalEntry>,
    pub(super) signals: Vec<(StoredSignal, bool)>,
    /// By run, turn and place.
    pub(super) logs: BTreeMap<(u32, u64, usize), (u64, Vec<u8>)>,
    pub(super) attention: bool,
    /// Whether a turn runs, or a request has no outcome.
    pub(super) busy: bool,
    pub(super) cancel: bool,
    /// Whether it waits for a place in its lane.
    pub(super) held: bool,
}

impl Tables {
    pub(super) fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    pub(super) fn insert(&mut self, row: &FlowRow) -> bool {
        if self.flows.contains_key(&row.id) {
            return false;
        }
        let number = self.number();
        let table = FlowTable {
            number,
            row: row.clone(),
            snapshot: None,
            journal: BTreeMap::new(),
            signals: Vec::new(),
            logs: BTreeMap::new(),
            attention: !is_held(row),
            busy: false,
            cancel: false,
            held: is_held(row),
        };
        self.flows.insert(row.id.clone(), table);
        true
    }

    pub(super) fn apply(&mut self, change: &Change) {
        let (flow, run) = match change {
            Change::Begin { flow, run, .. }
            | Change::End { flow, run, .. }
            | Change::Snapshot { flow, run, .. }
            | Change::State { flow, run, .. }
            | Change::Refuse { flow, run, .. }
            | Change::Restart { flow, run, .. } => (flow, *run),
        };
        let mut number = self.last_number;
        let Some(table) = self.flows.get_mut(flow) else {
            return;
        };
        if matches!(change, Change::Restart { .. }) {
            if table.row.run >= run {
                return;
            }
        } else if table.row.run != run {
            return;
        }
        match change {
            Change::Begin {
                runs,
                turn,
                inputs,
                signals,
                ..
            } => {
                let entry = JournalEntry {
                    turn: *turn,
                    inputs: inputs.clone(),
                    digest: None,
                    ran: if *runs { 0 } else { JournalEntry::NOT_RUN },
                };
                table.journal.insert(*turn, entry);
                for (signal, waits) in &mut table.signals {
                    *waits &= !signals.contains(&signal.number);
                }
                table.row.turns = *turn;
                table.busy = true;
                table.attention = table.cancel || table.signals.iter().any(|(_, waits)| *waits);
            }
            Change::End {
                turn,
                digest,
                ran,
                logs,
                state,
                run,
                ..
            } => {
                if let Some(entry) = table.journal.get_mut(turn) {
                    entry.digest = Some(*digest);
                    entry.ran = *ran;
                }
                for (place, line) in logs.iter().enumerate() {
                    table.logs.entry((*run, *turn, place)).or_insert_with(|| {
                        number += 1;
                        (number, line.clone())
                    });
                }
                table.set_state(state);
            }
            Change::Snapshot { turn, bytes, .. } => {
                table.snapshot = Some((*turn, bytes.clone()));
                table.journal.retain(|known, _| known > turn);
            }
            Change::State { state, .. } => {
                table.hold();
                table.set_state(state);
                table.attention = !state.status.is_ended() && !table.held;
                table.cancel &= table.attention;
            }
            Change::Refuse { target, reason, .. } => {
                if table.row.target == Some(*target) {
                    table.row.target = None;
                    table.row.refusal = Some(reason.clone());
                }
            }
            Change::Restart {
                run,
                program,
                input,
                seed,
                state,
                ..
            } => {
                table.forget_state();
                table.row.run = *run;
                table.row.program = *program;
                table.row.target = None;
                table.row.refusal = None;
                table.row.input.clone_from(input);
                table.row.seed.clone_from(seed);
                table.row.turns = 0;
                table.hold();
                table.attention = !table.held;
                table.cancel = false;
                table.set_state(state);
            }
        }
        self.last_number = number;
    }
}

/// Whether a new flow waits for a place in its lane.
fn is_held(row: &FlowRow) -> bool {
    row.lane.is_some() && row.turns == 0 && row.state.status == Status::Running
}

impl FlowTable {
    pub(super) fn set_state(&mut self, state: &FlowState) {
        self.row.state = state.clone();
        self.busy = state.requests > 0;
        if state.status.is_ended() && state.status != Status::Stopped {
            self.forget_state();
        }
    }

    pub(super) fn forget_state(&mut self) {
        self.snapshot = None;
        self.journal.clear();
    }

    /// A flow that runs again takes its place in the lane anew.
    fn hold(&mut self) {
        self.held = self.row.lane.is_some() && (self.held || !self.is_running());
    }

    /// Whether it has to wait for a place in its lane first.
    pub(super) fn waits_for_lane(&self) -> bool {
        self.held && !self.cancel
    }

    pub(super) fn is_running(&self) -> bool {
        self.row.state.status == Status::Running
    }

    pub(super) fn due(&self) -> DueFlow {
        DueFlow {
            id: self.row.id.clone(),
            attention: self.attention,
            cancel: self.cancel,
        }
    }
}
