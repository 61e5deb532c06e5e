//! Key-value storage in SQLite, in a file or in memory.

mod error;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

pub use error::StoreError;

/// The number of keys in a page.
const PAGE: u32 = 1000;

/// The name of the default store.
const DEFAULT: &str = "default";

/// Marks a file of SQLite as a storage of ours: `jsvm` in ASCII.
const APPLICATION: i32 = 0x6a73_766d;

/// The version of the tables.
const VERSION: i32 = 1;

/// The size up to which a file is read completely when it is opened, to find damage. Damage in a
/// larger file is found when the damaged part is used.
const CHECKED: u64 = 64 << 20;

/// The size of a page of SQLite.
const PAGE_BYTES: u64 = 4096;

/// The time to wait for a process that is about to release the file.
const PATIENCE: Duration = Duration::from_secs(1);

/// The stores of a program: rows of one table. A database in memory is created when it is first
/// used.
pub struct Stores {
    connection: Mutex<Option<Connection>>,
    max_bytes: u64,
}

/// Keys, and the last of them if there are more.
type Listed = (Vec<String>, Option<String>);

impl Stores {
    /// Stores in memory, up to a size. They last as long as the process.
    pub fn in_memory(max_bytes: u64) -> Self {
        Stores {
            connection: Mutex::new(None),
            max_bytes,
        }
    }

    /// Opens stores in a file, up to a size. No other process can use the file meanwhile.
    pub fn open(path: &Path, max_bytes: u64) -> Result<Self, StoreError> {
        // SQLite gives a meaning to some names, such as `:memory:`. None of them begins like this.
        let path = Path::new(".").join(path);
        let is_cut = is_cut(&path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        // A process that holds the file until it ends needs no memory shared with others.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        identify(&connection)?;
        let size = std::fs::metadata(&path).map_or(0, |file| file.len());
        if is_cut || size <= CHECKED && is_damaged(&connection)? {
            return Err(StoreError::Damaged);
        }
        // With the log a failed write, for instance on a full disk, leaves the file as it was.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A commit is on disk when it returns.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "journal_size_limit", 4 << 20)?;
        prepare(&connection, max_bytes)?;
        Ok(Stores {
            connection: Mutex::new(Some(connection)),
            max_bytes,
        })
    }

    /// Closes the file, which then has all changes. What was in memory is gone.
    pub fn close(&self) {
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *connection = None;
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // SQLite undoes what a panic interrupts.
        let mut connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let connection = match &mut *connection {
            Some(connection) => connection,
            missing => {
                let created = Connection::open_in_memory()?;
                prepare(&created, self.max_bytes)?;
                missing.insert(created)
            }
        };
        work(connection)
    }

    pub fn get(&self, store: Option<&str>, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|connection| read(connection, store, key))
    }

    pub fn set(&self, store: Option<&str>, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.with(|connection| write(connection, store, key, value))
    }

    pub fn delete(&self, store: Option<&str>, key: &str) -> Result<(), StoreError> {
        self.with(|connection| {
            let sql = "DELETE FROM entries WHERE store = ?1 AND key = ?2";
            connection.execute(sql, params![named(store), key])?;
            Ok(())
        })
    }

    /// Lists a page of keys, from the one after `after`.
    pub fn list(&self, store: Option<&str>, after: Option<&str>) -> Result<Listed, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare(
                "SELECT key FROM entries WHERE store = ?1 AND (?2 IS NULL OR key > ?2) \
                 ORDER BY key LIMIT ?3",
            )?;
            let rows = statement.query_map(params![named(store), after, PAGE + 1], |row| {
                row.get::<_, String>(0)
            })?;
            let mut keys = rows.collect::<Result<Vec<_>, _>>()?;
            let has_more = keys.len() > PAGE as usize;
            keys.truncate(PAGE as usize);
            let last = keys.last().filter(|_| has_more).cloned();
            Ok((keys, last))
        })
    }

    /// Adds to a value, which is a number as text in decimal digits.
    pub fn increment(&self, store: Option<&str>, key: &str, delta: i64) -> Result<i64, StoreError> {
        self.with(|connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let number = match read(&transaction, store, key)? {
                None => 0,
                Some(value) => {
                    let text = std::str::from_utf8(&value).ok();
                    let number = text.and_then(|text| text.parse::<i64>().ok());
                    let key = key.to_owned();
                    number.ok_or(StoreError::NoNumber { key })?
                }
            };
            let sum = number.checked_add(delta).ok_or(StoreError::TooLarge)?;
            write(&transaction, store, key, sum.to_string().as_bytes())?;
            transaction.commit()?;
            Ok(sum)
        })
    }
}

fn named(store: Option<&str>) -> &str {
    store.filter(|name| !name.is_empty()).unwrap_or(DEFAULT)
}

fn read(
    connection: &Connection,
    store: Option<&str>,
    key: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT value FROM entries WHERE store = ?1 AND key = ?2";
    let found = connection.query_row(sql, params![named(store), key], |row| row.get(0));
    Ok(found.optional()?)
}

fn write(
    connection: &Connection,
    store: Option<&str>,
    key: &str,
    value: &[u8],
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO entries (store, key, value) VALUES (?1, ?2, ?3)";
    connection.execute(sql, params![named(store), key, value])?;
    Ok(())
}

/// Refuses databases of other programs and versions. It changes nothing.
fn identify(connection: &Connection) -> Result<(), StoreError> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let tables = "SELECT count(*) FROM sqlite_schema";
    let is_empty = connection.query_row(tables, [], |row| row.get::<_, i64>(0))? == 0;
    match (number("application_id")?, number("user_version")?) {
        _ if is_empty => Ok(()),
        (APPLICATION, VERSION) => Ok(()),
        (APPLICATION, _) => Err(StoreError::Version),
        _ => Err(StoreError::NotStorage),
    }
}

/// Sets the maximum size, and creates the table if it is missing.
fn prepare(connection: &Connection, max_bytes: u64) -> Result<(), StoreError> {
    // It changes nothing if the file is larger already.
    let pages = i64::try_from((max_bytes / PAGE_BYTES).max(8)).unwrap_or(i64::MAX);
    connection.pragma_update(None, "max_page_count", pages)?;
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE;
         PRAGMA application_id = {APPLICATION};
         PRAGMA user_version = {VERSION};
         CREATE TABLE IF NOT EXISTS entries (
             store TEXT NOT NULL,
             key TEXT NOT NULL,
             value BLOB NOT NULL,
             PRIMARY KEY (store, key)
         ) WITHOUT ROWID;
         COMMIT;"
    ))?;
    Ok(())
}

/// Whether a file ends within a page, which SQLite tolerates. With a log, that is a write which was
/// interrupted, and the log has the page.
fn is_cut(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    !size.is_multiple_of(PAGE_BYTES) && !Path::new(&log).exists()
}

/// Reads the whole database and looks for damage.
fn is_damaged(connection: &Connection) -> Result<bool, StoreError> {
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?;
    // This is the interface: the pragma returns this word if it finds nothing.
    Ok(found != "ok")
}

#[cfg(test)]
mod tests;
