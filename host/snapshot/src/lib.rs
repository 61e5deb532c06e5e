//! Snapshots: the whole state of a VM, as a value and as bytes.
//!
//! ```
//! use jsvm::{Engine, Snapshot};
//! let engine = Engine::global()?;
//! let vm = engine.vm().build()?;
//! vm.eval("var count = 0; function next() { return ++count }; next()")?;
//!
//! let bytes: Vec<u8> = vm.snapshot()?.to_bytes()?;
//! assert!(bytes.len() < 10_000);
//! drop(vm);
//!
//! // Later, perhaps in another process, on another machine:
//! let vm = engine.restore(&Snapshot::from_bytes(&bytes)?)?;
//! assert_eq!(vm.eval("next()")?.to::<u32>()?, 2);
//! # Ok::<(), jsvm::Error>(())
//! ```
//!
//! A snapshot holds everything that is inside of the VM: every value, suspended functions and
//! generators, pending promises, queued jobs, unsettled requests, modules. It does not hold what
//! is outside: host functions, which are known by name and given to the
//! builder (`VmBuilder`) again, handles (`Value`), and limits, which are
//! the builder's too. To find values again after restoring, give them a name
//! or a number (`Vm::roots`).
//!
//! A snapshot can be restored any number of times. Each VM restored (`VmBuilder::restore`)
//! from it is a *fork*, with random numbers of its own; to continue a VM that is gone exactly
//! where it was, `resume` it.
//!
//! What is stored is the difference from a fresh VM of the same engine, or from an earlier
//! snapshot of the same VM: see `Vm::snapshot_since`. A snapshot
//! works with the very engine that made it, which its [`engine`](Snapshot::engine) names, and with no
//! other. A later version of jsvm runs that engine with `Engine::from_component`.
//!
//! # Seeds
//!
//! | | in memory | sealed | plain |
//! |---|---|---|---|
//! | the seed (`VmBuilder::seed`) | yes | yes | no |
//! | how much was drawn from it | yes | yes | yes |
//! | the state of `Math.random`, a part of the VM's memory | yes | yes | yes |
//!
//! A fork draws nothing from either. To resume a VM with a seed from a plain snapshot, give the seed to
//! the builder again; without it, resuming fails with [`SnapshotError::MissingSeed`].
//!
//! # Trust
//!
//! Snapshots that are damaged or malformed are refused: see [`SnapshotError`]. One that somebody
//! made on purpose, with checksums that fit, is memory of their choice. What a VM made from it can
//! reach is what any script can: it stays in its sandbox, within its memory limit, with the host
//! functions it is given. But it may compute nonsense, and the time limit counts on the engine to
//! ask whether it should stop, which its memory can prevent. Take snapshots from strangers only if
//! they are [sealed](Encoder::seal), or restore them in a process that you can kill.
//!
#![doc = include_str!("format.md")]

mod base;
mod blocks;
mod bytecode;
mod chunk;
mod codec;
mod error;
mod format;
mod header;
pub mod host;
mod image;
mod lazy;
mod limits;
mod parallel;
mod seal;
mod stretch;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Write};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use self::base::BaseImage;
use self::header::Header;
use self::image::Image;
use self::lazy::Pages;

pub use base::{EngineId, ParseEngineIdError};
pub use bytecode::{Bytecode, BytecodeError};
pub use codec::{Compression, Decoder, Encoder};
pub use error::SnapshotError;
pub use limits::Limits;
pub use seal::SealKey;

/// The whole state of a VM; see the [module](self).
///
/// Cloning it is cheap.
///
/// ```
/// use jsvm::Snapshot;
/// let engine = jsvm::Engine::global()?;
/// let vm = engine.vm().build()?;
/// vm.eval("var n = 41")?;
/// let bytes = vm.snapshot()?.to_bytes()?;
/// // Later, elsewhere:
/// let vm = engine.restore(&Snapshot::from_bytes(&bytes)?)?;
/// assert_eq!(vm.eval("n + 1")?.to::<u32>()?, 42);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone)]
pub struct Snapshot {
    header: Arc<Header>,
    /// The memory of a fresh VM of its engine, if that is known.
    base: Option<BaseImage>,
    /// How the VM differs from a fresh one, unless that cannot be known without the parent.
    image: Option<Arc<Image>>,
    /// How it differs from the parent, if it has one.
    delta: Option<Arc<Image>>,
    /// What of the image can be mapped.
    pages: Option<Arc<Pages>>,
    /// The image as it is in memory, if that is not large: what a VM is compared with whose memory
    /// is used again.
    flat: Option<Arc<[u8]>>,
}

