//! Opens files for reading and writing.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use jsvm::HostError;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;

use super::arguments::Args;
use super::{Done, Failure, FileCalls, data};
use crate::command::builtin::nofollow::parent;
use crate::command::permissions::Access;

/// The flags of `fs.open`: the numbers of Linux, which programs get on every system.
mod linux {
    pub const WRONLY: u32 = 0o1;
    pub const RDWR: u32 = 0o2;
    pub const CREAT: u32 = 0o100;
    pub const EXCL: u32 = 0o200;
    pub const TRUNC: u32 = 0o1000;
    pub const APPEND: u32 = 0o2000;
    pub const DSYNC: u32 = 0o10000;
    pub const DIRECTORY: u32 = 0o200_000;
    pub const NOFOLLOW: u32 = 0o400_000;
    pub const SYNC: u32 = 0o4_010_000;
}

/// How a program opens a file.
struct Opening {
    flags: OFlags,
    reads: bool,
    writes: bool,
    follows: bool,
}

impl Opening {
    fn of(number: f64) -> Opening {
        let given = number as u32;
        let has = |flag: u32| given & flag == flag;
        let writes = has(linux::WRONLY) || has(linux::RDWR);
        let reads = !has(linux::WRONLY);
        let mut flags = match (reads, writes) {
            (_, false) => OFlags::RDONLY,
            (false, true) => OFlags::WRONLY,
            (true, true) => OFlags::RDWR,
        };
        let table = [
            (linux::CREAT, OFlags::CREATE),
            (linux::EXCL, OFlags::EXCL),
            (linux::TRUNC, OFlags::TRUNC),
            (linux::APPEND, OFlags::APPEND),
            (linux::DSYNC, OFlags::DSYNC),
            (linux::SYNC, OFlags::SYNC),
            (linux::DIRECTORY, OFlags::DIRECTORY),
        ];
        for (bit, flag) in table {
            flags.set(flag, has(bit));
        }
        Opening {
            reads,
            // These change the file, too.
            writes: writes || has(linux::CREAT) || has(linux::TRUNC),
            follows: !(has(linux::NOFOLLOW) || has(linux::CREAT) && has(linux::EXCL)),
            flags,
        }
    }
}

/// Identifies the content of a file, so that it can be opened again after a restore.
pub fn identity(stat: &Stat) -> String {
    format!(
        "{}:{}:{}:{}.{:09}",
        stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime, stat.st_mtime_nsec
    )
}

fn require_file_or_folder(kind: FileType) -> io::Result<()> {
    match kind {
        FileType::RegularFile | FileType::Directory => Ok(()),
        // It was a link only after the path was resolved.
        FileType::Symlink => Err(Errno::LOOP.into()),
        _ => Err(ErrorKind::Unsupported.into()),
    }
}

/// Opens a regular file or a folder at a path without links.
pub fn open_at(real: &Path, flags: OFlags, mode: Mode) -> io::Result<(File, Stat)> {
    let (folder, name) = parent(real)?;
    // Opening a device can have effects, so its kind is looked at before.
    match statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => require_file_or_folder(FileType::from_raw_mode(stat.st_mode))?,
        Err(Errno::NOENT) if flags.contains(OFlags::CREATE) => {}
        Err(error) => return Err(error.into()),
    }
    let safe = OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::from(openat(&folder, name, flags | safe, mode)?);
    let stat = fstat(&file)?;
    require_file_or_folder(FileType::from_raw_mode(stat.st_mode))?;
    Ok((file, stat))
}

impl FileCalls {
    /// `open(path, flags, mode)`: the number of a handle, and the identity of the file.
    pub(super) fn open(&self, args: &mut Args) -> Done {
        let path = args.path()?;
        let opening = Opening::of(args.number()?);
        let mode = args.mode()?;
        let (file, stat) = self.open_path(&path, &opening, mode)?;
        let token = self.handles.insert(file, opening.writes)?;
        data(&(token as f64, identity(&stat)))
    }

    /// `reopen(path, identity)`: a file that was open for reading in another process, if it is still the
    /// same.
    pub(super) fn reopen(&self, args: &mut Args) -> Done {
        let path = args.path()?;
        let expected: String = args.next()?;
        let stale = || io::Error::from(ErrorKind::StaleNetworkFileHandle);
        let opened = self.open_path(&path, &Opening::of(0.0), Mode::empty());
        let (file, stat) = opened.map_err(|failure| match failure {
            Failure::System(_) => stale().into(),
            other => other,
        })?;
        if identity(&stat) != expected {
            return Err(stale().into());
        }
        let token = self.handles.insert(file, false)?;
        data(&(token as f64, expected))
    }

    fn open_path(
        &self,
        path: &str,
        opening: &Opening,
        mode: Mode,
    ) -> Result<(File, Stat), Failure> {
        let check = |access| -> Result<_, HostError> {
            match opening.follows {
                true => self.permissions.check(path, access),
                false => self.permissions.check_place(path, access),
            }
        };
        let mut real = None;
        if opening.reads {
            real = Some(check(Access::Read)?);
        }
        if opening.writes {
            let place = check(Access::Write)?;
            // A link that changed between the checks leads elsewhere.
            if real.as_ref().is_some_and(|real| *real != place) {
                return Err(Errno::LOOP.into());
            }
            real = Some(place);
        }
        let real = real.unwrap_or_default();
        Ok(open_at(&real, opening.flags, mode)?)
    }
}
