//! Bodies that are too large for the file of the store.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{Recorder, id, key, program, response, run_worker};
use jsvm_flow::{Flows, SqliteStore, Status, WorkerConfig};

const SIZE: usize = 1 << 20;

fn flows(store: &Path) -> Flows<SqliteStore> {
    Flows::new(SqliteStore::open(store).unwrap(), &key()).unwrap()
}

/// Runs a worker that takes no snapshot, so that the journal keeps the body.
fn run(store: &Path) {
    let body = "x".repeat(SIZE);
    let effects = Recorder::new(move |_| Some(Ok(response(200, &body))));
    let mut config = WorkerConfig::default();
    config.snapshot_ratio = u32::MAX;
    run_worker(flows(store), effects, config).unwrap();
}

#[test]
fn a_flow_goes_on_with_a_body_that_is_a_file() {
    let text = "import { signal } from 'jsvm:flow';
        export default async () => {
            const text = await (await fetch('https://a.example/')).text();
            return [text.length, await signal('go')];
        }";
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("flows.db");
    let program = program(text);
    for flow in ["a", "b"] {
        assert!(flows(&store).start(&program, &id(flow), "null").unwrap());
    }
    run(&store);
    let entries = || {
        let entries = std::fs::read_dir(folder.path().join("flows.db-files")).unwrap();
        entries.map(|entry| entry.unwrap().path())
    };
    let sizes = entries().map(|file| std::fs::metadata(file).unwrap().len());
    let sizes: Vec<_> = sizes.collect();
    assert!(sizes.len() == 2 && sizes.iter().all(|size| *size > SIZE as u64));
    // What is in them is sealed.
    for file in entries() {
        let bytes = std::fs::read(file).unwrap();
        assert!(!bytes.windows(16).any(|part| part == b"xxxxxxxxxxxxxxxx"));
    }
    let exported = flows(&store).export(&id("a")).unwrap();
    // Without its file a flow stops, and tells which file it was. The other goes on.
    let missing = {
        let mut flows = flows(&store);
        for file in entries() {
            let away = file.with_extension("away");
            std::fs::rename(&file, &away).unwrap();
            if flows.verify(&id("a")).is_err() {
                break;
            }
            std::fs::rename(&away, &file).unwrap();
        }
        entries().find(|file| file.extension().is_some()).unwrap()
    };
    for flow in ["a", "b"] {
        assert!(flows(&store).signal(&id(flow), "go", "1", "1").unwrap());
    }
    run(&store);
    let view = flows(&store).show(&id("a")).unwrap();
    assert_eq!(view.status, Status::Stopped);
    let message = view.failure.unwrap().message;
    assert!(message.contains("is missing"), "{message}");
    let result = |store: &Path, flow: &str| flows(store).show(&id(flow)).unwrap().result;
    let expected = Some(format!("[{SIZE},1]"));
    assert_eq!(result(&store, "b"), expected);
    // With the file of a backup it goes on.
    std::fs::rename(&missing, missing.with_extension("")).unwrap();
    flows(&store).retry(&id("a")).unwrap();
    run(&store);
    assert_eq!(result(&store, "a"), expected);
    // A flow is exported with its body.
    let other = folder.path().join("other.db");
    flows(&other).import(&exported).unwrap();
    flows(&other).signal(&id("a"), "go", "1", "1").unwrap();
    run(&other);
    assert_eq!(result(&other, "a"), expected);
}
