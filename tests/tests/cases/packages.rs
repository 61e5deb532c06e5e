//! Packages of npm, unmodified, in VMs: the programs of `tests/cases/packages`, with what they
//! print beside them.
//!
//! `./setup.sh packages` installs what is pinned in `tests/packages`. `BLESS=1 cargo test --test
//! packages` writes the outputs anew. Those of the programs in JavaScript are what Node prints,
//! too: `TZ=UTC node tests/cases/packages/semver.mjs`.

use std::path::Path;
use std::sync::{Arc, Mutex};

use jsvm::{Bytes, EventLoop, HostError, PromiseState};
use jsvm_node::NodeModules;
use jsvm_tests::{builder, cases};
use libtest_mimic::{Failed, Trial};

/// The one thing of Node that packages read everywhere.
const PROCESS: &str = r#"globalThis.process ??= { env: { NODE_ENV: "production" } }"#;

pub fn trials() -> Vec<Trial> {
    let kinds = ["mjs", "ts", "tsx"];
    let trials = kinds
        .into_iter()
        .flat_map(|kind| cases::golden("packages", kind, run));
    trials.collect()
}

/// What a program prints.
fn run(case: &Path) -> Result<String, Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if !root.join("packages/node_modules").is_dir() {
        return Err("the packages are not installed: ./setup.sh packages".into());
    }
    let printed = Arc::new(Mutex::new(String::new()));
    // What a program with the permission has of `node:fs`.
    let folder = root.join("packages/node_modules");
    let builder = match std::fs::read_to_string(case)?.contains("\"node:") {
        true => builder().node(),
        false => builder(),
    };
    let vm = builder
        .modules(NodeModules::new(root)?)
        .function("readPackage", move |path: String| {
            let bytes = std::fs::read(folder.join(path)).map(Bytes);
            bytes.map_err(|error| HostError::new(error.to_string()))
        })
        .console({
            let printed = printed.clone();
            move |_, text| {
                let mut printed = printed.lock().expect("nothing panics while printing");
                printed.push_str(text);
                printed.push('\n');
            }
        })
        .build()?;
    vm.eval(PROCESS)?;
    let path = case.to_str().ok_or("the path is not Unicode")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    runtime.block_on(async {
        let program = vm.import_module(path)?;
        EventLoop::new(&vm).run().await?;
        match program.promise_state()? {
            Some(PromiseState::Fulfilled(_)) => Ok(()),
            Some(PromiseState::Rejected(error)) => {
                let error = vm
                    .global()?
                    .get("String")?
                    .call((&error,))?
                    .to::<String>()?
                    + "\n"
                    + &error.get("stack")?.to::<String>().unwrap_or_default();
                Err(Failed::from(error))
            }
            _ => Err("the program still waits".into()),
        }
    })?;
    let printed = printed.lock().expect("nothing panics while printing");
    Ok(printed.clone())
}
