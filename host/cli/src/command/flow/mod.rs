//! `jsvm flow`

mod files;
mod metrics;
mod past;
mod schedule;
mod show;
mod store;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use jsvm::Engine;
use jsvm_flow::{FlowError, FlowId, Lane, Status};

use self::store::StoreOption;
use self::work::Run;
use super::reason::reason;
use super::usage::Usage;
use super::{escape, options, output};

/// Run durable programs: async functions that outlive their process
///
/// A flow is a call of a program's default function. It waits for requests, timers and signals, for
/// milliseconds or for weeks. All flows are in one file, the store. One worker, `jsvm flow run`, runs
/// them. When it is killed, the next one goes on where it was. The other commands work while a worker
/// runs.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm flow start order.ts --id order-17 --input '{\"cents\": 4200}' --store flows.db\n  \
    jsvm flow run --store flows.db --allow-net=api.example.com\n  \
    jsvm flow signal order-17 approved --payload '\"Ada\"' --store flows.db\n  \
    jsvm flow show order-17 --store flows.db")]
pub struct Flow {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Start a flow. The same id again is the same flow
    Start(Start),
    /// Run the flows of a store: be its worker
    Run(Run),
    /// List flows
    List(show::List),
    /// Show a flow, and where it waits
    Show(show::Show),
    /// Print the log of a flow
    Logs(show::Logs),
    /// Ask a flow a question, which the program answers
    Query(show::Query),
    /// Send a signal to a flow
    Signal(Signal),
    /// Move flows to new code at their next checkpoint
    Deploy(Deploy),
    /// Give up a flow
    Cancel(One),
    /// Let a flow that failed or was stopped go on
    Retry(One),
    /// Start another flow from the state of a flow at a turn
    Fork(past::Fork),
    /// Check that a flow can be recovered
    Verify(past::Verify),
    /// Start flows by a cron expression
    Schedule(schedule::Add),
    /// List schedules
    Schedules(schedule::List),
    /// Remove a schedule
    Unschedule(schedule::Remove),
    /// Write a flow to a file
    Export(files::Export),
    /// Read a flow from a file
    Import(files::Import),
    /// Write a copy of the store, while its worker runs
    Backup(files::Backup),
    /// Remove flows that have ended
    Gc(files::Gc),
    /// Print TypeScript declarations of the module jsvm:flow
    Types,
}

/// Starts a flow.
#[derive(Args)]
struct Start {
    /// The program, in JavaScript or TypeScript
    file: PathBuf,

    /// The name of the flow, unique in its store
    #[arg(long, value_parser = flow_id)]
    id: FlowId,

    /// How many flows of this file, and of the key, run at once at most. The others wait for their turn
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    max_concurrent: Option<u32>,

    /// With --max-concurrent: count only flows of the file with the same key
    #[arg(long, value_name = "KEY", requires = "max_concurrent")]
    concurrency_key: Option<String>,

    #[command(flatten)]
    begin: BeginOptions,

    #[command(flatten)]
    store: StoreOption,
}

/// What a flow begins with.
#[derive(Args)]
struct BeginOptions {
    /// The argument of the program's default function, as JSON, or @FILE with it; @- is standard input
    #[arg(
        long,
        value_name = "JSON",
        default_value = "null",
        allow_hyphen_values = true
    )]
    input: String,

    /// Limit of the flow's heap, such as 64MiB
    #[arg(long, value_name = "SIZE", value_parser = options::memory, default_value = "128MiB")]
    memory: u64,
}

/// A flow of a store.
#[derive(Args)]
struct One {
    /// The name of the flow
    #[arg(value_parser = flow_id)]
    id: FlowId,

    #[command(flatten)]
    store: StoreOption,
}

/// Moves flows to new code.
///
/// A flow moves when it awaits checkpoint(state) and nothing else is pending. The default function of
/// the new code is called with the state. It is tried on a copy first: if it throws there, the flow stays with
/// its code, and the list says why. Where no checkpoint comes, a flow stays with its code.
#[derive(Args)]
struct Deploy {
    /// The new program. Without it, the running flows are listed by their code, with what keeps each there
    #[arg(requires = "which")]
    file: Option<PathBuf>,

