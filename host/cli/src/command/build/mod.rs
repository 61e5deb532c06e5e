//! `jsvm build`

mod busy_timeout;
mod clock;
mod code;
mod evaluate;
mod fetch;
mod judge;
mod modules;
mod optimize;
mod report;
mod spin;
mod stdin;
mod uses;
mod world;
mod world_scripts;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use clap::{Args, ValueEnum};
use jsvm::{Engine, Error, Seed, Vm};
use jsvm_http::services;
use jsvm_standalone::{
    self as standalone, ComponentKind, Inclusion, ServiceImports, StandaloneError, TargetHost,
};

use self::busy_timeout::BusyTimeout;
use self::evaluate::{Evaluated, Serves};
use self::modules::Modules;
use self::optimize::Optimize;
use self::report::{Report, ReportKind};
use self::uses::Uses;
use self::world::{BuildWorld, WorldOptions, WorldRole, with_imports};
use self::world_scripts::HostUse;
use super::destination::Target;
use super::exit::Exit;
use super::modules::{Conditions, ModuleOptions};
use super::options::{ParsedArg, duration, memory, parsed_arg, seed, time};
use super::output;
use super::progress::Progress;
use super::usage::Usage;

/// Make one WebAssembly component from a program, for any component host
///
/// The component contains a VM in which the program was already evaluated: its modules are loaded
/// and its top level has run, once, during the build. So it starts quickly. The top level cannot
/// use values that are known only when the component runs: the time, random numbers, environment
/// variables, other hosts. If it does, the build fails and shows the place.
///
/// A program whose default export has a method fetch, or that calls addEventListener("fetch", ...),
/// becomes a server: wasmtime serve app.wasm. With --kind service it is a server for WASI 0.3,
/// where many requests share an instance, which is many times as fast. Any other program becomes a
/// command: wasmtime run app.wasm. A command calls the default export, if it is a function, awaits
/// its result, and ends when no timer and no request is left.
///
/// With --wit it becomes a component for any WIT world: it exports the world's functions, its interfaces
/// as objects and its resources as classes, and imports the world's imports as modules. The component
/// imports nothing that its world does not name.
///
/// The program and its modules are found as by `jsvm run`. The top level can read files in the
/// program's folder; the component can read none. Modules that functions import later, by a literal
/// name, are included and evaluated when they are imported.
///
/// The same program gives the same bytes, wherever it is.
///
/// The exit code is 0; 1 if the program failed or the file could not be written; 2 if the program
/// does not exist.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm build server.ts -o server.wasm\n  \
    wasmtime serve server.wasm\n  \
    jsvm build server.ts -o shared.wasm --kind service\n  \
    jsvm build report.js --kind command && wasmtime run report.wasm\n  \
    jsvm build plugin.ts --wit wit/ --world plugin -o plugin.wasm\n  \
    jsvm build app.jsx -o app.wasm --env API=https://example.com --seed 1\n  \
    jsvm build app.js -o - --json | wasm-tools component wit")]
pub struct Build {
    /// The program
    file: PathBuf,

    #[command(flatten)]
    modules: ModuleOptions,

    /// Where to write the component, or - for standard output [default: the name of the program with
    /// .wasm, in the current folder]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    world: WorldOptions,

    /// Let a command reach other hosts, also if no fetch occurs in its sources. It then needs
    /// wasmtime run -S http. A component for a world gets wasi:http, if the world lacks it
    #[arg(long)]
    fetch: bool,

    /// Kind of the component [default: a server if the program has a fetch handler, else a command]
    #[arg(long, value_enum)]
    kind: Option<KindOption>,

    /// Host whose versions of wasi:keyvalue and wasi:config the component imports, if the program
    /// imports jsvm:keyvalue or jsvm:config. jsvm serve supports all of them [default: wasmtime]
    #[arg(long, value_enum)]
    host: Option<HostOption>,

    /// Give a server or a component for a world the environment variables of its host, which must
    /// provide wasi:cli: wasmtime serve -S cli. --host spin and --host wasmcloud do this too
    #[arg(long)]
    host_environment: bool,

    /// Environment variable for the build, and for the component unless its host sets it; can be
    /// repeated. NODE_ENV is production by default
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,

