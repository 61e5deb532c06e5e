//! `jsvm run`

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;

use super::hint;
use super::launch::launch;
use super::modules::ModuleOptions;
use super::options::{Console, VmOptions};
use super::serve::component;
use super::usage::Usage;
use super::watch::watch;
use super::world_call::CallOptions;

/// Run a program: a module or a script
///
/// The program can be JavaScript, TypeScript (.ts, .mts, .cts), either with JSX (.jsx, .tsx), or a
/// folder whose package.json names its "main" file.
///
/// A .mjs or .mts file is an ES module, and a .cjs or .cts file is CommonJS. For other files,
/// "type" in the nearest package.json decides. Without it, a file with import or export
/// declarations or a top-level await is a module. Any other file is CommonJS if it uses require,
/// exports, module, __filename or __dirname, and a script if it uses none of them.
///
/// Modules and packages are found as Node.js finds them, but only inside the program's root folder.
/// That is the nearest folder at or above the program that has a package.json, a node_modules or a
/// .git, or the workspace that this folder belongs to. The home folder is the root of no program in
/// another folder. --modules names another root.
///
/// The program ends when no timer and no request is pending. An uncaught exception or an unhandled
/// promise rejection ends it at once.
///
/// Without further permissions, the program can read its own modules and no other files, no
/// environment variables and no network.
///
/// The exit code is the one set by process.exit or process.exitCode, otherwise 0; 1 if the program
/// failed; 2 if it could not be started; 13 if a top-level await never settles.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm run app.js one two\n  \
    jsvm run app.tsx\n  \
    curl -s https://example.com/app.js | jsvm run - one two\n  \
    jsvm run --memory 32MiB --timeout 500ms untrusted.js\n  \
    jsvm run --allow-read=data --allow-env=HOME,LANG report.js\n  \
    jsvm run --watch app.js\n  \
    jsvm run --seed 1 --clock 2026-01-31T12:00:00Z reproducible.js\n  \
    jsvm run --wit wit --call 'greet(\"Ada\")' greeter.ts")]
pub struct Run {
    /// The program, or - to read it from standard input, and its arguments. Everything after FILE
    /// belongs to the program: options of jsvm come before it
    #[arg(value_names = ["FILE", "ARGS"], num_args = 1.., required = true)]
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    program: Vec<OsString>,

    /// Run the program again whenever it or a module that it loads changes
    #[arg(long)]
    watch: bool,

    #[command(flatten)]
    modules: ModuleOptions,

    #[command(flatten)]
    world: CallOptions,

    #[command(flatten)]
    vm: VmOptions,
}

impl Run {
    pub fn run(self) -> anyhow::Result<()> {
        let (file, args) = self.file_and_args()?;
        // A pipe can be read only once.
        if file.is_file()
            && let Some(component) = component::read(&file, "run")?
        {
            return Err(cannot_run_component(&file, &component).into());
        }
        if self.watch {
            if file.as_os_str() == "-" {
                let reason = "cannot watch standard input: give the program as a file";
                return Err(Usage(reason.into()).into());
            }
            return watch(&file);
        }
        let program = launch(&file, args, |root| {
            let modules = self.modules.of(root)?;
            match self.world.read()? {
                Some(world) => self
                    .vm
                    .session_with(modules.clone(), self.world.console(), |it| {
                        world.build(it, modules)
                    }),
                None => self.vm.session(modules, Console::Both),
            }
        });
        let program = program.inspect_err(|_| hint::after_failure(&file))?;
        program.run().inspect_err(|_| hint::after_failure(&file))?;
        // The exports of a module that still waits are not known.
        let is_settled = !program.value.is_pending()?;
        if is_settled && self.world.call(&program)? {
            program.run().inspect_err(|_| hint::after_failure(&file))?;
        } else {
            hint::after_run(&program, &file);
        }
        let ended = program.end();
        // The process is about to end: freeing the memory piece by piece would only take time.
        std::mem::forget(program);
        ended
    }
}

impl Run {
    /// Splits the program from its arguments.
    fn file_and_args(&self) -> Result<(PathBuf, Vec<String>), Usage> {
        let mut words = self.program.iter();
        let file = PathBuf::from(words.next().cloned().unwrap_or_default());
        if file.as_os_str().is_empty() {
            return Err(Usage("cannot run a file without a name".into()));
        }
        let is_flag = file.as_os_str().as_encoded_bytes().starts_with(b"-");
        if is_flag && file.as_os_str() != "-" && !file.exists() {
            return Err(Usage(format!(
                "{} is no option of jsvm run. A file of this name is ./{0}",
                file.display()
            )));
        }
        let args = words.map(|word| match word.to_str() {
            Some(word) => Ok(word.to_owned()),
            None => Err(Usage(format!(
                "the argument {} is not Unicode",
                word.display()
            ))),
        });
        Ok((file, args.collect::<Result<_, _>>()?))
    }
}

/// Says what a file of WebAssembly is, and what runs it.
fn cannot_run_component(file: &Path, bytes: &[u8]) -> Usage {
    let name = file.display();
    Usage(format!(
        "cannot run {name}: it is {}",
        match component::kind(bytes) {
            component::FileKind::Server =>
                format!("a component that serves HTTP: jsvm serve {name}"),
            component::FileKind::Command => format!("a command for WASI: wasmtime run {name}"),
            component::FileKind::Library => format!(
                "a component without a program. A program imports it with jsvm run --link {name}"
            ),
            component::FileKind::Module =>
                "a core WebAssembly module, not a program in JavaScript or TypeScript".into(),
        }
    ))
}
