//! Runs the engine's own tests inside the component, each in a VM of its own.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use jsvm::{
    Arguments, Error, FolderModules, HostError, Import, Limits, Module, ModuleLoader, PromiseState,
    Source, Vm,
};
use jsvm_tests::engine_suite::{Meta, Suite, skipped};
use libtest_mimic::{Failed, Trial};

const PRELUDE: &str = include_str!("../../suite/prelude.js");
const STD: &str = include_str!("../../suite/std.js");
const OS: &str = include_str!("../../suite/os.js");

/// Tests that leave promises rejected on purpose. Everywhere else that is a failure.
const REJECTS: &[&str] = &["bug1661.js"];

/// What the suite expects of the engine without its patches, and what it is with them.
const CHANGED: &[(&str, &str, &str)] = &[
    // Calls have the place that V8 gives them (places-of-calls).
    (
        "test_builtin.js",
        "test_builtin.js:10:19",
        "test_builtin.js:10:15",
    ),
    (
        "test_builtin.js",
        "getColumnNumber(), 19",
        "getColumnNumber(), 15",
    ),
    // Dates are formatted as for en-US in ECMA-402 (guest/web/locale-date.js).
    (
        "test_builtin.js",
        "toLocaleString(), \"04/07/2024, 0",
        "toLocaleString(), \"4/7/2024, ",
    ),
    (
        "test_builtin.js",
        "toLocaleString(), \"04/07/2024, ",
        "toLocaleString(), \"4/7/2024, ",
    ),
    // The target of a WeakRef lives until the end of the job (targets-of-weak-references).
    (
        "bug652.js",
        "assert(val, undefined)",
        "assert(typeof val, \"object\")",
    ),
    // Messages are worded as in V8 (what-was-read).
    (
        "null_or_undefined.js",
        "cannot read property 'x' of null",
        "Cannot read properties of null (reading 'x')",
    ),
    (
        "null_or_undefined.js",
        "cannot read property 'x' of undefined",
        "Cannot read properties of undefined (reading 'x')",
    ),
];

/// # Errors
/// The suite cannot be found, or the list of tests that must fail cannot be read.
pub fn trials() -> Result<Vec<Trial>, Box<dyn std::error::Error>> {
    let suite = Arc::new(
        Suite::find()
            .map_err(|reason| format!("the engine's own tests cannot be run: {reason}"))?,
    );
    let skipped = skipped()?;
    let mut trials: Vec<_> = suite
        .files
        .iter()
        .map(|name| {
            let (suite, file) = (suite.clone(), name.clone());
            let title = format!("engine_suite/{name}");
            match skipped.get(name) {
                None => Trial::test(title, move || Ok(run(&suite, &file)?)),
                Some(reason) => {
                    let reason = reason.clone();
                    Trial::test(title, move || must_fail(&suite, &file, &reason))
                        .with_kind("listed")
                }
            }
        })
        .collect();
    for name in skipped
        .into_keys()
        .filter(|name| !suite.files.contains(name))
    {
        trials.push(Trial::test(name, || {
            Err("engine-suite.skip lists it, but the suite has no such file".into())
        }));
    }
    Ok(trials)
}

/// Runs a test that is listed as one that cannot pass.
fn must_fail(suite: &Suite, name: &str, reason: &str) -> Result<(), Failed> {
    match run(suite, name) {
        Err(_) => Ok(()),
        Ok(()) => Err(format!("it passes, though engine-suite.skip says: {reason}").into()),
    }
}

/// Modules of the suite, and what stands in for those of the engine's command line.
struct Modules(FolderModules);

impl ModuleLoader for Modules {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        match import.specifier {
            name @ ("qjs:std" | "qjs:os") => Ok(name.to_owned()),
            _ => self.0.resolve(import),
        }
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        match name {
            "qjs:std" => Ok(STD.into()),
            "qjs:os" => Ok(OS.into()),
            _ => self.0.load(name),
        }
    }
}

/// How a test ended.
#[derive(Debug)]
enum End {
    Normal,
    /// An error with this name and text was thrown.
    Thrown(String, String),
    Interrupted,
    /// It ended well but for a rejection that nobody handles.
    Unhandled(String),
    /// None of the above: always a failure.
    Broken(String),
}

