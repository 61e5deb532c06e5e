//! The key that snapshots are sealed with.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use jsvm::SealKey;

use super::reason::reason;
use super::usage::Usage;

/// More bytes than any key has, so that a file without an end, such as a device, is not read for
/// ever.
const MAX_KEY_FILE: u64 = 256;

#[derive(Args)]
pub struct KeyOption {
    /// A file with the secret key of sealed snapshots: 32 bytes, or 64 hexadecimal digits.
    /// Snapshots that are read must be sealed with it, and the one that is written is sealed with
    /// it too
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl KeyOption {
    /// The key, if there is one.
    pub fn key(&self) -> Result<Option<SealKey>, Usage> {
        self.key_file.as_deref().map(read).transpose()
    }
}

/// Reads a key from a file.
pub fn read(path: &Path) -> Result<SealKey, Usage> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_KEY_FILE).read_to_end(&mut bytes))
        .map_err(|error| {
            let (path, reason) = (path.display(), reason(&error));
            Usage(format!("cannot read the key file {path}: {reason}"))
        })?;
    key(&bytes).ok_or_else(|| {
        Usage(format!(
            "{} is not a key file: expected 32 bytes or 64 hexadecimal digits. Make one with \
             `openssl rand -hex 32`",
            path.display()
        ))
    })
}

fn key(bytes: &[u8]) -> Option<SealKey> {
    if let Ok(key) = bytes.try_into() {
        return Some(SealKey::new(key));
    }
    let (pairs, []) = bytes.trim_ascii().as_chunks::<2>() else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let bytes = pairs.iter().map(|[high, low]| {
        let byte = digit(*high)? << 4 | digit(*low)?;
        u8::try_from(byte).ok()
    });
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    Some(SealKey::new(bytes.try_into().ok()?))
}