    /// Limit of the program's heap, during the build and when the component runs
    #[arg(long, value_name = "SIZE", value_parser = parsed_arg(memory), default_value = "512MiB")]
    #[arg(allow_hyphen_values = true)]
    memory: ParsedArg<u64>,

    /// Stack of the VM when the component runs. The host must give four times as much native stack;
    /// wasmtime gives 512KiB unless -W max-wasm-stack is set
    #[arg(long, value_name = "SIZE", value_parser = parsed_arg(stack), default_value = "96KiB")]
    #[arg(allow_hyphen_values = true)]
    stack: ParsedArg<u32>,

    /// Time for which JavaScript may compute without a pause when the component runs, such as 500ms or
    /// 1m, or off. A request that exceeds it gets status 500 [default: 5s for a server, off for a
    /// command]
    #[arg(long, value_name = "DURATION")]
    busy_timeout: Option<BusyTimeout>,

    /// Time limit for the program's top level, such as 500ms or 1m30s [default: none]
    #[arg(long, value_name = "DURATION", value_parser = parsed_arg(duration))]
    #[arg(allow_hyphen_values = true)]
    timeout: Option<ParsedArg<Duration>>,

    /// Let the top level use random numbers, generated from this seed, the same in every instance
    #[arg(long, value_name = "SEED", value_parser = seed, allow_hyphen_values = true)]
    seed: Option<Seed>,

    /// Let the top level use the time, fixed at 2026-01-31T12:00:00Z, 2026-01-31, seconds since 1970, or
    /// now: the time of the build
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    clock: Option<Duration>,

    /// Include a function or part of the engine that the program does not name, such as toSorted, URL or
    /// eval, or all; can be repeated
    #[arg(long, value_name = "NAME")]
    with: Vec<String>,

    /// Leave out a function or part of the engine though the program names it; can be repeated
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,

    /// What the engine in the component is compiled for
    #[arg(long, value_enum, default_value_t = Optimize::Speed)]
    optimize: Optimize,

    /// Print what was left out, too
    #[arg(long)]
    verbose: bool,

    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// The name that includes everything.
const EVERYTHING: &str = "all";

/// The kinds of components.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindOption {
    /// A server for hosts of wasi:http 0.2, with an instance for each request
    Http,
    /// A server for hosts of wasi:http 0.3, with many requests in each instance
    Service,
    /// A command
    #[value(alias = "cli")]
    Command,
}

/// The hosts whose versions of the interfaces differ.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HostOption {
    /// wasmtime 48
    Wasmtime,
    /// Spin 3. A service needs Spin 4, which has WASI 0.3
    Spin,
    /// wasmCloud 2
    Wasmcloud,
}

/// Inputs of the top level of a program that is built.
struct BuildInputs {
    clock: Option<Duration>,
    seed: Option<Seed>,
    env: Vec<(String, String)>,
    /// The world whose imports the program may use, and whose exports it may have.
    world: Option<BuildWorld>,
    /// Whether the program has the `fetch` of files for Spin.
    adapts_fetch: bool,
    /// The engine, once the program was found.
    engine: OnceCell<Engine>,
}

impl BuildInputs {
    /// The engine, which all evaluations share.
    fn engine(&self, optimize: Optimize) -> anyhow::Result<Engine> {
        if let Some(engine) = self.engine.get() {
            return Ok(engine.clone());
        }
        let engine = optimize.engine()?;
        Ok(self.engine.get_or_init(|| engine).clone())
    }
}

