//! Reads whole files for `node:fs`.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use jsvm::{Bytes, HostError, NativeModule};

use super::budget::ReadBudget;
use super::error::system;
use super::{blocking, nofollow};
use crate::command::permissions::Permissions;

/// The maximum size of a file that is read: a larger one does not fit into a VM.
const MAX_FILE: u64 = 1 << 30;

/// The files of a program.
struct Files {
    permissions: Arc<Permissions>,
    /// The maximum size of a file.
    max_file: u64,
    budget: Arc<ReadBudget>,
}

/// Creates the module `jsvm:fs`: functions of a path, each also as one that returns a promise.
/// `fs.js` builds the functions of Node.js from them.
///
/// Files that are read at the same time take no more memory than `memory` together.
pub fn module(permissions: &Arc<Permissions>, memory: u64) -> NativeModule {
    let mut module = NativeModule::new();
    let max_file = memory.min(MAX_FILE);
    let files = Arc::new(Files {
        permissions: permissions.clone(),
        max_file,
        budget: Arc::new(ReadBudget::new(max_file)),
    });
    macro_rules! both {
        ($($name:literal $function:ident)*) => {$(
            let given = files.clone();
            module = module.function($name, move |path: String| given.$function(&path));
            let given = files.clone();
            module = module.async_function(concat!($name, "Later"), move |path: String| {
                let files = given.clone();
                blocking(move || files.$function(&path))
            });
        )*};
    }
    // Invalid sequences become U+FFFD, as in Node, and a byte order mark stays.
    module = module.function("decodeUtf8", |bytes: Bytes| {
        String::from_utf8_lossy(&bytes.0).into_owned()
    });
    both! { "list" list "stat" stat "linkStat" link_stat }
    let given = files.clone();
    module = module.function("read", move |path: String| {
        let file = given.open(&path)?;
        file.read()
    });
    let module = super::files::add_to(module, permissions, &files.budget);
    module.async_function("readLater", move |path: String| {
        let files = files.clone();
        async move {
            let file = blocking({
                let files = files.clone();
                move || files.open(&path)
            });
            let file = file.await?;
            // Until the VM has the bytes, they take memory of the host.
            let _room = files.budget.acquire(file.size).await?;
            blocking(move || file.read()).await
        }
    })
}

/// A file that is going to be read.
struct OpenFile {
    file: fs::File,
    path: String,
    /// The maximum number of bytes that are read.
    size: u64,
    /// Whether the size is that of the file. Files of `/proc` do not tell it.
    is_known: bool,
}

impl OpenFile {
    fn read(self) -> Result<Bytes, HostError> {
        let failed = |error: io::Error| system(&error, "read", &self.path);
        // A vector that grows would have up to half of its memory free.
        let mut bytes = Vec::with_capacity(match self.is_known {
            true => usize::try_from(self.size).unwrap_or_default(),
            false => 0,
        });
        // One more byte shows that a file of unknown size is too large. A file that grows is read as
        // far as its size when it was opened.
        let limit = self.size + u64::from(!self.is_known);
        self.file
            .take(limit)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > self.size {
            return Err(failed(io::ErrorKind::FileTooLarge.into()));
        }
        Ok(Bytes(bytes))
    }
}

/// Names of files, and the kind of each.
type Entries = Vec<(String, String)>;

impl Files {
    /// Opens a regular file that is not too large.
    fn open(&self, path: &str) -> Result<OpenFile, HostError> {
        let real = self.permissions.read(path)?;
        let file = nofollow::file(&real);
        let (file, size) = file.map_err(|error| match error.kind() {
            // Node.js opens folders and fails to read them.
            io::ErrorKind::IsADirectory => system(&error, "read", path),
            _ => system(&error, "open", path),
        })?;
        if size > self.max_file {
            return Err(system(&io::ErrorKind::FileTooLarge.into(), "read", path));
        }
        Ok(OpenFile {
            file,
            path: path.to_owned(),
            size: if size == 0 { self.max_file } else { size },
            is_known: size != 0,
        })
    }

    fn list(&self, path: &str) -> Result<Entries, HostError> {
        let real = self.permissions.read(path)?;
        let listed = nofollow::list(&real, self.max_file);
        let mut names = listed.map_err(|error| system(&error, "scandir", path))?;
        names.sort();
        Ok(names)
    }

    fn stat(&self, path: &str) -> Result<Stat, HostError> {
        let real = self.permissions.read(path)?;
        let data = nofollow::metadata(&real).map_err(|error| system(&error, "stat", path))?;
        Ok(describe(&data))
    }

    /// Returns the data of a link itself, which needs the permission to read the link's folder.
    fn link_stat(&self, path: &str) -> Result<Stat, HostError> {
        let failed = |error: io::Error| system(&error, "lstat", path);
        let (Some(folder), Some(name)) = (Path::new(path).parent(), Path::new(path).file_name())
        else {
            return self.stat(path);
        };
        let folder = match folder.to_str() {
            Some("") | None => ".",
            Some(folder) => folder,
        };
        let real = self.permissions.read(folder)?.join(name);
        Ok(describe(&nofollow::metadata(&real).map_err(failed)?))
    }
}

/// Kind, size, mode, and the times of access, change and creation, in milliseconds since 1970.
type Stat = (String, f64, u32, [f64; 3]);

fn describe(data: &fs::Metadata) -> Stat {
    #[cfg(unix)]
    let mode = std::os::unix::fs::MetadataExt::mode(data);
    #[cfg(not(unix))]
    let mode = if data.permissions().readonly() {
        0o444
    } else {
        0o666
    };
    let milliseconds = |time: io::Result<std::time::SystemTime>| {
        // Not every file system stores all of them.
        let since = time
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        since.map_or(0.0, |since| since.as_secs_f64() * 1000.0)
    };
    let times = [data.accessed(), data.modified(), data.created()].map(milliseconds);
    let kind = kind_of(data.file_type()).to_owned();
    (kind, data.len() as f64, mode, times)
}

pub fn kind_of(kind: fs::FileType) -> &'static str {
    if kind.is_file() {
        "file"
    } else if kind.is_dir() {
        "directory"
    } else if kind.is_symlink() {
        "link"
    } else {
        "other"
    }
}
