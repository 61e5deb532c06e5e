//! Freezing a session into a file.

use std::collections::BTreeMap;

use clap::Args;
use jsvm::snapshot::Compression;
use jsvm::{Error, SealKey, Snapshot, SnapshotError, Vm};

use super::Usage;
use super::session::Session;
use super::target::Target;

/// Why a program may not end the process that is to freeze it.
pub const NO_SNAPSHOT: &str = "process.exit would leave no snapshot: let the program end or wait";

/// How a snapshot is written
#[derive(Args)]
#[command(next_help_heading = "The snapshot")]
pub struct SaveOptions {
    /// Note something in the snapshot, for `jsvm inspect`; can be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = note, requires = "output")]
    meta: Vec<(String, String)>,

    /// Collect garbage first
    #[arg(long, requires = "output")]
    gc: bool,

    /// Compress harder: smaller, and slower to write
    #[arg(long, requires = "output")]
    small: bool,
}

impl SaveOptions {
    /// Freezes what the session's VM is now.
    pub fn save(
        &self,
        session: &Session,
        target: &Target,
        since: Option<&Snapshot>,
        metadata: &BTreeMap<String, String>,
        key: Option<&SealKey>,
    ) -> anyhow::Result<()> {
        if self.gc {
            session
                .enter(Vm::gc)
                .map_err(|error| session.failed(&error))?;
        }
        let mut snapshot = session.freeze(since)?;
        for (key, value) in metadata.iter().chain(self.meta.iter().map(|(k, v)| (k, v))) {
            snapshot = snapshot.with_metadata(key, value);
        }
        let mut encoder = snapshot.encode();
        if self.small {
            encoder = encoder.compression(Compression::Small);
        }
        if let Some(key) = key {
            encoder = encoder.seal(key);
        }
        target.write(|writer| {
            encoder.write_to(writer).map_err(|error| match error {
                SnapshotError::Io(error) => error.into(),
                error => Error::from(error).into(),
            })
        })
    }
}

fn note(text: &str) -> Result<(String, String), Usage> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Usage("not of the form KEY=VALUE".into())),
    }
}