/// The identity of the state of a VM: two snapshots of the same state have the same, however they
/// are stored. It does not protect from forgery.
///
/// ```
/// use jsvm::SnapshotId;
/// let id = jsvm::Engine::global()?.vm().build()?.snapshot()?.id();
/// assert_eq!(id.to_string().parse::<SnapshotId>(), Ok(id));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(u128);

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for SnapshotId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(SnapshotId)
    }
}

/// Hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Snapshot {
    /// Names the VM's state.
    pub fn id(&self) -> SnapshotId {
        SnapshotId(self.header.id)
    }

    /// The snapshot that this one is stored relative to, if it is a delta.
    pub fn parent(&self) -> Option<SnapshotId> {
        self.header.parent.map(SnapshotId)
    }

    /// Returns whether it can be restored: it is not a delta, or its parent is attached.
    pub fn is_complete(&self) -> bool {
        self.image.is_some()
    }

    /// The engine that made it, which is the only one that can restore it.
    pub fn engine(&self) -> EngineId {
        EngineId::new(self.header.engine)
    }

    /// The version of jsvm whose `jsvm component` writes the component of that engine.
    ///
    /// ```
    /// let snapshot = jsvm::Engine::global()?.vm().build()?.snapshot()?;
    /// println!("made by the engine of jsvm {}", snapshot.engine_version());
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    pub fn engine_version(&self) -> &str {
        &self.header.version
    }

    /// Returns whether it is of the engine that is part of this program. Any other engine is made with
    /// `Engine::from_component`.
    #[cfg(feature = "built-in")]
    pub fn is_of_this_engine(&self) -> bool {
        self.engine() == EngineId::BUILT_IN
    }

    /// Returns the time of the VM's clock when the snapshot was taken.
    pub fn created(&self) -> SystemTime {
        // A forged time that no system can express is none.
        let time = SystemTime::UNIX_EPOCH.checked_add(self.header.wall);
        time.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// The limits that the VM had. A restored VM has those of its builder.
    pub fn limits(&self) -> &Limits {
        &self.header.limits
    }

    /// Bytes of memory that the VM's state takes; most of it can be zero.
    pub fn memory_size(&self) -> u64 {
        self.header.size
    }

    /// Returns how many pages of 4 KiB are stored, wholly or in part.
    pub fn stored_pages(&self) -> usize {
        self.stored().map_or(0, |image| image.pages.len())
    }

    /// Returns how many bytes of these pages are stored, before compression.
    pub fn stored_bytes(&self) -> usize {
        self.stored().map_or(0, |image| image.lines.len())
    }

    /// Returns the metadata that [`with_metadata`](Self::with_metadata) added, by key.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.header.metadata
    }

    /// The same snapshot with something noted in it: the name of the program, the step of the
    /// workflow.
    ///
    /// ```
    /// use jsvm::Snapshot;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let snapshot = vm.snapshot()?.with_metadata("step", "3");
    /// let again = Snapshot::from_bytes(&snapshot.to_bytes()?)?;
    /// assert_eq!(again.metadata()["step"], "3");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let header = Arc::make_mut(&mut self.header);
        header.metadata.insert(key.into(), value.into());
        self
    }

    /// Joins a delta with the snapshot that it is relative to, so that it can be restored.
    ///
    /// # Errors
    /// [`SnapshotError::WrongParent`] if it is relative to another, or to none;
    /// [`SnapshotError::MissingParent`] if the parent is itself a delta without its parent.
    pub fn attach(&self, parent: &Snapshot) -> Result<Snapshot, SnapshotError> {
        let wrong = |expected| SnapshotError::WrongParent {
            expected: SnapshotId(expected),
            found: parent.id(),
        };
        let (Some(delta), Some(expected)) = (&self.delta, self.header.parent) else {
            return Err(SnapshotError::Malformed(
                "it is not a delta: it has no parent",
            ));
        };
        if expected != parent.header.id || self.header.engine != parent.header.engine {
            return Err(wrong(expected));
        }
        let image = delta.combined(parent.complete()?);
        if image.id() != self.header.id {
            return Err(SnapshotError::Malformed("it is not what its id says"));
        }
        Ok(Snapshot {
            image: Some(Arc::new(image)),
            pages: None,
            flat: None,
            ..self.clone()
        })
    }

    /// The same snapshot, to be stored whole instead of as a delta.
    ///
    /// # Errors
    /// [`SnapshotError::MissingParent`].
    pub fn flatten(&self) -> Result<Snapshot, SnapshotError> {
        self.complete()?;
        let mut flat = self.clone();
        flat.delta = None;
        Arc::make_mut(&mut flat.header).parent = None;
        Ok(flat)
    }

    /// Returns options for writing it: [`to_bytes`](Self::to_bytes) and
    /// [`write_to`](Self::write_to) with options.
    pub fn encode(&self) -> Encoder<'_> {
        Encoder::new(self)
    }

    /// The bytes to store.
    ///
    /// # Errors
    /// [`SnapshotError::Malformed`] if the metadata is larger than 16 MiB.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        self.encode().to_bytes()
    }

    /// Writes the bytes to store.
    ///
    /// # Errors
    /// [`SnapshotError::Io`], and as [`to_bytes`](Self::to_bytes).
    pub fn write_to(&self, writer: impl Write) -> Result<(), SnapshotError> {
        self.encode().write_to(writer)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) made. See [`Decoder`] for options.
    ///
    /// # Errors
    /// Any [`SnapshotError`] but those that `attach` alone makes. Bytes that are left over are
    /// an error.
    pub fn from_bytes(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
        Decoder::new().from_bytes(bytes)
    }

    /// Reads a snapshot, and nothing after it.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes), and [`SnapshotError::Io`].
    pub fn read_from(reader: impl Read) -> Result<Snapshot, SnapshotError> {
        Decoder::new().read_from(reader)
    }

    /// The last of a chain of snapshots, of which each is relative to the one before it.
    ///
    /// ```
    /// use jsvm::Snapshot;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let first = vm.snapshot()?;
    /// vm.eval("var n = 1")?;
    /// let second = vm.snapshot_since(&first)?;
    /// let files = [first.to_bytes()?, second.to_bytes()?];
    ///
    /// let last = Snapshot::from_chain(&files)?;
    /// let vm = jsvm::Engine::global()?.restore(&last)?;
    /// assert_eq!(vm.eval("n")?.to::<i32>()?, 1);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes) and [`attach`](Self::attach);
    /// [`SnapshotError::NotASnapshot`] if there is none.
    pub fn from_chain<B: AsRef<[u8]>>(
        chain: impl IntoIterator<Item = B>,
    ) -> Result<Snapshot, SnapshotError> {
        Decoder::new().from_chain(chain)
    }

    fn stored(&self) -> Option<&Image> {
        self.delta.as_deref().or(self.image.as_deref())
    }

    fn complete(&self) -> Result<&Image, SnapshotError> {
        match (&self.image, self.header.parent) {
            (Some(image), _) => Ok(image),
            (None, Some(parent)) => Err(SnapshotError::MissingParent {
                parent: SnapshotId(parent),
            }),
            (None, None) => Err(SnapshotError::Malformed("it holds nothing")),
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("id", &self.id())
            .field("parent", &self.parent())
            .field("memory_size", &self.memory_size())
            .field("stored_bytes", &self.stored_bytes())
            .field("created", &Duration::from_secs(self.header.wall.as_secs()))
            .field("metadata", self.metadata())
            .finish_non_exhaustive()
    }
}
