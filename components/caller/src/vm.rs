//! The functions by their handles in the VM that this component is composed with.

use jsvm_component_data::{Form, Value as Item};

use self::bindings::jsvm::engine::buffers::{self, Words};
use self::bindings::jsvm::engine::types::Data;
use self::bindings::jsvm::engine::types::ViewKind;
use self::bindings::jsvm::engine::values::{Error, Input, Key, Output, Value};
use self::bindings::jsvm::engine::{evaluation, heap, jobs, promises};
use crate::{Functions, Point};

/// Generated from the WIT.
#[allow(
    unsafe_code,
    missing_docs,
    unused,
    clippy::all,
    clippy::undocumented_unsafe_blocks
)]
mod bindings {
    wit_bindgen::generate!({ path: "../worlds", world: "calls", generate_all });
}

/// What defines them: also what is imported where there is no VM.
const SOURCE: &str = include_str!("../../../bench/boundary/script.js");

/// Longer strings are passed as such: as data they would be copied byte by byte.
const LONG: usize = 1024;

pub struct Script {
    number: Value,
    text: Value,
    point: Value,
    numbers: Value,
    bytes: Value,
    counter: Value,
    add: Value,
}

impl Script {
    pub fn new() -> Script {
        heap::set_limits(heap::Limits {
            memory: 1 << 30,
            stack: 96 << 10,
            output: 1 << 30,
        });
        let options = evaluation::EvalOptions {
            file_name: "script.js".to_owned(),
            kind: evaluation::SourceKind::Module,
            strict: true,
            top_level_await: false,
        };
        let module = handle(evaluation::eval(SOURCE, &options));
        good(jobs::run_jobs(u32::MAX));
        let exports = handle(Ok(promises::get_promise_result(&module)));
        let counter = get(&exports, "Counter");
        let counter = handle(counter.construct(&[Input::Number(0.0)]));
        Script {
            number: get(&exports, "echoNumber"),
            text: get(&exports, "echoText"),
            point: get(&exports, "echoPoint"),
            numbers: get(&exports, "echoNumbers"),
            bytes: get(&exports, "echoBytes"),
            add: get(&counter, "add"),
            counter,
        }
    }
}

/// Calls a function with data.
fn call(function: &Value, form: Form) -> Form {
    let args = Data {
        item: form.item,
        chunks: form.chunks,
        tokens: Vec::new(),
    };
    let Data { item, chunks, .. } = good(function.call_data(&Input::Undefined, &args));
    Form { item, chunks }
}

/// Calls a function with a typed array that is as large as to be better passed in words.
fn call_words(function: &Value, kind: ViewKind, words: &Words) -> Words {
    let array = good(buffers::create_typed_array_of_words(kind, words));
    let result = handle(function.call(&Input::Undefined, &[Input::Value(&array)]));
    good(buffers::read_words(&result))
}

/// The script is part of this component: it does not fail.
fn good<T>(result: Result<T, Error>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error:?}"),
    }
}

fn handle(output: Result<Output, Error>) -> Value {
    match good(output) {
        Output::Value(value) => value,
        other => panic!("{other:?} is no object"),
    }
}

fn get(object: &Value, name: &str) -> Value {
    handle(object.get(&Key::Name(name.to_owned())))
}

fn number(output: Result<Output, Error>) -> u32 {
    match good(output) {
        Output::Number(number) => number as u32,
        other => panic!("{other:?} is no number"),
    }
}

impl Functions for Script {
    type Bulk = Words;

    fn bulk(bytes: Vec<u8>) -> Words {
        let (words, rest) = bytes.as_chunks();
        Words {
            words: words.iter().copied().map(u64::from_le_bytes).collect(),
            rest: rest.to_vec(),
        }
    }

    fn len(bulk: &Words) -> usize {
        bulk.words.len() * size_of::<u64>() + bulk.rest.len()
    }

    fn number(&self, value: u32) -> u32 {
        let arg = Input::Number(value.into());
        number(self.number.call(&Input::Undefined, &[arg]))
    }

    fn text(&self, value: &str) -> String {
        if value.len() > LONG {
            let arg = Input::Text(value.to_owned());
            let result = handle(self.text.call(&Input::Undefined, &[arg]));
            return good(result.to_text());
        }
        let arg = Item::List(vec![Item::text(value)]);
        let result = Item::read(call(&self.text, arg.write()));
        result.ok().and_then(Item::into_text).unwrap_or_default()
    }

    fn point(&self, Point { x, y }: Point) -> Point {
        let [x, y] = [x, y].map(|number| Item::Number(number.into()));
        let arg = Item::List(vec![Item::object([("x", x), ("y", y)])]);
        let mut point = Item::read(call(&self.point, arg.write())).unwrap_or(Item::Undefined);
        let mut field = |name| match point.take(name) {
            Item::Number(number) => number as i32,
            _ => i32::MIN,
        };
        Point {
            x: field("x"),
            y: field("y"),
        }
    }

    fn numbers(&self, value: &[f64]) -> Vec<f64> {
        let words = Words {
            words: value.iter().map(|number| number.to_bits()).collect(),
            rest: Vec::new(),
        };
        let Words { words, .. } = call_words(&self.numbers, ViewKind::Float64, &words);
        words.into_iter().map(f64::from_bits).collect()
    }

    fn bytes(&self, value: &Words) -> Words {
        call_words(&self.bytes, ViewKind::Uint8, value)
    }

    fn add(&self, by: u32) -> u32 {
        let arg = Input::Number(by.into());
        number(self.add.call(&Input::Value(&self.counter), &[arg]))
    }
}
