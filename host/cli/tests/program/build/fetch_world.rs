//! `fetch` in components for worlds.

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::run::{async_command, command};

/// A command that is made as a component for a world.
pub const WIT: &str = "package acme:app;

world app {
  export wasi:cli/run@0.2.0;
}

package wasi:cli@0.2.0 {
  interface run {
    run: func() -> result;
  }
}
";

/// A command of WASI 0.3, whose function is asynchronous.
const ASYNC_WIT: &str = "package acme:app;

world app {
  export wasi:cli/run@0.3.0;
}

package wasi:cli@0.3.0 {
  interface run {
    run: async func() -> result;
  }
}
";

/// The network of these tests sends back what it is sent.
const PROGRAM: &str = r#"
async function print(name, make) {
  try {
    console.log(name, await make());
  } catch (error) {
    console.log(name, `${error.name}: ${error.message}`);
  }
}
const pieces = () => new ReadableStream({
  start(controller) {
    for (const piece of ["one ", "two ", "x".repeat(100_000)]) controller.enqueue(new TextEncoder().encode(piece));
    controller.close();
  },
});
export const run = {
  async run() {
    await print("status", async () => (await fetch("https://echo.example/a?b=c")).status);
    await print("request", async () => (await fetch("http://echo.example/a?b=c")).headers.get("x-echo"));
    await print("headers", async () => {
      const response = await fetch("https://echo.example/", { headers: { "x-out": "é", host: "other" } });
      return response.headers.get("x-out");
    });
    await print("body", async () => {
      const response = await fetch("https://echo.example/", { method: "POST", body: "sent" });
      return [response.headers.get("x-echo"), await response.text()].join(" ");
    });
    await print("pieces", async () => {
      const response = await fetch("https://echo.example/", { method: "PUT", body: pieces(), duplex: "half" });
      const text = await response.text();
      return `${text.slice(0, 8)}${text.length}`;
    });
    await print("json", async () => {
      const body = JSON.stringify({ a: [1, 2] });
      return JSON.stringify(await (await fetch("https://echo.example/", { method: "POST", body })).json());
    });
    await print("refused", () => fetch("https://refused.example/"));
    await print("denied", () => fetch("https://denied.example/"));
    await print("cancelled", async () => {
      const response = await fetch("https://echo.example/", { method: "POST", body: "long" });
      await response.body.cancel();
      return response.bodyUsed;
    });
  },
};
"#;

const PRINTED: &str = "status 201
request GET http://echo.example/a?b=c
headers é
body POST https://echo.example/ sent
pieces one two 100008
json {\"a\":[1,2]}
refused TypeError: fetch of https://refused.example/ failed: connection-refused
denied PermissionDenied: cannot reach denied.example: permission denied. Whoever runs this file must allow this host
cancelled true
";

fn build(folder: &TempDir, args: &[&str]) -> Output {
    build_for(folder, WIT, args)
}

fn build_for(folder: &TempDir, wit: &str, args: &[&str]) -> Output {
    fs::write(folder.path().join("app.js"), PROGRAM).unwrap();
    fs::write(folder.path().join("app.wit"), wit).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .current_dir(folder.path())
        .args([
            "build",
            "app.js",
            "--wit",
            "app.wit",
            "--with-wasi",
            "-o",
            "app.wasm",
        ])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_for_a_world_fetches() {
    let folder = TempDir::new().unwrap();
    let output = build(&folder, &["--fetch"]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(
        stdout.contains("wasi:http/outgoing-handler@0.2.0"),
        "{stdout}"
    );
    let (is_ok, stdout, stderr) = command(&folder.path().join("app.wasm"), &[]).await;
    assert_eq!((is_ok, &*stdout, &*stderr), (true, PRINTED, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_for_an_asynchronous_world_fetches() {
    let folder = TempDir::new().unwrap();
    let output = build_for(&folder, ASYNC_WIT, &["--fetch"]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("wasi:http/client@0.3.0"), "{stdout}");
    let (is_ok, stdout, stderr) = async_command(&folder.path().join("app.wasm")).await;
    assert_eq!((is_ok, &*stdout, &*stderr), (true, PRINTED, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_http_in_the_world_fetch_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    build(&folder, &[]);
    let (_, stdout, _) = command(&folder.path().join("app.wasm"), &[]).await;
    let expected = "status TypeError: cannot fetch: the world of this component has no \
                    wasi:http/outgoing-handler. Add it to the world, or build with --fetch\n";
    assert!(stdout.starts_with(expected), "{stdout}");
}
