//! Which files are stores, and how those of earlier versions are changed.

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::{SqliteStore, StoreError, failed};

/// Marks a file of SQLite as a store of flows: `flow` in ASCII.
const APPLICATION: i32 = 0x666c_6f77;

/// The changes from each schema to the next. The first is from an empty file.
const MIGRATIONS: [&str; 4] = [
    include_str!("../schema.sql"),
    include_str!("../schema2.sql"),
    include_str!("../schema3.sql"),
    include_str!("../schema4.sql"),
];

/// The newest schema.
const SCHEMA: i32 = MIGRATIONS.len() as i32;

/// The size up to which a file is read completely when it is opened, to find damage.
const CHECKED: u64 = 16 << 20;

impl SqliteStore {
    /// Refuses databases of other programs and versions, and damaged ones.
    pub(super) fn identify(&self) -> Result<(), StoreError> {
        let not_a_store = || StoreError::NotAStore {
            path: self.path.display().to_string(),
        };
        let number = |name: &str| {
            let value = self
                .connection
                .pragma_query_value(None, name, |row| row.get::<_, i32>(0));
            value.map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => not_a_store(),
                _ => failed(error),
            })
        };
        let (application, schema) = (number("application_id")?, number("user_version")?);
        let tables = "SELECT count(*) FROM sqlite_schema";
        let tables: i64 = self
            .connection
            .query_row(tables, [], |row| row.get(0))
            .map_err(failed)?;
        if tables == 0 && application == 0 {
            return Ok(());
        }
        if application != APPLICATION {
            return Err(not_a_store());
        }
        if schema > SCHEMA {
            return Err(StoreError::NewerSchema {
                found: schema,
                known: SCHEMA,
            });
        }
        let size = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        if size <= CHECKED {
            let found: String = self
                .connection
                .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
                .map_err(failed)?;
            if found != "ok" {
                return Err(StoreError::Damaged(found));
            }
        }
        Ok(())
    }

    pub(super) fn migrate(&mut self) -> Result<(), StoreError> {
        let schema = |connection: &Connection| {
            connection
                .pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0))
                .map_err(failed)
        };
        if schema(&self.connection)? == SCHEMA {
            return Ok(());
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        // Another process may have done it meanwhile.
        let known = usize::try_from(schema(&transaction)?).unwrap_or(0);
        for migration in MIGRATIONS.iter().skip(known) {
            transaction.execute_batch(migration).map_err(failed)?;
        }
        for (name, value) in [("application_id", APPLICATION), ("user_version", SCHEMA)] {
            transaction
                .pragma_update(None, name, value)
                .map_err(failed)?;
        }
        transaction.commit().map_err(failed)
    }
}
