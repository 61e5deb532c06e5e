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
//! Numbers from [`FIRST_SPECIAL`] on are not in the world: see [`SLEEP`] and [`Builtin`].
//!
//! # A VM that a driver calls
//!
//! The VM of a server or a command has no [`START`] and [`RESUME`]: its tasks are those of the driver. The root
//! [`DRIVEN`] says so. The driver of a service waits for the events of asynchronous imports, streams and futures when
//! the VM makes the request [`WAIT_FOR_EVENT`]. Of [`Builtin`], the adapter has [`Builtin::DRIVEN`].
//!
//! # A call of an asynchronous export
//!
//! 1. and 2. as above.
//! 3. The adapter calls [`START`], which returns a code of the canonical ABI: [`EXIT`], or [`WAIT`] with a
//!    waitable set in the bits above. The result is passed by an import, [`Callee::Return`](crate::Callee::Return).
//! 4. With each event, the adapter calls [`RESUME`], which returns a code again. The task's number is in
//!    its context.

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

/// The root of a VM whose imports of a world can be called, although the adapter calls no export of it: the
/// VM of a server or a command, which a driver calls. Any value but `undefined` will do.
pub const DRIVEN: &str = "jsvm:world-driven";

/// The request of a VM that a driver of WASI 0.3 calls: the task of the driver waits for an event of a waitable.
///
/// The argument is the number of the waitable, which is in no waitable set. The request is fulfilled with the code of
/// the event, or with `undefined` after [`CANCEL_WAIT`]. The waitable is in no set then, either.
pub const WAIT_FOR_EVENT: &str = "jsvm:world-wait";

/// The request that ends [`WAIT_FOR_EVENT`] for a waitable, by its number.
pub const CANCEL_WAIT: &str = "jsvm:world-cancel";

/// The first number of a call that no world describes.
pub const FIRST_SPECIAL: u32 = 0xffff_0000;

/// Waits. The first slot has nanoseconds (`i64`). Returns when they have passed by the monotonic clock.
pub const SLEEP: u32 = FIRST_SPECIAL;

/// Export of the VM: `(export: i32, frame: i32) -> (code: i32)`. Begins a task of an asynchronous export.
pub const START: &str = "jsvm_world_start";

/// Export of the VM: `(event: i32, waitable: i32, code: i32) -> (code: i32)`. An event for the current task.
pub const RESUME: &str = "jsvm_world_resume";

/// The code of a task that has ended.
pub const EXIT: u32 = 0;

/// The code of a task that waits; the number of its waitable set is in the bits from [`CODE_BITS`] on.
pub const WAIT: u32 = 2;

/// The code of a task that lets others go on.
pub const YIELD: u32 = 1;

/// Events for tasks.
pub mod event {
    /// Nothing happened: the task has let others go on.
    pub const NONE: u32 = 0;
    /// The caller has cancelled the task.
    pub const CANCELLED: u32 = 6;
}

/// The bits of a code below the number of a waitable set or a subtask.
pub const CODE_BITS: u32 = 4;

/// What a read, a write or a call returns that goes on.
pub const BLOCKED: u32 = 0xffff_ffff;

/// A function that the component model has for tasks, which worlds with asynchronous functions, futures or
/// streams import. The number of its call is [`Builtin::number`].
///
/// ```
/// use jsvm_abi::adapter::{Builtin, FIRST_SPECIAL};
/// assert_eq!(Builtin::SetNew.number(), FIRST_SPECIAL + 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// `() -> (set: i32)`
    SetNew,
    /// `(set: i32)`
    SetDrop,
    /// `(set: i32, place: i32) -> (event: i32)`: an event that is there already, with the waitable and the code at the
    /// place, or [`event::NONE`].
    SetPoll,
    /// `(waitable: i32, set: i32)`; set 0 takes it out of its set.
    Join,
    /// `(subtask: i32)`
    SubtaskDrop,
    /// `(subtask: i32) -> (state: i32)`
    SubtaskCancel,
    /// `()`: the current task was cancelled, and returns nothing.
    TaskCancel,
    /// `() -> (number: i32)` of the current task.
    ContextGet,
    /// `(number: i32)` of the current task.
    ContextSet,
    /// `() -> (ends: i64)`: a future without a value. Tasks wake each other by it.
    SignalNew,
    /// `(end: i32, address: i32) -> (code: i32)`
    SignalRead,
    /// `(end: i32, address: i32) -> (code: i32)`
    SignalWrite,
    /// `(end: i32)`
    SignalDropReadable,
    /// `(end: i32)`
    SignalDropWritable,
    /// `(nanoseconds: i64) -> (state: i32)`: a subtask that waits. [`BLOCKED`] if the world has no such clock.
    WaitFor,
}

impl Builtin {
    /// All of them, by their numbers.
    pub const ALL: [Builtin; 15] = [
        Builtin::SetNew,
        Builtin::SetDrop,
        Builtin::SetPoll,
        Builtin::Join,
        Builtin::SubtaskDrop,
        Builtin::SubtaskCancel,
        Builtin::TaskCancel,
        Builtin::ContextGet,
        Builtin::ContextSet,
        Builtin::SignalNew,
        Builtin::SignalRead,
        Builtin::SignalWrite,
        Builtin::SignalDropReadable,
        Builtin::SignalDropWritable,
        Builtin::WaitFor,
    ];

    /// Those that a VM calls whose tasks are those of a driver, by their numbers, which are consecutive.
    pub const DRIVEN: [Builtin; 2] = [Builtin::SubtaskDrop, Builtin::SubtaskCancel];

    /// Returns the number of the call.
    pub const fn number(self) -> u32 {
        SLEEP + 1 + self as u32
    }
}
