//! The open files of a program.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The maximum number of open files.
const MAX_HANDLES: usize = 1000;

/// Open files by their numbers. The numbers are random, so a VM that was frozen in another process has
/// none of this one, and no VM guesses that of another.
#[derive(Default)]
pub struct Handles(Mutex<Table>);

#[derive(Default)]
struct Table {
    open: HashMap<u64, Handle>,
    /// The numbers of those that only read, the oldest first.
    readers: VecDeque<u64>,
}

struct Handle {
    file: Arc<File>,
    is_writable: bool,
}

impl Handles {
    /// Adds a file. If there are too many, the oldest handle that only reads is closed: the VM opens it
    /// again when it needs it.
    pub fn insert(&self, file: File, is_writable: bool) -> io::Result<u64> {
        let mut table = self.table();
        while table.open.len() >= MAX_HANDLES {
            let Some(oldest) = table.readers.pop_front() else {
                return Err(too_many());
            };
            table.open.remove(&oldest);
        }
        // JavaScript has whole numbers of so many bits.
        let token = getrandom::u64()? >> 11;
        if !is_writable {
            table.readers.push_back(token);
        }
        let file = Arc::new(file);
        table.open.insert(token, Handle { file, is_writable });
        Ok(token)
    }

    /// Finds a file. Its number may be of another process.
    pub fn get(&self, token: u64) -> io::Result<Arc<File>> {
        let table = self.table();
        let found = table.open.get(&token).map(|handle| handle.file.clone());
        found.ok_or_else(|| ErrorKind::StaleNetworkFileHandle.into())
    }

    /// Finds a file that was opened for writing.
    pub fn get_writable(&self, token: u64) -> io::Result<Arc<File>> {
        match self.table().open.get(&token) {
            Some(handle) if handle.is_writable => Ok(handle.file.clone()),
            Some(_) => Err(ErrorKind::PermissionDenied.into()),
            None => Err(ErrorKind::StaleNetworkFileHandle.into()),
        }
    }

    pub fn close(&self, token: u64) -> io::Result<()> {
        let mut table = self.table();
        let closed = table.open.remove(&token);
        if closed.as_ref().is_some_and(|handle| !handle.is_writable) {
            table.readers.retain(|reader| *reader != token);
        }
        match closed {
            Some(_) => Ok(()),
            None => Err(ErrorKind::StaleNetworkFileHandle.into()),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_many() -> io::Error {
    #[cfg(unix)]
    return rustix::io::Errno::MFILE.into();
    #[cfg(not(unix))]
    ErrorKind::QuotaExceeded.into()
}
