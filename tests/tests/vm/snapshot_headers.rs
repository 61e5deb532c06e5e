//! What the header of a snapshot says, and what it must not say.

use jsvm::{Error, Snapshot, SnapshotError};
use jsvm_tests::forge::Forged;
use jsvm_tests::{builder, eval, vm};

fn bytes() -> Vec<u8> {
    let vm = vm();
    eval(&vm, "var n = 1");
    vm.snapshot().unwrap().to_bytes().unwrap()
}

#[test]
fn requests_of_other_versions_are_refused_before_anything_runs() {
    let with = |oldest, newest| {
        let mut forged = Forged::new(&bytes());
        assert_eq!(forged.header.requests, (2, 2));
        forged.header.requests = (oldest, newest);
        let snapshot = Snapshot::from_bytes(&forged.to_bytes())?;
        let results = [builder().restore(&snapshot), builder().resume(&snapshot)];
        for result in results {
            match result {
                Ok(_) => {}
                Err(Error::Snapshot(error)) => return Err(error),
                Err(error) => panic!("{error}"),
            }
        }
        Ok(())
    };
    with(1, 1).unwrap();
    with(1, 2).unwrap();
    assert!(matches!(
        with(1, 3),
        Err(SnapshotError::FutureRequests {
            found: 3,
            supported: 2
        })
    ));
    assert!(matches!(
        with(0, 1),
        Err(SnapshotError::OldRequests {
            found: 0,
            oldest: 1
        })
    ));
    assert!(matches!(with(2, 1), Err(SnapshotError::Malformed(_))));
}

#[test]
fn headers_that_say_what_they_must_not_are_refused() {
    let with = |change: &dyn Fn(&mut Forged)| {
        let mut forged = Forged::new(&bytes());
        change(&mut forged);
        Snapshot::from_bytes(&forged.to_bytes())
    };
    with(&|forged| forged.header.entropy = Some((9, None))).unwrap();
    with(&|forged| forged.header.version = "0.1.0-rc.1+x".into()).unwrap();
    // A seed that everybody can read, and what would change how a terminal shows an error.
    let seed = with(&|forged| forged.header.entropy = Some((9, Some([1; 32]))));
    assert!(matches!(seed, Err(SnapshotError::Malformed(_))));
    for version in ["", "0.1\n", "\u{1b}[2J", &"1".repeat(33)] {
        let result = with(&|forged| forged.header.version = version.into());
        assert!(
            matches!(result, Err(SnapshotError::Malformed(_))),
            "{version:?}"
        );
    }
}
