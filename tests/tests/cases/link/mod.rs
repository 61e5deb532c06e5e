//! Linked components: what scripts see of them.
//!
//! Each `tests/cases/link/*.js` is a module that imports the component of `components/echo`. What
//! it prints, and what it throws, is in the `.out` beside it; `BLESS=1` writes that anew.

mod components;
mod limits;
mod pictures;
mod rights;
mod wrong;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use jsvm::{Engine, Error, Limits, Source, Value, Vm, VmBuilder};
use jsvm_link::{LinkExt, LinkedComponent, Linker};
use jsvm_tests::cases;
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    let mut trials = cases::golden("link", "js", run);
    trials.extend(limits::trials());
    trials.extend(pictures::trials());
    trials.extend(rights::trials());
    trials.extend(wrong::trials());
    trials
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| jsvm::EngineConfig::new().max_vms(64).build().unwrap())
}

fn linker() -> Linker {
    Linker::global().unwrap()
}

/// The component, compiled once for all tests.
fn linked() -> &'static LinkedComponent {
    static LINKED: OnceLock<LinkedComponent> = OnceLock::new();
    LINKED.get_or_init(|| linker().compile("demo:echo", components::echo()).unwrap())
}

/// Settings of VMs with the component, and what they print.
fn builder() -> (VmBuilder, Arc<Mutex<String>>) {
    builder_with(linked(), 15)
}

/// The same with another component, and with this time in seconds.
fn builder_with(component: &LinkedComponent, seconds: u64) -> (VmBuilder, Arc<Mutex<String>>) {
    let printed = Arc::new(Mutex::new(String::new()));
    let to = printed.clone();
    let builder = engine()
        .vm()
        .limits(Limits::default().time(std::time::Duration::from_secs(seconds)))
        .console(move |_, text| {
            let mut printed = to.lock().unwrap();
            printed.push_str(text);
            printed.push('\n');
        })
        .link(component);
    (builder, printed)
}

fn run(case: &Path) -> Result<String, Failed> {
    let text = fs::read_to_string(case)?;
    let (builder, printed) = builder();
    let vm = builder.build()?;
    if let Err(error) = module(&vm, &text) {
        let mut printed = printed.lock().unwrap();
        printed.push_str(&format!("uncaught: {error}\n"));
    }
    let printed = printed.lock().unwrap().clone();
    Ok(printed)
}

/// Runs a module to its end.
fn module(vm: &Vm, text: &str) -> Result<(), Error> {
    let promise = vm.eval(Source::module(text).file_name("case.js"))?;
    vm.run_jobs()?;
    finished(&promise)
}

/// Fails as the module did.
fn finished(promise: &Value) -> Result<(), Error> {
    match promise.promise_value() {
        Ok(_) | Err(Error::Unsettled) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What a module exports as `result`, as text.
fn result(vm: &Vm, text: &str) -> Result<String, Error> {
    let promise = vm.eval(Source::module(text))?;
    vm.run_jobs()?;
    finished(&promise)?;
    promise.promise_value()?.get("result")?.to_text()
}
