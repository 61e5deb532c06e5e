//! Scripts that were compiled when the VM was built.
//!
//! They are plain bytes among the constants of the module: the collector never visits them, no
//! page of them is ever written, and a snapshot does not compare them. Only the build compiles:
//! in an instance of its own, whose output it writes into [`jsvm_parts`] before the base image is
//! made.

use std::cell::RefCell;
use std::ffi::CString;

use rquickjs_sys as q;

use super::compile::run_source;
use super::realm::ctx;
use super::value::{JsResult, Thrown, Value};

/// Room for the compiled scripts. The build says so if they do not fit.
const ROOM: usize = 320 << 10;

/// The compiled scripts: for each the length of its name, the name, the length of its bytecode
/// in four bytes, and the bytecode. A length of 0 ends the list.
#[unsafe(no_mangle)]
static jsvm_parts: [u8; ROOM] = [0; ROOM];

/// The size of [`jsvm_parts`], for the build.
#[unsafe(no_mangle)]
static jsvm_parts_size: u32 = ROOM as u32;

/// The bytecode of a script.
fn find(name: &str) -> Option<&'static [u8]> {
    // The compiler sees only zeroes there.
    let mut rest: &'static [u8] = std::hint::black_box(&jsvm_parts);
    loop {
        let (len, after) = rest.split_first()?;
        if *len == 0 {
            return None;
        }
        let (found, after) = after.split_at_checked(usize::from(*len))?;
        let (size, after) = after.split_first_chunk()?;
        let (code, after) = after.split_at_checked(u32::from_le_bytes(*size) as usize)?;
        if found == name.as_bytes() {
            return Some(code);
        }
        rest = after;
    }
}

/// Runs a script that the build compiled, and returns its completion value.
pub fn run_compiled(name: &str) -> JsResult<Value> {
    let Some(code) = find(name) else {
        return Err(Thrown::type_error(&format!(
            "the part {name} of the web platform was left out of this file, because the program does \
             not name it. Include it by jsvm build --with {name}"
        )));
    };
    // SAFETY: bytecode that this very engine wrote, in memory that nothing writes to.
    unsafe {
        let function = Value::check(q::JS_ReadObject(
            ctx(),
            code.as_ptr(),
            code.len() as _,
            q::JS_READ_OBJ_BYTECODE as i32,
        ))?;
        // `JS_EvalFunction` takes over the reference count.
        Value::check(q::JS_EvalFunction(ctx(), function.into_raw()))
    }
}

/// Compiles a script to bytecode. Its text is not kept.
fn compile(name: &str, source: &str) -> JsResult<Vec<u8>> {
    let file_name = CString::new(format!("jsvm:{name}")).unwrap_or_default();
    let flags = q::JS_EVAL_TYPE_GLOBAL | q::JS_EVAL_FLAG_COMPILE_ONLY | q::JS_EVAL_FLAG_STRICT;
    let function = run_source(source.to_owned(), &file_name, flags)?;
    write(
        &function,
        q::JS_WRITE_OBJ_BYTECODE | q::JS_WRITE_OBJ_STRIP_SOURCE,
    )
}

/// A compiled script or module as bytes.
pub(super) fn write(compiled: &Value, flags: u32) -> JsResult<Vec<u8>> {
    let mut size = 0;
    // SAFETY: live value, valid destination; the bytes are copied before the engine's own are
    // freed.
    unsafe {
        let start = q::JS_WriteObject(ctx(), &raw mut size, compiled.raw(), flags as i32);
        if start.is_null() {
            return Err(Thrown::take());
        }
        let bytes = std::slice::from_raw_parts(start, size as usize).to_vec();
        q::js_free(ctx(), start.cast());
        Ok(bytes)
    }
}

thread_local! {
    static SOURCE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// For the build: where to write the name of a script, a zero, and its text.
#[unsafe(no_mangle)]
extern "C" fn jsvm_source(len: usize) -> *mut u8 {
    SOURCE.with_borrow_mut(|source| {
        *source = vec![0; len];
        source.as_mut_ptr()
    })
}

/// The name and the text of the script that the build wrote.
pub fn take_source() -> (String, String) {
    let text = SOURCE.with_borrow_mut(std::mem::take);
    let text = String::from_utf8_lossy(&text);
    let (name, source) = text.split_once('\0').unwrap_or_default();
    (name.to_owned(), source.to_owned())
}

/// What the build gets of bytecode: its address in the upper half and its length in the lower.
///
/// # Panics
/// If that is no script.
pub fn for_the_build(name: &str, code: JsResult<Vec<u8>>) -> u64 {
    match code {
        Ok(code) => {
            let code: &'static [u8] = code.leak();
            ((code.as_ptr() as u64) << 32) | code.len() as u64
        }
        Err(Thrown(error)) => {
            let what = error.to_lossy().unwrap_or_default();
            let stack = error.get("stack").and_then(|stack| stack.to_lossy());
            panic!("{name}: {what} {}", stack.unwrap_or_default());
        }
    }
}

/// For the build: compiles what was written there as a part of the module.
#[unsafe(no_mangle)]
extern "C" fn jsvm_compile() -> u64 {
    let (name, source) = take_source();
    for_the_build(&name, compile(&name, &source))
}
