//! Options shared by several commands, and the parsers of their values.

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::Args;
use humantime::TimestampError;
use jsvm::{Engine, EngineConfig, EngineId, ManualClock, Seed, TimeZone, Vm, VmBuilder};
use jsvm_node::NodeModules;

use super::builtin::{Builtins, ExitCode, install};
use super::cpu_time::limit_cpu_time;
use super::escape;
use super::link::LinkOptions;
use super::output;
use super::permissions::PermissionOptions;
use super::progress::Progress;
use super::services::ServiceOptions;
use super::session::{Session, Times};
use super::usage::Usage;

/// Limits, determinism, permissions and linked components of a program.
#[derive(Args)]
#[command(next_help_heading = "Limits and determinism")]
pub struct VmOptions {
    /// Limit of the program's heap, such as 64MiB
    #[arg(long, value_name = "SIZE", value_parser = parsed_arg(memory), default_value = "512MiB")]
    #[arg(allow_hyphen_values = true)]
    memory: ParsedArg<u64>,

    /// Time limit for the program, such as 500ms or 1m30s [default: none]
    #[arg(long, value_name = "DURATION", value_parser = parsed_arg(duration))]
    #[arg(allow_hyphen_values = true)]
    timeout: Option<ParsedArg<Duration>>,

    /// Limit of the CPU time that the program uses, such as 500ms or 1m30s [default: none]
    #[arg(long, value_name = "DURATION", value_parser = parsed_arg(duration))]
    #[arg(allow_hyphen_values = true)]
    cpu_time: Option<ParsedArg<Duration>>,

    /// Make Math.random produce the same numbers every time: a number, or 64 hexadecimal digits
    #[arg(long, value_name = "SEED", value_parser = seed, allow_hyphen_values = true)]
    seed: Option<Seed>,

    /// Start the clock at a time, and let it stand still while code runs: 2026-01-31T12:00:00Z,
    /// 2026-01-31, seconds since 1970, or now. When the program waits for a timer, the clock jumps to it
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    clock: Option<Duration>,

    #[command(flatten)]
    permissions: PermissionOptions,

    #[arg(skip)]
    services: ServiceOptions,

    #[command(flatten)]
    links: LinkOptions,
}

/// A parsed value together with its original text, for messages.
#[derive(Clone, Debug)]
pub struct ParsedArg<T> {
    pub text: String,
    pub value: T,
}

/// The streams that the console prints to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Console {
    /// As in Node.js: warnings, errors and traces go to stderr, everything else to stdout.
    Both,
    /// Everything goes to stderr, because stdout carries the result.
    Stderr,
}

impl VmOptions {
    /// Creates a session that can import modules.
    pub fn session(&self, modules: NodeModules, console: Console) -> anyhow::Result<Session> {
        self.session_with(modules, console, |builder| {
            let vm = builder.build()?;
            install(&vm)?;
            Ok(vm)
        })
    }

    /// Options with these values, and defaults for all others.
    pub fn plain(
        memory: ParsedArg<u64>,
        permissions: PermissionOptions,
        services: ServiceOptions,
    ) -> Self {
        VmOptions {
            services,
            memory,
            timeout: None,
            cpu_time: None,
            seed: None,
            clock: None,
            permissions,
            links: LinkOptions::default(),
        }
    }

    /// Creates a session whose VM is created by `make`.
    pub fn session_with(
        &self,
        modules: NodeModules,
        console: Console,
        make: impl FnOnce(&VmBuilder) -> anyhow::Result<Vm>,
    ) -> anyhow::Result<Session> {
        let engine = {
            let _waiting = Progress::new("starting");
            EngineConfig::new().pooling(false).build()?
        };
        self.session_on(&engine, modules, console, make)
    }

