//! What is known of flows without their VMs.

use super::Flows;
use crate::error::FlowError;
use crate::model::{FlowId, FlowRow, LogLine, Status, WallTime};
use crate::store::{Store, decode_log};
use crate::turn::Failure;
use crate::vault::RecordKind;

/// What is known of a flow.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FlowView {
    /// Its id.
    pub id: FlowId,
    /// The digest of its code, in hexadecimal digits.
    pub program: String,
    /// The digest of the code that it moves to at its next checkpoint.
    pub target: Option<String>,
    /// Why its last move to other code was given up.
    pub refusal: Option<String>,
    /// The lane that limits how many flows run at once.
    pub lane: Option<String>,
    /// How many times it was begun.
    pub run: u32,
    /// Whether it runs, and how it ended.
    pub status: Status,
    /// When it was started, in nanoseconds since 1970.
    pub created: WallTime,
    /// When its last turn ended, in nanoseconds since 1970.
    pub changed: WallTime,
    /// When its next timer is due, in nanoseconds since 1970.
    pub wake: Option<WallTime>,
    /// How many turns of this run are committed.
    pub turns: u64,
    /// What it waits for, for people.
    pub waiting: String,
    /// The JSON of the result, if it completed.
    pub result: Option<String>,
    /// The error, if it failed or was stopped.
    pub failure: Option<Failure>,
    /// The JSON of what it last reported as its progress.
    pub progress: Option<String>,
}

impl<S: Store> Flows<S> {
    /// Returns what is known of a flow.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::WrongKey`]; [`FlowError::Store`].
    pub fn show(&mut self, flow: &FlowId) -> Result<FlowView, FlowError> {
        let row = self.row(flow)?;
        self.view(row)
    }

    /// Lists flows, newest first: all, or those with a status.
    ///
    /// # Errors
    /// [`FlowError::WrongKey`]; [`FlowError::Store`].
    pub fn list(
        &mut self,
        status: Option<Status>,
        limit: usize,
    ) -> Result<Vec<FlowView>, FlowError> {
        let rows = self.store.list(status, limit)?;
        rows.into_iter().map(|row| self.view(row)).collect()
    }

    fn view(&self, row: FlowRow) -> Result<FlowView, FlowError> {
        let state = row.state;
        let open = |kind, sealed: &Option<Vec<u8>>| {
            let sealed = sealed.as_deref();
            let text = sealed.map(|sealed| self.vault.open_text(&row.id, kind, sealed));
            text.transpose()
        };
        let result = open(RecordKind::Result, &state.result)?;
        let progress = open(RecordKind::Progress, &state.progress)?;
        let refusal = open(RecordKind::Refusal, &row.refusal)?;
        let (result, failure) = match (state.status, result) {
            (Status::Completed, result) => (result, None),
            (_, result) => {
                let failure = result.map(|text| serde_json::from_str(&text));
                (None, failure.transpose().map_err(|_| FlowError::WrongKey)?)
            }
        };
        Ok(FlowView {
            id: row.id,
            program: row.program.to_string(),
            target: row.target.map(|target| target.to_string()),
            refusal,
            lane: row.lane.map(|lane| lane.name),
            run: row.run,
            status: state.status,
            created: row.created,
            changed: state.wall,
            wake: state.wake,
            turns: row.turns,
            waiting: state.waiting,
            result,
            failure,
            progress,
        })
    }

    /// Reads the lines of a flow's log from a number on, with their numbers.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::WrongKey`]; [`FlowError::Store`].
    pub fn logs(&mut self, flow: &FlowId, from: u64) -> Result<Vec<(u64, LogLine)>, FlowError> {
        self.row(flow)?;
        let lines = self.store.logs(flow, from)?.into_iter();
        lines
            .map(|(number, line)| {
                let line = self.vault.open(flow, RecordKind::Log, &line)?;
                Ok((number, decode_log(&line)?))
            })
            .collect()
    }
}
