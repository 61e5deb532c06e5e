//! Between a graph of nodes and the data form.

mod decode;
mod decode_bytes;
mod encode;

pub(crate) use decode::decode;
pub(crate) use encode::encode;
