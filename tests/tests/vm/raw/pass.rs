//! Data of any bytes, on both sides of the boundary.
//!
//! Nothing may panic or trap, whatever the bytes are. What a VM takes it gives back in a form that
//! the host reads, and that comes out the same when it goes in and out once more.

use std::collections::BTreeMap;

use jsvm::Data;
use wasmtime::Store;
use wasmtime::component::{Func, Linker, ResourceAny, Val};

use super::component;

/// What the language has, in all forms.
const SAMPLES: &[&str] = &[
    "[undefined, null, true, 1, -1, 1.5, -0, NaN, 2 ** 53, -(2 ** 60), 1e300, 'text', 'é', '\\ud800']",
    "[2n ** 70n, -(2n ** 70n), 0n, -1n, new Date(5), new Date(NaN), new Date(1e15 + 1), /a(b)/gi]",
    "({ a: 1, b: { c: [1, 2, { d: 'e' }] }, __proto__: null, [Symbol.for('k')]: 1, ['__proto__']: 2 })",
    "(() => { const a = [1, , 3]; a.extra = 'x'; a.length = 100; return a })()",
    "new Map([[{}, new Set([1, 'two', new Set()])], ['k', new Map()]])",
    "(() => { const o = { list: [] }; o.self = o; o.list.push(o, o.list); return o })()",
    "(() => { const e = new TypeError('m', { cause: new RangeError('c') }); e.code = 7; e.name = 'N'; return e })()",
    "(() => { const b = new ArrayBuffer(16); return [new Uint8Array(b), new Float64Array(b), new DataView(b, 3, 5), b] })()",
    "[new Float16Array(3), new BigInt64Array(2), new Uint8ClampedArray([1, 300]), new Uint8Array(5000)]",
    "[Symbol('s'), Symbol.for('r'), Symbol.iterator, Object(1), Object('s'), Object(Symbol.iterator), Object(3n)]",
    "['a'.repeat(5000), 'é'.repeat(5000), '中'.repeat(5000)]",
    "[Array.from({ length: 40 }, (_, i) => i / 2), Array.from({ length: 600 }, (_, i) => -i)]",
];

/// A VM that takes data from whoever made it.
pub struct Vm {
    store: Store<()>,
    from_data: Func,
    to_data: Func,
}

/// The samples as data.
pub fn samples() -> Vec<Data> {
    let vm = jsvm::Engine::global().unwrap().vm().build().unwrap();
    let data = |source: &&str| vm.eval(*source).unwrap().to_data().unwrap();
    SAMPLES.iter().map(data).collect()
}

impl Vm {
    /// A fresh one.
    pub fn new() -> Vm {
        let component = component();
        let mut linker = Linker::<()>::new(component.engine());
        super::imports(&mut linker);
        let mut store = Store::new(component.engine(), ());
        let instance = linker.instantiate(&mut store, component).unwrap();
        let from_data = super::function(&instance, &mut store, "values#from-data");
        let to_data = super::function(&instance, &mut store, "values#[method]value.to-data");
        Vm {
            store,
            from_data,
            to_data,
        }
    }

    fn call(&mut self, function: Func, arg: Val) -> Option<Val> {
        let mut results = [Val::Bool(false)];
        function
            .call(&mut self.store, &[arg], &mut results)
            .expect("nothing traps");
        match results {
            [Val::Result(Ok(Some(value)))] => Some(*value),
            // What was thrown is a handle, too.
            [Val::Result(Err(Some(error)))] => {
                drop_handles(*error, &mut self.store);
                None
            }
            _ => None,
        }
    }

    /// Into the VM and out of it again.
    fn pass(&mut self, item: &[u8], chunks: &[Vec<u8>]) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
        let data = record(item, chunks);
        let Some(Val::Resource(value)) = self.call(self.from_data, data) else {
            return None;
        };
        let out = self.call(self.to_data, Val::Resource(value));
        drop_handle(value, &mut self.store);
        out.map(|out| parts(&out))
    }
}

fn drop_handle(value: ResourceAny, store: &mut Store<()>) {
    value.resource_drop(store).expect("dropping does not trap");
}

/// Drops the handles in an error: a variant with a record with a variant with a handle.
fn drop_handles(value: Val, store: &mut Store<()>) {
    match value {
        Val::Resource(value) => drop_handle(value, store),
        Val::Variant(_, Some(value)) => drop_handles(*value, store),
        Val::Record(fields) => {
            for (_, value) in fields {
                drop_handles(value, store);
            }
        }
        _ => {}
    }
}

fn bytes(bytes: &[u8]) -> Val {
    Val::List(bytes.iter().map(|byte| Val::U8(*byte)).collect())
}

fn record(item: &[u8], chunks: &[Vec<u8>]) -> Val {
    let chunks = chunks.iter().map(|chunk| bytes(chunk));
    let fields = [
        ("item", bytes(item)),
        ("chunks", Val::List(chunks.collect())),
        ("tokens", Val::List(Vec::new())),
    ];
    Val::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

fn list(value: &Val) -> Vec<u8> {
    let Val::List(values) = value else {
        panic!("no list of bytes")
    };
    let byte = |value: &Val| match value {
        Val::U8(byte) => *byte,
        _ => panic!("no byte"),
    };
    values.iter().map(byte).collect()
}

fn parts(data: &Val) -> (Vec<u8>, Vec<Vec<u8>>) {
    let Val::Record(fields) = data else {
        panic!("no record")
    };
    let Val::List(chunks) = &fields[1].1 else {
        panic!("no chunks")
    };
    (list(&fields[0].1), chunks.iter().map(list).collect())
}

/// Reads the bytes on both sides. Returns whether the VM took them.
pub fn check(vm: &mut Vm, item: &[u8], chunks: &[Vec<u8>]) -> bool {
    if let Ok(data) = Data::from_cbor(item.to_vec(), chunks.to_vec()) {
        // Nodes and serde's reader go their own ways.
        let again = Data::from_nodes(data.nodes().unwrap().to_vec());
        let _ = again.cbor();
        let _ = data.to::<serde_json::Value>();
        let _ = data.to::<Vec<Option<f64>>>();
        let _ = data.to::<BTreeMap<String, jsvm::Bytes>>();
    }

    if let Some((item, chunks)) = vm.pass(item, chunks) {
        let second = vm.pass(&item, &chunks);
        let data = Data::from_cbor(item.clone(), chunks.clone());
        assert!(data.is_ok(), "the host reads what a VM gives: {data:?}");
        assert_eq!(
            second,
            Some((item, chunks)),
            "a second pass changes nothing"
        );
        return true;
    }
    false
}
