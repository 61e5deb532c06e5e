//! Making a VM ready for its first request before it is frozen, since each request begins with what was frozen.

use jsvm::{Error, Vm};

/// What every request uses is made when it is used first.
const USED: &str = "{
    const request = new Request('http://localhost/', { headers: { a: 'b' } });
    request.signal;
    new URL(request.url);
    new Response('').headers;
}";

/// Leaves a megabyte of the heap free, for what requests allocate: memory that has to grow costs more.
const ROOM: &str = "void new ArrayBuffer(1 << 20)";

/// Has a VM make what requests use.
pub fn up(vm: &Vm) -> Result<(), Error> {
    vm.eval(USED).map(drop)
}

/// Leaves room for what requests allocate, if the VM has been given as much, and no garbage.
pub fn leave_room(vm: &Vm) -> Result<(), Error> {
    let _ = vm.eval(ROOM);
    vm.gc()
}
