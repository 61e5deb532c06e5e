//! Operations on paths. Each is done in the opened folder of its path, which has no links in it, so
//! a link that takes the place of a folder after the check makes it fail.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::arguments::Args;
use super::open::open_at;
use super::{Done, Failure, FileCalls, data};
use crate::command::builtin::nofollow::parent;
use crate::command::permissions::Access;

/// The flag of `copyFile` that refuses an existing file.
const COPY_EXCLUSIVE: u32 = 1;

/// How many names `mkdtemp` tries.
const MAX_ATTEMPTS: usize = 100;

/// The numbers that Node.js makes `Stats` of.
pub fn describe(stat: &Stat) -> [f64; 18] {
    // A file system that does not store the time of creation has that of the last change of its data.
    let (made, made_nanoseconds) = (stat.st_mtime, stat.st_mtime_nsec);
    [
        stat.st_dev as f64,
        f64::from(stat.st_mode),
        stat.st_nlink as f64,
        f64::from(stat.st_uid),
        f64::from(stat.st_gid),
        stat.st_rdev as f64,
        stat.st_blksize as f64,
        stat.st_ino as f64,
        stat.st_size as f64,
        stat.st_blocks as f64,
        stat.st_atime as f64,
        stat.st_atime_nsec as f64,
        stat.st_mtime as f64,
        stat.st_mtime_nsec as f64,
        stat.st_ctime as f64,
        stat.st_ctime_nsec as f64,
        made as f64,
        made_nanoseconds as f64,
    ]
}

/// The folder of a path without links, opened, and the name in it.
struct Place<'a> {
    folder: OwnedFd,
    name: &'a std::ffi::OsStr,
}

impl Place<'_> {
    fn of(real: &Path) -> io::Result<Place<'_>> {
        let (folder, name) = parent(real)?;
        Ok(Place { folder, name })
    }

    fn stat(&self) -> io::Result<Stat> {
        Ok(fs::statat(
            &self.folder,
            self.name,
            AtFlags::SYMLINK_NOFOLLOW,
        )?)
    }
}

impl FileCalls {
    pub(super) fn on_path(&self, operation: &str, args: &mut Args) -> Done {
        match operation {
            "access" => self.access(args),
            "readlink" => {
                let real = self.place(args, Access::Read)?;
                let at = Place::of(&real)?;
                let target = fs::readlinkat(&at.folder, at.name, Vec::new())?;
                data(&*target.to_string_lossy())
            }
            "mkdir" => {
                let real = self.place(args, Access::Write)?;
                let at = Place::of(&real)?;
                fs::mkdirat(&at.folder, at.name, args.mode()?)?;
                data(&())
            }
            "mkdirAll" => self.make_folders(args),
            "mkdtemp" => self.make_temporary(args),
            "rmdir" => self.remove(args, AtFlags::REMOVEDIR),
            "unlink" => self.remove(args, AtFlags::empty()),
            "rename" => {
                let from = self.place(args, Access::Write)?;
                let to = self.place(args, Access::Write)?;
                let (from, to) = (Place::of(&from)?, Place::of(&to)?);
                fs::renameat(&from.folder, from.name, &to.folder, to.name)?;
                data(&())
            }
            "link" => {
                let from = args.path()?;
                // Writing to the link writes to the file.
                self.permissions.check_place(&from, Access::Read)?;
                let from = self.permissions.check_place(&from, Access::Write)?;
                let to = self.place(args, Access::Write)?;
                let (from, to) = (Place::of(&from)?, Place::of(&to)?);
                fs::linkat(
                    &from.folder,
                    from.name,
                    &to.folder,
                    to.name,
                    AtFlags::empty(),
                )?;
                data(&())
            }
            "symlink" => self.symlink(args),
            "copyFile" => self.copy(args),
            "chmod" => {
                let real = self.permissions.check(&args.path()?, Access::Write)?;
                let mode = args.mode()?;
                let opened = open_at(&real, OFlags::RDONLY, Mode::empty());
                let opened = opened.or_else(|_| open_at(&real, OFlags::WRONLY, Mode::empty()));
                fs::fchmod(&opened?.0, mode)?;
                data(&())
            }
            "chown" | "lchown" => {
                let real = match operation {
                    "chown" => self.permissions.check(&args.path()?, Access::Write)?,
                    _ => self.place(args, Access::Write)?,
                };
                let (user, group) = args.owner()?;
                let at = Place::of(&real)?;
                fs::chownat(&at.folder, at.name, user, group, AtFlags::SYMLINK_NOFOLLOW)?;
                data(&())
            }
            "utimes" | "lutimes" => {
                let real = match operation {
                    "utimes" => self.permissions.check(&args.path()?, Access::Write)?,
                    _ => self.place(args, Access::Write)?,
                };
                let times = args.times()?;
                let at = Place::of(&real)?;
                fs::utimensat(&at.folder, at.name, &times, AtFlags::SYMLINK_NOFOLLOW)?;
                data(&())
            }
            other => Err(jsvm::HostError::type_error(format!("no operation {other}")).into()),
        }
    }