impl Build {
    pub fn run(self) -> anyhow::Result<()> {
        if self.file.as_os_str() == "-" {
            let reason = "cannot build standard input: give the program as a file";
            return Err(Usage(reason.into()).into());
        }
        let output = self.output();
        let target = Target::with_folder(&output)?;
        target.protect(&self.file, "cannot overwrite the program itself")?;
        let started = Instant::now();
        let mut known = self.known();
        known.world = self.world.read(&self.file)?;

        // First in a VM that is thrown away, to find uses of the time, randomness and the network.
        let uses = Uses::default();
        let evaluated = self.evaluate(&known, &target, Some(&uses))?;
        self.judge(&uses.taken(), &evaluated)?;
        let host = HostUse {
            fetch: self.fetch,
            files: matches!(self.host, Some(HostOption::Spin | HostOption::Wasmcloud)),
            environment: self.has_environment(),
            // Who runs a command reads its output.
            logs: matches!(self.host, Some(HostOption::Wasmcloud))
                && evaluated.serves == Serves::Http,
        };
        if let Some(world) = &mut known.world {
            let role = match evaluated.serves {
                Serves::World => WorldRole::Exporter,
                _ => WorldRole::Importer,
            };
            if !world.retain(role, &evaluated, &self.world, host)? {
                known.world = None;
            }
        }
        if known.world.is_none() {
            known.world = BuildWorld::for_host(&evaluated, host)?;
        }
        known.adapts_fetch = self.is_for_spin() && evaluated.fetches();
        drop(evaluated);

        let evaluated = self.evaluate(&known, &target, None)?;
        if evaluated.serves == Serves::World
            && let Some(world) = known.world.take()
        {
            self.check_exporter()?;
            return self.finish_world(evaluated, world, &known, &target, started);
        }
        let kind = self.kind(&evaluated)?;
        let script_fetches = evaluated.script_fetches();
        let mut identifiers = evaluated.identifiers();
        let mut comments = evaluated.script_comments();
        if let Some(world) = &known.world {
            world.install_files(evaluated.session().vm())?;
            world.add_identifiers(&mut identifiers);
        }
        let modules = evaluated.modules.clone();
        let evaluated_modules = modules.count();
        let evaluation = started.elapsed();
        let session = evaluated.ready(self.busy_timeout(kind), None)?;
        let mut imports = ServiceImports::default();
        imports.keyvalue = modules.has(services::KEYVALUE);
        imports.config = modules.has(services::CONFIG);
        imports.host = match self.host {
            // wasmCloud has the versions of wasmtime.
            None | Some(HostOption::Wasmtime | HostOption::Wasmcloud) => TargetHost::Wasmtime,
            Some(HostOption::Spin) => TargetHost::Spin,
        };
        imports.without_fetch =
            kind == ComponentKind::Command && !self.fetch && !script_fetches && !modules.fetch();
        self.adapt_late_fetch(&known, &modules, session.vm())?;
        if imports.without_fetch {
            fetch::refuse(session.vm())?;
        }
        // The sources of modules that are imported later are loaded by now.
        modules.add_identifiers(&mut identifiers);
        modules.add_comments(&mut comments);
        imports.stdin = kind == ComponentKind::Command && stdin::is_read_by(&identifiers);
        if imports.stdin {
            stdin::add_identifiers(&mut identifiers);
        }
        let waiting = Progress::new(format!("writing {}", output.display()));
        let inclusion = self.inclusion(identifiers, comments);
        let (file, left_out, imported) = match &known.world {
            Some(world) => {
                let built = with_imports(session.vm(), world, kind, imports, inclusion)?;
                (built.component, built.left_out, built.imports)
            }
            None => {
                let built = standalone::component_of(session.vm(), kind, imports, &inclusion);
                let built = built.map_err(explained)?;
                (built.component, built.left_out, Vec::new())
            }
        };
        let all = session.vm().heap().usage()?.used;
        target.write(|writer| Ok(writer.write_all(&file)?))?;
        drop(waiting);
        self.report(&Report {
            kind: ReportKind::Component(kind, imported),
            size: file.len(),
            heap: all,
            modules: evaluated_modules,
            evaluation,
            total: started.elapsed(),
            left_out,
        });
        // The process is about to end: freeing the memory piece by piece would only take time.
        std::mem::forget(session);
        Ok(())
    }

