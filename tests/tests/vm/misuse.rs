//! The interface `snapshot` used by hand in plain wasmtime: rightly in other ways than the host
//! crate does it, and wrongly. Whatever happens, nothing is corrupted.

use wasmtime::Store;
use wasmtime::component::{
    ComponentNamedList, ComponentType, Func, Instance, Lift, Linker, Lower, Val,
};

use crate::raw::{self, component};

use SnapshotError::{Busy, NotSought, OutOfBounds, Size};

const PAGE: u64 = 65536;

#[derive(ComponentType, Lift, Lower, Clone, Copy, Debug, PartialEq, Eq)]
#[component(enum)]
#[repr(u8)]
enum SnapshotError {
    #[component(name = "busy")]
    Busy,
    #[component(name = "size")]
    Size,
    #[component(name = "out-of-bounds")]
    OutOfBounds,
    #[component(name = "not-sought")]
    NotSought,
}

#[derive(ComponentType, Lift, Lower, Clone, Copy, Debug, PartialEq, Eq)]
#[component(enum)]
#[repr(u8)]
enum Origin {
    #[component(name = "fork")]
    Fork,
    #[component(name = "resume")]
    Resume,
}

type Outcome<T = ()> = Result<T, SnapshotError>;

struct Raw {
    store: Store<()>,
    instance: Instance,
}

impl Raw {
    fn new() -> Raw {
        let mut linker = Linker::new(raw::engine());
        raw::imports(&mut linker);
        let mut store = Store::new(raw::engine(), ());
        let instance = linker.instantiate(&mut store, component()).unwrap();
        Raw { store, instance }
    }

    fn call<P, R>(&mut self, name: &str, params: P) -> R
    where
        P: ComponentNamedList + Lower,
        R: ComponentType + Lift + 'static,
    {
        let function = raw::function(&self.instance, &mut self.store, name);
        let function = function.typed::<P, (R,)>(&self.store).unwrap();
        function.call(&mut self.store, params).unwrap().0
    }

    fn size(&mut self) -> u64 {
        self.call::<_, Outcome<u64>>("snapshot#get-size", ())
            .unwrap()
    }

    /// The image, after it was swept.
    fn image(&mut self) -> Vec<u8> {
        self.call::<_, Outcome>("snapshot#sweep", ()).unwrap();
        self.call::<_, Outcome<Vec<u8>>>("snapshot#get-memory", ())
            .unwrap()
    }

    #[track_caller]
    fn assert_unchanged(&mut self, image: &[u8]) {
        let now = self.image();
        let differs = (0..now.len()).find(|at| now.get(*at) != image.get(*at));
        assert_eq!(differs, None, "offset of a byte that changed");
    }

    fn grow(&mut self, size: u64) -> Outcome {
        self.call("snapshot#grow", (size,))
    }

