//! Errors of the key-value storage.

use rusqlite::ErrorCode;

/// An error of the key-value storage.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is a database of another program, or no database at all.
    #[error(
        "the file is not a key-value storage of jsvm, or it is damaged. Name another file, or move \
         this one away to start with an empty storage"
    )]
    NotStorage,
    /// The tables are those of another version.
    #[error("another version of jsvm wrote the file. Use that version, or name another file")]
    Version,
    /// The file is damaged.
    #[error(
        "the file is damaged. Restore it from a backup, or move it away to start with an empty storage"
    )]
    Damaged,
    /// Another process uses the file.
    #[error("another process uses the file. Stop that process, or name another file")]
    InUse,
    /// The file cannot be opened.
    #[error("cannot open the file. Check that its folder exists, and the permissions of both")]
    CannotOpen,
    /// The file cannot be written.
    #[error("cannot write the file: it is read-only")]
    ReadOnly,
    /// There is no room for the value.
    #[error(
        "the key-value storage is full: the disk has no room, or the limit --keyvalue-size is reached"
    )]
    Full,
    /// The system failed to read or write.
    #[error("the key-value storage cannot be read or written: {0}")]
    Io(rusqlite::Error),
    /// A value is too large for the database.
    #[error("the value is too large for the key-value storage")]
    ValueTooLarge,
    /// Any other failure of the database.
    #[error("key-value storage failed: {0}")]
    Failed(rusqlite::Error),
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

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // A column of another type than the one that is written: somebody changed the bytes.
        if matches!(
            error,
            rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..)
        ) {
            return StoreError::Damaged;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => StoreError::NotStorage,
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::InUse,
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError::CannotOpen,
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly,
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::SystemIoFailure) => StoreError::Io(error),
            Some(ErrorCode::TooBig) => StoreError::ValueTooLarge,
            _ => StoreError::Failed(error),
        }
    }
}