    /// The file to write.
    fn output(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| {
            // A folder such as `.` has its name only as a real path.
            let real = self.file.canonicalize();
            let file = real.as_deref().unwrap_or(&self.file);
            let name = match file.is_dir() {
                true => file.file_name(),
                false => file.file_stem(),
            };
            let mut name = name.unwrap_or_default().to_owned();
            name.push(".wasm");
            name.into()
        })
    }

    fn inclusion(&self, identifiers: BTreeSet<String>, comments: BTreeSet<String>) -> Inclusion {
        let mut inclusion = Inclusion::default();
        inclusion.identifiers = Some(identifiers);
        inclusion.comments = comments;
        inclusion.everything = self.with.iter().any(|name| name == EVERYTHING);
        let with = self.with.iter().filter(|name| *name != EVERYTHING);
        inclusion.with = with.cloned().collect();
        inclusion.without.clone_from(&self.without);
        inclusion
    }

    fn busy_timeout(&self, kind: ComponentKind) -> Option<Duration> {
        let default = match kind {
            ComponentKind::Command => BusyTimeout::OFF,
            _ => BusyTimeout::SERVER,
        };
        self.busy_timeout.unwrap_or(default).duration()
    }

    fn known(&self) -> BuildInputs {
        let mut env = self.env.clone();
        if !env.iter().any(|(name, _)| name == "NODE_ENV") {
            env.push(("NODE_ENV".into(), "production".into()));
        }
        BuildInputs {
            clock: self.clock,
            seed: self.seed.clone(),
            env,
            world: None,
            adapts_fetch: false,
            engine: OnceCell::new(),
        }
    }

    fn kind(&self, evaluated: &Evaluated) -> Result<ComponentKind, Usage> {
        let serves = evaluated.serves == Serves::Http;
        match self.kind {
            Some(KindOption::Http | KindOption::Service) if !serves => Err(Usage(format!(
                "cannot build {} as a server: it has no fetch handler. Add a default export with a \
                 method fetch, or call addEventListener(\"fetch\", ...)",
                self.file.display()
            ))),
            Some(KindOption::Command) => Ok(ComponentKind::Command),
            Some(KindOption::Service) if self.has_environment() => {
                Ok(ComponentKind::ServiceWithEnvironment)
            }
            Some(KindOption::Service) => Ok(ComponentKind::Service),
            _ if serves && self.has_environment() => Ok(ComponentKind::HttpWithEnvironment),
            _ if serves => Ok(ComponentKind::Http),
            _ => Ok(ComponentKind::Command),
        }
    }

    fn is_for_spin(&self) -> bool {
        self.host == Some(HostOption::Spin)
    }

    /// Adapts `fetch` if only modules that are imported later name it.
    fn adapt_late_fetch(
        &self,
        known: &BuildInputs,
        modules: &Modules,
        vm: &Vm,
    ) -> Result<(), Error> {
        match self.is_for_spin() && !known.adapts_fetch && modules.fetch() {
            true => spin::adapt_fetch(vm),
            false => Ok(()),
        }
    }

    /// The builds of packages that fit the host: Spin gives a component no more than the web platform.
    fn conditions(&self) -> Conditions {
        match self.is_for_spin() {
            true => Conditions::Edge,
            false => Conditions::Node,
        }
    }

    /// Whether a server or a component for a world gets the environment variables of its host. Spin and wasmCloud always have them.
    fn has_environment(&self) -> bool {
        let host = self.host.unwrap_or(HostOption::Wasmtime);
        self.host_environment || matches!(host, HostOption::Spin | HostOption::Wasmcloud)
    }
}

fn explained(error: StandaloneError) -> anyhow::Error {
    match error {
        StandaloneError::Waiting { name } => still_waiting(&name),
        StandaloneError::UnknownName { name } => unknown_name(&name).into(),
        error => error.into(),
    }
}

fn unknown_name(name: &str) -> Usage {
    Usage(format!(
        "{name} is not a function or part that can be left out; jsvm build --json lists those that were"
    ))
}

fn still_waiting(name: &str) -> anyhow::Error {
    output::print_error(&format!(
        "jsvm: the program waits for {name}, which is not available during the build. Start it when \
         a request is served, or when the command runs"
    ));
    Exit::FAILED.into()
}

fn variable(text: &str) -> Result<(String, String), Usage> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Usage("expected NAME=VALUE".into())),
    }
}

/// Parses the size of a VM's stack.
fn stack(text: &str) -> Result<u32, Usage> {
    match text.parse::<ByteSize>().map(|size| size.as_u64()) {
        Ok(bytes @ 16_384..=3_932_160) => Ok(bytes as u32),
        Ok(_) => Err(Usage("expected a size from 16KiB to 3840KiB".into())),
        Err(_) => Err(Usage("expected a size such as 96KiB".into())),
    }
}
