//! Each store does the same.
#![allow(missing_docs, clippy::unwrap_used)]

mod files;
mod parts;

use jsvm_flow::{
    Change, FlowId, FlowRow, FlowState, MemoryStore, Posted, ProgramId, SqliteStore, Status, Store,
    StoreError, StoredProgram,
};

const PROGRAM: ProgramId = ProgramId::new([1; 32]);

fn id(text: &str) -> FlowId {
    text.parse().unwrap()
}

fn state(status: Status, wake: Option<u64>, wall: u64) -> FlowState {
    FlowState {
        status,
        wake,
        wall,
        monotonic: 5,
        requests: 0,
        waiting: "timer".into(),
        result: None,
        progress: Some(vec![9]),
    }
}

fn row(name: &str) -> FlowRow {
    FlowRow {
        id: id(name),
        program: PROGRAM,
        target: None,
        refusal: None,
        lane: None,
        run: 1,
        created: 10,
        turns: 0,
        input: vec![1, 2],
        seed: vec![3],
        state: state(Status::Running, None, 10),
    }
}

fn begin(flow: &str, turn: u64, signals: &[u64]) -> Change {
    Change::Begin {
        runs: true,
        flow: id(flow),
        run: 1,
        turn,
        inputs: vec![turn as u8],
        signals: signals.to_vec(),
    }
}

fn end(flow: &str, turn: u64, logs: &[&[u8]], state: FlowState) -> Change {
    Change::End {
        flow: id(flow),
        run: 1,
        turn,
        digest: [turn as u8; 16],
        ran: 7,
        logs: logs.iter().map(|line| line.to_vec()).collect(),
        state,
    }
}

fn due(store: &mut dyn Store, now: u64) -> Vec<String> {
    let due = store.due(now, 10).unwrap();
    due.iter().map(|due| due.id.to_string()).collect()
}

