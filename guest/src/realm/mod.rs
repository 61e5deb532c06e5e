//! The built-in objects of the realm, as they were before any script could replace them.

mod collections;
mod intrinsics;
mod magnitude;
mod methods;
mod readers;

pub use intrinsics::{Class, Intrinsics, intrinsics};
pub use methods::{Method, new_weak_ref};
pub use readers::readers;

use crate::js::JsResult;

/// Keeps the built-in objects. Call it before any script runs.
pub fn keep() -> JsResult<()> {
    intrinsics::keep()?;
    readers::keep()?;
    methods::keep()
}
