//! Counts the memory of the host that the values of one call take, before it is taken.

use jsvm::ConversionError;
use jsvm::data::Node;
use jsvm_data::{CborHead, CborReader, Form};
use wasmtime::component::Val;

use super::shape::Shape;

/// Bytes of a value.
pub(crate) const VALUE: u64 = size_of::<Val>() as u64;

/// Bytes of a field of a record, with a short name.
pub(crate) const FIELD: u64 = size_of::<(String, Val)>() as u64 + SHORT_TEXT;

/// Bytes that a short text takes beside its `String`.
const SHORT_TEXT: u64 = 16;

/// Bytes of a node, or of a key of an object, with its place in the lists of others.
const NODE: u64 = size_of::<Node>() as u64 + 24;

/// The memory of the host that the values of one call may still take.
#[derive(Debug)]
pub(crate) struct Room {
    left: u64,
    limit: u64,
    is_exceeded: bool,
}

impl Room {
    pub(crate) fn new(limit: u64) -> Self {
        Room {
            left: limit,
            limit,
            is_exceeded: false,
        }
    }

    /// Takes room for some things of one size. Returns `None` if there is too little.
    pub(crate) fn take(&mut self, count: u64, each: u64) -> Option<()> {
        let left = count
            .checked_mul(each)
            .and_then(|bytes| self.left.checked_sub(bytes));
        match left {
            Some(left) => self.left = left,
            None => self.is_exceeded = true,
        }
        left.map(drop)
    }

    /// Takes room for the nodes of data, which are not made yet.
    pub(crate) fn take_nodes(&mut self, form: &Form) -> Option<()> {
        let mut reader = CborReader::new(&form.item);
        let mut bytes = form.chunks.iter().map(|chunk| chunk.len() as u64).sum();
        let mut nodes = 0_u64;
        // What is malformed is an error of whoever reads it.
        while reader.position() < form.item.len() {
            match reader.read_head() {
                Ok(CborHead::Bytes(Some(len)) | CborHead::Text(Some(len))) => {
                    nodes += 1;
                    bytes += len;
                    if reader.read_slice(len).is_err() {
                        break;
                    }
                }
                Ok(_) => nodes += 1,
                Err(_) => break,
            }
        }
        self.take(nodes, NODE)?;
        self.take(bytes, 1)
    }

    /// Whether more was wanted than there was.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }

    /// Returns the error for what does not fit.
    pub(crate) fn error(&self) -> ConversionError {
        let limit = match self.limit {
            limit if limit < 1 << 20 => format!("{limit} bytes"),
            limit => format!("{} MiB", limit >> 20),
        };
        let expected = format!("arguments that take at most {limit} in the host");
        ConversionError::new(expected, "more")
    }
}

/// Returns how many times more the values of a type take in the host than wasmtime counts.
///
/// It counts the size of each value in a list or record, and the bytes of names, but not the
/// `String` of each name. A list of `flags` takes the most.
pub(crate) fn underestimation(shape: &Shape) -> u64 {
    let own = match shape {
        Shape::Flags(flags) => {
            let names = flags.iter().map(|flag| flag.name.len() as u64);
            let counted = VALUE + names.sum::<u64>();
            let taken = VALUE + flags.len() as u64 * (size_of::<String>() as u64 + SHORT_TEXT);
            1 + taken / counted
        }
        Shape::Record(_) | Shape::Variant(_) | Shape::Enum(_) => 3,
        _ => 1,
    };
    let mut most = own;
    shape.parts(&mut |part| most = most.max(underestimation(part)));
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_as_documented() {
        assert_eq!((VALUE, size_of::<Node>()), (40, 64));
    }

    #[test]
    fn room_is_taken_until_there_is_none() {
        let mut room = Room::new(100);
        assert!(room.take(10, 8).is_some());
        assert!(room.take(3, 8).is_none());
        assert!(room.is_exceeded());
        assert!(room.take(u64::MAX, 2).is_none());
    }

    #[test]
    fn nodes_are_counted_without_making_them() {
        let data = jsvm::Data::of(&vec![true; 1000]).unwrap();
        let form = data.form().unwrap();
        assert!(Room::new(1000 * NODE).take_nodes(form).is_none());
        assert!(Room::new(1010 * NODE).take_nodes(form).is_some());
    }
}
