//! Compiles a component in a process of its own.
//!
//! The compiler has no limits of its own, and this process could not survive without memory. So
//! `jsvm` starts itself with limits of the system, hands over the component by a pipe, and gets the
//! compiled form back. Where that is not possible, the component is compiled here, within the
//! limits that `jsvm-link` estimates.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use clap::Args;
use jsvm_link::{CompileLimits, LinkError, LinkedComponent, Linker};

use super::super::exit::Exit;
use super::cache::CacheFile;

/// The name of the hidden command.
const VERB: &str = "compile-component";

/// Address space for the program itself: its code, threads, and what its allocator reserves.
#[cfg(unix)]
const PROGRAM: u64 = 256 << 20;

/// Lets the allocator reserve address space in small parts. Its default of 1 GiB would count in full.
const ALLOCATOR: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "64MiB");

/// Limits of compiling one component.
#[derive(Clone, Copy, Debug)]
pub struct ChildLimits {
    /// Bytes of memory.
    pub memory: u64,
    /// Processor time.
    pub time: Duration,
}

/// Compile the component on standard input to standard output; `jsvm` starts this by itself
#[derive(Args)]
pub struct CompileComponent {
    /// Bytes of memory
    memory: u64,

    /// Seconds of processor time
    seconds: u64,
}

impl CompileComponent {
    pub fn run(self) -> anyhow::Result<()> {
        limit(self.memory, self.seconds)?;
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        let linker = Linker::new()?.compile_limits(unlimited());
        match linker.precompile(&bytes) {
            Ok(compiled) => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(&compiled)?;
                Ok(stdout.flush()?)
            }
            Err(error) => {
                io::stderr().write_all(error.as_bytes())?;
                Err(Exit(2).into())
            }
        }
    }
}

/// The failure of the child.
pub enum ChildError {
    /// The component cannot be linked.
    Link(LinkError),
    /// The child was stopped by its limits.
    Stopped,
}

impl From<LinkError> for ChildError {
    fn from(error: LinkError) -> Self {
        ChildError::Link(error)
    }
}

/// Limits that the system enforces, so that they need not be estimated.
fn unlimited() -> CompileLimits {
    CompileLimits {
        memory: u64::MAX,
        ..CompileLimits::default()
    }
}

/// Compiles a component within limits.
pub fn compile(
    linker: &Linker,
    name: &str,
    bytes: &[u8],
    limits: ChildLimits,
) -> Result<LinkedComponent, ChildError> {
    let unlimited = linker.clone().compile_limits(unlimited());
    // What needs no compiler is checked here, for the sake of typed errors.
    unlimited.check(name, bytes)?;
    let kept = CacheFile::of(bytes);
    if let Some(compiled) = kept.as_ref().and_then(CacheFile::read)
        && let Ok(component) = load(&unlimited, name, bytes, &compiled)
    {
        return Ok(component);
    }
    let Ok(child) = start(limits) else {
        let limits = CompileLimits {
            memory: limits.memory,
            ..CompileLimits::default()
        };
        return Ok(linker.clone().compile_limits(limits).compile(name, bytes)?);
    };
    let (status, compiled, message) =
        finish(child, bytes, limits).map_err(|_| ChildError::Stopped)?;
    match status.code() {
        Some(0) => {
            let component = load(&unlimited, name, bytes, &compiled)?;
            if let Some(kept) = kept {
                kept.write(&compiled);
            }
            Ok(component)
        }
        Some(2) => Err(ChildError::Link(LinkError::Invalid {
            name: name.to_owned(),
            reason: String::from_utf8_lossy(&message).into_owned(),
        })),
        _ => Err(ChildError::Stopped),
    }
}

#[expect(unsafe_code)]
fn load(
    linker: &Linker,
    name: &str,
    bytes: &[u8],
    compiled: &[u8],
) -> Result<LinkedComponent, LinkError> {
    // SAFETY: this very program compiled it: in the process that was just started, which ended well after
    // all of it was read, or earlier, and kept it in a folder that only the user can write to, with a
    // digest.
    unsafe { linker.load_precompiled(name, bytes, compiled) }
}

/// Starts the child.
fn start(limits: ChildLimits) -> io::Result<Child> {
    if cfg!(not(unix)) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    Command::new(std::env::current_exe()?)
        .arg(VERB)
        .arg(limits.memory.to_string())
        .arg(limits.time.as_secs().max(1).to_string())
        .env(ALLOCATOR.0, ALLOCATOR.1)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Hands over the component, and waits. The child reads all before it writes anything, and writes to
/// one stream alone. Its output counts as memory, too: this process holds it twice.
fn finish(
    mut child: Child,
    bytes: &[u8],
    limits: ChildLimits,
) -> io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    if let Some(mut stdin) = child.stdin.take() {
        // A child that ends early says why by its status.
        let _ = stdin.write_all(bytes);
    }
    let mut compiled = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        let most = limits.memory / 2;
        (&mut stdout).take(most).read_to_end(&mut compiled)?;
        if stdout.read(&mut [0])? > 0 {
            child.kill()?;
            child.wait()?;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
    let output = child.wait_with_output()?;
    Ok((output.status, compiled, output.stderr))
}

#[cfg(unix)]
fn limit(memory: u64, seconds: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = |resource, value: u64| -> io::Result<()> {
        // A limit that holds for this process already can only be lowered.
        let maximum = getrlimit(resource).maximum;
        let value = maximum.map_or(value, |maximum| value.min(maximum));
        let both = Rlimit {
            current: Some(value),
            maximum: Some(value),
        };
        Ok(setrlimit(resource, both)?)
    };
    limit(Resource::Core, 0)?;
    limit(Resource::Cpu, seconds)?;
    limit(Resource::As, memory.saturating_add(PROGRAM))
}

#[cfg(not(unix))]
fn limit(_: u64, _: u64) -> io::Result<()> {
    Ok(())
}
