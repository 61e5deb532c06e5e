//! Bytes that are no snapshot, or not the right one: a typed error that says which, and nothing
//! else happens.

use std::io::Read;

use jsvm::snapshot::Decoder;
use jsvm::{Error, SealKey, Snapshot, SnapshotError, Vm};
use jsvm_tests::forge::{Forged, Parts};
use jsvm_tests::{builder, eval, vm};

fn sample() -> Vm {
    let vm = vm();
    eval(&vm, "var n = 0; function next() { return ++n } next()");
    vm
}

fn bytes() -> Vec<u8> {
    sample().snapshot().unwrap().to_bytes().unwrap()
}

fn sealed(key: &SealKey) -> Vec<u8> {
    let snapshot = sample().snapshot().unwrap();
    snapshot.encode().seal(key).to_bytes().unwrap()
}

/// Reads without looking at what comes after the end, from a stream.
fn both_ways(bytes: &[u8]) -> [Result<Snapshot, SnapshotError>; 2] {
    [Snapshot::from_bytes(bytes), Snapshot::read_from(bytes)]
}

#[test]
fn truncated_at_every_length() {
    let bytes = bytes();
    for len in 0..bytes.len() {
        for result in both_ways(&bytes[..len]) {
            match result {
                Err(SnapshotError::Truncated { expected, found }) => {
                    assert_eq!(found, len as u64);
                    assert!(expected > found && expected <= bytes.len() as u64, "{len}");
                }
                other => panic!("{len}: {other:?}"),
            }
        }
    }
    let key = SealKey::new([1; 32]);
    let sealed = sealed(&key);
    for len in 0..sealed.len() {
        let result = Decoder::new().key(&key).from_bytes(&sealed[..len]);
        assert!(
            matches!(result, Err(SnapshotError::Truncated { .. })),
            "{len}: {result:?}"
        );
    }
}

#[test]
fn each_byte_flipped() {
    let bytes = bytes();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut wrong = bytes.clone();
            wrong[at] ^= flip;
            for result in both_ways(&wrong) {
                let error = result.expect_err(&format!("byte {at} ^ {flip}"));
                let expected = match at {
                    0..8 => matches!(error, SnapshotError::NotASnapshot),
                    8..10 => matches!(
                        error,
                        SnapshotError::UnknownFormat { .. } | SnapshotError::OldFormat { .. }
                    ),
                    // Sealed by one bit.
                    10 if flip == 1 => matches!(error, SnapshotError::Sealed),
                    _ => matches!(
                        error,
                        SnapshotError::Damaged | SnapshotError::Truncated { .. }
                    ),
                };
                assert!(expected, "byte {at} ^ {flip}: {error}");
            }
        }
    }
}

#[test]
fn each_byte_of_a_sealed_one_flipped() {
    let key = SealKey::new([1; 32]);
    let sealed = sealed(&key);
    let decoder = Decoder::new().key(&key);
    decoder.from_bytes(&sealed).unwrap();
    for at in 0..sealed.len() {
        let mut wrong = sealed.clone();
        wrong[at] ^= 1;
        let error = decoder.from_bytes(&wrong).expect_err(&format!("byte {at}"));
        let expected = match at {
            0..8 => matches!(error, SnapshotError::NotASnapshot),
            8..10 => matches!(error, SnapshotError::UnknownFormat { .. }),
            10 => matches!(error, SnapshotError::NotSealed),
            11 => matches!(error, SnapshotError::Damaged),
            // The length.
            12..20 => matches!(
                error,
                SnapshotError::Truncated { .. } | SnapshotError::WrongKey
            ),
            _ => matches!(error, SnapshotError::WrongKey),
        };
        assert!(expected, "byte {at}: {error}");
    }
}

#[test]
fn keys_are_needed_and_must_be_right() {
    let snapshot = sample().snapshot().unwrap();
    let key = SealKey::generate().unwrap();
    let sealed = snapshot.encode().seal(&key).to_bytes().unwrap();
    let other = SealKey::generate().unwrap();
    assert!(matches!(
        Snapshot::from_bytes(&sealed),
        Err(SnapshotError::Sealed)
    ));
    let decoder = Decoder::new().key(&other);
    assert!(matches!(
        decoder.from_bytes(&sealed),
        Err(SnapshotError::WrongKey)
    ));
    let plain = snapshot.to_bytes().unwrap();
    let decoder = Decoder::new().key(&key);
    assert!(matches!(
        decoder.from_bytes(&plain),
        Err(SnapshotError::NotSealed)
    ));
}

