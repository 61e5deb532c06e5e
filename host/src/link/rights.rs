//! What a linked component may do.

use std::path::{Path, PathBuf};

use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use super::error::LinkError;

/// What a linked component may do, beside computing and reading clocks and random numbers: nothing,
/// unless it is allowed here.
///
/// ```
/// let rights = jsvm::link::LinkRights::new()
///     .env("LANG", "en")
///     .memory(64 << 20);
/// # let _ = rights;
/// ```
#[derive(Clone, Debug)]
pub struct LinkRights {
    folders: Vec<Folder>,
    env: Vec<(String, String)>,
    stdio: bool,
    network: bool,
    pub(crate) memory: u64,
}

#[derive(Clone, Debug)]
struct Folder {
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
        }
    }
}

impl LinkRights {
    /// No rights.
    pub fn new() -> Self {
        Self::default()
    }

    /// It may read what is in a folder, which it sees as `guest`.
    #[must_use]
    pub fn read_folder(self, host: impl AsRef<Path>, guest: impl Into<String>) -> Self {
        self.folder(host.as_ref(), guest.into(), false)
    }

    /// It may read and write what is in a folder, which it sees as `guest`.
    #[must_use]
    pub fn write_folder(self, host: impl AsRef<Path>, guest: impl Into<String>) -> Self {
        self.folder(host.as_ref(), guest.into(), true)
    }

    fn folder(mut self, host: &Path, guest: String, write: bool) -> Self {
        self.folders.push(Folder {
            host: host.to_owned(),
            guest,
            write,
        });
        self
    }

    /// It sees an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// It may use standard input, output and error of this process. Otherwise what it reads there is
    /// empty, and what it writes is dropped.
    #[must_use]
    pub fn stdio(mut self) -> Self {
        self.stdio = true;
        self
    }

    /// It may look up names and open connections to anywhere.
    #[must_use]
    pub fn network(mut self) -> Self {
        self.network = true;
        self
    }

    /// Bytes that all of its memories may have together in one VM, 512 MiB by default.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Puts them into a context of WASI.
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
