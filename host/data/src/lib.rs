//! The data form of jsvm: JavaScript values as [CBOR](https://www.rfc-editor.org/rfc/rfc8949).
//!
//! A value that crosses between a VM and its embedder is a [`Form`]: one CBOR item, the byte
//! strings that the item refers to, and the tokens of values that stay in the VM. `wit/data.md`
//! defines the form. This crate has its parts:
//!
//! | part | what it is |
//! |---|---|
//! | [`CborReader`] | reads an item head by head, over borrowed bytes |
//! | [`CborWriter`] | writes an item to a vector |
//! | [`tags`] | the CBOR tags of the form |
//! | [`ViewKind`], [`ErrorClass`] | the JavaScript classes that the form names |
//! | [`Form`] | the three parts of a value |
//!
//! The reader takes bytes from any source. It never panics, never recurses, and allocates no more
//! than a small multiple of the input.
//!
//! ```
//! use jsvm_data::{CborHead, CborReader, CborWriter};
//!
//! let mut writer = CborWriter::new();
//! writer.write_array(2);
//! writer.write_number(1.0);
//! writer.write_text("a");
//! let item = writer.into_bytes();
//! assert_eq!(item, [0x82, 0x01, 0x61, b'a']);
//!
//! let mut reader = CborReader::new(&item);
//! assert_eq!(reader.read_head()?, CborHead::Array(Some(2)));
//! assert_eq!(reader.read_head()?, CborHead::Unsigned(1));
//! assert_eq!(reader.read_head()?, CborHead::Text(Some(1)));
//! assert_eq!(reader.read_str(1)?, "a");
//! assert_eq!(reader.remaining(), 0);
//! # Ok::<(), jsvm_data::CborError>(())
//! ```

#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod class;
#[cfg(feature = "std")]
mod data;
mod error;
mod form;
mod head;
mod items;
mod number;
mod reader;
#[cfg(feature = "std")]
pub mod serde;
pub mod tags;
#[cfg(feature = "std")]
mod token;
mod view;
mod writer;

pub use class::ErrorClass;
#[cfg(feature = "std")]
pub use data::{
    Bytes, Cbor, ConversionError, Data, DataBuilder, ErrorData, Node, NodeRef, RegexpData,
    SparseArrayData, StringUnits, SymbolData, SymbolKind, ViewData,
};
pub use error::{CborError, CborErrorKind};
pub use form::{Form, MAX_INLINE_LEN, MIN_PACKED_NUMBERS};
pub use head::{CborHead, CborMajor, initial};
pub use number::{FIRST_UNSAFE_INTEGER, exact_integer, f64_from_half};
pub use reader::CborReader;
#[cfg(feature = "std")]
pub use serde::{ArgumentReader, Captured, DataWriter, PassedArgument, PassedArguments};
#[cfg(feature = "std")]
pub use token::{Token, TokenOwner};
pub use view::ViewKind;
pub use writer::CborWriter;
