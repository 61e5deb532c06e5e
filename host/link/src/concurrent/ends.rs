//! The ends of streams and futures that a script holds, by their numbers.

use rustc_hash::FxHashMap;
use wasmtime::component::{Func, Val};

use super::super::handles::first_number;
use super::super::shape::{TransferId, TransferShape};

/// What a script does with a stream or future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndCall {
    Open,
    IsOpen,
    Read,
    Write,
    Close,
    Discard,
}

impl EndCall {
    /// All of them, with their names in JavaScript.
    pub(crate) const ALL: [(EndCall, &str); 6] = [
        (EndCall::Open, "#open"),
        (EndCall::IsOpen, "#is-open"),
        (EndCall::Read, "#read"),
        (EndCall::Write, "#write"),
        (EndCall::Close, "#close"),
        (EndCall::Discard, "#discard"),
    ];
}

/// The streams and futures of one instance that a script holds.
pub(crate) struct Ends {
    shapes: Vec<TransferShape>,
    held: FxHashMap<u64, End>,
    next: u64,
}

/// The end of a stream or future. A script that writes has both ends until it has passed the readable
/// one on.
pub(super) struct End {
    pub(super) id: TransferId,
    /// The readable end, until it is read or passed on.
    pub(super) readable: Option<Val>,
    pub(super) bridge: Option<Bridge>,
    pub(super) is_writer: bool,
    /// Whether a read or write is in progress.
    pub(super) is_busy: bool,
    /// Whether the end has to be closed when that is over.
    pub(super) is_closing: bool,
    /// Whether nothing follows.
    pub(super) is_ended: bool,
}

/// The functions of an instance of a bridge.
#[derive(Clone, Copy)]
pub(super) struct Bridge {
    pub(super) take: Func,
    pub(super) open: Func,
    pub(super) read: Func,
    pub(super) write: Func,
    pub(super) close_readable: Func,
    pub(super) close_writable: Func,
    pub(super) abandon: Func,
    pub(super) max_items: u32,
}

impl Ends {
    pub(crate) fn new(shapes: &[TransferShape]) -> Self {
        Ends {
            shapes: shapes.to_vec(),
            held: FxHashMap::default(),
            next: first_number(),
        }
    }

    /// Adds an end that was received, and returns its number.
    pub(crate) fn insert_readable(&mut self, id: TransferId, value: Val) -> u64 {
        self.insert(id, Some(value), false)
    }

    /// Adds a new stream or future, which is not there yet, and returns its number.
    pub(super) fn reserve(&mut self, id: TransferId) -> u64 {
        self.insert(id, None, true)
    }

    fn insert(&mut self, id: TransferId, readable: Option<Val>, is_writer: bool) -> u64 {
        let number = self.next;
        self.next += 1;
        let end = End {
            id,
            readable,
            bridge: None,
            is_writer,
            is_busy: false,
            is_closing: false,
            is_ended: false,
        };
        self.held.insert(number, end);
        number
    }

    /// Returns a readable end that can be passed on.
    pub(crate) fn readable(&self, id: TransferId, number: u64) -> Option<Val> {
        let end = self.held.get(&number)?;
        (end.id == id).then(|| end.readable.clone()).flatten()
    }

    /// Forgets the readable end, which was passed on.
    pub(crate) fn pass(&mut self, number: u64) {
        if let Some(end) = self.held.get_mut(&number) {
            end.readable = None;
            if !end.is_writer {
                self.held.remove(&number);
            }
        }
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut End> {
        self.held.get_mut(&number)
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<End> {
        self.held.remove(&number)
    }

    pub(super) fn shape(&self, id: TransferId) -> Option<&TransferShape> {
        self.shapes.get(id.0)
    }

    /// Describes what is expected, for messages.
    pub(crate) fn describe(&self, id: TransferId) -> String {
        match self.shape(id) {
            Some(TransferShape {
                is_stream: false, ..
            }) => "a promise or a value".into(),
            _ => "an iterable".into(),
        }
    }
}