    fn seek(&mut self, offset: u64) -> Outcome {
        self.call("snapshot#seek", (offset,))
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> Outcome {
        self.call("snapshot#write", (offset, bytes))
    }

    fn restored(&mut self) {
        self.call::<_, Outcome>("snapshot#restored", (Origin::Resume, None::<u32>))
            .unwrap();
    }

    /// Calls a function of the interface `vm`.
    fn vm(&mut self, name: &str, args: &[Val]) -> Val {
        let function = raw::function(&self.instance, &mut self.store, name);
        let mut results = [Val::Bool(false)];
        let count = function.ty(&self.store).results().len();
        function
            .call(&mut self.store, args, &mut results[..count])
            .unwrap();
        let [result] = results;
        result
    }

    #[track_caller]
    fn number(&mut self, source: &str) -> f64 {
        match self.vm("evaluation#eval", &[Val::String(source.into()), script()]) {
            Val::Result(Ok(Some(output))) => match *output {
                Val::Variant(_, Some(number)) => match *number {
                    Val::Float64(number) => number,
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            },
            other => panic!("{source}: {other:?}"),
        }
    }

    #[track_caller]
    fn assert_usable(&mut self) {
        let source =
            "Array.from({ length: 1e4 }, (_, i) => ({ i })).reduce((n, { i }) => n + i, 0)";
        assert_eq!(self.number(source), 49_995_000.0);
    }
}

/// Options of `eval`.
fn script() -> Val {
    let fields = [
        ("file-name", Val::String("raw.js".into())),
        ("kind", Val::Enum("script".into())),
        ("strict", Val::Bool(false)),
        ("top-level-await", Val::Bool(false)),
    ];
    Val::Record(
        fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// The image of a VM that counts, and that is larger than a fresh one.
fn counting() -> Vec<u8> {
    let mut raw = Raw::new();
    raw.number("var n = 41, filler = new Uint8Array(1 << 20).fill(3), next = () => ++n; n");
    raw.image()
}

#[track_caller]
fn assert_counts(raw: &mut Raw) {
    assert_eq!(raw.number("next()"), 42.0);
    assert_eq!(
        raw.number("filler.reduce((a, b) => a + b)"),
        (3 << 20) as f64
    );
    raw.assert_usable();
}

#[test]
fn whole_image_is_written_at_once_or_in_pieces_of_any_size() {
    let image = counting();
    for piece in [image.len(), 65_537, 4095] {
        let mut raw = Raw::new();
        raw.grow(image.len() as u64).unwrap();
        for (bytes, number) in image.chunks(piece).zip(0..) {
            let offset = (number * piece) as u64;
            assert_eq!(raw.seek(offset), Ok(()));
            assert_eq!(raw.write(offset, bytes), Ok(()));
        }
        raw.restored();
        assert_eq!(raw.image(), image, "in pieces of {piece}");
        assert_counts(&mut raw);
    }
}

#[test]
fn instance_can_be_thawed_again_and_again() {
    let image = counting();
    let mut raw = Raw::new();
    for _ in 0..3 {
        // What it has become meanwhile is gone, but not its size.
        raw.assert_usable();
        let size = raw.size().max(image.len() as u64);
        assert_eq!(raw.grow(size), Ok(()));
        raw.seek(0).unwrap();
        raw.write(0, &image).unwrap();
        raw.restored();
        assert_counts(&mut raw);
    }
}

#[test]
fn bytes_that_were_not_sought_are_not_written() {
    let mut raw = Raw::new();
    let image = raw.image();
    let size = raw.size();
    for offset in [0, 8, size / 2, size - 3] {
        assert_eq!(raw.write(offset, &[0xaa; 3]), Err(NotSought));
    }
    // Any other call comes between.
    raw.seek(64).unwrap();
    raw.size();
    assert_eq!(raw.write(64, &[0xaa; 3]), Err(NotSought));
    // Once is not twice.
    raw.seek(size - 4).unwrap();
    raw.write(size - 4, &image[image.len() - 4..]).unwrap();
    assert_eq!(raw.write(size - 4, &[0xaa; 4]), Err(NotSought));
    raw.assert_unchanged(&image);
    raw.assert_usable();
}

#[test]
fn bytes_that_were_sought_elsewhere_are_no_memory_to_free() {
    let mut raw = Raw::new();
    // Nothing uses the end of memory that is new.
    let size = raw.size() + 65536;
    raw.grow(size).unwrap();
    let image = raw.image();
    let end = size - 4096;
    for _ in 0..100 {
        raw.seek(end).unwrap();
        assert_eq!(raw.write(end + 64, &[0; 64]), Err(NotSought));
        raw.seek(end).unwrap();
        assert_eq!(raw.write(0, &[0; 64]), Err(NotSought));
    }
    raw.assert_unchanged(&image);
    raw.assert_usable();
}

#[test]
fn nothing_outside_is_sought_or_written() {
    let mut raw = Raw::new();
    let image = raw.image();
    let size = raw.size();
    // The stack is before the image: there is no way back to it.
    let below = (1_u64 << 32) - (4 << 20);
    for offset in [
        size,
        size + 1,
        below,
        1 << 32,
        (1 << 32) + 64,
        u64::MAX - 64,
        u64::MAX,
    ] {
        assert_eq!(raw.seek(offset), Err(OutOfBounds), "{offset}");
        assert_eq!(raw.write(offset, &[1]), Err(OutOfBounds), "{offset}");
    }
    for offset in [size - 1, size - 7] {
        assert_eq!(raw.write(offset, &[1; 8]), Err(OutOfBounds));
        assert_eq!(raw.seek(offset), Ok(()));
        assert_eq!(raw.write(offset, &[1; 8]), Err(OutOfBounds));
    }
    raw.assert_unchanged(&image);
    raw.assert_usable();
}

#[test]
fn empty_writes_write_nothing() {
    let mut raw = Raw::new();
    let image = raw.image();
    let size = raw.size();
    for offset in [0, 5, size] {
        assert_eq!(raw.write(offset, &[]), Ok(()));
    }
    for offset in [size + 1, u64::MAX] {
        assert_eq!(raw.write(offset, &[]), Err(OutOfBounds));
    }
    // One that was sought leaves nothing behind for what comes next.
    raw.seek(0).unwrap();
    assert_eq!(raw.write(0, &[]), Ok(()));
    raw.assert_unchanged(&image);
    raw.seek(0).unwrap();
    assert_eq!(raw.write(0, &[]), Ok(()));
    raw.assert_usable();
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let mut raw = Raw::new();
    let (image, size) = (raw.image(), raw.size());
    assert!(size.is_multiple_of(PAGE));
    let most = (1 << 32) - (4 << 20);
    for wrong in [
        0,
        1,
        size - PAGE,
        size - 1,
        size + 1,
        size + PAGE - 1,
        most + PAGE,
        1 << 40,
        u64::MAX,
    ] {
        assert_eq!(raw.grow(wrong), Err(Size), "{wrong}");
        assert_eq!(raw.size(), size);
    }
    assert_eq!(raw.grow(size), Ok(()));
    raw.assert_unchanged(&image);
    raw.assert_usable();
}

#[test]
fn memory_that_grew_is_zero_and_is_used() {
    let mut raw = Raw::new();
    let before = raw.size();
    for pages in [1, 16] {
        let size = raw.size() + pages * PAGE;
        assert_eq!(raw.grow(size), Ok(()));
        assert_eq!(raw.size(), size);
    }
    let image = raw.image();
    assert!(image[before as usize..].iter().all(|byte| *byte == 0));
    raw.assert_usable();
    assert_eq!(
        raw.number("new Uint8Array(8 << 20).fill(1).reduce((a, b) => a + b)"),
        (8 << 20) as f64
    );
    raw.assert_usable();
}

#[test]
fn only_bytes_go_where_was_sought() {
    let mut raw = Raw::new();
    // Units of two bytes are no bytes: they cannot be meant.
    for _ in 0..100 {
        raw.seek(0).unwrap();
        let units = Val::List("wide".encode_utf16().map(Val::U16).collect());
        let units = Val::Variant("utf16".into(), Some(Box::new(units)));
        let Val::Result(Ok(Some(text))) = raw.vm("values#create-text", &[units]) else {
            panic!("no text");
        };
        assert_eq!(
            raw.vm("values#[method]value.to-boolean", &[*text]),
            Val::Bool(true)
        );
    }
    raw.assert_usable();
}

/// What a call from inside the VM is told.
#[derive(Default)]
struct Inside {
    functions: Vec<Func>,
    told: Vec<String>,
}

#[test]
fn running_vm_is_busy() {
    let calls: [(&str, Vec<Val>, SnapshotError); 7] = [
        ("snapshot#get-size", vec![], Busy),
        ("snapshot#sweep", vec![], Busy),
        ("snapshot#get-memory", vec![], Busy),
        ("snapshot#grow", vec![Val::U64(1 << 30)], Busy),
        ("snapshot#seek", vec![Val::U64(0)], Busy),
        // Since nothing could be sought.
        (
            "snapshot#write",
            vec![Val::U64(0), Val::List(vec![Val::U8(1); 64])],
            NotSought,
        ),
        (
            "snapshot#restored",
            vec![Val::Enum("fork".into()), Val::Option(None)],
            Busy,
        ),
    ];
    let mut linker = Linker::<Inside>::new(raw::engine());
    linker.allow_shadowing(true);
    raw::imports(&mut linker);
    let mut host = linker.instance("jsvm:engine/host@0.2.0").unwrap();
    let inside = calls.clone();
    host.func_new("host-call", move |mut store, _, args, results| {
        let functions = store.data().functions.clone();
        for (function, (_, args, _)) in functions.iter().zip(&inside) {
            let mut results = [Val::Bool(false)];
            // The component model forbids it; a runtime that refuses is right as well.
            let told = match function.call(&mut store, args, &mut results) {
                Ok(()) => format!("{:?}", results[0]),
                Err(_) => "refused".to_owned(),
            };
            store.data_mut().told.push(told);
        }
        results[0] = raw::first(&args[1]);
        Ok(())
    })
    .unwrap();
    let mut store = Store::new(raw::engine(), Inside::default());
    let instance = linker.instantiate(&mut store, component()).unwrap();
    let functions = calls.each_ref();
    let functions = functions.map(|(name, _, _)| raw::function(&instance, &mut store, name));
    store.data_mut().functions = functions.to_vec();
    let mut ok = |name: &str, args: &[Val]| {
        let function = raw::function(&instance, &mut store, name);
        let mut results = [Val::Bool(false)];
        function.call(&mut store, args, &mut results).unwrap();
        match results {
            [Val::Result(Ok(Some(value)))] => *value,
            results => panic!("{name}: {results:?}"),
        }
    };
    let inner = ok(
        "functions#create-host-function",
        &[Val::String("inner".into()), Val::U32(0)],
    );
    let source =
        "(inner) => { const kept = { text: 'kept' }; return inner(kept).text + Math.random() }";
    let outer = ok("evaluation#eval", &[Val::String(source.into()), script()]);
    let Val::Variant(_, Some(outer)) = outer else {
        panic!("{outer:?}")
    };
    let args = Val::List(vec![Val::Variant("value".into(), Some(Box::new(inner)))]);
    let this = Val::Variant("undefined".into(), None);
    for _ in 0..2 {
        let result = ok(
            "values#[method]value.call",
            &[(*outer).clone(), this.clone(), args.clone()],
        );
        let Val::Variant(_, Some(result)) = result else {
            panic!("{result:?}")
        };
        let Val::String(text) = ok("values#[method]value.to-text", &[*result]) else {
            panic!("no text")
        };
        assert!(text.starts_with("kept"), "{text}");
    }
    // Afterwards it is not busy any more.
    ok("snapshot#get-size", &[]);
    let told = std::mem::take(&mut store.data_mut().told);
    assert_eq!(told.len(), 2 * calls.len());
    assert!(
        told.iter().any(|told| told != "refused"),
        "the runtime refuses every call: the component's own check was not tested"
    );
    for (told, (name, _, error)) in told.iter().zip(calls.iter().cycle()) {
        let name_of_error = match error {
            Busy => "busy",
            _ => "not-sought",
        };
        let expected = Val::Result(Err(Some(Box::new(Val::Enum(name_of_error.into())))));
        assert!(
            told == "refused" || *told == format!("{expected:?}"),
            "{name}: {told}"
        );
    }
}

#[test]
fn fork_has_other_random_numbers_and_resumed_vm_the_same() {
    let mut raw = Raw::new();
    raw.number("Math.random()");
    let image = raw.image();
    let mut next = |origin| {
        raw.seek(0).unwrap();
        raw.write(0, &image).unwrap();
        raw.call::<_, Outcome>("snapshot#restored", (origin, None::<u32>))
            .unwrap();
        raw.number("Math.random()")
    };
    let (one, two) = (next(Origin::Resume), next(Origin::Resume));
    assert_eq!(one, two);
    // The entropy here is always the same: a fork begins as a fresh VM.
    let fork = next(Origin::Fork);
    assert_ne!(fork, one);
    assert_eq!(fork, Raw::new().number("Math.random()"));
}

#[test]
fn restored_vm_takes_the_stack_limit_of_its_embedder() {
    let mut raw = Raw::new();
    let image = raw.image();
    let mut stack = |stack: Option<u32>| {
        raw.seek(0).unwrap();
        raw.write(0, &image).unwrap();
        raw.call::<_, Outcome>("snapshot#restored", (Origin::Resume, stack))
            .unwrap();
        let Val::Record(limits) = raw.vm("heap#get-limits", &[]) else {
            panic!("no limits")
        };
        limits
            .into_iter()
            .find(|(name, _)| name == "stack")
            .unwrap()
            .1
    };
    assert_eq!(stack(None), Val::U32(3840 << 10));
    assert_eq!(stack(Some(96 << 10)), Val::U32(96 << 10));
    // It is part of the state of that VM alone.
    assert_eq!(stack(None), Val::U32(3840 << 10));
    assert_eq!(stack(Some(u32::MAX)), Val::U32(3840 << 10));
}
