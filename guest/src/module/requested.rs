//! Calls of `import()` as requests, which the embedder may answer later.

use jsvm_protocol::import::{ATTRIBUTES, IMPORT, IMPORTER, SPECIFIER, answer};
use jsvm_protocol::standalone::{MODULES, RESOLVED, ResolvedKey};

use super::resolve::resolve_by_root;
use super::source::{load_from_root, text};
use crate::bindings::exports::jsvm::engine::module_imports::ModuleImport;
use crate::js::{self, Call, ImportCall, JsResult, Key, OwnKeys, Property, Thrown, Value};
use crate::{request, root};

/// Lists what the source of a module imports.
pub fn imports_of(source: String, name: &str) -> JsResult<Vec<ModuleImport>> {
    let imports = js::module_imports(source, name)?.into_iter();
    let imports = imports.map(|(specifier, attributes)| {
        let mut pairs = Vec::new();
        if attributes.is_object() {
            for key in attributes.own_keys(OwnKeys::ENUMERABLE)? {
                let key = key.to_value()?;
                let value = attributes.get(Key::Value(&key))?.to_lossy()?;
                pairs.push((key.to_lossy()?, value));
            }
        }
        Ok(ModuleImport {
            specifier: specifier.to_lossy()?,
            attributes: pairs,
        })
    });
    imports.collect()
}

/// Sets whether `import()` makes requests.
pub fn set_import_requests(enabled: bool) {
    js::set_import_hook(enabled.then_some(take_over));
}

/// Whether `import()` makes requests.
pub fn are_imports_requests() -> bool {
    js::has_import_hook()
}

/// Makes a request, unless the VM has the module.
fn take_over(import: ImportCall<'_>) -> JsResult<bool> {
    let (Some(specifier), Some(importer)) = (text(import.specifier()), text(import.importer()))
    else {
        // Such an import fails.
        return Ok(false);
    };
    if let Some(name) = resolve_by_root(&specifier, &importer, false)?
        && (js::is_module_loaded(&name)? || load_from_root(&name)?.is_some())
    {
        return Ok(false);
    }
    let asked = Value::object()?;
    let attributes = match import.attributes().is_object() {
        true => import.attributes().clone(),
        false => Value::object()?,
    };
    asked.define(SPECIFIER, import.specifier().clone(), Property::PLAIN)?;
    asked.define(IMPORTER, import.importer().clone(), Property::PLAIN)?;
    asked.define(ATTRIBUTES, attributes, Property::PLAIN)?;
    let resolve = js::function("", 1, import.parts(), answered)?;
    request::add(IMPORT, &[asked], resolve, import.reject().clone())?;
    Ok(true)
}

/// Called with the answer to a request.
fn answered(call: Call<'_>) -> JsResult<Value> {
    let Some(import) = ImportCall::of_parts(call.data) else {
        return Ok(Value::UNDEFINED);
    };
    match keep(import, &call.arg(0)).and_then(|()| import.queue()) {
        Err(thrown) if !thrown.is_interrupt() => {
            import.reject().call(&Value::UNDEFINED, &[thrown.0])
        }
        result => result.map(|()| Value::UNDEFINED),
    }
}

/// Puts what an answer has into the roots.
fn keep(import: ImportCall<'_>, answered: &Value) -> JsResult<()> {
    let name = match answered.is_object() {
        true => text(&answered.get(answer::NAME)?),
        false => None,
    };
    let Some(name) = name else {
        let message = format!(
            "the answer to a request {IMPORT} is not an object with the property \"{}\", a string",
            answer::NAME
        );
        return Err(Thrown::type_error(&message));
    };
    add_all(MODULES, &answered.get(answer::MODULES)?)?;
    add_all(RESOLVED, &answered.get(answer::RESOLVED)?)?;
    let key = ResolvedKey {
        specifier: &import.specifier().to_lossy()?,
        importer: &import.importer().to_lossy()?,
        is_require: false,
    };
    add(
        &root_object(RESOLVED)?,
        &key.to_string(),
        Value::text(&name)?,
    )
}

/// Adds the properties of an object to those of a root.
fn add_all(root: &str, added: &Value) -> JsResult<()> {
    if !added.is_object() {
        return Ok(());
    }
    let object = root_object(root)?;
    for key in added.own_keys(OwnKeys::ENUMERABLE)? {
        let key = key.to_value()?;
        let value = added.get(Key::Value(&key))?;
        add(&object, &key.to_lossy()?, value)?;
    }
    Ok(())
}

/// What is there already stays: a module may be loaded under this name.
fn add(object: &Value, name: &str, value: Value) -> JsResult<()> {
    match object.own_property(name)? {
        Some(_) => Ok(()),
        None => object.define(name, value, Property::PLAIN).map(drop),
    }
}

/// The object of a root, which is made if it is missing. Names of modules are its only properties.
fn root_object(name: &str) -> JsResult<Value> {
    if let Some(object) = root::get(name) {
        return Ok(object);
    }
    let object = Value::object()?;
    object.set_prototype(&Value::NULL)?;
    root::set(name.to_owned(), object.clone());
    Ok(object)
}
