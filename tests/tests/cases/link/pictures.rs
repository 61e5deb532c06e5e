//! A component of some size, that does what a library does: `components/image-rust`, beside the same in
//! JavaScript.
//!
//! Each `tests/cases/pictures/*.mjs` is a program that imports both. What it prints is in the `.out`
//! beside it; `BLESS=1` writes that anew.

use std::path::Path;
use std::sync::OnceLock;

use jsvm_link::LinkedComponent;
use jsvm_node::NodeModules;
use jsvm_tests::cases;
use libtest_mimic::{Failed, Trial};

use super::{builder_with, components, finished, linker};

/// What the time of a VM that does all of a case is limited to, in seconds: it should never be reached.
const SECONDS: u64 = 120;

pub fn trials() -> Vec<Trial> {
    cases::golden("pictures", "mjs", run)
}

fn linked() -> &'static LinkedComponent {
    static LINKED: OnceLock<LinkedComponent> = OnceLock::new();
    LINKED.get_or_init(|| linker().compile("acme:image", components::image()).unwrap())
}

fn run(case: &Path) -> Result<String, Failed> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = tests.parent().ok_or("the tests are in no folder")?;
    if !root.join("examples/image/node_modules").is_dir() {
        return Err("the packages are not installed: ./setup.sh packages".into());
    }
    let (builder, printed) = builder_with(linked(), SECONDS);
    let vm = builder.modules(NodeModules::new(root)?).build()?;
    let program = vm.import_module(case.to_str().ok_or("the path is not Unicode")?)?;
    vm.run_jobs()?;
    finished(&program)?;
    let printed = printed.lock().unwrap().clone();
    Ok(printed)
}
