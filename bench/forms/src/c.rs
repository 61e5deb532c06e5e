//! The component in C that takes and gives values, with a provider of its own.

use wasmtime::Store;
use wasmtime::component::{Component, Linker, TypedFunc};

pub struct Consumer {
    store: Store<()>,
    take: TypedFunc<(u32, u32, u32), (f64,)>,
    give: TypedFunc<(u32, u32, u32), ()>,
    matches: TypedFunc<(u32,), (bool,)>,
}

impl Consumer {
    pub fn new(mut store: Store<()>, composed: &Component) -> Consumer {
        let linker = Linker::new(store.engine());
        let instance = linker.instantiate(&mut store, composed).unwrap();
        Consumer {
            take: instance.get_typed_func(&mut store, "take").unwrap(),
            give: instance.get_typed_func(&mut store, "give").unwrap(),
            matches: instance.get_typed_func(&mut store, "matches").unwrap(),
            store,
        }
    }

    /// Takes a value some times and returns its sum.
    pub fn take(&mut self, form: usize, work: u32, times: u32) -> f64 {
        let arguments = (form as u32, work, times);
        self.take.call(&mut self.store, arguments).unwrap().0
    }

    /// Gives a value some times.
    pub fn give(&mut self, form: usize, work: u32, times: u32) {
        let arguments = (form as u32, work, times);
        self.give.call(&mut self.store, arguments).unwrap();
    }

    /// Whether the provider has got the value of that number.
    pub fn matches(&mut self, work: u32) -> bool {
        self.matches.call(&mut self.store, (work,)).unwrap().0
    }
}
