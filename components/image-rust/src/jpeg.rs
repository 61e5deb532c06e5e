//! Whether a JPEG file is all there.
//!
//! The decoder fills up what is missing with grey and says nothing, as viewers do. A script that
//! uploads what it gets must rather know.

/// Begins data that is compressed.
const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// Whether the marker of the end comes after the compressed data. What follows it does not matter.
pub fn is_whole(file: &[u8]) -> bool {
    // Behind the marker of the start.
    let mut rest = file.get(2..).unwrap_or_default();
    let mut has_data = false;
    loop {
        match rest {
            // A marker can be preceded by any number of these.
            [0xff, 0xff, ..] => rest = &rest[1..],
            [0xff, END_OF_IMAGE, ..] => return has_data,
            // Restarts inside of the data, a byte of it that must not look like a marker, and a
            // marker without anything behind it.
            [0xff, 0x00 | 0x01 | 0xd0..=0xd8, ..] => rest = &rest[2..],
            [0xff, kind, high, low, ..] => {
                has_data |= *kind == START_OF_SCAN;
                let len = usize::from(u16::from_be_bytes([*high, *low]));
                rest = rest.get(2 + len..).unwrap_or_default();
            }
            [] | [0xff, ..] => return false,
            _ => {
                let next = rest.iter().position(|byte| *byte == 0xff);
                rest = &rest[next.unwrap_or(rest.len())..];
            }
        }
    }
}
