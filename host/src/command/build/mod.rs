//! `jsvm build`

mod clock;
mod evaluate;
mod modules;
mod uses;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use clap::{Args, ValueEnum};
use jsvm::services;
use jsvm::standalone::{self, Host, Imports, Kind, StandaloneError};

use self::evaluate::{Evaluated, Serves};
use self::uses::{Use, Uses};
use super::options::{Given, duration, given, memory, seed, time};
use super::progress::Waiting;
use super::target::Target;
use super::{Exit, Usage, output};

/// Make one file of a program, which runs wherever WebAssembly components do
///
/// The file is a component that has a VM in it, in which the program was evaluated already: its
/// modules are loaded and its top level has run, here and once. So it starts in no time, and it must
/// not depend on what is known only when it runs: the time, random numbers, environment variables,
/// other hosts. Where the top level uses one of them, the place is told, and there is no file.
///
/// A program whose default export has a method fetch, or that calls addEventListener("fetch", ...),
/// becomes a server: wasmtime serve app.wasm. With --kind service it is one for WASI 0.3, where many
/// requests share an instance, which is many times as quick. Anything else becomes a command: wasmtime run app.wasm.
/// That calls the default export, if it is a function, awaits it, and ends when no timer and no
/// request is left.
///
/// The program is found, and its modules are, as jsvm run does it. It may read files in its own folder
/// while it is built, and none when it runs. What a function imports by a literal name is in the file,
/// too, and is evaluated when it is imported.
///
/// The same program gives the same bytes, wherever it is.
///
/// The exit code is 0, or 1 if the program failed or the file could not be written, or 2 if there is
/// no such program.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm build server.ts -o server.wasm\n  \
    wasmtime serve server.wasm\n  \
    jsvm build server.ts -o shared.wasm --kind service\n  \
    jsvm build report.js -o report.wasm --kind command && wasmtime run report.wasm\n  \
    jsvm build app.jsx -o app.wasm --env API=https://example.com --seed 1\n  \
    jsvm build app.js -o - --json | wasm-tools component wit")]
pub struct Build {
    /// The program
    file: PathBuf,

    /// Where to write the file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// What it becomes; what the program says if it is not given
    #[arg(long, value_enum)]
    kind: Option<KindOption>,

    /// Whose versions of wasi:keyvalue and wasi:config the file imports, if the program imports
    /// jsvm:keyvalue or jsvm:config; jsvm serve has both
    #[arg(long, value_enum, default_value_t = HostOption::Wasmtime)]
    host: HostOption,

    /// Give a server the environment variables of its host, which must provide wasi:cli: wasmtime
    /// serve -S cli
    #[arg(long)]
    host_environment: bool,

    /// An environment variable while the program is built, and when it runs unless the host has it;
    /// can be repeated. NODE_ENV is production if it is not given
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,

    /// Most memory for the program's heap, while it is built and when it runs
    #[arg(long, value_name = "SIZE", value_parser = given(memory), default_value = "512MiB")]
    #[arg(allow_hyphen_values = true)]
    memory: Given<u64>,

    /// Memory for calls of functions when it runs. The host must give five to twenty times as much
    /// native stack; wasmtime gives 512KiB unless -W max-wasm-stack says otherwise
    #[arg(long, value_name = "SIZE", value_parser = given(stack), default_value = "96KiB")]
    #[arg(allow_hyphen_values = true)]
    stack: Given<u32>,

    /// Most time for the program's top level, such as 500ms or 1m30s [default: no limit]
    #[arg(long, value_name = "DURATION", value_parser = given(duration))]
    #[arg(allow_hyphen_values = true)]
    timeout: Option<Given<Duration>>,

    /// Let the top level use random numbers: those of this seed, the same in every instance
    #[arg(long, value_name = "NUMBER", value_parser = seed, allow_hyphen_values = true)]
    seed: Option<u64>,

    /// Let the top level use the time, which is this: 2026-01-31T12:00:00Z, 2026-01-31 or seconds
    /// since 1970
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    clock: Option<Duration>,

    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

/// What a program can become.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindOption {
    /// A server, for hosts of wasi:http 0.2; they have an instance for each request
    Http,
    /// A server, for hosts of wasi:http 0.3; many requests share an instance, at a time and one after
    /// the other
    Service,
    /// A command
    #[value(alias = "cli")]
    Command,
}

/// Hosts that differ.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HostOption {
    /// wasmtime 48
    Wasmtime,
    /// Spin 3
    Spin,
}

/// What the top level of a program may know.
struct Known {
    clock: Option<Duration>,
    seed: Option<u64>,
    env: Vec<(String, String)>,
}

impl Build {
    pub fn run(self) -> anyhow::Result<()> {
        if self.file.as_os_str() == "-" {
            let reason = "standard input cannot be built: it is needed twice";
            return Err(Usage(reason.into()).into());
        }
        let target = Target::new(&self.output)?;
        target.spare(&self.file, "this is the program itself")?;
        let started = Instant::now();
        let known = self.known();

        // First in a VM that is thrown away, to see what the program uses.
        let uses = Uses::default();
        let evaluated = self.evaluate(&known, &target, Some(&uses))?;
        self.judge(&uses.taken(), &evaluated)?;
        drop(evaluated);

        let evaluated = self.evaluate(&known, &target, None)?;
        let kind = self.kind(&evaluated)?;
        let modules = evaluated.modules.clone();
        let evaluated_modules = modules.count();
        let evaluation = started.elapsed();
        let session = evaluated.ready()?;
        let imports = Imports {
            keyvalue: modules.has(services::KEYVALUE),
            config: modules.has(services::CONFIG),
            host: match self.host {
                HostOption::Wasmtime => Host::Wasmtime,
                HostOption::Spin => Host::Spin,
            },
        };
        let waiting = Waiting::new(format!("writing {}", self.output.display()));
        let file = standalone::component_with(session.vm(), kind, imports);
        let file = file.map_err(|error| match error {
            StandaloneError::Waiting { name } => still_waiting(&name),
            error => error.into(),
        })?;
        let all = session.vm().memory_usage()?.used;
        target.write(|writer| Ok(writer.write_all(&file)?))?;
        drop(waiting);
        self.report(&Report {
            kind,
            size: file.len(),
            heap: all,
            modules: evaluated_modules,
            evaluation,
            total: started.elapsed(),
        });
        // The process ends: its memory need not be given back piece by piece.
        std::mem::forget(session);
        Ok(())
    }

