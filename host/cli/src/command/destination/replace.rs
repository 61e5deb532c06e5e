//! Replaces a file by a new one.
//!
//! The new file has no name before it is complete, where the system can do that: a process that is
//! killed leaves nothing behind. Elsewhere it has a temporary name. Its writer holds a lock on it,
//! so that the next writer can tell what a killed process left behind, and removes it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::anyhow;

/// The age at which a temporary file can be one that was left behind. A younger one may not have
/// its lock yet.
const MIN_AGE: Duration = Duration::from_secs(60);

/// The end of temporary names.
const SUFFIX: &str = ".tmp";

/// The hexadecimal digits in temporary names.
const DIGITS: usize = 16;

/// Replaces a file in a folder by what `write` writes. If anything fails, it is unchanged.
pub(super) fn replace(
    folder: &Path,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let name = path.file_name().ok_or_else(|| anyhow!("it has no name"))?;
    remove_left_behind(folder, name);
    if let Some(file) = unnamed::create(folder) {
        write_all(&file, path, write)?;
        return Ok(unnamed::link(&file, path, || temporary(folder, name))?);
    }
    let temporary = temporary(folder, name);
    let file = File::options()
        .write(true)
        .create_new(true)
        .open(&temporary)?;
    // A file system without locks has files that may be removed when they are old.
    let _ = file.lock();
    let written = write_all(&file, path, write);
    let done = written.and_then(|()| Ok(fs::rename(&temporary, path)?));
    if done.is_err() {
        // The first error matters more than a temporary file that is left over.
        let _ = fs::remove_file(&temporary);
    }
    done
}

/// Returns a name for a temporary file.
fn temporary(folder: &Path, name: &OsStr) -> PathBuf {
    let mut temporary = OsString::from(".");
    temporary.push(name);
    // Not the process id: it may be the same in two containers that share a folder.
    let number = RandomState::new().hash_one(());
    temporary.push(format!(".{number:016x}{SUFFIX}"));
    folder.join(temporary)
}

/// Whether a file is a temporary one for `name`.
fn is_temporary(file: &OsStr, name: &OsStr) -> bool {
    let digits = file
        .as_encoded_bytes()
        .strip_prefix(b".")
        .and_then(|rest| rest.strip_prefix(name.as_encoded_bytes()))
        .and_then(|rest| rest.strip_prefix(b"."))
        .and_then(|rest| rest.strip_suffix(SUFFIX.as_bytes()));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit))
}

/// Removes temporary files of the same name whose writers are gone. Failures do not matter here.
fn remove_left_behind(folder: &Path, name: &OsStr) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_temporary(&entry.file_name(), name)) {
        let path = entry.path();
        let is_old = |metadata: fs::Metadata| {
            let age = metadata.modified().ok()?.elapsed().ok()?;
            Some(metadata.is_file() && age >= MIN_AGE)
        };
        if entry.metadata().ok().and_then(is_old) != Some(true) {
            continue;
        }
        let file = File::options().write(true).open(&path);
        if file.is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn write_all(
    file: &File,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // The new file has the permissions of the old one.
    if let Ok(old) = fs::metadata(path) {
        file.set_permissions(old.permissions())?;
    }
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    writer
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    // The content must reach the disk before the new name does.
    file.sync_all()?;
    Ok(())
}

/// Files without a name, which Linux has.
#[cfg(all(target_os = "linux", not(jsvm_portable)))]
mod unnamed {
    use std::fs::{self, File};
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags};

    /// Creates a file, unless the file system has no such files.
    pub(super) fn create(folder: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        // As `File::options`: the system takes the bits of its mask away.
        let mode = Mode::from_raw_mode(0o666);
        let file = File::from(rustix::fs::open(folder, flags, mode).ok()?);
        // The name is given by way of this folder.
        Path::new("/proc/self/fd").is_dir().then_some(file)
    }

    /// Gives a file the name `path`, in place of the file that has it now.
    pub(super) fn link(
        file: &File,
        path: &Path,
        temporary: impl FnOnce() -> PathBuf,
    ) -> io::Result<()> {
        let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
        let link = |to: &Path| {
            rustix::fs::linkat(CWD, &*unnamed, CWD, to, AtFlags::SYMLINK_FOLLOW)
                .map_err(io::Error::from)
        };
        match link(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            done => return done,
        }
        // A link cannot replace a file. Between these two calls, the file has a temporary name.
        let temporary = temporary();
        link(&temporary)?;
        let done = fs::rename(&temporary, path);
        if done.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        done
    }
}

#[cfg(not(all(target_os = "linux", not(jsvm_portable))))]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::path::{Path, PathBuf};

    pub(super) fn create(_: &Path) -> Option<File> {
        None
    }

    pub(super) fn link(_: &File, _: &Path, _: impl FnOnce() -> PathBuf) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_but_the_file_is_there_while_it_is_written_and_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        for content in ["first", "second"] {
            let before = names(folder.path());
            replace(folder.path(), &path, |writer| {
                writer.write_all(content.as_bytes())?;
                writer.flush()?;
                if cfg!(all(target_os = "linux", not(jsvm_portable))) {
                    assert_eq!(names(folder.path()), before);
                }
                Ok(())
            })
            .unwrap();
            assert_eq!(text(&path), content);
            assert_eq!(names(folder.path()), ["out"]);
        }
        let failed = replace(folder.path(), &path, |writer| {
            writer.write_all(b"half")?;
            anyhow::bail!("the disk is full")
        });
        assert!(failed.is_err());
        assert_eq!(text(&path), "second");
        assert_eq!(names(folder.path()), ["out"]);
    }

    #[test]
    fn what_a_killed_process_left_behind_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::now() - 2 * MIN_AGE;
        let put = |name: &str, modified| {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(modified).unwrap();
            file
        };
        put(".out.0123456789abcdef.tmp", old);
        put(".out.00000000000000ff.tmp", std::time::SystemTime::now());
        let locked = put(".out.1111111111111111.tmp", old);
        locked.lock().unwrap();
        put(".out.x.tmp", old);
        put(".other.0123456789abcdef.tmp", old);
        let path = folder.path().join("out");
        replace(folder.path(), &path, |_| Ok(())).unwrap();
        assert_eq!(
            names(folder.path()),
            [
                ".other.0123456789abcdef.tmp",
                ".out.00000000000000ff.tmp",
                ".out.1111111111111111.tmp",
                ".out.x.tmp",
                "out"
            ]
        );
    }
}
