//! Engines that are read from a component.

use std::path::PathBuf;
use std::sync::Arc;

use jsvm_component::{EngineParts, ReadError, WIT_VERSION};
use jsvm_snapshot::EngineId;
use jsvm_snapshot::host::{BaseImage, Parts};

use crate::error::Cause;
use crate::instance::Identity;

/// Why a component cannot be used as an engine.
///
/// ```
/// use jsvm::{Engine, EngineComponentError, Error};
/// let error = Engine::from_component(b"not a component").unwrap_err();
/// assert!(matches!(
///     error,
///     Error::EngineComponent(EngineComponentError::NotAComponent { .. })
/// ));
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineComponentError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: Arc<std::io::Error>,
    },
    /// The bytes are not a WebAssembly component.
    #[error("the bytes are not a WebAssembly component: {reason}. Use a file of `jsvm component`")]
    NotAComponent {
        /// The error of the parser.
        reason: String,
    },
    /// The component is something else than an engine.
    #[error("the component is not an engine: {reason}. Use a file of `jsvm component`")]
    OtherWorld {
        /// What is missing, or cannot be provided.
        reason: String,
    },
    /// The component is another engine than [`EngineConfig::require_engine`] names.
    ///
    /// [`EngineConfig::require_engine`]: crate::EngineConfig::require_engine
    #[error("the component is engine {found}, and another one is required")]
    OtherEngine {
        /// The engine of the component.
        found: EngineId,
    },
    /// The engine implements another version of the WIT package `jsvm:engine`.
    #[error(
        "the engine has version {found} of the interface `jsvm:engine`, and this version of jsvm runs \
         engines of version {supported}: use a jsvm of the time of the engine"
    )]
    OtherWit {
        /// The version of the engine.
        found: String,
        /// The version that is supported, in any patch version.
        supported: &'static str,
    },
    /// The engine does not describe itself as it must, or its memory is laid out in another way.
    #[error("the engine is malformed: {reason}")]
    Malformed {
        /// What is wrong.
        reason: String,
    },
    /// The memory of a new VM is not the base image in the component.
    #[error(
        "the engine is malformed: the memory of a new VM is not the base image that is in the component"
    )]
    OtherImage,
    /// The JavaScript in the engine makes requests of a version that is not answered.
    #[error(
        "the engine makes requests of version {found}, and this version of jsvm answers versions \
         {oldest} to {newest}"
    )]
    Requests {
        /// The version of the engine.
        found: u16,
        /// The oldest version that is answered.
        oldest: u16,
        /// The newest version that is answered.
        newest: u16,
    },
    /// The component cannot be compiled.
    #[error("the engine cannot be compiled")]
    Compilation(#[source] Cause),
    /// No VM can be made of it: it traps, or needs more than VMs have.
    #[error("no VM of the engine can be created")]
    Unusable(#[source] Cause),
}

/// Reads what is known of an engine beside its code.
pub(crate) fn read(
    component: &[u8],
    required: Option<EngineId>,
) -> Result<Identity, EngineComponentError> {
    let parts = EngineParts::read(component).map_err(|error| {
        let reason = error.to_string();
        match error {
            ReadError::NotAComponent(reason) => EngineComponentError::NotAComponent { reason },
            ReadError::OtherWorld => EngineComponentError::OtherWorld { reason },
            ReadError::OtherWit(found) => EngineComponentError::OtherWit {
                found,
                supported: WIT_VERSION,
            },
            _ => EngineComponentError::Malformed { reason },
        }
    })?;
    let found = EngineId::new(parts.fingerprint);
    if required.is_some_and(|required| required != found) {
        return Err(EngineComponentError::OtherEngine { found });
    }
    let requests = parts.description.requests;
    let (oldest, newest) = (jsvm_protocol::OLDEST, jsvm_protocol::VERSION);
    if !(oldest..=newest).contains(&requests) {
        return Err(EngineComponentError::Requests {
            found: requests,
            oldest,
            newest,
        });
    }
    let base = BaseImage::new(Parts {
        engine: found,
        version: parts.description.version.into(),
        bytes: parts.image.bytes.into(),
        size: parts.image.size,
        start: parts.image.start,
        constants: parts.description.constants,
    });
    Ok(Identity {
        base,
        // It is inside of a memory of 32-bit addresses.
        poll_counters: parts.description.poll_counters as usize,
        requests,
    })
}
