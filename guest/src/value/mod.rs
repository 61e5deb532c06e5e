//! What the interfaces of values do.

pub mod buffer;
pub mod collection;
pub mod iteration;
pub mod kind;
pub mod property;

pub use self::kind::kind;
