//! The base image: the state of a fresh VM, to which snapshots are compared.

use sha2::{Digest, Sha256};
use wasmparser::{DataKind, KnownCustom, Name, Operator, Parser, Payload, ValType};

/// Bytes of a page of linear memory.
const PAGE: u64 = 65536;

/// Bytes of the unit in which memories are compared.
pub const SNAPSHOT_PAGE: usize = 4096;

/// The memory of a fresh instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseImage {
    /// The memory from the end of the module's own stack on, without the pages of
    /// [`SNAPSHOT_PAGE`] bytes at its end that are zero.
    pub bytes: Vec<u8>,
    /// Size of the memory from there on.
    pub size: u64,
    /// Address in memory at which the image begins.
    pub start: u64,
}

/// Why the base image cannot be read from a module.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The module is not WebAssembly.
    #[error("the guest is not a valid WebAssembly module: {0}")]
    Invalid(#[from] wasmparser::Error),
    /// There is state outside of memory, or the memory is laid out in another way.
    #[error("the guest cannot be snapshotted: {0}")]
    Unfit(&'static str),
}

/// Reads the base image of a core module whose initialisation is done.
///
/// # Errors
///
/// If the module does not have exactly one memory and one variable global, the pointer of a
/// stack that is first in memory: a snapshot holds nothing but memory, and no stack.
pub fn read(core: &[u8]) -> Result<BaseImage, ImageError> {
    let mut memory = None;
    let mut stack = None;
    let mut segments = Vec::new();
    for payload in Parser::new(0).parse_all(core) {
        match payload? {
            Payload::MemorySection(section) => {
                for ty in section {
                    if memory.replace(ty?.initial).is_some() {
                        return Err(ImageError::Unfit("it has more than one memory"));
                    }
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    if !global.ty.mutable {
                        continue;
                    }
                    let value = global.init_expr.get_operators_reader().read()?;
                    stack = match (stack, global.ty.content_type, value) {
                        (None, ValType::I32, Operator::I32Const { value }) => Some(value as u32),
                        _ => {
                            let what = "it has variable globals beside the stack pointer";
                            return Err(ImageError::Unfit(what));
                        }
                    };
                }
            }
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment?;
                    if let DataKind::Active { offset_expr, .. } = segment.kind {
                        let offset = offset_expr.get_operators_reader().read()?;
                        let Operator::I32Const { value } = offset else {
                            return Err(ImageError::Unfit("its data has no constant address"));
                        };
                        segments.push((u64::from(value as u32), segment.data));
                    }
                }
            }
            _ => {}
        }
    }
    let memory = memory.ok_or(ImageError::Unfit("it has no memory"))? * PAGE;
    let start = u64::from(stack.ok_or(ImageError::Unfit("it has no stack pointer"))?);
    let size = memory
        .checked_sub(start)
        .ok_or(ImageError::Unfit("its stack is not inside its memory"))?;
    let mut bytes = Vec::new();
    for (offset, data) in segments {
        // The stack, as the initialisation leaves it, is not part of the image.
        let skipped = start.saturating_sub(offset).min(data.len() as u64);
        let (offset, data) = (offset + skipped, &data[skipped as usize..]);
        if data.is_empty() {
            continue;
        }
        if offset + data.len() as u64 > memory {
            return Err(ImageError::Unfit("its data is not inside its memory"));
        }
        let from = (offset - start) as usize;
        let to = from + data.len();
        if bytes.len() < to {
            bytes.resize(to, 0);
        }
        bytes[from..to].copy_from_slice(data);
    }
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes.resize(bytes.len().next_multiple_of(SNAPSHOT_PAGE), 0);
    Ok(BaseImage { bytes, size, start })
}

/// How many bytes at the beginning of the memory's data never change: the section `.rodata`, which
/// the linker puts first. 0 if there is no such section, or no name section names it.
///
/// # Errors
///
/// If the module is not WebAssembly.
pub fn constants(core: &[u8]) -> Result<u64, wasmparser::Error> {
    let mut first = 0;
    for payload in Parser::new(0).parse_all(core) {
        match payload? {
            Payload::DataSection(section) => {
                if let Some(segment) = section.into_iter().next() {
                    first = segment?.data.len() as u64;
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else {
                    continue;
                };
                for subsection in subsections {
                    if let Name::Data(names) = subsection? {
                        for name in names {
                            let name = name?;
                            if name.index == 0 && name.name == ".rodata" {
                                return Ok(first);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(0)
}

/// The fingerprint of a component: the SHA-256 of its bytes.
pub fn fingerprint(component: &[u8]) -> [u8; 32] {
    Sha256::digest(component).into()
}

#[cfg(test)]
mod tests {
    use super::{ImageError, SNAPSHOT_PAGE, constants, read};

    fn image(text: &str) -> Result<(Vec<u8>, u64), ImageError> {
        read(&wat::parse_str(text).unwrap()).map(|image| (image.bytes, image.size))
    }

    #[test]
    fn data_behind_the_stack_is_the_image() {
        let (bytes, size) = image(
            r#"(module (memory 2) (global (mut i32) (i32.const 65536)) (global i32 (i32.const 7))
                (data (i32.const 65534) "stack")
                (data (i32.const 65540) "ab\00\00")
                (data (i32.const 12) "stack"))"#,
        )
        .unwrap();
        assert_eq!(bytes[..8], *b"ack\0ab\0\0");
        assert_eq!(bytes.len(), SNAPSHOT_PAGE);
        assert_eq!(size, 65536);
    }

    #[test]
    fn constants_are_told_by_their_name() {
        let named = |name: &str| {
            let text = format!(
                r#"(module (memory 1) (data ${name} (i32.const 16) "abc") (data $.data (i32.const 32) "d"))"#
            );
            constants(&wat::parse_str(text).unwrap()).unwrap()
        };
        assert_eq!(named(".rodata"), 3);
        assert_eq!(named(".other"), 0);
    }

    #[test]
    fn state_elsewhere_is_refused() {
        for text in [
            "(module (memory 2))",
            "(module (global (mut i32) (i32.const 0)))",
            "(module (memory 1) (global (mut i32) (i32.const 65540)))",
            "(module (memory 2) (global (mut i32) (i32.const 16)) (global (mut i64) (i64.const 0)))",
            "(module (memory 2) (memory 1) (global (mut i32) (i32.const 16)))",
            r#"(module (memory 1) (global (mut i32) (i32.const 16)) (data (i32.const 65535) "ab"))"#,
        ] {
            assert!(matches!(image(text), Err(ImageError::Unfit(_))), "{text}");
        }
    }
}
