//! Writing.

use rusqlite::{Connection, OptionalExtension, params};

use super::files::FileDigest;
use super::signed;
use crate::model::{
    FlowId, FlowRow, FlowState, JournalEntry, Status, StoredFlow, StoredSignal, WallTime,
};
use crate::store::{Change, Posted};

type Result<T> = rusqlite::Result<T>;

/// Returns the number of a flow, and its run.
fn find(connection: &Connection, flow: &FlowId) -> Result<Option<(i64, u32)>> {
    connection
        .prepare_cached("SELECT number, run FROM flows WHERE id = ?1")?
        .query_row([flow.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Adds a flow that is due at once.
pub(super) fn insert(connection: &Connection, row: &FlowRow) -> Result<bool> {
    let FlowState {
        status,
        wake,
        wall,
        monotonic,
        requests,
        waiting,
        result,
        progress,
    } = &row.state;
    let is_held = row.lane.is_some() && row.turns == 0 && *status == Status::Running;
    let added = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO flows (id, program, run, created, turns, input, seed, status, wake, wall, \
             monotonic, waiting, result, progress, requests, target, refusal, lane, lane_limit, held, attention, \
             busy, cancel) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
             ?18, ?19, ?20, NOT ?20, 0, 0)",
        )?
        .execute(params![
            row.id.as_str(),
            row.program.as_bytes(),
            row.run,
            signed(row.created),
            signed(row.turns),
            row.input,
            row.seed,
            status.as_str(),
            wake.map(signed),
            signed(*wall),
            signed(*monotonic),
            waiting,
            result,
            progress,
            requests,
            row.target.map(|target| *target.as_bytes()),
            row.refusal,
            row.lane.as_ref().map(|lane| &lane.name),
            row.lane.as_ref().map(|lane| lane.limit),
            is_held,
        ])?;
    Ok(added > 0)
}

pub(super) fn import(
    connection: &Connection,
    flow: &StoredFlow,
    signals: &[StoredSignal],
    files: &[Option<FileDigest>],
) -> Result<bool> {
    if !insert(connection, &flow.row)? {
        return Ok(false);
    }
    let Some((number, _)) = find(connection, &flow.row.id)? else {
        return Ok(false);
    };
    if let Some((turn, bytes)) = &flow.snapshot {
        keep_snapshot(connection, number, *turn, bytes)?;
    }
    for (entry, file) in flow.journal.iter().zip(files) {
        connection.execute(
            "INSERT INTO journal (flow, turn, inputs, digest, ran, file) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                number,
                signed(entry.turn),
                inline(&entry.inputs, *file),
                entry.digest,
                signed(entry.ran),
                file
            ],
        )?;
    }
    for signal in signals {
        connection.execute(
            "INSERT INTO signals (flow, id, name, payload) VALUES (?1, ?2, ?3, ?4)",
            params![number, signal.id, signal.name, signal.payload],
        )?;
    }
    Ok(true)
}

fn keep_snapshot(connection: &Connection, number: i64, turn: u64, bytes: &[u8]) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO snapshots (flow, turn, bytes) VALUES (?1, ?2, ?3)")?
        .execute(params![number, signed(turn), bytes])?;
    Ok(())
}

