//! Hands source to the engine's compiler.

use std::ffi::{CStr, CString};

use rquickjs_sys as q;

use super::forbid::allowing_to_compile;
use super::realm::ctx;
use super::value::{JsResult, Value};

/// Source to evaluate.
pub struct Source<'a> {
    /// The text. It is taken over, since the engine wants it zero-terminated.
    pub text: String,
    /// Name in stacks; of a module also the base of its imports.
    pub file_name: &'a str,
    /// Strict mode (scripts only).
    pub strict: bool,
    /// `await` at the top level (scripts only).
    pub asynchronous: bool,
}

impl Source<'_> {
    /// The engine's flags for a script.
    pub(super) fn flags(&self) -> u32 {
        let mut flags = q::JS_EVAL_TYPE_GLOBAL;
        if self.strict {
            flags |= q::JS_EVAL_FLAG_STRICT;
        }
        if self.asynchronous {
            flags |= q::JS_EVAL_FLAG_ASYNC;
        }
        flags
    }
}

/// Compiles `source` as the body of a function with these parameters, whose first line is line 1
/// of `file_name`.
pub fn compile_function(source: &str, parameters: &str, file_name: &str) -> JsResult<Value> {
    // What is around the body stands on lines of its own, so that positions are those of the
    // source, and a comment at its end cannot swallow the brace. The engine takes line 0 for 1.
    let text = format!("(function ({parameters}) {{\n\n{source}\n}})");
    run_lines(text, &c_string(file_name), q::JS_EVAL_TYPE_GLOBAL, -1)
}

/// Parses JSON; `file_name` is for errors.
pub fn parse_json(mut text: String, file_name: &str) -> JsResult<Value> {
    let len = text.len();
    text.push('\0');
    let file_name = c_string(file_name);
    // SAFETY: zero-terminated text with its length, and a zero-terminated name.
    unsafe {
        Value::check(q::JS_ParseJSON(
            ctx(),
            text.as_ptr().cast(),
            len as _,
            file_name.as_ptr(),
        ))
    }
}

/// Reports whether source parses, as a module or as a script.
pub fn compiles(text: &str, module: bool) -> bool {
    if !module {
        let flags = q::JS_EVAL_TYPE_GLOBAL | q::JS_EVAL_FLAG_COMPILE_ONLY;
        return run_source(text.to_owned(), c"<detect>", flags).is_ok();
    }
    let mut source = text.to_owned();
    source.push('\0');
    // SAFETY: zero-terminated; only parses.
    unsafe { q::JS_DetectModule(source.as_ptr().cast(), text.len() as _) }
}

/// Compiles a text, and runs it unless the flags say otherwise.
pub(super) fn run_source(text: String, file_name: &CStr, flags: u32) -> JsResult<Value> {
    run_lines(text, file_name, flags, 1)
}

/// As [`run_source`], with the number of the text's first line.
fn run_lines(mut text: String, file_name: &CStr, flags: u32, first_line: i32) -> JsResult<Value> {
    let len = text.len();
    text.push('\0');
    let mut options = q::JSEvalOptions {
        version: q::JS_EVAL_OPTIONS_VERSION as i32,
        eval_flags: flags as i32,
        filename: file_name.as_ptr(),
        line_num: first_line,
    };
    // SAFETY: zero-terminated source with its length, valid options.
    allowing_to_compile(|| unsafe {
        Value::check(q::JS_Eval2(
            ctx(),
            text.as_ptr().cast(),
            len as _,
            &raw mut options,
        ))
    })
}

/// Zero-terminated text; what follows a NUL in it is cut off.
pub(super) fn c_string(text: &str) -> CString {
    let end = text.find('\0').unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}
