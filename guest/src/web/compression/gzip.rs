//! The frame of gzip (RFC 1952).

use crc::{CRC_32_ISO_HDLC, Crc, Digest, Table};

static CRC: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

/// The header that is written: no name, no time, and an unknown system.
pub const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Length of the trailer.
pub const TRAILER: usize = 8;

/// The checksum and the length of the data.
pub struct Checksum {
    crc: Digest<'static, u32, Table<1>>,
    len: u32,
}

impl Checksum {
    pub fn new() -> Self {
        Checksum {
            crc: CRC.digest(),
            len: 0,
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.crc.update(bytes);
        self.len = self.len.wrapping_add(bytes.len() as u32);
    }

    /// The trailer of data with this checksum.
    pub fn trailer(&self) -> [u8; TRAILER] {
        let mut trailer = [0; TRAILER];
        trailer[..4].copy_from_slice(&self.crc.clone().finalize().to_le_bytes());
        trailer[4..].copy_from_slice(&self.len.to_le_bytes());
        trailer
    }
}

const HAS_CRC: u8 = 2;
const HAS_EXTRA: u8 = 4;
const HAS_NAME: u8 = 8;
const HAS_COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

/// Reads a header by bytes, and keeps none of them.
pub struct Header {
    part: Part,
    flags: u8,
    checksum: Checksum,
}

enum Part {
    /// The first ten bytes, with the number of the next.
    Fixed(u8),
    /// The length of the extra field, low byte first.
    ExtraLen(Option<u8>),
    Extra(u16),
    Name,
    Comment,
    /// The checksum of the header, low byte first.
    Crc(Option<u8>),
}

/// The parts that a header may have, in their order.
const OPTIONAL: [(u8, fn() -> Part); 4] = [
    (HAS_EXTRA, || Part::ExtraLen(None)),
    (HAS_NAME, || Part::Name),
    (HAS_COMMENT, || Part::Comment),
    (HAS_CRC, || Part::Crc(None)),
];

/// What follows a byte of a header.
pub enum Read {
    More,
    Done,
    Corrupt,
}

impl Header {
    pub fn new() -> Self {
        Header {
            part: Part::Fixed(0),
            flags: 0,
            checksum: Checksum::new(),
        }
    }

    pub fn read(&mut self, byte: u8) -> Read {
        let expected = self.checksum.trailer();
        if !matches!(self.part, Part::Crc(_)) {
            self.checksum.update(&[byte]);
        }
        match self.part {
            Part::Fixed(index) => {
                let is_valid = match index {
                    0..=2 => byte == HEADER[usize::from(index)],
                    3 => byte & RESERVED == 0,
                    _ => true,
                };
                if !is_valid {
                    return Read::Corrupt;
                }
                if index == 3 {
                    self.flags = byte;
                }
                if index == 9 {
                    return self.after(0);
                }
                self.part = Part::Fixed(index + 1);
            }
            Part::ExtraLen(None) => self.part = Part::ExtraLen(Some(byte)),
            Part::ExtraLen(Some(low)) => match u16::from_le_bytes([low, byte]) {
                0 => return self.after(HAS_EXTRA),
                len => self.part = Part::Extra(len),
            },
            Part::Extra(1) => return self.after(HAS_EXTRA),
            Part::Extra(left) => self.part = Part::Extra(left - 1),
            Part::Name if byte == 0 => return self.after(HAS_NAME),
            Part::Comment if byte == 0 => return self.after(HAS_COMMENT),
            Part::Name | Part::Comment => {}
            Part::Crc(None) if byte == expected[0] => self.part = Part::Crc(Some(byte)),
            Part::Crc(Some(_)) if byte == expected[1] => return Read::Done,
            Part::Crc(_) => return Read::Corrupt,
        }
        Read::More
    }

    /// Goes on behind a part.
    fn after(&mut self, part: u8) -> Read {
        let behind = OPTIONAL.iter().position(|(flag, _)| *flag == part);
        let rest = &OPTIONAL[behind.map_or(0, |index| index + 1)..];
        match rest.iter().find(|(flag, _)| self.flags & flag != 0) {
            Some((_, create)) => {
                self.part = create();
                Read::More
            }
            None => Read::Done,
        }
    }
}
