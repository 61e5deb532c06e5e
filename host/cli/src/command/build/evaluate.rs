//! Evaluates a program that is built.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jsvm::{
    Arguments, Data, Error, HostError, Limits, ModuleKind, PromiseState, Seed, Source, Value,
    ValueKind, Vm, VmBuilder,
};
use jsvm_http::Handlers;
use jsvm_standalone::{BEGIN, BUSY_TIMEOUT, EXIT_CODE, MAIN};

use super::clock::BuildClock;
use super::code::Code;
use super::fetch::{add_identifiers, occurs_in};
use super::modules::Modules;
use super::spin;
use super::uses::Uses;
use super::world::WorldRole;
use super::{Build, BuildInputs};
use crate::command::builtin::{ExitCode, WithBuiltins, with_files};
use crate::command::destination::Target;
use crate::command::launch::{Launched, launch};
use crate::command::permissions::Permissions;
use crate::command::session::{Session, Times, hard_memory};
use crate::command::usage::Usage;
use crate::command::{output, warm};

/// A program whose top level has run.
pub struct Evaluated {
    launched: Launched,
    /// The text and the comments of a script, once they were needed.
    script_code: OnceCell<Code>,
    pub modules: Modules,
    pub serves: Serves,
    memory: u64,
    stack: u32,
}

/// What a program serves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    Http,
    /// The exports of a WIT world.
    World,
    Nothing,
}

impl Build {
    /// Evaluates the program. With `uses` it records uses of unknown values, and prints nothing.
    pub(super) fn evaluate(
        &self,
        known: &BuildInputs,
        target: &Target,
        uses: Option<&Uses>,
    ) -> anyhow::Result<Evaluated> {
        let clock = BuildClock::new(known.clock);
        let mut server = None;
        let mut loader = None;
        let launched = launch(&self.file, Vec::new(), |folder| {
            let (session, made_server, modules) =
                self.session(folder, known, target, &clock, uses)?;
            server = Some(made_server);
            loader = Some(modules);
            Ok(session)
        })?;
        let (Some(server), Some(modules)) = (server, loader) else {
            unreachable!("a program that was launched has a session");
        };
        // Timers that the top level awaits are due at once.
        while launched.run_until_waiting()? && launched.is_module && launched.value.is_pending()? {
            match launched.session.vm().run_jobs_up_to(0)?.next_timer {
                Some(time) => clock.advance(time),
                None => break,
            }
        }
        if uses.is_none() {
            launched.require_settled()?;
        }
        let exports = match launched.is_module {
            true => match launched.value.promise_state()? {
                Some(PromiseState::Fulfilled(exports)) => exports,
                // The module is still pending, so its exports are not known.
                _ => Value::UNDEFINED,
            },
            false => Value::UNDEFINED,
        };
        let session = &launched.session;
        let serves = session.enter(|_| server.register(&exports));
        let is_server = serves.map_err(|error| session.failed(&error))?;
        if let Some(world) = &known.world
            && world.role(&exports, is_server)? == WorldRole::Exporter
        {
            if uses.is_none() {
                if !launched.is_module {
                    return Err(Usage(format!(
                        "cannot build {} for a world: it is a script, which exports nothing. Write it as an \
                         ES module: with `export`, or `export {{}}` if the world has no exports",
                        self.file.display()
                    ))
                    .into());
                }
                world.bind(session.vm(), &exports)?;
            }
            return Ok(Evaluated {
                launched,
                script_code: OnceCell::new(),
                modules,
                serves: Serves::World,
                memory: self.memory.value,
                stack: self.stack.value,
            });
        }
        let serves = match is_server {
            true => {
                // A program may have replaced these built-ins; then it has created its own.
                let _ = warm::create_builtins(session.vm());
                Serves::Http
            }
            false => Serves::Nothing,
        };
        if serves == Serves::Nothing && launched.is_module && !exports.is_undefined() {
            let main = session.enter(|_| exports.get("default"));
            let main = main.map_err(|error| session.failed(&error))?;
            if main.kind()? == ValueKind::Function {
                session.vm().roots().set(MAIN, main)?;
            }
        }
        Ok(Evaluated {
            launched,
            script_code: OnceCell::new(),
            modules,
            serves,
            memory: self.memory.value,
            stack: self.stack.value,
        })
    }

