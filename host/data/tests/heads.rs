//! Single items: those of the standard, and those that it forbids.

use jsvm_data::{CborError, CborErrorKind, CborHead, CborReader, CborWriter, tags};

fn head(bytes: &[u8]) -> Result<CborHead, CborErrorKind> {
    CborReader::new(bytes).read_head().map_err(CborError::kind)
}

/// Appendix A of RFC 8949, as far as heads go.
#[test]
fn heads_are_those_of_the_standard() {
    let cases: &[(&[u8], CborHead)] = &[
        (b"\x00", CborHead::Unsigned(0)),
        (b"\x17", CborHead::Unsigned(23)),
        (b"\x18\x18", CborHead::Unsigned(24)),
        (b"\x19\x03\xe8", CborHead::Unsigned(1000)),
        (b"\x1a\x00\x0f\x42\x40", CborHead::Unsigned(1_000_000)),
        (
            b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
            CborHead::Unsigned(u64::MAX),
        ),
        (b"\x20", CborHead::Negative(0)),
        (b"\x39\x03\xe7", CborHead::Negative(999)),
        (b"\xf9\x80\x00", CborHead::Float(-0.0)),
        (b"\xf9\x3e\x00", CborHead::Float(1.5)),
        (b"\xf9\x7b\xff", CborHead::Float(65504.0)),
        (b"\xf9\x00\x01", CborHead::Float(5.960464477539063e-8)),
        (b"\xf9\x7c\x00", CborHead::Float(f64::INFINITY)),
        (b"\xfa\x47\xc3\x50\x00", CborHead::Float(100_000.0)),
        (
            b"\xfb\xc0\x10\x66\x66\x66\x66\x66\x66",
            CborHead::Float(-4.1),
        ),
        (b"\xf4", CborHead::Boolean(false)),
        (b"\xf5", CborHead::Boolean(true)),
        (b"\xf6", CborHead::Null),
        (b"\xf7", CborHead::Undefined),
        (b"\xc0", CborHead::Tag(0)),
        (b"\xd8\x20", CborHead::Tag(32)),
        (b"\x44", CborHead::Bytes(Some(4))),
        (b"\x5f", CborHead::Bytes(None)),
        (b"\x60", CborHead::Text(Some(0))),
        (b"\x7f", CborHead::Text(None)),
        (b"\x98\x19", CborHead::Array(Some(25))),
        (b"\x9f", CborHead::Array(None)),
        (b"\xa0", CborHead::Map(Some(0))),
        (b"\xbf", CborHead::Map(None)),
        (b"\xff", CborHead::Break),
        // Longer than need be.
        (b"\x1b\0\0\0\0\0\0\0\x05", CborHead::Unsigned(5)),
        (b"\xda\0\0\0\x1c", CborHead::Tag(tags::SHARED)),
    ];
    for (bytes, expected) in cases {
        assert_eq!(head(bytes), Ok(*expected), "{bytes:x?}");
        for end in 0..bytes.len() {
            assert_eq!(head(&bytes[..end]), Err(CborErrorKind::UnexpectedEnd));
        }
    }
}

#[test]
fn reserved_heads_are_refused() {
    let mut refused = vec![b"\xf8\x20".to_vec(), b"\xf8\xff".to_vec()];
    // Simple values without a meaning, reserved lengths, and types that have no open form.
    refused.extend((0xe0..=0xf3).map(|initial| vec![initial]));
    refused.extend((0..8).flat_map(|major| (28..31).map(move |info| vec![major << 5 | info])));
    refused.extend([0x1f, 0x3f, 0xdf].map(|initial| vec![initial]));
    for bytes in refused {
        assert_eq!(head(&bytes), Err(CborErrorKind::InvalidHead), "{bytes:x?}");
        let skipped = CborReader::new(&bytes).skip_item();
        assert_eq!(skipped.unwrap_err().kind(), CborErrorKind::InvalidHead);
    }
}

#[test]
fn parts_of_strings_have_a_length_and_the_same_type() {
    let invalid: &[&[u8]] = &[
        b"\x7f\x7f\xff\xff",
        b"\x7f\x41a\xff",
        b"\x5f\x61a\xff",
        b"\x5f\x5f\xff\xff",
        b"\x7f\x01\xff",
    ];
    for bytes in invalid {
        let error = CborReader::new(bytes).skip_item().unwrap_err();
        assert_eq!(
            (error.kind(), error.offset()),
            (CborErrorKind::InvalidHead, 1)
        );
    }
    let mut reader = CborReader::new(b"\x7f\x61a\x60\x62bc\xff");
    assert_eq!(reader.read_text_item().unwrap(), "abc");
    let mut reader = CborReader::new(b"\x5f\x41\x01\x42\x02\x03\xff");
    assert_eq!(*reader.read_bytes_item().unwrap(), [1, 2, 3]);
}

