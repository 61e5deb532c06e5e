//! Freezing a session into a file.

use std::collections::BTreeMap;

use clap::Args;
use jsvm::snapshot::Compression;
use jsvm::{Error, SealKey, Snapshot, SnapshotError};

use super::destination::Target;
use super::session::Session;
use super::usage::Usage;

/// The message of the error that `process.exit` throws in a program that is to be frozen.
pub const NO_SNAPSHOT: &str =
    "cannot call process.exit here: it would leave no snapshot. Let the program end or wait";

/// Options of writing a snapshot.
#[derive(Args)]
#[command(next_help_heading = "The snapshot")]
pub struct SaveOptions {
    /// Store a note in the snapshot, for `jsvm inspect`; can be repeated
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
    /// Freezes the session's VM and writes the snapshot.
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
                .enter(|vm| vm.heap().collect_garbage())
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
                SnapshotError::Io(error) => std::io::Error::new(error.kind(), error).into(),
                error => Error::from(error).into(),
            })
        })
    }
}

fn note(text: &str) -> Result<(String, String), Usage> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Usage("expected KEY=VALUE".into())),
    }
}
