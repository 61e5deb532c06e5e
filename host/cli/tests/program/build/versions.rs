//! Interfaces that a program imports in another version than its world has.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const WIT: &str = "package acme:app;

world app {
  import acme:store/kv@1.2.0;
  import acme:store/kv@2.0.0;
  import acme:store/unused@1.2.0;
  export run: func() -> string;
}
";

const STORE: &str = "
interface kv {
  get: func(key: string) -> string;
}

interface unused {
  nothing: func();
}
";

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("wit/world.wit", WIT);
    for version in ["1.2.0", "2.0.0"] {
        let text = format!("package acme:store@{version};\n{STORE}");
        write(&format!("wit/deps/store-{version}.wit"), &text);
    }
    write(
        "node_modules/store/index.mjs",
        "export { get } from 'acme:store/kv@1.4.0';",
    );
    write("node_modules/store/package.json", r#"{"main":"index.mjs"}"#);
    write(
        "app.mjs",
        "import { get } from 'store';\nexport const run = () => get('a');",
    );
    write(
        "later.mjs",
        "export const run = async () => (await import('acme:store/kv@1.0.0')).get('a');",
    );
    write(
        "missing.mjs",
        "import { put } from 'acme:store/kv@1.4.0';\nexport const run = () => put('a');",
    );
    write(
        "next.mjs",
        "import { get } from 'acme:store/kv@3.0.0';\nexport const run = () => get('a');",
    );
    folder
}

fn jsvm(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jsvm"));
    command.current_dir(folder).args(args).output().unwrap()
}

fn build(folder: &Path, program: &str) -> Output {
    let args = ["build", program, "--wit", "wit", "-o", "app.wasm", "--json"];
    jsvm(folder, &args)
}

#[test]
fn a_compatible_version_is_that_of_the_world() {
    let folder = folder();
    for program in ["app.mjs", "later.mjs"] {
        let output = build(folder.path(), program);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {stderr}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let imports = serde_json::json!(["acme:store/kv@1.2.0"]);
        assert_eq!(report["imports"], imports, "{program}");
    }
    // A program that is not built finds the stub.
    let args = ["run", "--wit", "wit", "--call", "run()", "app.mjs"];
    let output = jsvm(folder.path(), &args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("acme:store/kv@1.2.0#get is a stub"),
        "{stderr}"
    );
}

#[test]
fn other_versions_and_missing_functions_are_refused() {
    let folder = folder();
    for (program, message) in [
        ("missing.mjs", "put"),
        ("next.mjs", "cannot find module 'acme:store/kv@3.0.0'"),
    ] {
        let output = build(folder.path(), program);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{program}: {stderr}");
        assert!(stderr.contains(message), "{program}: {stderr}");
    }
}