#[test]
fn lengths_beyond_the_end_are_refused() {
    for initial in [0x5b, 0x7b, 0x9b, 0xbb] {
        let bytes = [initial, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0];
        let error = CborReader::new(&bytes).skip_item().unwrap_err();
        assert_eq!(error.kind(), CborErrorKind::UnexpectedEnd);
    }
}

#[test]
fn breaks_end_only_what_is_open() {
    for bytes in [
        &b"\xff"[..],
        b"\x81\xff",
        b"\xc1\xff",
        b"\x9f\x81\xff\xff",
        b"\x9f\xc1\xff\xff",
        b"\xa1\x00\xff",
    ] {
        let error = CborReader::new(bytes).skip_item().unwrap_err();
        assert_eq!(error.kind(), CborErrorKind::InvalidHead, "{bytes:x?}");
    }
    let mut reader = CborReader::new(b"\x9f\x9f\x82\x9f\xff\x01\xff\xbf\xff\xff\x00");
    reader.skip_item().unwrap();
    assert_eq!(reader.rest(), [0]);
}

#[test]
fn depth_is_not_limited() {
    for open in [0x81, 0x9f, 0xc1] {
        let mut bytes = vec![open; 1 << 20];
        let error = CborReader::new(&bytes).skip_item().unwrap_err();
        assert_eq!(error.kind(), CborErrorKind::UnexpectedEnd);
        bytes.push(0);
        if open == 0x9f {
            bytes.resize(bytes.len() + (1 << 20), 0xff);
        }
        let mut reader = CborReader::new(&bytes);
        reader.skip_item().unwrap();
        assert_eq!(reader.remaining(), 0);
    }
}

#[test]
fn text_must_be_utf8() {
    let error = CborReader::new(b"\x62\xc3\x28")
        .read_text_item()
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (CborErrorKind::InvalidText, 1)
    );
    let parts = b"\x7f\x61\xc3\x61\xa9\xff";
    let error = CborReader::new(parts).read_text_item().unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (CborErrorKind::InvalidText, 2)
    );
}

type Read = fn(&mut CborReader<'_>) -> Option<CborError>;

#[test]
fn other_items_are_told_apart() {
    let cases: [(Read, CborErrorKind); 6] = [
        (
            |reader| reader.read_array().err(),
            CborErrorKind::NotAnArray,
        ),
        (|reader| reader.read_map().err(), CborErrorKind::NotAMap),
        (|reader| reader.read_tag().err(), CborErrorKind::NotATag),
        (
            |reader| reader.read_text_item().err(),
            CborErrorKind::NotAText,
        ),
        (
            |reader| reader.read_bytes_item().err(),
            CborErrorKind::NotBytes,
        ),
        (
            |reader| reader.read_index().err(),
            CborErrorKind::NotAnIndex,
        ),
    ];
    for (read, kind) in cases {
        let error = read(&mut CborReader::at(b"\x00\xf6", 1)).unwrap();
        assert_eq!((error.kind(), error.offset()), (kind, 1));
    }
}

#[test]
fn numbers_are_integers_where_they_are_exact() {
    let written = |value: f64| {
        let mut writer = CborWriter::new();
        writer.write_number(value);
        writer.into_bytes()
    };
    assert_eq!(written(0.0), [0]);
    assert_eq!(written(-1.0), [0x20]);
    assert_eq!(written(-0.0)[0], 0xfb);
    assert_eq!(written(0.5)[0], 0xfb);
    assert_eq!(written(9_007_199_254_740_991.0)[0], 0x1b);
    assert_eq!(written(9_007_199_254_740_992.0)[0], 0xfb);
    assert_eq!(written(f64::NAN)[0], 0xfb);
}

#[test]
fn short_and_long_texts_are_written_alike() {
    let text = "abcdefghijklmnopqrstuvwxyz".repeat(4);
    for len in 0..text.len() {
        let mut writer = CborWriter::with_capacity(4);
        writer.write_text(&text[..len]);
        writer.write_bytes(&text.as_bytes()[..len]);
        let mut reader = CborReader::new(writer.as_bytes());
        assert_eq!(reader.read_text_item().unwrap(), &text[..len]);
        assert_eq!(*reader.read_bytes_item().unwrap(), text.as_bytes()[..len]);
    }
}
