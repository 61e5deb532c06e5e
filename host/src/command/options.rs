//! Flags that several verbs have.

use std::fmt::Display;
use std::path::Path;
use std::time::{Duration, SystemTime};

use clap::Args;
use humantime::TimestampError;
use jsvm::program::NodeModules;
use jsvm::{Engine, EngineConfig, FixedClock, Vm, VmBuilder};

use super::builtin::{Builtins, ExitCode, install};
use super::link::LinkOptions;
use super::modules;
use super::permissions::PermissionOptions;
use super::progress::Waiting;
use super::services::ServiceOptions;
use super::session::Session;
use super::{Usage, output};

/// What the program may use and what it knows of the world
#[derive(Args)]
#[command(next_help_heading = "Limits and determinism")]
pub struct VmOptions {
    /// Most memory for the program's heap, such as 64MiB
    #[arg(long, value_name = "SIZE", value_parser = given(memory), default_value = "512MiB")]
    #[arg(allow_hyphen_values = true)]
    memory: Given<u64>,

    /// Most time for the program, such as 500ms or 1m30s [default: no limit]
    #[arg(long, value_name = "DURATION", value_parser = given(duration))]
    #[arg(allow_hyphen_values = true)]
    timeout: Option<Given<Duration>>,

    /// Make Math.random produce the same numbers every time
    #[arg(long, value_name = "NUMBER", value_parser = seed, allow_hyphen_values = true)]
    seed: Option<u64>,

    /// Stop the clock at a time: 2026-01-31T12:00:00Z, 2026-01-31 or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    clock: Option<Duration>,

    #[command(flatten)]
    permissions: PermissionOptions,

    #[arg(skip)]
    services: ServiceOptions,

    #[command(flatten)]
    links: LinkOptions,
}

/// A value and how it was written, for messages.
#[derive(Clone, Debug)]
pub struct Given<T> {
    pub text: String,
    pub value: T,
}

/// Where what the console prints goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Console {
    /// As Node does it: warnings, errors and traces to stderr, everything else to stdout.
    Both,
    /// All to stderr, since stdout is for something else.
    Stderr,
}

impl VmOptions {
    /// A session with these settings that can import the modules around a folder.
    pub fn session(&self, folder: &Path, console: Console) -> anyhow::Result<Session> {
        self.session_with(modules::around(folder)?, console, |builder| {
            let vm = builder.build()?;
            install(&vm)?;
            Ok(vm)
        })
    }

    /// Nothing is set but these.
    pub fn plain(
        memory: Given<u64>,
        permissions: PermissionOptions,
        services: ServiceOptions,
    ) -> Self {
        VmOptions {
            services,
            memory,
            timeout: None,
            seed: None,
            clock: None,
            permissions,
            links: LinkOptions::default(),
        }
    }

    /// A session with these settings and a VM that `make` makes.
    pub fn session_with(
        &self,
        modules: NodeModules,
        console: Console,
        make: impl FnOnce(&VmBuilder) -> anyhow::Result<Vm>,
    ) -> anyhow::Result<Session> {
        let engine = {
            let _waiting = Waiting::new("starting");
            EngineConfig::new().pooling(false).build()?
        };
        self.session_on(&engine, modules, console, make)
    }

    /// As [`session_with`](Self::session_with), on an engine that serves others too.
    pub fn session_on(
        &self,
        engine: &Engine,
        modules: NodeModules,
        console: Console,
        make: impl FnOnce(&VmBuilder) -> anyhow::Result<Vm>,
    ) -> anyhow::Result<Session> {
        let mut builder = engine.vm().console(move |level, text| match level {
            "warn" | "error" | "trace" => output::print_error(text),
            _ if console == Console::Stderr => output::print_error(text),
            _ => output::print(text),
        });
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        if let Some(time) = self.clock {
            builder = builder.clock(FixedClock(time));
        }
        builder = self.links.add_to(builder, engine)?;
        let exit_code = ExitCode::default();
        let builtins = Builtins {
            permissions: self.permissions.permissions().into(),
            services: self.services.services()?,
            console,
            exit_code: exit_code.clone(),
        };
        Session::new(
            builtins.add_to(builder),
            exit_code,
            modules,
            self.memory.clone(),
            self.timeout.clone(),
            make,
        )
    }

    /// The limit on memory.
    pub fn memory(&self) -> &Given<u64> {
        &self.memory
    }
}

/// Keeps the text that a parser was given.
pub fn given<T>(
    parse: impl Fn(&str) -> Result<T, Usage> + Clone,
) -> impl Fn(&str) -> Result<Given<T>, Usage> + Clone {
    move |text| {
        Ok(Given {
            text: text.to_owned(),
            value: parse(text)?,
        })
    }
}

/// The end of the year 9999, in seconds since 1970.
const LAST_SECOND: u64 = 253_402_300_799;

const YEARS: &str = "the clock can be set to years from 1970 to 9999";

fn refuse<T>(reason: impl Display) -> Result<T, Usage> {
    Err(Usage(reason.to_string()))
}

/// Parses a size of a heap.
pub fn memory(text: &str) -> Result<u64, Usage> {
    let Ok(size) = text.parse::<bytesize::ByteSize>() else {
        return refuse("not a size such as 64MiB");
    };
    match size.as_u64() {
        bytes if bytes < 1 << 20 => refuse("a VM needs at least 1MiB"),
        bytes if bytes > 4 << 30 => refuse("a VM cannot have more than 4GiB"),
        bytes => Ok(bytes),
    }
}

/// Parses any size.
pub fn bytes(text: &str) -> Result<u64, Usage> {
    match text.parse::<bytesize::ByteSize>() {
        Ok(size) => Ok(size.as_u64()),
        Err(_) => refuse("not a size such as 16MiB"),
    }
}

/// Parses it.
pub fn duration(text: &str) -> Result<Duration, Usage> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => refuse("a program needs some time to run"),
        Ok(duration) => Ok(duration),
        Err(_) => refuse("not a duration such as 500ms or 10s"),
    }
}

/// Parses it.
pub fn seed(text: &str) -> Result<u64, Usage> {
    text.parse()
        .or_else(|_| refuse(format!("not a whole number from 0 to {}", u64::MAX)))
}

/// Parses it.
pub fn time(text: &str) -> Result<Duration, Usage> {
    if let Ok(seconds) = text.parse::<u64>() {
        return match seconds {
            ..=LAST_SECOND => Ok(Duration::from_secs(seconds)),
            _ => refuse(YEARS),
        };
    }
    let parsed = match humantime::parse_rfc3339_weak(text) {
        Err(TimestampError::InvalidFormat) => {
            humantime::parse_rfc3339_weak(&format!("{text}T00:00:00Z"))
        }
        parsed => parsed,
    };
    match parsed.map(|time| time.duration_since(SystemTime::UNIX_EPOCH)) {
        Ok(Ok(time)) => Ok(time),
        Ok(Err(_)) | Err(TimestampError::OutOfRange) => refuse(YEARS),
        Err(_) => refuse("not a time such as 2026-01-31T12:00:00Z"),
    }
}
