//! Holds values as an engine would, and lets them cross in every form.

mod bindings;
mod engine;
#[path = "../../src/form/mod.rs"]
mod form;
mod lend;

use std::cell::RefCell;

use bindings::exports::jsvm::forms::{cbor, columns, held, inline, nodes, shaped};
use engine::Engine;
use form::{Cbor, Columns, Form, Inline, Nodes, Shaped};

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::new(Engine::new());
}

struct Provider;

bindings::export!(Provider with_types_in bindings);

fn take<F: Form>(work: u32) -> F::Data {
    ENGINE.with_borrow(|engine| {
        let mut writer = F::Writer::default();
        engine.write(&engine.held[work as usize], &mut writer);
        F::finish(writer)
    })
}

fn give<F: Form>(mut data: F::Data) {
    ENGINE.with_borrow_mut(|engine| {
        let value = engine.read(&mut F::read(&mut data));
        engine.given = Some(value.expect("well-formed data"));
    });
}

impl nodes::Guest for Provider {
    fn take(work: u32) -> nodes::Data {
        take::<Nodes>(work)
    }

    fn give(data: nodes::Data) {
        give::<Nodes>(data);
    }
}

impl columns::Guest for Provider {
    fn take(work: u32) -> columns::Data {
        take::<Columns>(work)
    }

    fn give(data: columns::Data) {
        give::<Columns>(data);
    }
}

impl cbor::Guest for Provider {
    fn take(work: u32) -> cbor::Data {
        take::<Cbor>(work)
    }

    fn give(data: cbor::Data) {
        give::<Cbor>(data);
    }
}

impl inline::Guest for Provider {
    fn take(work: u32) -> Vec<u8> {
        take::<Inline>(work)
    }

    fn give(data: Vec<u8>) {
        give::<Inline>(data);
    }
}

impl shaped::Guest for Provider {
    fn take(work: u32) -> Vec<u8> {
        take::<Shaped>(work)
    }

    fn give(data: Vec<u8>) {
        give::<Shaped>(data);
    }
}

impl held::Guest for Provider {
    fn matches(work: u32) -> bool {
        ENGINE.with_borrow(|engine| engine.given.as_ref() == Some(&engine.held[work as usize]))
    }
}
