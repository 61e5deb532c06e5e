//! The key that snapshots are sealed with.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use jsvm::SealKey;

use super::Usage;
use super::usage::reason;

/// More than any key has: a file without an end, such as a device, is not read for ever.
const MOST: u64 = 256;

#[derive(Args)]
pub struct KeyOption {
    /// A file with the secret key that snapshots are sealed with: 32 bytes, or 64 hexadecimal
    /// digits. What is read must have been sealed with it, and what is written will be
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl KeyOption {
    /// The key, if there is one.
    pub fn key(&self) -> Result<Option<SealKey>, Usage> {
        self.key_file.as_deref().map(read).transpose()
    }
}

fn read(path: &Path) -> Result<SealKey, Usage> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST).read_to_end(&mut bytes))
        .map_err(|error| {
            let (path, reason) = (path.display(), reason(&error));
            Usage(format!("cannot read the key in {path}: {reason}"))
        })?;
    key(&bytes).ok_or_else(|| {
        Usage(format!(
            "{} holds no key: it must be 32 bytes or 64 hexadecimal digits, as `openssl rand \
             -hex 32` prints them",
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
