//! A store in one file of SQLite.

mod apply;
mod files;
mod lanes;
mod read;
mod schedules;
mod schema;

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::{Change, DueFlow, Posted, Store, StoreError};
use crate::model::{
    FlowId, FlowRow, ProgramId, Status, StoredFlow, StoredProgram, StoredSchedule, StoredSignal,
    WallTime,
};
use files::FileFolder;

/// How long an operation waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// A [`Store`] in one file. Several processes can use it; one of them is the worker.
///
/// A commit is on disk when it returns. Beside the file are a log of SQLite and a file that the worker
/// locks, so that the next worker goes on at once when a worker is killed.
///
/// ```
/// use jsvm_flow::{SqliteStore, Store};
/// let folder = tempfile::tempdir()?;
/// let mut store = SqliteStore::open(folder.path().join("flows.db"))?;
/// store.own()?;
/// assert!(store.list(None, 10)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    files: FileFolder,
    /// Locked while this process is the worker.
    owner: Option<File>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .field("owned", &self.owner.is_some())
            .finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens a store, which is created if there is none.
    ///
    /// # Errors
    /// [`StoreError::NotAStore`], [`StoreError::NewerSchema`], [`StoreError::Damaged`],
    /// [`StoreError::Open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let cannot = |reason: String| StoreError::Open {
            path: path.display().to_string(),
            reason,
        };
        // SQLite gives a meaning to some names, such as `:memory:`. An absolute path is none.
        let full = std::path::absolute(path).map_err(|error| cannot(error.to_string()))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(&full, flags).map_err(|error| cannot(error.to_string()))?;
        let mut store = SqliteStore {
            connection,
            files: FileFolder::of(&full),
            path: full.clone(),
            owner: None,
        };
        store.connection.busy_timeout(PATIENCE).map_err(failed)?;
        store.connection.set_prepared_statement_cache_capacity(64);
        store.identify()?;
        let pragma = |name: &str, value: &str| {
            let connection = &store.connection;
            connection.pragma_update(None, name, value).map_err(failed)
        };
        pragma("journal_mode", "WAL")?;
        // A commit is on disk when it returns.
        pragma("synchronous", "FULL")?;
        pragma("journal_size_limit", "4194304")?;
        // A row of the journal that is replaced gives up its file.
        pragma("recursive_triggers", "ON")?;
        store.migrate()?;
        // Under another name it is the same store, with the same worker and the same files.
        let real = full.canonicalize();
        store.path = real.map_err(|error| cannot(error.to_string()))?;
        store.files = FileFolder::of(&store.path);
        Ok(store)
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a copy of the store to a new file, while a worker runs its flows.
    ///
    /// # Errors
    /// [`StoreError::Failed`] if the file exists, and the errors of the disk.
    pub fn back_up(&self, to: impl AsRef<Path>) -> Result<(), StoreError> {
        let to = std::path::absolute(to).map_err(|error| StoreError::Failed(error.to_string()))?;
        self.connection
            .execute("VACUUM INTO ?1", [to.display().to_string()])
            .map_err(failed)?;
        self.files.copy_to(&to)
    }

    /// Sets whether a commit is on disk when it returns, as it is by default. Without it, commits take a fraction of
    /// the time. A killed process still loses nothing, but a power cut can lose the last commits: then what
    /// requests caused is done twice.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn set_synchronous(&mut self, is_synchronous: bool) -> Result<(), StoreError> {
        self.files.is_synchronous = is_synchronous;
        let value = if is_synchronous { "FULL" } else { "NORMAL" };
        self.connection
            .pragma_update(None, "synchronous", value)
            .map_err(failed)
    }

    /// Limits the size of the file, in pages of 4 KiB. A commit that needs more fails with
    /// [`StoreError::Full`] and changes nothing.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn limit_pages(&mut self, pages: u64) -> Result<(), StoreError> {
        let pages = signed(pages);
        self.connection
            .pragma_update(None, "max_page_count", pages)
            .map_err(failed)
    }

    /// Removes files that are needed no more.
    fn sweep(&self) -> Result<(), StoreError> {
        match self.files.sweep(&self.connection).map_err(failed) {
            // It is done later.
            Err(error) if error.is_transient() => Ok(()),
            result => result,
        }
    }

    fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let result = work(&transaction).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(result)
    }
}

