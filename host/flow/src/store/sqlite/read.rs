//! Reading.

use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Row, params};

use super::files::FileDigest;
use super::signed;
use crate::model::{
    FlowId, FlowRow, FlowState, JournalEntry, Lane, ProgramId, Status, StoredFlow, StoredProgram,
    StoredSignal, WallTime,
};
use crate::store::DueFlow;

type Result<T> = rusqlite::Result<T>;

const COLUMNS: &str = "number, id, program, run, created, turns, input, seed, status, wake, wall, monotonic, \
                       waiting, result, progress, requests, target, refusal, lane, lane_limit";

/// Reads a number that is never negative.
pub(super) fn unsigned(row: &Row<'_>, index: usize) -> Result<u64> {
    let number: i64 = row.get(index)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, number))
}

/// The error of a text that means nothing.
pub(super) fn malformed(index: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, what.into())
}

pub(super) fn id(row: &Row<'_>, index: usize) -> Result<FlowId> {
    let text: String = row.get(index)?;
    text.parse()
        .map_err(|_| malformed(index, "it is not the id of a flow"))
}

fn flow_row(row: &Row<'_>) -> Result<(i64, FlowRow)> {
    parse_row(row).map_err(|error| match error {
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..) => {
            let id: String = row.get(1).unwrap_or_default();
            let what = format!("the row of the flow {id} cannot be read: {error}");
            Error::FromSqlConversionFailure(1, Type::Text, what.into())
        }
        error => error,
    })
}

fn parse_row(row: &Row<'_>) -> Result<(i64, FlowRow)> {
    let status: String = row.get(8)?;
    let status =
        Status::from_word(&status).ok_or_else(|| malformed(8, "it is not the status of a flow"))?;
    let wake: Option<i64> = row.get(9)?;
    let lane: Option<String> = row.get(18)?;
    let limit: Option<u32> = row.get(19)?;
    let lane = lane.zip(limit).map(|(name, limit)| Lane { name, limit });
    let flow = FlowRow {
        id: id(row, 1)?,
        program: ProgramId::new(row.get(2)?),
        target: row.get::<_, Option<[u8; 32]>>(16)?.map(ProgramId::new),
        refusal: row.get(17)?,
        lane,
        run: row.get(3)?,
        created: unsigned(row, 4)?,
        turns: unsigned(row, 5)?,
        input: row.get(6)?,
        seed: row.get(7)?,
        state: FlowState {
            status,
            wake: wake.map(|wake| u64::try_from(wake).unwrap_or(0)),
            wall: unsigned(row, 10)?,
            monotonic: unsigned(row, 11)?,
            requests: row.get(15)?,
            waiting: row.get(12)?,
            result: row.get(13)?,
            progress: row.get(14)?,
        },
    };
    Ok((row.get(0)?, flow))
}

pub(super) fn row(connection: &Connection, flow: &FlowId) -> Result<Option<(i64, FlowRow)>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM flows WHERE id = ?1"))?
        .query_row([flow.as_str()], flow_row)
        .optional()
}

/// Reads a flow, with the files in which inputs of its turns are.
pub(super) fn load(
    connection: &Connection,
    flow: &FlowId,
) -> Result<Option<(StoredFlow, Vec<Option<FileDigest>>)>> {
    // The three reads see the same state.
    let transaction = connection.unchecked_transaction()?;
    let Some((number, row)) = row(&transaction, flow)? else {
        return Ok(None);
    };
    let snapshot = transaction
        .prepare_cached("SELECT turn, bytes FROM snapshots WHERE flow = ?1")?
        .query_row([number], |row| Ok((unsigned(row, 0)?, row.get(1)?)))
        .optional()?;
    let (journal, files) = transaction
        .prepare_cached(
            "SELECT turn, inputs, digest, ran, file FROM journal WHERE flow = ?1 ORDER BY turn",
        )?
        .query_map([number], |row| {
            let entry = JournalEntry {
                turn: unsigned(row, 0)?,
                inputs: row.get(1)?,
                digest: row.get(2)?,
                ran: unsigned(row, 3)?,
            };
            let file: Option<FileDigest> = row.get(4)?;
            Ok((entry, file))
        })?
        .collect::<Result<(Vec<_>, Vec<_>)>>()?;
    let flow = StoredFlow {
        row,
        snapshot,
        journal,
    };
    Ok(Some((flow, files)))
}

