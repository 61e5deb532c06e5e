//! The `jsvm` program: one file per verb in `command/`.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main()
}
