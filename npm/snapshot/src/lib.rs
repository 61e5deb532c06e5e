//! Reads and writes the files of snapshots for the npm package: the crate `jsvm-snapshot` with the
//! interface of `wit/snapshot-codec.wit`.
//!
//! The package makes an instance for each call, and drops it afterwards. So nothing of a snapshot or a
//! key stays in memory.

mod bindings;
mod convert;
mod entropy;

use bindings::exports::jsvm::snapshot_codec::codec as wit;
use jsvm_snapshot::{Compression, Decoder, EngineId, SealKey, Snapshot, SnapshotError};

struct Codec;

/// The functions for the package.
#[expect(unsafe_code, reason = "symbols are exported")]
mod symbols {
    use super::{Codec, bindings};
    bindings::export!(Codec with_types_in bindings);
}

impl wit::Guest for Codec {
    fn get_id(image: wit::Image) -> Result<String, wit::CodecError> {
        let image = convert::image(&image)?;
        // The identity depends on nothing else.
        let state = convert::empty_state();
        let snapshot = Snapshot::from_image(image, EngineId::new([0; 32]), "", state);
        Ok(snapshot.id().to_string())
    }

    fn encode(
        engine: wit::Engine,
        state: wit::OuterState,
        image: wit::Image,
        parent: Option<wit::Image>,
        options: wit::EncodeOptions,
    ) -> Result<Vec<u8>, wit::CodecError> {
        let metadata = state.metadata.clone();
        let (id, state) = (convert::engine(&engine)?, convert::outer_state(state)?);
        let parent = match parent {
            Some(parent) => Some(convert::image(&parent)?),
            None => None,
        };
        let image = convert::image(&image)?;
        let mut snapshot = Snapshot::from_image(image, id, &engine.version, state.clone());
        for (key, value) in metadata {
            snapshot = snapshot.with_metadata(key, value);
        }
        if let Some(parent) = parent {
            let parent = Snapshot::from_image(parent, id, &engine.version, state);
            snapshot = snapshot.since(&parent)?;
        }
        let compression = match options.small {
            true => Compression::Small,
            false => Compression::Fast,
        };
        let key = options.key.as_deref().map(seal_key).transpose()?;
        let encoder = snapshot.encode().compression(compression);
        let encoder = match &key {
            Some(key) => encoder.seal(key),
            None => encoder,
        };
        Ok(encoder.to_bytes()?)
    }

    fn decode(
        bytes: Vec<u8>,
        parent: Option<wit::Image>,
        options: wit::DecodeOptions,
    ) -> Result<wit::Decoded, wit::CodecError> {
        let key = options.key.as_deref().map(seal_key).transpose()?;
        let decoder = Decoder::new().max_memory(options.max_memory);
        let decoder = match &key {
            Some(key) => decoder.key(key),
            None => decoder,
        };
        let mut snapshot = decoder.from_bytes(&bytes)?;
        drop(bytes);
        if let (Some(_), Some(parent)) = (snapshot.parent(), parent) {
            snapshot = attached(&snapshot, &parent)?;
        }
        convert::decoded(&snapshot)
    }
}

/// Joins a delta with its parent. The package has checked that both are of one engine.
fn attached(snapshot: &Snapshot, parent: &wit::Image) -> Result<Snapshot, wit::CodecError> {
    let parent = Snapshot::from_image(
        convert::image(parent)?,
        snapshot.engine(),
        snapshot.engine_version(),
        snapshot.outer_state(),
    );
    Ok(snapshot.attach(&parent)?)
}

fn seal_key(bytes: &[u8]) -> Result<SealKey, SnapshotError> {
    let bytes = bytes.try_into();
    bytes
        .map(SealKey::new)
        .map_err(|_| SnapshotError::Malformed("the key does not have 32 bytes"))
}
