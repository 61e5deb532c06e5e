//! How snapshots are written and read.

use std::io::{Read, Write};
use std::sync::Arc;

use super::base::BaseImage;
use super::error::SnapshotError;
use super::seal::SealKey;
use super::{Snapshot, format};

/// How much work goes into making a snapshot small.
///
/// ```
/// use jsvm::snapshot::{Compression, Decoder};
/// let snapshot = jsvm::Engine::global()?.vm().build()?.snapshot()?;
/// let bytes = snapshot.encode().compression(Compression::Small).to_bytes()?;
/// let read = Decoder::new().max_memory(16 << 20).from_bytes(&bytes)?;
/// assert_eq!(read.id(), snapshot.id());
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Hardly: for snapshots that are made often.
    #[default]
    Fast,
    /// Hard, and slowly (some megabytes a second): for snapshots that are kept or sent.
    Small,
}

impl Compression {
    /// As a level of zstd.
    fn level(self) -> i32 {
        match self {
            Compression::Fast => 1,
            Compression::Small => 19,
        }
    }
}

/// Options for writing a snapshot, from [`Snapshot::encode`].
///
/// ```
/// use jsvm::snapshot::Compression;
/// let snapshot = jsvm::Engine::global()?.vm().build()?.snapshot()?;
/// let small = snapshot.encode().compression(Compression::Small).to_bytes()?;
/// assert!(small.len() <= snapshot.to_bytes()?.len());
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Encoder<'a> {
    snapshot: &'a Snapshot,
    compression: Compression,
    key: Option<&'a SealKey>,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Encoder {
            snapshot,
            compression: Compression::default(),
            key: None,
        }
    }

    /// Sets how hard to try to make it small.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Encrypts and authenticates it (XChaCha20-Poly1305): nobody without the key can read or
    /// change anything of it.
    ///
    /// Only a sealed snapshot holds the [seed](crate::host::EntropyPosition::seed) of a VM that has one.
    #[must_use]
    pub fn seal(mut self, key: &'a SealKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Writes it. A sealed snapshot is first made in memory.
    ///
    /// # Errors
    /// As [`Snapshot::write_to`].
    pub fn write_to(&self, writer: impl Write) -> Result<(), SnapshotError> {
        match self.key {
            None => self.write_plain(writer, false),
            Some(key) => {
                let mut plain = Vec::new();
                self.write_plain(&mut plain, true)?;
                format::write_sealed(writer, plain, key)
            }
        }
    }

    fn write_plain(&self, writer: impl Write, is_sealed: bool) -> Result<(), SnapshotError> {
        let Snapshot { header, .. } = self.snapshot;
        let stored = self.snapshot.stored();
        let image = stored.ok_or(SnapshotError::Malformed("it holds nothing"))?;
        format::write(writer, header, image, self.compression.level(), is_sealed)
    }

    /// The bytes.
    ///
    /// # Errors
    /// As [`Snapshot::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut bytes = Vec::new();
        self.write_to(&mut bytes)?;
        Ok(bytes)
    }
}

/// Options for reading a snapshot.
///
/// Reading needs memory only for what is really there: lengths are believed when the bytes have
/// come, and contents are not decompressed before their checksum is verified, or, if they are
/// sealed, authenticated. So reading takes the bytes of the file and, at most,
/// [`max_memory`](Self::max_memory). Joining a delta with its parent takes the memory of both and
/// of the result.
///
/// ```
/// use jsvm::snapshot::{Compression, Decoder};
/// let snapshot = jsvm::Engine::global()?.vm().build()?.snapshot()?;
/// let bytes = snapshot.encode().compression(Compression::Small).to_bytes()?;
/// let read = Decoder::new().max_memory(16 << 20).from_bytes(&bytes)?;
/// assert_eq!(read.id(), snapshot.id());
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    max_memory: u64,
    key: Option<&'a SealKey>,
}

impl Default for Decoder<'_> {
    fn default() -> Self {
        Decoder {
            max_memory: 256 << 20,
            key: None,
        }
    }
}

impl<'a> Decoder<'a> {
    /// The default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how large the memory of the VM may be, in bytes: 256 MiB by default. A snapshot of a
    /// larger one is [`SnapshotError::TooLarge`]. Small files can expand to as much.
    #[must_use]
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = bytes;
        self
    }

    /// The key that it was sealed with. A snapshot that is not sealed is then an error.
    #[must_use]
    pub fn key(mut self, key: &'a SealKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Reads a snapshot, and nothing after it.
    ///
    /// # Errors
    /// As [`Snapshot::read_from`].
    pub fn read_from(&self, reader: impl Read) -> Result<Snapshot, SnapshotError> {
        let (header, image) = format::read(reader, self.key, self.max_memory)?;
        let image = Some(Arc::new(image));
        let (image, delta) = match header.parent {
            None => (image, None),
            Some(_) => (None, image),
        };
        Ok(Snapshot {
            base: BaseImage::known(&header.engine),
            header: Arc::new(header),
            image,
            delta,
            pages: None,
            flat: None,
        })
    }

    /// Reads a snapshot that is all of `bytes`.
    ///
    /// # Errors
    /// As [`Snapshot::from_bytes`].
    pub fn from_bytes(&self, mut bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
        let snapshot = self.read_from(&mut bytes)?;
        if bytes.is_empty() {
            Ok(snapshot)
        } else {
            Err(SnapshotError::Malformed("there are bytes after its end"))
        }
    }

    /// Reads a chain of snapshots, of which each is relative to the one before it.
    ///
    /// # Errors
    /// As [`Snapshot::from_chain`].
    pub fn from_chain<B: AsRef<[u8]>>(
        &self,
        chain: impl IntoIterator<Item = B>,
    ) -> Result<Snapshot, SnapshotError> {
        let mut last: Option<Snapshot> = None;
        for bytes in chain {
            let snapshot = self.from_bytes(bytes.as_ref())?;
            last = Some(match (last, snapshot.parent()) {
                (Some(parent), Some(_)) => snapshot.attach(&parent)?,
                _ => snapshot,
            });
        }
        let last = last.ok_or(SnapshotError::NotASnapshot)?;
        last.complete()?;
        Ok(last)
    }
}
