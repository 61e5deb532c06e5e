//! Schedules.

use rusqlite::{Connection, Row, params};

use super::{apply, read, signed};
use crate::model::{FlowId, FlowRow, Missed, ProgramId, StoredSchedule, WallTime};

type Result<T> = rusqlite::Result<T>;

pub(super) fn put(connection: &Connection, schedule: &StoredSchedule) -> Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO schedules (name, cron, zone, missed, overlap, program, input, next, last) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            schedule.name.as_str(),
            schedule.cron,
            schedule.zone,
            schedule.missed.as_str(),
            schedule.overlap,
            schedule.program.as_bytes(),
            schedule.input,
            signed(schedule.next),
            schedule.last.as_ref().map(FlowId::as_str),
        ],
    )?;
    Ok(())
}

pub(super) fn remove(connection: &Connection, name: &FlowId) -> Result<bool> {
    let removed = connection.execute("DELETE FROM schedules WHERE name = ?1", [name.as_str()])?;
    Ok(removed > 0)
}

pub(super) fn list(connection: &Connection, due: Option<WallTime>) -> Result<Vec<StoredSchedule>> {
    // Times have 63 bits.
    let until = due.map_or(i64::MAX, signed);
    connection
        .prepare_cached(
            "SELECT name, cron, zone, missed, overlap, program, input, next, last FROM schedules \
             WHERE next <= ?1 ORDER BY name",
        )?
        .query_map([until], schedule)?
        .collect()
}

fn schedule(row: &Row<'_>) -> Result<StoredSchedule> {
    let missed: String = row.get(3)?;
    let last: Option<String> = row.get(8)?;
    Ok(StoredSchedule {
        name: read::id(row, 0)?,
        cron: row.get(1)?,
        zone: row.get(2)?,
        missed: Missed::from_word(&missed)
            .ok_or_else(|| read::malformed(3, "it does not say what to do about missed times"))?,
        overlap: row.get(4)?,
        program: ProgramId::new(row.get(5)?),
        input: row.get(6)?,
        next: read::unsigned(row, 7)?,
        last: last.and_then(|id| id.parse().ok()),
    })
}

pub(super) fn fire(
    connection: &Connection,
    name: &FlowId,
    expected: WallTime,
    next: WallTime,
    flow: Option<&FlowRow>,
) -> Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE schedules SET next = ?3, last = coalesce(?4, last) WHERE name = ?1 AND next = ?2",
        )?
        .execute(params![
            name.as_str(),
            signed(expected),
            signed(next),
            flow.map(|row| row.id.as_str()),
        ])?;
    if let (1, Some(row)) = (changed, flow) {
        apply::insert(connection, row)?;
    }
    Ok(changed > 0)
}
