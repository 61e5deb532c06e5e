//! What survives a snapshot: each script of `tests/cases/snapshot` is frozen where its marker is
//! and goes on in another process. What it writes from there on is in the file beside it.
//!
//! The same script must do the same in a VM that is never frozen. Up to the marker it writes
//! nothing. After it, jobs are run and garbage is collected until nothing happens any more; every
//! request `ask(x)` is then fulfilled with `x` and an exclamation mark.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use jsvm::{
    FixedClock, HostError, Import, InspectOptions, Module, ModuleLoader, Snapshot, Source, Value,
    Vm, VmBuilder,
};
use jsvm_tests::{Console, builder, cases};
use libtest_mimic::{Failed, Trial};

/// Where the script is frozen: right there, or when no job is left.
const FROZEN: &str = "// --- frozen here ---\n";
const FROZEN_AT_REST: &str = "// --- frozen here, when no job is left ---\n";

/// After the script come its modules.
const MODULE: &str = "// --- module ";

/// First argument of the processes that do one part of a case.
const FREEZE: &str = "--freeze";
const THAW: &str = "--thaw";

pub fn trials() -> Vec<Trial> {
    cases::golden("snapshot", "js", run)
}

/// Does one part of a case, if this process was started for that.
pub fn part() -> Option<ExitCode> {
    let args: Vec<_> = env::args_os().skip(1).collect();
    match args.as_slice() {
        [part, case, file] if part == FREEZE => Some(report(freeze(case.as_ref(), file.as_ref()))),
        [part, case, file] if part == THAW => Some(report(thaw(case.as_ref(), file.as_ref()))),
        _ => None,
    }
}

