//! Opens files by paths without symbolic links.
//!
//! A path is checked before it is opened, and in between a part of it can be replaced by a link.
//! These functions open one part after the other and refuse links, so the file is the one with the
//! checked path, or there is an error.

#[cfg(unix)]
pub use system::parent;
pub use system::{file, list, metadata};

/// Names of files, and the kind of each.
type Entries = Vec<(String, String)>;

/// Adds up the memory of entries, and fails if it is too much.
fn count(total: &mut u64, name: &str, max_bytes: u64) -> std::io::Result<()> {
    // With the allocations for the name and for the kind.
    *total += name.len() as u64 + 128;
    match *total > max_bytes {
        true => Err(std::io::ErrorKind::FileTooLarge.into()),
        false => Ok(()),
    }
}

#[cfg(unix)]
mod system {
    use std::ffi::OsStr;
    use std::fs::{File, Metadata};
    use std::io::{self, ErrorKind};
    use std::os::fd::OwnedFd;
    use std::path::{Component, Path};

    use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};

    use super::{Entries, count};

    /// Flags for a folder on the way, which need not be readable where the system knows that.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(COMMON);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const FOLDER: OFlags = OFlags::DIRECTORY.union(COMMON);

    const COMMON: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC);

    /// Opens a path for reading without waiting, as a FIFO would make it.
    const READ: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY).union(COMMON);

    /// Opens the folder of a path. Returns it with the last part, which is `.` for the root.
    pub fn parent(real: &Path) -> io::Result<(OwnedFd, &OsStr)> {
        // An empty path stays empty when it is resolved.
        if !real.has_root() {
            return Err(ErrorKind::NotFound.into());
        }
        let mut folder = openat(CWD, "/", FOLDER, Mode::empty())?;
        let mut parts = real.components().peekable();
        while let Some(part) = parts.next() {
            match part {
                Component::RootDir => {}
                Component::Normal(name) if parts.peek().is_none() => return Ok((folder, name)),
                Component::Normal(name) => {
                    folder = openat(&folder, name, FOLDER, Mode::empty())?;
                }
                _ => return Err(ErrorKind::InvalidInput.into()),
            }
        }
        Ok((folder, OsStr::new(".")))
    }

    /// Opens a regular file. Returns it with its size.
    pub fn file(real: &Path) -> io::Result<(File, u64)> {
        let (folder, name) = parent(real)?;
        // Opening a device can have effects, so its kind is looked at before. A link that has
        // replaced the file since the check is refused with everything else.
        let stat = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {}
            FileType::Directory => return Err(ErrorKind::IsADirectory.into()),
            _ => return Err(ErrorKind::Unsupported.into()),
        }
        let file = File::from(openat(&folder, name, READ, Mode::empty())?);
        let metadata = file.metadata()?;
        match metadata.is_file() {
            true => Ok((file, metadata.len())),
            false => Err(ErrorKind::Unsupported.into()),
        }
    }

    /// Lists a folder, as long as the entries take no more than `max_bytes`.
    pub fn list(real: &Path, max_bytes: u64) -> io::Result<Entries> {
        let (folder, name) = parent(real)?;
        let opened = openat(&folder, name, READ | OFlags::DIRECTORY, Mode::empty())?;
        let mut entries = Vec::new();
        let mut total = 0;
        for entry in Dir::new(opened)? {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let kind = match entry.file_type() {
                // Not every file system tells it.
                FileType::Unknown => {
                    let stat = statat(&folder_of(&folder, real)?, name, AtFlags::SYMLINK_NOFOLLOW)?;
                    FileType::from_raw_mode(stat.st_mode)
                }
                kind => kind,
            };
            let name = name.to_string_lossy().into_owned();
            count(&mut total, &name, max_bytes)?;
            entries.push((name, kind_of(kind).to_owned()));
        }
        Ok(entries)
    }

    /// Opens the folder of a path itself, below the folder that it is in.
    fn folder_of(parent: &OwnedFd, real: &Path) -> io::Result<OwnedFd> {
        let name = real.file_name().unwrap_or(OsStr::new("."));
        Ok(openat(parent, name, FOLDER, Mode::empty())?)
    }

    fn kind_of(kind: FileType) -> &'static str {
        match kind {
            FileType::RegularFile => "file",
            FileType::Directory => "directory",
            FileType::Symlink => "link",
            _ => "other",
        }
    }

    /// Returns the data of a file, folder or link.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn metadata(real: &Path) -> io::Result<Metadata> {
        let (folder, name) = parent(real)?;
        let flags = OFlags::PATH | COMMON;
        File::from(openat(&folder, name, flags, Mode::empty())?).metadata()
    }

    /// Returns the data of a file, folder or link. A folder that is replaced by a link meanwhile is
    /// noticed, unless it is put back at once.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub fn metadata(real: &Path) -> io::Result<Metadata> {
        let found = std::fs::symlink_metadata(real)?;
        parent(real)?;
        Ok(found)
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::{File, Metadata};
    use std::io::{self, ErrorKind};
    use std::path::Path;

    use super::{Entries, count};

    pub fn file(real: &Path) -> io::Result<(File, u64)> {
        let found = metadata(real)?;
        match (found.is_file(), found.is_dir()) {
            (true, _) => Ok((File::open(real)?, found.len())),
            (_, true) => Err(ErrorKind::IsADirectory.into()),
            _ => Err(ErrorKind::Unsupported.into()),
        }
    }

    pub fn list(real: &Path, max_bytes: u64) -> io::Result<Entries> {
        let mut entries = Vec::new();
        let mut total = 0;
        for entry in std::fs::read_dir(real)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            count(&mut total, &name, max_bytes)?;
            entries.push((name, super::super::fs::kind_of(kind).to_owned()));
        }
        Ok(entries)
    }

    pub fn metadata(real: &Path) -> io::Result<Metadata> {
        std::fs::symlink_metadata(real)
    }
}
