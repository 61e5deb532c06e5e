//! Values as data: copied out of the VM and into it, without recursion on any stack.

mod read;
mod write;

pub use read::copy_in;
pub use write::{CopyError, copy_out, copy_out_list};