    /// Reads a path whose last part is not followed.
    fn place(&self, args: &mut Args, access: Access) -> Result<PathBuf, jsvm::HostError> {
        self.permissions.check_place(&args.path()?, access)
    }

    fn access(&self, args: &mut Args) -> Done {
        let path = args.path()?;
        let wanted = fs::Access::from_bits_truncate(args.number()? as u32 & 7);
        let mut real = self.permissions.read(&path)?;
        if wanted.contains(fs::Access::WRITE_OK) {
            real = self.permissions.check(&path, Access::Write)?;
        }
        let at = Place::of(&real)?;
        fs::accessat(&at.folder, at.name, wanted, AtFlags::empty())?;
        data(&())
    }

    /// Creates a folder, and those that it is in. Returns the first that was created.
    fn make_folders(&self, args: &mut Args) -> Done {
        let real = self.permissions.check(&args.path()?, Access::Write)?;
        let mode = args.mode()?;
        let mut first = None;
        let mut missing = vec![&*real];
        while let Some(folder) = missing.last().copied() {
            let made = Place::of(folder).and_then(|at| Ok(fs::mkdirat(&at.folder, at.name, mode)?));
            match made {
                Ok(()) => {
                    first.get_or_insert_with(|| folder.to_string_lossy().into_owned());
                    missing.pop();
                }
                Err(error) if error.kind() == ErrorKind::NotFound => match folder.parent() {
                    // Each folder is tried once on the way up.
                    Some(above) if first.is_none() => {
                        self.permissions
                            .check(&above.to_string_lossy(), Access::Write)?;
                        missing.push(above);
                    }
                    _ => return Err(error.into()),
                },
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    let stat = Place::of(folder)?.stat()?;
                    let is_folder = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
                    match (is_folder, missing.len()) {
                        (true, _) => missing.pop(),
                        (false, 1) => return Err(error.into()),
                        (false, _) => return Err(Errno::NOTDIR.into()),
                    };
                }
                Err(error) => return Err(error.into()),
            }
        }
        data(&first)
    }

    /// Creates a folder whose name begins with the path. Returns its path.
    fn make_temporary(&self, args: &mut Args) -> Done {
        const LETTERS: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let prefix = args.path()?;
        for _ in 0..MAX_ATTEMPTS {
            let mut random = [0; 6];
            getrandom::fill(&mut random).map_err(io::Error::from)?;
            let name = random.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            let path = format!("{prefix}{}", String::from_iter(name));
            let real = self.permissions.check_place(&path, Access::Write)?;
            let at = Place::of(&real)?;
            match fs::mkdirat(&at.folder, at.name, Mode::RWXU) {
                Ok(()) => return data(&path),
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Errno::EXIST.into())
    }

    fn remove(&self, args: &mut Args, flags: AtFlags) -> Done {
        let real = self.place(args, Access::Write)?;
        let at = Place::of(&real)?;
        fs::unlinkat(&at.folder, at.name, flags)?;
        data(&())
    }

    /// Creates a symbolic link. The program must have write access to the target, since other processes may follow the link.
    fn symlink(&self, args: &mut Args) -> Done {
        let target = args.path()?;
        let path = args.path()?;
        let real = self.permissions.check_place(&path, Access::Write)?;
        let from = real.parent().unwrap_or(&real).join(&target);
        self.permissions
            .check(&from.to_string_lossy(), Access::Write)?;
        let at = Place::of(&real)?;
        fs::symlinkat(&*target, &at.folder, at.name)?;
        data(&())
    }

    fn copy(&self, args: &mut Args) -> Done {
        let from = self.permissions.read(&args.path()?)?;
        let to = self.permissions.check(&args.path()?, Access::Write)?;
        let is_exclusive = args.number()? as u32 & COPY_EXCLUSIVE != 0;
        let (mut source, stat) = open_at(&from, OFlags::RDONLY, Mode::empty())?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            return Err(Errno::ISDIR.into());
        }
        let mode = Mode::from_raw_mode(stat.st_mode & 0o777);
        let mut flags = OFlags::WRONLY | OFlags::CREATE;
        flags.set(OFlags::EXCL, is_exclusive);
        let (mut target, old) = open_at(&to, flags, mode)?;
        if (old.st_dev, old.st_ino) == (stat.st_dev, stat.st_ino) {
            return data(&());
        }
        copy_content(&mut source, &mut target)?;
        data(&())
    }
}

fn copy_content(source: &mut File, target: &mut File) -> Result<(), Failure> {
    target.set_len(0)?;
    io::copy(source, target)?;
    Ok(())
}
