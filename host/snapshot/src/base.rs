//! The memory of a fresh VM, to which every snapshot is relative.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
#[cfg(feature = "built-in")]
use std::sync::LazyLock;

use super::hexadecimal;
use super::image::{PAGE, Page};

/// The name of an engine: the SHA-256 of its component.
///
/// ```
/// use jsvm::EngineId;
/// let engine = jsvm::Engine::global()?;
/// let id: EngineId = engine.id().to_string().parse().unwrap();
/// assert_eq!(engine.vm().build()?.snapshot()?.engine(), id);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EngineId([u8; 32]);

impl EngineId {
    /// The engine whose component is part of this build.
    #[cfg(feature = "built-in")]
    pub const BUILT_IN: EngineId = EngineId(jsvm_component::FINGERPRINT);

    /// The engine whose component has this SHA-256.
    pub const fn new(digest: [u8; 32]) -> Self {
        EngineId(digest)
    }

    /// Returns the SHA-256 of the component.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Hexadecimal digits.
impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(&self.0))
    }
}

/// The text is not 64 hexadecimal digits.
///
/// ```
/// use jsvm::EngineId;
/// let error = "abc".parse::<EngineId>().unwrap_err();
/// assert_eq!(error.to_string(), "the name of an engine has 64 hexadecimal digits");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of an engine has 64 hexadecimal digits")]
pub struct ParseEngineIdError(());

impl FromStr for EngineId {
    type Err = ParseEngineIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = ParseEngineIdError(());
        let digits = text.as_bytes();
        // The conversion of numbers would also take signs.
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(error);
        }
        let mut digest = [0; 32];
        for (byte, digits) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| error.clone())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| error.clone())?;
        }
        Ok(EngineId(digest))
    }
}

/// The memory of a fresh VM of an engine, and what is known of that engine. Cloning it is cheap.
#[derive(Clone)]
pub struct BaseImage(Arc<Parts>);

/// What a base image is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The engine.
    pub engine: EngineId,
    /// The version of jsvm that built the engine.
    pub version: Cow<'static, str>,
    /// The memory behind the stack: whole pages, without those at the end that are zero.
    pub bytes: Cow<'static, [u8]>,
    /// Size of the memory behind the stack, in bytes.
    pub size: u64,
    /// Bytes of memory before it: the module's stack.
    pub start: u64,
    /// Bytes at the beginning of the image that never change.
    pub constants: u64,
}

#[cfg(feature = "built-in")]
static BUILT_IN: LazyLock<BaseImage> = LazyLock::new(|| {
    BaseImage::new(Parts {
        engine: EngineId::BUILT_IN,
        version: jsvm_component::VERSION.into(),
        bytes: jsvm_component::BASE_IMAGE.into(),
        size: jsvm_component::BASE_IMAGE_SIZE,
        start: jsvm_component::BASE_IMAGE_START,
        constants: jsvm_component::CONSTANT_BYTES,
    })
});

static ZERO: Page = [0; PAGE];

impl BaseImage {
    /// The base image of the engine that is part of this build.
    #[cfg(feature = "built-in")]
    pub fn built_in() -> &'static BaseImage {
        &BUILT_IN
    }

    /// The base image of an engine, if it is the one that is part of this build.
    pub(super) fn known(engine: &[u8; 32]) -> Option<BaseImage> {
        #[cfg(feature = "built-in")]
        if *engine == *EngineId::BUILT_IN.as_bytes() {
            return Some(BaseImage::built_in().clone());
        }
        #[cfg(not(feature = "built-in"))]
        let _ = engine;
        None
    }

    /// A base image of these parts.
    pub fn new(parts: Parts) -> Self {
        BaseImage(Arc::new(parts))
    }

    /// The engine.
    pub fn engine(&self) -> EngineId {
        self.0.engine
    }

    /// The version of jsvm that built the engine.
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// Size of the image of a fresh VM in bytes.
    #[inline]
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// Bytes of memory before the image: the module's stack.
    #[inline]
    pub fn start(&self) -> u64 {
        self.0.start
    }

    /// Number of pages at the beginning of the image that never change.
    pub(super) fn constant_pages(&self) -> usize {
        self.0.constants as usize / PAGE
    }

    /// Address of the first byte that can change.
    pub fn writable(&self) -> usize {
        self.0.start as usize + self.constant_pages() * PAGE
    }

    /// Returns a page of a fresh VM; zeros where a fresh VM has no memory yet.
    #[inline]
    pub(super) fn page(&self, index: usize) -> &Page {
        let (pages, _) = self.0.bytes.as_chunks();
        pages.get(index).unwrap_or(&ZERO)
    }

    /// Returns the memory of a fresh VM that has grown to `size` bytes.
    pub(super) fn memory(&self, size: usize) -> Vec<u8> {
        let base = &self.0.bytes;
        let mut memory = base[..base.len().min(size)].to_vec();
        memory.resize(size, 0);
        memory
    }

    /// Returns whether a memory behind its stack is that of a fresh VM.
    pub fn is_memory(&self, memory: &[u8]) -> bool {
        let base = &self.0.bytes;
        memory.len() as u64 == self.0.size
            && memory.get(..base.len()) == Some(base)
            && memory[base.len()..].iter().all(|byte| *byte == 0)
    }
}

impl fmt::Debug for BaseImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaseImage")
            .field("engine", &self.0.engine)
            .field("version", &self.0.version)
            .finish_non_exhaustive()
    }
}
