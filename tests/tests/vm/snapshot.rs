//! Snapshots as values and as bytes. What survives in them is tested by `survival`, that a VM
//! goes on exactly by `resume`, and bytes that are wrong by `wrong_snapshot`.

use std::io::{self, Read, Write};
use std::time::{Duration, SystemTime};

use jsvm::snapshot::{Compression, Decoder};
use jsvm::{Engine, FixedClock, Limits, SealKey, Snapshot, SnapshotError, Vm};
use jsvm_tests::{builder, eval, vm};

/// A VM with something in it, whose clock stands still.
fn counting() -> Vm {
    let clock = FixedClock(Duration::from_secs(1_700_000_000));
    let vm = builder().clock(clock).build().unwrap();
    eval(&vm, "var n = 0; function next() { return ++n } next()");
    vm
}

fn next(vm: &Vm) -> u32 {
    eval(vm, "next()").to().unwrap()
}

fn thawed(bytes: &[u8]) -> Vm {
    builder()
        .restore(&Snapshot::from_bytes(bytes).unwrap())
        .unwrap()
}

#[test]
fn vm_goes_on_after_it_was_frozen_and_so_do_its_copies() {
    let vm = counting();
    let snapshot = vm.snapshot().unwrap();
    assert_eq!(next(&vm), 2);
    assert_eq!(next(&vm), 3);
    let copies = [(); 3].map(|()| thawed(&snapshot.to_bytes().unwrap()));
    for (copy, more) in copies.iter().zip(0..) {
        for _ in 0..more {
            next(copy);
        }
    }
    assert_eq!(copies.each_ref().map(next), [2, 3, 4]);
    assert_eq!(next(&vm), 4);
}

#[test]
fn same_state_makes_the_same_bytes() {
    let (one, two) = (counting(), counting());
    let bytes = |vm: &Vm| vm.snapshot().unwrap().to_bytes().unwrap();
    assert_eq!(bytes(&one), bytes(&two));
    // To freeze it changes nothing.
    assert_eq!(bytes(&one), bytes(&two));
    let resumed = builder()
        .clock(FixedClock(Duration::from_secs(1_700_000_000)))
        .resume(&one.snapshot().unwrap())
        .unwrap();
    assert_eq!(bytes(&resumed), bytes(&two));
    next(&two);
    assert_ne!(bytes(&one), bytes(&two));
}

#[test]
fn it_says_what_it_is() {
    let limits = Limits::default().memory(77 << 20);
    let clock = FixedClock(Duration::from_secs(1_000_000_000));
    let vm = builder()
        .clock(clock)
        .limits(limits.clone())
        .build()
        .unwrap();
    let snapshot = vm
        .snapshot()
        .unwrap()
        .with_metadata("program", "counter")
        .with_metadata("step", "1")
        .with_metadata("step", "2");
    let read = Snapshot::from_bytes(&snapshot.to_bytes().unwrap()).unwrap();
    for snapshot in [&snapshot, &read] {
        assert_eq!(
            snapshot.created(),
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)
        );
        assert_eq!(*snapshot.limits(), limits);
        let metadata: Vec<_> = snapshot.metadata().iter().collect();
        let expected = [("program", "counter"), ("step", "2")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(
            metadata,
            expected.each_ref().map(|(key, value)| (key, value))
        );
        assert!(snapshot.is_of_this_engine() && snapshot.is_complete());
        assert_eq!(snapshot.engine().to_string().len(), 64);
        assert_eq!(snapshot.engine_version(), jsvm_component::VERSION);
        assert_eq!(snapshot.parent(), None);
        assert_eq!(snapshot.id().to_string().parse(), Ok(snapshot.id()));
        assert!(snapshot.memory_size() > 0 && snapshot.stored_pages() > 0);
    }
    assert_eq!(snapshot.id(), read.id());
    // What is noted beside the state is no part of it.
    assert_eq!(snapshot.id(), vm.snapshot().unwrap().id());
}

#[test]
fn freed_memory_costs_nothing() {
    let fresh = vm().snapshot().unwrap().to_bytes().unwrap().len();
    let vm = vm();
    eval(
        &vm,
        "{
            let list = [];
            for (let i = 0; i < 400_000; i++) list.push({ i, text: 'text ' + i });
            list = null;
        }",
    );
    let snapshot = vm.snapshot().unwrap();
    assert!(snapshot.memory_size() > 30 << 20, "it has grown");
    let bytes = snapshot.to_bytes().unwrap();
    assert!(bytes.len() < fresh + 8_000, "{} of {fresh}", bytes.len());
    eval(&thawed(&bytes), "Array(1e6).fill(1).length");
}

