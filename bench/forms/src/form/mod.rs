//! The forms, as the provider and the host of this comparison write and read them: both include
//! these files, and the bindings of both have the same names.

mod cbor;
mod columns;
mod nodes;
mod shaped;

#[allow(unused_imports, reason = "the provider lends nothing to itself")]
pub use cbor::CborReader;
pub use cbor::{Cbor, Inline};
pub use columns::Columns;
pub use nodes::Nodes;
pub use shaped::Shaped;

/// A key of an object.
#[derive(Clone, Copy)]
pub struct Key<'a> {
    pub text: &'a str,
    /// Equal for equal keys of one value, if not [`Key::ANY`].
    pub id: u32,
}

impl Key<'_> {
    pub const ANY: u32 = u32::MAX;
}

/// What a reader finds. After an array and an object as many values follow as it says, those of
/// an object each behind its key.
pub enum Event<'a> {
    Boolean(bool),
    Number(f64),
    Text(&'a str),
    Buffer(Vec<u8>),
    Array(usize),
    Object(usize),
}

/// Reads a value. `None` says that the data is malformed.
pub trait Read {
    fn value(&mut self) -> Option<Event<'_>>;
    fn key(&mut self) -> Option<Key<'_>>;
}

/// Writes a value: the same steps as in reading.
pub trait Write: Default {
    fn boolean(&mut self, value: bool);
    fn number(&mut self, value: f64);
    fn text(&mut self, value: &str);
    fn buffer(&mut self, value: Vec<u8>);
    fn array(&mut self, len: usize);
    /// An array of nothing but numbers.
    fn numbers(&mut self, values: impl ExactSizeIterator<Item = f64>) {
        self.array(values.len());
        for value in values {
            self.number(value);
        }
    }
    fn object<'k>(&mut self, keys: impl ExactSizeIterator<Item = Key<'k>> + Clone);
    fn key(&mut self, key: Key<'_>);
}

/// A form in which values cross.
pub trait Form {
    type Data;
    type Writer: Write;
    fn finish(writer: Self::Writer) -> Self::Data;
    fn read(data: &mut Self::Data) -> impl Read;
}
