//! The interface between the module of a VM and the adapter of a world.
//!
//! Both are core modules in one component, and share the VM's memory. Values are in *slots* of
//! [`SLOT`](crate::SLOT) bytes: one core value each, in little-endian order at the slot's first byte.
//!
//! # A call of an export
//!
//! 1. The adapter calls [`BEGIN`] with the export's number. The VM returns the address of a frame
//!    of as many slots as the function has core parameters, and at least one.
//! 2. The adapter writes the core parameters to the slots.
//! 3. The adapter calls [`CALL`] with the number and the frame. The VM lifts the arguments, calls
//!    JavaScript and lowers the result. It returns the address of the result: a slot if the function
//!    has a flat result, or the result in memory, which the function returns.
//! 4. After the caller has read the result, the adapter calls [`END`] with the number: what was
//!    allocated for the result is freed.
//!
//! # A call of an import
//!
//! The VM calls its import [`IMPORT`] (`host-call` of `jsvm:engine/host`) with the four arguments
//! 0, 0, the address of slots, and the number of the [`Import`](crate::Import); the fifth, the
//! place for a result of a host call, is ignored. No other host call has an empty name at address 0. The
//! adapter loads the core parameters from the slots, calls, and writes a flat result to the first slot.
//!
//! Numbers from [`FIRST_SPECIAL`] on are not in the world: see [`SLEEP`].

/// Export of the VM: `(export: i32) -> (frame: i32)`.
pub const BEGIN: &str = "jsvm_world_begin";

/// Export of the VM: `(export: i32, frame: i32) -> (result: i32)`.
pub const CALL: &str = "jsvm_world_call";

/// Export of the VM: `(export: i32)`.
pub const END: &str = "jsvm_world_end";

/// Export of the VM: `(resource: i32, representation: i32)`. The destructor of an exported resource.
pub const DROP: &str = "jsvm_world_drop";

/// The import of the VM that calls imports of the world: the interface and the function.
pub const IMPORT: (&str, &str) = ("jsvm:engine/host", "host-call");

/// The first number of a call that no world describes.
pub const FIRST_SPECIAL: u32 = 0xffff_0000;

/// Waits. The first slot has nanoseconds (`i64`). Returns when they have passed by the monotonic clock.
pub const SLEEP: u32 = FIRST_SPECIAL;