#[test]
fn hole_between_live_values_costs_nothing() {
    let vm = vm();
    eval(
        &vm,
        "globalThis.kept = [];
        for (let i = 0; i < 2_000; i++) { new Uint8Array(40_000).fill(255); kept.push({ i }) }
        let buffers = [];
        for (let i = 0; i < 100; i++) { buffers.push(new Uint8Array(40_000).fill(i + 1)); kept.push({ i }) }
        buffers = null;",
    );
    let bytes = vm.snapshot().unwrap().to_bytes().unwrap();
    assert!(bytes.len() < 60_000, "{}", bytes.len());
    let vm = thawed(&bytes);
    let sum = eval(&vm, "kept.reduce((sum, { i }) => sum + i, 0)");
    assert_eq!(sum.to::<f64>().unwrap(), 1_999_000.0 + 4_950.0);
}

#[test]
fn chain_is_restored_flattened_and_small() {
    let vm = counting();
    eval(
        &vm,
        "globalThis.heap = Array.from({ length: 20_000 }, (_, i) => ({ i }))",
    );
    let mut chain = vec![vm.snapshot().unwrap()];
    for _ in 0..5 {
        next(&vm);
        chain.push(vm.snapshot_since(&chain[chain.len() - 1]).unwrap());
    }
    let files: Vec<Vec<u8>> = chain.iter().map(|one| one.to_bytes().unwrap()).collect();
    for delta in &files[1..] {
        assert!(delta.len() < 3_000, "{}", delta.len());
    }
    for (end, snapshot) in chain.iter().enumerate() {
        // As it was made, from its files, and flattened.
        let read = Snapshot::from_chain(&files[..=end]).unwrap();
        let flat = read.flatten().unwrap().to_bytes().unwrap();
        assert_eq!(read.id(), snapshot.id());
        assert_eq!(
            read.parent(),
            end.checked_sub(1).map(|before| chain[before].id())
        );
        let flat = Snapshot::from_bytes(&flat).unwrap();
        assert_eq!((flat.id(), flat.parent()), (snapshot.id(), None));
        for snapshot in [snapshot, &read, &flat] {
            let vm = builder().restore(snapshot).unwrap();
            assert_eq!(next(&vm), end as u32 + 2);
            assert_eq!(eval(&vm, "heap.length").to::<u32>().unwrap(), 20_000);
        }
    }
    let whole = chain[5].flatten().unwrap();
    assert_eq!(
        whole.to_bytes().unwrap(),
        vm.snapshot().unwrap().to_bytes().unwrap()
    );
}

#[test]
fn delta_follows_a_restored_vm_and_a_grown_memory() {
    let first = counting().snapshot().unwrap();
    let vm = builder().restore(&first).unwrap();
    eval(&vm, "globalThis.more = new Uint8Array(3_000_000).fill(7)");
    let second = vm.snapshot_since(&first).unwrap();
    assert!(second.memory_size() > first.memory_size());
    // Back to less, within memory that stays as large.
    eval(&vm, "delete globalThis.more");
    let third = vm.snapshot_since(&second).unwrap();
    let files = [&first, &second, &third].map(|one| one.to_bytes().unwrap());
    let vm = builder()
        .restore(&Snapshot::from_chain(&files[..2]).unwrap())
        .unwrap();
    assert_eq!(
        eval(&vm, "more.reduce((a, b) => a + b)")
            .to::<u32>()
            .unwrap(),
        21_000_000
    );
    let vm = builder()
        .restore(&Snapshot::from_chain(&files).unwrap())
        .unwrap();
    assert_eq!(
        eval(&vm, "typeof more").to::<String>().unwrap(),
        "undefined"
    );
    // A snapshot that is smaller than its parent: the VM before it grew.
    let back = builder()
        .restore(&first)
        .unwrap()
        .snapshot_since(&third)
        .unwrap();
    let files = [&third.flatten().unwrap(), &back].map(|one| one.to_bytes().unwrap());
    assert_eq!(
        next(
            &builder()
                .restore(&Snapshot::from_chain(&files).unwrap())
                .unwrap()
        ),
        2
    );
}

/// Reads and writes a few bytes at a time.
struct Slow<T>(T);

impl<R: Read> Read for Slow<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(7);
        self.0.read(&mut buffer[..most])
    }
}

