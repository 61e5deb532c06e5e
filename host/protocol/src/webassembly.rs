//! Calls of WebAssembly modules of scripts, which an embedder may run as native code.
//!
//! The VM interprets modules, and all of their state is in its memory. An embedder that can compile may run calls
//! of their functions instead. The VM makes the host call [`CALL`] with one message (bytes), and gets one message.
//! An embedder that does not know the name throws, as for any other; the VM then interprets.
//!
//! | request | contains | answered by |
//! |---|---|---|
//! | [`HELLO`] | [`VERSION`] | [`READY`] |
//! | [`INSTANTIATE`] | state; number of the instance; the module; what it has of each index space | [`DONE`], [`REFUSED`] |
//! | [`RUN`] | state; instance, function, arguments | an outcome |
//! | [`ANSWER`] | state; results of the function that [`UPCALL`] or [`GROW`] named | an outcome |
//! | [`GO_ON`] | | an outcome |
//! | [`ABANDON`] | | [`ABANDONED`] |
//!
//! An outcome is [`DONE`], [`UPCALL`], [`GROW`], [`ASK`], [`TRAP`] or [`REFUSED`]. After [`UPCALL`] the VM may make any
//! request before its [`ANSWER`], so that calls nest: no message comes to a VM that waits in another call.
//!
//! # Form
//!
//! Numbers are little-endian. The first byte is the kind. A value is 8 bytes: an `i64`, the bits of an `f64`, or 32
//! bits and zeros. A list is its length (`u32`) and its items. A type is a byte, [`I32`] to [`F64`].
//!
//! *State* is what the embedder does not know yet:
//!
//! 1. a list of memories: number, address and size in bytes (`u32`, `u64`, `u64`). A memory is a piece of the VM's;
//! 2. a list of new global variables: number, type, 1 if it is mutable, value (`u32`, `u8`, `u8`, value);
//! 3. a list of new functions that only the VM can call: number, a list of types of parameters, one of results;
//! 4. a list of tables: number, size, 1 if elements follow (`u32`, `u32`, `u8`), as many elements;
//! 5. the values of all mutable global variables, in the order in which they became known, as a list.
//!
//! An element (`u64`) is [`NULL`], the number of a function of 3 with [`OF_THE_VM`], or
//! [`function_of`] an instance.
//!
//! [`INSTANTIATE`] has, after state and number (`u32`): the bytes of the module as a list, and four lists for what
//! each index means, imports first: an element for each *imported* function, and the numbers of memories, tables and
//! globals.
//!
//! [`ABANDONED`] and every outcome but [`ASK`] and [`REFUSED`] begin with list 5, which is empty if the embedder has
//! forgotten all. Then [`DONE`] has the number of instructions that ran (`u64`) and the results, [`UPCALL`] a function's
//! number (`u32`) and its arguments, [`GROW`] a memory's number and pages (`u32`, `u32`), [`TRAP`] and [`ABANDONED`] a byte
//! of [`trap`]. The answer to [`GROW`] is that of the instruction `memory.grow`: the pages before, or -1. The [`DONE`] of
//! [`INSTANTIATE`] is empty. [`REFUSED`] has a byte: [`NEVER`], or [`UNKNOWN`] if the embedder knows nothing of the
//! instance, and wants to be told again from the beginning.

use alloc::vec::Vec;

/// The host call.
pub const CALL: &str = "jsvm:webassembly";

/// The version of the messages.
pub const VERSION: u32 = 1;

/// Whether the embedder knows [`VERSION`].
pub const HELLO: u8 = 0;
/// Makes an instance known.
pub const INSTANTIATE: u8 = 1;
/// Runs a function.
pub const RUN: u8 = 2;
/// The results of what the embedder asked for.
pub const ANSWER: u8 = 3;
/// Goes on after [`ASK`].
pub const GO_ON: u8 = 4;
/// Ends the run that asked last: what it waits for threw.
pub const ABANDON: u8 = 5;

