//! The folder of a cache: files that nobody but its user can change.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{NativeCacheError, io_error};

/// A folder that was checked. On Unix it is kept open, so that it cannot be replaced by another one.
pub(super) struct Folder {
    path: PathBuf,
    #[cfg(unix)]
    handle: std::os::fd::OwnedFd,
}

impl Folder {
    /// Returns the path of a file, for messages.
    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file under another name, and then gives it its own.
    pub(super) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), NativeCacheError> {
        let unfinished = self.write_unfinished(name, bytes)?;
        self.rename(&unfinished, name)
            .map_err(io_error("write", &self.path_of(name)))
    }

    /// As [`replace`](Self::replace), unless there is a file of this name.
    pub(super) fn create(&self, name: &str, bytes: &[u8]) -> Result<(), NativeCacheError> {
        let unfinished = self.write_unfinished(name, bytes)?;
        let linked = self.link(&unfinished, name);
        // It has another name now, or is not needed.
        let _ = self.remove(&unfinished);
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(io_error("write", &self.path_of(name))(error))
            }
            _ => Ok(()),
        }
    }

    fn write_unfinished(&self, name: &str, bytes: &[u8]) -> Result<String, NativeCacheError> {
        let mut number = [0; 8];
        let path = self.path_of(name);
        getrandom::fill(&mut number)
            .map_err(std::io::Error::other)
            .map_err(io_error("write", &path))?;
        let unfinished = format!("{name}.{:016x}", u64::from_le_bytes(number));
        let written = self.create_new(&unfinished).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_data()
        });
        match written {
            Ok(()) => Ok(unfinished),
            Err(error) => {
                let _ = self.remove(&unfinished);
                Err(io_error("write", &path)(error))
            }
        }
    }
}

#[cfg(unix)]
mod system {
    use std::io;

    use rustix::fs::{AtFlags, Mode, OFlags, RawMode, Stat};
    use rustix::io::Errno;

    use super::{File, Folder, NativeCacheError, Path, io_error};

    const WRITABLE_BY_OTHERS: RawMode = 0o022;
    const USABLE_BY_OTHERS: RawMode = 0o077;

    impl Folder {
        pub(in super::super) fn open(path: &Path) -> Result<Self, NativeCacheError> {
            use std::os::unix::fs::DirBuilderExt;

            let mut builder = std::fs::DirBuilder::new();
            let made = builder.recursive(true).mode(0o700).create(path);
            made.map_err(io_error("make", path))?;
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let handle = rustix::fs::open(path, flags, Mode::empty())
                .map_err(|error| io_error("open", path)(error.into()))?;
            let stat =
                rustix::fs::fstat(&handle).map_err(|error| io_error("open", path)(error.into()))?;
            check(path, &stat, WRITABLE_BY_OTHERS)?;
            Ok(Folder {
                path: path.to_owned(),
                handle,
            })
        }

        /// Opens a file, or returns `None` if there is none.
        pub(in super::super) fn read(&self, name: &str) -> Result<Option<File>, NativeCacheError> {
            // A link or a pipe is none of ours.
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
                Ok(file) => Ok(Some(file.into())),
                Err(Errno::NOENT) => Ok(None),
                Err(error) => Err(io_error("open", &self.path_of(name))(error.into())),
            }
        }

        /// As [`read`](Self::read), of a file that nobody else may read.
        pub(in super::super) fn read_private(
            &self,
            name: &str,
        ) -> Result<Option<File>, NativeCacheError> {
            let Some(file) = self.read(name)? else {
                return Ok(None);
            };
            let path = self.path_of(name);
            let stat =
                rustix::fs::fstat(&file).map_err(|error| io_error("open", &path)(error.into()))?;
            check(&path, &stat, USABLE_BY_OTHERS)?;
            Ok(Some(file))
        }

        pub(super) fn create_new(&self, name: &str) -> io::Result<File> {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let file = rustix::fs::openat(&self.handle, name, flags, Mode::RUSR | Mode::WUSR)?;
            Ok(file.into())
        }

        pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
            Ok(rustix::fs::renameat(&self.handle, from, &self.handle, to)?)
        }

        pub(super) fn link(&self, from: &str, to: &str) -> io::Result<()> {
            let (handle, flags) = (&self.handle, AtFlags::empty());
            Ok(rustix::fs::linkat(handle, from, handle, to, flags)?)
        }

        pub(super) fn remove(&self, name: &str) -> io::Result<()> {
            Ok(rustix::fs::unlinkat(&self.handle, name, AtFlags::empty())?)
        }
    }

    /// Checks that a file or folder is the user's own, and that others have none of these rights.
    fn check(path: &Path, stat: &Stat, others: RawMode) -> Result<(), NativeCacheError> {
        let reason = if stat.st_uid != rustix::process::geteuid().as_raw() {
            "it belongs to another user. Name a folder of your own"
        } else if stat.st_mode & others != 0 {
            "other users have access to it. Remove their permissions with `chmod go-rwx`"
        } else {
            return Ok(());
        };
        Err(NativeCacheError::Insecure {
            path: path.to_owned(),
            reason,
        })
    }
}

#[cfg(not(unix))]
mod system {
    use std::{fs, io};

    use super::{File, Folder, NativeCacheError, Path, io_error};

    impl Folder {
        pub(in super::super) fn open(path: &Path) -> Result<Self, NativeCacheError> {
            fs::create_dir_all(path).map_err(io_error("make", path))?;
            Ok(Folder {
                path: path.to_owned(),
            })
        }

        /// Opens a file, or returns `None` if there is none.
        pub(in super::super) fn read(&self, name: &str) -> Result<Option<File>, NativeCacheError> {
            let path = self.path_of(name);
            match File::open(&path) {
                Ok(file) => Ok(Some(file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(io_error("open", &path)(error)),
            }
        }

        /// The folder is in a place that nobody else can read.
        pub(in super::super) fn read_private(
            &self,
            name: &str,
        ) -> Result<Option<File>, NativeCacheError> {
            self.read(name)
        }

        pub(super) fn create_new(&self, name: &str) -> io::Result<File> {
            File::create_new(self.path_of(name))
        }

        pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
            fs::rename(self.path_of(from), self.path_of(to))
        }

        pub(super) fn link(&self, from: &str, to: &str) -> io::Result<()> {
            fs::hard_link(self.path_of(from), self.path_of(to))
        }

        pub(super) fn remove(&self, name: &str) -> io::Result<()> {
            fs::remove_file(self.path_of(name))
        }
    }
}
