//! `--engine`: snapshots of an engine that is not the program's.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use jsvm::{EngineConfig, NativeCache};
use jsvm_tests::altered;
use tempfile::TempDir;

/// A folder with `old.snap`, a snapshot of another engine, and the program's own `new.snap`.
struct Case {
    folder: TempDir,
    /// The other engine.
    component: Vec<u8>,
    engine: String,
}

impl Case {
    fn new() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let component = altered::renamed();
        let cache = caches().join("jsvm").join("native");
        let config = EngineConfig::new()
            .pooling(false)
            .native_cache(NativeCache::open(cache).unwrap());
        let engine = config.build_from_component(&component).unwrap();
        let vm = engine.vm().build().unwrap();
        vm.eval("var n = 0; function next() { return ++n } next()")
            .unwrap();
        vm.roots().set("counter", vm.eval("next").unwrap()).unwrap();
        let old = vm.snapshot().unwrap().to_bytes().unwrap();
        fs::write(folder.path().join("old.snap"), old).unwrap();
        fs::write(folder.path().join("engine.wasm"), &component).unwrap();
        let engine = engine.id().to_string();
        Case {
            folder,
            component,
            engine,
        }
    }

    fn jsvm(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_jsvm"))
            .current_dir(&self.folder)
            .env("XDG_CACHE_HOME", caches())
            .args(arguments)
            .output()
            .unwrap()
    }

    /// What is printed.
    #[track_caller]
    fn prints(&self, arguments: &[&str]) -> String {
        let output = self.jsvm(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The error of a wrong command line.
    #[track_caller]
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.jsvm(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        errors
    }
}

fn caches() -> std::path::PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("caches")
}

#[test]
fn snapshot_goes_on_with_the_engine_that_it_names() {
    let case = Case::new();
    let call = ["restore", "old.snap", "--call", "next"];
    let with = |engine: &str| case.prints(&[&call[..], &["--engine", engine]].concat());
    assert_eq!(with("engine.wasm"), "2\n");
    let compressed = zstd::bulk::compress(&case.component, 1).unwrap();
    fs::write(case.folder.path().join("engine.zst"), &compressed).unwrap();
    assert_eq!(with("engine.zst"), "2\n");
    let folder = case.folder.path().join("engines");
    fs::create_dir(&folder).unwrap();
    for (file, bytes) in [("wasm", &case.component), ("wasm.zst", &compressed)] {
        let file = folder.join(format!("{}.{file}", case.engine));
        fs::write(&file, bytes).unwrap();
        assert_eq!(with("engines"), "2\n");
        fs::remove_file(file).unwrap();
    }
    // What is frozen again is still of that engine.
    let mut again = call.to_vec();
    again.extend(["--engine", "engine.wasm", "-o", "again.snap"]);
    assert_eq!(case.prints(&again), "2\n");
    let mut again = ["restore", "again.snap", "--call", "next"].to_vec();
    assert!(case.fails(&again).contains(&case.engine));
    again.extend(["--engine", "engine.wasm"]);
    assert_eq!(case.prints(&again), "3\n");
}

#[test]
fn unknown_engine_is_named_with_its_version() {
    let case = Case::new();
    let restore = ["restore", "old.snap", "--call", "next"];
    let error = case.fails(&restore);
    for part in [&case.engine, "`jsvm component` of jsvm 9.8.7", "--engine"] {
        assert!(error.contains(part), "{part} is not in: {error}");
    }
    let error = case.fails(&["snapshot", "x.js", "-o", "y.snap", "--since", "old.snap"]);
    assert!(
        error.contains(&case.engine) && error.contains("jsvm 9.8.7"),
        "{error}"
    );
    // The header can be read without the engine.
    let shown = case.prints(&["inspect", "old.snap"]);
    assert!(
        shown.contains(&case.engine) && shown.contains("jsvm 9.8.7"),
        "{shown}"
    );
    assert!(!shown.contains("counter"), "{shown}");
    let shown = case.prints(&["inspect", "old.snap", "--engine", "engine.wasm"]);
    assert!(shown.contains("counter"), "{shown}");
}

#[test]
fn wrong_engines_are_refused() {
    let case = Case::new();
    let fails =
        |engine: &str| case.fails(&["restore", "old.snap", "--call", "next", "--engine", engine]);
    // The program's own, in a folder by its name, and as a file.
    fs::create_dir(case.folder.path().join("engines")).unwrap();
    case.prints(&["component", "-o", "engines"]);
    let own = format!("engines/{}.wasm", jsvm::EngineId::BUILT_IN);
    assert!(case.folder.path().join(&own).is_file());
    let error = fails("engines");
    assert!(
        error.contains(&format!("there is no {}.wasm in engines", case.engine)),
        "{error}"
    );
    let error = fails(&own);
    assert!(
        error.contains(&jsvm::EngineId::BUILT_IN.to_string()),
        "{error}"
    );
    let error = fails("old.snap");
    assert!(error.contains("not a WebAssembly component"), "{error}");
    let error = fails("nothing.wasm");
    assert!(error.contains("nothing.wasm"), "{error}");
    // A file that expands to more than any engine has.
    let large = zstd::encode_all(std::io::Read::take(std::io::repeat(0), 100 << 20), 1).unwrap();
    fs::write(case.folder.path().join("large.zst"), large).unwrap();
    let error = fails("large.zst");
    assert!(error.contains("larger than 64 MiB"), "{error}");
}