/// The suite. A store is made by `open`, and opened again as another process would.
fn check(open: &mut dyn FnMut() -> Box<dyn Store>) {
    let mut store = open();
    store.own().unwrap();
    assert!(matches!(open().own(), Err(StoreError::Owned { .. })));

    // Programs and engines are kept once.
    let program = StoredProgram {
        id: PROGRAM,
        name: "a.ts".into(),
        engine: [2; 32],
        snapshot: vec![1, 2, 3],
    };
    store.put_program(&program).unwrap();
    let other = StoredProgram {
        name: "b.ts".into(),
        ..program.clone()
    };
    store.put_program(&other).unwrap();
    assert_eq!(store.program(PROGRAM).unwrap(), Some(program));
    assert_eq!(store.program(ProgramId::new([9; 32])).unwrap(), None);
    store.put_engine(&[2; 32], b"wasm").unwrap();
    assert_eq!(store.engine(&[2; 32]).unwrap().unwrap(), b"wasm");

    parts::check_schedules(&mut *store);
    parts::check_lanes(&mut *store);
    parts::check_stored_turns(&mut *store);

    // A flow is created once, and due at once.
    assert!(store.create(&row("a")).unwrap());
    assert!(!store.create(&row("a")).unwrap());
    assert_eq!(store.row(&id("a")).unwrap(), Some(row("a")));
    assert_eq!(store.row(&id("b")).unwrap(), None);
    assert_eq!(due(&mut *store, 0), ["a"]);

    // Its first turn takes it from the list; a timer brings it back.
    store.commit(&[begin("a", 1, &[])]).unwrap();
    assert!(due(&mut *store, 0).is_empty());
    let waits = state(Status::Running, Some(50), 20);
    let ended = end("a", 1, &[b"one", b"two"], waits.clone());
    store.commit(std::slice::from_ref(&ended)).unwrap();
    assert!(due(&mut *store, 49).is_empty());
    assert_eq!(due(&mut *store, 50), ["a"]);
    assert_eq!(store.next_wake().unwrap(), Some(50));
    assert_eq!(store.ahead(19).unwrap(), [id("a")]);
    assert!(store.ahead(20).unwrap().is_empty());

    // The same changes again change nothing.
    store.commit(&[begin("a", 1, &[]), ended]).unwrap();
    let loaded = store.load(&id("a")).unwrap().unwrap();
    assert_eq!(loaded.row.turns, 1);
    assert_eq!(loaded.row.state, waits);
    assert_eq!(loaded.journal.len(), 1);
    assert_eq!(loaded.journal[0].digest, Some([1; 16]));
    let lines = store.logs(&id("a"), 0).unwrap();
    let texts: Vec<_> = lines.iter().map(|(_, line)| line.clone()).collect();
    assert_eq!(texts, [b"one", b"two"]);
    assert_eq!(store.logs(&id("a"), lines[1].0).unwrap().len(), 1);

    // Signals are ordered and known by their ids, also after they were taken.
    let post = |store: &mut dyn Store, flow: &str, signal: &str| {
        store.post(&id(flow), signal, "go", b"{}").unwrap()
    };
    assert_eq!(post(&mut *store, "a", "s1"), Posted::New);
    assert_eq!(post(&mut *store, "a", "s2"), Posted::New);
    assert_eq!(post(&mut *store, "a", "s1"), Posted::Duplicate);
    assert_eq!(post(&mut *store, "b", "s1"), Posted::NoFlow);
    let signals = store.signals(&id("a")).unwrap();
    assert_eq!(
        signals.iter().map(|s| &*s.id).collect::<Vec<_>>(),
        ["s1", "s2"]
    );
    assert_eq!(due(&mut *store, 0), ["a"]);
    store
        .commit(&[begin("a", 2, &[signals[0].number])])
        .unwrap();
    assert_eq!(store.signals(&id("a")).unwrap().len(), 1);
    assert_eq!(due(&mut *store, 0), ["a"], "a signal came meanwhile");
    store
        .commit(&[begin("a", 3, &[signals[1].number])])
        .unwrap();
    assert!(due(&mut *store, 0).is_empty());
    assert_eq!(post(&mut *store, "a", "s1"), Posted::Duplicate);

    // A snapshot replaces the journal up to its turn.
    let snapshot = Change::Snapshot {
        flow: id("a"),
        run: 1,
        turn: 2,
        bytes: vec![7; 100],
    };
    store.commit(std::slice::from_ref(&snapshot)).unwrap();
    let loaded = store.load(&id("a")).unwrap().unwrap();
    assert_eq!(loaded.snapshot, Some((2, vec![7; 100])));
    assert_eq!(
        loaded.journal.iter().map(|e| e.turn).collect::<Vec<_>>(),
        [3]
    );

    // A flow can go on in another store.
    let mut moved = loaded.clone();
    moved.row.id = id("moved");
    assert!(store.import(&moved, &signals).unwrap());
    assert!(!store.import(&moved, &signals).unwrap());
    let imported = store.load(&id("moved")).unwrap().unwrap();
    assert_eq!(imported.snapshot, loaded.snapshot);
    assert_eq!(store.signals(&id("moved")).unwrap().len(), 2);
    assert!(store.remove(&id("moved")).unwrap());

    // Cancelling is an order that the worker finds.
    assert!(store.request_cancel(&id("a")).unwrap());
    assert!(!store.request_cancel(&id("b")).unwrap());
    let orders = store.due(0, 10).unwrap();
    assert!(orders[0].cancel && orders[0].attention);

    // A flow can be told to move; it has moved with its next run.
    let target = ProgramId::new([7; 32]);
    assert!(store.set_target(&id("a"), Some(target)).unwrap());
    assert!(!store.set_target(&id("b"), Some(target)).unwrap());
    assert_eq!(store.row(&id("a")).unwrap().unwrap().target, Some(target));

    // A new run forgets the state, and changes of the earlier run come too late.
    let restart = Change::Restart {
        flow: id("a"),
        run: 2,
        program: PROGRAM,
        input: vec![4],
        seed: vec![5],
        state: state(Status::Running, None, 30),
    };
    store.commit(&[restart.clone(), restart]).unwrap();
    store.commit(&[begin("a", 9, &[]), snapshot]).unwrap();
    let loaded = store.load(&id("a")).unwrap().unwrap();
    assert_eq!((loaded.row.run, loaded.row.turns), (2, 0));
    assert_eq!(loaded.row.input, [4]);
    assert_eq!(loaded.row.target, None);
    assert!(loaded.snapshot.is_none() && loaded.journal.is_empty());
    assert!(!store.due(0, 10).unwrap()[0].cancel);

    // What ended takes no signals, keeps no state, and is removed with its program.
    store
        .commit(&[Change::State {
            flow: id("a"),
            run: 2,
            state: state(Status::Completed, None, 40),
        }])
        .unwrap();
    assert!(due(&mut *store, u64::MAX >> 1).is_empty());
    assert_eq!(
        post(&mut *store, "a", "s9"),
        Posted::Ended(Status::Completed)
    );
    store.create(&row("c")).unwrap();
    assert_eq!(store.count().unwrap().len(), 2);
    let all = store.list(None, 10).unwrap();
    assert_eq!(
        all.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["c", "a"]
    );
    assert_eq!(store.list(Some(Status::Completed), 10).unwrap().len(), 1);
    assert_eq!(store.list(None, 1).unwrap().len(), 1);
    assert_eq!(store.collect(40).unwrap(), 0);
    assert_eq!(store.collect(41).unwrap(), 1);
    assert!(store.program(PROGRAM).unwrap().is_some());
    assert!(store.remove(&id("c")).unwrap());
    assert!(!store.remove(&id("c")).unwrap());
    store.collect(0).unwrap();
    assert!(store.program(PROGRAM).unwrap().is_none());
    assert!(store.engine(&[2; 32]).unwrap().is_none());

    // Another process sees what was committed.
    store.create(&row("d")).unwrap();
    let mut other = open();
    assert!(other.row(&id("d")).unwrap().is_some());
    other.create(&row("e")).unwrap();
    assert!(store.row(&id("e")).unwrap().is_some());

    // The next worker goes on at once, with flows that were in a turn or wait for requests.
    let busy = FlowState {
        requests: 1,
        ..state(Status::Running, None, 50)
    };
    for name in ["in-turn", "requests", "rests"] {
        store.create(&row(name)).unwrap();
        store.commit(&[begin(name, 1, &[])]).unwrap();
    }
    let rests = end("rests", 1, &[], state(Status::Running, None, 50));
    store
        .commit(&[end("requests", 1, &[], busy), rests])
        .unwrap();
    assert!(store.remove(&id("d")).unwrap() && store.remove(&id("e")).unwrap());
    assert!(due(&mut *store, 60).is_empty());
    drop(store);
    other.own().unwrap();
    assert_eq!(due(&mut *other, 60), ["in-turn", "requests"]);
}

