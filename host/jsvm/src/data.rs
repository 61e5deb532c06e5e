//! JavaScript values as data, outside of any VM.
//!
//! [`Data`] is a JavaScript value that was copied out of a VM, or is to be copied into one.
//!
//! ```
//! let vm = jsvm::Engine::global()?.vm().build()?;
//! let data = vm.eval("({ name: 'Ada', born: 1815 })")?.to_data()?;
//! assert_eq!(data.root()?.get("born").unwrap().to::<u32>()?, 1815);
//! assert_eq!(vm.eval("[1, 'a', null]")?.to_data()?.cbor()?.item, [0x83, 0x01, 0x61, b'a', 0xf6]);
//! // Into another VM:
//! let other = jsvm::Engine::global()?.vm().build()?;
//! assert_eq!(other.create_from_data(&data)?.get("name")?.to::<String>()?, "Ada");
//! # Ok::<(), jsvm::Error>(())
//! ```
//!
//! A value that cannot be copied, such as a function, is a [`Token`] in the data. It
//! keeps the value alive; [`Vm::value_of_token`](crate::Vm::value_of_token) returns the value.
//!
//! ```
//! let vm = jsvm::Engine::global()?.vm().build()?;
//! let data = vm.eval("({ double: x => 2 * x })")?.to_data()?;
//! let token: jsvm::Token = data.root()?.get("double").unwrap().to()?;
//! assert_eq!(vm.value_of_token(&token)?.call((21,))?.to::<i32>()?, 42);
//! # Ok::<(), jsvm::Error>(())
//! ```

#[doc(inline)]
pub use jsvm_data::{
    Bytes, Cbor, ConversionError, Data, DataBuilder, ErrorClass, ErrorData, Node, NodeRef,
    RegexpData, SparseArrayData, SymbolData, SymbolKind, Token, ViewData, ViewKind,
};