/// The embedder knows the version.
pub const READY: u8 = 16;
/// The function returned, or the request was carried out.
pub const DONE: u8 = 17;
/// The VM must interpret.
pub const REFUSED: u8 = 18;
/// The module calls a function of the VM.
pub const UPCALL: u8 = 19;
/// The module grows a memory.
pub const GROW: u8 = 20;
/// The module has run for a while ([`INTERVAL`]).
pub const ASK: u8 = 21;
/// The module trapped.
pub const TRAP: u8 = 22;
/// The run has ended.
pub const ABANDONED: u8 = 23;

/// After [`REFUSED`]: this instance is never run.
pub const NEVER: u8 = 0;
/// After [`REFUSED`]: nothing is known of the instance.
pub const UNKNOWN: u8 = 1;

/// Instructions between two [`ASK`]s.
pub const INTERVAL: u64 = 100_000;

/// The type of a value.
pub const I32: u8 = 0;
/// The type of a value.
pub const I64: u8 = 1;
/// The type of a value.
pub const F32: u8 = 2;
/// The type of a value.
pub const F64: u8 = 3;

/// An element of a table without function.
pub const NULL: u64 = 0;

/// Marks the number of a function that only the VM can call.
pub const OF_THE_VM: u64 = 1 << 63;

/// A function of an instance as an element of a table.
///
/// ```
/// use jsvm_protocol::webassembly::{NULL, OF_THE_VM, function_of};
/// let element = function_of(0, 7);
/// assert!(element != NULL && element & OF_THE_VM == 0);
/// assert_eq!((element >> 32) as u32 - 1, 0);
/// assert_eq!(element as u32, 7);
/// ```
#[must_use]
pub fn function_of(instance: u32, index: u32) -> u64 {
    (u64::from(instance) + 1) << 32 | u64::from(index)
}

/// Why a module trapped.
pub mod trap {
    /// `unreachable`
    pub const UNREACHABLE: u8 = 0;
    /// An address outside of a memory.
    pub const MEMORY: u8 = 1;
    /// An index outside of a table.
    pub const TABLE: u8 = 2;
    /// A call of no function, or of one of another type.
    pub const SIGNATURE: u8 = 3;
    /// Division by zero.
    pub const DIVISION: u8 = 4;
    /// A quotient that cannot be represented.
    pub const OVERFLOW: u8 = 5;
    /// A number that is no integer.
    pub const CONVERSION: u8 = 6;
    /// Too deep a recursion.
    pub const STACK: u8 = 7;
    /// Anything else.
    pub const OTHER: u8 = 8;
}

/// Writes a message.
///
/// ```
/// use jsvm_protocol::webassembly::{HELLO, Reader, VERSION, Writer};
/// let message = Writer::new(HELLO).u32(VERSION).into_bytes();
/// let mut reader = Reader::new(&message);
/// assert_eq!(reader.u8(), Some(HELLO));
/// assert_eq!(reader.u32(), Some(VERSION));
/// assert_eq!(reader.u32(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// A message of a kind.
    #[must_use]
    pub fn new(kind: u8) -> Self {
        Writer(alloc::vec![kind])
    }

    /// Adds a byte.
    pub fn u8(&mut self, number: u8) -> &mut Self {
        self.0.push(number);
        self
    }

    /// Adds a number.
    pub fn u32(&mut self, number: u32) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// Adds a number, or a value.
    pub fn u64(&mut self, number: u64) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// Adds bytes as a list.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.u32(bytes.len() as u32);
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds a list of values.
    pub fn values(&mut self, values: &[u64]) -> &mut Self {
        self.u32(values.len() as u32);
        for value in values {
            self.u64(*value);
        }
        self
    }

    /// The message.
    #[must_use]
    pub fn into_bytes(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.0)
    }
}

/// Reads a message. Everything is `None` behind its end.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// A message, from its kind on.
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        Reader(message)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    /// A byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    /// A number.
    pub fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// A number, or a value.
    pub fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    /// A list of bytes.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.u32()? as usize;
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }

    /// The length of a list whose items have so many bytes at least, of which the message has as many.
    pub fn count(&mut self, item: usize) -> Option<usize> {
        let count = self.u32()? as usize;
        (count.checked_mul(item)? <= self.0.len()).then_some(count)
    }

    /// A list of values.
    pub fn values(&mut self) -> Option<Vec<u64>> {
        let count = self.count(8)?;
        (0..count).map(|_| self.u64()).collect()
    }
}
