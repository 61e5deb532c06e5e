//! The arguments of an operation, in order.

use jsvm::{Data, HostError};
use serde::de::DeserializeOwned;

/// The arguments of an operation.
pub struct Args {
    all: Vec<Data>,
    next: usize,
    /// The paths that were read, for errors.
    paths: Vec<String>,
}

impl Args {
    pub fn new(all: Vec<Data>) -> Args {
        Args {
            all,
            next: 0,
            paths: Vec::new(),
        }
    }

    /// Reads the next argument.
    pub fn next<T: DeserializeOwned>(&mut self) -> Result<T, HostError> {
        let index = self.next;
        self.next += 1;
        match self.all.get(index) {
            Some(value) => Ok(value.to()?),
            None => Err(HostError::type_error("an argument is missing")),
        }
    }

    pub fn number(&mut self) -> Result<f64, HostError> {
        self.next()
    }

    /// Reads the number at an index without going on; 0 if there is none.
    pub fn peek_number(&self, index: usize) -> f64 {
        let value = self.all.get(index).and_then(|value| value.to().ok());
        value.unwrap_or_default()
    }

    /// Reads a path.
    pub fn path(&mut self) -> Result<String, HostError> {
        let path: String = self.next()?;
        self.paths.push(path.clone());
        Ok(path)
    }

    /// The first two paths that were read.
    pub fn paths(&self) -> (&str, Option<&str>) {
        let path = self.paths.first().map_or("", String::as_str);
        (path, self.paths.get(1).map(String::as_str))
    }

    /// Reads the number of a handle.
    pub fn token(&mut self) -> Result<u64, HostError> {
        // A number that is not an integer names no handle.
        Ok(self.number()? as u64)
    }

    /// Reads an offset or a length.
    pub fn offset(&mut self) -> Result<u64, HostError> {
        Ok(self.number()? as u64)
    }
}

#[cfg(unix)]
mod unix {
    use jsvm::HostError;
    use rustix::fs::{Gid, Mode, Timespec, Timestamps, Uid};

    use super::Args;

    impl Args {
        /// Reads the permission bits of a file.
        pub fn mode(&mut self) -> Result<Mode, HostError> {
            let bits = self.number()? as i64 & 0o7777;
            Ok(Mode::from_raw_mode(bits as rustix::fs::RawMode))
        }

        /// Reads a user and a group. -1 keeps what is there.
        pub fn owner(&mut self) -> Result<(Option<Uid>, Option<Gid>), HostError> {
            let mut id = || -> Result<Option<u32>, HostError> {
                let number = self.number()?;
                Ok((number >= 0.0 && number < f64::from(u32::MAX)).then_some(number as u32))
            };
            Ok((id()?.map(Uid::from_raw), id()?.map(Gid::from_raw)))
        }

        /// Reads the times of access and change, in seconds since 1970.
        pub fn times(&mut self) -> Result<Timestamps, HostError> {
            let mut time = || -> Result<Timespec, HostError> {
                let seconds = self.number()?;
                let whole = seconds.floor();
                Ok(Timespec {
                    tv_sec: whole as i64,
                    tv_nsec: ((seconds - whole) * 1e6).round().min(999_999.0) as _,
                })
            };
            let mut timestamps = Timestamps {
                last_access: time()?,
                last_modification: time()?,
            };
            // Node.js has microseconds.
            timestamps.last_access.tv_nsec *= 1000;
            timestamps.last_modification.tv_nsec *= 1000;
            Ok(timestamps)
        }
    }
}
