//! The VM of a flow: with the clock of turns, and with output that is held back.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use jsvm::{
    Arguments, Engine, Error, HostError, Import, Limits, ModuleLoader, Seed, Snapshot, Value, Vm,
    VmBuilder,
};
use parking_lot::Mutex;

use crate::clock::TurnClock;
use crate::error::FlowError;
use crate::functions::PureFunctions;
use crate::secrets::secret_placeholder;

/// The root with the object that the worker calls: `host` of `internal.js`.
const HOST: &str = "jsvm:flow";

/// The property of that object with the names of the [`PureFunctions`] that the program needs, if there are any.
const FUNCTIONS: &str = "functions";

/// The host calls of `internal.js`.
const PROGRESS: &str = "jsvm:flow-progress";
const SECRET: &str = "jsvm:flow-secret";

/// The request of a checkpoint, with the state as JSON. The worker answers it.
pub(crate) const CHECKPOINT: &str = "jsvm:flow-checkpoint";

/// The most bytes that a turn can log.
const MAX_LOG: usize = 1 << 20;

/// What a turn said, until it may leave.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    /// Levels and texts.
    pub(crate) lines: Vec<(String, String)>,
    pub(crate) progress: Option<String>,
    bytes: usize,
}

impl Sink {
    pub(crate) fn write(&mut self, level: &str, text: &str) {
        if self.bytes > MAX_LOG {
            return;
        }
        self.bytes += text.len();
        if self.bytes > MAX_LOG {
            let text = format!("the turn logged more than {MAX_LOG} bytes: the rest is left out");
            self.lines.push(("warn".to_owned(), text));
            return;
        }
        self.lines.push((level.to_owned(), text.to_owned()));
    }
}

/// What the VMs of a program's flows have from outside.
#[derive(Debug)]
pub(crate) struct VmConfig {
    pub(crate) engine: Engine,
    pub(crate) limits: Limits,
    pub(crate) functions: PureFunctions,
}

/// A VM with what belongs to it outside.
pub(crate) struct FlowVm {
    pub(crate) vm: Vm,
    pub(crate) clock: Arc<TurnClock>,
    sink: Arc<Mutex<Sink>>,
    host: Value,
    limits: Limits,
    /// The time limit that the VM has now.
    time_limit: Cell<Option<Duration>>,
}

impl FlowVm {
    /// Creates a VM in which programs can be evaluated.
    pub(crate) fn new(
        engine: &Engine,
        limits: &Limits,
        functions: &[String],
        modules: impl ModuleLoader,
    ) -> Result<FlowVm, Error> {
        // The same code makes the same program.
        let seed = Seed::new([0; 32]);
        let (builder, clock, sink) = builder(engine, limits, None);
        let builder = functions.iter().fold(builder, |builder, name| {
            builder.function(name, |_: Arguments| -> Result<(), HostError> {
                Err(HostError::type_error(
                    "call it inside of the default function: the top level has no functions of the host",
                ))
            })
        });
        let vm = builder.seed(seed).modules(modules).build()?;
        jsvm_http::install_fetch(&vm)?;
        let namespace = vm.import_module("jsvm:flow/internal")?;
        vm.run_jobs()?;
        let host = namespace.promise_value()?.get("host")?;
        let natives = vm.create_object()?;
        natives.set("progress", vm.create_host_function(PROGRESS, 1)?)?;
        natives.set("secret", vm.create_host_function(SECRET, 1)?)?;
        natives.set("checkpoint", vm.create_request_function(CHECKPOINT, 1)?)?;
        host.call_method("setNatives", (natives,))?;
        if !functions.is_empty() {
            host.set(FUNCTIONS, vm.create_value(functions)?)?;
        }
        vm.roots().set(HOST, &host)?;
        Ok(FlowVm {
            vm,
            clock,
            sink,
            host,
            limits: limits.clone(),
            time_limit: Cell::new(limits.time),
        })
    }

    /// Begins a flow from the state of a program, with a seed of its own.
    ///
    /// # Errors
    /// [`FlowError::NoFunction`]; [`FlowError::Vm`].
    pub(crate) fn begin(
        config: &VmConfig,
        base: &Snapshot,
        seed: [u8; 32],
    ) -> Result<FlowVm, FlowError> {
        let (builder, clock, sink) = builder(&config.engine, &config.limits, Some(seed));
        // The VM's clock must not be behind that of the snapshot, or the VM would add to it.
        clock.set(0, SNAPSHOT_READS);
        let builder = config.functions.add_to(builder.seed(Seed::new(seed)));
        let vm = builder.modules(SealedModules).restore(base)?;
        FlowVm::find(vm, clock, sink, config)
    }

