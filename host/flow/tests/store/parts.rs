//! Parts of the suite: lanes and schedules.

use jsvm_flow::{Change, FlowRow, JournalEntry, Lane, Missed, Status, Store, StoredSchedule};

use super::{PROGRAM, due, id, row, state};

/// The part of the suite about lanes.
pub fn check_lanes(store: &mut dyn Store) {
    let in_lane = |name: &str, limit| FlowRow {
        lane: Some(Lane {
            name: "lane".into(),
            limit,
        }),
        ..row(name)
    };
    for name in ["l1", "l2", "l3", "l4"] {
        assert!(store.create(&in_lane(name, 2)).unwrap());
    }
    assert_eq!(
        store.row(&id("l1")).unwrap().unwrap().lane,
        in_lane("l1", 2).lane
    );
    // They wait, also with a signal. One that is to be cancelled does not.
    store.post(&id("l1"), "s1", "go", b"1").unwrap();
    assert!(due(store, 0).is_empty());
    assert!(store.request_cancel(&id("l4")).unwrap());
    assert_eq!(due(store, 0), ["l4"]);
    let over = |flow: &str, status| Change::State {
        flow: id(flow),
        run: 1,
        state: state(status, None, 30),
    };
    store.commit(&[over("l4", Status::Cancelled)]).unwrap();
    assert_eq!(store.admit().unwrap(), 2);
    assert_eq!(due(store, 0), ["l1", "l2"]);
    assert_eq!(store.admit().unwrap(), 0);
    // A place becomes free. A flow that is retried takes its place anew.
    store.commit(&[over("l1", Status::Stopped)]).unwrap();
    assert_eq!(store.admit().unwrap(), 1);
    store.commit(&[over("l1", Status::Running)]).unwrap();
    assert_eq!(store.admit().unwrap(), 0);
    assert_eq!(due(store, 0), ["l2", "l3"]);
    store.commit(&[over("l2", Status::Completed)]).unwrap();
    assert_eq!(store.admit().unwrap(), 1);
    assert_eq!(due(store, 0), ["l1", "l3"]);
    // One that begins anew keeps its place.
    store
        .commit(&[Change::Restart {
            flow: id("l3"),
            run: 2,
            program: PROGRAM,
            input: vec![4],
            seed: vec![5],
            state: state(Status::Running, None, 40),
        }])
        .unwrap();
    assert_eq!(store.admit().unwrap(), 0);
    assert_eq!(due(store, 0), ["l1", "l3"]);
    for name in ["l1", "l2", "l3", "l4"] {
        assert!(store.remove(&id(name)).unwrap());
    }
}

/// The part of the suite about turns that are stored, and run later.
pub fn check_stored_turns(store: &mut dyn Store) {
    assert!(store.create(&row("later")).unwrap());
    let begin = |runs| Change::Begin {
        runs,
        flow: id("later"),
        run: 1,
        turn: 1,
        inputs: vec![7],
        signals: Vec::new(),
    };
    for (runs, ran) in [(false, JournalEntry::NOT_RUN), (true, 0)] {
        store.commit(&[begin(runs)]).unwrap();
        let stored = store.load(&id("later")).unwrap().unwrap();
        let entry = &stored.journal[0];
        assert_eq!(
            (stored.journal.len(), entry.digest, entry.ran),
            (1, None, ran)
        );
    }
    assert!(store.remove(&id("later")).unwrap());
}

/// The part of the suite about schedules.
pub fn check_schedules(store: &mut dyn Store) {
    let wakes = store.next_wake().unwrap();
    let schedule = StoredSchedule {
        name: id("report"),
        cron: "0 9 * * *".into(),
        zone: "Europe/Berlin".into(),
        missed: Missed::All,
        overlap: false,
        program: PROGRAM,
        input: vec![1],
        next: 7,
        last: None,
    };
    store.put_schedule(&schedule).unwrap();
    assert_eq!(
        store.schedules(None).unwrap(),
        std::slice::from_ref(&schedule)
    );
    assert!(store.schedules(Some(6)).unwrap().is_empty());
    assert_eq!(store.schedules(Some(7)).unwrap().len(), 1);
    assert_eq!(store.next_wake().unwrap(), Some(7));
    // The flow and the next time are kept together, once.
    let name = &schedule.name;
    assert!(!store.fire(name, 6, 20, Some(&row("r6"))).unwrap());
    assert!(store.row(&id("r6")).unwrap().is_none());
    assert!(store.fire(name, 7, 20, Some(&row("r7"))).unwrap());
    assert!(!store.fire(name, 7, 20, Some(&row("r7"))).unwrap());
    assert_eq!(due(store, 0), ["r7"]);
    assert!(store.fire(name, 20, 30, None).unwrap());
    let known = store.schedules(None).unwrap().remove(0);
    assert_eq!((known.next, known.last), (30, Some(id("r7"))));
    // A program that a schedule needs stays.
    assert!(store.remove(&id("r7")).unwrap());
    store.collect(0).unwrap();
    assert!(store.program(PROGRAM).unwrap().is_some());
    assert!(store.remove_schedule(name).unwrap());
    assert!(!store.remove_schedule(name).unwrap());
    assert_eq!(store.next_wake().unwrap(), wakes);
}
