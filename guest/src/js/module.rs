//! Modules, and where the engine gets imported ones from.

use std::cell::Cell;
use std::ffi::{CStr, CString};

use rquickjs_sys as q;

use super::atom::Key;
use super::compile::{c_string, run_source};
use super::realm::{ctx, runtime};
use super::value::{JsResult, Thrown, Value};

/// A module that was compiled and not evaluated.
pub struct Module {
    compiled: Value,
}

impl Module {
    /// Compiles an ES module of this full name.
    pub fn new(text: String, name: &str) -> JsResult<Module> {
        let flags = q::JS_EVAL_TYPE_MODULE | q::JS_EVAL_FLAG_COMPILE_ONLY;
        let compiled = run_source(text, &c_string(name), flags)?;
        Ok(Module { compiled })
    }

    /// The engine's value, which scripts must not see.
    pub(super) fn into_value(self) -> Value {
        self.compiled
    }

    /// What [`Module::into_value`] gave.
    pub(super) fn of_value(compiled: Value) -> JsResult<Module> {
        // SAFETY: reading the tag of a live value.
        if unsafe { q::JS_VALUE_GET_TAG(compiled.raw()) } == q::JS_TAG_MODULE {
            Ok(Module { compiled })
        } else {
            Err(Thrown::type_error("that is not a module"))
        }
    }

    /// Its `import.meta`.
    pub fn meta(&self) -> JsResult<Value> {
        // SAFETY: live definition.
        unsafe { Value::check(q::JS_GetImportMeta(ctx(), self.definition())) }
    }

    /// Sets `import.meta.url`.
    pub fn set_url(&self, url: &str) -> JsResult<()> {
        self.meta()?.set("url", Value::text(url)?)
    }

    /// Links it and runs it up to its first `await`: a promise for its end, and its namespace.
    pub fn evaluate(self) -> JsResult<(Value, Value)> {
        let definition = self.definition();
        // SAFETY: `JS_EvalFunction` takes over the reference count.
        let promise = unsafe { Value::check(q::JS_EvalFunction(ctx(), self.compiled.into_raw())) }?;
        // SAFETY: a linked module has a namespace.
        let namespace = unsafe { Value::check(q::JS_GetModuleNamespace(ctx(), definition)) }?;
        Ok((promise, namespace))
    }

    fn definition(&self) -> *mut q::JSModuleDef {
        // SAFETY: a compiled module holds a pointer to its definition, which the context keeps
        // alive.
        unsafe { q::JS_VALUE_GET_PTR(self.compiled.raw()).cast() }
    }
}

/// A module that is not made of source: its exports are the properties of an object.
pub struct Synthetic {
    /// The names that it exports.
    pub exports: Vec<String>,
    /// Called without arguments when the module is evaluated; returns the object.
    pub evaluate: Value,
}

impl Synthetic {
    fn define(self, name: &CStr) -> JsResult<*mut q::JSModuleDef> {
        // SAFETY: zero-terminated name; the callback matches the expected signature.
        let definition = unsafe { q::JS_NewCModule(ctx(), name.as_ptr(), Some(evaluate)) };
        if definition.is_null() {
            return Err(Thrown::take());
        }
        let mut private = vec![self.evaluate];
        for export in &self.exports {
            // A name with a NUL in it cannot pass through the C interface.
            let Ok(text) = CString::new(&**export) else {
                continue;
            };
            private.push(Value::text(export)?);
            // SAFETY: live definition, zero-terminated name.
            let status = unsafe { q::JS_AddModuleExport(ctx(), definition, text.as_ptr()) };
            Thrown::check(status)?;
        }
        let private = Value::array_of(private)?;
        // SAFETY: live definition, which takes over the reference count.
        let status = unsafe { q::JS_SetModulePrivateValue(ctx(), definition, private.into_raw()) };
        Thrown::check(status)?;
        Ok(definition)
    }
}

unsafe extern "C" fn evaluate(_: *mut q::JSContext, definition: *mut q::JSModuleDef) -> i32 {
    // SAFETY: the engine passes a live definition; the value is owned.
    let private = unsafe { Value::check(q::JS_GetModulePrivateValue(ctx(), definition)) };
    match private.and_then(|private| set_exports(definition, &private)) {
        Ok(()) => 0,
        Err(thrown) => {
            thrown.raise();
            -1
        }
    }
}