/// Gives the output of a part to the process that asked for it.
fn report(output: Result<String, Box<dyn Error>>) -> ExitCode {
    match output {
        Ok(output) => {
            print!("{output}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(path: &Path) -> Result<String, Failed> {
    let file = snapshot_file(path);
    process(FREEZE, path, &file)?;
    let output = process(THAW, path, &file)?;
    fs::remove_file(&file)?;

    let case = Case::read(path)?;
    let mut others = vec![("in one VM", case.in_one_vm()?)];
    if !case.at_rest {
        others.push(("as one script", case.as_one_script()?));
    }
    for (how, other) in others {
        if other != output {
            let difference = cases::diff(&other, &output);
            return Err(
                format!("{how} that is not frozen, the output is another:\n{difference}").into(),
            );
        }
    }
    Ok(output)
}

fn snapshot_file(case: &Path) -> PathBuf {
    let name = case.with_extension("snapshot");
    let name = name.file_name().unwrap_or(OsStr::new("snapshot"));
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Runs a part of a case in a process of its own.
fn process(part: &str, case: &Path, file: &Path) -> Result<String, Failed> {
    let args: [OsString; 3] = [part.into(), case.into(), file.into()];
    let output = Command::new(env::current_exe()?).args(args).output()?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{part} failed: {reason}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn freeze(case: &Path, file: &Path) -> Result<String, Box<dyn Error>> {
    let case = Case::read(case)?;
    let console = Console::default();
    let vm = case.vm(&console)?;
    case.begin(&vm, &console)?;
    fs::write(file, vm.snapshot()?.to_bytes()?)?;
    Ok(String::new())
}

fn thaw(case: &Path, file: &Path) -> Result<String, Box<dyn Error>> {
    let case = Case::read(case)?;
    let console = Console::default();
    let snapshot = Snapshot::from_bytes(&fs::read(file)?)?;
    let vm = case.settings(&console).restore(&snapshot)?;
    case.finish(&vm, &console, &case.after)
}

/// A script and what it imports.
struct Case {
    name: String,
    /// The part up to the marker, the part after it, and all of it. Lines have the numbers that
    /// they have in the file.
    before: String,
    after: String,
    whole: String,
    /// Whether jobs are run before it is frozen.
    at_rest: bool,
    modules: Modules,
}

impl Case {
    fn read(path: &Path) -> Result<Case, Box<dyn Error>> {
        let text = fs::read_to_string(path)?;
        let name = path.file_name().and_then(OsStr::to_str);
        let mut parts = text.split(MODULE);
        let whole = parts.next().unwrap_or_default();
        let (before, marker, after) = [FROZEN, FROZEN_AT_REST]
            .into_iter()
            .find_map(|marker| {
                let (before, after) = whole.split_once(marker)?;
                Some((before, marker, after))
            })
            .ok_or("it does not say where it is frozen")?;
        let mut modules = Modules::default();
        for part in parts {
            let (name, source) = part.split_once(" ---\n").ok_or("a module has no name")?;
            modules.0.insert(name.to_owned(), source.to_owned());
        }
        Ok(Case {
            name: name.ok_or("its name is not Unicode")?.to_owned(),
            before: before.to_owned(),
            after: "\n".repeat(before.lines().count() + 1) + after,
            whole: whole.to_owned(),
            at_rest: marker == FROZEN_AT_REST,
            modules,
        })
    }

    fn settings(&self, console: &Console) -> VmBuilder {
        console
            .attach(builder())
            .clock(FixedClock::default())
            .function("host", |name: String| format!("host says {name}"))
            .modules(self.modules.clone())
    }

    fn vm(&self, console: &Console) -> Result<Vm, jsvm::Error> {
        self.settings(console).request("ask").build()
    }

    fn eval(&self, vm: &Vm, source: &str) -> Result<Value, jsvm::Error> {
        vm.eval(Source::script(source).file_name(&self.name))
    }

    /// Everything up to where it is frozen.
    fn begin(&self, vm: &Vm, console: &Console) -> Result<(), Box<dyn Error>> {
        self.eval(vm, &self.before)?;
        if self.at_rest {
            vm.run_jobs()?;
        }
        match console.take().as_slice() {
            [] => Ok(()),
            written => Err(format!("it writes too early: {written:?}").into()),
        }
    }

    /// Everything else, and what it writes.
    fn finish(&self, vm: &Vm, console: &Console, source: &str) -> Result<String, Box<dyn Error>> {
        let result = self.eval(vm, source);
        loop {
            vm.run_jobs()?;
            vm.heap().collect_garbage()?;
            // Finalizers.
            vm.run_jobs()?;
            let requests = vm.unsettled_requests()?;
            let Some(request) = requests.first() else {
                break;
            };
            let (text,): (String,) = request.args.to()?;
            vm.settle(request.id, Ok::<_, HostError>(text + "!"))?;
        }
        let mut output: String = console
            .take()
            .into_iter()
            .map(|(_, text)| text + "\n")
            .collect();
        for rejection in vm.take_unhandled_rejections()? {
            output += &format!("unhandled: {}\n", rejection.reason);
        }
        output += &match result {
            Ok(value) => format!("=> {}\n", value.inspect(InspectOptions::default())?),
            Err(error) => format!("thrown: {error}\n"),
        };
        Ok(output)
    }

    fn in_one_vm(&self) -> Result<String, Box<dyn Error>> {
        let console = Console::default();
        let vm = self.vm(&console)?;
        self.begin(&vm, &console)?;
        self.finish(&vm, &console, &self.after)
    }

    fn as_one_script(&self) -> Result<String, Box<dyn Error>> {
        let console = Console::default();
        let vm = self.vm(&console)?;
        self.finish(&vm, &console, &self.whole)
    }
}

/// Modules by name.
#[derive(Clone, Default)]
struct Modules(BTreeMap<String, String>);

impl ModuleLoader for Modules {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        Ok(import.specifier.to_owned())
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        let source = self.0.get(name);
        source
            .map(Module::es)
            .ok_or_else(|| HostError::new(format!("there is no module {name}")))
    }
}
