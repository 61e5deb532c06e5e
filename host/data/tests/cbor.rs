//! Any item that is written can be read, and arbitrary bytes do no harm.

use std::borrow::Cow;

use jsvm_data::{CborError, CborErrorKind, CborHead, CborReader, CborWriter};
use proptest::collection::vec;
use proptest::prelude::*;

/// An item as RFC 8949 has them.
#[derive(Clone, Debug)]
enum Item {
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Null,
    Undefined,
    Text(String),
    Bytes(Vec<u8>),
    /// In parts, without a length of the whole.
    Parts(Vec<String>),
    Array(Vec<Item>),
    OpenArray(Vec<Item>),
    Map(Vec<(Item, Item)>),
    OpenMap(Vec<(Item, Item)>),
    Tagged(u64, Box<Item>),
}

fn write(item: &Item, writer: &mut CborWriter) {
    match item {
        Item::Integer(value) => writer.write_integer(*value),
        Item::Float(value) => writer.write_float(*value),
        Item::Boolean(value) => writer.write_boolean(*value),
        Item::Null => writer.write_null(),
        Item::Undefined => writer.write_undefined(),
        Item::Text(text) => writer.write_text(text),
        Item::Bytes(bytes) => writer.write_bytes(bytes),
        Item::Parts(parts) => {
            writer.append(&[0x7f]);
            parts.iter().for_each(|part| writer.write_text(part));
            writer.close();
        }
        Item::Array(items) => {
            writer.write_array(items.len());
            items.iter().for_each(|item| write(item, writer));
        }
        Item::OpenArray(items) => {
            writer.open_array();
            items.iter().for_each(|item| write(item, writer));
            writer.close();
        }
        Item::Map(pairs) => {
            writer.write_map(pairs.len());
            write_pairs(pairs, writer);
        }
        Item::OpenMap(pairs) => {
            writer.open_map();
            write_pairs(pairs, writer);
            writer.close();
        }
        Item::Tagged(tag, item) => {
            writer.write_tag(*tag);
            write(item, writer);
        }
    }
}

fn write_pairs(pairs: &[(Item, Item)], writer: &mut CborWriter) {
    for (key, value) in pairs {
        write(key, writer);
        write(value, writer);
    }
}

/// Reads an item and compares it.
fn check(item: &Item, reader: &mut CborReader<'_>) -> Result<(), CborError> {
    let head = reader.read_head()?;
    match item {
        Item::Integer(value) => match u64::try_from(*value) {
            Ok(value) => assert_eq!(head, CborHead::Unsigned(value)),
            Err(_) => assert_eq!(head, CborHead::Negative(!*value as u64)),
        },
        Item::Float(value) => match head {
            CborHead::Float(found) => assert_eq!(found.to_bits(), value.to_bits()),
            other => panic!("{other:?} in place of {value}"),
        },
        Item::Boolean(value) => assert_eq!(head, CborHead::Boolean(*value)),
        Item::Null => assert_eq!(head, CborHead::Null),
        Item::Undefined => assert_eq!(head, CborHead::Undefined),
        Item::Text(text) => {
            assert_eq!(head, CborHead::Text(Some(text.len() as u64)));
            assert!(
                matches!(reader.read_text(Some(text.len() as u64))?, Cow::Borrowed(t) if t == text)
            );
        }
        Item::Bytes(bytes) => {
            assert_eq!(head, CborHead::Bytes(Some(bytes.len() as u64)));
            assert_eq!(*reader.read_bytes(Some(bytes.len() as u64))?, **bytes);
        }
        Item::Parts(parts) => {
            assert_eq!(head, CborHead::Text(None));
            assert_eq!(reader.read_text(None)?, parts.concat());
        }
        Item::Array(items) => {
            assert_eq!(head, CborHead::Array(Some(items.len() as u64)));
            items.iter().try_for_each(|item| check(item, reader))?;
        }
        Item::OpenArray(items) => {
            assert_eq!(head, CborHead::Array(None));
            items.iter().try_for_each(|item| check(item, reader))?;
            assert_eq!(reader.read_head()?, CborHead::Break);
        }
        Item::Map(pairs) => {
            assert_eq!(head, CborHead::Map(Some(pairs.len() as u64)));
            check_pairs(pairs, reader)?;
        }
        Item::OpenMap(pairs) => {
            assert_eq!(head, CborHead::Map(None));
            check_pairs(pairs, reader)?;
            assert_eq!(reader.read_head()?, CborHead::Break);
        }
        Item::Tagged(tag, item) => {
            assert_eq!(head, CborHead::Tag(*tag));
            check(item, reader)?;
        }
    }
    Ok(())
}

fn check_pairs(pairs: &[(Item, Item)], reader: &mut CborReader<'_>) -> Result<(), CborError> {
    pairs.iter().try_for_each(|(key, value)| {
        check(key, reader)?;
        check(value, reader)
    })
}