    fn session(
        &self,
        folder: &Path,
        known: &BuildInputs,
        target: &Target,
        clock: &BuildClock,
        uses: Option<&Uses>,
    ) -> anyhow::Result<(Session, Handlers, Modules)> {
        let modules = self
            .modules
            .of_with(folder, self.conditions())?
            .relative_names();
        let permissions = Arc::new(Permissions::within(modules.root()));
        let is_quiet = uses.is_some();
        let to_stderr = target.is_stdout();
        let engine = known.engine(self.optimize)?;
        let mut builder = engine
            .vm()
            .clock(clock.clone())
            .seed(known.seed.clone().unwrap_or_else(|| Seed::from(0)));
        if !is_quiet {
            builder = builder.console(move |level, text| match level {
                "warn" | "error" | "trace" => output::print_error(text),
                _ if to_stderr => output::print_error(text),
                _ => output::print(text),
            });
        }
        let builder = builder.handler("jsvm:process", process(known, uses, is_quiet));
        let builder =
            jsvm_http::services::add_to(with_files(builder, &permissions, self.memory.value));
        let builtins = WithBuiltins {
            modules: modules.clone(),
            watched: None,
        };
        let world = known.world.as_ref();
        let interfaces = world.map(|world| world.source.interface_versions());
        let loader = Modules::new(builtins, interfaces.unwrap_or_default());
        let mut server = None;
        let make = |builder: &VmBuilder| -> anyhow::Result<Vm> {
            let vm = builder.clone().modules(loader.clone()).build()?;
            install(&vm, &known.env)?;
            if let Some(world) = &known.world {
                world.define(&vm)?;
            }
            server = Some(jsvm_http::install(&vm)?);
            if let Some(world) = &known.world {
                world.install_fetch(&vm)?;
            }
            if known.adapts_fetch {
                spin::adapt_fetch(&vm)?;
            }
            if let Some(uses) = uses {
                uses.watch(&vm, known)?;
            }
            // Zeroes what the scripts above have freed. Pieces of their sources would be left between the objects of
            // the program, and pass for its names.
            vm.with_memory(|_| ())?;
            Ok(vm)
        };
        let session = Session::new(
            builder,
            ExitCode::default(),
            modules,
            self.memory.clone(),
            Times {
                timeout: self.timeout.clone(),
                cpu_time: None,
            },
            make,
        )?;
        match server {
            Some(server) => Ok((session, server, loader)),
            None => unreachable!("a session has a VM that was made"),
        }
    }
}

/// Installs `process` for the build, and the function that replaces it when the component starts.
fn install(vm: &Vm, env: &[(String, String)]) -> Result<(), Error> {
    let host = vm.create_host_function("jsvm:process", 0)?;
    let begin = vm.eval(Source::script(include_str!("begin.js")).file_name("jsvm:begin"))?;
    let given = vm.create_object()?;
    for (name, value) in env {
        given.set(&**name, &**value)?;
    }
    let made = begin.call((host, given))?;
    jsvm::node::install_with(vm, made.get("call")?)?;
    vm.roots().set(BEGIN, made.get("begin")?)?;
    vm.roots().set(EXIT_CODE, made.get("exitCode")?)
}

