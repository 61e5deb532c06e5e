//! Scripts and modules that are compiled and not run.

use rquickjs_sys as q;

use super::bytecode;
use super::compile::{Source, c_string, run_source};
use super::module::Module;
use super::realm::ctx;
use super::value::{JsResult, Tag, Thrown, Value};

/// A script or module that is compiled and not run. What the engine has for it is a value that
/// must not get into the hands of scripts.
pub struct Compiled(Value);

/// What of its source bytecode keeps.
#[derive(Clone, Copy)]
pub struct Keep {
    /// The text of functions.
    pub source: bool,
    /// Names and positions.
    pub positions: bool,
}

impl Compiled {
    /// Compiles a script, or a module with what it imports.
    pub fn new(source: Source<'_>, module: bool) -> JsResult<Compiled> {
        if module {
            let module = Module::new(source.text, source.file_name)?;
            module.set_url(source.file_name)?;
            return Ok(Compiled(module.into_value()));
        }
        let name = c_string(source.file_name);
        let flags = source.flags() | q::JS_EVAL_FLAG_COMPILE_ONLY;
        Ok(Compiled(run_source(source.text, &name, flags)?))
    }

    /// The engine's value, which [`Compiled::of_value`] takes back.
    pub fn into_value(self) -> Value {
        self.0
    }

    /// What [`Compiled::into_value`] gave.
    pub fn of_value(value: &Value) -> JsResult<Compiled> {
        match value.tag() {
            Tag::Internal => Ok(Compiled(value.clone())),
            _ => Err(Thrown::type_error("that is not compiled source")),
        }
    }

    /// Runs a script: its completion value, or a promise for an object with that if it is
    /// asynchronous.
    pub fn run_script(self) -> JsResult<Value> {
        // SAFETY: compiled source (`JS_EvalFunction` throws if it is none), whose reference count
        // is taken over.
        unsafe { Value::check(q::JS_EvalFunction(ctx(), self.0.into_raw())) }
    }

    /// Runs a module up to its first `await`: a promise for its end, and its namespace.
    pub fn run_module(self) -> JsResult<(Value, Value)> {
        Module::of_value(self.0)?.evaluate()
    }

    /// As bytes.
    pub fn write(&self, keep: Keep) -> JsResult<Vec<u8>> {
        let mut flags = q::JS_WRITE_OBJ_BYTECODE;
        if !keep.source {
            flags |= q::JS_WRITE_OBJ_STRIP_SOURCE;
        }
        // The engine keeps the text beside the positions.
        if !keep.positions && !keep.source {
            flags |= q::JS_WRITE_OBJ_STRIP_DEBUG;
        }
        bytecode::write(&self.0, flags)
    }

    /// From bytes.
    ///
    /// # Safety
    /// They must be what [`Compiled::write`] of this version returned. The engine believes them.
    pub unsafe fn read(bytes: &[u8]) -> JsResult<Compiled> {
        // SAFETY: the caller's promise; the engine copies what it keeps of the bytes.
        let value = unsafe {
            Value::check(q::JS_ReadObject(
                ctx(),
                bytes.as_ptr(),
                bytes.len() as _,
                q::JS_READ_OBJ_BYTECODE as i32,
            ))
        }?;
        if value.tag() != Tag::Internal {
            return Err(Thrown::syntax_error("that is not compiled source"));
        }
        // SAFETY: live value; it loads what a module imports, and does nothing for a script.
        Thrown::check(unsafe { q::JS_ResolveModule(ctx(), value.raw()) })?;
        Ok(Compiled(value))
    }
}
