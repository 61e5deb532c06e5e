//! The operations behind `node:fs`, for `guest/node/binding/fs.js`.
//!
//! There is one function of each: [`FileCalls::call`] answers the synchronous host call and the
//! asynchronous request alike, so both make the same checks.

pub mod arguments;
mod handles;
#[cfg(unix)]
mod open;
#[cfg(unix)]
mod place;
#[cfg(not(unix))]
mod unsupported;

use std::io;
use std::sync::Arc;

use jsvm::{Arguments, Bytes, Data, HostError, NativeModule, RequestInfo};

use self::arguments::Args;
use self::handles::Handles;
use super::blocking;
use super::budget::ReadBudget;
use super::error::{system, system_pair};
use crate::command::permissions::Permissions;

/// The maximum number of bytes that one call reads.
const MAX_READ: u64 = 8 << 20;

/// The files of a program, and its open handles.
pub struct FileCalls {
    permissions: Arc<Permissions>,
    handles: Handles,
    budget: Arc<ReadBudget>,
}

/// Adds the functions `call` and `callLater`: of the name of an operation, and its arguments.
pub fn add_to(
    module: NativeModule,
    permissions: &Arc<Permissions>,
    budget: &Arc<ReadBudget>,
) -> NativeModule {
    let files = Arc::new(FileCalls {
        permissions: permissions.clone(),
        handles: Handles::default(),
        budget: budget.clone(),
    });
    let now = files.clone();
    module
        .function("call", move |Arguments(args)| {
            let mut args = Args::new(args);
            let operation: String = args.next()?;
            now.call(&operation, &mut args)
        })
        .async_function("callLater", move |request: RequestInfo, Arguments(args)| {
            let files = files.clone();
            async move {
                let mut args = Args::new(args);
                let operation: String = args.next()?;
                // A program that was frozen meanwhile cannot know whether it was done.
                if request.repeated && !is_harmless(&operation) {
                    return Err(request.lost());
                }
                let bytes = match &*operation {
                    "read" => args.peek_number(2).clamp(0.0, MAX_READ as f64) as u64,
                    _ => 0,
                };
                // Until the VM has the bytes, they take memory of the host.
                let _room = files.budget.acquire(bytes).await?;
                let files = files.clone();
                blocking(move || files.call(&operation, &mut args)).await
            }
        })
}

/// Whether an operation can be done twice.
fn is_harmless(operation: &str) -> bool {
    matches!(operation, "open" | "read" | "fstat" | "access" | "readlink")
}

/// A failed system call of an operation.
enum Failure {
    /// The paths are those of the operation.
    System(io::Error),
    Other(HostError),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::System(error)
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Failure::Other(error)
    }
}

#[cfg(unix)]
impl From<rustix::io::Errno> for Failure {
    fn from(error: rustix::io::Errno) -> Self {
        Failure::System(error.into())
    }
}

type Done = Result<Data, Failure>;

/// A value for the VM.
fn data<T: serde::Serialize + ?Sized>(value: &T) -> Done {
    Ok(Data::of(value).map_err(HostError::from)?)
}

impl FileCalls {
    /// Does an operation.
    fn call(&self, operation: &str, args: &mut Args) -> Result<Data, HostError> {
        match self.perform(operation, args) {
            Ok(result) => Ok(result),
            Err(Failure::Other(error)) => Err(error),
            Err(Failure::System(error)) => {
                // Node.js names the system call, and most operations have the name of theirs.
                let call = match operation {
                    "copyFile" => "copyfile",
                    "utimes" => "utime",
                    "futimes" => "futime",
                    "lutimes" => "lutime",
                    "mkdirAll" => "mkdir",
                    other => other,
                };
                Err(match args.paths() {
                    (path, Some(dest)) => system_pair(&error, call, path, dest),
                    (path, None) => system(&error, call, path),
                })
            }
        }
    }

    #[cfg(unix)]
    fn perform(&self, operation: &str, args: &mut Args) -> Done {
        match operation {
            "open" => self.open(args),
            "reopen" => self.reopen(args),
            "close" => {
                self.handles.close(args.token()?)?;
                data(&())
            }
            "read" => {
                let file = self.handles.get(args.token()?)?;
                let length = args.number()?.clamp(0.0, MAX_READ as f64) as usize;
                let mut bytes = vec![0; length];
                let read = rustix::io::pread(&*file, &mut bytes[..], args.offset()?)?;
                bytes.truncate(read);
                data(&Bytes(bytes))
            }
            "write" => {
                let file = self.handles.get(args.token()?)?;
                let Bytes(bytes) = args.next()?;
                let written = rustix::io::pwrite(&*file, &bytes, args.offset()?)?;
                data(&(written as f64))
            }
            "fstat" => {
                let file = self.handles.get(args.token()?)?;
                data(&place::describe(&rustix::fs::fstat(&*file)?))
            }
            "ftruncate" => {
                let file = self.handles.get(args.token()?)?;
                rustix::fs::ftruncate(&*file, args.offset()?)?;
                data(&())
            }
            "fsync" => {
                rustix::fs::fsync(&*self.handles.get(args.token()?)?)?;
                data(&())
            }
            "fdatasync" => {
                rustix::fs::fdatasync(&*self.handles.get(args.token()?)?)?;
                data(&())
            }
            "fchmod" => {
                let file = self.handles.get_writable(args.token()?)?;
                rustix::fs::fchmod(&*file, args.mode()?)?;
                data(&())
            }
            "fchown" => {
                let file = self.handles.get_writable(args.token()?)?;
                let (user, group) = args.owner()?;
                rustix::fs::fchown(&*file, user, group)?;
                data(&())
            }
            "futimes" => {
                let file = self.handles.get_writable(args.token()?)?;
                rustix::fs::futimens(&*file, &args.times()?)?;
                data(&())
            }
            other => self.on_path(other, args),
        }
    }
}
