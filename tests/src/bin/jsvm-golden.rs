//! Freezes the programs of `tests/golden/programs` into a new generation of golden snapshots.
//!
//! The program `jsvm` is the one in the folder of this program. What it writes is described in
//! `tests/golden/README.md`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The level of zstd: engines are compressed once.
const LEVEL: i32 = 19;

fn main() -> ExitCode {
    match make() {
        Ok(made) => {
            println!("Made {}", made.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("jsvm-golden: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make() -> Outcome<PathBuf> {
    let golden = Path::new("tests/golden");
    let programs = golden.join("programs").canonicalize().map_err(|error| {
        format!("cannot find tests/golden/programs: {error}. Run it in the checkout")
    })?;
    let jsvm = env::current_exe()?.with_file_name("jsvm");
    let last = generations(golden)?.into_iter().max().unwrap_or(0);
    let folder = golden.join((last + 1).to_string());
    let unfinished = golden.join("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir(&unfinished)?;
    let run = |arguments: &[&str]| run(&jsvm, &unfinished, arguments);

    run(&["component", "-o", "engine.wasm"])?;
    let component = fs::read(unfinished.join("engine.wasm"))?;
    fs::remove_file(unfinished.join("engine.wasm"))?;
    let compressed = zstd::bulk::compress(&component, LEVEL)?;
    let same = golden.join(last.to_string()).join("engine.wasm.zst");
    if fs::read(&same).is_ok_and(|engine| engine == compressed) {
        fs::remove_dir_all(&unfinished)?;
        return Err(format!("generation {last} is of this engine: there is nothing to add").into());
    }
    fs::write(unfinished.join("engine.wasm.zst"), compressed)?;
    fs::write(unfinished.join("golden.txt"), "from a file\n")?;
    fs::write(unfinished.join("key"), "5a".repeat(32))?;

    let read = "--allow-read=golden.txt";
    let net = "--allow-net=127.83.19.7:47811";
    for (name, more) in [
        ("fetch", &[net][..]),
        ("timer", &[]),
        ("stream", &[]),
        ("file", &[read]),
        ("generator", &[]),
        ("chain", &[]),
        ("sealed", &["--key-file", "key", "--seed", "7"]),
        ("seeded", &["--seed", "7"]),
    ] {
        let source = programs.join(format!("{name}.mjs"));
        let source = source
            .to_str()
            .ok_or("the path of the checkout is not Unicode")?;
        let file = format!("{name}.snap");
        let snapshot = ["snapshot", source, "--on-pending", "--small", "-o", &*file];
        run(&[&snapshot[..], more].concat())?;
        for end in ["args", "out"] {
            let file = format!("{name}.{end}");
            fs::copy(programs.join(&file), unfinished.join(&file))?;
        }
    }
    fs::rename(
        unfinished.join("chain.snap"),
        unfinished.join("chain.base.snap"),
    )?;
    let mut step = [
        "restore",
        "chain.base.snap",
        "--call",
        "drop",
        "500",
        "-o",
        "chain.step1.snap",
    ]
    .to_vec();
    step.push("--delta");
    run(&step)?;
    run(&[
        "restore",
        "chain.step1.snap",
        "--parent",
        "chain.base.snap",
        "--call",
        "drop",
        "500",
        "-o",
        "chain.snap",
        "--delta",
    ])?;
    flow(&programs, &unfinished, &run)?;
    fs::rename(&unfinished, &folder)?;
    Ok(folder)
}

/// Keeps a store with a flow that has got the first of two signals, and the flow as a file.
fn flow(programs: &Path, folder: &Path, run: &dyn Fn(&[&str]) -> Outcome<()>) -> Outcome<()> {
    fs::copy(programs.join("order.ts"), folder.join("order.ts"))?;
    let store = ["--store", "order.db"];
    let flow = |arguments: &[&str]| run(&[&["flow"], arguments, &store].concat());
    let input = r#"[["tea",300],["milk",150]]"#;
    flow(&["start", "order.ts", "--id", "order", "--input", input])?;
    flow(&["run", "--until-idle", "--horizon", "1s"])?;
    flow(&["signal", "order", "approved", "--payload", "\"Ada\""])?;
    flow(&["run", "--until-idle"])?;
    flow(&["export", "order", "-o", "order.flow"])?;
    fs::copy(
        programs.join("order.flow.out"),
        folder.join("order.flow.out"),
    )?;
    // A copy has no log of SQLite beside it, and no free pages.
    flow(&["backup", "store.db"])?;
    fs::rename(folder.join("order.db.key"), folder.join("store.db.key"))?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with("order.db") || name == "order.ts") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The numbers of the generations.
fn generations(golden: &Path) -> Outcome<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(golden)? {
        if let Some(number) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        {
            found.push(number);
        }
    }
    Ok(found)
}

fn run(jsvm: &Path, folder: &Path, arguments: &[&str]) -> Outcome<()> {
    let output = Command::new(jsvm)
        .current_dir(folder)
        .args(arguments)
        .output();
    let output = output.map_err(|error| format!("cannot run {}: {error}", jsvm.display()))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(format!("jsvm {} failed: {message}", arguments.join(" ")).into());
    }
    Ok(())
}
