//! The base image: the state of a fresh VM, to which snapshots are compared.

use wasmparser::{DataKind, Operator, Parser, Payload, TypeRef, ValType};

/// Bytes of a page of linear memory.
const PAGE: u64 = 65536;

/// The largest memory of a fresh VM, in bytes. That of ours is a twelfth of it. The image is read into
/// memory, and a component of somebody else must not make a host allocate gigabytes.
const MAX_MEMORY: u64 = 64 << 20;

/// Bytes of the unit in which memories are compared.
pub const SNAPSHOT_PAGE: usize = 4096;

/// The memory of a fresh instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseImage {
    /// The memory from the end of the module's own stack on, without the pages of
    /// 4,096 bytes at its end that are zero.
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
/// stack that is first in memory: a snapshot holds nothing but memory, and no stack. If it has a
/// start function, which could change the memory, or imports anything but functions.
pub fn read(core: &[u8]) -> Result<BaseImage, ImageError> {
    let mut memory = None;
    let mut stack = None;
    let mut segments = Vec::new();
    for payload in Parser::new(0).parse_all(core) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if !matches!(import?.ty, TypeRef::Func(_)) {
                        return Err(ImageError::Unfit("it imports more than functions"));
                    }
                }
            }
            Payload::StartSection { .. } => {
                return Err(ImageError::Unfit("it has a start function"));
            }
            Payload::MemorySection(section) => {
                for ty in section {
                    let ty = ty?;
                    if ty.memory64 || ty.shared || ty.page_size_log2.is_some() {
                        let what = "its memory is not an ordinary one of 32-bit addresses";
                        return Err(ImageError::Unfit(what));
                    }
                    if memory.replace(ty.initial).is_some() {
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
    let memory = memory.ok_or(ImageError::Unfit("it has no memory"))?;
    let memory = memory.saturating_mul(PAGE);
    if memory > MAX_MEMORY {
        return Err(ImageError::Unfit("its memory begins with more than 64 MiB"));
    }
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

#[cfg(test)]
mod tests {
    use super::{ImageError, SNAPSHOT_PAGE};

    fn image(text: &str) -> Result<(Vec<u8>, u64), ImageError> {
        super::read(&wat::parse_str(text).unwrap()).map(|image| (image.bytes, image.size))
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
    fn state_elsewhere_is_refused() {
        for text in [
            "(module (memory 2))",
            "(module (global (mut i32) (i32.const 0)))",
            "(module (memory 1) (global (mut i32) (i32.const 65540)))",
            "(module (memory 2) (global (mut i32) (i32.const 16)) (global (mut i64) (i64.const 0)))",
            "(module (memory 2) (memory 1) (global (mut i32) (i32.const 16)))",
            r#"(module (memory 1) (global (mut i32) (i32.const 16)) (data (i32.const 65535) "ab"))"#,
            "(module (memory 1) (global (mut i32) (i32.const 16)) (func) (start 0))",
            "(module (memory 2000) (global (mut i32) (i32.const 16)))",
            "(module (memory i64 1) (global (mut i32) (i32.const 16)))",
            r#"(module (import "a" "b" (global (mut i32))) (memory 1) (global (mut i32) (i32.const 16)))"#,
        ] {
            assert!(matches!(image(text), Err(ImageError::Unfit(_))), "{text}");
        }
    }
}
