//! Handles the calls of the global object `process`.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use jsvm::{Arguments, Bytes, Data, HostError};

use super::{signals, stdin, test_options};
use crate::command::options::Console;
use crate::command::output;
use crate::command::permissions::{self, Permissions};
use crate::command::services;

/// The exit code that a program set.
#[derive(Clone, Default)]
pub struct ExitCode {
    code: Arc<AtomicU8>,
    /// The message of the error that `process.exit` throws, if it is not allowed.
    forbidden: Arc<OnceLock<&'static str>>,
}

impl ExitCode {
    pub fn get(&self) -> u8 {
        self.code.load(Ordering::Relaxed)
    }

    /// Makes `process.exit` throw from now on.
    pub fn forbid_exit(&self, why: &'static str) {
        self.forbidden.get_or_init(|| why);
    }

    fn set(&self, code: f64) {
        self.code.store(low_byte(code), Ordering::Relaxed);
    }
}

/// The part of an exit code that the system keeps.
fn low_byte(code: f64) -> u8 {
    (code as i64).rem_euclid(256) as u8
}

/// Creates the handler of the calls of `process.js`: the name of an operation and its arguments.
pub fn handler(
    permissions: &Arc<Permissions>,
    exit_code: &ExitCode,
    console: Console,
) -> impl Fn(Arguments) -> Result<Data, HostError> + Send + Sync + 'static {
    let (permissions, exit_code) = (permissions.clone(), exit_code.clone());
    move |Arguments(args)| {
        let arg = |index: usize| args.get(index);
        let text = |index| arg(index).map_or(Ok(String::new()), |arg| arg.to::<String>());
        let number = |index| arg(index).map_or(Ok(0.0), |arg| arg.to::<f64>());
        Ok(match &*text(0)? {
            "env" => Data::of(&permissions.env(&text(1)?))?,
            "envNames" => Data::of(&permissions.env_names())?,
            "exitCode" => {
                exit_code.set(number(1)?);
                Data::of(&())?
            }
            "exit" => match exit_code.forbidden.get() {
                None => exit(low_byte(number(1)?)),
                Some(why) => return Err(HostError::new(*why)),
            },
            "write" => {
                let bytes = match text(2) {
                    Ok(text) => text.into_bytes(),
                    Err(_) => arg(2).map_or(Ok(Bytes::default()), |arg| arg.to())?.0,
                };
                if number(1)? == 2.0 || console == Console::Stderr {
                    output::print_error_bytes(&bytes);
                } else {
                    output::print_bytes(&bytes);
                }
                Data::of(&())?
            }
            "readInput" => Data::of(&stdin::read_now(number(1)?)?)?,
            "catchSignal" => {
                let is_caught = arg(2).map_or(Ok(false), |arg| arg.to::<bool>())?;
                signals::catch(&text(1)?, is_caught)?;
                Data::of(&())?
            }
            "testOptions" => test_options::get()?,
            "raise" => {
                signals::raise(&text(1)?)?;
                Data::of(&())?
            }
            "isTerminal" if number(1)? == 0.0 => Data::of(&std::io::stdin().is_terminal())?,
            "isTerminal" if number(1)? == 2.0 => Data::of(&std::io::stderr().is_terminal())?,
            "isTerminal" => Data::of(&(console == Console::Both && output::is_terminal()))?,
            "cwd" => {
                let folder = std::env::current_dir()?;
                Data::of(&folder.to_string_lossy())?
            }
            "platform" => Data::of(match std::env::consts::OS {
                "macos" => "darwin",
                "windows" => "win32",
                other => other,
            })?,
            "version" => Data::of(env!("CARGO_PKG_VERSION"))?,
            operation => {
                return Err(HostError::type_error(format!(
                    "process has no operation {operation}"
                )));
            }
        })
    }
}

/// Ends the process. No code of the program runs after `process.exit`.
fn exit(code: u8) -> ! {
    permissions::env::print_denied();
    services::close_stores();
    output::flush();
    output::restore_terminal();
    std::process::exit(code.into())
}
