//! Lanes: how many flows run at once.

use rusqlite::{Connection, params};

type Result<T> = rusqlite::Result<T>;

/// Whether flows wait for a place in a lane.
pub(super) fn are_held(connection: &Connection) -> Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM flows WHERE held = 1 AND status = 'running' LIMIT 1")?
        .exists([])
}

/// Lets the oldest flows begin where their lanes have places.
pub(super) fn admit(connection: &Connection) -> Result<u64> {
    let lanes: Vec<String> = connection
        .prepare_cached("SELECT DISTINCT lane FROM flows WHERE held = 1 AND status = 'running'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_>>()?;
    let mut admitted = 0;
    for lane in lanes {
        let limit: i64 = connection
            .prepare_cached(
                "SELECT lane_limit FROM flows WHERE lane = ?1 AND held = 1 AND status = 'running' \
                 ORDER BY number LIMIT 1",
            )?
            .query_row([&lane], |row| row.get(0))?;
        let taken: i64 = connection
            .prepare_cached(
                "SELECT count(*) FROM flows WHERE lane = ?1 AND held = 0 AND status = 'running'",
            )?
            .query_row([&lane], |row| row.get(0))?;
        admitted += connection
            .prepare_cached(
                "UPDATE flows SET held = 0, attention = 1 WHERE number IN (SELECT number FROM flows \
                 WHERE lane = ?1 AND held = 1 AND status = 'running' ORDER BY number LIMIT ?2)",
            )?
            .execute(params![lane, (limit - taken).max(0)])?;
    }
    Ok(admitted as u64)
}
