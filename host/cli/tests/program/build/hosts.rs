//! What `--host` changes for programs.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::make::jsvm_build;
use crate::run::{Server, command};

use super::fetch_world::WIT;
use super::together::{bodies, request};

/// A program that is built in a folder of its own.
struct BuiltProgram {
    file: PathBuf,
    report: serde_json::Value,
    _folder: TempDir,
}

fn build(source: &str, wit: Option<&str>, args: &[&str]) -> BuiltProgram {
    let folder = TempDir::new().unwrap();
    let [program, file, world] =
        ["app.mjs", "app.wasm", "app.wit"].map(|name| folder.path().join(name));
    fs::write(&program, source).unwrap();
    let mut all = vec!["--json"];
    if let Some(wit) = wit {
        fs::write(&world, wit).unwrap();
        all.extend(["--with-wasi", "--wit", world.to_str().unwrap()]);
    }
    all.extend(args);
    let output = jsvm_build(&program, &file, &all);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    BuiltProgram {
        file,
        report: serde_json::from_slice(&output.stdout).unwrap(),
        _folder: folder,
    }
}

const ENVIRONMENT: &str = r#"
const early = process.env.EARLY;
export const run = {
  run() {
    const { HOST_SAYS, NODE_ENV } = process.env;
    console.log(early, HOST_SAYS, NODE_ENV, Object.keys(process.env).sort().join(), process.argv.length);
  },
};
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_component_for_a_world_has_the_environment_of_its_host() {
    let given = ["--env", "EARLY=early"];
    for host in [
        &["--host", "spin"][..],
        &["--host", "wasmcloud"],
        &["--host-environment"],
    ] {
        let built = build(ENVIRONMENT, Some(WIT), &[&given, host].concat());
        let (is_ok, stdout, stderr) = command(&built.file, &["app"]).await;
        let expected = "early hello production EARLY,HOST_SAYS,NODE_ENV 1\n";
        assert_eq!(
            (is_ok, &*stdout, &*stderr),
            (true, expected, ""),
            "{host:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_for_a_world_has_no_other_environment() {
    let given = ["--env", "EARLY=early"];
    for host in [&[][..], &["--host", "wasmtime"]] {
        let built = build(ENVIRONMENT, Some(WIT), &[&given, host].concat());
        let report = built.report.to_string();
        assert!(!report.contains("wasi:cli/environment"), "{report}");
        let (is_ok, stdout, stderr) = command(&built.file, &["app"]).await;
        let expected = "early undefined production EARLY,NODE_ENV 1\n";
        assert_eq!(
            (is_ok, &*stdout, &*stderr),
            (true, expected, ""),
            "{host:?}"
        );
    }
    let source = "export const run = { run() { console.log('none'); } };";
    let built = build(source, Some(WIT), &["--host", "spin"]);
    let report = built.report.to_string();
    assert!(!report.contains("wasi:cli/environment"), "{report}");
    let (_, stdout, stderr) = command(&built.file, &["app"]).await;
    assert_eq!((&*stdout, &*stderr), ("none\n", ""));
}

const FETCHING: &str = r#"
const { fetch: early } = globalThis;
export default {
  async fetch(request) {
    const path = new URL(request.url).pathname;
    const url = path === "/" ? "/a?b=c" : path === "/self" ? "/denied" : "https://denied.example/";
    try {
      const response = await early(url);
      return new Response(response.headers.get("x-echo"));
    } catch (error) {
      return new Response(`${error.name} ${error.code} ${error.message}`);
    }
  },
};
"#;

async fn fetches_as_in_spin(kind: &str) {
    let built = build(FETCHING, None, &["--host", "spin", "--kind", kind]);
    let server = Server::with(&built.file, |linker| {
        linker.allow_shadowing(true);
        wasmtime_wasi::p2::add_to_linker_async(linker).unwrap();
    });
    for (path, expected) in [
        ("/", "GET http://self.alt/a?b=c"),
        (
            "/self",
            "PermissionDenied ERR_ACCESS_DENIED cannot reach self.alt: permission denied. Add \"http://self\" \
             to allowed_outbound_hosts in spin.toml",
        ),
        (
            "/other",
            "PermissionDenied ERR_ACCESS_DENIED cannot reach denied.example: permission denied. Add it \
             to allowed_outbound_hosts in spin.toml",
        ),
    ] {
        let answer = server.serve(request(path, "")).await;
        assert_eq!(bodies(&[answer]), [expected], "{kind} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_fetches_as_in_spin() {
    fetches_as_in_spin("http").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_fetches_as_in_spin() {
    fetches_as_in_spin("service").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_for_a_world_fetches_as_in_spin() {
    let source = "const print = (error) => console.log(error.message);
        export const run = {
          async run() {
            console.log((await fetch('/a')).headers.get('x-echo'));
            await fetch('https://denied.example/').catch(print);
            await fetch('//denied.example/').catch(print);
            await fetch().catch((error) => console.log(error.name));
          },
        };";
    let built = build(source, Some(WIT), &["--host", "spin", "--fetch"]);
    let (_, stdout, stderr) = command(&built.file, &["app"]).await;
    let expected = "GET http://self.alt/a
cannot reach denied.example: permission denied. Add it to allowed_outbound_hosts in spin.toml
Invalid URL
TypeError
";
    assert_eq!((&*stdout, &*stderr), (expected, ""));
}

/// Names in comments keep nothing in a file.
#[tokio::test(flavor = "multi_thread")]
async fn words_in_comments_are_no_names() {
    let code = "export default { async fetch() { return new Response('a'); } };";
    let left_out = |source: &str| build(source, None, &[]).report["leftOut"].clone();
    let without = left_out(code);
    let comments = "/* Buffer utility, process */ // setTimeout(stdin)\n";
    assert_eq!(left_out(&format!("{comments}{code}")), without);
    // The heap has the sources of functions.
    let inside = code.replace("{ return", "{ /* eval(toSorted) */ // RegExp é\n return");
    assert_ne!(inside, code);
    assert_eq!(left_out(&inside), without);
    let imports = |source: &str| {
        let built = build(source, None, &["--kind", "command"]);
        let file = fs::read(built.file).unwrap();
        let name = b"wasi:http/outgoing-handler";
        file.windows(name.len()).any(|window| window == name)
    };
    assert!(!imports("export default () => console.log('no'); // fetch"));
    assert!(imports("export default () => console.log(`//${fetch}`);"));
    assert!(imports(
        "export default () => console.log(globalThis['fetch']); /* a */"
    ));
}