fn items() -> impl Strategy<Value = Item> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Item::Integer),
        (-300i64..70_000).prop_map(Item::Integer),
        any::<f64>().prop_map(Item::Float),
        any::<bool>().prop_map(Item::Boolean),
        Just(Item::Null),
        Just(Item::Undefined),
        ".{0,40}".prop_map(Item::Text),
        vec(any::<u8>(), 0..300).prop_map(Item::Bytes),
        vec(".{0,9}", 0..4).prop_map(Item::Parts),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let pairs = vec((inner.clone(), inner.clone()), 0..5);
        prop_oneof![
            vec(inner.clone(), 0..30).prop_map(Item::Array),
            vec(inner.clone(), 0..6).prop_map(Item::OpenArray),
            pairs.clone().prop_map(Item::Map),
            pairs.prop_map(Item::OpenMap),
            (any::<u64>(), inner.clone()).prop_map(|(tag, item)| Item::Tagged(tag, item.into())),
            (0u64..300, inner).prop_map(|(tag, item)| Item::Tagged(tag, item.into())),
        ]
    })
}

/// Passes over an item by its heads, which follow each other whatever contains them: another way
/// to find out where it ends.
fn end_by_steps(bytes: &[u8]) -> Result<usize, Option<CborError>> {
    enum Open {
        Items(u64),
        Unknown,
    }
    let mut reader = CborReader::new(bytes);
    let mut open = vec![Open::Items(1)];
    loop {
        match open.last_mut() {
            None => return Ok(reader.position()),
            Some(Open::Items(0)) => {
                open.pop();
                continue;
            }
            Some(Open::Items(left)) => *left -= 1,
            Some(Open::Unknown) if reader.peek() == Some(0xff) => {
                reader.read_head()?;
                open.pop();
                continue;
            }
            Some(Open::Unknown) => {}
        }
        match reader.read_step()? {
            CborHead::Array(Some(len)) => open.push(Open::Items(len)),
            CborHead::Map(Some(len)) => open.push(Open::Items(len.saturating_mul(2))),
            CborHead::Array(None) | CborHead::Map(None) => open.push(Open::Unknown),
            CborHead::Tag(_) => open.push(Open::Items(1)),
            // It ends nothing.
            CborHead::Break => return Err(None),
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(item in items()) {
        let mut writer = CborWriter::new();
        write(&item, &mut writer);
        let bytes = writer.into_bytes();
        let mut reader = CborReader::new(&bytes);
        check(&item, &mut reader).unwrap();
        prop_assert_eq!(reader.remaining(), 0);
        let mut reader = CborReader::new(&bytes);
        reader.skip_item().unwrap();
        prop_assert_eq!(reader.position(), bytes.len());
        prop_assert_eq!(end_by_steps(&bytes), Ok(bytes.len()));
    }

    #[test]
    fn every_beginning_of_an_item_is_refused(item in items()) {
        let mut writer = CborWriter::new();
        write(&item, &mut writer);
        for end in 0..writer.position() {
            let bytes = &writer.as_bytes()[..end];
            let error = CborReader::new(bytes).skip_item().unwrap_err();
            prop_assert_eq!(error.kind(), CborErrorKind::UnexpectedEnd);
            prop_assert_eq!(error.offset(), end);
            prop_assert!(check(&item, &mut CborReader::new(bytes)).is_err());
        }
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..200), start in 0usize..220) {
        let mut skipping = CborReader::new(&bytes);
        let skipped = skipping.skip_item();
        prop_assert!(skipping.position() <= bytes.len());
        match end_by_steps(&bytes) {
            Ok(end) => {
                prop_assert_eq!(skipped, Ok(()));
                prop_assert_eq!(skipping.position(), end);
            }
            Err(_) => prop_assert!(skipped.is_err()),
        }
        let mut reader = CborReader::at(&bytes, start);
        prop_assert_eq!(reader.position(), start.min(bytes.len()));
        while let Ok(head) = reader.read_head() {
            let read = match head {
                CborHead::Bytes(len) => reader.read_bytes(len).map(|bytes| bytes.len()),
                CborHead::Text(len) => reader.read_text(len).map(|text| text.len()),
                _ => Ok(0),
            };
            match read {
                Ok(len) => prop_assert!(len <= bytes.len()),
                Err(error) => {
                    prop_assert!(error.offset() <= bytes.len());
                    break;
                }
            }
        }
        let reads: [fn(&mut CborReader<'_>) -> bool; 7] = [
            |reader| reader.read_array().is_ok(),
            |reader| reader.read_map().is_ok(),
            |reader| reader.read_tag().is_ok(),
            |reader| reader.read_index().is_ok(),
            |reader| reader.read_text_item().is_ok(),
            |reader| reader.read_bytes_item().is_ok(),
            |reader| reader.read_step().is_ok(),
        ];
        for read in reads {
            let mut reader = CborReader::at(&bytes, start);
            read(&mut reader);
            prop_assert!(reader.position() <= bytes.len());
        }
    }
}
