//! The program `jsvm`. Each command has its own file in `command/`.

mod command;

use std::process::ExitCode;

/// VMs, components and servers make many short-lived allocations, which mimalloc does faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    command::main()
}
