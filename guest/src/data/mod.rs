//! Values as data: copied out of the VM and into it, without recursion on any stack.
//!
//! `wit/data.md` defines the form, and the crate `jsvm-data` has its reader and writer.

mod copied;
mod read;
mod write;

pub use copied::{Copied, Kept};
pub use read::copy_in;
pub use write::{CopyError, copy_out, copy_out_list};
