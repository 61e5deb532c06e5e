//! Calls of the adapter module, which shares the memory.
#![allow(unsafe_code)]

use jsvm_abi::adapter::{Builtin, SLEEP};

use crate::host::away;

/// The import by which the embedder's host functions are called. An adapter knows its own calls by the
/// empty name at address 0.
mod core_import {
    #[link(wasm_import_module = "jsvm:engine/host@0.2.0")]
    unsafe extern "C" {
        #[link_name = "host-call"]
        pub fn host_call(name: *mut u8, len: usize, slots: *mut u8, import: usize, result: *mut u8);
    }
}

/// The most slots of a call: the parameters and the address of the result.
pub const MAX_SLOTS: usize = jsvm_abi::MAX_FLAT_PARAMETERS + 1;

/// The slots of a call.
pub type Slots = [u64; MAX_SLOTS];

/// Calls an import of the world by its number.
///
/// # Safety
/// The VM runs in a component with an adapter, and the slots are those that the import takes.
pub unsafe fn call(import: u32, slots: &mut Slots) {
    let slots = slots.as_mut_ptr().cast();
    away(|| {
        // SAFETY: the caller's promise.
        unsafe {
            core_import::host_call(
                std::ptr::null_mut(),
                0,
                slots,
                import as usize,
                std::ptr::null_mut(),
            );
        }
    });
}

/// Calls an import that takes a number of 32 bits, and returns its result if it has one.
///
/// # Safety
/// As [`call`].
pub unsafe fn call_small(import: u32, value: u32) -> u32 {
    let mut slots = [0; MAX_SLOTS];
    slots[0] = value.into();
    // SAFETY: the caller's promise.
    unsafe { call(import, &mut slots) };
    slots[0] as u32
}

/// Waits for so many nanoseconds.
///
/// # Safety
/// The VM runs in a component with an adapter.
pub unsafe fn sleep(nanoseconds: u64) {
    let mut slots = [0; MAX_SLOTS];
    slots[0] = nanoseconds;
    // SAFETY: the caller's promise.
    unsafe { call(SLEEP, &mut slots) };
}

/// Calls a function of the component model for tasks. Returns its result, or 0.
///
/// # Safety
/// The VM runs in a component with an adapter whose world is asynchronous, and the arguments are those that
/// the function takes.
pub unsafe fn builtin(builtin: Builtin, args: &[u64]) -> u64 {
    let mut slots = [0; MAX_SLOTS];
    for (slot, arg) in slots.iter_mut().zip(args) {
        *slot = *arg;
    }
    let has_result = !matches!(
        builtin,
        Builtin::SetDrop
            | Builtin::Join
            | Builtin::SubtaskDrop
            | Builtin::TaskCancel
            | Builtin::ContextSet
            | Builtin::SignalDropReadable
            | Builtin::SignalDropWritable
    );
    // SAFETY: the caller's promise.
    unsafe { call(builtin.number(), &mut slots) };
    if has_result { slots[0] } else { 0 }
}

/// Calls a function of a future or a stream by its number. Returns its result, or 0.
///
/// # Safety
/// As [`call`]; memory that is read or written stays there until the function is through.
pub unsafe fn transfer(import: u32, args: [u32; 3]) -> u32 {
    let mut slots = [0; MAX_SLOTS];
    for (slot, arg) in slots.iter_mut().zip(args) {
        *slot = arg.into();
    }
    // SAFETY: the caller's promise.
    unsafe { call(import, &mut slots) };
    slots[0] as u32
}

/// Makes the ends of a future or a stream: the readable and the writable.
///
/// # Safety
/// As [`call`].
pub unsafe fn transfer_new(import: u32) -> (u32, u32) {
    let mut slots = [0; MAX_SLOTS];
    // SAFETY: the caller's promise.
    unsafe { call(import, &mut slots) };
    (slots[0] as u32, (slots[0] >> 32) as u32)
}
