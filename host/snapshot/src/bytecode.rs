//! Compiled source as bytes.

use crate::seal::{NONCE, SealKey, TAG};
use crate::{EngineId, SnapshotError};

/// Source that was compiled by `Vm::compile_to_bytecode`, to be
/// stored and loaded (`Vm::load_bytecode`) by VMs of the same engine, in this process or
/// another.
///
/// # Where it may come from
///
/// A VM believes bytecode: unlike source it is not checked instruction by instruction, so that
/// forged bytecode can have the VM do anything that the VM can do, whatever its limits inside and
/// removed intrinsics (`VmBuilder::without`) say. It cannot do more: the sandbox, the hard
/// memory limit, the time and the host functions are as they were. So
///
/// * [`to_bytes`](Self::to_bytes) are checked for damage, and are for storage that only you can
///   write to;
/// * [`to_sealed_bytes`](Self::to_sealed_bytes) are for anything else: only who has the key can make
///   them.
///
/// ```
/// use jsvm::{Bytecode, BytecodeParts, SealKey};
/// let engine = jsvm::Engine::global()?;
/// let compiled = engine
///     .vm()
///     .build()?
///     .compile_to_bytecode("(a, b) => a + b", BytecodeParts::empty())?;
/// let key = SealKey::generate()?;
/// let bytes = compiled.to_sealed_bytes(&key)?;
///
/// // Later, elsewhere:
/// let vm = engine.vm().build()?;
/// let add = vm.load_bytecode(&Bytecode::from_sealed_bytes(&bytes, &key)?)?.call(())?;
/// assert_eq!(add.call((1, 2))?.to::<i32>()?, 3);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytecode {
    engine: EngineId,
    /// As the VM wrote it, with a digest.
    code: Vec<u8>,
}

/// The reason why bytes are no bytecode that can be used.
///
/// ```
/// use jsvm::{Bytecode, BytecodeError};
/// let error = Bytecode::from_bytes(b"source").unwrap_err();
/// assert!(matches!(error, BytecodeError::NotBytecode));
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BytecodeError {
    /// The bytes are something else, or too few.
    #[error("this is not bytecode")]
    NotBytecode,
    /// It is of another engine than the VM.
    #[error(
        "the bytecode is of engine {found}, and the VM of another one: compile the source again"
    )]
    OtherEngine {
        /// The engine that compiled it.
        found: EngineId,
    },
    /// The bytes are not those that were written.
    #[error("the bytecode is damaged: its checksum does not match")]
    Damaged,
    /// It is sealed, and no key was given.
    #[error("the bytecode is sealed: a key is needed to read it")]
    Sealed,
    /// A key was given, and it is not sealed: it could come from anyone.
    #[error("the bytecode is not sealed, though a key was given: whoever made it did not have it")]
    NotSealed,
    /// The key is not the one it was sealed with, or the bytes are not those that were written.
    #[error("the key is not the one that the bytecode was sealed with, or its bytes were altered")]
    WrongKey,
    /// The system has no entropy to seal it with.
    #[error("the bytecode cannot be sealed: {0}")]
    Seal(String),
}

const MAGIC: [u8; 8] = *b"\x89JSVMB\r\n";
const PLAIN: u8 = 0;
const SEALED: u8 = 1;
/// Magic bytes, the kind, and the fingerprint of the engine.
const PREFIX: usize = 8 + 1 + 32;
const CHECKSUM: usize = 16;
// Part of the file format of bytecode.
const _: () = assert!(u64::from_be_bytes(MAGIC) == 0x894a_5356_4d42_0d0a);
const _: () = assert!(PLAIN == 0 && SEALED == 1 && PREFIX == 41 && CHECKSUM == 16);

fn prefix(kind: u8, engine: EngineId) -> Vec<u8> {
    [&MAGIC[..], &[kind], engine.as_bytes()].concat()
}

