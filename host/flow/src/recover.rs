//! Recovery: the VM of a flow, from its newest snapshot and the turns after it.

use std::sync::Arc;

use jsvm::{Error, Snapshot};

use crate::error::FlowError;
use crate::flows::Flows;
use crate::model::{FlowId, FlowRow, JournalEntry, StoredFlow, Turn};
use crate::program::LoadedProgram;
use crate::store::{Store, StoreError};
use crate::turn::Whose;
use crate::vault::RecordKind;
use crate::vm::FlowVm;

/// A flow whose VM is where it was.
pub(crate) struct Recovered {
    pub(crate) vm: FlowVm,
    pub(crate) program: Arc<LoadedProgram>,
    pub(crate) seed: [u8; 32],
    pub(crate) row: FlowRow,
    /// The last turn, if it is not known what it did: it is yet to be run, and may leave then.
    pub(crate) unknown: Option<UnknownTurn>,
    pub(crate) tail: Tail,
}

/// A turn of which it is not known what it did.
pub(crate) struct UnknownTurn {
    pub(crate) number: u64,
    pub(crate) turn: Turn,
    /// Whether it may have run, so that what it requested may have left.
    pub(crate) may_have_run: bool,
}

/// The turns since the newest snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tail {
    pub(crate) turns: u32,
    /// Nanoseconds that they ran.
    pub(crate) ran: u64,
    /// Bytes of their inputs.
    pub(crate) bytes: usize,
}

impl Tail {
    pub(crate) fn add(&mut self, ran: u64, bytes: usize) {
        self.turns += 1;
        self.ran = self.ran.saturating_add(ran);
        self.bytes += bytes;
    }
}

impl<S: Store> Flows<S> {
    /// Reads the inputs of a turn.
    pub(crate) fn open_turn(&self, id: &FlowId, entry: &JournalEntry) -> Result<Turn, FlowError> {
        let bytes = self.vault.open(id, RecordKind::Turn, &entry.inputs)?;
        postcard::from_bytes(&bytes).map_err(|_| {
            let what = format!("turn {} of the flow {id} cannot be read", entry.turn);
            StoreError::Damaged(what).into()
        })
    }

    /// Makes the VM of a flow. Nothing leaves it meanwhile.
    ///
    /// # Errors
    /// [`FlowError::Diverged`] if a turn did something else; [`FlowError::NoProgram`];
    /// [`FlowError::NoEngine`]; [`FlowError::NoFunction`]; [`FlowError::WrongKey`]; [`FlowError::Store`] if a record is
    /// damaged.
    pub(crate) fn recover(&mut self, stored: StoredFlow) -> Result<Recovered, FlowError> {
        let StoredFlow {
            row,
            snapshot,
            journal,
        } = stored;
        let id = row.id.clone();
        let program = self.program(row.program)?;
        let seed = self.vault.open(&id, RecordKind::Seed, &row.seed)?;
        let seed: [u8; 32] = seed.try_into().map_err(|_| FlowError::WrongKey)?;
        let config = &program.config;
        let mut done = 0;
        let vm = match snapshot {
            None => FlowVm::begin(config, &program.base, seed)?,
            Some((turn, sealed)) => {
                done = turn;
                let bytes = self.vault.open(&id, RecordKind::Snapshot, &sealed)?;
                let snapshot = Snapshot::from_bytes(&bytes).map_err(Error::from)?;
                let snapshot = match snapshot.is_complete() {
                    true => snapshot,
                    false => snapshot.attach(&program.base).map_err(Error::from)?,
                };
                let monotonic = row.state.monotonic;
                FlowVm::resume(config, &snapshot, seed, monotonic)?
            }
        };
        let whose = Whose {
            id: &id,
            run: row.run,
        };
        let mut tail = Tail::default();
        let mut unknown = None;
        for entry in journal {
            done += 1;
            if entry.turn != done || unknown.is_some() {
                let what = format!("turn {done} of the flow {id} is missing");
                return Err(StoreError::Damaged(what).into());
            }
            let turn = self.open_turn(&id, &entry)?;
            let Some(digest) = entry.digest else {
                unknown = Some(UnknownTurn {
                    number: entry.turn,
                    turn,
                    may_have_run: entry.ran != JournalEntry::NOT_RUN,
                });
                continue;
            };
            // It ended in time once.
            let ran = vm.run(&whose, &turn, None)?;
            if ran.digest != digest {
                return Err(FlowError::Diverged {
                    id: id.to_string(),
                    turn: entry.turn,
                });
            }
            tail.add(entry.ran, entry.inputs.len());
        }
        if done != row.turns {
            let what = format!("the last turns of the flow {id} are missing");
            return Err(StoreError::Damaged(what).into());
        }
        Ok(Recovered {
            vm,
            program,
            seed,
            row,
            unknown,
            tail,
        })
    }
}
