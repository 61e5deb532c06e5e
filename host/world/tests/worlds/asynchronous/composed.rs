//! Two components of programs, of which one calls the other.

use std::path::Path;
use std::sync::LazyLock;

use jsvm_world::WorldSource;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use super::host::{Running, block_on, engine, made_apart, start};
use crate::make::text;

fn built(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/asynchronous");
    let source = WorldSource::read(&folder.join("pair.wit"), Some(name)).unwrap();
    let program = text(&folder.join(format!("{name}.js")));
    made_apart(source, program)
}

/// The caller, which has the callee as its import.
static PAIR: LazyLock<(Engine, Component)> = LazyLock::new(|| {
    let mut graph = CompositionGraph::new();
    let [callee, caller] = ["callee", "caller"].map(|name| {
        let types = graph.types_mut();
        let package = Package::from_bytes(&format!("test:{name}"), None, built(name), types);
        let package = graph.register_package(package.unwrap()).unwrap();
        graph.instantiate(package)
    });
    let interface = "test:pair/work";
    let work = graph.alias_instance_export(callee, interface).unwrap();
    graph
        .set_instantiation_argument(caller, interface, work)
        .unwrap();
    let run = graph.alias_instance_export(caller, "run").unwrap();
    graph.export(run, "run").unwrap();
    let bytes = graph.encode(EncodeOptions::default()).unwrap();
    let engine = engine();
    let component = Component::new(&engine, bytes).unwrap();
    (engine, component)
});

async fn run(name: &str) -> Vec<String> {
    let (engine, component) = &*PAIR;
    let mut pair: Running = start(engine, component, &Linker::new(engine)).await;
    let called = pair.call("run", (name.to_owned(),)).await;
    let (lines,): (Vec<String>,) = called.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    lines
}

#[test]
fn calls_of_another_program_are_cancelled() {
    for (name, expected) in [
        (
            "obey",
            &["Error: enough", "obey begins", "obey: AbortError"][..],
        ),
        ("finish", &["finished", "finish ends"]),
        ("ignore", &["never mind"]),
        ("aborted before", &["too late"]),
    ] {
        assert_eq!(block_on(run(name)), expected, "{name}");
    }
}

#[test]
fn streams_go_from_program_to_program() {
    for (name, expected) in [
        (
            "upper",
            &[
                "A",
                "É",
                "C",
                "upper: a",
                "upper: é",
                "upper: c",
                "upper ends",
            ][..],
        ),
        ("count", &["10000000"]),
        ("endless", &["true", "endless ends"]),
    ] {
        assert_eq!(block_on(run(name)), expected, "{name}");
    }
}

#[test]
fn a_reader_that_leaves_at_once_ends_what_writes() {
    assert_eq!(block_on(run("first")), ["word 0", "end"]);
}

#[test]
fn a_reader_that_leaves_ends_all_that_write_to_it() {
    let lines = block_on(run("upper until b"));
    assert_eq!(lines[..2], ["A,B", "end"], "{lines:?}");
    assert_eq!(lines.last().unwrap(), "upper ends", "{lines:?}");
    // No more is on its way than fits into a buffer, of each stream.
    let sent: usize = lines[2].parse().unwrap();
    assert!((3..=200).contains(&sent), "{lines:?}");
    assert!(lines.len() <= 100, "{lines:?}");
}

#[test]
fn futures_and_resources_go_from_program_to_program() {
    for (name, expected) in [
        ("add", &["3", "7"][..]),
        ("later", &["3", "6"]),
        ("counter", &["10", "11"]),
    ] {
        assert_eq!(block_on(run(name)), expected, "{name}");
    }
}
