//! Reads files for `node:fs`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use jsvm::{Bytes, HostError, NativeModule};

use super::error::system;
use crate::command::permissions::Permissions;

/// The maximum size of a file that is read: a larger one does not fit into a VM.
const MAX_FILE: u64 = 1 << 30;

/// Creates the module `jsvm:fs`: functions of a path, each also as one that returns a promise.
/// `fs.js` builds the functions of Node.js from them.
pub fn module(permissions: &Arc<Permissions>) -> NativeModule {
    let mut module = NativeModule::new();
    macro_rules! both {
        ($($name:literal $function:ident)*) => {$(
            let allowed = permissions.clone();
            module = module.function($name, move |path: String| $function(&allowed, &path));
            let allowed = permissions.clone();
            module = module.async_function(concat!($name, "Later"), move |path: String| {
                let allowed = allowed.clone();
                blocking(move || $function(&allowed, &path))
            });
        )*};
    }
    // Invalid sequences become U+FFFD, as in Node, and a byte order mark stays.
    module = module.function("decodeUtf8", |bytes: Bytes| {
        String::from_utf8_lossy(&bytes.0).into_owned()
    });
    both! { "read" read "list" list "stat" stat "linkStat" link_stat }
    module
}

/// Runs blocking work on another thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    tokio::task::spawn_blocking(work).await?
}

fn read(permissions: &Permissions, path: &str) -> Result<Bytes, HostError> {
    let real = permissions.read(path)?;
    let failed = |call: &'static str| move |error: io::Error| system(&error, call, path);
    let file = File::open(real).map_err(failed("open"))?;
    // One more byte shows that a file is too large, even if its length is not known.
    let mut bytes = Vec::new();
    let mut file = file.take(MAX_FILE + 1);
    file.read_to_end(&mut bytes).map_err(failed("read"))?;
    if bytes.len() as u64 > MAX_FILE {
        let error = io::Error::from(io::ErrorKind::FileTooLarge);
        return Err(system(&error, "read", path));
    }
    Ok(Bytes(bytes))
}

/// Names of files, and the kind of each.
type Entries = Vec<(String, String)>;

fn list(permissions: &Permissions, path: &str) -> Result<Entries, HostError> {
    let real = permissions.read(path)?;
    let failed = |error: io::Error| system(&error, "scandir", path);
    let mut names = Vec::new();
    for entry in fs::read_dir(real).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        names.push((name, kind_of(kind).to_owned()));
    }
    names.sort();
    Ok(names)
}

/// Kind, size, mode, and the times of access, change and creation, in milliseconds since 1970.
type Stat = (String, f64, u32, [f64; 3]);

fn stat(permissions: &Permissions, path: &str) -> Result<Stat, HostError> {
    let real = permissions.read(path)?;
    let data = fs::metadata(real).map_err(|error| system(&error, "stat", path))?;
    Ok(describe(&data))
}

/// Returns the data of a link itself, which needs the permission to read the link's folder.
fn link_stat(permissions: &Permissions, path: &str) -> Result<Stat, HostError> {
    let failed = |error: io::Error| system(&error, "lstat", path);
    let (Some(folder), Some(name)) = (Path::new(path).parent(), Path::new(path).file_name()) else {
        return stat(permissions, path);
    };
    let folder = match folder.to_str() {
        Some("") | None => ".",
        Some(folder) => folder,
    };
    let real = permissions.read(folder)?.join(name);
    Ok(describe(&fs::symlink_metadata(real).map_err(failed)?))
}

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

fn kind_of(kind: fs::FileType) -> &'static str {
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