pub(super) fn program(connection: &Connection, id: ProgramId) -> Result<Option<StoredProgram>> {
    connection
        .prepare_cached("SELECT name, engine, snapshot FROM programs WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| {
            Ok(StoredProgram {
                id,
                name: row.get(0)?,
                engine: row.get(1)?,
                snapshot: row.get(2)?,
            })
        })
        .optional()
}

pub(super) fn signals(connection: &Connection, flow: &FlowId) -> Result<Vec<StoredSignal>> {
    connection
        .prepare_cached(
            "SELECT number, id, name, payload FROM signals \
             WHERE flow = (SELECT number FROM flows WHERE id = ?1) AND payload IS NOT NULL ORDER BY number",
        )?
        .query_map([flow.as_str()], |row| {
            Ok(StoredSignal {
                number: unsigned(row, 0)?,
                id: row.get(1)?,
                name: row.get(2)?,
                payload: row.get(3)?,
            })
        })?
        .collect()
}

pub(super) fn due(connection: &Connection, now: WallTime, limit: usize) -> Result<Vec<DueFlow>> {
    let limit = signed(limit as u64);
    let due = |row: &Row<'_>| {
        Ok(DueFlow {
            id: id(row, 0)?,
            attention: row.get(1)?,
            cancel: row.get(2)?,
        })
    };
    let mut found: Vec<DueFlow> = connection
        .prepare_cached(
            "SELECT id, attention, cancel FROM flows WHERE attention = 1 AND status = 'running' \
             AND (held = 0 OR cancel = 1) ORDER BY number LIMIT ?1",
        )?
        .query_map([limit], due)?
        .collect::<Result<_>>()?;
    let timers: Vec<DueFlow> = connection
        .prepare_cached(
            "SELECT id, attention, cancel FROM flows WHERE wake <= ?1 AND wake IS NOT NULL \
             AND status = 'running' AND attention = 0 ORDER BY wake LIMIT ?2",
        )?
        .query_map(params![signed(now), limit], due)?
        .collect::<Result<_>>()?;
    found.extend(timers);
    Ok(found)
}

pub(super) fn ahead(connection: &Connection, now: WallTime) -> Result<Vec<FlowId>> {
    connection
        .prepare_cached(
            "SELECT id FROM flows WHERE wake IS NOT NULL AND status = 'running' AND wall > ?1",
        )?
        .query_map([signed(now)], |row| id(row, 0))?
        .collect()
}

pub(super) fn next_wake(connection: &Connection) -> Result<Option<WallTime>> {
    let wake: Option<i64> = connection
        .prepare_cached(
            "SELECT min(at) FROM (SELECT min(wake) AS at FROM flows WHERE wake IS NOT NULL AND status = 'running' \
             UNION ALL SELECT min(next) FROM schedules)",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(wake.map(|wake| u64::try_from(wake).unwrap_or(0)))
}

pub(super) fn list(
    connection: &Connection,
    status: Option<Status>,
    limit: usize,
) -> Result<Vec<FlowRow>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM flows WHERE ?1 IS NULL OR status = ?1 ORDER BY number DESC LIMIT ?2"
        ))?
        .query_map(
            params![status.map(Status::as_str), signed(limit as u64)],
            |row| Ok(flow_row(row)?.1),
        )?
        .collect()
}

pub(super) fn count(connection: &Connection) -> Result<Vec<(Status, u64)>> {
    connection
        .prepare_cached("SELECT status, count(*) FROM flows GROUP BY status")?
        .query_map([], |row| {
            let status: String = row.get(0)?;
            let status = Status::from_word(&status)
                .ok_or_else(|| malformed(0, "it is not the status of a flow"))?;
            Ok((status, unsigned(row, 1)?))
        })?
        .collect()
}

pub(super) fn logs(
    connection: &Connection,
    flow: &FlowId,
    from: u64,
) -> Result<Vec<(u64, Vec<u8>)>> {
    connection
        .prepare_cached(
            "SELECT number, line FROM logs WHERE flow = (SELECT number FROM flows WHERE id = ?1) \
             AND number >= ?2 ORDER BY number",
        )?
        .query_map(params![flow.as_str(), signed(from)], |row| {
            Ok((unsigned(row, 0)?, row.get(1)?))
        })?
        .collect()
}
