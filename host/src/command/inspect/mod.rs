//! `jsvm inspect`

mod json;
mod table;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use jsvm::{Engine, EngineConfig, Error, InspectOptions, Limits, Request, Snapshot, Vm};

use super::frozen::Frozen;
use super::key::KeyOption;
use super::options::{Given, given, memory};
use super::output;

/// Tell what is in a snapshot
///
/// Roots and pending requests are inside of the VM: they are shown if it can be restored here, that
/// is, if the snapshot is of this build of the engine and no delta whose parents are missing. No
/// JavaScript runs.
///
/// The exit code is 0, or 2 if the snapshot cannot be read.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm inspect counter.snap\n  \
    jsvm inspect --json order.snap | jq '.requests[0].args'\n  \
    jsvm inspect step2.delta --parent base.snap --parent step1.delta\n  \
    jsvm inspect sealed.snap --key-file key")]
pub struct Inspect {
    /// The snapshot, or - to read it from standard input
    file: PathBuf,

    /// Print JSON. Sizes are in bytes, times in milliseconds; what is not known is null; an
    /// argument of a request that has no form as JSON is a string, as the console shows it
    #[arg(long)]
    json: bool,

    /// A snapshot that this one is relative to; can be repeated, oldest first
    #[arg(long, value_name = "SNAPSHOT")]
    parent: Vec<PathBuf>,

    #[command(flatten)]
    key: KeyOption,

    /// Most memory for the program's heap, such as 64MiB: a snapshot that needs more is not read
    #[arg(long, value_name = "SIZE", value_parser = given(memory), default_value = "512MiB")]
    memory: Given<u64>,
}

/// What is known about a snapshot.
struct Facts {
    snapshot: Snapshot,
    file_bytes: u64,
    is_sealed: bool,
    inside: Inside,
}

/// What only the VM itself knows.
enum Inside {
    Known {
        vm: Vm,
        roots: Vec<String>,
        requests: Vec<Request>,
        /// Whether there are timers to fire.
        has_timers: bool,
    },
    /// Why it is not known.
    Unknown(String),
}

impl Inspect {
    pub fn run(self) -> anyhow::Result<()> {
        let key = self.key.key()?;
        let frozen = Frozen {
            key: key.as_ref(),
            memory: &self.memory,
            parents: "--parent",
        };
        let parent = frozen.read_parents(&self.parent)?;
        let (snapshot, file_bytes) = frozen.read(&self.file)?;
        let snapshot = frozen.join(&self.file, snapshot, parent.as_ref())?;
        let engine = EngineConfig::new().pooling(false).build()?;
        let facts = Facts {
            inside: Inside::of(&engine, &snapshot),
            snapshot,
            file_bytes,
            is_sealed: key.is_some(),
        };
        let text = if self.json {
            json::text(&facts, &engine.vm().build()?)?
        } else {
            table::text(&facts)?
        };
        output::print(&text);
        // The process ends: the memory need not be given back piece by piece.
        std::mem::forget(facts);
        Ok(())
    }
}

impl Inside {
    fn of(engine: &Engine, snapshot: &Snapshot) -> Inside {
        if !snapshot.is_of_this_engine() {
            return Inside::Unknown("it is of another build of the engine".into());
        }
        if !snapshot.is_complete() {
            return Inside::Unknown(
                "it is a delta: name those it is relative to with --parent".into(),
            );
        }
        // Whatever is wrong inside of a snapshot, what it says about itself can be shown.
        Inside::restored(engine, snapshot)
            .unwrap_or_else(|error| Inside::Unknown(error.to_string()))
    }

    fn restored(engine: &Engine, snapshot: &Snapshot) -> Result<Inside, Error> {
        // It has been read, so its size is allowed.
        let limits = Limits {
            memory: 4 << 30,
            hard_memory: 4 << 30,
            ..Limits::default()
        };
        let vm = engine.vm().limits(limits).restore(snapshot)?;
        Ok(Inside::Known {
            roots: vm.roots()?,
            requests: vm.unsettled_requests()?,
            has_timers: vm.run_some_jobs(0)?.next_timer.is_some(),
            vm,
        })
    }
}

/// The arguments of a request, as the console shows them.
fn shown_args(vm: &Vm, request: &Request) -> Result<Vec<String>, Error> {
    let args = vm.from_data(&request.args)?;
    let count = request.args.root().elements().map_or(0, |args| args.len());
    let args = (0..count).map(|index| {
        let arg = args.get(u32::try_from(index).unwrap_or(u32::MAX))?;
        arg.inspect(InspectOptions::default())
    });
    args.collect()
}

/// When it was made, as RFC 3339 has it.
fn created(snapshot: &Snapshot) -> Option<String> {
    /// The end of the year 9999, which is all that four digits can tell.
    const END: u64 = 253_402_300_800;
    let created = snapshot.created();
    let since = created.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (since.as_secs() < END).then(|| humantime::format_rfc3339_millis(created).to_string())
}
