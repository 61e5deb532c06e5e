//! The file format of snapshots, version 2.
//!
//! It is described in `format.md`, which is a part of the module's documentation.

use std::cmp::Ordering;
use std::io::{self, Read, Write};

use twox_hash::{xxhash3_64, xxhash3_128};

use super::chunk::{self, CHUNK_PAGES};
use super::error::SnapshotError;
use super::header::Header;
use super::image::Image;
use super::seal::{NONCE, SealKey, TAG};

// Each constant of the format has an assertion beside it. If one fails, files that exist can no longer
// be read: raise `VERSION`, read the earlier version too or refuse it, and describe the format anew.

const MAGIC: [u8; 8] = *b"\x89JSVM\r\n\x1a";
const _: () = assert!(u64::from_be_bytes(MAGIC) == 0x894a_5356_4d0d_0a1a);

const VERSION: u16 = 2;
const _: () = assert!(
    VERSION == 2,
    "describe the format, and make new golden files"
);

const PLAIN: u8 = 0;
const SEALED: u8 = 1;
const _: () = assert!(PLAIN == 0 && SEALED == 1);

/// What both kinds of file begin with.
const PREFIX: usize = 12;
const _: () = assert!(PREFIX == 12);

/// A header is a few bytes per run of pages, and metadata. A smaller limit would refuse files.
const MAX_HEADER: u32 = 16 << 20;
const _: () = assert!(MAX_HEADER == 16 << 20);

fn prefix(kind: u8) -> [u8; PREFIX] {
    let mut prefix = [0; PREFIX];
    prefix[..8].copy_from_slice(&MAGIC);
    prefix[8..10].copy_from_slice(&VERSION.to_le_bytes());
    prefix[10] = kind;
    prefix
}

/// Writes a plain file, or what is inside of a sealed one.
pub(super) fn write(
    mut writer: impl Write,
    header: &Header,
    image: &Image,
    level: i32,
    is_sealed: bool,
) -> Result<(), SnapshotError> {
    let header = postcard::to_stdvec(&header.for_file(&image.pages, is_sealed))
        .map_err(|_| SnapshotError::Malformed("its metadata cannot be encoded"))?;
    let len = u32::try_from(header.len())
        .ok()
        .filter(|len| *len <= MAX_HEADER);
    let len = len.ok_or(SnapshotError::Malformed(
        "its metadata is too large: store it elsewhere, under the snapshot's id",
    ))?;
    let start = [&prefix(PLAIN)[..], &len.to_le_bytes(), &header].concat();
    let mut hasher = xxhash3_128::Hasher::new();
    let mut put = |bytes: &[u8]| {
        hasher.write(bytes);
        writer.write_all(bytes)
    };
    put(&start)?;
    put(&xxhash3_64::Hasher::oneshot(&start).to_le_bytes())?;
    chunk::compress(image, level, |chunk| {
        let len = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        put(&len.to_le_bytes())?;
        put(chunk)
    })?;
    let checksum = hasher.finish_128();
    writer.write_all(&checksum.to_le_bytes())?;
    Ok(())
}

/// Writes a sealed file.
pub(super) fn write_sealed(
    mut writer: impl Write,
    mut plain: Vec<u8>,
    key: &SealKey,
) -> Result<(), SnapshotError> {
    let prefix = prefix(SEALED);
    let (nonce, tag) = key.seal(&prefix, &mut plain)?;
    writer.write_all(&prefix)?;
    writer.write_all(&(plain.len() as u64).to_le_bytes())?;
    writer.write_all(&nonce)?;
    writer.write_all(&plain)?;
    writer.write_all(&tag)?;
    Ok(())
}

/// Reads a file and nothing after it.
pub(super) fn read(
    reader: impl Read,
    key: Option<&SealKey>,
    max_memory: u64,
) -> Result<(Header, Image), SnapshotError> {
    let mut reader = Counted::new(reader);
    let kind = read_prefix(&mut reader)?;
    match (kind, key) {
        (PLAIN, None) => read_plain(reader, max_memory, false),
        (PLAIN, Some(_)) => Err(SnapshotError::NotSealed),
        (SEALED, None) => Err(SnapshotError::Sealed),
        (SEALED, Some(key)) => {
            let len = u64::from_le_bytes(reader.array()?);
            let nonce = reader.array::<NONCE>()?;
            let mut bytes = reader.bytes(len)?;
            let tag = reader.array::<TAG>()?;
            key.open(&prefix(SEALED), &nonce, &mut bytes, &tag)?;
            let mut inner = Counted::new(bytes.as_slice());
            match read_prefix(&mut inner)? {
                PLAIN => read_plain(inner, max_memory, true),
                _ => Err(SnapshotError::Malformed("it is sealed twice")),
            }
        }
        _ => Err(SnapshotError::Damaged),
    }
}

