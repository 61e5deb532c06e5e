//! Native stacks that are large enough for deep JavaScript recursion.
//!
//! A JavaScript frame takes about twice as much native stack as stack of the VM's own, and a
//! recursion through built-ins or in the parser up to four times as much: the patch `native-stack` of
//! the engine sees to that. For the VM to notice first, and answer with a `RangeError`, it must run on more native
//! stack than an ordinary thread has. Switching to a stack made for it costs a few nanoseconds
//! per call; each thread keeps those it has used.

use std::cell::RefCell;
use std::io;

use corosensei::stack::DefaultStack;

/// What the VM may use of a stack. With 3.75 MiB of its own stack it needs 16 MiB; what is never touched
/// takes address space alone.
pub(crate) const WASM_STACK: usize = 80 << 20;

/// What host functions and the runtime itself have on top of that.
const HOST_STACK: usize = 2 << 20;

thread_local! {
    static IDLE: RefCell<Vec<DefaultStack>> = const { RefCell::new(Vec::new()) };
}

/// Runs `work` on a stack of `WASM_STACK` and `HOST_STACK` bytes.
///
/// The memory is reserved once per thread and nesting level, and only what is touched is used.
pub(crate) fn on_large_stack<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    // A VM may be dropped when the thread's own variables are gone already.
    let idle = IDLE.try_with(|idle| idle.borrow_mut().pop()).ok().flatten();
    let mut stack = match idle {
        Some(stack) => stack,
        None => DefaultStack::new(WASM_STACK + HOST_STACK)?,
    };
    // If `work` panics, the stack is freed with the unwinding instead of being kept.
    let result = corosensei::on_stack(&mut stack, work);
    let _ = IDLE.try_with(|idle| idle.borrow_mut().push(stack));
    Ok(result)
}
