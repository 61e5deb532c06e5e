//! The VM compiled for size, of which smaller files are built.

use crate::{constants, References};

/// The VM of [`COMPONENT`](crate::COMPONENT) compiled for size instead of speed: another engine, whose
/// snapshots and VMs do not move to the first.
#[derive(Clone, Debug)]
pub struct SizeEngine {
    /// The component. It contains its base image, as [`EngineParts`](crate::EngineParts) reads it.
    pub component: Vec<u8>,
    /// What the functions and constants of its module need of each other.
    pub references: References,
}

/// The SHA-256 of the component of [`size_engine`], which names the engine.
///
/// ```
/// assert_ne!(jsvm_component::SIZE_FINGERPRINT, jsvm_component::FINGERPRINT);
/// ```
pub const SIZE_FINGERPRINT: [u8; 32] = constants::SIZE_FINGERPRINT;

/// Returns the VM compiled for size. It is decompressed for each call, which takes some milliseconds.
///
/// ```
/// let engine = jsvm_component::size_engine().unwrap();
/// assert!(engine.component.len() < jsvm_component::COMPONENT.len());
/// ```
pub fn size_engine() -> Option<SizeEngine> {
    let compressed = include_bytes!("../artefacts/size-engine.zst");
    // Neither fails for the file of this crate, as the tests of the crate show.
    let bytes = zstd::bulk::decompress(compressed, constants::SIZE_ENGINE_SIZE).ok()?;
    let (component, references): (&[u8], References) = postcard::from_bytes(&bytes).ok()?;
    Some(SizeEngine {
        component: component.to_vec(),
        references,
    })
}
