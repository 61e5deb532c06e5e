//! Conversions between the types of the WIT and those of the crate.

use std::time::{Duration, SystemTime};

use crate::bindings::exports::jsvm::snapshot_codec::codec as wit;
use jsvm_snapshot::host::{EntropyPosition, Image, OuterState, Requests};
use jsvm_snapshot::{EngineId, Limits, Snapshot, SnapshotError};

/// The state of a VM of which nothing is known.
pub fn empty_state() -> OuterState {
    OuterState {
        wall: Duration::ZERO,
        monotonic: Duration::ZERO,
        entropy: None,
        limits: Limits::default(),
        requests: Requests::only(0),
    }
}

pub fn image(image: &wit::Image) -> Result<Image, SnapshotError> {
    Image::from_blocks(image.size, &image.blocks, &image.bytes)
}

pub fn engine(engine: &wit::Engine) -> Result<EngineId, SnapshotError> {
    let id = engine.id.parse();
    id.map_err(|_| SnapshotError::Malformed("the engine has no valid id"))
}

pub fn outer_state(state: wit::OuterState) -> Result<OuterState, SnapshotError> {
    Ok(OuterState {
        wall: Duration::from_nanos(state.wall),
        monotonic: Duration::from_nanos(state.monotonic),
        entropy: state.entropy.map(entropy).transpose()?,
        limits: limits(&state.limits),
        requests: Requests {
            oldest: state.oldest_requests,
            newest: state.newest_requests,
        },
    })
}

fn entropy(position: wit::SeedPosition) -> Result<EntropyPosition, SnapshotError> {
    let seed = position.seed.map(|seed| seed.try_into()).transpose();
    Ok(EntropyPosition {
        word: u128::from(position.word_high) << 64 | u128::from(position.word_low),
        seed: seed.map_err(|_| SnapshotError::Malformed("the seed does not have 32 bytes"))?,
    })
}

fn limits(limits: &wit::VmLimits) -> Limits {
    Limits::default()
        .memory(limits.memory)
        .hard_memory(limits.hard_memory)
        .time(limits.time.map(Duration::from_nanos))
        .cpu_time(limits.cpu_time.map(Duration::from_nanos))
        .work(limits.work)
        .grace(Duration::from_nanos(limits.grace))
        .stack(limits.stack)
        .output(limits.output)
        .handles(limits.handles)
}

/// A time that is too long for the type is one without end.
fn nanoseconds(time: Duration) -> u64 {
    time.as_nanos().try_into().unwrap_or(u64::MAX)
}

pub fn decoded(snapshot: &Snapshot) -> Result<wit::Decoded, wit::CodecError> {
    let image = snapshot.image()?;
    let (blocks, bytes) = image.to_blocks();
    let state = snapshot.outer_state();
    let wall = snapshot.created().duration_since(SystemTime::UNIX_EPOCH);
    let limits = &state.limits;
    Ok(wit::Decoded {
        engine: wit::Engine {
            id: snapshot.engine().to_string(),
            version: snapshot.engine_version().to_owned(),
        },
        id: snapshot.id().to_string(),
        parent: snapshot.parent().map(|id| id.to_string()),
        state: wit::OuterState {
            wall: nanoseconds(wall.unwrap_or_default()),
            monotonic: nanoseconds(state.monotonic),
            oldest_requests: state.requests.oldest,
            newest_requests: state.requests.newest,
            limits: wit::VmLimits {
                memory: limits.memory,
                hard_memory: limits.hard_memory,
                time: limits.time.map(nanoseconds),
                cpu_time: limits.cpu_time.map(nanoseconds),
                work: limits.work,
                grace: nanoseconds(limits.grace),
                stack: limits.stack,
                output: limits.output,
                handles: limits.handles,
            },
            entropy: state.entropy.map(|position| wit::SeedPosition {
                word_low: position.word as u64,
                word_high: (position.word >> 64) as u64,
                seed: position.seed.map(Vec::from),
            }),
            metadata: snapshot.metadata().clone().into_iter().collect(),
        },
        image: wit::Image {
            size: image.size(),
            blocks,
            bytes,
        },
    })
}

impl From<SnapshotError> for wit::CodecError {
    fn from(error: SnapshotError) -> Self {
        let numbers = |found: u64, allowed: u64| wit::FoundNumber { found, allowed };
        match error {
            SnapshotError::NotASnapshot => Self::NotASnapshot,
            SnapshotError::OldFormat { found, supported } => {
                Self::OldFormat(numbers(found.into(), supported.into()))
            }
            SnapshotError::UnknownFormat { found, supported } => {
                Self::UnknownFormat(numbers(found.into(), supported.into()))
            }
            SnapshotError::Truncated { expected, found } => {
                Self::Truncated(numbers(found, expected))
            }
            SnapshotError::Damaged => Self::Damaged,
            SnapshotError::Malformed(what) => Self::Malformed(what.to_owned()),
            SnapshotError::OtherEngine { found, version } => Self::OtherEngine(wit::Engine {
                id: found.to_string(),
                version,
            }),
            SnapshotError::TooLarge { bytes, limit } => Self::TooLarge(numbers(bytes, limit)),
            SnapshotError::MissingParent { parent } => Self::MissingParent(parent.to_string()),
            SnapshotError::WrongParent { expected, found } => Self::WrongParent(wit::OtherParent {
                expected: expected.to_string(),
                found: found.to_string(),
            }),
            SnapshotError::Sealed => Self::Sealed,
            SnapshotError::NotSealed => Self::NotSealed,
            SnapshotError::WrongKey => Self::WrongKey,
            error => Self::Failed(error.to_string()),
        }
    }
}