#[test]
fn bytes_after_the_end_are_an_error_and_bytes_in_a_stream_are_not() {
    let mut long = bytes();
    long.push(0);
    assert!(matches!(
        Snapshot::from_bytes(&long),
        Err(SnapshotError::Malformed(_))
    ));
    let mut rest = long.as_slice();
    Snapshot::read_from(&mut rest).unwrap();
    assert_eq!(rest, [0]);
}

#[test]
fn other_files_are_no_snapshots() {
    let script = std::iter::repeat_n(b"console.log(1)\n", 1_000).flatten();
    let script: Vec<u8> = script.copied().collect();
    for bytes in [
        b"\0asm\x0d\0\x01\0",
        b"\x89PNG\r\n\x1a\n",
        &script[..],
        b"x",
    ] {
        assert!(matches!(
            Snapshot::from_bytes(bytes),
            Err(SnapshotError::NotASnapshot)
        ));
    }
}

#[test]
fn newer_and_older_formats_say_which() {
    let mut other = bytes();
    let mut error = |format: u16| {
        other[8..10].copy_from_slice(&format.to_le_bytes());
        Snapshot::from_bytes(&other).unwrap_err()
    };
    let (old, new) = (error(1), error(3));
    assert!(old.to_string().contains("format 1"), "{old}");
    assert!(new.to_string().contains("format 3"), "{new}");
    assert!(matches!(
        (old, new),
        (
            SnapshotError::OldFormat {
                found: 1,
                supported: 2,
            },
            SnapshotError::UnknownFormat {
                found: 3,
                supported: 2,
            }
        )
    ));
}

#[test]
fn endless_stream_ends_the_reading() {
    // Every length is the largest there is.
    let endless = bytes()[..12].to_vec();
    let result = Snapshot::read_from(endless.chain(std::io::repeat(0xff)));
    assert!(matches!(result, Err(SnapshotError::Damaged)), "{result:?}");
}