pub(super) fn post(
    connection: &Connection,
    flow: &FlowId,
    id: &str,
    name: &str,
    payload: &[u8],
) -> Result<Posted> {
    let found = connection
        .prepare_cached("SELECT number, status FROM flows WHERE id = ?1")?
        .query_row([flow.as_str()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })
        .optional()?;
    let Some((number, status)) = found else {
        return Ok(Posted::NoFlow);
    };
    let known = connection
        .prepare_cached("SELECT 1 FROM signals WHERE flow = ?1 AND id = ?2")?
        .exists(params![number, id])?;
    if known {
        return Ok(Posted::Duplicate);
    }
    let status = Status::from_word(&status).unwrap_or(Status::Stopped);
    // A stopped flow can be retried, and gets the signal then.
    if status.is_ended() && status != Status::Stopped {
        return Ok(Posted::Ended(status));
    }
    connection
        .prepare_cached("INSERT INTO signals (flow, id, name, payload) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![number, id, name, payload])?;
    connection
        .prepare_cached("UPDATE flows SET attention = 1 WHERE number = ?1")?
        .execute([number])?;
    Ok(Posted::New)
}

/// What the row of a turn has of its inputs: nothing, if they are in a file.
fn inline(inputs: &[u8], file: Option<FileDigest>) -> &[u8] {
    match file {
        None => inputs,
        Some(_) => &[],
    }
}

/// Whether a flow that goes on takes its place in its lane anew: it did not run.
const HOLD: &str = "(lane IS NOT NULL AND (held OR status <> 'running'))";

/// Applies a change. One of an earlier run of its flow changes nothing.
pub(super) fn change(
    connection: &Connection,
    change: &Change,
    file: Option<FileDigest>,
) -> Result<()> {
    match change {
        Change::Begin {
            runs,
            flow,
            run,
            turn,
            inputs,
            signals,
        } => {
            let Some(number) = current(connection, flow, *run)? else {
                return Ok(());
            };
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO journal (flow, turn, inputs, digest, ran, file) \
                     VALUES (?1, ?2, ?3, NULL, ?4, ?5)",
                )?
                .execute(params![
                    number,
                    signed(*turn),
                    inline(inputs, file),
                    signed(if *runs { 0 } else { JournalEntry::NOT_RUN }),
                    file
                ])?;
            for signal in signals {
                connection
                    .prepare_cached("UPDATE signals SET payload = NULL WHERE number = ?1")?
                    .execute([signed(*signal)])?;
            }
            connection
                .prepare_cached(
                    "UPDATE flows SET turns = ?2, busy = 1, attention = cancel OR EXISTS (SELECT 1 FROM signals \
                     WHERE flow = ?1 AND payload IS NOT NULL) WHERE number = ?1",
                )?
                .execute(params![number, signed(*turn)])?;
            Ok(())
        }
        Change::End {
            flow,
            run,
            turn,
            digest,
            ran,
            logs,
            state,
        } => {
            let Some(number) = current(connection, flow, *run)? else {
                return Ok(());
            };
            connection
                .prepare_cached(
                    "UPDATE journal SET digest = ?3, ran = ?4 WHERE flow = ?1 AND turn = ?2",
                )?
                .execute(params![number, signed(*turn), digest, signed(*ran)])?;
            for (place, line) in logs.iter().enumerate() {
                connection
                    .prepare_cached(
                        "INSERT OR IGNORE INTO logs (flow, run, turn, place, line) \
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute(params![
                        number,
                        run,
                        signed(*turn),
                        signed(place as u64),
                        line
                    ])?;
            }
            set_state(connection, number, state)
        }
        Change::Snapshot {
            flow,
            run,
            turn,
            bytes,
        } => {
            let Some(number) = current(connection, flow, *run)? else {
                return Ok(());
            };
            keep_snapshot(connection, number, *turn, bytes)?;
            connection
                .prepare_cached("DELETE FROM journal WHERE flow = ?1 AND turn <= ?2")?
                .execute(params![number, signed(*turn)])?;
            Ok(())
        }
        Change::State { flow, run, state } => {
            let Some(number) = current(connection, flow, *run)? else {
                return Ok(());
            };
            // A flow that runs again is due, when its lane has a place.
            let attention = !state.status.is_ended();
            connection.execute(
                &format!(
                    "UPDATE flows SET held = {HOLD}, attention = ?2 AND NOT {HOLD}, cancel = cancel AND ?2 \
                     WHERE number = ?1"
                ),
                params![number, attention],
            )?;
            set_state(connection, number, state)
        }
        Change::Refuse {
            flow,
            run,
            target,
            reason,
        } => {
            let Some(number) = current(connection, flow, *run)? else {
                return Ok(());
            };
            connection.execute(
                "UPDATE flows SET target = NULL, refusal = ?3 WHERE number = ?1 AND target = ?2",
                params![number, target.as_bytes(), reason],
            )?;
            Ok(())
        }
        Change::Restart {
            flow,
            run,
            program,
            input,
            seed,
            state,
        } => {
            let Some((number, present)) = find(connection, flow)? else {
                return Ok(());
            };
            if present >= *run {
                return Ok(());
            }
            forget_state(connection, number)?;
            connection.execute(
                &format!(
                    "UPDATE flows SET run = ?2, program = ?3, target = NULL, refusal = NULL, input = ?4, seed = ?5, \
                     turns = 0, held = {HOLD}, attention = NOT {HOLD}, cancel = 0 WHERE number = ?1"
                ),
                params![number, run, program.as_bytes(), input, seed],
            )?;
            set_state(connection, number, state)
        }
    }
}

