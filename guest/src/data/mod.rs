//! Values as data: copied out of the VM and into it, without recursion on any stack.
//!
//! `wit/data.md` defines the form.

mod copied;
mod read;
mod tags;
mod write;

pub use copied::Copied;
pub use read::copy_in;
pub use write::{CopyError, copy_out, copy_out_list, list_of_texts};