fn run(suite: &Suite, name: &str) -> Result<(), String> {
    let path = suite.folder.join(name);
    let path = path
        .to_str()
        .ok_or("the path of the suite is not Unicode")?;
    let mut source =
        fs::read_to_string(path).map_err(|error| format!("cannot read it: {error}"))?;
    for (_, old, new) in CHANGED.iter().filter(|(file, ..)| *file == name) {
        if !source.contains(old) {
            return Err(format!("it no longer expects: {old}"));
        }
        source = source.replace(old, new);
    }
    let meta = Meta::parse(&source)?;
    // As the engine's runner does: what can be a module is run as one.
    let module = meta.module || !meta.no_detect_module;
    let mut attempt = evaluate(suite, &meta, path, &source, module)?;
    if module && !meta.module && matches!(&attempt, Attempt::DoesNotParse) {
        attempt = evaluate(suite, &meta, path, &source, false)?;
    }
    let end = match attempt {
        Attempt::Ended(end) => end,
        Attempt::DoesNotParse => End::Thrown("SyntaxError".into(), "it does not parse".into()),
    };
    match (end, meta.negative.as_deref()) {
        (End::Normal, None) if !REJECTS.contains(&name) => Ok(()),
        (End::Unhandled(_), None) if REJECTS.contains(&name) => Ok(()),
        (End::Thrown(name, _), Some(expected)) if name == expected => Ok(()),
        // The engine's own name for an interrupt, which here is no error of JavaScript.
        (End::Interrupted, Some("InternalError")) if meta.interrupt => Ok(()),
        (End::Thrown(_, text) | End::Broken(text), None) => Err(text),
        (End::Unhandled(text), None) => Err(format!("a rejection that nobody handles: {text}")),
        (end, expected) => Err(format!("expected {expected:?}, found {end:?}")),
    }
}

enum Attempt {
    DoesNotParse,
    Ended(End),
}

fn evaluate(
    suite: &Suite,
    meta: &Meta,
    path: &str,
    source: &str,
    module: bool,
) -> Result<Attempt, String> {
    let vm = vm(suite, meta)?;
    let source = if module {
        Source::module(source)
    } else {
        Source::script(source)
    };
    let result = vm.eval(source.file_name(path));
    if let Err(Error::Exception(exception)) = &result
        && exception.name == "SyntaxError"
        && module
    {
        return Ok(Attempt::DoesNotParse);
    }
    let end = finish(&vm, result, module);
    // Whatever a test does, the VM stays usable.
    let sum = vm.eval("1 + 1").and_then(|sum| sum.to::<i32>());
    if !matches!(sum, Ok(2)) {
        return Err(format!("the VM is not usable afterwards: {sum:?}; {end:?}"));
    }
    Ok(Attempt::Ended(end))
}

fn vm(suite: &Suite, meta: &Meta) -> Result<Vm, String> {
    let make = || {
        let time = if meta.interrupt {
            Duration::from_millis(300)
        } else {
            Duration::from_secs(60)
        };
        let vm = jsvm_tests::builder()
            .limits(Limits::default().time(time))
            .modules(Modules(
                FolderModules::new(&suite.folder)
                    .map_err(|error| Error::Extension(Arc::new(error)))?,
            ))
            .function("print", |_: Arguments| ())
            .build()?;
        vm.eval(Source::script(PRELUDE).file_name("prelude.js"))?;
        Ok(vm)
    };
    make().map_err(|error: Error| format!("cannot make a VM: {error}"))
}

/// Runs all jobs, and says how the test ended.
fn finish(vm: &Vm, result: Result<jsvm::Value, Error>, module: bool) -> End {
    let value = match result {
        Ok(value) => value,
        Err(error) => return end(error),
    };
    if let Err(error) = vm.run_jobs() {
        return end(error);
    }
    if module {
        match value.promise_state() {
            Ok(Some(PromiseState::Fulfilled(_))) => {}
            Ok(Some(PromiseState::Rejected(reason))) => {
                let text = |key| reason.get(key).and_then(|text| text.to_text());
                let (name, stack) = (text("name"), text("stack"));
                let text = reason.to_text().unwrap_or_default();
                return End::Thrown(
                    name.unwrap_or_default(),
                    format!("{text}\n{}", stack.unwrap_or_default()),
                );
            }
            state => return End::Broken(format!("the module's promise is {state:?}")),
        }
    }
    match vm.take_unhandled_rejections() {
        Ok(rejections) => match rejections.first() {
            None => End::Normal,
            Some(rejection) => End::Unhandled(rejection.reason.to_string()),
        },
        Err(error) => end(error),
    }
}

fn end(error: Error) -> End {
    match error {
        Error::Exception(exception) => {
            let text = format!("{exception}\n{}", exception.stack);
            End::Thrown(exception.name.clone(), text)
        }
        Error::Interrupted(_) => End::Interrupted,
        error => End::Broken(error.to_string()),
    }
}
