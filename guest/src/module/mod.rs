//! Modules that come from the embedder: ES, CommonJS, JSON and native ones.
//!
//! The engine calls this file, which uses all others here. They do not use it, nor each other in a
//! circle: `require` resolves and loads by `resolve` and `source`, as `import` does.

mod builtin;
mod commonjs;
mod error;
mod namespace;
mod native;
mod requested;
mod resolve;
mod source;
mod world;

pub use commonjs::create_require;
use error::coded;
pub use requested::{are_imports_requests, imports_of, set_import_requests};
use resolve::{BY_FULL_NAME, folder, resolve, url_of};
use source::{ModuleSource, text};
pub use world::{ReadyModule, WorldModules, set_world_modules};

use crate::js::{
    self, JsResult, Key, Loaded, Module, ModuleLoader, Property, Synthetic, Thrown, Value,
};
use crate::tick;

/// Sets how the engine finds imported modules.
pub fn install() {
    js::set_module_loader(ModuleLoader {
        resolve: |specifier, importer| resolve(specifier, importer, false),
        load,
        check,
    });
}

/// Imports a module for the embedder. Without an importer it is the program's entry module.
pub fn import(specifier: &str, importer: &str) -> JsResult<Value> {
    // The code of an ES module counts as a job. That of a CommonJS entry module takes it back.
    tick::make_wait();
    if importer.is_empty() {
        match resolve(specifier, importer, false) {
            Ok(name) => {
                commonjs::set_entry(name.clone())?;
                return imported(js::import(&name, BY_FULL_NAME)?);
            }
            Err(thrown) if thrown.is_interrupt() => return Err(thrown),
            Err(thrown) => return Value::settled_promise(Err(thrown)),
        }
    }
    imported(js::import(specifier, importer)?)
}

/// Derives the promise that the embedder gets.
fn imported(promise: Value) -> JsResult<Value> {
    let pass = js::function("", 1, &[], |call| Ok(call.arg(0)))?;
    // A rejection is reported for this promise alone.
    promise.then(&pass, &Value::UNDEFINED)
}

/// Loads a module for the engine.
fn load(name: &str, attributes: &Value) -> JsResult<Loaded> {
    let source = ModuleSource::load(name)?;
    let wants_json = if attributes.is_object() {
        text(&attributes.get("type")?).is_some_and(|kind| kind == "json")
    } else {
        false
    };
    match (&source, wants_json) {
        (ModuleSource::Json { .. }, true) => {}
        (ModuleSource::Json { .. }, false) => {
            let message = format!("module {name} is JSON: import it with {{ type: \"json\" }}");
            return Err(coded(
                Thrown::type_error(&message),
                "ERR_IMPORT_ATTRIBUTE_MISSING",
            ));
        }
        (_, true) => {
            let message = format!("module {name} is imported as JSON and is not");
            return Err(coded(
                Thrown::type_error(&message),
                "ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE",
            ));
        }
        (_, false) => {}
    }
    match source {
        ModuleSource::Es { text, url } => {
            let module = Module::new(text, name)?;
            describe(&module, name, url.as_deref())?;
            Ok(Loaded::Module(module))
        }
        ModuleSource::Json { text } => {
            let exports = Value::object()?;
            exports.define("default", js::parse_json(text, name)?, Property::PLAIN)?;
            Ok(Loaded::Synthetic(Synthetic {
                exports: vec!["default".to_owned()],
                evaluate: js::function("", 0, &[exports], |call| Ok(call.data[0].clone()))?,
            }))
        }
        ModuleSource::CommonJs { text, exports } => commonjs::synthetic(name, &text, exports),
        ModuleSource::Native { exports } => native::synthetic(name, exports),
        ModuleSource::World(ReadyModule { names, exports }) => Ok(Loaded::Synthetic(Synthetic {
            exports: names,
            evaluate: js::function("", 0, &[exports], |call| Ok(call.data[0].clone()))?,
        })),
    }
}

/// Fills `import.meta`.
fn describe(module: &Module, name: &str, url: Option<&str>) -> JsResult<()> {
    let url = url.unwrap_or(name);
    module.set_url(url)?;
    let meta = module.meta()?;
    if url.starts_with("file:") {
        meta.set("filename", Value::text(name)?)?;
        meta.set("dirname", Value::text(folder(name))?)?;
    }
    let resolve = js::function("resolve", 1, &[Value::text(name)?], |call| {
        let (specifier, importer) = (call.arg(0).to_lossy()?, call.data[0].to_lossy()?);
        let resolved = resolve(&specifier, &importer, false)?;
        Value::text(&url_of(&resolved))
    })?;
    meta.set("resolve", resolve)
}

/// Checks the attributes of an import. Only `type: "json"` is allowed.
fn check(attributes: &Value) -> JsResult<()> {
    for key in attributes.own_keys(js::OwnKeys::ENUMERABLE)? {
        let key = key.to_value()?;
        let (name, value) = (key.to_lossy()?, attributes.get(Key::Value(&key))?);
        let value = text(&value).unwrap_or_default();
        let message = match (&*name, &*value) {
            ("type", "json") => continue,
            ("type", _) => {
                format!("import attribute type \"{value}\" is not supported: only \"json\" is")
            }
            _ => format!("import attribute \"{name}\" is not supported: only \"type\" is"),
        };
        return Err(coded(
            Thrown::type_error(&message),
            "ERR_IMPORT_ATTRIBUTE_UNSUPPORTED",
        ));
    }
    Ok(())
}
