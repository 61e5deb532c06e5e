//! What is in a file, and what cannot be built.

use std::fs;

use jsvm_build_interface::interface;
use tempfile::TempDir;

use crate::make::{built, cases, jsvm_build, refused};

/// Lists what a component imports and exports.
mod jsvm_build_interface {
    use wasmparser::{Parser, Payload};

    pub fn interface(component: &[u8]) -> (Vec<String>, Vec<String>) {
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        let mut depth = 0_u32;
        for payload in Parser::new(0).parse_all(component) {
            match payload.unwrap() {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    imports.extend(section.into_iter().map(|i| i.unwrap().name.name.to_owned()));
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    exports.extend(section.into_iter().map(|e| e.unwrap().name.name.to_owned()));
                }
                _ => {}
            }
        }
        imports.sort();
        exports.sort();
        (imports, exports)
    }
}

/// What the world `wasi:http/proxy` has, which both `wasmtime serve` and Spin provide.
const PROXY: [&str; 11] = [
    "wasi:cli/stderr@0.2.0",
    "wasi:cli/stdin@0.2.0",
    "wasi:cli/stdout@0.2.0",
    "wasi:clocks/monotonic-clock@0.2.0",
    "wasi:clocks/wall-clock@0.2.0",
    "wasi:http/outgoing-handler@0.2.0",
    "wasi:http/types@0.2.0",
    "wasi:io/error@0.2.0",
    "wasi:io/poll@0.2.0",
    "wasi:io/streams@0.2.0",
    "wasi:random/random@0.2.0",
];

#[test]
fn file_imports_what_every_host_of_http_has() {
    let built = built("server.js", &["--json"]);
    let file = fs::read(&built.file).unwrap();
    let (imports, exports) = interface(&file);
    assert_eq!(exports, ["wasi:http/incoming-handler@0.2.0"]);
    for import in &imports {
        assert!(PROXY.contains(&&**import), "{import}");
    }
    assert!(imports.contains(&"wasi:http/outgoing-handler@0.2.0".to_owned()));

    let told: serde_json::Value = serde_json::from_str(&built.stdout).unwrap();
    assert_eq!(told["kind"], "http");
    assert_eq!(told["bytes"], file.len());
    assert_eq!(told["modules"], 2);
}

/// What a server for WASI 0.3 takes from that.
const SERVICE: [&str; 3] = [
    "wasi:clocks/monotonic-clock@0.3.0",
    "wasi:http/client@0.3.0",
    "wasi:http/types@0.3.0",
];

#[test]
fn service_imports_what_hosts_of_both_versions_have() {
    let built = built("server.js", &["--kind", "service", "--json"]);
    let (imports, exports) = interface(&fs::read(&built.file).unwrap());
    assert_eq!(exports, ["wasi:http/handler@0.3.0"]);
    for import in &imports {
        let import = &**import;
        assert!(
            PROXY.contains(&import) || SERVICE.contains(&import),
            "{import}"
        );
    }
    for import in SERVICE {
        assert!(imports.contains(&import.to_owned()), "{import}");
    }
    let told: serde_json::Value = serde_json::from_str(&built.stdout).unwrap();
    assert_eq!(told["kind"], "service");
    let (imports, _) = interface(
        &fs::read(&self::built("server.js", &["--kind", "service", "--host-environment"]).file)
            .unwrap(),
    );
    assert!(imports.contains(&"wasi:cli/environment@0.2.0".to_owned()));
}

#[test]
fn files_for_spin_have_its_environment() {
    for kind in ["http", "service"] {
        let built = built("server.js", &["--kind", kind, "--host", "spin"]);
        let (imports, _) = interface(&fs::read(&built.file).unwrap());
        assert!(
            imports.contains(&"wasi:cli/environment@0.2.0".to_owned()),
            "{kind}: {imports:?}"
        );
    }
    let reason = refused("1", &["--kind", "service"]);
    assert!(reason.contains("no fetch handler"), "{reason}");
}

#[test]
fn storage_and_settings_are_imported_by_those_who_use_them() {
    let services = |program: &str, args: &[&str]| -> Vec<String> {
        let (imports, _) = interface(&fs::read(&built(program, args).file).unwrap());
        let imports = imports.into_iter();
        imports.filter(|name| !PROXY.contains(&&**name)).collect()
    };
    assert_eq!(
        services("storage.js", &[]),
        [
            "wasi:config/store@0.2.0-rc.1",
            "wasi:keyvalue/atomics@0.2.0-draft",
            "wasi:keyvalue/store@0.2.0-draft",
        ]
    );
    assert_eq!(
        services("storage.js", &["--host", "spin"]),
        [
            "wasi:cli/environment@0.2.0",
            "wasi:cli/exit@0.2.0",
            "wasi:config/store@0.2.0-draft-2024-09-27",
            "wasi:keyvalue/atomics@0.2.0-draft2",
            "wasi:keyvalue/store@0.2.0-draft2",
        ]
    );
    // Also where a function imports it later, and in the other kinds of files.
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("app.js");
    let source = "export default { fetch: async () => (await import('jsvm:config')).get('a') }";
    fs::write(&program, source).unwrap();
    for (kind, others) in [("http", 0), ("command", 2)] {
        let file = folder.path().join("app.wasm");
        let output = jsvm_build(&program, &file, &["--kind", kind]);
        assert!(output.status.success());
        let (imports, _) = interface(&fs::read(&file).unwrap());
        let found = imports.iter().filter(|name| !PROXY.contains(&&***name));
        let found: Vec<_> = found.collect();
        assert!(
            found
                .iter()
                .any(|name| name.starts_with("wasi:config/store@"))
        );
        assert_eq!(found.len(), 1 + others, "{found:?}");
    }
}

