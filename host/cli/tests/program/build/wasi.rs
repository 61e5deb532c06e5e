//! Servers that import by name what their driver imports, too.

use crate::run::Server;

use super::packages::{Project, names};
use super::together::{bodies, request};

/// A world that imports a clock of WASI, which is in the folder `deps`.
fn clock(version: &str, nanoseconds: &str) -> Project {
    let project = Project::new("{}");
    project.write(
        "wit/app.wit",
        &format!("package acme:app; world app {{ import wasi:clocks/wall-clock@{version}; }}"),
    );
    project.write(
        "wit/deps/clocks/clocks.wit",
        &format!(
            "package wasi:clocks@{version};
            interface wall-clock {{
              record datetime {{ seconds: u64, nanoseconds: {nanoseconds} }}
              now: func() -> datetime;
              resolution: func() -> datetime;
            }}"
        ),
    );
    project
}

const SERVER: &str = r#"
    import { now } from "wasi:clocks/wall-clock";
    export default {
      fetch() {
        const seconds = BigInt(Math.floor(Date.now() / 1000));
        const { seconds: same, nanoseconds } = now();
        return Response.json([same - seconds <= 1n, nanoseconds < 1e9]);
      },
    };
"#;

/// The clock of the program and that of the driver are one import.
async fn shares_a_clock(version: &str, kind: &str) {
    let project = clock(version, "u32");
    let wit = project.path("wit");
    let file = project.build(SERVER, &["--wit", wit.to_str().unwrap(), "--kind", kind]);
    let (imports, _) = names(&file);
    let mut clocks = imports
        .iter()
        .filter(|name| name.starts_with("wasi:clocks/wall-clock@"));
    assert_eq!(
        clocks.next(),
        Some(&format!("wasi:clocks/wall-clock@{version}"))
    );
    assert_eq!(clocks.next(), None);
    let answer = Server::new(&file).serve(request("/", "")).await;
    assert_eq!(bodies(&[answer]), ["[true,true]"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_imports_an_interface_of_its_driver() {
    shares_a_clock("0.2.0", "http").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_imports_an_interface_of_its_driver() {
    shares_a_clock("0.2.0", "service").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_imports_a_newer_version_of_an_interface_of_its_driver() {
    shares_a_clock("0.2.6", "http").await;
}

#[test]
fn an_interface_with_other_types_than_the_drivers_is_refused() {
    let project = clock("0.2.0", "u64");
    let wit = project.path("wit");
    let error = project.refused(SERVER, &["--wit", wit.to_str().unwrap()]);
    assert!(error.contains("contradict"), "{error}");
}

#[test]
fn asynchronous_imports_of_servers_are_refused() {
    let project = Project::new("{}");
    for (name, function) in [
        ("f", "f: async func();"),
        ("later", "later: func() -> future<u8>;"),
        ("pass", "pass: func(of: stream<u8>);"),
    ] {
        project.write(
            "wit/app.wit",
            &format!(
                "package acme:app;
                interface api {{ {function} }}
                world app {{ import api; }}"
            ),
        );
        let wit = project.path("wit");
        let error = project.refused(
            &format!(
                "import {{ {name} }} from 'acme:app/api';
                export default {{ fetch: () => new Response(typeof {name}) }};"
            ),
            &["--wit", wit.to_str().unwrap()],
        );
        assert!(
            error.contains(&format!("acme:app/api#{name} is asynchronous")),
            "{error}"
        );
    }
}