fn set_exports(definition: *mut q::JSModuleDef, private: &Value) -> JsResult<()> {
    let exports = private.get(0)?.call(&Value::UNDEFINED, &[])?;
    let count = private.get("length")?.to_number()? as u32;
    for index in 1..count {
        let name = private.get(index)?;
        let value = exports.get(Key::Value(&name))?;
        let name = c_string(&name.to_lossy()?);
        // SAFETY: live definition and a name that was added to it; the reference count of the
        // value is taken over.
        let status =
            unsafe { q::JS_SetModuleExport(ctx(), definition, name.as_ptr(), value.into_raw()) };
        Thrown::check(status)?;
    }
    Ok(())
}

/// What a loader answers with.
pub enum Loaded {
    Module(Module),
    Synthetic(Synthetic),
}

/// How imported modules are found.
#[derive(Clone, Copy)]
pub struct ModuleLoader {
    /// Full name of a module from the specifier and the name of the importing module.
    pub resolve: fn(specifier: &str, importer: &str) -> JsResult<String>,
    /// The module of a full name. `attributes` is the object of the import's `with`, or
    /// `undefined`.
    pub load: fn(name: &str, attributes: &Value) -> JsResult<Loaded>,
    /// Checks the attributes of an import.
    pub check: fn(attributes: &Value) -> JsResult<()>,
}

thread_local! {
    static LOADER: Cell<Option<ModuleLoader>> = const { Cell::new(None) };
}

/// Sets how imported modules are found.
pub fn set_module_loader(loader: ModuleLoader) {
    LOADER.set(Some(loader));
    // SAFETY: the callbacks match the expected signatures and need no opaque pointer.
    unsafe {
        q::JS_SetModuleLoaderFunc2(
            runtime(),
            Some(resolve),
            Some(load),
            Some(check),
            std::ptr::null_mut(),
        );
    }
}

/// Imports a module as `import(specifier)` does: a promise for its namespace.
pub fn import(specifier: &str, importer: &str) -> JsResult<Value> {
    let (specifier, importer) = (whole(specifier)?, c_string(importer));
    // SAFETY: zero-terminated strings.
    unsafe {
        Value::check(q::JS_LoadModule(
            ctx(),
            importer.as_ptr(),
            specifier.as_ptr(),
        ))
    }
}

/// The name of a module as a C string. A zero would make it the name of another.
fn whole(name: &str) -> JsResult<CString> {
    CString::new(name)
        .map_err(|_| Thrown::type_error("the module specifier contains a NUL character"))
}

fn loader() -> JsResult<ModuleLoader> {
    LOADER
        .get()
        .ok_or_else(|| Thrown::error("modules cannot be imported here"))
}

unsafe extern "C" fn resolve(
    _: *mut q::JSContext,
    importer: *const q::c_char,
    specifier: *const q::c_char,
    _: *mut q::c_void,
) -> *mut q::c_char {
    // SAFETY: the engine passes zero-terminated strings that live during the call.
    let (importer, specifier) = unsafe {
        (
            CStr::from_ptr(importer).to_string_lossy(),
            CStr::from_ptr(specifier).to_string_lossy(),
        )
    };
    let resolved = loader().and_then(|loader| (loader.resolve)(&specifier, &importer));
    match resolved.and_then(|name| whole(&name)) {
        Ok(name) => {
            // SAFETY: zero-terminated; the engine copies it with its own allocator, as the
            // caller expects, and frees the copy.
            unsafe { q::js_strdup(ctx(), name.as_ptr()) }
        }
        Err(thrown) => {
            thrown.raise();
            std::ptr::null_mut()
        }
    }
}

unsafe extern "C" fn load(
    _: *mut q::JSContext,
    name: *const q::c_char,
    _: *mut q::c_void,
    attributes: q::JSValue,
) -> *mut q::JSModuleDef {
    // SAFETY: the engine passes a zero-terminated string that lives during the call.
    let name = unsafe { CStr::from_ptr(name) };
    // SAFETY: a live value that is only borrowed.
    let attributes = unsafe { Value::slice_from_raw(&raw const attributes, 1) };
    let loaded = loader().and_then(|loader| (loader.load)(&name.to_string_lossy(), &attributes[0]));
    let definition = loaded.and_then(|loaded| match loaded {
        // The context keeps the definition alive after the value has gone.
        Loaded::Module(module) => Ok(module.definition()),
        Loaded::Synthetic(module) => module.define(name),
    });
    definition.unwrap_or_else(|thrown| {
        thrown.raise();
        std::ptr::null_mut()
    })
}

unsafe extern "C" fn check(_: *mut q::JSContext, _: *mut q::c_void, attributes: q::JSValue) -> i32 {
    // SAFETY: a live value that is only borrowed.
    let attributes = unsafe { Value::slice_from_raw(&raw const attributes, 1) };
    match loader().and_then(|loader| (loader.check)(&attributes[0])) {
        Ok(()) => 0,
        Err(thrown) => {
            thrown.raise();
            -1
        }
    }
}