#[test]
fn environment_of_the_host_is_wanted_only_if_asked_for() {
    let built = built("server.js", &["--host-environment"]);
    let (imports, _) = interface(&fs::read(&built.file).unwrap());
    assert!(imports.contains(&"wasi:cli/environment@0.2.0".to_owned()));
}

#[test]
fn same_program_gives_the_same_bytes_anywhere() {
    let [first, second] = ["here", "some/where/else"].map(|place| {
        let folder = TempDir::new().unwrap();
        let copy = folder.path().join(place);
        fs::create_dir_all(&copy).unwrap();
        for entry in fs::read_dir(cases()).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
        }
        let file = folder.path().join("app.wasm");
        let output = jsvm_build(&copy.join("server.js"), &file, &[]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        fs::read(file).unwrap()
    });
    assert!(first == second);
}

#[test]
fn use_of_what_is_known_later_is_told_with_its_place() {
    for (source, place, what) in [
        ("let a;\nconst now = Date.now();", "app.js:2:", "Date.now()"),
        ("new Date()", "app.js:1:", "new Date()"),
        (
            "const f = () => performance.now();\nf()",
            "app.js:1:",
            "performance.now()",
        ),
        ("\n\nlet x = Math.random()", "app.js:3:", "Math.random()"),
        ("crypto.randomUUID()", "app.js:1:", "crypto.randomUUID()"),
        (
            "crypto.getRandomValues(new Uint8Array(4))",
            "app.js:1:",
            "crypto.getRandomValues()",
        ),
        (
            "let k = process.env.API_KEY",
            "app.js:1:",
            "process.env.API_KEY",
        ),
        ("let a = process.argv", "app.js:1:", "process.argv"),
        (
            "export const x = await fetch('http://localhost/')",
            "app.js:1:",
            "fetch()",
        ),
    ] {
        let message = refused(source, &[]);
        assert!(message.starts_with(place), "{source}: {message}");
        assert!(
            message.contains(&format!("jsvm: {what} is used")),
            "{source}: {message}"
        );
    }
}

#[test]
fn what_is_said_to_be_known_can_be_used() {
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("app.js");
    let source =
        "console.log(Date.now(), typeof Math.random(), process.env.A, new Date(5).getTime())";
    fs::write(&program, source).unwrap();
    let args = ["--clock", "7", "--seed", "1", "--env", "A=b"];
    let output = jsvm_build(&program, &folder.path().join("app.wasm"), &args);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(stdout.starts_with("7000 number b 5\n"), "{stdout}");
}

#[test]
fn programs_that_fail_leave_no_file() {
    let message = refused("\nnull.x", &[]);
    assert!(
        message.starts_with("app.js:2:") && message.contains("TypeError"),
        "{message}"
    );

    let message = refused("let a = ;", &[]);
    assert!(
        message.contains("SyntaxError") && message.contains("app.js:1:"),
        "{message}"
    );

    let message = refused("await new Promise(() => {})", &[]);
    assert!(message.contains("unsettled top-level await"), "{message}");

    let message = refused("export default 1", &["--kind", "http"]);
    assert!(message.contains("no fetch handler"), "{message}");

    let message = refused(
        "globalThis.a = new Uint8Array(64 << 20).fill(1)",
        &["--memory", "16MiB"],
    );
    assert!(message.contains("--memory 16MiB"), "{message}");

    let message = refused("for (;;);", &["--timeout", "100ms"]);
    assert!(message.contains("--timeout 100ms"), "{message}");

    let message = refused("import 'nowhere'", &[]);
    assert!(message.contains("nowhere"), "{message}");
}

#[test]
fn timers_that_the_top_level_awaits_take_no_time() {
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("app.js");
    let source = "await new Promise(done => setTimeout(done, 3_600_000)); console.log('awaited')";
    fs::write(&program, source).unwrap();
    let output = jsvm_build(
        &program,
        &folder.path().join("app.wasm"),
        &["--timeout", "60s"],
    );
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("awaited\n"), "{stdout}");
}