#[test]
fn memory() {
    let store = MemoryStore::new();
    check(&mut || Box::new(store.clone()));
}

#[test]
fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    check(&mut || Box::new(SqliteStore::open(&path).unwrap()));
}

#[test]
fn files_of_others_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    std::fs::write(&text, "no database".repeat(1000)).unwrap();
    let error = SqliteStore::open(&text).unwrap_err();
    assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
    let foreign = folder.path().join("foreign.db");
    let connection = rusqlite::Connection::open(&foreign).unwrap();
    connection.execute_batch("CREATE TABLE t (x)").unwrap();
    let error = SqliteStore::open(&foreign).unwrap_err();
    assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
    let missing = folder.path().join("missing/flows.db");
    let error = SqliteStore::open(&missing).unwrap_err();
    assert!(matches!(error, StoreError::Open { .. }), "{error}");
}

#[test]
fn a_store_of_a_later_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    drop(SqliteStore::open(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(
        matches!(error, StoreError::NewerSchema { found: 99, .. }),
        "{error}"
    );
}

#[test]
fn a_store_of_an_earlier_version_is_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(include_str!("../../src/store/schema.sql"))
        .unwrap();
    connection
        .execute_batch(
            "INSERT INTO flows VALUES (1, 'a', zeroblob(32), NULL, 1, 10, 0, x'01', x'02', 'running', NULL, 10, 5, \
             'its first turn', NULL, NULL, 0, 1, 0, 0);
             PRAGMA application_id = 0x666c6f77; PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(connection);
    let mut store = SqliteStore::open(&path).unwrap();
    let known = store.row(&id("a")).unwrap().unwrap();
    assert_eq!((known.lane, known.refusal), (None, None));
    assert_eq!(due(&mut store, 0), ["a"]);
    assert!(store.schedules(None).unwrap().is_empty());
    drop(store);
    SqliteStore::open(&path).unwrap();
}

#[test]
fn a_damaged_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut store = SqliteStore::open(&path).unwrap();
    for number in 0..200 {
        store.create(&row(&format!("flow-{number}"))).unwrap();
    }
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle - 3000..middle + 3000].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Damaged(_)), "{error}");
}

#[test]
fn a_full_disk_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut store = SqliteStore::open(&path).unwrap();
    store.create(&row("a")).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let pages: i64 = connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    drop(connection);
    store.limit_pages(pages as u64 + 2).unwrap();
    let large = Change::Snapshot {
        flow: id("a"),
        run: 1,
        turn: 1,
        bytes: vec![1; 1 << 20],
    };
    let error = store.commit(&[begin("a", 1, &[]), large]).unwrap_err();
    assert!(
        matches!(error, StoreError::Full) && error.is_transient(),
        "{error}"
    );
    assert_eq!(store.row(&id("a")).unwrap().unwrap().turns, 0);
    store.commit(&[begin("a", 1, &[])]).unwrap();
}

#[test]
fn a_store_is_backed_up_while_it_is_owned() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(folder.path().join("flows.db")).unwrap();
    store.own().unwrap();
    store.create(&row("a")).unwrap();
    let copy = folder.path().join("copy.db");
    store.back_up(&copy).unwrap();
    store.create(&row("b")).unwrap();
    let mut copy = SqliteStore::open(&copy).unwrap();
    copy.own().unwrap();
    assert_eq!(copy.list(None, 10).unwrap().len(), 1);
}