/// Reads what both kinds of file begin with. Returns the kind.
fn read_prefix<R: Read>(reader: &mut Counted<R>) -> Result<u8, SnapshotError> {
    let magic = match reader.array() {
        Err(SnapshotError::Truncated { .. }) if !MAGIC.starts_with(&reader.last) => {
            return Err(SnapshotError::NotASnapshot);
        }
        magic => magic?,
    };
    if magic != MAGIC {
        return Err(SnapshotError::NotASnapshot);
    }
    let found = u16::from_le_bytes(reader.array()?);
    let supported = VERSION;
    match found.cmp(&supported) {
        Ordering::Less => return Err(SnapshotError::OldFormat { found, supported }),
        Ordering::Equal => {}
        Ordering::Greater => return Err(SnapshotError::UnknownFormat { found, supported }),
    }
    match reader.array()? {
        [kind @ (PLAIN | SEALED), 0] => Ok(kind),
        _ => Err(SnapshotError::Damaged),
    }
}

fn read_plain<R: Read>(
    mut reader: Counted<R>,
    max_memory: u64,
    is_sealed: bool,
) -> Result<(Header, Image), SnapshotError> {
    let len: [u8; 4] = reader.array()?;
    if u32::from_le_bytes(len) > MAX_HEADER {
        return Err(SnapshotError::Damaged);
    }
    let header = reader.bytes(u64::from(u32::from_le_bytes(len)))?;
    let start = [&prefix(PLAIN)[..], &len, &header].concat();
    if u64::from_le_bytes(reader.array()?) != xxhash3_64::Hasher::oneshot(&start) {
        return Err(SnapshotError::Damaged);
    }
    let mut header: Header = match postcard::take_from_bytes(&header) {
        Ok((header, [])) => header,
        _ => return Err(SnapshotError::Malformed("its header has another form")),
    };
    header.check(is_sealed)?;
    if header.size > max_memory {
        return Err(SnapshotError::TooLarge {
            bytes: header.size,
            limit: max_memory,
        });
    }
    let pages = header.take_pages()?;
    let mut chunks = Vec::new();
    for pages in pages.chunks(CHUNK_PAGES) {
        let len = u32::from_le_bytes(reader.array()?);
        if len as usize > chunk::bound(pages.len()) {
            return Err(SnapshotError::Damaged);
        }
        chunks.push(reader.bytes(u64::from(len))?);
    }
    let computed = reader.hasher.finish_128();
    if u128::from_le_bytes(reader.array()?) != computed {
        return Err(SnapshotError::Damaged);
    }
    let image = chunk::decompress(header.size, pages, chunks)?;
    if header.parent.is_none() && image.id() != header.id {
        return Err(SnapshotError::Malformed("it is not what its id says"));
    }
    Ok((header, image))
}

/// A reader that hashes, and knows how much there has been.
struct Counted<R> {
    inner: R,
    hasher: xxhash3_128::Hasher,
    count: u64,
    /// What was read last, even if it was too little.
    last: Vec<u8>,
}

impl<R: Read> Counted<R> {
    fn new(inner: R) -> Self {
        Counted {
            inner,
            hasher: xxhash3_128::Hasher::new(),
            count: 0,
            last: Vec::new(),
        }
    }

    /// Exactly `len` bytes. A forged length costs no more memory than there are bytes.
    fn bytes(&mut self, len: u64) -> Result<Vec<u8>, SnapshotError> {
        let mut bytes = Vec::new();
        (&mut self.inner).take(len).read_to_end(&mut bytes)?;
        let found = bytes.len() as u64;
        if found < len {
            self.last = bytes;
            return Err(SnapshotError::Truncated {
                expected: self.count.saturating_add(len),
                found: self.count + found,
            });
        }
        self.hasher.write(&bytes);
        self.count += found;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let mut array = [0; N];
        let mut found = 0;
        while found < N {
            match self.inner.read(&mut array[found..]) {
                Ok(0) => {
                    self.last = array[..found].to_vec();
                    return Err(SnapshotError::Truncated {
                        expected: self.count + N as u64,
                        found: self.count + found as u64,
                    });
                }
                Ok(count) => found += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.hasher.write(&array);
        self.count += N as u64;
        Ok(array)
    }
}
