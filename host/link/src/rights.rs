//! The rights of a linked component.

use std::path::{Path, PathBuf};

use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use super::error::LinkError;

/// The rights of a linked component. Without any, it can compute and read clocks and random
/// numbers, and nothing else.
///
/// ```
/// let rights = jsvm_link::LinkRights::new()
///     .env("LANG", "en")
///     .memory(64 << 20);
/// # let _ = rights;
/// ```
#[derive(Clone, Debug)]
pub struct LinkRights {
    folders: Vec<FolderRight>,
    env: Vec<(String, String)>,
    stdio: bool,
    network: bool,
    pub(crate) memory: u64,
    pub(crate) values: Option<u64>,
}

#[derive(Clone, Debug)]
struct FolderRight {
    host: PathBuf,
    guest: String,
    write: bool,
}

impl Default for LinkRights {
    fn default() -> Self {
        LinkRights {
            folders: Vec::new(),
            env: Vec::new(),
            stdio: false,
            network: false,
            memory: 512 << 20,
            values: None,
        }
    }
}

impl LinkRights {
    /// No rights.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the component read the content of a folder, which it sees as `guest`.
    #[must_use]
    pub fn read_folder(self, host: impl AsRef<Path>, guest: impl Into<String>) -> Self {
        self.folder(host.as_ref(), guest.into(), false)
    }

    /// Lets the component read and write the content of a folder, which it sees as `guest`.
    #[must_use]
    pub fn write_folder(self, host: impl AsRef<Path>, guest: impl Into<String>) -> Self {
        self.folder(host.as_ref(), guest.into(), true)
    }

    fn folder(mut self, host: &Path, guest: String, write: bool) -> Self {
        self.folders.push(FolderRight {
            host: host.to_owned(),
            guest,
            write,
        });
        self
    }

    /// Lets the component see an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Lets the component use standard input, output and error of this process. Otherwise its input
    /// is empty and its output is dropped.
    #[must_use]
    pub fn stdio(mut self) -> Self {
        self.stdio = true;
        self
    }

    /// Lets the component look up names and open connections to any host.
    #[must_use]
    pub fn network(mut self) -> Self {
        self.network = true;
        self
    }

    /// Sets the limit of all memories and tables of the component together, in bytes and for each
    /// VM; 512 MiB by default. An entry of a table counts as 8 bytes. Core instances count, too, with
    /// what the host keeps for each.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Sets how much memory of the host the arguments of a call may take, and how much its result,
    /// in bytes; by default as much as the heap of the VM ([`Limits::memory`](jsvm::Limits::memory)).
    ///
    /// An element of a list takes 40 bytes, except in the lists of numbers that
    /// `docs/guides/link.md` names. Larger arguments throw a `TypeError` before the component is
    /// called. A larger result throws an `Error`; 1 MiB is always allowed.
    #[must_use]
    pub fn value_memory(mut self, bytes: u64) -> Self {
        self.values = Some(bytes);
        self
    }

    /// Applies the rights to a WASI context.
    pub(crate) fn apply(&self, wasi: &mut WasiCtxBuilder) -> Result<(), LinkError> {
        wasi.envs(&self.env);
        if self.stdio {
            wasi.inherit_stdio();
        }
        if self.network {
            wasi.inherit_network()
                .allow_tcp(true)
                .allow_udp(true)
                .allow_ip_name_lookup(true);
        }
        for folder in &self.folders {
            let may = match folder.write {
                true => FsPerms::ReadWrite,
                false => FsPerms::ReadOnly,
            };
            wasi.preopened_dir(&folder.host, &folder.guest, may)
                .map_err(|error| LinkError::Folder {
                    path: folder.host.clone(),
                    source: match error.downcast::<std::io::Error>() {
                        Ok(error) => error,
                        Err(error) => std::io::Error::other(error.to_string()),
                    },
                })?;
        }
        Ok(())
    }
}
