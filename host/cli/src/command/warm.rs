//! Prepares a VM for its first request before it is frozen, because each request starts from the
//! frozen VM.

use jsvm::{Error, Vm};

/// Uses the built-ins that every request uses, which are created at their first use.
const USED: &str = "{
    const request = new Request('http://localhost/', { headers: { a: 'b' } });
    request.signal;
    new URL(request.url);
    new Response('').headers;
}";

/// Allocates and frees a megabyte of the heap, so that requests need not grow the memory.
const ROOM: &str = "void new ArrayBuffer(1 << 20)";

/// Creates the built-ins that requests use.
pub fn create_builtins(vm: &Vm) -> Result<(), Error> {
    vm.eval(USED).map(drop)
}

/// Reserves heap for the allocations of requests, if the memory limit allows it, and collects
/// garbage.
pub fn reserve_heap(vm: &Vm) -> Result<(), Error> {
    let _ = vm.eval(ROOM);
    vm.heap().collect_garbage()
}