    /// Print the list as JSON
    #[arg(long, conflicts_with = "file")]
    json: bool,

    /// The name of a flow; can be repeated
    #[arg(long, value_parser = flow_id, group = "which", requires = "file")]
    id: Vec<FlowId>,

    /// All running flows of the program whose digest begins so, as `jsvm flow show` prints it
    #[arg(
        long,
        value_name = "DIGEST",
        conflicts_with = "id",
        group = "which",
        requires = "file"
    )]
    from: Option<String>,

    /// Let the flows stay with their code after all, if they have not moved
    #[arg(long, requires = "file")]
    revoke: bool,

    #[command(flatten)]
    store: StoreOption,
}

/// Sends a signal.
#[derive(Args)]
struct Signal {
    /// The name of the flow
    #[arg(value_parser = flow_id)]
    id: FlowId,

    /// The name of the signal
    name: String,

    /// The value that the flow gets, as JSON, or @FILE with it; @- is standard input
    #[arg(
        long,
        value_name = "JSON",
        default_value = "null",
        allow_hyphen_values = true
    )]
    payload: String,

    /// A second signal with the same id is ignored [default: a new id]
    #[arg(long, value_name = "ID")]
    signal_id: Option<String>,

    #[command(flatten)]
    store: StoreOption,
}

impl Flow {
    pub fn run(self) -> anyhow::Result<()> {
        let result = match self.verb {
            Verb::Start(start) => start.run(),
            Verb::Run(run) => run.run(),
            Verb::List(list) => list.run(),
            Verb::Show(show) => show.run(),
            Verb::Logs(logs) => logs.run(),
            Verb::Query(query) => query.run(),
            Verb::Signal(signal) => signal.run(),
            Verb::Deploy(deploy) => deploy.run(),
            Verb::Cancel(one) => one.cancel(),
            Verb::Retry(one) => one.retry(),
            Verb::Fork(fork) => fork.run(),
            Verb::Verify(verify) => verify.run(),
            Verb::Schedule(add) => add.run(),
            Verb::Schedules(list) => list.run(),
            Verb::Unschedule(remove) => remove.run(),
            Verb::Export(export) => export.run(),
            Verb::Import(import) => import.run(),
            Verb::Backup(backup) => backup.run(),
            Verb::Gc(gc) => gc.run(),
            Verb::Types => {
                output::print(jsvm_flow::DECLARATIONS.trim_end());
                Ok(())
            }
        };
        result.map_err(as_usage)
    }
}

impl Start {
    fn run(self) -> anyhow::Result<()> {
        // A program that cannot start leaves no store.
        let program = jsvm_flow::ProgramBuilder::new(&Engine::global()?)
            .limits(limits(self.begin.memory))
            .file(&self.file)?;
        let mut flows = self.store.open_or_create()?;
        let lane = self.max_concurrent.map(|limit| {
            // The same file under another path is in the same lane.
            let file = self.file.canonicalize().unwrap_or(self.file.clone());
            let file = file.display().to_string();
            let name = match &self.concurrency_key {
                None => file,
                Some(key) => format!("{file} {key}"),
            };
            Lane { name, limit }
        });
        match flows.start_in(&program, &self.id, &json_or_file(self.begin.input)?, lane)? {
            true => say(&format!("started {}", self.id)),
            false => say(&format!("{} was started before", self.id)),
        }
        Ok(())
    }
}

/// The limits of a flow's VM.
fn limits(memory: u64) -> jsvm::Limits {
    jsvm::Limits::default()
        .memory(memory)
        .hard_memory(super::session::hard_memory(memory))
}

