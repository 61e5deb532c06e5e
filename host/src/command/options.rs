//! Flags that several verbs have.

use std::io::Write;
use std::time::{Duration, SystemTime};

use clap::Args;
use jsvm::{Engine, EngineConfig, FixedClock, Limits, VmBuilder};

use super::Usage;

/// What the VM may use and what it knows of the world.
#[derive(Args)]
pub struct VmOptions {
    /// Bytes of heap that the program may use, such as 64MiB
    #[arg(long, value_name = "SIZE", value_parser = memory, default_value = "512MiB")]
    memory: u64,

    /// How long the program may run, such as 500ms or 10s [default: no limit]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,

    /// Make Math.random produce the same numbers every time
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// Stop the clock at a time, such as 2026-01-31T12:00:00Z or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = time)]
    clock: Option<Duration>,
}

/// Room above the heap for what is not JavaScript's: stack, tables, data under way.
const HEADROOM: u64 = 64 << 20;

impl VmOptions {
    /// An engine for one VM, and the settings for it.
    pub fn builder(&self) -> anyhow::Result<VmBuilder> {
        let engine: Engine = EngineConfig::new().max_vms(1).build()?;
        let limits = Limits {
            memory: self.memory,
            hard_memory: self.memory.saturating_add(HEADROOM).min(4 << 30),
            time: self.timeout,
            ..Limits::default()
        };
        let mut builder = engine.vm().limits(limits).console(write_console);
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        if let Some(time) = self.clock {
            builder = builder.clock(FixedClock(time));
        }
        Ok(builder)
    }
}

/// As Node does it: warnings, errors and traces go to stderr, everything else to stdout.
fn write_console(level: &str, text: &str) {
    // A closed pipe is no reason to stop a program.
    let _ = match level {
        "warn" | "error" | "trace" => writeln!(std::io::stderr().lock(), "{text}"),
        _ => writeln!(std::io::stdout().lock(), "{text}"),
    };
}

fn memory(text: &str) -> Result<u64, Usage> {
    let size: bytesize::ByteSize =
        text.parse().map_err(|_| Usage(format!("`{text}` is not a size such as 64MiB")))?;
    match size.as_u64() {
        bytes if bytes < 1 << 20 => Err(Usage("the smallest useful size is 1MiB".into())),
        bytes if bytes > 4 << 30 => Err(Usage("a VM cannot have more than 4GiB".into())),
        bytes => Ok(bytes),
    }
}

fn duration(text: &str) -> Result<Duration, Usage> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err(Usage("a program needs more time than none".into())),
        Ok(duration) => Ok(duration),
        Err(_) => Err(Usage(format!("`{text}` is not a duration such as 500ms or 10s"))),
    }
}

fn time(text: &str) -> Result<Duration, Usage> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let time = humantime::parse_rfc3339_weak(text).ok();
    time.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok()).ok_or_else(|| {
        Usage(format!("`{text}` is not a time since 1970 such as 2026-01-31T12:00:00Z"))
    })
}
