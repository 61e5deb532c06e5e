//! Opens a store and its key.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jsvm::SealKey;
use jsvm_flow::{Flows, SqliteStore};

use crate::command::key;
use crate::command::reason::reason;
use crate::command::usage::Usage;

/// The store of flows, and its key.
#[derive(Args)]
#[command(next_help_heading = "The store")]
pub struct StoreOption {
    /// The file with the flows
    #[arg(long, value_name = "FILE")]
    store: PathBuf,

    /// A file with the secret key that records are sealed with: 32 bytes, or 64 hexadecimal digits
    /// [default: FILE.key beside the store, which is created with it]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl StoreOption {
    /// Opens a store that is there.
    pub fn open(&self) -> anyhow::Result<Flows<SqliteStore>> {
        if !self.store.exists() {
            return Err(Usage(format!(
                "there is no store {}. `jsvm flow start` creates one",
                self.store.display()
            ))
            .into());
        }
        self.flows()
    }

    /// Opens a store, which is created if there is none.
    pub fn open_or_create(&self) -> anyhow::Result<Flows<SqliteStore>> {
        if !self.store.exists() && self.key_file.is_none() {
            create_key(&self.default_key())?;
        }
        self.flows()
    }

    fn flows(&self) -> anyhow::Result<Flows<SqliteStore>> {
        let file = match &self.key_file {
            Some(file) => file.clone(),
            None => self.default_key(),
        };
        let key = key::read(&file)?;
        Ok(Flows::new(SqliteStore::open(&self.store)?, &key)?)
    }

    fn default_key(&self) -> PathBuf {
        let mut name = self.store.clone().into_os_string();
        name.push(".key");
        name.into()
    }
}

/// Creates a key that nobody else can read. One that is there stays.
fn create_key(path: &Path) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let key = SealKey::generate()?;
    let digits: String = key
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let written = options.open(path).and_then(|mut file| {
        writeln!(file, "{digits}")?;
        file.sync_all()
    });
    match written {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(Usage(format!(
            "cannot write the key {}: {}",
            path.display(),
            reason(&error)
        ))
        .into()),
        _ => Ok(()),
    }
}