    fn known(&self) -> Known {
        let mut env = self.env.clone();
        if !env.iter().any(|(name, _)| name == "NODE_ENV") {
            env.push(("NODE_ENV".into(), "production".into()));
        }
        Known {
            clock: self.clock,
            seed: self.seed,
            env,
        }
    }

    /// Fails if the program uses what it cannot know yet.
    fn judge(&self, uses: &[Use], evaluated: &Evaluated) -> anyhow::Result<()> {
        let text_of = |file: &str| evaluated.session().modules().source(file);
        let mut packages = Vec::new();
        for used in uses {
            let variable = used.what.strip_prefix("process.env.");
            // Packages look for many that nobody sets.
            if let (Some(name), true) = (variable, used.is_in_package()) {
                if !packages.contains(&name) {
                    packages.push(name);
                }
                continue;
            }
            let advice = match (&*used.what, variable) {
                ("fetch()", _) => {
                    "call it when a request is served, or when the command runs".into()
                }
                ("process.argv", _) => "read it when the command runs".into(),
                (_, Some(name)) => {
                    format!("read it later, or say what it is with --env {name}=VALUE")
                }
                (what, _) if what.contains("andom") => {
                    "use it later, or have the same numbers in every instance with --seed".into()
                }
                _ => "use it later, or say what time it is with --clock".to_owned(),
            };
            output::print_error(&used.text(text_of, &advice));
            return Err(Exit::FAILED.into());
        }
        if !packages.is_empty() {
            output::print_error(&format!(
                "Note: packages have read environment variables, which were not set: {} (--env \
                 NAME=VALUE sets them)",
                packages.join(", ")
            ));
        }
        Ok(())
    }

    fn kind(&self, evaluated: &Evaluated) -> Result<Kind, Usage> {
        let serves = evaluated.serves == Serves::Http;
        match self.kind {
            Some(KindOption::Http | KindOption::Service) if !serves => Err(Usage(format!(
                "{} serves nothing: it has no default export with a method fetch, and does not call \
                 addEventListener(\"fetch\", ...)",
                self.file.display()
            ))),
            Some(KindOption::Command) => Ok(Kind::Command),
            Some(KindOption::Service) if self.host == HostOption::Spin => Err(Usage(
                "Spin 3 has no WASI 0.3: leave out --host spin or --kind service".into(),
            )),
            Some(KindOption::Service) if self.host_environment => Ok(Kind::ServiceWithEnvironment),
            Some(KindOption::Service) => Ok(Kind::Service),
            _ if serves && self.host_environment => Ok(Kind::HttpWithEnvironment),
            _ if serves => Ok(Kind::Http),
            _ => Ok(Kind::Command),
        }
    }

    fn report(&self, report: &Report) {
        let kind = match report.kind {
            Kind::Command => "command",
            Kind::Service | Kind::ServiceWithEnvironment => "service",
            _ => "http",
        };
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let (evaluation, total) = (milliseconds(report.evaluation), milliseconds(report.total));
        let text = if self.json {
            serde_json::json!({
                "kind": kind,
                "file": self.output,
                "bytes": report.size,
                "heapBytes": report.heap,
                "modules": report.modules,
                "evaluationMilliseconds": evaluation,
                "milliseconds": total,
            })
            .to_string()
        } else {
            let size = |bytes: u64| ByteSize(bytes).display().iec();
            let (s, modules) = (if report.modules == 1 { "" } else { "s" }, report.modules);
            format!(
                "{}: {kind}, {} ({} of heap, {modules} module{s}), in {total:.0} ms",
                self.output.display(),
                size(report.size as u64),
                size(report.heap),
            )
        };
        if self.output == Path::new("-") {
            output::print_error(&text);
        } else {
            output::print(&text);
        }
    }
}

/// What was made.
struct Report {
    kind: Kind,
    size: usize,
    heap: u64,
    modules: usize,
    evaluation: Duration,
    total: Duration,
}

fn still_waiting(name: &str) -> anyhow::Error {
    output::print_error(&format!(
        "jsvm: the program waits for {name}, which is done only when it runs: begin it when a \
         request is served, or when the command runs"
    ));
    Exit::FAILED.into()
}

fn variable(text: &str) -> Result<(String, String), Usage> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Usage("not of the form NAME=VALUE".into())),
    }
}

/// Parses a size of a VM's stack.
fn stack(text: &str) -> Result<u32, Usage> {
    match text.parse::<ByteSize>().map(|size| size.as_u64()) {
        Ok(bytes @ 16_384..=3_932_160) => Ok(bytes as u32),
        Ok(_) => Err(Usage("a VM has a stack of 16KiB to 3840KiB".into())),
        Err(_) => Err(Usage("not a size such as 96KiB".into())),
    }
}