#[test]
fn other_engine_is_named() {
    let mut forged = Forged::new(&bytes());
    forged.header.engine[0] ^= 1;
    let snapshot = Snapshot::from_bytes(&forged.to_bytes()).unwrap();
    assert!(!snapshot.is_of_this_engine());
    for result in [builder().restore(&snapshot), builder().resume(&snapshot)] {
        match result {
            Err(Error::Snapshot(ref error @ SnapshotError::OtherEngine { found, ref version })) => {
                assert_eq!(found, snapshot.engine());
                assert_eq!(version, snapshot.engine_version());
                let text = error.to_string();
                assert!(
                    text.contains(&format!("`jsvm component` of jsvm {version}")),
                    "{text}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
    let result = sample().snapshot_since(&snapshot);
    assert!(matches!(
        result,
        Err(Error::Snapshot(SnapshotError::OtherEngine { .. }))
    ));
}

#[test]
fn delta_needs_its_parent_and_no_other() {
    let vm = sample();
    let first = vm.snapshot().unwrap();
    eval(&vm, "next()");
    let second = vm.snapshot_since(&first).unwrap();
    eval(&vm, "next()");
    let third = vm.snapshot_since(&second).unwrap();
    let [first, second, third] =
        [first, second, third].map(|one| Snapshot::from_bytes(&one.to_bytes().unwrap()).unwrap());

    let missing = |error: Error| match error {
        Error::Snapshot(SnapshotError::MissingParent { parent }) => parent,
        other => panic!("{other}"),
    };
    assert!(!second.is_complete());
    assert_eq!(missing(builder().restore(&second).unwrap_err()), first.id());
    assert_eq!(missing(second.flatten().unwrap_err().into()), first.id());
    assert_eq!(missing(vm.snapshot_since(&second).unwrap_err()), first.id());
    // The parent is there, but its own is not.
    assert_eq!(
        missing(third.attach(&second).unwrap_err().into()),
        first.id()
    );

    let wrong = |error| match error {
        SnapshotError::WrongParent { expected, found } => (expected, found),
        other => panic!("{other}"),
    };
    assert_eq!(
        wrong(third.attach(&first).unwrap_err()),
        (second.id(), first.id())
    );
    assert!(matches!(
        first.attach(&first),
        Err(SnapshotError::Malformed(_))
    ));

    let bytes = [&first, &second, &third].map(|one| one.to_bytes().unwrap());
    let chain = |order: &[usize]| Snapshot::from_chain(order.iter().map(|index| &bytes[*index]));
    chain(&[0, 1, 2]).unwrap();
    assert_eq!(
        wrong(chain(&[0, 2]).unwrap_err()),
        (second.id(), first.id())
    );
    assert_eq!(missing(chain(&[1]).unwrap_err().into()), first.id());
    assert_eq!(wrong(chain(&[2, 1]).unwrap_err()), (first.id(), third.id()));
    assert!(matches!(chain(&[]), Err(SnapshotError::NotASnapshot)));
}

#[test]
fn delta_of_another_engine_does_not_fit() {
    let vm = sample();
    let first = vm.snapshot().unwrap();
    eval(&vm, "next()");
    let delta = vm.snapshot_since(&first).unwrap().to_bytes().unwrap();
    let mut forged = Forged::new(&delta);
    forged.header.engine[0] ^= 1;
    let delta = Snapshot::from_bytes(&forged.to_bytes()).unwrap();
    assert!(matches!(
        delta.attach(&first),
        Err(SnapshotError::WrongParent { .. })
    ));
}

type Forgery = fn(&mut Parts);

/// Forgeries with valid checksums: none may be believed.
#[test]
fn forged_sizes_and_counts_are_refused_and_cost_no_memory() {
    let bytes = bytes();
    let cases: &[(&str, Forgery)] = &[
        ("size is not whole pages", |parts| parts.header.size += 1),
        ("size beyond 4 GiB", |parts| parts.header.size = !0xfff),
        ("size of 4 GiB", |parts| parts.header.size = 1 << 32),
        ("size of nothing", |parts| parts.header.size = 0),
        ("size of less than it has", |parts| parts.header.size = 4096),
        ("a run of no page", |parts| parts.header.runs.push((0, 0))),
        ("a run that is too long", |parts| {
            parts.header.runs.push((0, u32::MAX))
        }),
        ("a gap that is too long", |parts| {
            parts.header.runs.push((u32::MAX, 1))
        }),
        ("many long gaps", |parts| {
            parts.header.runs = vec![(u32::MAX, u32::MAX); 1_000]
        }),
        ("a page more than there is", |parts| {
            parts.header.runs.last_mut().unwrap().1 += 1;
        }),
        ("a page less than there is", |parts| {
            let (_, count) = parts.header.runs.last_mut().unwrap();
            if *count > 1 {
                *count -= 1;
            } else {
                parts.header.runs.pop();
            }
        }),
        ("no pages", |parts| parts.header.runs.clear()),
        ("another id", |parts| parts.header.id ^= 1),
        ("a chunk that is no frame", |parts| {
            parts.chunks[0] = vec![0xff; 100]
        }),
        ("an empty chunk", |parts| parts.chunks[0] = Vec::new()),
        ("a frame of nothing", |parts| {
            parts.chunks[0] = zstd::bulk::compress(&[], 1).unwrap()
        }),
        ("a frame that is cut off", |parts| {
            parts.chunks[0].pop();
        }),
        ("something after the frame", |parts| parts.chunks[0].push(0)),
        ("a frame that expands to 1 GiB", |parts| {
            parts.chunks[0] = zstd::encode_all(std::io::repeat(0).take(1 << 30), 1).unwrap();
        }),
        ("a frame that claims to expand to 2^60 bytes", |parts| {
            // Magic, a descriptor for a single segment with a content size of 8 bytes, that size.
            let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0b1110_0000];
            frame.extend((1_u64 << 60).to_le_bytes());
            frame.extend([1, 0, 0]);
            parts.chunks[0] = frame;
        }),
        ("a chunk more", |parts| parts.chunks.push(vec![1, 2, 3])),
        ("a chunk that is longer than it can be", |parts| {
            parts.chunks[0] = vec![0; 3 << 20]
        }),
        ("masks and no lines", |parts| {
            let raw = vec![0xff; parts.raw(0).len() / 2];
            parts.chunks[0] = zstd::bulk::compress(&raw, 1).unwrap();
        }),
    ];
    for (what, forge) in cases {
        let mut forged = Forged::new(&bytes);
        forge(&mut forged);
        let forged = forged.to_bytes();
        let before = reset_peak_memory();
        for max in [u64::MAX, 256 << 20] {
            let result = Decoder::new().max_memory(max).from_bytes(&forged);
            // Those that are consistent in themselves are found out when they are restored.
            if let Ok(snapshot) = result {
                let error = builder().restore(&snapshot).expect_err(what);
                assert!(matches!(error, Error::Snapshot(_)), "{what}: {error}");
            }
        }
        let grown = peak_memory().saturating_sub(before);
        assert!(grown < 64 << 20, "{what}: {grown} bytes more");
    }
}

/// Forgets the most that there has been, where the system can, and returns what there is.
fn reset_peak_memory() -> u64 {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    peak_memory()
}

/// The most memory that this process has had resident, in bytes; 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) << 10
}
