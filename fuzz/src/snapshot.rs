//! Reads snapshots that are wrong in every layer, and runs those whose memory is that of a VM.
//!
//! Nothing may panic, and the process may not need more memory than it is allowed (cargo-fuzz
//! watches both). Forged memory is read and written, but not run: it can keep the engine busy for
//! ever, see "Trust" in the documentation of `jsvm::snapshot`.

use std::sync::LazyLock;
use std::time::Duration;

use arbitrary::Arbitrary;
use jsvm::snapshot::Decoder;
use jsvm::{EngineConfig, Limits, SealKey, Snapshot, SnapshotId, VmBuilder};
use jsvm_tests::forge::Forged;

/// What is done to a valid file.
#[derive(Arbitrary, Debug)]
pub struct Input<'a> {
    /// Which file: one that is whole, or one that is a delta.
    delta: bool,
    layer: Layer<'a>,
}

#[derive(Arbitrary, Debug)]
pub enum Layer<'a> {
    /// Bytes of nothing we know.
    Bytes(&'a [u8]),
    /// Bytes of the file.
    File(Vec<Edit>),
    /// Bytes of the header, with checksums that fit.
    Header(Vec<Edit>),
    /// Bytes of the compressed pages.
    Chunk(Vec<Edit>),
    /// Bytes of the masks and lines of pages.
    Pages(Vec<Edit>),
    /// Bytes of a sealed file.
    Sealed(Vec<Edit>),
}

#[derive(Arbitrary, Debug)]
pub enum Edit {
    Set { at: u32, to: u8 },
    Word { at: u32, to: u32 },
    Insert { at: u32, byte: u8 },
    Remove { at: u32 },
    Cut { at: u32 },
    Copy { from: u32, to: u32, len: u8 },
}

fn edit(bytes: &mut Vec<u8>, edits: &[Edit]) {
    for edit in edits {
        if bytes.is_empty() {
            return;
        }
        let place = |at: u32| at as usize % bytes.len();
        match *edit {
            Edit::Set { at, to } => {
                let at = place(at);
                bytes[at] = to;
            }
            Edit::Word { at, to } => {
                let at = place(at);
                for (byte, to) in bytes[at..].iter_mut().zip(to.to_le_bytes()) {
                    *byte = to;
                }
            }
            Edit::Insert { at, byte } => bytes.insert(place(at), byte),
            Edit::Remove { at } => {
                bytes.remove(place(at));
            }
            Edit::Cut { at } => bytes.truncate(place(at)),
            Edit::Copy { from, to, len } => {
                let (from, to) = (place(from), place(to));
                let len = usize::from(len).min(bytes.len() - from.max(to));
                bytes.copy_within(from..from + len, to);
            }
        }
    }
}

struct Samples {
    builder: VmBuilder,
    first: Snapshot,
    states: [SnapshotId; 2],
    files: [Vec<u8>; 2],
    key: SealKey,
    sealed: Vec<u8>,
}

static SAMPLES: LazyLock<Samples> = LazyLock::new(|| {
    let engine = EngineConfig::new().max_vms(4).build().unwrap();
    let builder = engine.vm().request("ask").limits(
        Limits::default()
            .memory(8 << 20)
            .hard_memory(16 << 20)
            .time(Duration::from_millis(20))
            .grace(Duration::from_millis(20)),
    );
    let vm = builder.build().unwrap();
    vm.eval("var n = 0; function next() { return ++n } (async () => { n += await ask({}) })()")
        .unwrap();
    let first = vm.snapshot().unwrap().with_metadata("key", "value");
    vm.eval("next(); var list = Array.from({ length: 100 }, (_, i) => ({ i }))")
        .unwrap();
    let second = vm.snapshot_since(&first).unwrap();
    let key = SealKey::new([3; 32]);
    let sealed = first.encode().seal(&key).to_bytes().unwrap();
    let files = [&first, &second].map(|one| one.to_bytes().unwrap());
    Samples {
        builder,
        states: [first.id(), second.id()],
        first,
        files,
        key,
        sealed,
    }
});

fn wrong(samples: &Samples, input: &Input<'_>) -> Option<Vec<u8>> {
    let file = &samples.files[usize::from(input.delta)];
    Some(match &input.layer {
        Layer::Bytes(bytes) => bytes.to_vec(),
        Layer::File(edits) => {
            let mut bytes = file.clone();
            edit(&mut bytes, edits);
            bytes
        }
        Layer::Header(edits) => {
            let forged = Forged::new(file);
            let mut header = forged.header_bytes();
            edit(&mut header, edits);
            forged.to_bytes_with_header(&header)
        }
        Layer::Chunk(edits) => {
            let mut forged = Forged::new(file);
            edit(&mut forged.chunks[0], edits);
            forged.to_bytes()
        }
        Layer::Pages(edits) => {
            let mut forged = Forged::new(file);
            let mut raw = forged.raw(0);
            edit(&mut raw, edits);
            forged.chunks[0] = zstd::bulk::compress(&raw, 1).ok()?;
            if raw.len() >= 8 * forged.pages() {
                forged.mend_id();
            }
            forged.to_bytes()
        }
        Layer::Sealed(edits) => {
            let mut bytes = samples.sealed.clone();
            edit(&mut bytes, edits);
            let result = Decoder::new().key(&samples.key).from_bytes(&bytes);
            assert!(result.is_err() || bytes == samples.sealed);
            return None;
        }
    })
}

/// Does it, and reads the file.
pub fn check(input: &Input<'_>) {
    let samples = &*SAMPLES;
    let Some(bytes) = wrong(samples, input) else {
        return;
    };
    let Ok(mut snapshot) = Decoder::new().max_memory(64 << 20).from_bytes(&bytes) else {
        return;
    };
    if snapshot.parent().is_some() {
        match snapshot.attach(&samples.first) {
            Ok(attached) => snapshot = attached,
            Err(_) => return,
        }
    }
    // What can be read can be written, and is the same then.
    let again = snapshot.flatten().and_then(|flat| flat.to_bytes()).unwrap();
    let again = Decoder::new()
        .max_memory(64 << 20)
        .from_bytes(&again)
        .unwrap();
    assert_eq!(again.id(), snapshot.id());
    let _ = format!("{snapshot:?} {:?}", snapshot.created());

    if !samples.states.contains(&snapshot.id()) {
        return;
    }
    let Ok(vm) = samples.builder.restore(&snapshot) else {
        return;
    };
    let _ = vm.eval("next() + JSON.stringify(globalThis)");
    let _ = vm.unsettled_requests();
    let _ = vm.settle(1, Ok::<_, jsvm::HostError>(1));
    let _ = vm.run_jobs();
    let _ = vm.heap().collect_garbage();
    let _ = vm.heap().usage();
    let _ = vm.snapshot_since(&snapshot);
}
