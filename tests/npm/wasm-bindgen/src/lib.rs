//! What wasm-bindgen passes between JavaScript and Rust: strings, structs, closures, errors and futures.

use std::cell::RefCell;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(text: &str);
}

thread_local! {
    static STARTS: RefCell<u32> = const { RefCell::new(0) };
}

#[wasm_bindgen(start)]
fn start() {
    STARTS.with_borrow_mut(|starts| *starts += 1);
}

/// How often the module was started.
#[wasm_bindgen]
pub fn starts() -> u32 {
    STARTS.with_borrow(|starts| *starts)
}

/// Prints by JavaScript, and returns a text.
#[wasm_bindgen]
pub fn greet(name: &str) -> String {
    log(&format!("greeting {name}"));
    format!("Hello, {}! {}", name.to_uppercase(), name.chars().count())
}

/// A struct that JavaScript has as a class.
#[wasm_bindgen]
pub struct Counter {
    value: i64,
    #[wasm_bindgen(getter_with_clone)]
    pub label: String,
}

#[wasm_bindgen]
impl Counter {
    #[wasm_bindgen(constructor)]
    pub fn new(label: String) -> Counter {
        Counter { value: 0, label }
    }

    pub fn add(&mut self, by: i64) -> Result<(), JsError> {
        self.value = self
            .value
            .checked_add(by)
            .ok_or_else(|| JsError::new("too much"))?;
        Ok(())
    }

    #[wasm_bindgen(getter)]
    pub fn value(&self) -> i64 {
        self.value
    }

    /// Takes two counters away.
    pub fn joined(first: Counter, second: Counter) -> Counter {
        Counter {
            value: first.value + second.value,
            label: first.label + &second.label,
        }
    }
}

/// Calls a function of JavaScript with each byte, and sums what it returns.
#[wasm_bindgen]
pub fn each(bytes: &[u8], call: &Function) -> Result<f64, JsValue> {
    let mut sum = 0.0;
    for byte in bytes {
        let result = call.call1(&JsValue::NULL, &JsValue::from(*byte))?;
        sum += result.as_f64().unwrap_or(0.0);
    }
    Ok(sum)
}

/// A closure that JavaScript keeps.
#[wasm_bindgen]
pub fn adder(by: f64) -> JsValue {
    Closure::<dyn Fn(f64) -> f64>::new(move |value| value + by).into_js_value()
}

/// Numbers, options and arrays.
#[wasm_bindgen]
pub fn describe(numbers: Vec<f64>, name: Option<String>, values: Array) -> Array {
    let sum: f64 = numbers.iter().sum();
    Array::of3(
        &sum.into(),
        &name.map_or(JsValue::UNDEFINED, JsValue::from),
        &values.reverse(),
    )
}

/// A promise that calls back.
#[wasm_bindgen]
pub fn later(value: JsValue) -> Promise {
    let reversed = Closure::once_into_js(|value: JsValue| {
        let bytes = Uint8Array::new(&value).to_vec();
        Uint8Array::from(&bytes.into_iter().rev().collect::<Vec<_>>()[..])
    });
    let then = js_sys::Reflect::get(&Promise::resolve(&value), &"then".into());
    let then: Function = then.unwrap_throw().unchecked_into();
    then.call1(&Promise::resolve(&value), &reversed)
        .unwrap_throw()
        .unchecked_into()
}