impl Deploy {
    fn run(self) -> anyhow::Result<()> {
        let mut flows = self.store.open()?;
        let Some(file) = &self.file else {
            return show::list_codes(&mut flows, self.json);
        };
        let program = jsvm_flow::ProgramBuilder::new(flows.engine()).file(file)?;
        let ids = match &self.from {
            None => self.id,
            Some(digest) => {
                let running = flows.list(Some(Status::Running), usize::MAX)?;
                let of_program = running.into_iter().filter(|flow| {
                    flow.program.starts_with(&**digest) && flow.program != program.id().to_string()
                });
                let ids: Vec<_> = of_program.map(|flow| flow.id).collect();
                if ids.is_empty() {
                    return Err(Usage(format!(
                        "no running flow has other code whose digest begins with {digest}. `jsvm flow deploy --store FILE` \
                         lists the running flows by their code"
                    ))
                    .into());
                }
                ids
            }
        };
        let target = (!self.revoke).then_some(&program);
        for id in ids {
            let waiting = flows.show(&id)?.waiting;
            match (flows.deploy(&id, target)?, self.revoke) {
                (true, false) => say(&format!(
                    "{id} will move to {} at its next checkpoint. Now it waits for {waiting}",
                    program.id()
                )),
                (true, true) => say(&format!("{id} stays with its code")),
                (false, _) => say(&format!("{id} has ended before")),
            }
        }
        Ok(())
    }
}

impl Signal {
    fn run(self) -> anyhow::Result<()> {
        let mut flows = self.store.open()?;
        let signal_id = match self.signal_id {
            Some(id) => id,
            None => {
                let mut bytes = [0; 16];
                getrandom::fill(&mut bytes)?;
                bytes.iter().map(|byte| format!("{byte:02x}")).collect()
            }
        };
        match flows.signal(
            &self.id,
            &self.name,
            &signal_id,
            &json_or_file(self.payload)?,
        )? {
            true => say(&format!("sent {} to {}", self.name, self.id)),
            false => say(&format!("{signal_id} was sent to {} before", self.id)),
        }
        Ok(())
    }
}

impl One {
    fn cancel(self) -> anyhow::Result<()> {
        let mut flows = self.store.open()?;
        match flows.cancel(&self.id)? {
            true => say(&format!("the worker will cancel {}", self.id)),
            false => say(&format!("{} has ended before", self.id)),
        }
        Ok(())
    }

    fn retry(self) -> anyhow::Result<()> {
        self.store.open()?.retry(&self.id)?;
        say(&format!("the worker will go on with {}", self.id));
        Ok(())
    }
}

/// Errors of arguments and files end with the exit code 2.
fn as_usage(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<FlowError>() {
        Some(
            FlowError::InvalidId(_)
            | FlowError::NotJson { .. }
            | FlowError::TooLarge { .. }
            | FlowError::Read { .. }
            | FlowError::NoMain { .. }
            | FlowError::TopLevelWaits { .. }
            | FlowError::NoFlow(_)
            | FlowError::NotKept { .. }
            | FlowError::NoState { .. }
            | FlowError::NoRequest { .. }
            | FlowError::NeedsResponse { .. }
            | FlowError::Empty { .. }
            | FlowError::NotItsKey
            | FlowError::Schedule(_)
            | FlowError::NotExported(_),
        ) => Usage(error.to_string()).into(),
        _ => error,
    }
}

/// JSON that is an argument, or in a file: `@FILE`, and `@-` for standard input.
fn json_or_file(text: String) -> Result<String, Usage> {
    let Some(file) = text.strip_prefix('@') else {
        return Ok(text);
    };
    let read = match file {
        "-" => std::io::read_to_string(std::io::stdin()),
        file => std::fs::read_to_string(file),
    };
    read.map_err(|error| Usage(format!("cannot read {file}: {}", reason(&error))))
}

fn say(text: &str) {
    output::print(&escape::lines(text));
}

fn flow_id(text: &str) -> Result<FlowId, Usage> {
    text.parse()
        .map_err(|error: FlowError| Usage(error.to_string()))
}

/// Formats a time since 1970 in nanoseconds.
fn time(wall: u64) -> String {
    let time = std::time::UNIX_EPOCH + Duration::from_nanos(wall);
    humantime::format_rfc3339_seconds(time).to_string()
}
