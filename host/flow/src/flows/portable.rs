//! Flows as files.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Flows;
use crate::error::FlowError;
use crate::model::{FlowId, StoredFlow, StoredProgram, StoredSignal};
use crate::store::Store;
use crate::vault::{RecordKind, Vault};

/// Begins an exported flow.
const MAGIC: &[u8; 8] = b"JSVMFLOW";
const VERSION: u8 = 1;
const DIGEST: usize = 32;

/// A flow with what it needs elsewhere, without seals.
#[derive(Serialize, Deserialize)]
struct Portable {
    flow: StoredFlow,
    signals: Vec<StoredSignal>,
    program: StoredProgram,
    engine: Option<Vec<u8>>,
}

impl<S: Store> Flows<S> {
    /// Returns a flow as bytes: its state, its program and the engine that it needs, without its log.
    ///
    /// They are not sealed: whoever has them can read what the flow knows.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::WrongKey`]; [`FlowError::Store`].
    pub fn export(&mut self, id: &FlowId) -> Result<Vec<u8>, FlowError> {
        let mut flow = self.stored(id)?;
        let mut signals = self.store.signals(id)?;
        let program = self.store.program(flow.row.program)?;
        let program = program.ok_or_else(|| FlowError::NoProgram(flow.row.program.to_string()))?;
        let engine = self.store.engine(&program.engine)?;
        let vault = self.vault.clone();
        for_each_record(&mut flow, &mut signals, |kind, bytes| {
            vault.open(id, kind, bytes)
        })?;
        let portable = Portable {
            flow,
            signals,
            program,
            engine,
        };
        let body = postcard::to_stdvec(&portable)
            .map_err(|_| FlowError::NotExported("it is too large"))?;
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend_from_slice(&Sha256::digest(&body));
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    /// Adds a flow of [`export`](Self::export). Returns its id, and whether it was added: `false` if there
    /// is a flow with this id.
    ///
    /// The flow must not go on in the other store as well, or its requests are sent by both.
    ///
    /// # Errors
    /// [`FlowError::NotExported`]; [`FlowError::Store`].
    pub fn import(&mut self, bytes: &[u8]) -> Result<(FlowId, bool), FlowError> {
        let bad = FlowError::NotExported;
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or(bad("it begins otherwise"))?;
        let (version, rest) = rest.split_first().ok_or(bad("it is cut off"))?;
        if *version != VERSION {
            return Err(bad("a later version of jsvm wrote it"));
        }
        let (digest, body) = rest.split_at_checked(DIGEST).ok_or(bad("it is cut off"))?;
        if Sha256::digest(body)[..] != *digest {
            return Err(bad("its digest is another"));
        }
        let portable: Portable =
            postcard::from_bytes(body).map_err(|_| bad("it cannot be read"))?;
        let Portable {
            mut flow,
            mut signals,
            program,
            engine,
        } = portable;
        let id: FlowId = flow.row.id.as_str().parse()?;
        let vault: Vault = self.vault.clone();
        for_each_record(&mut flow, &mut signals, |kind, bytes| {
            vault.seal(&id, kind, bytes)
        })?;
        if let Some(engine) = engine {
            self.store.put_engine(&program.engine, &engine)?;
        }
        self.store.put_program(&program)?;
        let added = self.store.import(&flow, &signals)?;
        Ok((id, added))
    }
}

/// Replaces each sealed record of a flow.
fn for_each_record(
    flow: &mut StoredFlow,
    signals: &mut [StoredSignal],
    change: impl Fn(RecordKind, &[u8]) -> Result<Vec<u8>, FlowError>,
) -> Result<(), FlowError> {
    let row = &mut flow.row;
    row.input = change(RecordKind::Input, &row.input)?;
    row.seed = change(RecordKind::Seed, &row.seed)?;
    if let Some(refusal) = &mut row.refusal {
        *refusal = change(RecordKind::Refusal, refusal)?;
    }
    if let Some(result) = &mut row.state.result {
        *result = change(RecordKind::Result, result)?;
    }
    if let Some(progress) = &mut row.state.progress {
        *progress = change(RecordKind::Progress, progress)?;
    }
    if let Some((_, snapshot)) = &mut flow.snapshot {
        *snapshot = change(RecordKind::Snapshot, snapshot)?;
    }
    for entry in &mut flow.journal {
        entry.inputs = change(RecordKind::Turn, &entry.inputs)?;
    }
    for signal in signals {
        signal.payload = change(RecordKind::Signal, &signal.payload)?;
    }
    Ok(())
}