    /// Goes on with a flow from a snapshot.
    ///
    /// # Errors
    /// [`FlowError::NoFunction`]; [`FlowError::Vm`].
    pub(crate) fn resume(
        config: &VmConfig,
        snapshot: &Snapshot,
        seed: [u8; 32],
        monotonic: u64,
    ) -> Result<FlowVm, FlowError> {
        let (builder, clock, sink) = builder(&config.engine, &config.limits, Some(seed));
        // The VM's clock must not be behind that of the snapshot, which was taken a little later.
        clock.set(0, monotonic.saturating_add(SNAPSHOT_READS));
        let builder = config.functions.add_to(builder.seed(Seed::new(seed)));
        let vm = builder.modules(SealedModules).resume(snapshot)?;
        FlowVm::find(vm, clock, sink, config)
    }

    fn find(
        vm: Vm,
        clock: Arc<TurnClock>,
        sink: Arc<Mutex<Sink>>,
        config: &VmConfig,
    ) -> Result<FlowVm, FlowError> {
        let host = vm.roots().get(HOST)?.unwrap_or(Value::UNDEFINED);
        let declared: Option<Vec<String>> = host.get(FUNCTIONS)?.to()?;
        let mut declared = declared.into_iter().flatten();
        if let Some(name) = declared.find(|name| !config.functions.contains(name)) {
            return Err(FlowError::NoFunction(name));
        }
        Ok(FlowVm {
            vm,
            clock,
            sink,
            host,
            limits: config.limits.clone(),
            time_limit: Cell::new(config.limits.time),
        })
    }

    /// Calls a method of `host`.
    pub(crate) fn call(&self, method: &str, args: impl jsvm::IntoArgs) -> Result<Value, Error> {
        self.host.call_method(method, args)
    }

    /// Takes what the turn said.
    pub(crate) fn take_output(&self) -> Sink {
        std::mem::take(&mut *self.sink.lock())
    }

    /// Sets how long a call may take.
    pub(crate) fn set_time_limit(&self, time: Option<Duration>) -> Result<(), Error> {
        if self.time_limit.replace(time) == time {
            return Ok(());
        }
        self.vm.set_limits(&self.limits.clone().time(time))
    }
}

/// More time than reads of the clock between the end of a turn and its snapshot can add.
const SNAPSHOT_READS: u64 = 1_000_000;

fn builder(
    engine: &Engine,
    limits: &Limits,
    seed: Option<[u8; 32]>,
) -> (VmBuilder, Arc<TurnClock>, Arc<Mutex<Sink>>) {
    let clock = Arc::new(TurnClock::default());
    let sink = Arc::new(Mutex::new(Sink::default()));
    let (console, progress) = (sink.clone(), sink.clone());
    let builder = engine
        .vm()
        .limits(limits.clone())
        .clock(clock.clone())
        .console(move |level, text| console.lock().write(level, text))
        .handler(PROGRESS, move |text: String| {
            progress.lock().progress = Some(text);
        })
        .handler(SECRET, move |name: String| {
            let seed = seed.ok_or_else(|| {
                HostError::type_error(
                    "call secret() inside of the default function: the top level is shared",
                )
            })?;
            let is_name = !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
            if !is_name {
                return Err(HostError::type_error(format!(
                    "{name:?} cannot be the name of a secret: use letters, digits, _ and -"
                )));
            }
            Ok(secret_placeholder(&seed, &name))
        });
    (builder, clock, sink)
}

/// Refuses modules that the program did not import when it was deployed.
struct SealedModules;

impl ModuleLoader for SealedModules {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        Err(HostError::type_error(format!(
            "cannot import {}: the modules of a durable program are sealed when its flow starts. Import it at \
             the top level",
            import.specifier
        )))
    }

    fn load(&self, name: &str) -> Result<jsvm::Module, HostError> {
        Err(HostError::type_error(format!(
            "cannot load {name}: the modules of a durable program are sealed"
        )))
    }
}