fn current(connection: &Connection, flow: &FlowId, run: u32) -> Result<Option<i64>> {
    let found = find(connection, flow)?;
    Ok(found
        .filter(|(_, present)| *present == run)
        .map(|(number, _)| number))
}

fn set_state(connection: &Connection, number: i64, state: &FlowState) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE flows SET status = ?2, wake = ?3, wall = ?4, monotonic = ?5, waiting = ?6, result = ?7, \
             progress = ?8, requests = ?9, busy = ?9 > 0 WHERE number = ?1",
        )?
        .execute(params![
            number,
            state.status.as_str(),
            state.wake.map(signed),
            signed(state.wall),
            signed(state.monotonic),
            state.waiting,
            state.result,
            state.progress,
            state.requests,
        ])?;
    // Nothing goes on from the state of a flow that ended, except of one that is stopped.
    if state.status.is_ended() && state.status != Status::Stopped {
        forget_state(connection, number)?;
    }
    Ok(())
}

fn forget_state(connection: &Connection, number: i64) -> Result<()> {
    for sql in [
        "DELETE FROM journal WHERE flow = ?1",
        "DELETE FROM snapshots WHERE flow = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([number])?;
    }
    Ok(())
}

/// Makes flows due whose worker ended while they ran, or waited for a request.
pub(super) fn claim(connection: &Connection) -> Result<()> {
    let sql = "UPDATE flows SET attention = 1 WHERE busy = 1 AND status = 'running'";
    connection.execute(sql, []).map(drop)
}

pub(super) fn remove(connection: &Connection, flow: &FlowId) -> Result<bool> {
    let Some((number, _)) = find(connection, flow)? else {
        return Ok(false);
    };
    forget_state(connection, number)?;
    for sql in [
        "DELETE FROM signals WHERE flow = ?1",
        "DELETE FROM logs WHERE flow = ?1",
        "DELETE FROM flows WHERE number = ?1",
    ] {
        connection.execute(sql, [number])?;
    }
    Ok(true)
}

pub(super) fn collect(connection: &Connection, ended_before: WallTime) -> Result<u64> {
    let ended: Vec<String> = connection
        .prepare("SELECT id FROM flows WHERE status <> 'running' AND wall < ?1")?
        .query_map([signed(ended_before)], |row| row.get(0))?
        .collect::<Result<_>>()?;
    let mut removed = 0;
    for id in ended {
        if let Ok(id) = id.parse()
            && remove(connection, &id)?
        {
            removed += 1;
        }
    }
    connection.execute(
        "DELETE FROM programs WHERE NOT EXISTS (SELECT 1 FROM flows WHERE programs.id IN (flows.program, flows.target)) \
         AND NOT EXISTS (SELECT 1 FROM schedules WHERE schedules.program = programs.id)",
        [],
    )?;
    connection.execute(
        "DELETE FROM engines WHERE NOT EXISTS (SELECT 1 FROM programs WHERE programs.engine = engines.id)",
        [],
    )?;
    Ok(removed)
}
