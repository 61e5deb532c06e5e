//! Data as it crosses: `wit/data.md` defines it.

mod decode;
mod encode;
pub(crate) mod tags;

pub(crate) use crate::bindings::jsvm::engine::types::Data as Form;
pub(crate) use decode::decode;
pub(crate) use encode::encode;
