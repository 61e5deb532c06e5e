//! Files in the folder that the host has opened for this program.

use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};

/// Bytes that are read at once.
const PART: u64 = 1 << 16;

fn open(path: &str, create: OpenFlags, access: DescriptorFlags) -> Result<Descriptor, ErrorCode> {
    let mut folders = get_directories().into_iter();
    let (folder, _) = folders.next().ok_or(ErrorCode::Access)?;
    folder.open_at(PathFlags::SYMLINK_FOLLOW, path, create, access)
}

/// The names of the files of a folder, sorted.
pub fn list(path: &str) -> Result<Vec<String>, ErrorCode> {
    let folder = open(path, OpenFlags::DIRECTORY, DescriptorFlags::READ)?;
    let entries = folder.read_directory()?;
    let mut names = Vec::new();
    while let Some(entry) = entries.read_directory_entry()? {
        names.push(entry.name);
    }
    names.sort();
    Ok(names)
}

/// The bytes of a file.
pub fn read(path: &str) -> Result<Vec<u8>, ErrorCode> {
    let file = open(path, OpenFlags::empty(), DescriptorFlags::READ)?;
    let mut bytes = Vec::new();
    loop {
        let (part, is_end) = file.read(PART, bytes.len() as u64)?;
        bytes.extend(part);
        if is_end {
            return Ok(bytes);
        }
    }
}

/// Makes or replaces a file.
pub fn write(path: &str, bytes: &[u8]) -> Result<(), ErrorCode> {
    let create = OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let file = open(path, create, DescriptorFlags::WRITE)?;
    let mut written = 0;
    while written < bytes.len() {
        let end = bytes.len().min(written + PART as usize);
        written += file.write(&bytes[written..end], written as u64)? as usize;
    }
    Ok(())
}
