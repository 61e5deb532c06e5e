//! `jsvm inspect`

mod frames;
mod json;
mod table;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use jsvm::{
    Engine, EngineConfig, Error, InspectOptions, Limits, Request, Snapshot, SuspendedFrames, Vm,
};

use super::engine_option::EngineOption;
use super::key::KeyOption;
use super::options::{ParsedArg, memory, parsed_arg};
use super::output;
use super::snapshot_reader::SnapshotReader;

/// Show what is in a snapshot
///
/// Roots, pending requests and functions that wait are inside the VM. They are shown if the engine of the snapshot is the
/// one in this program or named by --engine, and all parents are given. No JavaScript runs.
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

    /// Print JSON. Sizes are in bytes, times in milliseconds, and unknown values are null. If JSON
    /// cannot represent an argument of a request, it is a string, as the console shows it
    #[arg(long)]
    json: bool,

    /// A snapshot that this one is relative to; can be repeated, oldest first
    #[arg(long, value_name = "SNAPSHOT")]
    parent: Vec<PathBuf>,

    #[command(flatten)]
    engine: EngineOption,

    #[command(flatten)]
    key: KeyOption,

    /// Limit of the heap, such as 64MiB: a snapshot that needs more is not read
    #[arg(long, value_name = "SIZE", value_parser = parsed_arg(memory), default_value = "512MiB")]
    memory: ParsedArg<u64>,
}

/// The content of a snapshot.
struct SnapshotInfo {
    snapshot: Snapshot,
    file_bytes: u64,
    is_sealed: bool,
    inside: VmContent,
}

/// The content that is inside the VM.
enum VmContent {
    Known {
        vm: Vm,
        roots: Vec<String>,
        requests: Vec<Request>,
        /// Whether timers are pending.
        has_timers: bool,
        /// The functions that wait, if the engine can list them.
        frames: Option<SuspendedFrames>,
    },
    /// The reason why it is not known.
    Unknown(String),
}

impl Inspect {
    pub fn run(self) -> anyhow::Result<()> {
        let key = self.key.key()?;
        let frozen = SnapshotReader {
            key: key.as_ref(),
            memory: &self.memory,
            parents: "--parent",
        };
        let parent = frozen.read_parents(&self.parent)?;
        let (snapshot, file_bytes) = frozen.read(&self.file)?;
        let snapshot = frozen.join(&self.file, snapshot, parent.as_ref())?;
        // JSON is written by a VM of this program.
        let engine = EngineConfig::new().pooling(false).build()?;
        let inside = match (snapshot.is_of_this_engine(), self.engine.is_given()) {
            (true, _) => VmContent::read(&engine, &snapshot),
            (false, true) => VmContent::read(&self.engine.of(&self.file, &snapshot)?, &snapshot),
            (false, false) => {
                VmContent::Unknown("another engine made it: name its file with --engine".into())
            }
        };
        let info = SnapshotInfo {
            inside,
            snapshot,
            file_bytes,
            is_sealed: key.is_some(),
        };
        let text = if self.json {
            json::text(&info, &engine.vm().build()?)?
        } else {
            table::text(&info)?
        };
        output::print(&text);
        // The process is about to end: freeing the memory piece by piece would only take time.
        std::mem::forget(info);
        Ok(())
    }
}

impl VmContent {
    fn read(engine: &Engine, snapshot: &Snapshot) -> VmContent {
        if !snapshot.is_complete() {
            return VmContent::Unknown(
                "it is a delta: name its parents with --parent, oldest first".into(),
            );
        }
        // If the VM cannot be restored, the header of the snapshot can still be shown.
        VmContent::restored(engine, snapshot)
            .unwrap_or_else(|error| VmContent::Unknown(error.to_string()))
    }

    fn restored(engine: &Engine, snapshot: &Snapshot) -> Result<VmContent, Error> {
        // The snapshot was read, so its size is within the limit.
        let limits = Limits::default().memory(4 << 30).hard_memory(4 << 30);
        let vm = engine.vm().limits(limits).restore(snapshot)?;
        Ok(VmContent::Known {
            roots: vm.roots().names()?,
            requests: vm.unsettled_requests()?,
            has_timers: vm.run_jobs_up_to(0)?.next_timer.is_some(),
            frames: frames::read(&vm)?,
            vm,
        })
    }
}

/// Formats the arguments of a request, as the console shows them.
fn shown_args(vm: &Vm, request: &Request) -> Result<Vec<String>, Error> {
    let args = vm.create_from_data(&request.args)?;
    let args_data = request.args.root()?;
    let count = args_data.elements().map_or(0, |args| args.len());
    let args = (0..count).map(|index| {
        let arg = args.get(u32::try_from(index).unwrap_or(u32::MAX))?;
        arg.inspect(InspectOptions::default())
    });
    args.collect()
}

/// The time when the snapshot was made, in the format of RFC 3339.
fn created(snapshot: &Snapshot) -> Option<String> {
    /// The end of the year 9999, the last year with four digits.
    const END: u64 = 253_402_300_800;
    let created = snapshot.created();
    let since = created.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (since.as_secs() < END).then(|| humantime::format_rfc3339_millis(created).to_string())
}