/// The checksum of code and of the engine that compiled it.
fn checksum(engine: EngineId, code: &[u8]) -> [u8; CHECKSUM] {
    let mut hasher = twox_hash::xxhash3_128::Hasher::new();
    hasher.write(engine.as_bytes());
    hasher.write(code);
    hasher.finish_128().to_le_bytes()
}

impl Bytecode {
    /// Wraps what a VM of an engine compiled.
    pub fn from_code(engine: EngineId, code: Vec<u8>) -> Self {
        Bytecode { engine, code }
    }

    /// Returns the engine that compiled it. Only VMs of that engine can load it.
    pub fn engine(&self) -> EngineId {
        self.engine
    }

    /// Returns what the VM compiled.
    pub fn code(&self) -> &[u8] {
        &self.code
    }

    /// Converts it to bytes with a checksum.
    pub fn to_bytes(&self) -> Vec<u8> {
        let checksum = checksum(self.engine, &self.code);
        [&*prefix(PLAIN, self.engine), &checksum, &self.code].concat()
    }

    /// From bytes that come from where only you can have written them.
    ///
    /// # Errors
    /// If they are not what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BytecodeError> {
        let (kind, engine, rest) = split(bytes)?;
        if kind != PLAIN {
            return Err(BytecodeError::Sealed);
        }
        let (found, code) = rest
            .split_first_chunk::<CHECKSUM>()
            .ok_or(BytecodeError::Damaged)?;
        if *found != checksum(engine, code) {
            return Err(BytecodeError::Damaged);
        }
        Ok(Bytecode::from_code(engine, code.to_vec()))
    }

    /// As bytes that are encrypted, and that nobody can make or alter who does not have the key.
    ///
    /// # Errors
    /// [`BytecodeError::Seal`] if the system has no entropy.
    pub fn to_sealed_bytes(&self, key: &SealKey) -> Result<Vec<u8>, BytecodeError> {
        let prefix = prefix(SEALED, self.engine);
        let mut code = self.code.clone();
        let (nonce, tag) = key
            .seal(&prefix, &mut code)
            .map_err(|error| BytecodeError::Seal(error.to_string()))?;
        Ok([&*prefix, &nonce, &code, &tag].concat())
    }

    /// From sealed bytes.
    ///
    /// # Errors
    /// If they are not what [`to_sealed_bytes`](Self::to_sealed_bytes) wrote with this key.
    pub fn from_sealed_bytes(bytes: &[u8], key: &SealKey) -> Result<Self, BytecodeError> {
        let (kind, engine, rest) = split(bytes)?;
        if kind != SEALED {
            return Err(BytecodeError::NotSealed);
        }
        let (nonce, rest) = rest
            .split_first_chunk::<NONCE>()
            .ok_or(BytecodeError::Damaged)?;
        let (code, tag) = rest
            .split_last_chunk::<TAG>()
            .ok_or(BytecodeError::Damaged)?;
        let mut code = code.to_vec();
        key.open(&prefix(SEALED, engine), nonce, &mut code, tag)
            .map_err(|_: SnapshotError| BytecodeError::WrongKey)?;
        Ok(Bytecode::from_code(engine, code))
    }
}

/// The kind, the engine, and what comes after it.
fn split(bytes: &[u8]) -> Result<(u8, EngineId, &[u8]), BytecodeError> {
    let (prefix, rest) = bytes
        .split_first_chunk::<PREFIX>()
        .ok_or(BytecodeError::NotBytecode)?;
    let (magic, prefix) = prefix.split_at(8);
    if magic != MAGIC {
        return Err(BytecodeError::NotBytecode);
    }
    match prefix.split_first_chunk() {
        Some(([kind @ (PLAIN | SEALED)], engine)) => match engine.try_into() {
            Ok(engine) => Ok((*kind, EngineId::new(engine), rest)),
            Err(_) => Err(BytecodeError::NotBytecode),
        },
        _ => Err(BytecodeError::NotBytecode),
    }
}
