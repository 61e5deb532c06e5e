//! Freezing and thawing again and again leaves nothing behind.
//!
//! Each test is a process's only one that allocates much: they measure the whole process, one
//! after the other.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Mutex;

use jsvm::snapshot::Decoder;
use jsvm::{EngineConfig, HostError, Snapshot, VmBuilder};
use jsvm_tests::eval;
use jsvm_tests::forge::Forged;

/// One measurement at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// Settings of an engine of its own.
fn builder() -> VmBuilder {
    EngineConfig::new().max_vms(4).build().unwrap().vm()
}

/// Memory that this process has resident, in bytes; nothing where the system does not say.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes << 10)
}

#[test]
fn ten_thousand_cycles_grow_neither_the_process_nor_the_snapshot() {
    let _alone = ALONE.lock();
    let builder = builder();
    let vm = builder.build().unwrap();
    eval(
        &vm,
        "var n = 0; const list = [1, 2, 3].map(n => ({ n })); () => ++n",
    );
    let first = vm.snapshot().unwrap().to_bytes().unwrap();
    let mut bytes = first.clone();
    let mut before = None;
    for cycle in 0..10_000 {
        let vm = builder
            .resume(&Snapshot::from_bytes(&bytes).unwrap())
            .unwrap();
        bytes = vm.snapshot().unwrap().to_bytes().unwrap();
        if cycle == 1_000 {
            before = resident();
        }
    }
    // The handles of the first VM are gone, and nothing came in their place. (Compressed, a few
    // bytes more are possible: the clock goes on.)
    let stored = |bytes| Snapshot::from_bytes(bytes).unwrap().stored_bytes();
    assert!(stored(&bytes) <= stored(&first));
    assert!(
        bytes.len() <= first.len() + 64,
        "{} {}",
        bytes.len(),
        first.len()
    );
    assert!(
        before.is_some() || cfg!(not(target_os = "linux")),
        "/proc says nothing of this process: its memory was not checked"
    );
    if let (Some(before), Some(after)) = (before, resident()) {
        let grown = after.saturating_sub(before);
        assert!(grown < 4 << 20, "{grown} bytes more in 9,000 cycles");
    }
}

/// A program whose live heap is constant, but in which everything is replaced again and again.
const PROGRAM: &str = "
    const log = [], seen = new Map(), registry = new FinalizationRegistry(() => finalized++);
    let finalized = 0, weak = [];
    function* counter() { let n = 0; while (true) yield { n: n++, text: `number ${n}` } }
    const numbers = counter();
    (async () => {
        for (let step = 0; ; step++) {
            const answer = await ask({ step, notify: value => log.push(value) });
            log.push({ answer, number: numbers.next().value, when: new Date(step) });
            while (log.length > 8) log.shift();
            seen.set(step % 5, new Uint8Array(1_000).fill(step));
            const temporary = { step, cycle: null };
            temporary.cycle = temporary;
            registry.register(temporary, step);
            weak = [...weak.slice(-3), new WeakRef(temporary)];
        }
    })();";

#[test]
fn thousand_generations_do_not_grow_the_snapshot() {
    let _alone = ALONE.lock();
    let builder = builder().request("ask").seed(1);
    let vm = builder.build().unwrap();
    eval(&vm, PROGRAM);
    let mut bytes = vm.snapshot().unwrap().to_bytes().unwrap();
    drop(vm);
    let mut sizes = Vec::new();
    for generation in 0..1_000 {
        let vm = builder
            .resume(&Snapshot::from_bytes(&bytes).unwrap())
            .unwrap();
        // A new driver has handles, takes the requests again, and drops it all or not.
        let handle = eval(&vm, "log");
        vm.roots().set("log", &handle).unwrap();
        for request in vm.unsettled_requests().unwrap() {
            let answer = format!("answer {generation}");
            vm.settle(request.id, Ok::<_, HostError>(answer)).unwrap();
        }
        vm.run_jobs().unwrap();
        if generation % 10 == 9 {
            vm.heap().collect_garbage().unwrap();
            vm.run_jobs().unwrap();
        }
        let snapshot = vm.snapshot().unwrap();
        bytes = snapshot.to_bytes().unwrap();
        if generation % 10 == 9 {
            let used = vm.heap().usage().unwrap().used;
            sizes.push((snapshot.memory_size(), used, bytes.len() as u64));
        }
        // The handle still means the value that the root keeps.
        let kept = vm.roots().get("log").unwrap().unwrap();
        assert!(kept.strict_equals(&handle).unwrap());
    }
    let early = sizes[10];
    let late = *sizes.last().unwrap();
    assert_eq!(early.0, late.0, "the memory has grown");
    assert!(
        late.1 <= early.1 + 2_000,
        "the heap has grown: {early:?} {late:?}"
    );
    assert!(
        late.2 <= early.2 + early.2 / 4,
        "the snapshot has grown: {early:?} {late:?}"
    );
}

/// The most memory that `work` takes beyond what is taken now, in bytes. Linux resets its mark on
/// request.
fn peak(work: impl FnOnce()) -> Option<u64> {
    let mark = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kibibytes << 10)
    };
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    let before = mark()?;
    work();
    Some(mark()? - before)
}

/// A file of some KB whose snapshot has so many pages, all of them stored.
fn bomb(pages: usize) -> Vec<u8> {
    let bytes = builder().build().unwrap().snapshot().unwrap();
    let mut forged = Forged::new(&bytes.to_bytes().unwrap());
    forged.header.size = (pages as u64) << 12;
    forged.header.runs = vec![(0, pages as u32)];
    let content = [[0xff; 256 * 8].as_slice(), &vec![1; 256 << 12]].concat();
    let chunk = zstd::bulk::compress(&content, 1).unwrap();
    forged.chunks = vec![chunk; pages / 256];
    forged.mend_id();
    forged.to_bytes()
}

#[test]
fn reading_takes_the_memory_that_is_allowed_and_not_a_multiple() {
    let _alone = ALONE.lock();
    const ALLOWED: u64 = 192 << 20;
    let bytes = bomb((ALLOWED >> 12) as usize);
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    let peak = peak(|| {
        let decoder = Decoder::new().max_memory(ALLOWED);
        let snapshot = decoder.from_bytes(&bytes).unwrap();
        assert_eq!(snapshot.memory_size(), ALLOWED);
    });
    assert!(
        peak.is_none_or(|peak| peak < ALLOWED + (32 << 20)),
        "{} MiB",
        peak.unwrap() >> 20
    );
}
