//! The `jsvm` program: one file per verb in `command/`.

mod command;

use std::process::ExitCode;

/// Calls between VMs, components and servers allocate much and for a short time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    command::main()
}