/// Answers the calls of `process` while a program is built.
fn process(
    known: &BuildInputs,
    uses: Option<&Uses>,
    is_quiet: bool,
) -> impl Fn(Arguments) -> Result<Data, HostError> + Send + Sync + 'static {
    let (env, uses) = (known.env.clone(), uses.cloned());
    move |Arguments(args)| {
        let text = |index: usize| match args.get(index) {
            Some(arg) => arg.to::<String>(),
            None => Ok(String::new()),
        };
        let used = |what: &str| {
            if let Some(uses) = &uses {
                uses.note(what, &text(2).unwrap_or_default());
            }
        };
        Ok(match &*text(0)? {
            "env" => {
                let name = text(1)?;
                let found = env.iter().rev().find(|(known, _)| *known == name);
                if found.is_none() {
                    used(&format!("process.env.{name}"));
                }
                Data::of(&found.map(|(_, value)| value))?
            }
            "envNames" => Data::of(&env.iter().map(|(name, _)| name).collect::<Vec<_>>())?,
            "argv" => {
                used("process.argv");
                Data::of(&())?
            }
            "version" => Data::of(env!("CARGO_PKG_VERSION"))?,
            "write" if is_quiet => Data::of(&())?,
            "write" => {
                output::print_error_bytes(text(2)?.as_bytes());
                Data::of(&())?
            }
            "exit" => return Err(HostError::new("cannot call process.exit during the build")),
            operation => {
                return Err(HostError::type_error(format!(
                    "process has no operation {operation}"
                )));
            }
        })
    }
}

impl Evaluated {
    /// The session in which the program was evaluated.
    pub fn session(&self) -> &Session {
        &self.launched.session
    }

    /// Whether the identifier `fetch` occurs in the program, if it is a script. Modules are recorded by
    /// their loader.
    pub fn script_fetches(&self) -> bool {
        self.script().is_some_and(|script| occurs_in(&script.text))
    }

    /// Whether the identifier `fetch` occurs in the program or its modules.
    pub fn fetches(&self) -> bool {
        self.script_fetches() || self.modules.fetch()
    }

    /// Whether the program has loaded `node:fs`.
    pub fn has_files(&self) -> Result<bool, jsvm::Error> {
        jsvm::node::has_loaded(self.session().vm(), "fs")
    }

    /// Whether a text occurs in the code of the program or its modules.
    pub fn mentions(&self, text: &str) -> bool {
        let in_script = |script: &Code| script.text.contains(text);
        self.script().is_some_and(in_script) || self.modules.mention(text)
    }

    /// The program, if it is a script.
    fn script(&self) -> Option<&Code> {
        let script = self.launched.script.as_deref()?;
        let code = || Code::new(script, ModuleKind::CommonJs);
        Some(self.script_code.get_or_init(code))
    }

    /// The identifiers in the program and its modules.
    pub fn identifiers(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if let Some(script) = self.script() {
            add_identifiers(&script.text, &mut found);
        }
        self.modules.add_identifiers(&mut found);
        found
    }

    /// The comments of the program, if it is a script. Modules are recorded by their loader.
    pub fn script_comments(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if let Some(script) = self.script() {
            script.add_comments(&mut found);
        }
        found
    }

    /// Prepares the VM for the component: its modules, its heap and its limits. A program with the exports of a
    /// world gets environment variables by a function.
    pub fn ready(
        self,
        busy_timeout: Option<Duration>,
        environment: Option<Value>,
    ) -> anyhow::Result<Session> {
        let identifiers: Vec<String> = self.identifiers().into_iter().collect();
        let Launched { session, value, .. } = self.launched;
        drop::<Value>(value);
        let imported = self.modules.keep(session.vm())?;
        jsvm::node::settle(session.vm(), &identifiers, &imported)?;
        if let Some(limit) = busy_timeout {
            session
                .vm()
                .roots()
                .set(BUSY_TIMEOUT, limit.as_secs_f64() * 1e3)?;
        }
        match self.serves {
            Serves::Http => warm::reserve_heap(session.vm())?,
            Serves::World => {
                // Without the function, nothing of a host's environment reaches the component.
                if let Some(begin) = session.vm().roots().get(BEGIN)? {
                    let environment = match environment {
                        Some(environment) => environment,
                        None => session.vm().create_object()?,
                    };
                    begin.call((environment, Vec::<String>::new()))?;
                }
                session.vm().heap().collect_garbage()?;
            }
            Serves::Nothing => session.vm().heap().collect_garbage()?,
        }
        session.vm().set_limits(
            &Limits::default()
                .memory(self.memory)
                .hard_memory(hard_memory(self.memory))
                .stack(self.stack)
                .output(u64::from(u32::MAX))
                .time(None),
        )?;
        Ok(session)
    }
}
