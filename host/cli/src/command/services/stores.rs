//! Key-value storage, in a file or in memory.

use std::ops::Bound;
use std::path::Path;
use std::sync::OnceLock;

use redb::backends::InMemoryBackend;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, TableError};

/// The number of keys in a page.
const PAGE: usize = 1000;

/// The name of the default store.
const DEFAULT: &str = "default";

/// The stores of a program, each with a table of its own. A database in memory is created when it
/// is first used.
pub struct Stores(OnceLock<Database>);

/// An error of the key-value storage.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened.
    #[error("{0}")]
    Open(#[from] redb::DatabaseError),
    /// An operation of the database failed.
    #[error("key-value storage failed: {0}")]
    Fails(Box<redb::Error>),
    /// The value to increment is not a number.
    #[error("cannot increment {key:?}: its value is not a whole number in decimal digits")]
    NoNumber {
        /// The key of the value.
        key: String,
    },
    /// The sum exceeds 64 bits.
    #[error("cannot increment: the sum exceeds 64 bits")]
    TooLarge,
    /// The sum is not a safe integer of JavaScript.
    #[error("the sum is stored, but {sum} is too large for an exact JavaScript number")]
    Inexact {
        /// The sum, which is the value now.
        sum: i64,
    },
}

macro_rules! fails {
    ($($error:ident)*) => {
        $(impl From<redb::$error> for StoreError {
            fn from(error: redb::$error) -> Self {
                StoreError::Fails(Box::new(error.into()))
            }
        })*
    };
}
fails! { TransactionError TableError StorageError CommitError }

/// Keys, and the last of them if there are more.
type Listed = (Vec<String>, Option<String>);

impl Stores {
    /// Stores in memory, which last as long as the process.
    pub fn in_memory() -> Self {
        Stores(OnceLock::new())
    }

    /// Opens stores in a file. No other process can use the file meanwhile.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Stores(Database::create(path)?.into()))
    }

    fn database(&self) -> Result<&Database, StoreError> {
        if let Some(database) = self.0.get() {
            return Ok(database);
        }
        let backend = InMemoryBackend::new();
        let made = Database::builder().create_with_backend(backend)?;
        Ok(self.0.get_or_init(|| made))
    }

    pub fn get(&self, store: Option<&str>, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let read = self.database()?.begin_read()?;
        let table = match read.open_table(table(store)) {
            // Nothing was written to this store yet.
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            table => table?,
        };
        Ok(table.get(key)?.map(|value| value.value().to_vec()))
    }

    pub fn set(&self, store: Option<&str>, key: &str, value: &[u8]) -> Result<(), StoreError> {
        let write = self.database()?.begin_write()?;
        write.open_table(table(store))?.insert(key, value)?;
        Ok(write.commit()?)
    }

    pub fn delete(&self, store: Option<&str>, key: &str) -> Result<(), StoreError> {
        let write = self.database()?.begin_write()?;
        write.open_table(table(store))?.remove(key)?;
        Ok(write.commit()?)
    }

    /// Lists a page of keys, from the one after `after`.
    pub fn list(&self, store: Option<&str>, after: Option<&str>) -> Result<Listed, StoreError> {
        let read = self.database()?.begin_read()?;
        let table = match read.open_table(table(store)) {
            Err(TableError::TableDoesNotExist(_)) => return Ok((Vec::new(), None)),
            table => table?,
        };
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut keys = Vec::new();
        for entry in table.range::<&str>((start, Bound::Unbounded))? {
            if keys.len() == PAGE {
                let last = keys.last().cloned();
                return Ok((keys, last));
            }
            keys.push(entry?.0.value().to_owned());
        }
        Ok((keys, None))
    }

    /// Adds to a value, which is a number as text in decimal digits.
    pub fn increment(&self, store: Option<&str>, key: &str, delta: i64) -> Result<i64, StoreError> {
        let write = self.database()?.begin_write()?;
        let sum = {
            let mut table = write.open_table(table(store))?;
            let number = match table.get(key)? {
                None => 0,
                Some(value) => {
                    let text = std::str::from_utf8(value.value()).ok();
                    let number = text.and_then(|text| text.parse::<i64>().ok());
                    let key = key.to_owned();
                    number.ok_or(StoreError::NoNumber { key })?
                }
            };
            let sum = number.checked_add(delta).ok_or(StoreError::TooLarge)?;
            table.insert(key, sum.to_string().as_bytes())?;
            sum
        };
        write.commit()?;
        Ok(sum)
    }
}

fn table(store: Option<&str>) -> TableDefinition<'_, &'static str, &'static [u8]> {
    match store {
        Some(name) if !name.is_empty() => TableDefinition::new(name),
        _ => TableDefinition::new(DEFAULT),
    }
}
