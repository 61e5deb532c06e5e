//! The Rust program that takes and gives values.

use wasmtime::Store;
use wasmtime::component::{Component, ComponentType, Lift, Linker, TypedFunc, WasmList};

use crate::bindings::Provider;
use crate::form::{Cbor, CborReader, Columns, Form, Inline, Nodes, Shaped};
use crate::sample::Sample;

/// The lists of `cbor.lend`, read in the provider's memory.
#[derive(ComponentType, Lift)]
#[component(record)]
struct Lent {
    item: WasmList<u8>,
    chunks: WasmList<WasmList<u8>>,
    #[expect(dead_code, reason = "a record is lifted as a whole")]
    tokens: WasmList<u64>,
}

pub struct Host {
    store: Store<()>,
    provider: Provider,
    lend: TypedFunc<(u32,), (Lent,)>,
}

impl Host {
    pub fn new(mut store: Store<()>, component: &Component) -> Host {
        let linker = Linker::new(store.engine());
        let instance = linker.instantiate(&mut store, component).unwrap();
        let provider = Provider::new(&mut store, &instance).unwrap();
        let cbor = instance.get_export_index(&mut store, None, "jsvm:forms/cbor");
        let lend = instance.get_export_index(&mut store, cbor.as_ref(), "lend");
        let lend = instance.get_typed_func(&mut store, lend.unwrap()).unwrap();
        Host {
            store,
            provider,
            lend,
        }
    }

    /// Takes the value that is like `sample`.
    pub fn take(&mut self, form: usize, work: u32, sample: &Sample) -> Sample {
        let Host {
            store, provider, ..
        } = self;
        let read = match form {
            0 => {
                let data = provider.jsvm_forms_nodes().call_take(store, work);
                sample.read(&mut Nodes::read(&mut data.unwrap()))
            }
            1 => {
                let data = provider.jsvm_forms_columns().call_take(store, work);
                sample.read(&mut Columns::read(&mut data.unwrap()))
            }
            2 => {
                let data = provider.jsvm_forms_cbor().call_take(store, work);
                sample.read(&mut Cbor::read(&mut data.unwrap()))
            }
            3 => {
                let data = provider.jsvm_forms_inline().call_take(store, work);
                sample.read(&mut Inline::read(&mut data.unwrap()))
            }
            4 => {
                let data = provider.jsvm_forms_shaped().call_take(store, work);
                sample.read(&mut Shaped::read(&mut data.unwrap()))
            }
            _ => self.borrow(work, sample),
        };
        read.unwrap()
    }

    fn borrow(&mut self, work: u32, sample: &Sample) -> Option<Sample> {
        let (lent,) = self.lend.call(&mut self.store, (work,)).unwrap();
        let chunks: Vec<_> = lent.chunks.iter(&mut self.store).ok()?.collect();
        let store = &self.store;
        let chunk = |index: usize| {
            let chunk = chunks.get(index)?.as_ref().ok()?;
            Some(chunk.as_le_slice(store).to_vec())
        };
        sample.read(&mut CborReader::new(lent.item.as_le_slice(store), chunk))
    }

    /// Gives a value.
    pub fn give(&mut self, form: usize, sample: &Sample) {
        let Host {
            store, provider, ..
        } = self;
        let given = match form {
            0 => {
                let data = encode::<Nodes>(sample);
                provider.jsvm_forms_nodes().call_give(store, &data)
            }
            1 => {
                let data = encode::<Columns>(sample);
                provider.jsvm_forms_columns().call_give(store, &data)
            }
            2 => {
                let data = encode::<Cbor>(sample);
                provider.jsvm_forms_cbor().call_give(store, &data)
            }
            3 => {
                let data = encode::<Inline>(sample);
                provider.jsvm_forms_inline().call_give(store, &data)
            }
            _ => {
                let data = encode::<Shaped>(sample);
                provider.jsvm_forms_shaped().call_give(store, &data)
            }
        };
        given.unwrap();
    }

    /// Whether the provider has got the value of that number.
    pub fn matches(&mut self, work: u32) -> bool {
        let held = self.provider.jsvm_forms_held();
        held.call_matches(&mut self.store, work).unwrap()
    }
}

fn encode<F: Form>(sample: &Sample) -> F::Data {
    let mut writer = F::Writer::default();
    sample.write(&mut writer);
    F::finish(writer)
}