impl<W: Write> Write for Slow<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(&bytes[..bytes.len().min(7)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[test]
fn streams_hold_several_one_after_the_other() {
    let vm = counting();
    let first = vm.snapshot().unwrap();
    next(&vm);
    let second = vm.snapshot_since(&first).unwrap();
    let mut stream = Vec::new();
    for snapshot in [&first, &second] {
        snapshot.write_to(Slow(&mut stream)).unwrap();
    }
    let mut reader = Slow(stream.as_slice());
    let first = Snapshot::read_from(&mut reader).unwrap();
    let second = Snapshot::read_from(&mut reader).unwrap();
    assert!(reader.0.is_empty());
    let vm = builder().restore(&second.attach(&first).unwrap()).unwrap();
    assert_eq!(next(&vm), 3);
}

/// Fails after some bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(rest) => self.0 = rest,
            None => return Err(io::ErrorKind::StorageFull.into()),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn full_disk_is_an_error_of_its_own() {
    let snapshot = counting().snapshot().unwrap();
    let key = SealKey::generate().unwrap();
    for room in 0..snapshot.to_bytes().unwrap().len() {
        for encoder in [snapshot.encode(), snapshot.encode().seal(&key)] {
            match encoder.write_to(Full(room)) {
                Err(SnapshotError::Io(error)) => {
                    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
                }
                other => panic!("{room}: {other:?}"),
            }
        }
    }
}

#[test]
fn small_is_smaller_and_the_same() {
    let vm = counting();
    eval(
        &vm,
        "globalThis.heap = Array.from({ length: 20_000 }, (_, i) => ({ i, text: `${i}` }))",
    );
    let snapshot = vm.snapshot().unwrap();
    let fast = snapshot.to_bytes().unwrap();
    let small = snapshot
        .encode()
        .compression(Compression::Small)
        .to_bytes()
        .unwrap();
    assert!(small.len() < fast.len(), "{} {}", small.len(), fast.len());
    assert_eq!(
        Snapshot::from_bytes(&small).unwrap().to_bytes().unwrap(),
        fast
    );
    assert_eq!(next(&thawed(&small)), 2);
}

#[test]
fn sealed_snapshot_shows_nothing_and_comes_back() {
    let vm = counting();
    eval(&vm, "globalThis.secret = 'the password is swordfish'");
    let key = SealKey::new([7; 32]);
    let snapshot = vm.snapshot().unwrap().with_metadata("owner", "swordfish");
    let sealed = snapshot.encode().seal(&key).to_bytes().unwrap();
    let again = snapshot.encode().seal(&key).to_bytes().unwrap();
    assert_ne!(sealed, again, "the nonce is another");
    assert!(!sealed.windows(9).any(|window| window == b"swordfish"));
    let read = Decoder::new().key(&key).from_bytes(&sealed).unwrap();
    assert_eq!(read.metadata()["owner"], "swordfish");
    assert_eq!(next(&builder().restore(&read).unwrap()), 2);
}

#[test]
fn engines_with_other_settings_share_snapshots() {
    let snapshot = counting().snapshot().unwrap();
    for engine in [
        jsvm::EngineConfig::new().pooling(false).build().unwrap(),
        jsvm::EngineConfig::new().max_vms(1).build().unwrap(),
        Engine::new().unwrap(),
    ] {
        assert_eq!(next(&engine.restore(&snapshot).unwrap()), 2);
    }
}

#[test]
fn restored_vm_has_the_builders_limits() {
    let vm = builder()
        .limits(Limits::default().memory(100 << 20))
        .build()
        .unwrap();
    let snapshot = vm.snapshot().unwrap();
    let limits = Limits::default().memory(4 << 20);
    let vm = builder().limits(limits.clone()).restore(&snapshot).unwrap();
    assert_eq!(*vm.snapshot().unwrap().limits(), limits);
    let error = vm.eval("'x'.repeat(8 << 20)").unwrap_err();
    assert!(
        matches!(error, jsvm::Error::Limit(jsvm::Limit::Memory)),
        "{error}"
    );
}

#[test]
fn snapshot_larger_than_the_limit_is_refused_before_anything_is_made() {
    let vm = vm();
    eval(&vm, "globalThis.heap = new Uint8Array(40 << 20)");
    let snapshot = vm.snapshot().unwrap();
    let limits = Limits::default().hard_memory(32 << 20);
    match builder().limits(limits).restore(&snapshot) {
        Err(jsvm::Error::Snapshot(SnapshotError::TooLarge { bytes, limit })) => {
            assert!(bytes > 40 << 20, "{bytes}");
            assert_eq!(limit, 32 << 20);
        }
        other => panic!("{other:?}"),
    }
    match Decoder::new()
        .max_memory(32 << 20)
        .from_bytes(&snapshot.to_bytes().unwrap())
    {
        Err(SnapshotError::TooLarge { limit, .. }) => assert_eq!(limit, 32 << 20),
        other => panic!("{other:?}"),
    }
}

#[test]
fn memory_limit_that_was_raised_later_counts() {
    let limits = |hard_memory| {
        Limits::default()
            .memory(hard_memory)
            .hard_memory(hard_memory)
    };
    let vm = builder().limits(limits(8 << 20)).build().unwrap();
    vm.set_limits(&limits(256 << 20)).unwrap();
    eval(&vm, "globalThis.heap = new Uint8Array(100 << 20).fill(1)");
    let snapshot = vm.snapshot().unwrap();
    let vm = builder()
        .limits(limits(256 << 20))
        .restore(&snapshot)
        .unwrap();
    assert_eq!(eval(&vm, "heap.at(-1)").to::<u32>().unwrap(), 1);
}