impl Store for SqliteStore {
    fn own(&mut self) -> Result<(), StoreError> {
        if self.owner.is_some() {
            return Ok(());
        }
        let mut path = self.path.clone().into_os_string();
        path.push("-owner");
        let open = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = open.map_err(|error| StoreError::Open {
            path: Path::new(&path).display().to_string(),
            reason: error.to_string(),
        })?;
        match file.try_lock() {
            Ok(()) => {
                self.owner = Some(file);
                self.write(apply::claim)?;
                self.sweep()
            }
            Err(TryLockError::WouldBlock) => Err(StoreError::Owned {
                path: self.path.display().to_string(),
            }),
            Err(TryLockError::Error(error)) => Err(StoreError::Failed(error.to_string())),
        }
    }

    fn put_program(&mut self, program: &StoredProgram) -> Result<(), StoreError> {
        self.write(|connection| {
            connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO programs (id, name, engine, snapshot) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    program.id.as_bytes(),
                    program.name,
                    program.engine,
                    program.snapshot
                ])?;
            Ok(())
        })
    }

    fn program(&mut self, id: ProgramId) -> Result<Option<StoredProgram>, StoreError> {
        read::program(&self.connection, id).map_err(failed)
    }

    fn put_engine(&mut self, id: &[u8; 32], component: &[u8]) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute(
                "INSERT OR IGNORE INTO engines (id, component) VALUES (?1, ?2)",
                params![id, component],
            )?;
            Ok(())
        })
    }

    fn engine(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.connection
            .query_row("SELECT component FROM engines WHERE id = ?1", [id], |row| {
                row.get(0)
            })
            .optional()
            .map_err(failed)
    }

    fn key_proof(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        self.connection
            .query_row("SELECT sealed FROM key_proof", [], |row| row.get(0))
            .optional()
            .map_err(failed)
    }

    fn put_key_proof(&mut self, sealed: &[u8]) -> Result<(), StoreError> {
        self.write(|connection| {
            let sql = "INSERT OR REPLACE INTO key_proof (id, sealed) VALUES (1, ?1)";
            connection.execute(sql, [sealed]).map(drop)
        })
    }

    fn create(&mut self, row: &FlowRow) -> Result<bool, StoreError> {
        self.write(|connection| apply::insert(connection, row))
    }

    fn import(&mut self, flow: &StoredFlow, signals: &[StoredSignal]) -> Result<bool, StoreError> {
        let kept = flow.journal.iter();
        let kept: Vec<_> = kept
            .map(|entry| self.files.keep(&entry.inputs))
            .collect::<Result<_, _>>()?;
        self.write(|connection| apply::import(connection, flow, signals, &kept))
    }

    fn post(
        &mut self,
        flow: &FlowId,
        id: &str,
        name: &str,
        payload: &[u8],
    ) -> Result<Posted, StoreError> {
        self.write(|connection| apply::post(connection, flow, id, name, payload))
    }

    fn signals(&mut self, flow: &FlowId) -> Result<Vec<StoredSignal>, StoreError> {
        read::signals(&self.connection, flow).map_err(failed)
    }

    fn request_cancel(&mut self, flow: &FlowId) -> Result<bool, StoreError> {
        self.write(|connection| {
            let sql =
                "UPDATE flows SET cancel = 1, attention = 1 WHERE id = ?1 AND status = 'running'";
            Ok(connection.execute(sql, [flow.as_str()])? > 0)
        })
    }

    fn set_target(&mut self, flow: &FlowId, target: Option<ProgramId>) -> Result<bool, StoreError> {
        self.write(|connection| {
            let sql =
                "UPDATE flows SET target = ?2, refusal = NULL WHERE id = ?1 AND status = 'running'";
            let target = target.map(|target| *target.as_bytes());
            Ok(connection.execute(sql, params![flow.as_str(), target])? > 0)
        })
    }

    fn admit(&mut self) -> Result<u64, StoreError> {
        // Mostly none waits, and then nothing is written.
        if !lanes::are_held(&self.connection).map_err(failed)? {
            return Ok(0);
        }
        self.write(lanes::admit)
    }

    fn put_schedule(&mut self, schedule: &StoredSchedule) -> Result<(), StoreError> {
        self.write(|connection| schedules::put(connection, schedule))
    }

    fn remove_schedule(&mut self, name: &FlowId) -> Result<bool, StoreError> {
        self.write(|connection| schedules::remove(connection, name))
    }

    fn schedules(&mut self, due: Option<WallTime>) -> Result<Vec<StoredSchedule>, StoreError> {
        schedules::list(&self.connection, due).map_err(failed)
    }

    fn fire(
        &mut self,
        name: &FlowId,
        expected: WallTime,
        next: WallTime,
        flow: Option<&FlowRow>,
    ) -> Result<bool, StoreError> {
        self.write(|connection| schedules::fire(connection, name, expected, next, flow))
    }

    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        // The files are there before the rows that name them.
        let kept = changes.iter().map(|change| match change {
            Change::Begin { inputs, .. } => self.files.keep(inputs),
            _ => Ok(None),
        });
        let kept: Vec<_> = kept.collect::<Result<_, _>>()?;
        let are_some_kept = kept.iter().any(Option::is_some);
        self.write(|connection| {
            let mut changes = changes.iter().zip(kept);
            changes.try_for_each(|(change, file)| apply::change(connection, change, file))
        })?;
        // Where files are written, others become needless.
        if are_some_kept {
            self.sweep()?;
        }
        Ok(())
    }

    fn row(&mut self, flow: &FlowId) -> Result<Option<FlowRow>, StoreError> {
        Ok(read::row(&self.connection, flow)
            .map_err(failed)?
            .map(|(_, row)| row))
    }

    fn load(&mut self, flow: &FlowId) -> Result<Option<StoredFlow>, StoreError> {
        let Some((mut stored, files)) = read::load(&self.connection, flow).map_err(failed)? else {
            return Ok(None);
        };
        for (entry, file) in stored.journal.iter_mut().zip(files) {
            if let Some(digest) = file {
                self.files.read(flow, entry, &digest)?;
            }
        }
        Ok(Some(stored))
    }

    fn due(&mut self, now: WallTime, limit: usize) -> Result<Vec<DueFlow>, StoreError> {
        read::due(&self.connection, now, limit).map_err(failed)
    }

    fn ahead(&mut self, now: WallTime) -> Result<Vec<FlowId>, StoreError> {
        read::ahead(&self.connection, now).map_err(failed)
    }

    fn next_wake(&mut self) -> Result<Option<WallTime>, StoreError> {
        read::next_wake(&self.connection).map_err(failed)
    }

    fn list(&mut self, status: Option<Status>, limit: usize) -> Result<Vec<FlowRow>, StoreError> {
        read::list(&self.connection, status, limit).map_err(failed)
    }

    fn count(&mut self) -> Result<Vec<(Status, u64)>, StoreError> {
        read::count(&self.connection).map_err(failed)
    }

    fn logs(&mut self, flow: &FlowId, from: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        read::logs(&self.connection, flow, from).map_err(failed)
    }

    fn remove(&mut self, flow: &FlowId) -> Result<bool, StoreError> {
        self.write(|connection| apply::remove(connection, flow))
    }

    fn collect(&mut self, ended_before: WallTime) -> Result<u64, StoreError> {
        let removed = self.write(|connection| apply::collect(connection, ended_before))?;
        self.sweep()?;
        self.files
            .sweep_abandoned(&self.connection)
            .map_err(failed)?;
        Ok(removed)
    }
}

/// Tells an error of SQLite by its code.
fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Damaged(error.to_string())
        }
        _ => match error {
            rusqlite::Error::FromSqlConversionFailure(_, _, reason) => {
                StoreError::Damaged(reason.to_string())
            }
            // Its text has the whole statement.
            rusqlite::Error::SqlInputError { msg, .. } => StoreError::Failed(msg),
            rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => StoreError::Damaged(error.to_string()),
            error => StoreError::Failed(error.to_string()),
        },
    }
}

/// A number as SQLite has it.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