    /// As [`session_with`](Self::session_with), on a shared engine.
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
        if let Some(seed) = &self.seed {
            builder = builder.seed(seed.clone());
        }
        let clock = self.clock.map(|time| Arc::new(ManualClock::new(time)));
        if let Some(clock) = &clock {
            builder = builder.clock(clock.clone());
        }
        if let Some(zone) = time_zone() {
            builder = builder.time_zone(zone);
        }
        if let Some(limit) = &self.cpu_time {
            builder = limit_cpu_time(builder, limit.value);
        }
        builder = self.links.add_to(builder)?;
        let exit_code = ExitCode::default();
        let builtins = Builtins {
            permissions: self.permissions.permissions().into(),
            memory: self.memory.value,
            services: self.services.services()?,
            console,
            exit_code: exit_code.clone(),
        };
        Session::new(
            builtins.add_to(builder),
            exit_code,
            modules,
            self.memory.clone(),
            Times {
                timeout: self.timeout.clone(),
                cpu_time: self.cpu_time.clone(),
            },
            make,
        )
        .map(|session| session.with_clock(clock))
    }

    /// The memory limit.
    pub fn memory(&self) -> &ParsedArg<u64> {
        &self.memory
    }
}

/// The time zone of the environment variable `TZ`; UTC if it is not set.
fn time_zone() -> Option<TimeZone> {
    let name = std::env::var("TZ").ok()?;
    // A colon before the name is allowed, and changes nothing.
    let name = name.strip_prefix(':').unwrap_or(&name);
    if name.is_empty() {
        return None;
    }
    match TimeZone::named(name) {
        Ok(zone) => Some(zone),
        Err(error) => {
            output::print_error(&format!(
                "Warning: local time is UTC: TZ={}: {error}",
                escape::one_line(name)
            ));
            None
        }
    }
}

/// Wraps a parser so that its result keeps the original text.
pub fn parsed_arg<T>(
    parse: impl Fn(&str) -> Result<T, Usage> + Clone,
) -> impl Fn(&str) -> Result<ParsedArg<T>, Usage> + Clone {
    move |text| {
        Ok(ParsedArg {
            text: text.to_owned(),
            value: parse(text)?,
        })
    }
}

/// The end of the year 9999, in seconds since 1970.
const LAST_SECOND: u64 = 253_402_300_799;

const YEARS: &str = "expected a time between the years 1970 and 9999";

fn refuse<T>(reason: impl Display) -> Result<T, Usage> {
    Err(Usage(reason.to_string()))
}

/// Parses the size of a heap, from 1 MiB to 4 GiB.
pub fn memory(text: &str) -> Result<u64, Usage> {
    let Ok(size) = text.parse::<bytesize::ByteSize>() else {
        return refuse("expected a size such as 64MiB");
    };
    match size.as_u64() {
        bytes if bytes < 1 << 20 => refuse("too small: a VM needs at least 1MiB"),
        bytes if bytes > 4 << 30 => refuse("too large: a VM can have at most 4GiB"),
        bytes => Ok(bytes),
    }
}

/// Parses any size.
pub fn bytes(text: &str) -> Result<u64, Usage> {
    match text.parse::<bytesize::ByteSize>() {
        Ok(size) => Ok(size.as_u64()),
        Err(_) => refuse("expected a size such as 16MiB"),
    }
}

/// Parses a duration above zero.
pub fn duration(text: &str) -> Result<Duration, Usage> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => refuse("expected a duration above zero"),
        Ok(duration) => Ok(duration),
        Err(_) => refuse("expected a duration such as 500ms or 10s"),
    }
}

/// Parses a seed of the random number generator.
pub fn seed(text: &str) -> Result<Seed, Usage> {
    if let Ok(number) = text.parse::<u64>() {
        return Ok(number.into());
    }
    // As many digits as the name of an engine has, which is a number of 256 bits, too.
    match text.parse::<EngineId>() {
        Ok(digits) => Ok(Seed::new(*digits.as_bytes())),
        Err(_) => refuse(format!(
            "expected a whole number from 0 to {}, or 64 hexadecimal digits",
            u64::MAX
        )),
    }
}

/// Parses a time as the duration since 1970.
pub fn time(text: &str) -> Result<Duration, Usage> {
    if text == "now" {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        return Ok(now.unwrap_or_default());
    }
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
        Err(_) => refuse("expected a time such as 2026-01-31T12:00:00Z"),
    }
}
